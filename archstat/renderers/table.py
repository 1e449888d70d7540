"""The table as text: whole in a pipe, fitted to a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from archstat.renderers.grid import GAP, Grid, grid, heading, padded, summaries, title_lines
from archstat.renderers.view import View
from archstat.report.columns import Column
from archstat.report.report import Report

RULE = "─"
BLANK = "_" * 10
"""Where there is something to fill in."""


class Emphasis(Enum):
    """How much a line matters, for terminals that can show it."""

    STRONG = "bold"
    NORMAL = ""
    WEAK = "dim"


@dataclass(frozen=True)
class Line:
    """A line of the table."""

    text: str
    emphasis: Emphasis = Emphasis.NORMAL


def render(report: Report, view: View) -> str:
    """Return the whole table as plain text, however wide it is."""
    return "".join(f"{line.text}\n" for line in lines(report, view, width=None))


def lines(report: Report, view: View, *, width: int | None) -> Iterator[Line]:
    """Yield the lines of the table.

    Args:
        report: What to show.
        view: The columns and the layout; columns that were asked for are never left out.
        width: The characters of a line, to which the usual columns are fitted; None for as many
            as it takes.
    """
    cells = grid(report, view, blank=BLANK)
    notes = list(report.notes)
    if width is not None and view.columns is None:
        cells, hidden = _fitted(cells, width)
        if hidden:
            notes.append(f"left out to fit {width} characters: {', '.join(hidden)}")
    widths = cells.widths()
    title, circumstances = heading(report, view)
    rule = Line(RULE * _width(cells), Emphasis.WEAK)
    yield from _wrapped(title, width, Emphasis.STRONG)
    yield from _wrapped(circumstances, width, Emphasis.WEAK)
    yield Line("")
    for texts in title_lines(cells.titles, widths):
        yield Line(_aligned(texts, cells.columns, widths), Emphasis.STRONG)
    yield rule
    for row, texts in zip(report.layers, cells.lines, strict=True):
        emphasis = Emphasis.NORMAL if row.params or row.macs else Emphasis.WEAK
        yield Line(_aligned(texts, cells.columns, widths), emphasis)
    yield rule
    yield Line(_aligned(cells.foot, cells.columns, widths), Emphasis.STRONG)
    if view.blank:
        return
    yield Line("")
    for sentence in summaries(report):
        yield from _wrapped(sentence, width)
    for note in notes:
        yield from _wrapped(f"note: {note}", width, Emphasis.WEAK, indent="      ")


def _fitted(cells: Grid, width: int) -> tuple[Grid, list[str]]:
    """Return a grid that fits, and the titles of the columns that it had to leave out.

    Titles are shortened first; then columns go, the least important first.
    """
    hidden: list[str] = []
    if _width(cells) > width:
        cells = cells.with_short_titles()
    while _width(cells) > width:
        optional = [column for column in cells.columns if column.importance is not None]
        if not optional:
            break
        least = min(optional, key=lambda column: column.importance or 0)
        hidden.append(least.title)
        cells = cells.without(least)
    return cells, hidden


def _width(cells: Grid) -> int:
    widths = cells.widths()
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _aligned(texts: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    cells = (
        padded(text, room, is_text=column.is_text)
        for text, column, room in zip(texts, columns, widths, strict=True)
    )
    return GAP.join(cells).rstrip()


def _wrapped(
    text: str, width: int | None, emphasis: Emphasis = Emphasis.NORMAL, *, indent: str = ""
) -> Iterator[Line]:
    parts = [text] if width is None else textwrap.wrap(text, width, subsequent_indent=indent)
    for part in parts:
        yield Line(part, emphasis)
