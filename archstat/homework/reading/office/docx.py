"""Word documents: their tables, with the equations in them, and what was pasted as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archstat.homework.reading import document
from archstat.homework.reading.markup.node import Hidden, Node, Start, whole
from archstat.homework.reading.markup.spans import SpanGrid
from archstat.homework.reading.office.archive import Archive, nodes
from archstat.homework.reading.office.runs import Runs
from archstat.homework.reading.table import Found, Passage
from archstat.homework.reading.text import harmless

MEMBER = "word/document.xml"

MARKS = {
    "br": "\n",
    "cr": "\n",
    "d": "(",
    "den": "/",
    "noBreakHyphen": "-",
    "rad": "√",
    "sub": "_",
    "sup": "^",
    "tab": " ",
}
"""What an element puts before its text: breaks, and the parts of equations."""

END_MARKS = {"p": "\n", "d": ")"}
"""What an element puts behind its text."""

SYMBOLS = {"F0B4": "×", "F0D7": "·"}
"""Characters of the font Symbol."""

HIDDEN = ("Fallback", "moveFrom", "pPr")
"""Elements without words: what old programs show for a drawing, what was moved, settings."""


def found(archive: Archive) -> Iterator[Found | Passage]:
    """Yield the tables of a document, and the text around them."""
    reader = _Document()
    for node in nodes(archive.read(MEMBER)):
        yield from reader.take(node)
    yield from reader.said()


class _Table:
    """A table as it is read; they are numbered in the order in which they start."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.grid = SpanGrid()
        self.begin_cell()

    def begin_cell(self) -> None:
        """Start a cell."""
        self.pieces: list[str] = []
        self.colspan = 1
        self.is_merged = False

    def end_cell(self) -> None:
        """Put the cell into the grid."""
        if self.is_merged:
            self.grid.repeat(colspan=self.colspan)
        else:
            self.grid.add("".join(self.pieces), colspan=self.colspan)

    def set(self, tag: Start) -> None:
        """Read a setting of a cell or a row."""
        if tag.name == "gridSpan":
            self.colspan = whole(tag.attributes, "val", 1)
        elif tag.name == "gridBefore":
            self.grid.add("", colspan=whole(tag.attributes, "val", 1))
        else:
            self.is_merged = tag.attributes.get("val") != "restart"


class _Document:
    """A document as it is read: the tables that are open, and the text since the last one."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.line = 1
        self.tables = 0
        self.open: list[_Table] = []
        self.hidden = Hidden()
        self.runs = Runs()

    def take(self, node: Node) -> Iterable[Found | Passage]:
        """Read a tag or a text; return what ends with it."""
        if self.hidden.takes(node):
            pass
        elif isinstance(node, str):
            self._write(self.runs.take(node))
        elif isinstance(node, Start):
            return self._start(node)
        elif node.name == "tbl" and self.open:
            table = self.open.pop()
            return (Found(f"table {table.number}", table.grid.rows),)
        elif node.name == "tc" and self.open:
            self.open[-1].end_cell()
            self.open[-1].begin_cell()
        else:
            self.runs.take(node)
            self._write(END_MARKS.get(node.name, ""))
        return ()

    def said(self) -> Iterable[Found | Passage]:
        """Return what is in the text since the last table."""
        lines = harmless("".join(self.text)).split("\n")
        self.text.clear()
        numbers = range(self.line, self.line + len(lines))
        self.line += len(lines) - 1
        return document.found_in_lines(lines, "text, ", numbers)

    def _write(self, text: str) -> None:
        (self.open[-1].pieces if self.open else self.text).append(text)

    def _start(self, tag: Start) -> Iterable[Found | Passage]:
        if tag.name in HIDDEN:
            self.hidden.begin(tag.name)
        elif tag.name == "tbl":
            items = () if self.open else self.said()
            self.tables += 1
            self.open.append(_Table(self.tables))
            return items
        elif tag.name == "tr" and self.open:
            self.open[-1].grid.begin_row()
        elif tag.name in {"gridSpan", "gridBefore", "vMerge"} and self.open:
            self.open[-1].set(tag)
        elif tag.name == "sym":
            self._write(SYMBOLS.get(tag.attributes.get("char", "").upper(), ""))
        else:
            self.runs.take(tag)
            self._write(MARKS.get(tag.name, ""))
        return ()
