"""Where most of a network's work and parameters are: colours and bars that lead the eye there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from archstat.documents.cells import EMPTY, Cell, Look
from archstat.documents.document import Column, Line, Table
from archstat.documents.units import bar, percent
from archstat.report.report import NetworkReport
from archstat.report.values import Named

SHARED = ("weights", "params", "macs")
"""The columns of which a share is shown."""

HEAVY, SOME = 0.2, 0.05
"""The least share of the whole with which a layer stands out, and stands out a little."""

BAR_WIDTH, PERCENT_WIDTH = 8, 6


def looks_of(key: str, report: NetworkReport) -> tuple[Look, ...]:
    """Return how the cells of a column stand out, one a layer."""
    if key not in SHARED:
        return ()
    return tuple(map(_look, shares(key, report)))


def shares(key: str, report: NetworkReport) -> Iterator[float]:
    """Yield the share that each layer has of a total; 0 where that is not known."""
    whole = getattr(report.totals, key)
    for row in report.layers:
        yield (getattr(row, key) or 0) / whole if whole else 0.0


def _look(share: float) -> Look:
    if share >= HEAVY:
        return Look.HEAVY
    return Look.OTHER if share >= SOME else Look.NORMAL


def with_bars(table: Table, report: NetworkReport) -> Table:
    """Return a table of layers with the share of each as a bar, behind MACs and parameters."""
    columns: list[Column] = []
    cells: list[list[Cell]] = [[] for _ in (*table.lines, *table.foot)]
    for at, column in enumerate(table.columns):
        columns.append(replace(column, importance=1) if column.key == "feature_map" else column)
        for own, line in zip(cells, (*table.lines, *table.foot), strict=True):
            own.append(line.cells[at])
        if column.key in SHARED:
            columns.append(_bars(column))
            bars = _drawn(list(shares(column.key, report)))
            for own, drawn in zip(cells, [*bars, *(EMPTY for _ in table.foot)], strict=True):
                own.append(drawn)
    found = iter(cells)
    lines, foot = (
        tuple(Line(tuple(next(found)), line.look) for line in part)
        for part in (table.lines, table.foot)
    )
    return replace(table, columns=tuple(columns), lines=lines, foot=foot)


def _bars(column: Column) -> Column:
    return Column(
        f"{column.key}_bar",
        f"% of {column.title}",
        is_text=True,
        is_picture=True,
        is_asked=True,
        looks=column.looks,
    )


def _drawn(parts: Sequence[float]) -> list[Named]:
    """Return shares as bars, the longest of the largest, each with its percent.

    >>> [drawn.label for drawn in _drawn([0.6, 0.3, 0.005, 0])]
    ['████████  60 %', '████      30 %', '▏        0.5 %', '']
    """
    most = max(parts, default=0)
    return [_bar(part, most) if part else EMPTY for part in parts]


def _bar(share: float, most: float) -> Named:
    drawn = f"{bar(share / most, BAR_WIDTH):{BAR_WIDTH}}{percent(share):>{PERCENT_WIDTH}}"
    return Named(drawn, drawn)
