"""What every reader finds, and the one place that makes a table of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise, zip_longest

from archstat.errors import within
from archstat.homework.cells.shapes import BATCH
from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import FEWEST_COLUMNS
from archstat.homework.reading.lines.tools import tool_of
from archstat.homework.reading.text import plain
from archstat.homework.sheet.headings import heading
from archstat.homework.sheet.labels import label
from archstat.homework.sheet.titles import NAMING, SUMMARY, TOTAL

Row = tuple[str, ...]

VALUE = re.compile(rf"[~≈≥]?\s?[(\[]*(?:[0-9]|-|(?:(?<=[(\[])|(?=None)){BATCH}\s*,)")
"""How a value starts."""

THOUSANDS = re.compile(r"[0-9]{3}(?:,[0-9]{3})*")

SUMS = frozenset({"params", "weights", "biases", "buffers", "macs", "flops", "neurons"})
"""What rows of sums are about."""

SENTENCE = re.compile(r"[^\W\d_]{3}[^:=]*[:=].*\d", re.DOTALL)
"""What a row says that is none: words, a colon, a number."""


@dataclass(frozen=True)
class Passage:
    """A paragraph of text outside of any table.

    Attributes:
        place: Where in the file it starts, as a table's.
        code: Its lines as they were written, markup and all.
    """

    place: str
    code: tuple[str, ...]

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Its lines as plain text; of a long one, only the start."""
        return tuple(plain(line[: limits.MOST_CELL_CHARACTERS]) for line in self.code)


@dataclass(frozen=True)
class Contents:
    """What a file holds, in its order."""

    items: tuple[FoundTable | Passage, ...]

    @cached_property
    def tables(self) -> list[FoundTable]:
        """Its tables."""
        return [item for item in self.items if isinstance(item, FoundTable)]


@dataclass(frozen=True)
class FoundTable:
    """A table as it was found: plain text, no markup.

    Attributes:
        place: Where in the file, for messages: "line 409", "table 2", "sheet 'Sheet1'",
            "cell 3 (code output), line 2".
        header: The titles, each on one line; those of several levels are joined.
        rows: The cells under them, each row as long as the header. Blank rows and columns are left
            out. A cell of several lines has line feeds.
        tool: "torchsummary", "torchinfo", "torchstat" or "keras" if one of them printed it.
        is_turned: Whether its layers stood side by side.
        before: The paragraph in front of it, if no other table stands between.
        after: The paragraph behind it, likewise.
    """

    place: str
    header: Row
    rows: tuple[Row, ...]
    tool: str | None = None
    is_turned: bool = field(default=False, compare=False)
    before: Passage | None = field(default=None, compare=False)
    after: Passage | None = field(default=None, compare=False)


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


def contents(found: Iterable[Found | Passage]) -> Contents:
    """Return what a file holds; a table has two columns or more, and a row under the titles.

    Raises:
        SheetError: There is more than the limits allow.
    """
    items: list[FoundTable | Passage] = []
    tables = cells = characters = 0
    for candidate in found:
        if isinstance(candidate, Passage):
            items.append(candidate)
            continue
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
        new = list(_table(candidate))
        items += new
        tables += any(isinstance(item, FoundTable) for item in new)
        limits.check(tables, limits.MOST_TABLES, "tables")
    return Contents(tuple(_with_neighbours(items)))


def _with_neighbours(items: Sequence[FoundTable | Passage]) -> Iterator[FoundTable | Passage]:
    """Yield the items, each table with the paragraphs that stand beside it."""
    for before, item, after in zip([None, *items], items, [*items[1:], None], strict=False):
        if isinstance(item, FoundTable):
            rows = item.rows
            if item.is_turned and len(rows) == 1 and isinstance(before, Passage):
                rows = ((before.lines[-1], *rows[0][1:]),)  # a table of one layer, under its name
            item = replace(  # noqa: PLW2901  the same table
                item,
                rows=rows,
                before=before if isinstance(before, Passage) else None,
                after=after if isinstance(after, Passage) else None,
            )
        yield item


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


def _table(found: Found) -> Iterator[FoundTable | Passage]:
    """Yield a table, if there is one, and the lines of words above and below it."""
    lines = [[plain(cell) for cell in row] for row in limits.timely(found.grid)]
    columns = [column for column in zip_longest(*lines, fillvalue="") if any(column)]
    rows = [row for row in zip(*columns, strict=True) if any(row)]
    heads = found.heads
    if heads and not any(map(any, lines[:heads])):
        heads = None  # blank titles are none
    start = _first_full(rows) if heads is None else 0
    stop = len(rows)
    while stop > start + 1 and _is_sentence(rows[stop - 1]):
        stop -= 1
    if all(len(row) == 2 and SUMMARY.search(row[0]) for row in rows):  # noqa: PLR2004  columns
        yield from _sentences(found.place, [(_joined(*row),) for row in rows])
        return
    if _is_of_sums(rows):
        yield from _sentences(found.place, [(_joined(*row),) for row in rows[1:]])
        return
    if heads is None and start and _is_group_of_titles(rows[start - 1], rows[start]):
        start -= 1
    if heads == 1 and len(rows) > 2 and _is_caption(rows[0]) and is_heading(rows[1]):  # noqa: PLR2004
        start += 1  # a name above the titles
    header, body = _titled(rows[start:stop], heads)
    again = next(
        (at for at, row in enumerate(body) if at and row != header and _are_titles(row)), len(body)
    )
    later = Found(found.place, body[again:], heads=1, tool=found.tool)
    body = body[:again]
    if len(header) < FEWEST_COLUMNS or not body:
        return
    ends = len(body)
    while ends > 1 and _is_sum_elsewhere(header, body[ends - 1]):
        ends -= 1
    sums = [(": ".join(filter(None, row)),) for row in body[ends:]]
    unfolded = _unfolded(header, body[:ends])
    header, body = _turned(*unfolded)
    is_turned = header is not unfolded[0]
    yield from _sentences(found.place, rows[:start])
    tool = found.tool or tool_of(header, body)
    yield FoundTable(found.place, header, tuple(body), tool, is_turned=is_turned)
    yield from _sentences(found.place, [*sums, *rows[stop:]])
    if later.grid:
        yield from _table(later)


def _is_of_sums(rows: Sequence[Row]) -> bool:
    """Return whether a table states of the whole network what its first column names."""
    if len(rows) <= 1 or len(rows[0]) != 2 or _names_layers(rows[0][0]):  # noqa: PLR2004  columns
        return False
    title = heading(rows[0][1])
    counted = [row for row in rows[1:] if SUMS.issuperset(heading(row[0]).quantities or ("",))]
    layers = [row for row in rows if label(row[0]).family not in {None, "total"}]
    return bool(counted) and not (layers or title.is_known)


def _joined(words: str, value: str) -> str:
    """Return what a row of two says as a line; a comma of thousands may have cut it in two."""
    is_cut = words[-1:].isdigit() and THOUSANDS.fullmatch(value) is not None
    return f"{words},{value}" if is_cut else f"{words}: {value}"


def _is_caption(row: Row) -> bool:
    """Return whether a row says one thing only, above the first column."""
    return bool(row[0]) and not any(row[1:]) and not heading(row[0]).is_known


def _are_titles(row: Row) -> bool:
    """Return whether a row within a table holds other titles for the rows below it."""
    filled = [cell for cell in row if cell]
    return is_heading(row) and all(heading(cell).is_known for cell in filled)


def _is_sum_elsewhere(header: Row, row: Row) -> bool:
    """Return whether a row states one sum, and not under the title of what it adds up."""
    filled = [column for column, cell in enumerate(row) if cell]
    if len(filled) != FEWEST_COLUMNS or filled[0] != 0 or not VALUE.match(row[filled[1]]):
        return False
    title, words = heading(header[filled[1]]).quantities[:1], heading(row[0])
    is_sum = TOTAL.search(row[0]) or SUMS.issuperset(words.quantities or ("",))
    return bool(is_sum) and title != words.quantities[:1] and not SUMS.issuperset(title)


def _is_sentence(row: Row) -> bool:
    """Return whether a row only says one thing, with its number: Total params: 61,706."""
    texts = set(filter(None, row))
    return len(texts) == 1 and SENTENCE.search(texts.pop()) is not None


def _sentences(place: str, rows: Sequence[Row]) -> Iterator[Passage]:
    lines = tuple(" ".join(dict.fromkeys(filter(None, row))) for row in rows)
    if lines:
        yield Passage(place, lines)


def _titled(rows: Sequence[Row], heads: int | None) -> tuple[Row, Sequence[Row]]:
    """Return the titles, and the rows under them."""
    if heads is None and len(rows) > 1 and _is_untitled(rows[0]):
        heads = 0
    levels = [*rows[: 1 if heads is None else heads]]
    if heads in {None, 1} and len(rows) > 2 and is_heading(rows[1]):  # noqa: PLR2004  titles
        over = _over(*rows[:2])
        levels = [over, rows[1]] if _has_spans(over) else levels
    columns = zip(*levels, strict=True) if levels else [() for _ in (*rows, ())[0]]
    titles = (" ".join(dict.fromkeys(filter(None, column))) for column in columns)
    header = tuple(title.replace("\n", " ") for title in titles)
    return header, rows[len(levels) :]


def _is_group_of_titles(row: Row, under: Row) -> bool:
    """Return whether a row has titles over those of several columns under it."""
    is_group = (is_heading(row) and len(set(row)) > 1) or (not row[0] and any(row))
    return is_group and is_heading(under) and _has_spans(_over(row, under))


def _is_untitled(row: Row) -> bool:
    """Return whether a first row holds a name and values, and so no titles: conv1, 55×55, 34,848.

    >>> _is_untitled(("conv1", "(96, 55, 55)", "34848")), _is_untitled(("Layer", "227", ""))
    (True, False)
    """
    name, *values = filter(None, row)
    is_name = any(map(str.isdigit, name)) and any(map(str.isalpha, name))
    return is_name and bool(values) and all(VALUE.match(value) for value in values)


def _over(titles: Row, under: Row) -> Row:
    """Return a row of titles in which one over several others is repeated over each of them."""
    group, row = "", []
    for title, below in zip(titles, under, strict=True):
        is_other = len(below) > 1 and under.count(below) == 1 and heading(below).is_known
        group = title or ("" if is_other or not below else group)
        row.append(group)
    return tuple(row)


def _unfolded(header: Row, rows: Sequence[Row]) -> tuple[Row, Sequence[Row]]:
    """Return the halves of a table that was folded as one below the other."""
    for width in range(2, len(header) // 2 + 1):
        parts, rest = divmod(len(header), width)
        if not rest and header[:width] * parts == header and _names_layers(header[0]):
            columns = [range(at, at + width) for at in range(0, len(header), width)]
            cells = [tuple(row[at] for at in part) for part in columns for row in rows]
            return header[:width], [row for row in cells if any(row)]
    return header, rows


def _turned(header: Row, rows: Sequence[Row]) -> tuple[Row, Sequence[Row]]:
    """Return a table whose layers stand side by side with its rows as columns."""
    firsts = [row[0] for row in rows if len(row[0]) > 1]
    known = [title for title in firsts if heading(title).is_known and not _names_layers(title)]
    names = [title for title in header[1:] if not heading(title).is_known]
    if 2 * len(known) <= len(rows) or 2 * len(names) <= len(header) - 1 or not all(names):
        return header, rows
    first, *others = zip(header, *rows, strict=True)
    return first, others


def _names_layers(title: str) -> bool:
    return not title or NAMING.issuperset(heading(title).quantities or ("",))


def _first_full(rows: Sequence[Row]) -> int:
    """Return the first row that fills over half of the columns that any row fills.

    What stands above it is the name of a student, or a heading: merged cells count once.
    """
    filled = [sum(left != right != "" for left, right in pairwise(("", *row))) for row in rows]
    most = max(filled, default=0)
    return next((number for number, count in enumerate(filled) if 2 * count > most), 0)


def _has_spans(row: Row) -> bool:
    return any(left == right != "" for left, right in pairwise(row))
