"""The one way in which a table comes to fit a width; no number and no word is broken.

Titles are shortened; long names of modules stand under headings; columns that may be are broken
between words; then those of the least importance are left out; and what is still too wide stands in
several tables under one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import zip_longest

from archstat.documents.cells import Blank, Cell, Look, Sign, Signed, for_people
from archstat.documents.document import Column, Table
from archstat.documents.letters import display_width, folded, printable, words_of
from archstat.formats.layout.headings import with_headings
from archstat.record import record

GAP = "  "
"""What stands between two columns."""

COMFORT = 20
"""Characters down to which a column is broken before another one is left out for it."""


@record
class CellText:
    """A cell as text: what it says, the mark behind it, and how both stand out."""

    text: str
    mark: str = ""
    look: Look = Look.NORMAL


@record
class ColumnText:
    """A column as text.

    Attributes:
        cells: Those of all lines, and of the foot.
        room: The characters that it has; None for as many as it needs.
    """

    column: Column
    title: str
    cells: tuple[CellText, ...]
    room: int | None = None

    @cached_property
    def text_width(self) -> int:
        """The characters of its widest text, without the mark."""
        return max((display_width(cell.text) for cell in self.cells), default=0)

    @cached_property
    def mark_width(self) -> int:
        """The characters of its widest mark, with a blank before it."""
        widest = max((len(cell.mark) for cell in self.cells), default=0)
        return widest + 1 if widest else 0

    @cached_property
    def _title_width(self) -> int:
        words = (*words_of(self.title), printable(self.column.unit), "")
        return max(map(display_width, words))

    @cached_property
    def natural(self) -> int:
        """The characters that it needs, its title broken into words."""
        return max(self.text_width + self.mark_width, self._title_width, self.column.room)

    @cached_property
    def least(self) -> int:
        """The characters that it needs at least."""
        if not self.column.wraps:
            return self.natural
        words = (display_width(word) for cell in self.cells for word in words_of(cell.text))
        return max(self._title_width, max(words, default=0) + self.mark_width)

    @property
    def width(self) -> int:
        """The characters that it takes."""
        return self.natural if self.room is None else self.room


@record
class FittedGrid:
    """A table that fits: its columns as text."""

    slots: tuple[ColumnText, ...]

    @property
    def width(self) -> int:
        """The characters of a line."""
        return _width([slot.width for slot in self.slots])


@record
class Fitted:
    """A table in as many grids as it takes, and the titles of the columns that are left out.

    Attributes:
        table: The table that the grids are of: with headings among its lines, where these help.
    """

    table: Table
    grids: tuple[FittedGrid, ...]
    hidden: tuple[str, ...] = ()

    @property
    def slots(self) -> list[ColumnText]:
        """The columns that are shown."""
        return [slot for grid in self.grids for slot in grid.slots]


def fitted(table: Table, width: int | None, *, blank: str) -> Fitted:
    """Return a table that fits.

    Args:
        table: The table.
        width: The characters of a line; None for as many as it takes.
        blank: What stands in a cell that is to be filled in.
    """
    found = _fitted(table, width, blank)
    if width is None or (len(found.grids) == 1 and not found.hidden):
        return found
    other = _fitted(with_headings(table), width, blank)
    return min(found, other, key=lambda each: (len(each.grids), len(each.hidden)))


def _fitted(table: Table, width: int | None, blank: str) -> Fitted:
    slots = [
        slot
        for slot in _slots(table, blank)
        if width is not None or slot.column.is_asked or not slot.column.is_picture
    ]
    if width is None:
        return Fitted(table, (_grouped(slots),))
    if _natural(slots) > width:
        slots = [
            replace(slot, title=(slot.title and printable(slot.column.short_title)) or slot.title)
            for slot in slots
        ]
    hidden: list[str] = []
    while (found := _broken(slots, width, comfort=COMFORT)) is None:
        optional = [slot for slot in slots if slot.column.importance is not None]
        if not optional:
            return Fitted(table, tuple(_parts(slots, table.fixed, width)), tuple(hidden))
        least = min(optional, key=lambda slot: slot.column.importance or 0)
        slots.remove(least)
        if not least.column.is_picture:
            hidden.append(printable(least.column.title).rstrip(least.column.footnote[:1] or " "))
    return Fitted(table, (_grouped(found),), tuple(hidden))


def _slots(table: Table, blank: str) -> Iterator[ColumnText]:
    lines = [*table.lines, *table.foot]
    for at, column in enumerate(table.columns):
        cells = (line.cells[at] if at < len(line.cells) else None for line in lines)
        has_cell = (at < len(line.cells) for line in lines)
        texts = (
            _text(cell, column, blank) if there else CellText("")
            for cell, there in zip(cells, has_cell, strict=True)
        )
        title = _short(printable(column.title), column) if table.has_titles else ""
        yield ColumnText(column, title, tuple(_looking(texts, column.looks)))


def _looking(texts: Iterable[CellText], looks: Sequence[Look]) -> Iterator[CellText]:
    """Yield cells that stand out as their column says of their lines."""
    for text, look in zip_longest(texts, looks, fillvalue=Look.NORMAL):
        if isinstance(text, CellText):  # mypy: the longer ones
            yield replace(text, look=look) if look is not Look.NORMAL else text


def _text(cell: Cell, column: Column, blank: str) -> CellText:
    match cell:
        case Signed():
            return CellText(_short(for_people(cell.value), column), cell.sign, cell.mark.look)
        case Sign():
            return CellText(cell.sign, look=cell.look)
        case Blank():
            return CellText(blank)
        case _:
            text = _short(for_people(cell), column)
            return CellText(text and column.in_text.format(text))


def _short(text: str, column: Column) -> str:
    longest = column.longest or len(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _width(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _natural(slots: Sequence[ColumnText]) -> int:
    return _grouped(slots).width


def _broken(slots: Sequence[ColumnText], width: int, *, comfort: int) -> list[ColumnText] | None:
    """Return columns broken so far that they fit; None if that would leave them too narrow.

    The widest are broken first, and no further than to `comfort` characters or their longest word.
    """
    if _natural(slots) <= width:
        return list(slots)

    def at_most(level: int) -> list[ColumnText]:
        return [
            replace(slot, room=max(slot.least, min(slot.natural, level)))
            if slot.column.wraps
            else slot
            for slot in slots
        ]

    level = next(
        (
            level
            for level in range(width, comfort - 1, -1)
            if _grouped(at_most(level)).width <= width
        ),
        None,
    )
    return None if level is None else at_most(level)


def _parts(slots: Sequence[ColumnText], fixed: int, width: int) -> Iterator[FittedGrid]:
    """Yield columns in several tables, each with the first ones; broken to their longest words."""
    found = _broken(slots, width, comfort=1)
    if found is not None:
        yield _grouped(found)
        return
    narrow = [replace(slot, room=slot.least) for slot in slots]
    head, others = narrow[:fixed], narrow[fixed:]
    part: list[ColumnText] = []
    for first, last in spans(others):
        group = others[first : last + 1]
        is_whole = _grouped([*head, *group]).width <= width  # else it is broken itself
        for piece in [group] if is_whole else [[slot] for slot in group]:
            if part and _grouped([*head, *part, *piece]).width > width:
                yield _grouped([*head, *part])
                part = []
            part += piece
    yield _grouped([*head, *part])


def _grouped(slots: Sequence[ColumnText]) -> FittedGrid:
    """Return columns of which those of a group have room for its title."""
    widened = list(slots)
    for first, last in spans(slots):
        needed = display_width(printable(slots[first].column.group))
        missing = needed - _width([slot.width for slot in widened[first : last + 1]])
        if missing > 0:
            widened[last] = replace(widened[last], room=widened[last].width + missing)
    return FittedGrid(tuple(widened))


def spans(slots: Sequence[ColumnText]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of neighbours that are of one group."""
    at = 0
    while at < len(slots):
        last = at
        group = slots[at].column.group
        while group and last + 1 < len(slots) and slots[last + 1].column.group == group:
            last += 1
        yield at, last
        at = last + 1


def title_lines(titles: Sequence[str], widths: Sequence[int]) -> list[tuple[str, ...]]:
    """Return titles broken into lines that fit their columns, the last line full."""
    broken = [folded(title, width) for title, width in zip(titles, widths, strict=True)]
    height = max(map(len, broken), default=0)
    full = [[""] * (height - len(lines)) + lines for lines in broken]
    return list(zip(*full, strict=True))
