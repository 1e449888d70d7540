"""The cells of a sheet in bundles, which grading systems show as tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from archstat.documents.homework import words
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.marking.feedback import Feedback, line
from archstat.homework.marking.marks import Mark, Verdict
from archstat.homework.marking.points import Gap

Item: TypeAlias = Mark | Gap

NOWHERE = 10**9
"""The table of what no column asks for: behind all others."""


@dataclass(frozen=True)
class Bundle:
    """Cells that are one test. The points of all bundles of a sheet add up to its score.

    Attributes:
        name: What the cells have in common.
        points: What they earned.
        worth: What they could earn.
        is_right: Whether none of them is wrong or missing.
        said: A line on each of them.
    """

    name: str
    points: Fraction
    worth: Fraction
    is_right: bool
    said: tuple[str, ...]


def bundles(feedback: Feedback) -> tuple[Bundle, ...]:
    """Return the tests of a sheet, as its granularity has them; none below the level of marks."""
    if not feedback.shows_marks:
        return ()
    marks = [mark for mark in feedback.marked.marks if mark.verdict is not Verdict.NOT_ASKED]
    items: list[Item] = [*marks, *feedback.marked.gaps]
    if feedback.granularity == "column":
        items.sort(key=lambda item: _column(feedback, item))
    grouped: dict[str, list[Item]] = {}
    for number, item in enumerate(items):
        name = _name(feedback, item)
        key = f"{name} {number}" if feedback.granularity == "cell" else name
        grouped.setdefault(key, []).append(item)
    return tuple(_bundle(feedback, group) for group in grouped.values())


def _bundle(feedback: Feedback, items: Sequence[Item]) -> Bundle:
    return Bundle(
        _name(feedback, items[0]),
        sum((item.points for item in items if isinstance(item, Mark)), Fraction(0)),
        sum((item.worth for item in items), Fraction(0)),
        all(isinstance(item, Mark) and item.verdict.is_right for item in items),
        tuple(_said(feedback, item) for item in items),
    )


def _name(feedback: Feedback, item: Item) -> str:
    """Return the name of the test that a cell is in."""
    row, quantity = _row(feedback, item), QUANTITIES[item.quantity].title
    if feedback.granularity == "row":
        return row
    if feedback.granularity == "column":
        return _title(feedback, *_column(feedback, item))
    return f"{quantity} of {row}"


def _row(feedback: Feedback, item: Item) -> str:
    if isinstance(item, Mark):
        return feedback.row_name(item.entry.table, item.entry.row)
    return f"{line(item.layer)} (no row)"


def _column(feedback: Feedback, item: Item) -> tuple[int, int]:
    """Return the table and the column of a cell; of one that is not there, the first it fits in."""
    if isinstance(item, Mark):
        return item.entry.table, item.entry.column
    asking = {
        (sheet.sheet.number, column)
        for sheet in feedback.marked.sheets
        for column, quantity in sheet.reads
        if quantity == item.quantity
    }
    return min(asking, default=(NOWHERE, 0))


def _title(feedback: Feedback, table: int, column: int) -> str:
    if table == NOWHERE:
        return "no column"
    found = next(one.sheet for one in feedback.marked.sheets if one.sheet.number == table)
    titles = [line(title) for title in found.table.header]
    is_clear = titles[column] and titles.count(titles[column]) == 1
    return titles[column] if is_clear else f"{titles[column]} (column {column + 1})".lstrip()


def _said(feedback: Feedback, item: Item) -> str:
    """Return a line on a cell: what the test's name leaves open, what was written, and the mark."""
    quantity = QUANTITIES[item.quantity].title
    head = {"row": f"{quantity}: ", "column": f"{_row(feedback, item)}: ", "cell": ""}
    if isinstance(item, Gap):
        said = f"{Verdict.MISSING.value} There is no row for this layer."
    else:
        written = line(item.entry.written.text)
        said = f"{written} {item.verdict.value} {words.explained(feedback, item)}".lstrip()
    return head[feedback.granularity] + said
