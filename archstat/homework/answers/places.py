"""What a row of a sheet may be about: a layer, a block of layers that follow one another, a sum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache

from archstat.graph import INPUT
from archstat.homework.answers.blocks import blocks_of, layers_of, sums_of_layers
from archstat.homework.answers.place import TOTAL, WEIGHTED, WHOLE, Place, spelled
from archstat.homework.answers.quantities import QUANTITIES, ColumnRule, LayerInGraph, WrittenCell
from archstat.homework.answers.truth import Answer, Answers, Truth

BEHIND = ("feature_map", "receptive_field", "effective_stride", "effective_padding", "start")
BEFORE = ("in_shape", "in_map", "in_channels", "in_receptive_field", "in_effective_stride")
COUNTED = ("weights", "params", "buffers", "macs", "neurons")
SETTINGS = ("filters", "filter_depth", "kernel_size", "stride", "padding", "dilation", "groups")
MISSING_ROW = {"conv": -2.0, "conv_transpose": -2.0, "linear": -2.0, "pool": -1.5}
MISSING_PARAMS, MISSING_OTHER = -0.3, -0.02
"""What it costs, when a sheet is aligned, that a layer has no row."""

MOST_SUMMED = 300
"""Layers whose sums are looked through."""

MOST_KEPT = 100_000
"""As many cells are remembered; the sheets of a class say much the same."""

_COUNT = re.compile(r"(?<![^._/])[0-9]+(?![^._/])")
_FIRST_COUNT = re.compile(r"[0-9]+(?=[._/])")


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
        self.layers = layers_of(truth, self.order)
        self._answers: dict[str, Answers] = {}
        self._spans: dict[str, dict[int, tuple[int, int]]] = {}
        self.blocks = [
            block
            for block in blocks_of(truth, self.order, self.layers)
            if not self._is_as_its_first(block)
        ]
        self.sums = sums_of_layers(self.order, self.layers)
        self.parts = [*self._parts(), *self._across()]
        self.by_name = {place.name: place for place in [*self.sums.values(), *self.blocks]}
        self.by_name |= {place.name: place for place in self.parts}
        self.by_name |= {place.name: place for place in self.layers}
        self._of_layers: dict[tuple[str, ColumnRule], Answer] = {}
        self._under: dict[tuple[str, str, ColumnRule], Answer] = {}
        self._values: dict[tuple[str, ColumnRule | None], tuple[Answer, ...]] = {}
        self._beside: dict[str, float] = {}
        self._agreeing: dict[tuple[WrittenCell, str, ColumnRule | None], frozenset[Answer]] = {}

    def layer(self, name: str) -> Place:
        """Return a layer by its name."""
        return self.by_name[name]

    @property
    def places(self) -> list[Place]:
        """Every place."""
        return [*self.layers, *self.blocks, *self.sums.values(), *self.parts]

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
            return self._plain(place, quantity)
        at = (place.name, quantity, reading)
        if at not in self._under:
            self._under[at] = self._read(place, quantity, reading)
        return self._under[at]

    def _plain(self, place: Place, quantity: str) -> Answer:
        """Return what is true of a place; of one quantity alone where no other is known yet."""
        if place.is_layer or place.name in self._answers:
            return self.answers(place).get(quantity)
        rows = [self.truth.account[name] for name in place.members]
        return _of_all(rows, quantity, is_sum=place.is_sum)

    def _is_as_its_first(self, block: Place) -> bool:
        """Return whether nothing that is asked tells a block from its first layer."""
        if block.name in self.truth.graph.modules:
            return False
        first = self.truth.account[block.members[0]]
        return all(self._plain(block, key) == first.get(key) for key in (*COUNTED, *BEHIND))

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

    @cached_property
    def repeated(self) -> frozenset[str]:
        """The layers of modules that are as one before them, of which one is often shown."""
        seen, found = set(), set()
        for place in self.layers:
            shape = self.truth.nodes[place.name].out_shape
            at = _COUNT.sub("#", place.name), place.family, self.answers(place).get("params"), shape
            if at in seen and "#" in at[0]:
                found.add(place.name)
            seen.add(at)
        return frozenset(found)

    def _parts(self) -> Iterator[Place]:
        """Yield the sums of the layers of one kind in a module, of modules alike the first."""
        for block in self.blocks:
            if "…" in block.name or block.name == WHOLE or block.members[0] in self.repeated:
                continue
            families: dict[str, list[str]] = {}
            for layer in self.layers[slice(*(block.span or (0, 0)))]:
                families.setdefault(layer.general, []).append(layer.name)
            for family, names in families.items():
                if 1 < len(names) < len(block.members):
                    name = f"{family} layers of {block.name}"
                    yield Place(name, tuple(names), None, family, family)

    def _across(self) -> Iterator[Place]:
        """Yield the sums of like layers of modules that are alike: the norms of all 12 blocks."""
        groups: dict[tuple[str, str], list[Place]] = {}
        for layer in self.layers:
            path = _FIRST_COUNT.sub("#", layer.name, count=1)
            if "#" in path:
                groups.setdefault(("", path), []).append(layer)
                groups.setdefault((path.partition("#")[0], layer.general), []).append(layer)
        seen: set[tuple[str, ...]] = set()
        for (prefix, what), found in groups.items():
            members = tuple(place.name for place in found)
            if len(members) > 1 and members not in seen:
                seen.add(members)
                family, general = found[0].family, found[0].general
                name = f"{what} layers of all {prefix}" if prefix else what
                yield Place(name, members, None, family, general, times=len(members))

    def starting(self, at: int) -> Sequence[Place]:
        """Return the blocks that start at a layer, by its number."""
        return self._starting.get(at, ())

    @cached_property
    def _starting(self) -> Mapping[int, list[Place]]:
        found: dict[int, list[Place]] = {}
        for block in self.blocks:
            if block.span is not None:
                found.setdefault(block.span[0], []).append(block)
        return found

    def left_out(self, layer: Place) -> float:
        """Return what it costs a sheet, when it is aligned, to have no row for a layer."""
        if layer.name in self.repeated:
            return MISSING_OTHER
        if layer.general in MISSING_ROW:
            return MISSING_ROW[layer.general]
        return MISSING_PARAMS if self.answers(layer).get("params") else MISSING_OTHER

    def beside(self, block: Place) -> float:
        """Return the same for the layers of a block beside its first."""
        if block.name not in self._beside:
            start, stop = block.span or (0, 0)
            self._beside[block.name] = sum(map(self.left_out, self.layers[start + 1 : stop]))
        return self._beside[block.name]

    def _read(self, place: Place, quantity: str, reading: ColumnRule) -> Answer:
        members = place.members
        if reading.is_of_last and not place.is_sum:
            members = members[-1:]
        elif not QUANTITIES[quantity].is_summed:
            members = members[:1] if quantity in BEFORE else members[-1:]
        found = [self._of_layer(name, reading) for name in members]
        return found[0] if len(found) == 1 else total(found)

    def _of_layer(self, name: str, reading: ColumnRule) -> Answer:
        """Return what is right of a layer under a rule, worked out once."""
        at = name, reading
        if at not in self._of_layers:
            layered = LayerInGraph(self.truth.nodes[name], self.truth.graph)
            self._of_layers[at] = reading.answer(self.truth.account[name], layered)
        return self._of_layers[at]

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
    whole: int | Fraction = 0
    for part in answers:
        if not isinstance(part, (int, Fraction)):
            return None
        whole += part
    return whole


def _together(rows: Sequence[Answers], *, is_sum: bool) -> Answers:
    """Return what is true of several layers: sums, and what stands before and behind them."""
    summed = [key for key, quantity in QUANTITIES.items() if quantity.is_summed]
    keys = summed if is_sum else [*summed, *BEHIND, *BEFORE, *SETTINGS]
    told = {key: _of_all(rows, key, is_sum=is_sum) for key in keys}
    return {key: one for key, one in told.items() if one is not None or key not in SETTINGS}


def _of_all(rows: Sequence[Answers], key: str, *, is_sum: bool) -> Answer:
    """Return what is true of several layers of one quantity; None if nothing is."""
    if key in QUANTITIES and QUANTITIES[key].is_summed:
        return total(row.get(key) for row in rows)
    if is_sum:
        return None
    if key in BEHIND:
        return rows[-1].get(key)
    if key in BEFORE:
        return rows[0].get(key)
    stated = {row[key] for row in rows if row.get(key) is not None} if key in SETTINGS else set()
    return stated.pop() if len(stated) == 1 else None


__all__ = ["INPUT", "TOTAL", "WEIGHTED", "Key", "Place", "key_of", "spelled", "total"]
