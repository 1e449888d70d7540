"""HTML: its tables, and the text around them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain

from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import Block
from archstat.homework.reading.markup.node import End, Hidden, Node, Start, whole
from archstat.homework.reading.markup.spans import SpanGrid
from archstat.homework.reading.markup.tags import nodes
from archstat.homework.reading.text import harmless

PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype|html|head|body)\b", re.IGNORECASE)
TABLE = re.compile(r"<table(?=[\s/<>])", re.IGNORECASE)

MARKS = {"sup": "^", "sub": "_"}
LINES = {"br", "p", "div", "li", "dt", "dd", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
"""What a tag puts before its text; and the tags whose text stands on lines of its own."""

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


def page(text: str) -> Iterator[Block | Shown]:
    """Yield the tables of a page, and the text between them, in their order."""
    starts = _starts(text.split("\n"))
    stream = limits.timely(nodes(text))
    shown = Shown()
    for place, node in stream:
        if isinstance(node, Start) and node.name == "table":
            yield shown
            shown = Shown()
            for table in _tables(chain([(place, node)], stream), len(text)):
                yield table.block(starts)
        else:
            shown.take(node, bisect_right(starts, place))
    yield shown


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the tables in lines of text; one within another comes before it."""
    text = "\n".join(lines)
    starts = _starts(lines)
    at = 0
    while (found := TABLE.search(text, at)) is not None:
        at = len(text)  # if it never ends, neither does what follows
        for table in _tables(limits.timely(nodes(text, found.start())), len(text)):
            yield table.block(starts)
            at = table.stop


def _starts(lines: Sequence[str]) -> list[int]:
    """Return where each line starts in their text, and where one behind them would."""
    return list(accumulate((len(line) + 1 for line in lines), initial=0))


def _tables(stream: Iterator[tuple[int, Node]], stop: int) -> Iterator[_Table]:
    """Yield the table that a stream starts with, and before it those within it."""
    open_tables: list[_Table] = []
    for at, node in stream:
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
        yield open_tables.pop().closed(stop)


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

    def block(self, starts: Sequence[int]) -> Block:
        """Return it with the lines that it takes, of which each starts somewhere in the text."""
        first, last = (bisect_right(starts, place) for place in (self.start, self.stop))
        return Block(first - 1, last, self.grid.rows, heads=self._heads())

    def _heads(self) -> int | None:
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


class _Words:
    """The text of a cell, or of a page, as it is read."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.hidden = Hidden()
        self.math: _Math | None = None
        self.is_code = False
        self.is_printed = False
        self.was_math = False

    def take(self, node: Node) -> None:
        """Read a tag or a text."""
        if self.hidden.takes(node):
            pass
        elif self.math is not None:
            self._take_math(self.math, node)
        elif isinstance(node, str):
            text = node if self.is_printed else node.replace("\n", " ")
            self.pieces.append(f"${text}$" if self.is_code else text)
        elif isinstance(node, Start):
            self._start(node)
        else:
            self.is_code = self.is_code and node.name != "script"
            self.is_printed = self.is_printed and node.name != "pre"
            self.pieces += ["\n"] if node.name in LINES - VOID else []

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
            self.is_printed = self.is_printed or tag.name == "pre"
            self.pieces.append("\n" if tag.name in LINES else MARKS.get(tag.name, ""))
        self.was_math = self.was_math and not is_formula

    def _take_math(self, math: _Math, node: Node) -> None:
        if node == End("math"):
            self.pieces.append(math.text())
            self.math, self.was_math = None, True
        else:
            math.take(node)


class _Cell(_Words):
    """The text of a cell as it is read, and how far the cell reaches."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        super().__init__()
        self.rowspan = whole(attributes, "rowspan", 1) or limits.MOST_ROWS  # 0: all that are below
        self.colspan = whole(attributes, "colspan", 1) or 1


class Shown:
    """The text of a page between two tables, in lines as it is shown.

    Attributes:
        lines: The lines.
        numbers: Of each, the line of the code in which it starts.
    """

    def __init__(self) -> None:
        self.lines = [""]
        self.numbers = [1]
        self._words = _Words()

    def take(self, node: Node, number: int) -> None:
        """Read a tag or a text that starts in a line of the code."""
        self._words.take(node)
        for piece in self._words.pieces:
            first, *others = harmless(piece).split("\n") if piece != "\n" else ("", "")
            if not self.lines[-1].strip():
                self.numbers[-1] = number
            self.lines[-1] += first
            self.lines += others
            self.numbers += range(number + 1, number + 1 + len(others))
        self._words.pieces.clear()


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
