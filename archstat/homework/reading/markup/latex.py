"""LaTeX tables: tabular and its kin, also those within formulas."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import Block
from archstat.homework.reading.markup import tex
from archstat.homework.reading.markup.spans import SpanGrid

WITH_WIDTH = ("tabularx", "tabulary", "tabular*", "xltabular")
"""Environments whose first argument is not the list of columns."""

ENVIRONMENT = re.compile(
    r"\\(begin|end)\s*\{((?:long|tall|super|xl)?tabular[xy*]?|array|longtable|(?:long|tall)?tblr)\}"
)
COMMENT = re.compile(r"(?<!\\)%[^\n]*\n?")
REPEATED = re.compile(r"\\end(?:first|last)?(?:head|foot)\b")
"""What ends the parts of a long table that come again on each page."""

TOKEN = re.compile(
    r"(?P<row>\\\\(?:\*|\s*\[[^\[\]\n]{0,20}\])?|\\tabularnewline\b)"
    r"|(?P<open>\{|\\begin\b)|(?P<close>\}|\\end\b)|(?P<cell>&)|\\.|[^\\{}&]+|\\",
    re.DOTALL,
)
COLSPAN = re.compile(r"\\multicolumn\s*\{\s*(\d{1,5})\s*\}")
ROWSPAN = re.compile(r"\\multirow\s*(?:\[\w*\]\s*)?\{\s*(\d{1,5})\s*\}")


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the tables in lines of text; a table within a cell is part of the cell's text."""
    text = "\n".join(lines)
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    begin: re.Match[str] | None = None
    depth = 0
    for mark in ENVIRONMENT.finditer(text):
        depth = max(0, depth + (1 if mark[1] == "begin" else -1))
        if begin is None:
            begin = mark if depth else None
        elif not depth:
            first, last = (bisect_right(starts, place) for place in (begin.start(), mark.start()))
            grid = _grid(text[begin.end() : mark.start()], begin[2])
            yield Block(first - 1, last, grid)
            begin = None


def _grid(code: str, environment: str) -> list[list[str]]:
    """Return the cells of a table, of which `code` starts with the list of columns."""
    body = _after_braces(COMMENT.sub("", code), 2 if environment in WITH_WIDTH else 1)
    first, *others = REPEATED.split(body)
    grid = SpanGrid()
    below: dict[int, tuple[str, int]] = {}
    for row in limits.timely(_rows(first + (others[-1] if others else ""))):
        texts = [_plain(cell, is_math=environment == "array") for cell in row]
        if not any(map(str.strip, texts)):  # rules, or what is left behind the last row
            continue
        grid.begin_row()
        for cell, text in zip(row, texts, strict=True):
            column, number = len(grid.rows[-1]), len(grid.rows)
            rowspan = _count(ROWSPAN, cell)
            if rowspan > 1:
                below[column] = (text, number + rowspan - 1)
            above, last = below.get(column, ("", 0))
            is_covered = number <= last and not text.strip()
            grid.add(above if is_covered else text, colspan=_count(COLSPAN, cell))
    return grid.rows


def _plain(cell: str, *, is_math: bool) -> str:
    if len(cell) > limits.MOST_CELL_CHARACTERS:
        return cell  # it is refused as soon as its place is known
    for code, text in {"~": " ", r"\(": "$", r"\)": "$"}.items():
        cell = cell.replace(code, text)
    return tex.plain(cell, math=is_math)


def _count(span: re.Pattern[str], cell: str) -> int:
    found = span.search(cell)
    return int(found[1]) if found is not None else 1


def _after_braces(code: str, groups: int) -> str:
    """Return what stands behind some groups of braces."""
    depth = 0
    for brace in re.finditer(r"[{}]", code):
        depth += 1 if brace[0] == "{" else -1
        groups -= depth == 0
        if groups == 0:
            return code[brace.end() :]
    return ""


def _rows(body: str) -> Iterator[list[str]]:
    """Yield the code of each row's cells; what is in braces or an environment is one text."""
    row: list[str] = []
    pieces: list[str] = []
    depth = 0
    for token in TOKEN.finditer(body):
        kind = token.lastgroup
        if depth <= 0 and kind in {"row", "cell"}:
            row.append("".join(pieces))
            pieces = []
        else:
            depth += (kind == "open") - (kind == "close")
            pieces.append({"row": r"\\", "cell": " "}.get(kind or "", token[0]))
        if depth <= 0 and kind == "row":
            yield row
            row = []
    yield [*row, "".join(pieces)]
