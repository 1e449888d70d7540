"""Feedback as text: the sheet with its marks, and what is to be said of them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TypeAlias

from archstat.homework.feedback import Feedback
from archstat.homework.marks import Verdict
from archstat.renderers.feedback import words
from archstat.renderers.grid import GAP, display_width, padded
from archstat.renderers.table import RULE

LONGEST_CELL = 40
WIDTH = 100

Line: TypeAlias = list[tuple[str, Verdict | None]]
"""Pieces of a line, each with the verdict that it shows."""


def render(feedback: Feedback) -> str:
    """Return feedback as plain text."""
    return "".join(f"{''.join(text for text, _ in line).rstrip()}\n" for line in lines(feedback))


def lines(feedback: Feedback) -> Iterator[Line]:
    """Yield feedback line by line."""
    yield [(words.headline(feedback), None)]
    if feedback.shows_marks:
        yield []
        yield from _table(feedback)
        yield []
        yield [(words.legend(feedback), None)]
    for reading in feedback.readings:
        yield from _wrapped("note: ", reading)
    if feedback.remarks:
        yield []
    for number, remark in enumerate(feedback.remarks, 1):
        yield from _wrapped(f"{number}. ", words.sentence(remark))
        if remark.answers:
            yield from _wrapped(" " * len(f"{number}. "), words.right_answers(remark))
    if feedback.shows_score:
        yield []
        yield [(words.score(feedback), None)]


def _wrapped(head: str, text: str) -> Iterator[Line]:
    for part in textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head)):
        yield [(part, None)]


def _table(feedback: Feedback) -> Iterator[Line]:
    """Yield the sheet's own table, a mark behind every cell."""
    sheet = feedback.marked.sheet
    grid: list[Line] = [[(_short(title), None) for title in sheet.table.header]]
    for row in sheet.rows:
        cells = enumerate(sheet.table.rows[row.index])
        grid.append([_marked(feedback, row.index, column, text) for column, text in cells])
    widths = [max(display_width(text) for text, _ in column) for column in zip(*grid, strict=True)]
    for number, line in enumerate(grid):
        yield [
            (padded(text, width, is_text=True) + GAP, verdict)
            for (text, verdict), width in zip(line, widths, strict=True)
        ]
        if number == 0:
            yield [(RULE * (sum(widths) + len(GAP) * (len(widths) - 1)), None)]


def _marked(feedback: Feedback, row: int, column: int, text: str) -> tuple[str, Verdict]:
    verdict = feedback.by_cell.get((row, column), Verdict.NOT_ASKED)
    shown = _short(text)
    if verdict is Verdict.NOT_ASKED:
        return shown, verdict
    return f"{shown} {verdict.value}".lstrip(), verdict


def _short(text: str) -> str:
    """Return a cell in one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_CELL else line[: LONGEST_CELL - 1] + "…"
