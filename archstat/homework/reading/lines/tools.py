"""What tools print about a network: torchsummary, torchinfo, torchstat, Keras 2.

Keras 3 draws a box, which `markdown` reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise, takewhile

from archstat.homework.reading.lines.block import FIELD, Block

LAYER_TITLE = "Layer (type"
COUNT_TITLE = "Param #"
OF_TORCHINFO = ("depth-idx", "var_name")

REMARK = re.compile(r"^\s*//.*$|(?<=[0-9)\]])\s+(?://|#\s|<-+|←).*$")
"""What somebody wrote behind what a tool printed."""

COUNT = re.compile(r"[0-9][0-9.,]*|--|\([^()]*\)")
"""What torchinfo and others print of parameters."""

NUMBERED = re.compile(r"\w+-[0-9]+")
"""How torchsummary names a layer, as in Conv2d-1; where torchinfo says Conv2d: 1-1."""

TREE = "│├└─|+ "
"""What torchinfo draws before a nested layer, and Keras around one."""

GAP = 2
"""Blanks that Keras leaves at the end of a cell."""

TORCHSTAT = (
    "module name",
    "input shape",
    "output shape",
    "params",
    "memory(MB)",
    "MAdd",
    "Flops",
    "Mul",
    "MemRead(B)",
    "MemWrite(B)",
    "duration[%]",
    "MemR+W(B)",
)
TORCHSTAT_TITLE = re.compile("|".join(map(re.escape, sorted(TORCHSTAT, key=len, reverse=True))))

DARKNET_HEADER = re.compile(r"\s*layer\s+filters\s+size\S*\s+input\s+output\s*")
DARKNET_ROW = re.compile(
    r"\s*([0-9]+) (\w+)\s+(?:([0-9]+)\s+)?"
    r"(?:([0-9]+ ?x ?[0-9]+ ?/ ?[0-9]+(?:\([0-9]+\))?)\s+)?"
    r"(?:([0-9]+ x *[0-9]+ x *[0-9]+|[0-9]+)\s+->\s+)?"
    r"([0-9]+ x *[0-9]+ x *[0-9]+|[0-9]+)(?:\s+([0-9.]+) BF)?\s*"
)
DARKNET = ("#", "layer", "filters", "size/stride", "input", "output", "FLOPs (G)")
"""What darknet prints: number, kind, filters, kernel and stride, maps, and operations."""


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield what tools printed, in lines of text."""
    lines = [_uncommented(line) for line in lines]
    for number, line in enumerate(lines):
        if line.lstrip().startswith(LAYER_TITLE) and COUNT_TITLE in FIELD.findall(line):
            yield _layers(number, lines)
        elif TORCHSTAT[0] in line and TORCHSTAT[2] in line:
            yield _torchstat(number, lines)
        elif DARKNET_HEADER.fullmatch(line):
            found = takewhile(bool, map(DARKNET_ROW.fullmatch, islice(lines, number + 1, None)))
            rows = [[cell or "" for cell in row.groups()] for row in found if row]
            yield Block(number, number + 1 + len(rows), [DARKNET, *rows], heads=1, tool="darknet")


def _uncommented(line: str) -> str:
    """Return a line of a printout that stands in a comment, and without a remark behind it."""
    line = line.replace("#", " ", 1) if line.lstrip().startswith("#") else line
    return REMARK.sub("", line)


def _torchstat(number: int, lines: Sequence[str]) -> Block:
    """Return a printout whose columns end where their titles end.

    Places are counted from the end of a line, for a pasted text loses the blanks at its start.
    """
    titles = list(TORCHSTAT_TITLE.finditer(lines[number]))
    ends = [title.end() - titles[-1].end() for title in titles]
    for line in islice(lines, number + 1, number + 3):  # a row that fills every column
        found = list(FIELD.finditer(line.rstrip()))
        if len(found) == len(titles) + 1:
            ends = [field.end() - found[-1].end() for field in found[1:]]
    rows: list[list[str]] = []
    for line in islice(lines, number + 1, None):
        text = line.rstrip()
        if not text.strip("=-"):
            break
        fields = FIELD.findall(text)
        if len(fields) == len(titles) + 1:
            rows.append(fields)
            continue
        edges = [0, *(max(0, len(text) + end) for end in ends)]
        first, *cells = (text[start:stop].strip() for start, stop in pairwise(edges))
        if fields[0] == "total" and not _is_duration(titles, cells):
            known = titles[3:]
            cells = ["", "", *fields[1 : len(known) + 1]]
            cells += [""] * (len(titles) - 1 - len(cells))
        index, _, name = first.partition(" ")
        rows.append([index, name.strip(), *cells])
    grid = [["", *(title[0] for title in titles)], *rows]
    return Block(number, number + len(grid), grid, heads=1, tool="torchstat")


def _is_duration(titles: Sequence[re.Match[str]], cells: Sequence[str]) -> bool:
    """Return whether shares of time stand under their title, where any are printed."""
    columns = {title[0] for title, cell in zip(titles[1:], cells, strict=False) if "%" in cell}
    return columns <= {"duration[%]"}


def _layers(number: int, lines: Sequence[str]) -> Block:
    """Return a printout whose columns start where their titles start."""
    fields = list(FIELD.finditer(lines[number]))
    titles = [field[0] for field in fields]
    printout = _Layers([0, *(field.start() for field in fields[1:])], titles.index(COUNT_TITLE))
    stop = number + 1
    for at, line in enumerate(islice(lines, number + 1, None), number + 1):
        if not printout.take(line):
            break
        stop = at + 1
    return Block(
        number, stop, [titles, *printout.rows], heads=1, tool=tool_of(titles, printout.rows)
    )


def tool_of(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str | None:
    """Return the tool that prints such titles, whatever form its table was given since.

    >>> tool_of(["Layer (type:depth-idx)", "Param #"], [])
    'torchinfo'
    """
    if not titles[0].startswith(LAYER_TITLE):
        return None
    is_nested = not rows or not all(NUMBERED.fullmatch(row[0]) for row in rows if row[0])
    if is_nested and any(words in titles[0] for words in OF_TORCHINFO):
        return "torchinfo"
    return "keras" if any("(" in row[0] for row in rows) else "torchsummary"


class _Layers:
    """The rows of a printout so far.

    Attributes:
        starts: Where each column starts.
        count: The column of parameters; a line without any goes on with the row above it.
    """

    def __init__(self, starts: Sequence[int], count: int) -> None:
        self.starts = starts
        self.count = count
        self.rows: list[list[str]] = []
        self.pieces: list[str] = []
        self.is_apart = True

    def take(self, line: str) -> bool:
        """Read a line; return whether it belongs to the printout."""
        text = line.strip()
        if text.startswith(("Total", LAYER_TITLE)) or (self.rows and set(text) == {"="}):
            return False
        if not text.strip("=_-¯|."):
            self.is_apart = True
            return True
        line = line.rstrip("| ")
        line = line.lstrip(TREE).rjust(len(line))
        fields = FIELD.findall(line)
        if self.is_apart and len(fields) == 1:
            return False
        edges = [*self.starts, len(line)]
        pieces = [line[start : max(start, stop)] for start, stop in pairwise(edges)]
        is_full = len(fields) == len(self.starts) and COUNT.fullmatch(fields[self.count])
        if is_full:  # also where it stands elsewhere than under its titles
            self.rows.append(fields)
        elif not pieces[self.count].strip() and not self.is_apart:
            self._go_on(pieces)
        elif len(fields) == len(self.starts):
            self.rows.append(fields)
        else:
            self.rows.append([piece.strip() for piece in pieces])
        self.pieces = pieces
        self.is_apart = False
        return True

    def _go_on(self, pieces: Sequence[str]) -> None:
        """Put the pieces behind those of the line above; they were cut where a cell was full."""
        widths = [stop - start - GAP for start, stop in pairwise(self.starts)]
        for column, piece in enumerate(pieces):
            is_cut = column < len(widths) and len(self.pieces[column].rstrip()) >= widths[column]
            glue = "" if is_cut else " "
            self.rows[-1][column] = f"{self.rows[-1][column]}{glue}{piece.strip()}".strip()
