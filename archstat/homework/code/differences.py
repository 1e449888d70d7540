"""In what a network differs from the one that is asked for, layer by layer, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from archstat.graph import Graph, Node
from archstat.homework.sheet.labels import general_family
from archstat.layers.base import shortest, times
from archstat.models.description import StoppedPass

ASIDE = frozenset({"dropout", "activation", "softmax", "identity"})
"""Families of layers that change no number, of which one line is said."""

SAYINGS = {
    "padding": "the padding",
    "stride": "the stride",
    "kernel_size": "the kernel size",
    "dilation": "the dilation",
    "groups": "the number of groups",
    "out_channels": "the number of filters",
    "out_features": "the number of outputs",
    "output_size": "the size of the output",
    "ceil_mode": "the rounding of sizes (ceil_mode)",
    "bias": "the bias",
    "output_padding": "the padding of the output",
}
"""The settings that make numbers, in words; in the order in which they are told."""

LEFT_OUT = {
    "padding": ((0,), "the padding is left out"),
    "stride": ((1,), "the stride is left out"),
    "groups": ((1,), "the groups are left out: every filter sees all channels of its input"),
    "dilation": ((1,), "the dilation is left out"),
    "bias": ((False,), "the bias is left out"),
}
"""What is said where a setting has the value that does nothing."""

HINTS = {
    "padding": "padding is stated for both sides at once: one number adds it on each",
    "groups": "groups= of a convolution splits its channels",
    "stride": "a pool without stride= takes its kernel size",
    "bias": "bias= is True where nothing is said",
    "ceil_mode": "ceil_mode=True keeps a last window that hangs over the end",
}

ALONE = len(SAYINGS) + 1
"""What a layer without a fellow weighs: more than any difference between two that are fellows."""


@dataclass(frozen=True)
class Deviation:
    """Something in which two networks differ.

    Attributes:
        own: The layer in the code that was handed in; empty if it is missing there.
        asked: The layer that is asked for; empty if there is none.
        words: What differs, without the right number.
        hint: What leads to the right way.
        right: The right value, for those who may see it.
    """

    own: str
    asked: str
    words: str
    hint: str = ""
    right: str = ""


MISSING = {
    "flatten": (
        "the map is not flattened before the linear layers",
        "nn.Flatten(), or torch.flatten(x, 1), makes one row of each map",
    ),
}
"""What is said of layers that are missing, and a hint, by their kinds."""


@dataclass(frozen=True)
class Compared:
    """A network held against another one.

    Attributes:
        same: How many layers are as asked for.
        asked: How many are asked for.
        stopped_at: Where the forward pass stopped, so that nothing behind it is compared; None if
            it did not.
    """

    differences: tuple[Deviation, ...]
    same: int
    asked: int
    stopped_at: str | None = None


def compared(own: Graph, asked: Graph, stop: StoppedPass | None = None) -> Compared:
    """Return in what a network differs from the one that is asked for.

    Args:
        own: The network, or what ran of it.
        asked: The one that is asked for.
        stop: Where its forward pass stopped; None if it did not.
    """
    refused = None if stop is None else stop.node
    mine, theirs = [*_counted(own), *([] if refused is None else [refused])], _counted(asked)
    found: list[Deviation] = []
    same, last = 0, None
    for one, other in _pairs(mine, theirs, stop):
        told = list(_of(one, other))
        found += told
        if one is not None and one is refused:
            last = other
        else:
            same += not told and one is not None and other is not None
    if stop is None:
        found += _activations(own, asked)
        return Compared(tuple(found), same, len(theirs))
    found.append(_stop(stop, last))
    where = "" if refused is None else refused.name
    return Compared(tuple(found), same, len(theirs), where)


def _stop(stop: StoppedPass, asked: Node | None) -> Deviation:
    """Return where a forward pass stopped and why; what is asked for there may be None."""
    refused = stop.node
    name = refused.name if refused is not None else ""
    fellow = asked.name if asked is not None else ""
    if refused is not None:
        stated, given = _input_of(refused)
        if stated is not None and stated != given:
            key = "in_features" if refused.layer.kind == "linear" else "in_channels"
            words = (
                f"the forward pass stops here: {key} is {stated}, and it is given another number"
            )
            hint = "what a layer is given is what the layer before it makes"
            return Deviation(name, fellow, words, hint, f"{given} here")
    what = stop.what.removeprefix("the forward pass fails: ")
    return Deviation(name, fellow, f"the forward pass stops: {what}", stop.hint)


def _input_of(refused: Node) -> tuple[int | None, int]:
    """Return of how many inputs a layer says that it is given, and how many it is given."""
    settings, shape = refused.layer.settings(), refused.in_shape
    if refused.layer.kind == "linear":
        return settings.get("in_features"), prod(shape)
    return settings.get("in_channels"), shape[0]


def _counted(graph: Graph) -> list[Node]:
    return [
        node
        for node in graph.nodes
        if node.layer.kind == "flatten"
        or not (node.is_view or general_family(node.layer.kind) in ASIDE)
    ]


def _pairs(
    mine: Sequence[Node], theirs: Sequence[Node], stop: StoppedPass | None
) -> Iterator[tuple[Node | None, Node | None]]:
    """Yield layers that belong together, and those that have no fellow: as few, and as like.

    Layers of one kind are fellows, those that are the same before those that differ in settings.
    Behind the place where a forward pass stopped, none is missed.
    """
    unlike = _unlike(mine, theirs)
    refused = None if stop is None else stop.node
    alone = [ALONE * (2 if node is refused else 1) for node in mine]
    missed = [ALONE] * len(mine) + [ALONE if stop is None else 0]
    least = [[0] * (len(theirs) + 1) for _ in range(len(mine) + 1)]  # of what is left from here on
    for at in reversed(range(len(mine) + 1)):
        for there in reversed(range(len(theirs) + 1)):
            ways = []
            if at < len(mine):
                ways.append(least[at + 1][there] + alone[at])
            if there < len(theirs):
                ways.append(least[at][there + 1] + missed[at])
            if (differ := unlike.get((at, there))) is not None:
                ways.append(least[at + 1][there + 1] + differ)
            least[at][there] = min(ways, default=0)
    at = there = 0
    while at < len(mine) or (there < len(theirs) and missed[at]):
        differ, now = unlike.get((at, there)), least[at][there]
        if differ is not None and now == least[at + 1][there + 1] + differ:
            yield mine[at], theirs[there]
            at, there = at + 1, there + 1
        elif at < len(mine) and now == least[at + 1][there] + alone[at]:
            yield mine[at], None
            at += 1
        else:
            yield None, theirs[there]
            there += 1


def _unlike(mine: Sequence[Node], theirs: Sequence[Node]) -> dict[tuple[int, int], int]:
    """Return in how many things the layers differ that may be fellows, by their places."""
    own, asked = ([_facts(node) for node in nodes] for nodes in (mine, theirs))
    known: dict[object, int] = {}
    found = {}
    for at, one in enumerate(mine):
        for there, other in enumerate(theirs):
            if _alike(one) == _alike(other):
                facts = own[at], asked[there]
                if facts not in known:
                    known[facts] = sum(1 for _ in _of(one, other))
                found[at, there] = known[facts]
    return found


def _facts(node: Node) -> tuple[object, ...]:
    settings = node.layer.settings()
    return (node.layer.kind, *(repr(settings.get(key)) for key in SAYINGS))


def _alike(node: Node) -> str:
    kind = node.layer.kind
    return kind.removeprefix("adaptive_") if kind.startswith("adaptive_") else kind


def _of(one: Node | None, other: Node | None) -> Iterator[Deviation]:
    if one is None and other is not None:
        words, hint = MISSING.get(
            other.layer.kind, (f"there is no such layer ({other.layer.label})", "")
        )
        yield Deviation("", other.name, words, hint)
        return
    if other is None and one is not None:
        yield Deviation(one.name, "", f"this layer is one too many ({one.layer.label})")
        return
    if one is None or other is None:
        return
    if one.layer.kind != other.layer.kind:
        words = f"it is another kind of layer ({one.layer.label})"
        yield Deviation(one.name, other.name, words, right=other.layer.label)
        return
    own, asked = one.layer.settings(), other.layer.settings()
    for key in SAYINGS:
        if key in asked and own.get(key) != asked[key]:
            yield _setting(one, other, key, own.get(key), asked[key])


def _setting(one: Node, other: Node, key: str, own: object, asked: object) -> Deviation:
    nothing, words = LEFT_OUT.get(key, ((), ""))
    flat = set(own) if isinstance(own, tuple) else {own}
    if not nothing or flat != set(nothing):
        words = f"{SAYINGS[key]} is {_written(own)}, and another is asked for"
    return Deviation(one.name, other.name, words, HINTS.get(key, ""), _written(asked))


def _written(value: object) -> str:
    """Return a setting as people write it.

    >>> _written((2, 2)), _written((5, 3)), _written(False)
    ('2', '5×3', 'no')
    """
    if isinstance(value, tuple):
        short = shortest(value)
        return times(short) if isinstance(short, tuple) else str(short)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _activations(own: Graph, asked: Graph) -> Iterator[Deviation]:
    """Yield what differs in activations, which change no number of a table."""
    counts = [
        sum(general_family(node.layer.kind) == "activation" for node in graph.nodes)
        for graph in (own, asked)
    ]
    if counts[0] < counts[1]:
        few = counts[1] - counts[0]
        what = "an activation is missing" if few == 1 else f"{few} activations are missing"
        yield Deviation("", "", f"{what}, which changes no number of the table")
