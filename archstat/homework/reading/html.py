"""HTML: its tables, and the texts that stand in it as they were printed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from archstat.homework.reading import limits
from archstat.homework.reading.block import Block
from archstat.homework.reading.node import End, Hidden, Node, Start, whole
from archstat.homework.reading.spans import SpanGrid
from archstat.homework.reading.tags import nodes

PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype|html|head|body)\b", re.IGNORECASE)
TABLE = re.compile(r"<table(?=[\s/<>])", re.IGNORECASE)
PRINTED = re.compile(r"<pre(?=[\s/<>])", re.IGNORECASE)

MARKS = {"sup": "^", "sub": "_", "br": "\n", "p": "\n", "div": "\n", "li": "\n"}
"""What a tag puts before its text."""

MATH_MARKS = {"msup": ("", "^"), "msub": ("", "_"), "msubsup": ("", "_", "^"), "mfrac": ("", "/")}
"""What stands in MathML before each child of an element."""

HIDDEN = {"del", "s", "strike", "script", "style", "title", "textarea"}
FORMULA = "math/tex"
"""How the type of a script starts that is a formula for MathJax."""

VOID = {"br", "hr", "img", "input", "wbr", "col"}
"""Elements that have no end."""


def is_page(text: str) -> bool:
    """Return whether a text is all HTML."""
    return PAGE.match(text) is not None


def printed(text: str) -> Iterator[tuple[int, str]]:
    """Yield the preformatted texts of a page, each with the number of its first line, from 0."""
    line = at = 0
    while (start := PRINTED.search(text, at)) is not None:
        line += text.count("\n", at, start.start())
        at = len(text)  # if it never ends, neither does what follows
        pieces: list[str] = []
        for place, node in nodes(text, start.start()):
            at = place
            if isinstance(node, str):
                pieces.append(node)
            elif node == End("pre"):
                break
        yield line, "".join(pieces)
        line += text.count("\n", start.start(), at)


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the tables in lines of text; one within another comes before it."""
    text = "\n".join(lines)
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    at = 0
    while (found := TABLE.search(text, at)) is not None:
        at = len(text)  # if it never ends, neither does what follows
        for table in _tables(text, found.start()):
            first, last = (bisect_right(starts, place) for place in (table.start, table.stop))
            yield Block(first - 1, last, table.grid.rows, heads=table.heads())
            at = table.stop


def _tables(text: str, start: int) -> Iterator[_Table]:
    """Yield the table that starts at a place, and before it those within it."""
    open_tables: list[_Table] = []
    for at, node in nodes(text, start):
        if isinstance(node, Start) and node.name == "table":
            limits.check(len(open_tables) + 1, limits.MOST_DEPTH, "tables within one another")
            open_tables.append(_Table(at))
        elif node != End("table"):
            open_tables[-1].take(node)
        else:
            yield open_tables.pop().closed(at)
        if not open_tables:
            return
    while open_tables:
        yield open_tables.pop().closed(len(text))


class _Table:
    """A table as it is read; `start` and `stop` are its places in the text."""

    def __init__(self, start: int) -> None:
        self.start = self.stop = start
        self.grid = SpanGrid()
        self.is_head: list[bool] = []
        self.in_head = False
        self.cell: _Cell | None = None

    def take(self, node: Node) -> None:
        """Read what stands in the table, but in no table within it."""
        match node:
            case Start("td" | "th", attributes):
                self._end_cell()
                if not self.grid.rows:
                    self._begin_row()
                self.is_head[-1] &= node.name == "th" or self.in_head
                self.cell = _Cell(attributes)
            case Start("tr"):
                self._begin_row()
            case Start("thead" | "tbody" | "tfoot"):
                self._end_cell()
                self.in_head = node.name == "thead"
            case End("td" | "th" | "tr" | "thead" | "tbody" | "tfoot"):
                self._end_cell()
            case _ if self.cell is not None:
                self.cell.take(node)

    def closed(self, stop: int) -> _Table:
        """Return the table as it is when all of it is read."""
        self._end_cell()
        self.grid.end_row()
        self.stop = stop
        return self

    def heads(self) -> int | None:
        """Return how many rows of titles there are, if it shows and rows of values follow."""
        filled = [
            is_head
            for row, is_head in zip(self.grid.rows, self.is_head, strict=True)
            if any(map(str.strip, row))
        ]
        return next((number for number, is_head in enumerate(filled) if not is_head), 0) or None

    def _begin_row(self) -> None:
        self._end_cell()
        self.grid.begin_row()
        self.is_head.append(True)

    def _end_cell(self) -> None:
        if self.cell is not None:
            text = "".join(self.cell.pieces)
            self.grid.add(text, rowspan=self.cell.rowspan, colspan=self.cell.colspan)
            self.cell = None


class _Cell:
    """The text of a cell as it is read."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self.rowspan = whole(attributes, "rowspan", 1) or limits.MOST_ROWS  # 0: all that are below
        self.colspan = whole(attributes, "colspan", 1) or 1
        self.pieces: list[str] = []
        self.hidden = Hidden()
        self.math: _Math | None = None
        self.is_code = False
        self.was_math = False

    def take(self, node: Node) -> None:
        """Read a tag or a text."""
        if self.hidden.takes(node):
            pass
        elif self.math is not None:
            self._take_math(self.math, node)
        elif isinstance(node, str):
            text = node.replace("\n", " ")
            self.pieces.append(f"${text}$" if self.is_code else text)
        elif isinstance(node, Start):
            self._start(node)
        else:
            self.is_code = self.is_code and node.name != "script"
            self.pieces.append("\n" if MARKS.get(node.name) == "\n" else "")

    def _start(self, tag: Start) -> None:
        is_formula = tag.attributes.get("type", "").startswith(FORMULA)
        if is_formula and not self.was_math:
            self.is_code = True
        elif tag.name in HIDDEN or tag.attributes.get("aria-hidden") == "true":
            if tag.name not in VOID:
                self.hidden.begin(tag.name)
        elif tag.name == "math":
            self.math = _Math()
        else:
            self.pieces.append(MARKS.get(tag.name, ""))
        self.was_math = self.was_math and not is_formula

    def _take_math(self, math: _Math, node: Node) -> None:
        if node == End("math"):
            self.pieces.append(math.text())
            self.math, self.was_math = None, True
        else:
            math.take(node)


class _Math:
    """A formula in MathML, which may carry its LaTeX code with it."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.code: list[str] = []
        self.open: list[tuple[str, Iterator[str]]] = [("math", iter(()))]

    def take(self, node: Node) -> None:
        """Read a tag or a text."""
        name, marks = self.open[-1]
        if isinstance(node, str):
            (self.code if name == "annotation" else self.pieces).append(node.strip())
        elif isinstance(node, Start):
            self.pieces.append(next(marks, ""))
            self.open.append((node.name, iter(MATH_MARKS.get(node.name, ()))))
        elif node.name == name and len(self.open) > 1:
            self.open.pop()

    def text(self) -> str:
        """Return the formula once, as code if there is some."""
        return f"${''.join(self.code)}$" if any(self.code) else "".join(self.pieces)
