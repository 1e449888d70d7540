"""Sums that are worked out a line each: `W_O: 768 × 768 = 589,824`, under one another or in a tree.

What the numbers count stands nowhere above them; their values tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import Block
from archstat.homework.reading.text import plain
from archstat.homework.sheet.headings import heading

FEWEST = 3
"""Lines with a number that make a table, of which two, and half of them, show a calculation."""

FEWEST_WORKED_OUT = 2

MOST_WORDS = 4
"""Of a line that names a group."""

MOST_BLANK = 4
"""Lines without a number between two that belong together."""

TITLES = ("layer", "parameters")

SYMBOL = re.compile(r"(?P<symbol>[A-Za-z]+)[ _]?[({]?(?P<index>[0-9]{1,2})[)}]?")
SYMBOLS = {"l": "receptive field", "r": "receptive field", "j": "jump"}
"""What a symbol stands for that is worked out layer by layer, and its number."""

TREE = re.compile(r"^[\s│├└─┬|+\-*►▸•>`]*")
OPERATOR = re.compile(r"[×x*+·]")
RULE = re.compile(r"[\s\-–—=─━═_]*")
BLANKS = re.compile(r"\s{3,}")
LINE = re.compile(  # possessive where it can be: what is in no such line is to be seen at once
    r"(?P<name>(?:(?![=\[])[\W\d_]){0,60}+[^\W\d_][^=\[]{0,100}?)\s*(?::|\s{2,}|(?<=[)\w])\s*=(?=\s*[\d(\[]))\s*"
    r"(?:(?P<terms>[\d(\[][^:A-Za-z]*?)\s*=\s*)?"
    r"(?P<result>[~≈]?\s?\d[\d,.]*\s?(?:[kKMGB]|million|billion)?)\s*(?:params|parameters|参数)?"
    r"(?:\s*\([^()\d]*\))?"
)


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the lists of workings in lines of text."""
    rows: list[list[str]] = []
    start = stop = worked_out = 0
    for number, line in enumerate(limits.timely((*lines, "", "", ""))):
        text = plain(TREE.sub("", line)).strip()
        is_long = len(line) > limits.MOST_CELL_CHARACTERS
        found = None if is_long or RULE.fullmatch(text) else LINE.fullmatch(_widened(line, text))
        if found and not _is_title(found["name"]):
            start = start if rows else number
            terms = found["terms"]
            value = f"{terms} = {found['result']}" if terms else found["result"]
            rows.append([found["name"].rstrip(" :="), value.strip()])
            worked_out += OPERATOR.search(terms or "") is not None
            stop = number + 1
        elif rows and (number - stop > MOST_BLANK or (text and not _is_between(text))):
            if _is_table(len(rows), worked_out):
                yield Block(start, stop, _titled(rows), heads=1)
            rows, worked_out = [], 0
    if _is_table(len(rows), worked_out):
        yield Block(start, stop, _titled(rows), heads=1)


def _titled(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return rows under their titles; a symbol with a number is one: RF_1, RF_2 and so on.

    >>> _titled([["l_0", "1"], ["l_1", "1 + (3-1) = 3"]])
    [['layer', 'receptive field'], ['input', '1'], ['1', '1 + (3-1) = 3']]
    """
    names = [SYMBOL.fullmatch(name) for name, *_ in rows]
    symbols = {name["symbol"].casefold() if name else "" for name in names}
    title = symbols.pop() if len(symbols) == 1 else ""
    title = SYMBOLS.get(title, title)
    if not heading(title).is_known:
        return [list(TITLES), *map(list, rows)]
    indices = [name["index"] for name in names if name]
    cells = zip(indices, rows, strict=True)
    return [[TITLES[0], title], *(["input" if at == "0" else at, row[1]] for at, row in cells)]


def _is_table(rows: int, worked_out: int) -> bool:
    return rows >= FEWEST and worked_out >= FEWEST_WORKED_OUT and 2 * worked_out >= rows


def _is_title(name: str) -> bool:
    """Return whether a name ends with what a number counts: conv1: params."""
    *_, last = name.rpartition(":")
    return ":" in name and heading(last).is_known


def _is_between(text: str) -> bool:
    """Return whether a line only names what the lines below it are about, or is a rule."""
    is_name = len(text.split()) <= MOST_WORDS and not re.search("[0-9]", text)
    return RULE.fullmatch(text) is not None or text.endswith(":") or is_name


def _widened(line: str, text: str) -> str:
    """Return a line as it stands behind its tree: two blanks keep a name and its number apart."""
    wide = BLANKS.sub("  ", TREE.sub("", line).rstrip())
    return wide if plain(wide) == text else text
