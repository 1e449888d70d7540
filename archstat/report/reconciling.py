"""Where a number comes from: which count, of which layers, input, variant and batch, gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from archstat.graph import Graph
from archstat.record import record
from archstat.report.counted import Count, counts
from archstat.report.itemizing import CountPart
from archstat.report.quoted import Fit, Quoted

BATCHES = (2, 4, 8, 10, 16, 32, 64, 100, 128, 256, 512)
"""The batches that numbers are given for, beside one example."""

MOST_NEAR = 5
"""As many counts are named where none fits."""

TELLING_DIGITS = 3
"""A number of fewer is met by some layer or variant, whatever it is of."""


@record
class LikelyVariant:
    """A network that may be meant.

    Attributes:
        words: What is changed of the one that was asked for; "" for that one itself.
        is_other: Whether it is another network, and not that one with another input or setting.
    """

    graph: Graph
    words: str = ""
    is_other: bool = False


@record
class CountOrigin:
    """A way to come to a number.

    Attributes:
        value: What it comes to.
        variant: The network.
        counted: What is counted, in words.
        items: The parts of the count; they add up to the value of one example.
        batch_size: Of how many examples.
        off: By how much the number in question is more.
        fit: How the number comes of it; None if it does not.
    """

    value: int
    variant: LikelyVariant
    counted: str
    items: tuple[CountPart, ...]
    batch_size: int
    off: Fraction
    fit: Fit | None


def origins(numbers: Sequence[Quoted], variants: Iterable[LikelyVariant]) -> list[CountOrigin]:
    """Return the ways to come to a number, the plainest ones; the nearest if there is none.

    What comes first is looked for first: the network that was asked for, all of it; its layers and
    groups of them; the same with another input or setting; another batch, and other networks, which
    count only if they give exactly the number.

    Args:
        numbers: What the number may be, the likeliest first.
        variants: The networks that may be meant, the one that was asked for first.
    """
    distinct = _distinct(variants)
    asked = next(distinct)
    is_telling = numbers[0].digits >= TELLING_DIGITS
    of_bytes = numbers[0].is_of_bytes
    own = list(counts(asked.graph, of_bytes=of_bytes))
    whole, parts = [c for c in own if c.is_of_all], [c for c in own if not c.is_of_all]
    for group, is_exact in ((whole, False), (parts, not is_telling)):
        if found := _best(numbers, [(asked, group, is_exact)]):
            return found
    stages: list[tuple[LikelyVariant, Sequence[Count], bool]] = []
    for other in distinct:  # most numbers are of the network that was asked for
        of_other = [c for c in counts(other.graph, of_bytes=of_bytes) if c.is_of_all]
        stages.append((other, of_other, other.is_other or not is_telling))
    if found := (
        _best(numbers, [stage for stage in stages if not stage[0].is_other])
        or _in_batches(numbers, asked, whole)
        or _best(numbers, [stage for stage in stages if stage[0].is_other])
    ):
        return found
    near = [_origin(number, asked, count, 1, None) for number in numbers[:1] for count in whole]
    near.sort(key=lambda origin: Fraction(abs(origin.off), max(1, origin.value)))
    return _merged(near)[:MOST_NEAR]


def _best(
    numbers: Sequence[Quoted], stages: Sequence[tuple[LikelyVariant, Sequence[Count], bool]]
) -> list[CountOrigin]:
    """Return the counts that fit best, all equally well."""
    found = [
        _origin(number, variant, count, 1, fit)
        for number in numbers
        for variant, of_variant, is_exact in stages
        for count in of_variant
        if (fit := number.fit(count.value)) and (fit is Fit.EXACT or not is_exact)
    ]
    for fit in Fit:
        if equally := [origin for origin in found if origin.fit is fit]:
            return _merged(equally)
    return []


def _in_batches(
    numbers: Sequence[Quoted], asked: LikelyVariant, whole: Sequence[Count]
) -> list[CountOrigin]:
    """Return the counts that a batch has exactly so many times."""
    return _merged(
        [
            _origin(number, asked, count, batch_size, Fit.EXACT)
            for number in numbers
            for count in whole
            for batch_size in BATCHES
            if count.is_per_example and batch_size * count.value == number.value
        ]
    )


def _distinct(variants: Iterable[LikelyVariant]) -> Iterator[LikelyVariant]:
    """Yield the networks whose layers differ from those of the ones before."""
    seen = set()
    for variant in variants:
        looks = tuple((node.weights, node.biases, node.macs) for node in variant.graph.nodes)
        if looks not in seen:
            seen.add(looks)
            yield variant


def _merged(found: Sequence[CountOrigin]) -> list[CountOrigin]:
    """Return origins of which those that count the same are one."""
    merged: dict[tuple[object, ...], CountOrigin] = {}
    for origin in found:
        key = (origin.variant.words, origin.items, origin.batch_size)
        before = merged.get(key)
        names = origin.counted if before is None else f"{before.counted}, {origin.counted}"
        merged[key] = replace(origin, counted=names)
    return list(merged.values())


def _origin(
    number: Quoted, variant: LikelyVariant, count: Count, batch_size: int, fit: Fit | None
) -> CountOrigin:
    value = batch_size * count.value
    off = number.value - value
    return CountOrigin(value, variant, count.words, count.parts, batch_size, off, fit)
