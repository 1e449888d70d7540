"""Tables of LibreOffice: spreadsheets (.ods) and texts (.odt)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date

from archstat.homework.reading import document, limits
from archstat.homework.reading.markup.node import End, Hidden, Node, Start, whole
from archstat.homework.reading.office.archive import Archive, nodes
from archstat.homework.reading.office.sheet import CellGrid, month_and_day, number, percent
from archstat.homework.reading.table import Found, Passage
from archstat.homework.reading.text import harmless

MEMBER = "content.xml"

MARKS = {"s": " ", "tab": " ", "line-break": "\n"}
HIDDEN = ("annotation", "tracked-changes")
"""Elements that are no text of the sheet: remarks, and what was deleted."""


def found(archive: Archive) -> Iterator[Found | Passage]:
    """Yield the tables of all sheets, or those of a text and the text around them."""
    reader: _Reader | None = None
    words = _Words()
    for node in nodes(archive.read(MEMBER)):
        if isinstance(node, Start) and node.name == "table":
            yield from words.said()
            reader = _Reader(node.attributes.get("name", "?"))
        elif reader is not None and node == End("table"):
            yield from reader.sheet.found()
            reader = None
        elif reader is not None:
            reader.take(node)
        else:
            words.take(node)
    yield from words.said()


class _Words:
    """The text since the last table, as it is read."""

    def __init__(self) -> None:
        self._line = 1
        self._pieces: list[str] = []
        self._hidden = Hidden()

    def take(self, node: Node) -> None:
        """Read a tag or a text."""
        if self._hidden.takes(node):
            return
        match node:
            case str():
                self._pieces.append(node)
            case Start(name) if name in HIDDEN:
                self._hidden.begin(name)
            case Start(name):
                self._pieces.append(MARKS.get(name, ""))
            case End("p" | "h"):
                self._pieces.append("\n")

    def said(self) -> Iterable[Found | Passage]:
        """Return what is in the text since the last table."""
        lines = harmless("".join(self._pieces)).split("\n")
        self._pieces.clear()
        numbers = range(self._line, self._line + len(lines))
        self._line += len(lines) - 1
        return document.found_in_lines(lines, "text, ", numbers)


class _Reader:
    """A sheet as it is read."""

    def __init__(self, name: str) -> None:
        self.sheet = CellGrid(name)
        self._row = 0
        self._rows = 1
        self._column = 0
        self._cells: list[tuple[int, str]] = []
        self._cell: Mapping[str, str] = {}
        self._pieces: list[str] = []
        self._hidden = Hidden()

    def take(self, node: Node) -> None:
        """Read a tag or a text."""
        if self._hidden.takes(node):
            return
        match node:
            case str():
                self._pieces.append(node)
            case Start(name) if name in HIDDEN:
                self._hidden.begin(name)
            case Start("table-row", attributes):
                self._rows = whole(attributes, "number-rows-repeated", 1)
                self._column, self._cells = 0, []
            case Start("table-cell" | "covered-table-cell", attributes):
                self._cell, self._pieces = attributes, []
            case End("table-cell" | "covered-table-cell"):
                self._end_cell()
            case End("table-row"):
                self._end_row()
            case Start(name):
                self._pieces.append(MARKS.get(name, ""))
            case End("p"):
                self._pieces.append("\n")

    def _end_cell(self) -> None:
        text, times = self._said(), whole(self._cell, "number-columns-repeated", 1)
        rows, columns = (
            whole(self._cell, f"number-{lines}-spanned", 1) for lines in ("rows", "columns")
        )
        if text.strip():
            limits.check(len(self._cells) + times, limits.MOST_COLUMNS, "columns")
            self._cells += [(self._column + copy, text) for copy in range(times)]
        if rows * columns > 1:
            across = range(self._column, self._column + columns)
            self.sheet.merge(range(self._row, self._row + rows), across)
        self._column += times

    def _end_row(self) -> None:
        if self._cells:
            limits.check(self._rows, limits.MOST_ROWS, "rows")
            for row in range(self._row, self._row + self._rows):
                for column, text in self._cells:
                    self.sheet.put(row, column, text)
        self._row += self._rows

    def _said(self) -> str:
        """Return the text of the cell that ends; it may show a number with fewer digits."""
        kind, text = self._cell.get("value-type", ""), "".join(self._pieces)
        with suppress(ValueError):
            if kind in {"float", "currency"}:
                return number(float(self._cell.get("value", "")))
            if kind == "percentage":
                return percent(float(self._cell.get("value", "")))
            if kind == "date":
                return month_and_day(date.fromisoformat(self._cell.get("date-value", "")[:10]))
        formula = self._cell.get("formula", "").partition("=")[2]
        return text if text.strip() or not formula else f"={formula}"
