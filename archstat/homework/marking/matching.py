"""Which table of a file is the homework, and whether it is about another network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from archstat.errors import NoTableError, SheetError
from archstat.homework.answers.truth import Truth
from archstat.homework.marking.marking import Marked, mark
from archstat.homework.marking.marks import Verdict
from archstat.homework.marking.policy import Policy
from archstat.homework.reading.table import Table
from archstat.homework.sheet.alignment import aligned
from archstat.homework.sheet.sheet import Sheet, columns_of, sheet_of


def best_match(
    tables: Sequence[Table],
    truth: Truth,
    policy: Policy,
    *,
    number: int | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Marked:
    """Return the table of a file that fits a network best, marked.

    Args:
        tables: What was found in the file.
        truth: What is right.
        policy: How it is marked.
        number: Which table it is, from 1, if somebody knows.
        chosen: What columns ask for, by title.

    Raises:
        SheetError: No table has a column that can be marked, or there is no such table.
        UsageError: A column was chosen that the table has not.
    """
    if number is not None:
        if not 1 <= number <= len(tables):
            count = "1 table" if len(tables) == 1 else f"{len(tables)} tables"
            raise SheetError(f"there is no table {number}: it has {count}")
        return mark(_sheet(tables[number - 1], chosen), truth, policy)
    sheets = [_sheet(table, _present(table, chosen)) for table in tables]
    sheets = [sheet for sheet in sheets if any(column.is_marked for column in sheet.columns)]
    if chosen and not any(_present(table, chosen) for table in tables):
        columns_of(tables[0], chosen)  # which tells what columns there are
    if not sheets:
        titles = "; ".join(" | ".join(table.header) for table in tables[:3])
        raise NoTableError(
            f"no table has a column that can be marked: {titles}",
            hint="say what a column asks for: --column 'TITLE=weights'",
        )
    best = max(sheets, key=lambda sheet: _fit(sheet, truth))
    return mark(best, truth, policy)


def _present(table: Table, chosen: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return the choices that are about a table."""
    titles = {title.strip() for title in table.header}
    return {title: quantity for title, quantity in (chosen or {}).items() if title in titles}


def _sheet(table: Table, chosen: Mapping[str, str] | None) -> Sheet:
    return sheet_of(table, columns_of(table, chosen))


def _fit(sheet: Sheet, truth: Truth) -> tuple[bool, float, int]:
    """Return how well a sheet fits a network: its rows, and then its columns."""
    alignment = aligned(sheet, truth)
    marked = sum(column.is_marked for column in sheet.columns)
    return bool(alignment.layers), alignment.score * marked, marked


def other_network(marked: Marked, others: Iterable[tuple[str, Truth]]) -> str | None:
    """Return a note on the network that a sheet is rather about, if there is one.

    Less than half of the sheet is right, and more than half and twice as much for the other.

    Args:
        marked: The sheet, held against the network that it should be about.
        others: What it may be about instead, by name.
    """
    right, asked = _right(marked)
    if 2 * right >= asked:
        return None
    found = {name: _right(mark(marked.sheet, truth, marked.policy)) for name, truth in others}
    most, of = max(found.values(), default=(0, 0))
    if most <= 2 * right or 2 * most < of:
        return None
    names = " and ".join(name for name, counts in found.items() if counts == (most, of))
    return f"{most} of {of} cells are right for {names}: is this the right network?"


def _right(marked: Marked) -> tuple[int, int]:
    """Return how many cells are right, of how many that are asked."""
    verdicts = [one.verdict for one in marked.marks if one.verdict is not Verdict.NOT_ASKED]
    return sum(verdict.is_right for verdict in verdicts), len(verdicts)
