"""A document as lines of text: whole in a pipe or a file, fitted to the width of a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TypeAlias

from archstat.documents.cells import Look
from archstat.documents.document import (
    Document,
    Legend,
    Line,
    Listing,
    Notes,
    Part,
    Picture,
    Remarks,
    Sentences,
    Table,
)
from archstat.documents.letters import display_width, folded, padded, printable
from archstat.formats.layout.fitting import (
    GAP,
    CellText,
    ColumnText,
    Fitted,
    FittedGrid,
    fitted,
    spans,
    title_lines,
)

RULE = "─"
BLANK = "_" * 10
"""Where there is something to fill in."""

PAGE = 100
"""Characters of a line of prose where no terminal says how wide it is."""

LEAST = 20
"""Characters of what is said beside cells that take the whole line."""

INDENT = "  "

Pieces: TypeAlias = list[tuple[str, Look]]
"""A line, in pieces that look the same throughout."""


def lines(document: Document, width: int | None) -> Iterator[Pieces]:
    """Yield the lines of a document.

    Args:
        document: The document.
        width: The characters of a line, to which it is fitted; None for as many as it takes.
    """
    parts = [_cut(part) if isinstance(part, Table) else part for part in document.parts]
    tables = {id(part): _fitted(part, width) for part in parts if isinstance(part, Table)}
    names = dict.fromkeys(
        name
        for part in parts
        if isinstance(part, Table) and not _footnotes(part, tables[id(part)])
        for name in tables[id(part)].hidden
    )
    if names:
        parts = _with_note(parts, _left_out(names, width))
    head = () if document.is_bare else (document.title, *document.about)
    for number, text in enumerate(head):
        yield from _folded(
            text, width, Look.WEAK if number else Look.STRONG, indent=2 * bool(number)
        )
    before: Part | None = None
    is_first = not any(head)
    for part in parts:
        written = list(_part(part, width, tables))
        if written and not is_first and not (_is_prose(before) and _is_close(part)):
            yield []
        yield from written
        if written:
            before, is_first = part, False
    if document.conclusion:
        yield []
        yield from _folded(document.conclusion, width)


def _fitted(table: Table, width: int | None) -> Fitted:
    room = None if width is None else width - len(_indent(table))
    return fitted(table, room, blank=BLANK)


def _cut(table: Table) -> Table:
    """Return a table with as many lines as are shown, and how many more there are."""
    more = 0 if table.most is None else len(table.lines) - table.most
    if more <= 0:
        return table
    said = f"and {more} more"
    note = f"{said}; {table.note}" if table.note else said
    return replace(table, lines=table.lines[: table.most], note=note)


def _indent(table: Table) -> str:
    return INDENT if table.title or table.is_indented else ""


def _left_out(names: Iterable[str], width: int | None) -> str:
    return f"left out to fit {width} characters: {', '.join(names)}"


def _footnotes(table: Table, found: Fitted) -> list[str]:
    """Return what the signs mean that columns have which are shown, or are left out."""
    notes = [column.footnote for column in table.columns if column.footnote]
    return [note for note in notes if any(note[0] in slot.title[-1:] for slot in found.slots)]


def _with_note(parts: Sequence[Part], note: str) -> list[Part]:
    """Return parts of which the last notes have one more."""
    at = max((at for at, part in enumerate(parts) if isinstance(part, Notes)), default=len(parts))
    notes = parts[at].notes if at < len(parts) and isinstance(parts[at], Notes) else ()  # type: ignore[union-attr]  # mypy forgets the index
    return [*parts[:at], Notes((*notes, note)), *parts[at + 1 :]]


def _is_prose(part: Part | None) -> bool:
    return isinstance(part, (Sentences, Legend, Notes))


def _is_close(part: Part) -> bool:
    return isinstance(part, Notes) or (isinstance(part, (Sentences, Listing)) and part.is_close)


def _part(part: Part, width: int | None, tables: dict[int, Fitted]) -> Iterator[Pieces]:
    match part:
        case Table():
            yield from _table(part, tables[id(part)], width)
        case Sentences():
            yield from _words(part, width)
        case Legend():
            yield from _legend(part, width or PAGE)
        case Notes():
            for note in part.notes:
                yield from _folded(f"note: {note}", width, Look.WEAK, indent=6)
        case Remarks():
            yield from _remarks(part, width or PAGE)
        case Listing():
            yield from ([(line, Look.NORMAL)] for line in part.lines)
        case Picture():
            return


def _words(words: Sentences, width: int | None) -> Iterator[Pieces]:
    for number, sentence in enumerate(words.sentences):
        indent = INDENT if number and words.hangs else ""
        room = None if width is None else width - len(indent)
        for line in folded(printable(sentence), room, indent=len(INDENT)):
            yield [(indent + line, words.look)]


def _folded(
    text: str, width: int | None, look: Look = Look.NORMAL, *, indent: int = 0
) -> Iterator[Pieces]:
    for line in folded(printable(text), width, indent=indent):
        yield [(line, look)]


def _legend(legend: Legend, width: int) -> Iterator[Pieces]:
    """Yield what the marks mean, in lines that fit."""
    pieces: Pieces = []
    used = 0
    for mark, said in legend.marks:
        text = printable(f"{mark.sign} {said}")
        if pieces and used + len(text) > width:
            yield _trimmed(pieces)
            pieces, used = [], 0
        pieces.append((text + GAP, mark.look))
        used += len(text + GAP)
    if pieces:
        yield _trimmed(pieces)


def _remarks(remarks: Remarks, width: int) -> Iterator[Pieces]:
    for number, remark in enumerate(remarks.remarks, 1):
        if number > 1:
            yield []
        head = f"{number}. "
        yield from _folded(head + remark.heading, width, indent=len(head))
        for text in remark.said:
            for line in folded(printable(text), width - len(head)):
                yield [(" " * len(head) + line, Look.NORMAL)]


def _table(table: Table, found: Fitted, width: int | None) -> Iterator[Pieces]:
    indent = _indent(table)
    yield from _folded(table.title, width, Look.STRONG)
    for number, grid in enumerate(found.grids):
        if number:
            yield []
        for pieces in _grid(grid, found.table, None if width is None else width - len(indent)):
            yield _trimmed([(indent, Look.NORMAL), *pieces])
    below = _footnotes(table, found)
    if below and found.hidden:
        below.append(_left_out(found.hidden, width))
    if below:
        yield []
    for text in below:
        yield from _folded(text, width, Look.WEAK, indent=2)
    for line in folded(printable(table.note), None if width is None else width - len(indent)):
        yield [(indent + line, Look.NORMAL)]


def _grid(grid: FittedGrid, table: Table, width: int | None) -> Iterator[Pieces]:
    rule: Pieces = [(RULE * grid.width, Look.WEAK)]
    if table.has_titles:
        yield from _titles(grid.slots)
        if table.is_ruled:
            yield rule
    for at, line in enumerate((*table.lines, *table.foot)):
        if at == len(table.lines) and table.is_ruled:
            yield rule
        yield from _line(grid.slots, at, line, width)


def _trimmed(pieces: Pieces) -> Pieces:
    """Return a line without blanks at its end."""
    while pieces and not pieces[-1][0].rstrip():
        pieces = pieces[:-1]
    return [*pieces[:-1], (pieces[-1][0].rstrip(), pieces[-1][1])] if pieces else []


def _titles(slots: Sequence[ColumnText]) -> Iterator[Pieces]:
    if any(slot.column.group for slot in slots):
        found = list(spans(slots))
        groups = [printable(slots[first].column.group) for first, _ in found]
        rooms = [_span(slots[first : last + 1]) for first, last in found]
        cells = (padded(*pair, is_text=True) for pair in zip(groups, rooms, strict=True))
        yield [(GAP.join(cells), Look.STRONG)]
    rows = title_lines([slot.title for slot in slots], [slot.width for slot in slots])
    if any(slot.column.unit for slot in slots):
        rows.append(tuple(printable(slot.column.unit) for slot in slots))
    for texts in rows:
        cells = (
            padded(text, slot.width, is_text=slot.column.is_text)
            for text, slot in zip(texts, slots, strict=True)
        )
        yield [(GAP.join(cells), Look.STRONG)]


def _span(slots: Sequence[ColumnText]) -> int:
    return sum(slot.width for slot in slots) + len(GAP) * (len(slots) - 1)


def _line(slots: Sequence[ColumnText], at: int, line: Line, width: int | None) -> Iterator[Pieces]:
    """Yield a line of a table, in as many lines of text as its broken cells take."""
    shown = [slot for slot in slots if not line.rest or slot.cells[at].text]
    cells = [_broken(slot, slot.cells[at]) for slot in shown]
    rest = [""]
    if line.rest:
        left = sum(slot.width + len(GAP) for slot in shown)
        rest = folded(printable(line.rest), width and max(LEAST, width - left))
    for row, said in zip_longest(_rows(cells), rest, fillvalue=""):
        texts = row or ("",) * len(shown)
        pieces: Pieces = []
        for slot, text in zip(shown, texts, strict=True):
            own = next(
                (each for each in (slot.cells[at].look, slot.column.look) if each.value), line.look
            )
            pieces += [(padded(text, slot.width, is_text=slot.column.is_text), own), (GAP, own)]
        yield [*pieces, (said, line.rest_look)] if line.rest else pieces[:-1]


def _rows(cells: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    return zip_longest(*cells, fillvalue="")


def _broken(slot: ColumnText, cell: CellText) -> list[str]:
    """Return a cell in lines, its mark behind the first; marks stand under one another."""
    room = slot.width - slot.mark_width
    parts = folded(cell.text, room) if display_width(cell.text) > room else [cell.text]
    if cell.mark:
        parts[0] = f"{padded(parts[0], min(slot.text_width, room), is_text=True)} {cell.mark}"
    return parts
