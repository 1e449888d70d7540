"""The roofline of a device: what it can do at which intensity, and where the model's cases lie.

Source: S. Williams, A. Waterman and D. Patterson, Roofline, Communications of the ACM 52(4), 2009.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archstat.bench.case import BYTES, Case
from archstat.bench.summary import Limit, ceilings_of
from archstat.bench.work import LayerWork, Rates
from archstat.documents.bench.sheet import CaseRow, CaseSheet
from archstat.documents.units import percent, with_prefix
from archstat.pictures.axes import Room, Scale
from archstat.pictures.drawing import (
    SMALL_HEIGHT,
    SMALL_LETTER,
    colour,
    cut,
    element,
    label,
    line,
    mark,
    words,
)
from archstat.pictures.roof import PlaceInPlot, grid, names_of_roofs, roof, scales
from archstat.pictures.series import LABEL_GAP, Series, margin, names

LEFT, TOP, BELOW = 84, 34, 62
HEIGHT = 320
RADIUS = 6
CASE_WIDTH = 320
"""Most pixels of the name of the case whose layers are shown."""

NAME_WIDTH = 110
"""Most pixels of a layer's name."""


@dataclass(frozen=True)
class KnownCase:
    """A case whose limit is known, of a device."""

    series: Series
    row: CaseRow
    limit: Limit
    place: PlaceInPlot


def draw(
    sheet: CaseSheet,
    series: Sequence[Series],
    device: str,
    layer_s: Mapping[Case, Mapping[str, float]],
    width: float,
) -> tuple[float, list[str]] | None:
    """Return the height and the elements of a picture; None where no limit is known.

    Args:
        sheet: What was measured.
        series: All series, of which those of the device are drawn.
        device: Whose ceilings make the roof.
        layer_s: The seconds of each layer, of the cases whose layers were measured.
        width: In pixels.
    """
    known = [
        KnownCase(each, row, found.limit, place)
        for each in series
        for row, found in each.rows
        if found.limit is not None
        and row.case.device == device
        and (place := _place(row, found.latency_s)) is not None
    ]
    if not known:
        return None
    shown = list({each.series.number: each.series for each in known}.values())
    reference = _reference(known, layer_s)
    layers = _layers(reference, layer_s.get(reference.row.case, {}))
    roofs = _roofs(known)
    across, upright = scales(
        [each.place for each in known] + [layer.place for layer in layers],
        roofs.values(),
        (LEFT, width - margin(shown)),
        (TOP + max(HEIGHT, LABEL_GAP * len(shown)), TOP),
    )
    points = [
        Point(each, across.at(each.place.intensity), upright.at(each.place.rate)) for each in known
    ]
    spots = [
        Spot(each, across.at(each.place.intensity), upright.at(each.place.rate)) for each in layers
    ]
    return upright.start + BELOW, [
        label(0, 16, f"Roofline of {device}, FLOP/s", look="ink title"),
        *grid(across, upright, "FLOP per byte moved"),
        *(text for name, rates in roofs.items() for text in roof(name, rates, across, upright)),
        *_inside(sheet, points, spots, is_measured=reference.row.case in layer_s),
        *_written(points, spots, roofs, across, upright),
        *_ends(shown, points, across, upright),
        _legend(
            sheet, reference.row, upright.start + 50, is_measured=reference.row.case in layer_s
        ),
    ]


def missing(sheet: CaseSheet, series: Sequence[Series], device: str) -> str:
    """Return why a device has no roofline, as the end of a sentence."""
    rows = [
        (row, found) for each in series for row, found in each.rows if row.case.device == device
    ]
    limits = [found.limit for _, found in rows if found.limit is not None]
    if limits:
        return "the network computes nothing, or moves nothing"
    if any(row.result.work.uncounted for row, _ in rows):
        return "some of its operators are not counted"
    if not all(ceilings_of(sheet.record, row.result) for row, _ in rows):
        return "the ceilings of the device were not measured"
    if any(
        sample.set_aside
        for row, _ in rows
        for trial in row.result.trials
        for sample in trial.samples
    ):
        return "no limit can be told: all samples of a process were set aside, as the verdict says"
    return "the probes beside the samples measured nothing to compare with"


def _place(row: CaseRow, seconds: float) -> PlaceInPlot | None:
    """Return where a case lies; None where nothing is computed or nothing moved."""
    work = row.result.work
    moved = work.moved * BYTES[row.case.dtype]
    return PlaceInPlot(work.flops / moved, work.flops / seconds) if work.flops and moved else None


def _reference(
    known: Sequence[KnownCase], layer_s: Mapping[Case, Mapping[str, float]]
) -> KnownCase:
    """Return the case whose layers are shown: one that has their times, or else the largest."""
    measured = [each for each in known if each.row.case in layer_s]
    return max(measured or known, key=lambda each: each.row.result.work.flops)


@dataclass(frozen=True)
class LayerPlace:
    """A layer in the picture."""

    work: LayerWork
    place: PlaceInPlot


def _layers(case: KnownCase, seconds: Mapping[str, float]) -> list[LayerPlace]:
    """Return the layers that do operations: where they ran, or where the roof is above them.

    Those that take longest come first, as there may not be room for all names.
    """
    found = []
    for layer in case.row.result.work.layers:
        moved = layer.numbers * BYTES[case.row.case.dtype]
        if layer.flops and moved:
            intensity, rates = layer.flops / moved, case.limit.rates
            best = min(rates.conv if layer.is_conv else rates.matmul, intensity * rates.memory)
            rate = layer.flops / seconds[layer.name] if layer.name in seconds else best
            found.append(LayerPlace(layer, PlaceInPlot(intensity, rate)))
    shown = [each for each in found if each.work.name in seconds] if seconds else found
    return sorted(shown, key=lambda each: each.place.rate / each.work.flops)


def _roofs(known: Sequence[KnownCase]) -> dict[str, Rates]:
    """Return the ceilings by what tells them apart: type, and threads where they differ."""
    found: dict[tuple[str, str, int], Rates] = {}
    for each in known:
        key, rates = each.row.case.surroundings, each.limit.rates
        if key not in found or rates.memory < found[key].memory:  # of the largest buffer
            found[key] = rates
    threads = {count for _, _, count in found}
    return {
        f"{dtype}, {count} threads" if len(threads) > 1 else dtype: rates
        for (_, dtype, count), rates in found.items()
    }


@dataclass(frozen=True)
class Point:
    """Where a case is drawn."""

    known: KnownCase
    x: float
    y: float


@dataclass(frozen=True)
class Spot:
    """Where a layer is drawn."""

    layer: LayerPlace
    x: float
    y: float


def _inside(
    sheet: CaseSheet, points: Sequence[Point], spots: Sequence[Spot], *, is_measured: bool
) -> Iterator[str]:
    """Yield the lines and marks of cases, and the dots or ticks of layers."""
    for spot in spots:
        yield _mark(spot, is_measured=is_measured)
    for number in dict.fromkeys(point.known.series.number for point in points):
        path = [(point.x, point.y) for point in points if point.known.series.number == number]
        yield line(path, f"line {colour(number)}")
    for point in points:
        rate = with_prefix(point.known.place.rate, "FLOP/s")
        share = percent(point.known.limit.share)
        hollow = not point.known.row.is_valid
        said = f"{sheet.label(point.known.row.case)}: {rate}, {share} of its limit"
        yield mark(
            point.known.series.number, point.x, point.y, said, radius=RADIUS, is_hollow=hollow
        )


def _mark(spot: Spot, *, is_measured: bool) -> str:
    """Return a dot where a layer ran, or a tick on the roof above it."""
    x, y, layer = spot.x, spot.y, spot.layer
    rate = with_prefix(layer.place.rate, "FLOP/s")
    told = element("title", words(f"{layer.work.name}: {rate}"))
    if is_measured:
        return element("circle", told, cx=x, cy=y, r=3, class_="weak")
    return element("line", told, x1=x, y1=y - 5, x2=x, y2=y + 5, class_="bar weak")


def _written(
    points: Sequence[Point],
    spots: Sequence[Spot],
    roofs: Mapping[str, Rates],
    across: Scale,
    upright: Scale,
) -> Iterator[str]:
    """Yield what is written into the picture, the most important first, as far as there is room."""
    room = Room()
    for point in points:
        room.block((point.x - RADIUS, point.y - RADIUS, point.x + RADIUS, point.y + RADIUS))
    for spot in spots:
        room.block((spot.x - 3, spot.y - 5, spot.x + 3, spot.y + 5))
    yield from names_of_roofs(roofs, across, upright, room)
    lowest: dict[tuple[int, int], Point] = {}  # of those above each other, which share the batch
    for point in sorted(points, key=lambda point: point.y):
        lowest[round(point.x), point.known.row.case.batch_size] = point
    for (_, batch), point in lowest.items():
        yield from _beside(point.x, point.y, f"batch {batch:,}", "ink", room)
    for spot in spots:
        yield from _beside(spot.x, spot.y, cut(spot.layer.work.name, NAME_WIDTH), "weak", room)


NEAR = 21
"""Pixels between a place and the base line of its text; from farther on a line leads to it."""


def _beside(x: float, y: float, text: str, look: str, room: Room) -> Iterator[str]:
    """Yield a text where there is room for it around a place; nothing where there is none."""
    half = SMALL_LETTER * len(text) / 2 + 2
    for middle, base in _around(x, y, half):
        if room.take((middle - half, base - SMALL_HEIGHT + 2, middle + half, base + 2)):
            if max(abs(base - y), abs(middle - x) - half) > NEAR:
                edge = base + 3 if base < y else base - SMALL_HEIGHT + 2
                yield line([(x, y), (middle, edge)], f"leader {look}")
            yield label(middle, base, text, look=f"{look} small halo", text_anchor="middle")
            return


def _around(x: float, y: float, half: float) -> Iterator[tuple[float, float]]:
    """Yield where a text may stand around a place, the best first: its middle and base line."""
    yield from ((x, y + 20), (x, y - 10))
    yield from ((x + RADIUS + half + 2, y + 4), (x - RADIUS - half - 2, y + 4))
    for far in (33, 46, 60):
        for shift in (0, 0.8 * half, -0.8 * half):
            yield from ((x + shift, y + far), (x + shift, y - far + 10))


def _ends(
    shown: Sequence[Series], points: Sequence[Point], across: Scale, upright: Scale
) -> Iterator[str]:
    last = {point.known.series.number: point for point in points}
    ends = [(each, last[each.number].x, last[each.number].y) for each in shown]
    yield from names(ends, across.end, TOP, upright.start)


def _legend(sheet: CaseSheet, row: CaseRow, y: float, *, is_measured: bool) -> str:
    case = cut(sheet.label(row.case), CASE_WIDTH)
    text = (
        f"Dots: the layers of {case}, each measured apart."
        if is_measured
        else f"Ticks: the most that the layers of {case} could reach."
    )
    return label(0, y, f"{text} Layers without operations have no place.", look="weak small")
