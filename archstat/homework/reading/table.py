"""What every reader finds, and the one place that makes a table of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from archstat.errors import within
from archstat.homework.reading import limits
from archstat.homework.reading.block import FEWEST_COLUMNS
from archstat.homework.reading.text import plain

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table as it was found: plain text, no markup.

    Attributes:
        place: Where in the file, for messages: "line 409", "table 2", "sheet 'Sheet1'",
            "cell 3 (code output), line 2".
        header: The titles, each on one line; those of several levels are joined.
        rows: The cells under them, each row as long as the header. Blank rows and columns are left
            out. A cell of several lines has line feeds.
        tool: "torchsummary", "torchinfo", "torchstat" or "keras" if one of them printed it.
    """

    place: str
    header: Row
    rows: tuple[Row, ...]
    tool: str | None = None


@dataclass(frozen=True)
class Found:
    """Cells as a reader found them, markup and all.

    Attributes:
        heads: How many of the first rows hold titles, if the format says so.
    """

    place: str
    grid: Sequence[Sequence[str]]
    heads: int | None = None
    tool: str | None = None


def tables(found: Iterable[Found]) -> list[Table]:
    """Return what is a table: two columns or more, and a row under the titles.

    Raises:
        SheetError: There is more than the limits allow.
    """
    result: list[Table] = []
    cells = characters = 0
    for candidate in found:
        grid = candidate.grid
        width = max(map(len, grid), default=0)
        lengths = [len(cell) for row in grid for cell in row]
        with within(candidate.place):
            limits.check(len(grid), limits.MOST_ROWS, "rows")
            limits.check(width, limits.MOST_COLUMNS, "columns")
            limits.check(
                max(lengths, default=0), limits.MOST_CELL_CHARACTERS, "characters in a cell"
            )
        cells += len(grid) * width
        characters += sum(lengths)
        limits.check(cells, limits.MOST_CELLS, "cells")
        limits.check(characters, limits.MOST_CHARACTERS, "characters in cells")
        table = _table(candidate)
        if table is not None:
            result.append(table)
            limits.check(len(result), limits.MOST_TABLES, "tables")
    return result


def parts(grid: Sequence[Sequence[str]]) -> Iterator[tuple[int, Sequence[Sequence[str]]]]:
    """Yield the tables that stand under one another in a sheet, each with its first row's number.

    A blank row ends a table only if titles follow it; others are there for the look.
    """
    start = 0
    for number, (row, following) in enumerate(pairwise(grid), 1):
        if not any(map(str.strip, row)) and is_heading(following):
            yield start, grid[start:number]
            start = number
    yield start, grid[start:]


def is_heading(row: Sequence[str]) -> bool:
    """Return whether a row may hold titles: words, and nothing that starts like a value.

    >>> is_heading(("Layer", "# of weights")), is_heading(("ReLU", "-")), is_heading(("FC", "4096"))
    (True, False, False)
    """
    filled = [cell for cell in map(str.strip, row) if cell]
    return len(filled) >= FEWEST_COLUMNS and all(map(_is_title, filled))


def _is_title(cell: str) -> bool:
    starts_like_a_value = cell[0].isdigit() or cell[0] in "-–—−+([?"
    return not starts_like_a_value and (cell[0] == "#" or any(map(str.isalpha, cell)))


def _table(found: Found) -> Table | None:
    lines = [[plain(cell) for cell in row] for row in found.grid]
    columns = [column for column in zip_longest(*lines, fillvalue="") if any(column)]
    rows = [row for row in zip(*columns, strict=True) if any(row)]
    header, body = _titled(rows, found.heads)
    if len(header) < FEWEST_COLUMNS or not body:
        return None
    return Table(found.place, header, tuple(body), found.tool)


def _titled(rows: Sequence[Row], heads: int | None) -> tuple[Row, Sequence[Row]]:
    """Return the titles, and the rows under them."""
    if heads is None:
        rows = rows[_first_full(rows) :]
        two_levels = len(rows) > 2 and _has_spans(rows[0]) and is_heading(rows[1])  # noqa: PLR2004  titles
        heads = 2 if two_levels else 1
    columns = zip(*rows[:heads], strict=True)
    titles = (" ".join(dict.fromkeys(filter(None, column))) for column in columns)
    header = tuple(title.replace("\n", " ") for title in titles)
    return header, rows[heads:]


def _first_full(rows: Sequence[Row]) -> int:
    """Return the first row that fills over half of the columns that any row fills.

    What stands above it is the name of a student, or a heading: merged cells count once.
    """
    filled = [min(sum(map(bool, row)), len(set(row))) for row in rows]
    most = max(filled, default=0)
    return next((number for number, count in enumerate(filled) if 2 * count > most), 0)


def _has_spans(row: Row) -> bool:
    return any(left == right != "" for left, right in pairwise(row))
