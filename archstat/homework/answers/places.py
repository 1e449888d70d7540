"""What a row of a sheet may be about: a layer, a block of layers that follow one another, a sum."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import prod

from archstat.graph import INPUT
from archstat.homework.answers.quantities import QUANTITIES, ColumnRule, LayerInGraph, WrittenCell
from archstat.homework.answers.truth import Answer, Answers, Truth
from archstat.homework.sheet.labels import family_of, general_family
from archstat.layers.base import Shape

WHOLE = "network"
"""The name of the block of all layers, as tools print it first."""

TOTAL = "total"
"""The name of the sum over all layers."""

BEHIND = ("feature_map", "receptive_field", "effective_stride", "effective_padding", "start")
BEFORE = ("in_shape", "in_map", "in_channels", "in_receptive_field", "in_effective_stride")
COUNTED = ("weights", "params", "buffers", "macs", "neurons")
SETTINGS = ("filters", "filter_depth", "kernel_size", "stride", "padding", "dilation", "groups")
WEIGHTED = frozenset({"conv", "conv_transpose", "linear"})
ATTACHED = frozenset({"norm", "activation", "dropout", "flatten", "identity", "softmax"})
"""What is often written in the row of the layer before it."""

MISSING_ROW = {"conv": -2.0, "conv_transpose": -2.0, "linear": -2.0, "pool": -1.5}
MISSING_PARAMS, MISSING_OTHER = -0.3, -0.02
"""What it costs, when a sheet is aligned, that a layer has no row."""

MOST_LEVELS = 4
MOST_SUMMED = 300
"""Layers whose sums are looked through."""

MOST_KEPT = 100_000
"""As many cells are remembered; the sheets of a class say much the same."""

_APART = re.compile(r"[._/]+")
_NUMBERED = re.compile(r"^(.*[0-9][a-z]?)[._/-]")


@dataclass(frozen=True, eq=False)
class Place:
    """What a row may be about.

    Attributes:
        name: The name of the layer or module; of other blocks, the first and the last layer.
        members: The layers that it holds.
        span: The numbers of its first layer and of the first behind it; None of a sum.
        family: What kind of layer it is, or all that count in it are.
        general: The same, pools of either kind in one.
        numbers: What may tell it from others of its family: its place among them, its name's end.
        classes: What its kind or class is called.
        holds_several: Whether it is a block of several layers with weights.
        is_dense: Whether it may be called a convolution or a linear layer: it reads a whole map.
    """

    name: str
    members: tuple[str, ...]
    span: tuple[int, int] | None
    family: str = ""
    general: str = ""
    numbers: tuple[str, ...] = ()
    classes: frozenset[str] = frozenset()
    is_dense: bool = False
    holds_several: bool = False

    @cached_property
    def is_layer(self) -> bool:
        """Whether it is one layer."""
        return self.span is not None and len(self.members) == 1

    @property
    def is_sum(self) -> bool:
        """Whether it adds up layers that are no block."""
        return self.span is None

    @cached_property
    def spelled(self) -> frozenset[str]:
        """Its name, and the ends of its path, without what people write differently."""
        parts = self.name.split(".")
        ends = {".".join(parts[at:]) for at in range(len(parts)) if len(parts) - at > 1 or at == 0}
        return frozenset(map(spelled, {self.name, *ends})) - {""}


def spelled(text: str) -> str:
    """Return a name without what people write differently.

    >>> spelled("Conv 2_1")
    'conv21'
    """
    return re.sub(r"[\W_]+", "", text).casefold()


class Key:
    """The answers of a network at every place, under every reading.

    Attributes:
        layers: The layers in the order of computation.
        blocks: Modules, layers with what is attached to them, and stages of one size.
        sums: All layers, and those of a family, by name.
    """

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.order = [node.name for node in truth.graph.nodes if node.name in truth.account]
        self.layers = _layers(truth, self.order)
        self._answers: dict[str, Answers] = {}
        self._spans: dict[str, dict[int, tuple[int, int]]] = {}
        self.blocks = [
            block
            for block in _blocks(truth, self.order, self.layers)
            if not self._is_as_its_first(block)
        ]
        self.sums = _sums(self.order, self.layers)
        self.by_name = {place.name: place for place in [*self.sums.values(), *self.blocks]}
        self.by_name |= {place.name: place for place in self.layers}
        self._under: dict[tuple[str, str, ColumnRule], Answer] = {}
        self._values: dict[tuple[str, ColumnRule | None], tuple[Answer, ...]] = {}
        self._agreeing: dict[tuple[WrittenCell, str, ColumnRule | None], frozenset[Answer]] = {}

    @property
    def places(self) -> list[Place]:
        """Every place."""
        return [*self.layers, *self.blocks, *self.sums.values()]

    def answers(self, place: Place) -> Answers:
        """Return what is true of a place."""
        if place.is_layer:
            return self.truth.account[place.name]
        if place.name not in self._answers:
            rows = [self.truth.account[name] for name in place.members]
            self._answers[place.name] = _together(rows, is_sum=place.is_sum)
        return self._answers[place.name]

    def answer(self, place: Place, quantity: str, reading: ColumnRule | None = None) -> Answer:
        """Return what is right at a place under a reading."""
        if reading is None:
            return self.answers(place).get(quantity)
        at = (place.name, quantity, reading)
        if at not in self._under:
            self._under[at] = self._read(place, quantity, reading)
        return self._under[at]

    def _is_as_its_first(self, block: Place) -> bool:
        """Return whether nothing that is asked tells a block from its first layer."""
        if block.name in self.truth.graph.modules:
            return False
        first, whole = self.truth.account[block.members[0]], self.answers(block)
        return all(whole.get(key) == first.get(key) for key in (*COUNTED, *BEHIND))

    def span_of(self, quantity: str, value: Answer) -> tuple[str, ...]:
        """Return the layers, two or more in a row, that have this sum; nothing if none have."""
        if quantity not in self._spans:
            counts = [self.truth.account[name].get(quantity) for name in self.order]
            held = [(at, one) for at, one in enumerate(counts) if isinstance(one, int) and one]
            sums: dict[int, tuple[int, int]] = {}
            for first, (start, one) in enumerate(held[:MOST_SUMMED]):
                reached = one
                for stop, more in held[first + 1 : MOST_SUMMED]:
                    reached += more
                    sums.setdefault(reached, (start, stop + 1))
            self._spans[quantity] = sums
        span = self._spans[quantity].get(value) if isinstance(value, int) else None
        return () if span is None else tuple(self.order[slice(*span)])

    def left_out(self, layer: Place) -> float:
        """Return what it costs a sheet, when it is aligned, to have no row for a layer."""
        if layer.general in MISSING_ROW:
            return MISSING_ROW[layer.general]
        return MISSING_PARAMS if self.answers(layer).get("params") else MISSING_OTHER

    def beside(self, block: Place) -> float:
        """Return the same for the layers of a block beside its first."""
        if block.span is None:
            return 0.0
        start, stop = block.span
        return sum(self.left_out(layer) for layer in self.layers[start + 1 : stop])

    def _read(self, place: Place, quantity: str, reading: ColumnRule) -> Answer:
        truth = self.truth
        members = place.members
        if not QUANTITIES[quantity].is_summed:
            members = members[:1] if quantity in BEFORE else members[-1:]
        found = [
            reading.answer(truth.account[name], LayerInGraph(truth.nodes[name], truth.graph))
            for name in members
        ]
        return found[0] if len(found) == 1 else total(found)

    def values(self, quantity: str, reading: ColumnRule | None = None) -> tuple[Answer, ...]:
        """Return all that is right at any place, each once."""
        at = (quantity, reading)
        if at not in self._values:
            found = (self.answer(place, quantity, reading) for place in self.places)
            self._values[at] = tuple(dict.fromkeys(one for one in found if one is not None))
        return self._values[at]

    def agreeing(
        self, written: WrittenCell, quantity: str, reading: ColumnRule | None = None
    ) -> frozenset[Answer]:
        """Return what a cell says of all that is right at any place."""
        at = (written, quantity, reading)
        if at not in self._agreeing:
            if len(self._agreeing) >= MOST_KEPT:
                self._agreeing.clear()
            agrees = QUANTITIES[quantity].agrees
            self._agreeing[at] = frozenset(
                value for value in self.values(quantity, reading) if agrees(written, value)
            )
        return self._agreeing[at]


@lru_cache(maxsize=16)
def key_of(truth: Truth) -> Key:
    """Return the answers of a network at every place."""
    return Key(truth)


def total(answers: Iterable[Answer]) -> Answer:
    """Return a sum; None if a part of it is not known."""
    parts = list(answers)
    known = [part for part in parts if isinstance(part, (int, Fraction))]
    return sum(known) if len(known) == len(parts) else None


def _together(rows: Sequence[Answers], *, is_sum: bool) -> Answers:
    """Return what is true of several layers: sums, and what stands before and behind them."""
    answers = {
        key: total(row.get(key) for row in rows)
        for key, quantity in QUANTITIES.items()
        if quantity.is_summed
    }
    if is_sum:
        return answers
    answers |= {key: rows[-1].get(key) for key in BEHIND}
    answers |= {key: rows[0].get(key) for key in BEFORE}
    for key in SETTINGS:
        stated = {row[key] for row in rows if row.get(key) is not None}
        if len(stated) == 1:
            answers[key] = stated.pop()
    return answers


def _layers(truth: Truth, order: Sequence[str]) -> list[Place]:
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


def _blocks(truth: Truth, order: Sequence[str], layers: Sequence[Place]) -> list[Place]:
    """Return the blocks of more than one layer, each span once, modules first."""
    found: dict[tuple[int, int], str] = {}
    for name, (start, stop) in _modules(order).items():
        found.setdefault((start, stop), name)
    for start, stop in (*_attached(layers), *_stages(truth, order, layers)):
        found.setdefault((start, stop), f"{order[start]} … {order[stop - 1]}")
    starts: set[int] = set()
    blocks = []
    for (start, stop), name in sorted(found.items()):
        inside = layers[start:stop]
        weighted = [place for place in inside if place.general in WEIGHTED]
        families = {place.general for place in weighted}
        general = families.pop() if len(families) == 1 else ""
        numbers = weighted[0].numbers if len(weighted) == 1 else ()
        if "…" not in name:
            numbers = (*re.findall(r"[0-9]+$", name), *numbers[:1])
        elif len(weighted) > 1 and start not in starts:
            starts.add(start)
            numbers = (str(len(starts)),)
        path = "" if name == WHOLE else name
        called = {truth.graph.modules.get(path, ""), *(("model",) if name == WHOLE else ())}
        classes = frozenset(map(spelled, called)) - {""}
        members = tuple(place.name for place in inside)
        span, several = (start, stop), len(weighted) > 1
        blocks.append(
            Place(name, members, span, general, general, numbers, classes, holds_several=several)
        )
    return blocks


def _modules(order: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return the spans of the modules that names tell of: all between the first and the last."""
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
        and len(places) < len(order)
    } | ({WHOLE: (0, len(order))} if len(order) > 1 else {})


def _prefixes(name: str) -> Iterator[str]:
    """Yield the paths that a name begins with.

    >>> list(_prefixes("layer1.0.conv1")), list(_prefixes("conv1_2"))
    (['layer1', 'layer1.0'], ['conv1'])
    """
    parts = name.split(".")
    yield from (".".join(parts[:at]) for at in range(1, min(len(parts), MOST_LEVELS + 1)))
    if match := _NUMBERED.match(parts[-1]):
        yield ".".join([*parts[:-1], match[1]])


def _attached(layers: Sequence[Place]) -> Iterator[tuple[int, int]]:
    """Yield the spans of layers with what is attached to them, with and without a pool behind."""
    for start, place in enumerate(layers):
        if place.general not in WEIGHTED | {"pool"}:
            continue
        stop = start + 1
        while stop < len(layers) and _is_attached(layers[stop]):
            stop += 1
            yield start, stop
        if stop < len(layers) and place.general != "pool" and layers[stop].general == "pool":
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


def _sums(order: Sequence[str], layers: Sequence[Place]) -> dict[str, Place]:
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


__all__ = ["INPUT", "TOTAL", "Key", "Place", "key_of", "spelled", "total"]
