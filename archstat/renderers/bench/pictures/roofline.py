"""The roofline of a device: what it can do at which intensity, and where the model's cases lie.

Source: S. Williams, A. Waterman and D. Patterson, Roofline, Communications of the ACM 52(4), 2009.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from archstat.bench.case import BYTES, Case
from archstat.bench.summary import Limit
from archstat.bench.work import LayerWork, Rates
from archstat.renderers.bench.pictures.axes import Room, Scale, scale
from archstat.renderers.bench.pictures.drawing import (
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
from archstat.renderers.bench.pictures.roof import names_of_roofs, peak_of, roof
from archstat.renderers.bench.pictures.series import LABEL_GAP, Series, margin, names
from archstat.renderers.bench.sheet import Row, Sheet
from archstat.renderers.bench.units import percent, short_with_prefix, with_prefix

LEFT, TOP, BELOW = 84, 34, 62
HEIGHT = 320
RADIUS = 6
CASE_WIDTH = 320
"""Most pixels of the name of the case whose layers are shown."""

NAME_WIDTH = 110
"""Most pixels of a layer's name."""


@dataclass(frozen=True)
class Place:
    """Where something lies.

    Attributes:
        intensity: Operations for each byte that must be moved.
        rate: Operations a second.
    """

    intensity: float
    rate: float


def draw(
    sheet: Sheet,
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
        (each, row, found.limit, _place(row, found.latency_s))
        for each in series
        for row, found in each.rows
        if found.limit is not None and row.case.device == device
    ]
    if not known:
        return None
    shown = list({each.number: each for each, *_ in known}.values())
    reference = _reference([(row, limit) for _, row, limit, _ in known], layer_s)
    layers = sorted(
        _layers(*reference, layer_s.get(reference[0].case, {})),
        key=lambda layer: layer.place.rate / layer.work.flops,  # the longest is named first
    )
    roofs = _roofs([(row, limit) for _, row, limit, _ in known])
    across, upright = _scales(
        [place for *_, place in known] + [layer.place for layer in layers],
        roofs.values(),
        width - margin(shown),
        max(HEIGHT, LABEL_GAP * len(shown)),
    )
    is_measured, room = reference[0].case in layer_s, Room()
    points = {each.number: list[Point]() for each in shown}
    for each, row, limit, place in known:
        x, y = across.at(place.intensity), upright.at(place.rate)
        points[each.number].append(Point(row, limit, place, x, y))
        room.take((x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS))
    spots = [
        (layer, across.at(layer.place.intensity), upright.at(layer.place.rate)) for layer in layers
    ]
    for _, x, y in spots:
        room.take((x - 3, y - 5, x + 3, y + 5))
    ends = [(each, points[each.number][-1].x, points[each.number][-1].y) for each in shown]
    everything = [point for each in points.values() for point in each]
    return upright.start + BELOW, [
        label(0, 16, f"Roofline of {device}, FLOP/s", look="ink title"),
        *_grid(across, upright),
        *(text for name, rates in roofs.items() for text in roof(name, rates, across, upright)),
        *(text for each in shown for text in _series(sheet, each, points[each.number])),
        *names_of_roofs(roofs, across, upright, room),
        *_batches(everything, room),
        *(_mark(layer, x, y, is_measured=is_measured) for layer, x, y in spots),
        *(
            text
            for layer, x, y in spots
            for text in _beside(x, y, cut(layer.work.name, NAME_WIDTH), "weak", room)
        ),
        *names(ends, across.end, TOP, upright.start),
        _legend(sheet, reference[0], upright.start + 50, is_measured=is_measured),
    ]


def _scales(
    places: Sequence[Place], roofs: Iterable[Rates], right: float, height: float
) -> tuple[Scale, Scale]:
    """Return both axes, which hold all places and the ridges of all roofs."""
    ridges = [Place(peak_of(rates) / rates.memory, peak_of(rates)) for rates in roofs]
    held = [*places, *ridges]
    across = scale([place.intensity for place in held], LEFT, right, air=2)
    upright = scale([place.rate for place in held], TOP + height, TOP, air=1.6)
    return across, upright


def _place(row: Row, seconds: float) -> Place:
    work, bytes_ = row.result.work, BYTES[row.case.dtype]
    return Place(work.flops / ((work.ends + work.weights) * bytes_), work.flops / seconds)


def _reference(
    points: Sequence[tuple[Row, Limit]], layer_s: Mapping[Case, Mapping[str, float]]
) -> tuple[Row, Limit]:
    """Return the case whose layers are shown: one that has their times, or else the largest."""
    known = [point for point in points if point[0].case in layer_s] or points
    return max(known, key=lambda point: point[0].result.work.flops)


@dataclass(frozen=True)
class Layer:
    """A layer in the picture."""

    work: LayerWork
    place: Place


def _layers(row: Row, limit: Limit, seconds: Mapping[str, float]) -> Iterator[Layer]:
    """Yield the layers that do operations: where they ran, or where the roof is above them."""
    for layer in row.result.work.layers:
        moved = (layer.values + layer.weights) * BYTES[row.case.dtype]
        if not layer.flops or not moved:
            continue
        intensity = layer.flops / moved
        peak = limit.rates.conv if layer.is_conv else limit.rates.matmul
        if not seconds:
            yield Layer(layer, Place(intensity, min(peak, intensity * limit.rates.memory)))
        elif layer.name in seconds:
            yield Layer(layer, Place(intensity, layer.flops / seconds[layer.name]))


def _roofs(points: Sequence[tuple[Row, Limit]]) -> dict[str, Rates]:
    """Return the ceilings by what tells them apart: type, and threads where they differ."""
    found: dict[tuple[str, str, int], Rates] = {}
    for row, limit in points:
        known = found.get(row.case.surroundings)
        if known is None or limit.rates.memory < known.memory:  # of the largest buffer
            found[row.case.surroundings] = limit.rates
    threads = {count for _, _, count in found}
    return {
        f"{dtype}, {count} threads" if len(threads) > 1 else dtype: rates
        for (_, dtype, count), rates in found.items()
    }


def _grid(across: Scale, upright: Scale) -> Iterator[str]:
    for value in upright.ticks():
        y = upright.at(value)
        yield element("line", x1=across.start, y1=y, x2=across.end, y2=y, class_="grid")
        yield label(
            across.start - 8, y + 4, short_with_prefix(value), look="weak small", text_anchor="end"
        )
    for value in across.ticks():
        x = across.at(value)
        yield element("line", x1=x, y1=upright.end, x2=x, y2=upright.start, class_="grid")
        yield label(
            x, upright.start + 16, short_with_prefix(value), look="weak small", text_anchor="middle"
        )
    middle = (across.start + across.end) / 2
    title = "FLOP per byte moved"
    yield label(middle, upright.start + 32, title, look="weak small", text_anchor="middle")


@dataclass(frozen=True)
class Point:
    """A case in the picture."""

    row: Row
    limit: Limit
    place: Place
    x: float
    y: float


def _series(sheet: Sheet, series: Series, points: Sequence[Point]) -> Iterator[str]:
    yield line([(point.x, point.y) for point in points], f"line {colour(series.number)}")
    for point in points:
        rate = with_prefix(point.place.rate, "FLOP/s")
        share = percent(point.limit.share)
        said = f"{sheet.label(point.row.case)}: {rate}, {share} of its limit"
        yield mark(series.number, point.x, point.y, said, radius=RADIUS)


def _batches(points: Sequence[Point], room: Room) -> Iterator[str]:
    """Yield the batch of the points above each other, which have it in common, below the lowest."""
    lowest: dict[tuple[int, int], Point] = {}
    for point in points:
        key = round(point.x), point.row.case.batch_size
        if key not in lowest or lowest[key].y < point.y:
            lowest[key] = point
    for point in lowest.values():
        text = f"{point.row.case.batch_size:,}"
        yield from _beside(point.x, point.y, text, "ink", room)


def _beside(x: float, y: float, text: str, look: str, room: Room) -> Iterator[str]:
    """Yield a text where there is room for it around a place; nothing where there is none."""
    half = SMALL_LETTER * len(text) / 2 + 2
    for base in (y + 20, y - 10, y + 33, y - 23):
        if room.take((x - half, base - SMALL_HEIGHT + 2, x + half, base + 2)):
            yield label(x, base, text, look=f"{look} small halo", text_anchor="middle")
            return


def _mark(layer: Layer, x: float, y: float, *, is_measured: bool) -> str:
    """Return a dot where a layer ran, or a tick on the roof above it."""
    rate = with_prefix(layer.place.rate, "FLOP/s")
    told = element("title", words(f"{layer.work.name}: {rate}"))
    if is_measured:
        return element("circle", told, cx=x, cy=y, r=3, class_="weak")
    return element("line", told, x1=x, y1=y - 5, x2=x, y2=y + 5, class_="bar weak")


def _legend(sheet: Sheet, row: Row, y: float, *, is_measured: bool) -> str:
    case = cut(sheet.label(row.case), CASE_WIDTH)
    text = (
        f"Dots: the layers of {case}, each measured apart."
        if is_measured
        else f"Ticks: the most that the layers of {case} could reach."
    )
    return label(0, y, f"{text} Layers without operations have no place.", look="weak small")
