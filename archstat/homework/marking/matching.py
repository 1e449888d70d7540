"""A whole hand-in as homework: which of its tables are about a network, or about another one."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from archstat.errors import NoTableError, SheetError
from archstat.homework.answers.places import Key, key_of, spelled
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Truth
from archstat.homework.cells.numerals import IN_TEXT
from archstat.homework.cells.values import numbers
from archstat.homework.marking.held import Held, held
from archstat.homework.marking.marking import Marked, mark, mark_held
from archstat.homework.marking.policy import Policy
from archstat.homework.marking.refitting import refitted
from archstat.homework.others.other import Others
from archstat.homework.reading import limits
from archstat.homework.reading.table import Contents, FoundTable
from archstat.homework.sheet.columns import SheetColumn, Way, columns_of, of_batches
from archstat.homework.sheet.labels import first_part, sums_of
from archstat.homework.sheet.sheet import Sheet, sheet_of
from archstat.homework.sheet.stated import StatedTotal, stated

FEWEST_CALLED = 2
"""Rows called as those of another table that show that both are about the same network."""

_OF_BLOCK = re.compile(r"[^\W\d_]+[0-9]+(?=[-_.][0-9])")
"""What a layer's name says of the block that it is in."""

_NUMBER = re.compile(rf"[~≈ ]*{IN_TEXT}(?: ?(?:[kKMGB]|million|billion)\b)?")


def marked(  # noqa: PLR0913  what may be said of a hand-in
    contents: Contents,
    truth: Truth,
    policy: Policy,
    *,
    number: int | None = None,
    chosen: Mapping[str, str] | None = None,
    others: Others | None = None,
) -> Marked:
    """Return a hand-in, marked: all of its tables that are about a network, and the text around.

    Args:
        contents: What was handed in.
        truth: What is right.
        policy: How it is marked.
        number: Which table alone it is, from 1, if somebody says so.
        chosen: What columns ask for, by title.
        others: What networks it may be of instead.

    Raises:
        SheetError: No table has a column that can be marked, or there is no such table.
        UsageError: A column was chosen that no table has.
    """
    with limits.timed_marking():
        return _marked(contents, truth, policy, number, chosen, others)


def _marked(  # noqa: PLR0913, PLR0917  likewise
    contents: Contents,
    truth: Truth,
    policy: Policy,
    number: int | None,
    chosen: Mapping[str, str] | None,
    others: Others | None,
) -> Marked:
    key = key_of(truth)
    tables = contents.tables
    if number is not None:
        if not 1 <= number <= len(tables):
            count = "1 table" if len(tables) == 1 else f"{len(tables)} tables"
            raise SheetError(f"there is no table {number}: it has {count}")
        table = tables[number - 1]
        if _is_large(table, key):
            raise _too_large(table, key)
        sheet = sheet_of(table, columns_of(table, chosen), number - 1)
        return mark([sheet], truth, policy, others)
    if chosen and tables and not any(_present(table, chosen) for table in tables):
        columns_of(tables[0], chosen)  # which tells what columns there are
    large = [sheet_of(table, (), at) for at, table in enumerate(tables) if _is_large(table, key)]
    sheets = [
        sheet_of(table, columns_of(table, _present(table, chosen)), at)
        for at, table in enumerate(tables)
        if not _is_large(table, key)
    ]
    marked_ones = [sheet for sheet in sheets if any(column.ways for column in sheet.columns)]
    found = [refitted(held(sheet, key, policy)) for sheet in marked_ones]
    found = [one for one in found if one.reads]
    texts = [held(sheet, key, policy) for sheet in _texts(contents, found, len(tables))]
    if large and not found and not texts:
        raise _too_large(large[0].table, key)
    if not found and not texts:
        if not any(title.strip() for table in tables for title in table.header):
            raise NoTableError(
                "nothing says what the columns hold, as they have no titles",
                hint="write above each what it holds: weights, feature map, MACs",
            )
        titles = "; ".join(" | ".join(table.header) for table in tables[:3])
        raise NoTableError(
            f"no table has a column that can be marked: {titles}",
            hint="say what a column asks for",
            instead={"column": {"TITLE": "weights"}},
        )
    about, aside = _about(found)
    return mark_held([*about, *texts], key, policy, [*aside, *large], others)


def _most_cells(key: Key) -> int:
    return limits.MOST_CELLS_HELD + limits.MOST_CELLS_OF_LAYER * len(key.layers)


def _is_large(table: FoundTable, key: Key) -> bool:
    """Return whether a table has more cells than any that is about the layers of a network."""
    return len(table.rows) * len(table.header) > _most_cells(key)


def _too_large(table: FoundTable, key: Key) -> SheetError:
    cells, layers = len(table.rows) * len(table.header), len(key.layers)
    return SheetError(
        f"has {cells:,} cells; of a network of {layers:,} layers, at most {_most_cells(key):,} are "
        "marked",
        hint="leave out the rows and columns that are about no layer",
    ).within(table.place)


def _present(table: FoundTable, chosen: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return the choices that are about a table."""
    titles = {title.strip() for title in table.header}
    return {title: quantity for title, quantity in (chosen or {}).items() if title in titles}


def _texts(contents: Contents, found: Sequence[Held], number: int) -> Iterator[Sheet]:
    """Yield what the text states of the whole network, a sheet of one row each."""
    for statement in stated(contents):
        ways = tuple(_ways(statement, found))
        if ways:
            title = statement.heading.title or statement.text
            label = f"total {statement.part}".strip()
            tool = None if statement.table is None else contents.tables[statement.table].tool
            cell = statement.cell.strip(" *")
            if not numbers(cell) and (start := _NUMBER.match(cell)):
                cell = start[0]
            table = FoundTable(statement.place, ("", title), ((label, cell),), tool)
            columns = (SheetColumn(0, "", is_label=True), SheetColumn(1, title, ways))
            sheet = sheet_of(table, of_batches(columns, _batch(statement, found)), number)
            yield replace(sheet, is_open=statement.is_open, is_of_text=True)
            number += 1


def _batch(statement: StatedTotal, found: Sequence[Held]) -> int:
    """Return the size of the batch that the table above a statement is about; 0 if of none."""
    columns = (
        column
        for sheet in found
        if sheet.sheet.number == statement.table
        for column in sheet.sheet.columns
    )
    return max((way.batch for column in columns for way in column.ways), default=0)


def _ways(statement: StatedTotal, found: Sequence[Held]) -> Iterator[Way]:
    """Yield what a statement may count; where it does not say so, what the table above counts."""
    if statement.heading.is_known:
        table = FoundTable("", (statement.heading.title,), ())
        yield from columns_of(table)[0].ways
        return
    if statement.part and not sums_of(statement.part):
        return  # of nobody knows what
    for sheet in found:
        if sheet.sheet.number == statement.table:
            keys = dict.fromkeys(read.quantity for read in sheet.reads.values())
            sums = [key for key in keys if QUANTITIES[key].is_summed]
            yield from (Way((key,), 1 / len(sums)) for key in sums)


def _about(found: Sequence[Held]) -> tuple[list[Held], list[Sheet]]:
    """Return the tables that are about the network, and those that are rather not."""
    if len(found) <= 1:
        return list(found), []
    fits = {one.sheet.number: _fit(one) for one in found}
    best = max(fits.values())
    about = [one for one in found if 2 * fits[one.sheet.number] >= best]
    names = {name for one in about for name in _names(one.sheet)}
    asked = _asked(about)
    about = [
        one
        for one in found
        if one in about or (asked.isdisjoint(_asked([one])) and _are_called(one.sheet, names))
    ]
    return about, [one.sheet for one in found if one not in about]


def _asked(sheets: Iterable[Held]) -> set[str]:
    """Return the quantities that tables state, but for settings: of another network, the same."""
    quantities = {read.quantity for one in sheets for read in one.reads.values()}
    return {key for key in quantities if not QUANTITIES[key].is_setting}


def _names(sheet: Sheet) -> Iterator[str]:
    """Yield what the rows of a table call their layers, and the blocks of these: C1 of C1-2."""
    for row in sheet.rows:
        block = _OF_BLOCK.match(row.text)
        names = {row.text, first_part(row.text), block[0] if block else ""}
        yield from filter(None, map(spelled, names))


def _are_called(sheet: Sheet, names: Container[str]) -> bool:
    """Return whether most rows of a table are called as those of the tables about the network."""
    rows = [row for row in sheet.rows if row.label.family != "total"]
    same = [
        row for row in rows if spelled(row.text) in names or spelled(first_part(row.text)) in names
    ]
    return len(same) >= FEWEST_CALLED and 2 * len(same) > len(rows)


def _fit(sheet: Held) -> float:
    """Return the share of a table's cells that some row's layer explains."""
    right = cells = 0
    for entry in sheet.entries():
        if entry.written.is_blank:
            continue
        cells += 1
        place = sheet.place(entry.row)
        if place is not None:
            read = sheet.reads[entry.column, entry.quantity]
            answers = (sheet.answer(entry.row, read), sheet.key.answer(place, entry.quantity))
            agrees = QUANTITIES[entry.quantity].agrees
            right += any(agrees(entry.written, answer) for answer in answers)
    return right / cells if cells else 0.0
