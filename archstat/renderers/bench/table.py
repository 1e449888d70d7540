"""The table as text: whole in a pipe, fitted to a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from archstat.bench.record import Record
from archstat.bench.summary import Verdict
from archstat.documents.cells import NOTHING
from archstat.documents.letters import printable
from archstat.renderers.bench import words
from archstat.renderers.bench.columns import BAR, SHARE, VERDICT, Column, cells, title, unit, used
from archstat.renderers.bench.layers import render_layers
from archstat.renderers.bench.sheet import Row, Setting, Sheet, sheet
from archstat.renderers.grid import GAP, display_width, folded, padded, title_lines

RULE = "─"
LEAST_WIDTH = 20
"""Of what wraps beside settings that take the whole line."""


class Look(Enum):
    """How a piece of text stands out, for terminals that can show it."""

    STRONG = "bold"
    NORMAL = ""
    WEAK = "dim"
    GOOD = "green"
    DOUBT = "yellow"
    BAD = "bold red"
    BAR = "cyan"


LOOKS = {
    Verdict.VALID: Look.GOOD,
    Verdict.UNSTABLE: Look.DOUBT,
    Verdict.CONTENDED: Look.DOUBT,
    Verdict.THROTTLED: Look.DOUBT,
    Verdict.OVER: Look.BAD,
    Verdict.FAILED: Look.BAD,
}


@dataclass(frozen=True)
class Piece:
    """A part of a line that looks the same throughout."""

    text: str
    look: Look = Look.NORMAL


def render(record: Record) -> str:
    """Return the whole table as plain text, however wide it is."""
    return "".join(
        "".join(piece.text for piece in line).rstrip() + "\n" for line in lines(record, width=None)
    )


def lines(record: Record, *, width: int | None) -> Iterator[list[Piece]]:
    """Yield the lines of the table, in pieces.

    Args:
        record: What to show.
        width: The characters of a line, to which the columns are fitted; None for as many as it
            takes.
    """
    for line in _lines(sheet(record), width):
        yield [Piece(printable(piece.text), piece.look) for piece in line]


def _lines(found: Sheet, width: int | None) -> Iterator[list[Piece]]:
    for model in words.models(found):
        yield from _wrapped(model, width, Look.STRONG)
    for text in (words.common(found), *words.devices(found)):
        yield from _wrapped(text, width, Look.WEAK, indent="  ")
    yield []
    if not found.rows:
        yield [Piece(words.NOTHING_MEASURED)]
        yield []
    else:
        yield from _table(found, width)
        yield []
    for verdict, reason in words.verdicts(found):
        yield from _wrapped(f"{verdict.value}  {reason}", width, LOOKS[verdict], indent="  ")
    for note in words.notes(found):
        yield from _wrapped(f"note: {note}", width, indent="      ")
    for text in (*words.protocol(found), *words.spent(found)):
        yield from _wrapped(text, width, Look.WEAK, indent="  ")
    for row in found.rows:
        if row.result.layers:
            text = render_layers(found.record, row.result, "table")
            yield from ([Piece(line)] for line in ["", *text.splitlines(), ""])
    yield [Piece(words.reproduce(found), Look.WEAK)]  # whole, so that it can be copied


def _table(found: Sheet, width: int | None) -> Iterator[list[Piece]]:
    """Yield titles, units and rows, and below them what was left out and the footnotes."""
    columns, hidden = used(found, has_pictures=width is not None), []
    while width is not None and _width(found, columns) > width:
        optional = [column for column in columns if column.importance is not None]
        if not optional:
            break
        least = min(optional, key=lambda column: column.importance or 0)
        columns.remove(least)
        if not least.is_picture:
            hidden.append(title(least, found))
    settings = found.varying
    titles = [*(each.title for each in settings), *(title(each, found) for each in columns)]
    units = ["" for _ in settings] + [unit(each, found) for each in columns]
    widths = _widths(found, columns)
    is_text = [not each.is_number for each in settings] + [each.is_text for each in columns]
    for texts in [*title_lines(titles, widths), units]:
        yield [Piece(_aligned(texts, widths, is_text).rstrip(), Look.STRONG)]
    yield [Piece(RULE * (sum(widths) + len(GAP) * (len(widths) - 1)), Look.WEAK)]
    for row in found.rows:
        yield from _row(found, row, columns, widths, width)
    below = list(words.footnotes([title(column, found) for column in columns]))
    if hidden:
        names = ", ".join(name.rstrip(words.MARKS) for name in hidden)
        below.append(f"left out to fit {width} characters: {names}")
    if below:
        yield []
    for text in below:
        yield from _wrapped(text, width, Look.WEAK, indent="  ")


def _row(
    found: Sheet, row: Row, columns: Sequence[Column], widths: Sequence[int], width: int | None
) -> Iterator[list[Piece]]:
    settings = found.varying
    texts = [setting.text(row.case) or NOTHING for setting in settings]
    left = _aligned(texts, widths, [not setting.is_number for setting in settings])
    if row.figures is None:
        yield from _failed(row, left, width)
        return
    pieces = [Piece(left)]
    texts = cells(columns, row, found)
    for column, text, room in zip(columns, texts, widths[len(settings) :], strict=True):
        look = LOOKS[row.verdict] if column is VERDICT else Look.NORMAL
        look = {SHARE: Look.STRONG, BAR: Look.BAR}.get(column, look)
        pieces += [Piece(GAP), Piece(padded(text, room, is_text=column.is_text), look)]
    yield pieces


def _failed(row: Row, left: str, width: int | None) -> Iterator[list[Piece]]:
    """Yield why a case has no figures, in the place of its figures."""
    room = None if width is None else max(LEAST_WIDTH, width - display_width(left) - len(GAP))
    parts = [row.reason] if room is None else folded(row.reason, room)
    for part in parts:
        yield [Piece(left), Piece(GAP), Piece(part, LOOKS[row.verdict])]
        left = " " * display_width(left)


def _width(found: Sheet, columns: Sequence[Column]) -> int:
    widths = _widths(found, columns)
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _widths(found: Sheet, columns: Sequence[Column]) -> list[int]:
    """Return the characters that each column needs, its title broken into words."""
    settings: tuple[Setting, ...] = found.varying
    measured = [row for row in found.rows if row.figures is not None]
    return [
        max(map(display_width, (*each.title.split(), *(each.text(r.case) for r in found.rows))))
        for each in settings
    ] + [
        max(map(display_width, (*title(each, found).split(), unit(each, found), *texts)))
        for each, texts in zip(
            columns,
            zip(*(cells(columns, row, found) for row in measured), strict=True)
            if measured
            else [()] * len(columns),
            strict=True,
        )
    ]


def _aligned(texts: Sequence[str], widths: Sequence[int], is_text: Sequence[bool]) -> str:
    triples = zip(texts, widths, is_text, strict=False)  # settings alone, or all columns
    return GAP.join(padded(text, room, is_text=is_) for text, room, is_ in triples)


def _wrapped(
    text: str, width: int | None, look: Look = Look.NORMAL, *, indent: str = ""
) -> Iterator[list[Piece]]:
    parts = [text] if width is None else textwrap.wrap(text, width, subsequent_indent=indent)
    for part in parts:
        if part:
            yield [Piece(part, look)]
