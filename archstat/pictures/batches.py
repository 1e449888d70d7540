"""Throughput and latency against the batch, with the limit of each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from archstat.bench.statistics import Interval
from archstat.bench.summary import Figures
from archstat.documents.bench.sheet import CaseRow, CaseSheet
from archstat.documents.units import short, short_with_prefix, significant
from archstat.pictures.axes import Scale, apart, scale
from archstat.pictures.drawing import (
    colour,
    element,
    label,
    line,
    mark,
    text_width,
)
from archstat.pictures.series import LABEL_GAP, Series, margin, names

LEFT, TOP, BELOW = 64, 34, 44
HEIGHT = 230
WHISKER = 4
HALF_LIMIT = 14


@dataclass(frozen=True)
class Measure:
    """What stands at the upright axis.

    Attributes:
        value: What a row has.
        interval: Where it would lie in another run; None where that is not known.
        limit: What it cannot surpass; None where that is not known.
        tick: A value as it is written at the axis.
    """

    title: str
    value: Callable[[CaseRow, Figures], float]
    interval: Callable[[CaseRow, Figures], Interval | None]
    limit: Callable[[CaseRow, Figures], float | None]
    tick: Callable[[float], str]


def quantities(sheet: CaseSheet) -> tuple[Measure, Measure]:
    """Return throughput and latency, in the units of the table."""
    unit = sheet.unit
    return (
        Measure(
            f"Throughput, {sheet.example}s/s",
            lambda _, found: found.examples_per_s,
            lambda *_: None,
            lambda row, found: (
                row.case.batch_size / found.limit.floor.fused_s if found.limit else None
            ),
            short_with_prefix,
        ),
        Measure(
            f"Latency of a batch, {unit.name}",
            lambda _, found: found.latency_s,
            lambda _, found: found.interval,
            lambda _, found: found.limit.floor.fused_s if found.limit else None,
            lambda seconds: short(seconds * unit.a_second),
        ),
    )


def draw(
    sheet: CaseSheet, series: Sequence[Series], quantity: Measure, width: float
) -> tuple[float, list[str]]:
    """Return the height and the elements of a picture."""
    height = max(HEIGHT, LABEL_GAP * len(series))
    bottom, right = TOP + height, width - margin(series)
    batches = [row.case.batch_size for each in series for row, _ in each.rows]
    across = scale(batches, LEFT, right, air=1.25)
    upright = scale(list(_values(series, quantity)), bottom, TOP)
    elements = [
        label(0, 16, quantity.title, look="ink title"),
        *_grid(sheet, across, upright, batches, quantity),
        *_limits(series, quantity, across, upright),
    ]
    ends = []
    for each in series:
        elements += _series(sheet, each, quantity, across, upright)
        row, found = each.rows[-1]
        x = across.at(row.case.batch_size)
        ends.append((each, x, upright.at(quantity.value(row, found))))
    elements += names(ends, right, TOP, bottom)
    return bottom + BELOW, elements


def _values(series: Sequence[Series], quantity: Measure) -> Iterator[float]:
    for each in series:
        for row, found in each.rows:
            yield quantity.value(row, found)
            yield from quantity.interval(row, found) or ()
            limit = quantity.limit(row, found)
            if limit is not None:
                yield limit


def _grid(
    sheet: CaseSheet, across: Scale, upright: Scale, batches: Sequence[int], quantity: Measure
) -> Iterator[str]:
    for value in upright.ticks():
        y = upright.at(value)
        yield element("line", x1=LEFT, y1=y, x2=across.end, y2=y, class_="grid")
        yield label(LEFT - 8, y + 4, quantity.tick(value), look="weak small", text_anchor="end")
    widest = max(text_width(f"{batch:,}") for batch in batches)
    for batch in apart(batches, across, widest + 4):
        x, text = across.at(batch), f"{int(batch):,}"
        yield element("line", x1=x, y1=upright.end, x2=x, y2=upright.start, class_="grid")
        yield label(x, upright.start + 16, text, look="weak small", text_anchor="middle")
    middle = (across.start + across.end) / 2
    yield label(
        middle,
        upright.start + 32,
        f"batch: {sheet.example}s a pass",
        look="weak small",
        text_anchor="middle",
    )


def _limits(
    series: Sequence[Series], quantity: Measure, across: Scale, upright: Scale
) -> Iterator[str]:
    """Yield each limit once, in the colour of its series if it is that of one alone.

    What is measured on the same device with the same type and threads has the same limit.
    """
    limits: dict[Hashable, dict[float, float]] = {}
    looks: dict[Hashable, set[str]] = {}
    for each in series:
        for row, found in each.rows:
            limit = quantity.limit(row, found)
            if limit is not None:
                key = row.case.model, row.case.surroundings
                limits.setdefault(key, {})[across.at(row.case.batch_size)] = upright.at(limit)
                looks.setdefault(key, set()).add(colour(each.number))
    for which, places in limits.items():
        points = sorted(places.items())
        if len(points) == 1:  # a line needs two ends
            [(x, y)] = points
            points = [(x - HALF_LIMIT, y), (x + HALF_LIMIT, y)]
        yield line(points, f"limit {looks[which].pop() if len(looks[which]) == 1 else 'weak'}")


def _series(
    sheet: CaseSheet, series: Series, quantity: Measure, across: Scale, upright: Scale
) -> Iterator[str]:
    look = colour(series.number)
    places = [
        (across.at(row.case.batch_size), upright.at(quantity.value(row, found)))
        for row, found in series.rows
    ]
    yield line(places, f"line {look}")
    for (x, y), (row, found) in zip(places, series.rows, strict=True):
        if interval := quantity.interval(row, found):
            yield from _bar(x, upright.at(interval.low), upright.at(interval.high), look)
        said = f"{sheet.label(row.case)}: {significant(quantity.value(row, found))}"
        yield mark(series.number, x, y, said, is_hollow=not row.is_valid)


def _bar(x: float, low: float, high: float, look: str) -> Iterator[str]:
    yield element("line", x1=x, y1=low, x2=x, y2=high, class_=f"bar {look}")
    for y in (low, high):
        yield element("line", x1=x - WHISKER, y1=y, x2=x + WHISKER, y2=y, class_=f"bar {look}")
