"""A sheet of a spreadsheet: cells at places, tables among them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date

from archstat.errors import shown
from archstat.homework.reading import limits
from archstat.homework.reading.table import Found, parts

EXACT = 10**15
"""From here on, a spreadsheet rounds whole numbers."""


class CellGrid:
    """The cells of a sheet; rows and columns without any take no room."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rows: dict[int, dict[int, str]] = {}
        self._spans: list[tuple[range, range]] = []
        self._puts = 0

    def put(self, row: int, column: int, text: str) -> None:
        """Write a cell; numbers count from 0."""
        if text.strip():
            self._puts += 1
            limits.check(self._puts, limits.MOST_CELLS, "cells")
            self._rows.setdefault(row, {}).setdefault(column, text)
            limits.check(len(self._rows), limits.MOST_ROWS, "rows")

    def merge(self, rows: range, columns: range) -> None:
        """Let the first of some cells reach over all of them."""
        limits.check(len(self._spans) + 1, limits.MOST_CELLS, "merged cells")
        self._spans.append((rows, columns))

    def found(self) -> Iterator[Found]:
        """Yield the tables that stand under one another."""
        rows = sorted(self._rows)
        columns = sorted({column for row in self._rows.values() for column in row})
        limits.check(len(columns), limits.MOST_COLUMNS, "columns")
        for over_rows, over_columns in self._spans:
            text = self._rows.get(over_rows.start, {}).get(over_columns.start, "")
            for row in _within(rows, over_rows) if text else ():
                for column in _within(columns, over_columns):
                    self.put(row, column, text)
        grid: list[list[str]] = []
        numbers: list[int] = []
        for row in rows:
            if numbers and row > numbers[-1] + 1:
                grid.append([])
                numbers.append(row - 1)
            grid.append([self._rows[row].get(column, "") for column in columns])
            numbers.append(row)
        for start, part in parts(grid) if grid else ():
            row_number = f", row {numbers[start] + 1}" if start else ""
            yield Found(f"sheet {shown(self.name)}{row_number}", part)


def number(value: float) -> str:
    """Return a number as a spreadsheet shows it in full.

    >>> number(34848.0), number(0.1 + 0.2)
    ('34848', '0.3')
    """
    if value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return f"{value:.15g}"


def percent(value: float) -> str:
    """Return a share as a spreadsheet shows it in full.

    >>> percent(0.0625)
    '6.25%'
    """
    return f"{number(value * 100)}%"


def month_and_day(day: date) -> str:
    """Return what somebody has written of whom a spreadsheet made a date: 4/1, in this order."""
    return f"{day.month}/{day.day}"


def _within(numbers: Sequence[int], span: range) -> Sequence[int]:
    return numbers[bisect_left(numbers, span.start) : bisect_left(numbers, span.stop)]
