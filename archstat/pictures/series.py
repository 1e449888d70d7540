"""The cases that differ in their batch alone, as a series, and how its name stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archstat.bench.case import Case
from archstat.bench.summary import Figures
from archstat.documents.bench.sheet import BATCH, CaseRow, CaseSheet
from archstat.pictures.axes import spread_out
from archstat.pictures.drawing import (
    colour,
    cut,
    element,
    label,
    line,
    text_width,
    words,
)

LABEL_WIDTH = 250
"""Most pixels of a series' name."""

LABEL_GAP = 16
"""Pixels from a name to the next one below."""

BESIDE = 12
"""Pixels from a picture to the names beside it."""


@dataclass(frozen=True)
class Series:
    """The rows of a series that have figures, by their batch.

    Attributes:
        number: By which it has its colour and its mark.
        name: How it is told from the others; empty if it is the only one.
    """

    number: int
    name: str
    rows: tuple[tuple[CaseRow, Figures], ...]


def series_of(sheet: CaseSheet) -> list[Series]:
    """Return the series of a record that have figures."""
    found: dict[Case, list[tuple[CaseRow, Figures]]] = {}
    for row in sheet.rows:
        if row.figures is not None:
            found.setdefault(replace(row.case, batch_size=1), []).append((row, row.figures))
    return [
        Series(
            number,
            sheet.label(case, besides=[BATCH]),
            tuple(sorted(rows, key=lambda pair: pair[0].case.batch_size)),
        )
        for number, (case, rows) in enumerate(found.items())
    ]


def margin(series: Sequence[Series]) -> float:
    """Return the pixels that the names take beside a picture."""
    widest = max((text_width(each.name) for each in series), default=0)
    return min(widest, LABEL_WIDTH) + BESIDE + 10 if widest else 24


def names(
    ends: Sequence[tuple[Series, float, float]], edge: float, top: float, bottom: float
) -> Iterator[str]:
    """Yield the names of series right of `edge`, each as near to the end of its line as can be."""
    named = [end for end in ends if end[0].name]
    places = spread_out([y for _, _, y in named], LABEL_GAP, top + 4, bottom)
    for (series, x, y), place in zip(named, places, strict=True):
        look = colour(series.number)
        corner = [(x + 6, y), (edge, place), (edge + BESIDE - 4, place)]
        yield line(corner, f"leader {look}")
        text = label(edge + BESIDE, place + 4, cut(series.name, LABEL_WIDTH), look=look)
        yield element("g", element("title", words(series.name)) + text)
