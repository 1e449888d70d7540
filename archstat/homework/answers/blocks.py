"""The layers of a network, the blocks of layers that follow one another, and the sums of sheets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import prod

from archstat.homework.answers.place import TOTAL, WEIGHTED, WHOLE, Place, spelled
from archstat.homework.answers.truth import Answers, Truth
from archstat.homework.sheet.labels import family_of, general_family
from archstat.layers.base import Shape

ATTACHED = frozenset({"norm", "activation", "dropout", "flatten", "identity", "softmax"})
"""What is often written in the row of the layer before it."""

MOST_LEVELS = 4

SHORTEST_NAME = 3
"""Letters of a module's name by which it is known without its path: attn, mlp."""

MOST_LIKE = 20
"""Modules in a row of which each several are looked at together: 4 of 12 blocks."""

_NUMBERED = re.compile(r"(?<=[0-9])[a-z]?(?=[_/-])")

_LAST_NUMBER = re.compile(r"(?<![0-9])[0-9]+[a-z]?$")


def layers_of(truth: Truth, order: Sequence[str]) -> list[Place]:
    """Return the layers of a network in the order of computation."""
    counts: dict[str, int] = {}
    found = []
    for at, name in enumerate(order):
        layer = truth.nodes[name].layer
        family, general = family_of(layer.kind), general_family(layer.kind)
        counts[general] = counts.get(general, 0) + 1
        numbers = (str(counts[general]), *re.findall(r"[0-9]+$", name))
        names = (layer.kind, layer.label, getattr(layer, "torch_name", ""))
        classes = frozenset(map(spelled, names)) - {""}
        is_dense = general in WEIGHTED and _is_dense(
            truth.nodes[name].out_shape, truth.account[name]
        )
        span = (at, at + 1)
        found.append(Place(name, (name,), span, family, general, numbers, classes, is_dense))
    return found


def _is_dense(out_shape: Shape, answers: Answers) -> bool:
    return prod(out_shape[1:]) == 1 if len(out_shape) > 1 else answers.get("in_map") is not None


def blocks_of(truth: Truth, order: Sequence[str], layers: Sequence[Place]) -> list[Place]:
    """Return the blocks of more than one layer, each span once, modules first."""
    found: dict[tuple[int, int], str] = {}
    modules = _modules(order, layers)
    for name, (start, stop) in modules.items():
        found.setdefault((start, stop), name)
    joined = dict(_joined(truth, order, layers))
    for start, stop in (*joined, *_attached(layers), *_stages(truth, order, layers)):
        found.setdefault((start, stop), f"{order[start]} … {order[stop - 1]}")
    times: dict[tuple[int, int], int] = {}
    for span, count in _alike(modules):
        times.setdefault(span, count)
        found.setdefault(span, f"{order[span[0]]} … {order[span[1] - 1]}")
    starts: set[int] = set()
    blocks = []
    for (start, stop), name in sorted(found.items()):
        inside = layers[start:stop]
        weighted = [place for place in inside if place.general in WEIGHTED]
        families = {place.general for place in weighted}
        general = families.pop() if len(families) == 1 else ""
        numbers = weighted[0].numbers if len(weighted) == 1 else ()
        join = joined.get((start, stop), "")
        if "…" not in name or join:
            numbers = (*_LAST_NUMBER.findall(join or name), *numbers[:1])
        elif len(weighted) > 1 and start not in starts and (start, stop) not in times:
            starts.add(start)
            numbers = (str(len(starts)),)
        path = "" if name == WHOLE else name
        called = {truth.graph.modules.get(path, ""), *(("model",) if name == WHOLE else ())}
        last = name.rpartition(".")[2]
        word = last if last.isalpha() and len(last) >= SHORTEST_NAME else ""
        classes = frozenset(map(spelled, {*called, join, word})) - {""}
        members = tuple(place.name for place in inside)
        span, several = (start, stop), len(weighted) > 1
        blocks.append(
            Place(
                name,
                members,
                span,
                general,
                general,
                numbers,
                classes,
                holds_several=several,
                times=times.get(span, 1),
            )
        )
    return blocks


def _modules(order: Sequence[str], layers: Sequence[Place]) -> dict[str, tuple[int, int]]:
    """Return the spans of the modules that names tell of: all between the first and the last.

    What is only attached to other layers is no module: relu5_1 and relu5_2, with conv5_2 between.
    """
    spans: dict[str, list[int]] = {}
    for at, name in enumerate(order):
        for prefix in _prefixes(name):
            spans.setdefault(prefix, []).append(at)
    return {
        prefix: (places[0], places[-1] + 1)
        for prefix, places in spans.items()
        if prefix not in order
        and len(places) > 1
        and 2 * len(places) >= places[-1] + 1 - places[0]
        and not all(_is_attached(layers[at]) for at in places)
        and len(places) < len(order)
    } | ({WHOLE: (0, len(order))} if len(order) > 1 else {})


def _joined(
    truth: Truth, order: Sequence[str], layers: Sequence[Place]
) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the spans of branches with the layer that joins them, and the name of that one."""
    numbers = {name: at for at, name in enumerate(order)}

    def sources(at: int) -> set[int]:
        found: set[int] = set()
        open_names = list(truth.nodes[order[at]].inputs)
        while open_names:
            name = open_names.pop()
            if name in numbers or name not in truth.nodes:
                found.add(numbers.get(name, -1))
            else:
                open_names += truth.nodes[name].inputs
        return found

    for at, name in enumerate(order):
        reached = sources(at)
        if len(reached) <= 1:
            continue
        while len(reached) > 1:
            last = max(reached)
            reached = reached - {last} | sources(last)
        start = reached.pop() + 1 if reached else 0
        stop = at + 1
        yield (start, stop), name
        while stop < len(order) and _is_attached(layers[stop]):
            stop += 1
            yield (start, stop), name


def _alike(modules: Mapping[str, tuple[int, int]]) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield the spans of several modules in a row that are numbered alike, with their number."""
    families: dict[str, list[tuple[int, int]]] = {}
    for name, span in modules.items():
        if name.rpartition(".")[2].isdigit():
            families.setdefault(name.rpartition(".")[0], []).append(span)
    for spans in families.values():
        for first, (start, _) in enumerate(spans[:MOST_LIKE]):
            for count, (_, stop) in enumerate(spans[first + 1 : MOST_LIKE], 2):
                yield (start, stop), count


def _prefixes(name: str) -> Iterator[str]:
    """Yield the paths that a name begins with.

    >>> list(_prefixes("layer1.0.conv1")), list(_prefixes("inception_3a_3x3_reduce"))
    (['layer1', 'layer1.0'], ['inception_3a', 'inception_3a_3x3'])
    """
    parts = name.split(".")
    yield from (".".join(parts[:at]) for at in range(1, min(len(parts), MOST_LEVELS + 1)))
    for end in _NUMBERED.finditer(parts[-1]):
        yield ".".join([*parts[:-1], parts[-1][: end.end()]])


def _attached(layers: Sequence[Place]) -> Iterator[tuple[int, int]]:
    """Yield the spans of layers with what is attached to them, with and without a pool behind.

    Behind a pool, the linear layer that reads it stands likewise: GAP + FC.
    """
    for start, place in enumerate(layers):
        if place.general not in WEIGHTED | {"pool"}:
            continue
        stop = start + 1
        while stop < len(layers) and _is_attached(layers[stop]):
            stop += 1
            yield start, stop
        behind = layers[stop].general if stop < len(layers) else ""
        if behind == ("linear" if place.general == "pool" else "pool"):
            yield start, stop + 1


def _is_attached(place: Place) -> bool:
    return place.general in ATTACHED


def _stages(
    truth: Truth, order: Sequence[str], layers: Sequence[Place]
) -> Iterator[tuple[int, int]]:
    """Yield the spans of layers of one size, without and with the pool that ends them."""
    start = 0
    sizes = [truth.nodes[name].out_shape[1:] for name in order]
    for at in range(1, len(order) + 1):
        if at < len(order) and sizes[at] == sizes[start]:
            continue
        first = start + (layers[start].general == "pool")
        count = sum(place.general in WEIGHTED for place in layers[first:at])
        if count > 1 and len(sizes[start]) > 0:
            yield first, at
            if at < len(order) and layers[at].general == "pool":
                yield first, at + 1
            if first > start:
                yield start, at
        start = at


def sums_of_layers(order: Sequence[str], layers: Sequence[Place]) -> dict[str, Place]:
    """Return the sums that sheets have, by what they add up."""

    def of(families: Collection[str]) -> tuple[str, ...]:
        return tuple(place.name for place in layers if place.general in families)

    linear = of({"linear"})
    at = order.index(linear[0]) if linear else len(order)
    members: Mapping[str, tuple[str, ...]] = {
        TOTAL: tuple(order),
        "convolutions": of({"conv", "conv_transpose"}),
        "linear layers": linear,
        "features": tuple(order[:at]),
        "classifier": tuple(order[at:]),
        "pools": of({"pool"}),
        "norms": of({"norm"}),
    }
    return {name: Place(name, names, None) for name, names in members.items() if names}
