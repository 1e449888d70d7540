"""Every sample of a record: a dot each, a line a process, over the median of its case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archstat.bench.record import Trial
from archstat.bench.summary import Figures, call_s
from archstat.documents.bench.sheet import CaseRow, CaseSheet
from archstat.documents.units import short, significant
from archstat.pictures.axes import EvenScale, even_ticks
from archstat.pictures.drawing import colour, cut, element, label, text_width, words
from archstat.pictures.series import Series

TOP, LANE, BETWEEN, BELOW = 40, 13, 10, 44
NAME_WIDTH, BESIDE = 190, 12
MOST_CASES, MOST_DOTS = 12, 150
LEAST_RANGE, FARTHEST = 0.05, 2.0
"""Of the median: the axis shows at least so much on both sides, and at most so many times it."""

RADIUS, JITTER, GOLDEN = 2.6, 7, 0.618034


def draw(
    sheet: CaseSheet, series: Sequence[Series], width: float
) -> tuple[float, list[str]] | None:
    """Return the height and the elements of a picture; None where there is nothing to compare."""
    cases = [
        (each, row, found)
        for each in series
        for row, found in each.rows
        if sum(len(trial.samples) for trial in row.result.trials) > 1
    ]
    shown = cases[:MOST_CASES]
    if not shown:
        return None
    names = min(NAME_WIDTH, max(text_width(sheet.label(row.case)) for _, row, _ in shown))
    axis = _axis([(row, found) for _, row, found in shown], names + BESIDE, width - 24)
    elements, y = [], float(TOP)
    for each, row, found in shown:
        trials = [trial for trial in row.result.trials if trial.samples]
        middle = y + len(trials) * LANE / 2 + 4
        name = cut(sheet.label(row.case), NAME_WIDTH)
        elements.append(label(names, middle, name, look="ink small", text_anchor="end"))
        for trial in trials:
            elements += _lane(trial, found, axis, y + LANE / 2, colour(each.number))
            y += LANE
        y += BETWEEN
    said = "Samples, over the median of their case"
    more = len(cases) - len(shown)
    head = [label(0, 16, said, look="ink title")]
    head += [label(0, 30, f"and {more} more cases", look="weak small")] if more else []
    return y + BELOW, [*head, *_grid(axis, y), *elements]


def _axis(rows: Sequence[tuple[CaseRow, Figures]], left: float, right: float) -> EvenScale:
    ratios = [
        call_s(sample) / found.latency_s
        for row, found in rows
        for trial in row.result.trials
        for sample in trial.samples
    ]
    low = min(1 - LEAST_RANGE, *ratios)
    high = min(FARTHEST, max(1 + LEAST_RANGE, *ratios))
    air = 0.04 * (high - low)
    return EvenScale(low - air, high + air, left, right)


def _grid(axis: EvenScale, bottom: float) -> Iterator[str]:
    for value in even_ticks(axis.low, axis.high):
        x = axis.at(value)
        yield element("line", x1=x, y1=TOP - 6, x2=x, y2=bottom, class_="grid")
        yield label(x, bottom + 14, f"× {short(value)}", look="weak small", text_anchor="middle")
    x = axis.at(1)
    yield element("line", x1=x, y1=TOP - 6, x2=x, y2=bottom, class_="dash weak")
    middle = (axis.start + axis.end) / 2
    said = "a dot: the median call of a sample; a line: a process; hollow: set aside"
    yield label(middle, bottom + 30, said, look="weak small", text_anchor="middle")


def _lane(trial: Trial, found: Figures, axis: EvenScale, middle: float, look: str) -> Iterator[str]:
    step = max(1, len(trial.samples) // MOST_DOTS)
    for at, sample in enumerate(trial.samples[::step]):
        seconds = call_s(sample)
        ratio = seconds / found.latency_s
        x = min(axis.at(ratio), axis.end)
        y = middle + JITTER * ((at * GOLDEN) % 1 - 0.5)
        said = f"process {trial.process + 1}: {significant(1000 * seconds)} ms, × {ratio:.3f}"
        said += f", set aside: {sample.set_aside}" if sample.set_aside else ""
        told = element("title", words(said))
        hollow = f"{look} hollow sample" if sample.set_aside else f"{look} sample"
        yield element("circle", told, cx=x, cy=y, r=RADIUS, class_=hollow)
