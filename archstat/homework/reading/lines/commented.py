"""Lines of a program whose comments say what comes out of a layer: `Conv2D(8, 3) # 26x26x8`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import Block
from archstat.homework.reading.lines.items import NO_LAYERS, OUTPUT, Piece, read_item
from archstat.homework.reading.lines.lists import Item, block_of
from archstat.homework.sheet.labels import label

FEWEST = 2
"""Lines with a comment on a layer that make a table."""

MOST_BETWEEN = 3
"""Lines without one between two that belong together."""

LINE = re.compile(
    r"\s*(?:(?:self\.)?(?P<name>[A-Za-z]\w{0,40}) ?= ?)?(?P<code>[^#]{1,200}\)),?;?"
    r"\s*(?:#+|//+)\s*(?P<comment>[^#]{0,200}[0-9][^#]{0,200})"
)
PART = re.compile(r"\s*(?:def|class)\b")
"""Where another part of a program begins."""

CALL = re.compile(r"(\w+)\(")
COUNT = re.compile(r"(?:\s{2,}|[,;|]\s*)(?P<count>[0-9][0-9,]*)\s*$")
"""A number behind a shape, for which the comment has no words: parameters, as Keras prints them."""


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the programs with comments on their layers in lines of text."""
    items: list[Item] = []
    for number, line in enumerate(limits.timely((*lines, *[""] * (MOST_BETWEEN + 1)))):
        item = _item(number, line)
        if item is not None:
            items.append(item)
        elif items and (number - items[-1].start > MOST_BETWEEN or PART.match(line)):
            if len(items) >= FEWEST:
                yield from block_of(items)
            items = []


def _item(number: int, line: str) -> Item | None:
    """Return what a line says of a layer, if it is one of a program with a comment."""
    found = LINE.fullmatch(line) if len(line) <= limits.MOST_CELL_CHARACTERS else None
    name = _name(found["name"] or "", found["code"]) if found else ""
    if found is None or not name:
        return None
    comment = COUNT.sub(lambda count: f", {count['count']} params", found["comment"])
    _, pieces = read_item(f"conv: {comment}")
    if comment.strip().isdecimal():
        pieces = [Piece(OUTPUT, comment.strip())]
    return Item(name, pieces, 0, number, number + 1) if pieces else None


def _name(assigned: str, code: str) -> str:
    """Return what a line calls its layers: those that it calls, the innermost first.

    >>> _name("conv1", "nn.Conv2d(3, 8, 3)"), _name("x", "self.pool(F.relu(self.conv1(x)))")
    ('conv1', 'conv1 + relu + pool')
    """
    calls = [
        call
        for call in CALL.findall(code.replace(".add(", " "))
        if label(call).family not in NO_LAYERS
    ]
    if not calls:
        return ""
    if calls[0][0].isupper():
        return assigned if label(assigned).family else calls[0]
    return " + ".join(reversed(calls))
