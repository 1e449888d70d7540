"""Networks in a line: `28×28×1 → Conv 5×5 → 24×24×6 → Pool → 12×12×6`, maps between the layers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import Block
from archstat.homework.reading.lines.items import (
    LAYER,
    OUTPUT,
    SHAPE,
    SIDES_OF_MAP,
    is_layer,
    read_item,
)
from archstat.homework.reading.text import plain
from archstat.homework.sheet.labels import label

FEWEST = 2
"""Layers with a map that make a table."""

FEWEST_ARROWS = 2

FEWEST_MAPS = 3
"""Maps that make a chain by themselves."""

ARROW = re.compile(r"\s*(?:→|⟶|➔|➜|⇒|[-=]+>)\s*")
SHOWN = re.compile(rf"(?P<name>.*[^\W\d_].*?)(?:[\s:]+|(?=[\[(]))(?P<shape>{SHAPE.pattern})")
"""A layer with its map behind it."""

LONGEST = 1_000


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the chains in lines of text."""
    rows: list[list[str]] = []
    start = 0
    for number, line in enumerate(limits.timely((*lines, ""))):
        is_more = bool(rows) and ARROW.match(line) is not None
        found = _rows(line, 1 if is_more else FEWEST_ARROWS)
        if found and not rows:
            start = number
        if found:
            rows += found
        elif rows:
            if len(rows) >= FEWEST:
                yield Block(start, number, [[LAYER, OUTPUT], *rows], heads=1)
            rows = []


def _is_map(part: str) -> bool:
    return bool(SHAPE.fullmatch(part) or SIDES_OF_MAP.fullmatch(part))


def _rows(line: str, fewest: int = FEWEST_ARROWS) -> list[list[str]]:
    """Return the layers of a chain with their maps; nothing where a line is none.

    >>> _rows("28×28×1 → Conv 5×5 → 24×24×6 → Pool → 12×12×6")
    [['Conv 5×5', '28×28×1 → 24×24×6'], ['Pool', '12×12×6']]
    >>> _rows("Input (32×32×3) → Conv1 (32×32×16) → Pool1 (16×16×16)")[1:]
    [['Conv1', '(32×32×16)'], ['Pool1', '(16×16×16)']]
    """
    if len(line) > LONGEST or len(ARROW.findall(line)) < fewest:
        return []
    rows: list[list[str]] = []
    before = name = whole = ""
    parts = [part for part in map(str.strip, ARROW.split(plain(line))) if part]
    if all(map(_is_map, parts)):
        first = ["" if fewest < FEWEST_ARROWS else "input", parts[0]] if parts else []
        is_chain = len(parts) >= FEWEST_MAPS or fewest < FEWEST_ARROWS
        return [first, *(["", part] for part in parts[1:])] if is_chain and parts else []
    for part in parts:
        if _is_map(part) or (name and part.isdecimal()):
            if rows and whole:
                rows[-1] = [whole, part]  # what stood in brackets were settings
            elif name:
                rows.append([name, f"{before} → {part}" if before else part])
            before, name, whole = "" if name or whole else part, "", ""
            continue
        shown = SHOWN.fullmatch(part)
        name, pieces = (shown["name"], []) if shown else read_item(part)
        if not name or any(piece.title != OUTPUT for piece in pieces):
            return []
        if not (is_layer(name) or label(name).family in {"input", "output"}):
            return []
        if shown or pieces:
            rows.append([name, shown["shape"] if shown else pieces[0].value])
            before = name = ""
        whole = part if shown else ""
    return rows
