"""Feedback as text: the sheet with its marks, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from archstat.formats.layout.lines import RULE
from archstat.homework.marking.feedback import Feedback, line
from archstat.homework.marking.marks import Verdict
from archstat.homework.sheet.sheet import Sheet
from archstat.renderers.feedback import words
from archstat.renderers.feedback.cells import shown
from archstat.renderers.grid import GAP, display_width, folded, padded, title_lines

LONGEST_CELL = 40
USUAL_WIDTH = 100

Line: TypeAlias = list[tuple[str, Verdict | None]]
"""Pieces of a line, each with the verdict that it shows."""


def render(feedback: Feedback) -> str:
    """Return feedback as plain text, its table as wide as it is."""
    return "".join(
        f"{''.join(text for text, _ in pieces).rstrip()}\n" for pieces in lines(feedback)
    )


def lines(feedback: Feedback, *, width: int | None = None) -> Iterator[Line]:
    """Yield feedback line by line.

    Args:
        feedback: What to show.
        width: The characters of a line, to which the table is fitted; None for as many as it takes.
    """
    room = width or USUAL_WIDTH
    notes = list(feedback.notes)
    yield from _wrapped(words.headline(feedback), room)
    if feedback.shows_marks:
        for held in feedback.marked.sheets:
            blocks, hidden = _fitted(_columns(feedback, held.sheet), width)
            if hidden:
                notes.append(f"left out to fit {width} characters: {', '.join(hidden)}")
            for block in blocks:
                yield []
                yield from _table(block)
        yield []
        yield from _legend(feedback, room)
    for note in notes:
        yield from _wrapped(note, room, "note: ")
    for number, remark in enumerate(feedback.remarks, 1):
        yield []
        head = f"{number}. "
        yield from _wrapped(words.heading(remark), room, head)
        for text in filter(None, (words.sentences(remark), words.right_answers(remark))):
            yield from _wrapped(text, room, " " * len(head))
    if feedback.shows_score:
        yield []
        yield [(words.score(feedback), None)]


def _wrapped(text: str, room: int, head: str = "") -> Iterator[Line]:
    for number, part in enumerate(folded(text, room - len(head))):
        yield [((" " * len(head) if number else head) + part, None)]


def _legend(feedback: Feedback, room: int) -> Iterator[Line]:
    """Yield what the marks mean, in lines that fit."""
    pieces: Line = []
    used = 0
    for verdict, meaning in words.legend(feedback):
        text = f"{verdict.value} {meaning}"
        if pieces and used + len(text) > room:
            yield pieces
            pieces, used = [], 0
        pieces.append((text + GAP, verdict))
        used += len(text + GAP)
    if pieces:
        yield pieces


@dataclass(frozen=True)
class _Column:
    """A column of the sheet as it is shown: the texts of its cells, and the marks behind them."""

    title: str
    texts: tuple[str, ...]
    marks: tuple[str, ...]
    verdicts: tuple[Verdict, ...]

    @cached_property
    def is_marked(self) -> bool:
        return any(self.marks)

    @cached_property
    def text_width(self) -> int:
        return max(map(display_width, self.texts), default=0)

    @cached_property
    def width(self) -> int:
        marks = max(map(len, self.marks), default=0)
        cells = self.text_width + (1 + marks if marks else 0)
        return max(cells, *map(display_width, self.title.split()), 1)

    def cell(self, row: int) -> tuple[str, Verdict | None]:
        text, mark = self.texts[row], self.marks[row]
        if mark:
            text = f"{padded(text, self.text_width, is_text=True)} {mark}"
        verdict = self.verdicts[row] if self.is_marked else None
        return padded(text, self.width, is_text=True) + GAP, verdict


def _columns(feedback: Feedback, sheet: Sheet) -> list[_Column]:
    """Return the columns of a sheet, a mark behind every cell that has one."""
    rows = shown(feedback, sheet)
    return [
        _Column(
            _short(title),
            tuple(_short(row[index].text) for row in rows),
            tuple(row[index].mark for row in rows),
            tuple(row[index].verdict for row in rows),
        )
        for index, title in enumerate(sheet.table.header)
    ]


def _fitted(
    columns: Sequence[_Column], width: int | None
) -> tuple[list[list[_Column]], Sequence[str]]:
    """Return the columns in as many tables as it takes, and the titles of those left out.

    Where they do not fit side by side, columns without marks go; where the others still do not,
    they stand under one another in several tables, each with the first column.
    """
    first, *others = columns
    if width is None or _width(columns) <= width:
        return [[first, *others]], ()
    marked = [column for column in others if column.is_marked]
    hidden = [column.title for column in others if not column.is_marked]
    blocks = [[first]]
    for column in marked:
        if len(blocks[-1]) > 1 and _width([*blocks[-1], column]) > width:
            blocks.append([first])
        blocks[-1].append(column)
    return blocks, hidden


def _width(columns: Sequence[_Column]) -> int:
    return sum(column.width for column in columns) + len(GAP) * (len(columns) - 1)


def _table(columns: Sequence[_Column]) -> Iterator[Line]:
    widths = [column.width for column in columns]
    for titles in title_lines([column.title for column in columns], widths):
        yield [
            (padded(title, width, is_text=True) + GAP, None)
            for title, width in zip(titles, widths, strict=True)
        ]
    yield [(RULE * _width(columns), None)]
    for row in range(len(columns[0].texts)):
        yield [column.cell(row) for column in columns]


def _short(text: str) -> str:
    """Return a cell in one line, not too long."""
    short = line(text)
    return short if len(short) <= LONGEST_CELL else f"{short[: LONGEST_CELL - 1]}…"
