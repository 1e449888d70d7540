"""Where a number comes from: which convention, input, variant and batch give exactly that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from archstat.analyses.conventions.registry import CONVENTIONS
from archstat.graph import Graph
from archstat.record import record
from archstat.report.itemizing import CountPart, items, total

BATCHES = (1, 2, 4, 8, 10, 16, 32, 64, 100, 128, 256, 512)
"""The batches that numbers are given for."""

MOST_NEAR = 5
"""As many counts are named where none is exact."""


@record
class Variant:
    """A network that may be meant.

    Attributes:
        words: What is changed of the one that was asked for; "" for that one itself.
    """

    graph: Graph
    words: str = ""


@record
class Origin:
    """A way to come to a number.

    Attributes:
        value: What it comes to.
        counted: What is counted, in words.
        items: The parts of the count; they add up to the value of one example.
        off: By how much the number in question is more.
    """

    value: int
    variant: Variant
    counted: str
    items: tuple[CountPart, ...]
    batch_size: int
    off: int

    @property
    def changes(self) -> int:
        """How many things differ from the question as it was asked."""
        return bool(self.variant.words) + (self.batch_size > 1)


def origins(
    value: int, variants: Sequence[Variant], *, agrees: Callable[[int], bool] | None = None
) -> list[Origin]:
    """Return the ways to come to a number, the plainest ones; the nearest if there is none.

    Args:
        value: The number.
        variants: The networks that may be meant, the likeliest first.
        agrees: Whether a count is the number; where nothing is said, whether it is equal.
    """
    agrees = agrees or (lambda count: count == value)
    counts = [count for variant in _distinct(variants) for count in _counts(variant)]
    exact = [
        _origin(value, *count, batch_size)
        for count in counts
        for batch_size in BATCHES
        if agrees(batch_size * total(count[2]))
    ]
    if exact:
        fewest = min(origin.changes for origin in exact)
        return _merged([origin for origin in exact if origin.changes == fewest])
    near = [_origin(value, *count, 1) for count in counts]
    near.sort(key=lambda origin: (_distance(origin), origin.changes))
    return _merged(near)[:MOST_NEAR]


def _distinct(variants: Sequence[Variant]) -> Iterator[Variant]:
    """Yield the networks whose layers differ from those of the ones before."""
    seen = set()
    for variant in variants:
        looks = tuple((node.weights, node.biases, node.macs) for node in variant.graph.nodes)
        if looks not in seen:
            seen.add(looks)
            yield variant


def _merged(found: Sequence[Origin]) -> list[Origin]:
    """Return origins of which those that count the same are one."""
    merged: dict[tuple[object, ...], Origin] = {}
    for origin in found:
        key = (origin.variant.words, origin.items, origin.batch_size)
        before = merged.get(key)
        names = origin.counted if before is None else f"{before.counted}, {origin.counted}"
        merged[key] = replace(origin, counted=names)
    return list(merged.values())


def _distance(origin: Origin) -> Fraction:
    return Fraction(abs(origin.off), max(1, origin.value))


_Count: TypeAlias = "tuple[Variant, str, tuple[CountPart, ...]]"


def _counts(variant: Variant) -> Iterator[_Count]:
    """Yield everything that is counted of a network, with its parts."""
    nodes = variant.graph.nodes
    weights = CountPart(sum(node.weights for node in nodes), "weights")
    biases = CountPart(sum(node.biases for node in nodes), "biases")
    yield variant, "weights", (weights,)
    yield variant, "parameters", (weights, biases)
    yield variant, "neurons", (CountPart(sum(node.neurons for node in nodes), "output units"),)
    for convention in CONVENTIONS.values():
        parts = items(convention, variant.graph)
        if total(parts):
            yield variant, convention.name, parts


def _origin(
    value: int, variant: Variant, counted: str, parts: tuple[CountPart, ...], batch_size: int
) -> Origin:
    count = batch_size * total(parts)
    return Origin(count, variant, counted, parts, batch_size, value - count)
