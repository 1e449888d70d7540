"""Lists that say of each layer what a row of a table would: `CONV3-64: [224x224x64] params: 1,728`.

An item names a layer, and states quantities in the words that stand above columns, in front of a
value or behind it. What it states may also stand in items under it, or in lines of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archstat.homework.cells.glossary import meaning_of
from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import Block
from archstat.homework.reading.lines.items import (
    DIGIT,
    LAYER,
    MOST_WORDS,
    NARROW,
    NO_LAYERS,
    OUTPUT,
    SETTINGS,
    SHAPE,
    SIDES,
    SIGN,
    UNTITLED,
    Piece,
    asks,
    is_layer,
    meaning,
    output_of,
    read_item,
    spelled,
)
from archstat.homework.sheet.labels import in_general, label
from archstat.homework.sheet.titles import SUMMARY

FEWEST_ITEMS, FEWEST_UNTITLED = 2, 3
"""Items that make a list, and of one that does not say what it states."""

APART = re.compile(r"(?<=\s\s)[0-9][0-9.,]*(?=\s\s|$)")
FEWEST_APART = 2
"""Numbers that stand apart in a line, as in the columns of a table."""

_DELIMITER = re.compile(r"[:(,;|→]|\s-\s")

FEWEST_TABS = 2
"""In a line that is a row of a table, where nothing in it has words in front."""

LONGEST = 600  # characters of an item; longer lines are prose

MOST_MISSES, MOST_MISSES_OF_SECTION = 2, 5
"""Between two items: two blank lines, or one of prose; more under a heading with a number."""

MARKER = re.compile(
    r"(?P<mark>#{1,6}|[-*+•◦▪‣·–—]|\(?[0-9]{1,3}[.)]|\(?[a-z][.)])\s+(?=\S)"
    r"|(?P<number>[0-9]{1,2}[:、])\s*(?=[^\W\d])"
)
WORKED_OUT = re.compile(r"[\[(]*[0-9][0-9\s+\-*/×x÷().\[\]⌊⌋]*=\s*[0-9]+")
ARROW_ALONE = re.compile(r"\s*(?:[↓⇓▼⬇|│v]+|\\downarrow)\s*")
ARROW_BEFORE = re.compile(r"(?:[↓⇓▼⬇]|→|[-=]+>)\s*(?=\S)")
"""What stands in front of what comes out of the layer above."""

SHOWN_ALONE = re.compile(rf"(?:{SHAPE.pattern})(?:\s*[-=]+>.*)?$")
"""A line that is a map, and nothing else but what becomes of it."""

BOLD = re.compile(r"\*\*[^*]+\*\*:?|__[^_]+__:?")
"""A heading that is no heading in Markdown."""

HEADING = re.compile(r"#{1,6}\s+\D{1,60}|\*\*[^*\d]{1,60}\*\*:?|[^\W\d_][^\d:]{0,60}:")
OF_SECTION = re.compile(r"#|\(?[0-9]")  # how their headings are marked
OTHER_NUMBER = re.compile(r"[:=]\s*[-+]?[0-9]+(?:\.[0-9]+)?%?(?:,|$)")


@dataclass
class Item:
    """A layer of a list as it is read, from line `start` up to line `stop`.

    Attributes:
        level: How far to the right it starts.
        family: Of a section with a heading of its own, the family of layers that this names.
    """

    name: str
    pieces: list[Piece]
    level: int
    start: int
    stop: int
    family: str = ""


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the lists in lines of text."""
    items: list[Item] = []
    misses = 0
    looked_at = 0
    title = UNTITLED
    for number, line in enumerate(limits.timely(lines)):
        looked_at += bool(DIGIT.search(line))
        if looked_at > limits.MOST_LIST_LINES:
            break
        if ARROW_ALONE.fullmatch(line):
            continue  # from a layer to the next
        if not line.strip():
            misses += 1
        elif words := _title_of_values(line, is_first=not items):
            yield from block_of(items, title)
            items, title = [], words
        elif _take(items, number, line):
            misses = 0
        else:
            misses += 2
        most = MOST_MISSES_OF_SECTION if items and items[-1].family else MOST_MISSES
        if items and (misses > most or _is_summary(line)):
            yield from block_of(items, title)
            items = []
    yield from block_of(items, title)


def block_of(
    items: Sequence[Item], title: str = UNTITLED, *, keeps_all: bool = False
) -> Iterator[Block]:
    """Yield the table of a list, if some quantity is stated of several layers.

    Args:
        items: The list.
        title: What its values are that it has no words for.
        keeps_all: Whether an item that states nothing has a row, too.
    """
    items = [item for item in items if item.pieces or keeps_all]
    shown = [piece for item in items for piece in item.pieces if SHAPE.search(piece.value)]
    maps = [piece.title for piece in shown if piece.title != OUTPUT]
    maps = [words for words in maps if meaning(words)[:1] == ("feature_map",)]
    has_maps = bool(maps) or any(piece.title == OUTPUT for item in items for piece in item.pieces)
    stated = []
    for item in items:
        pieces = _titled(item.pieces, title if title != UNTITLED or not has_maps else OUTPUT)
        pieces = [
            piece._replace(title=maps[0]) if maps and piece.title == OUTPUT else piece
            for piece in pieces
        ]  # INPUT: [32x32x3], in a list of shapes
        stated.append(dict(_numbered(pieces)))
    titles: dict[tuple[str, int], str] = {}
    for named in stated:
        for key, piece in named.items():
            titles.setdefault(key, piece.title)
    times = Counter(key for named in stated for key in named)
    titles = {
        key: words
        for key, words in titles.items()
        if words != UNTITLED or times[key] >= FEWEST_UNTITLED
    }
    is_asked = any(
        asks(words) or words == UNTITLED for key, words in titles.items() if times[key] > 1
    )
    if len(items) < FEWEST_ITEMS or not is_asked:
        return
    rows = [
        [item.name, *(named[key].value if key in named else "" for key in titles)]
        for item, named in zip(items, stated, strict=True)
    ]
    yield Block(items[0].start, items[-1].stop, [[LAYER, *titles.values()], *rows], heads=1)


def _titled(pieces: Sequence[Piece], title: str) -> list[Piece]:
    """Return what an item states, its first value without words under a title: fc: 4096."""
    first = next((at for at, piece in enumerate(pieces) if piece.title == UNTITLED), None)
    is_there = any(meaning(piece.title)[:1] == meaning(title)[:1] for piece in pieces)
    return [
        piece._replace(title=title) if at == first and not is_there else piece
        for at, piece in enumerate(pieces)
    ]


def _title_of_values(line: str, *, is_first: bool) -> str:
    """Return what the values below a heading are, if it says nothing else: Parameter count:.

    Within a list, a line with a colon is about the item above it.
    """
    if not is_first and line[:1] not in {"#", "*"}:
        return ""
    words = line.strip("#*_: ") if HEADING.fullmatch(line.rstrip()) else ""
    return words if words and asks(words) and label(words).family is None else ""


def _numbered(pieces: Sequence[Piece]) -> Iterator[tuple[tuple[str, int], Piece]]:
    """Yield what is stated with its words, and how often these were used before."""
    times: Counter[str] = Counter()
    for piece in pieces:
        key = spelled(piece.title)
        yield (key, times[key]), piece
        times[key] += 1


def _take(items: list[Item], number: int, line: str) -> bool:
    """Read a line into the items; return whether it belongs to them."""
    text = line.expandtabs(4)
    level = len(text) - len(text.lstrip())
    text = text.strip()
    is_prose = len(text) > LONGEST or (len(text.split()) > MOST_WORDS and not DIGIT.search(text))
    if is_prose or _is_row(line, text) or _is_summary(text):
        return False
    if items and SHOWN_ALONE.match(text) and is_layer(items[-1].name.split(",")[0]):
        return _take_output(items[-1], number, text)
    behind = text[arrow.end() :] if items and (arrow := ARROW_BEFORE.match(text)) else ""
    if behind and _take_output(items[-1], number, behind):
        return True
    return _take_item(items, number, level, behind or text)


def _is_row(line: str, text: str) -> bool:
    """Return whether a line has values as a row of a table has: apart, and without words."""
    is_tabbed = line.count("\t") >= FEWEST_TABS and not SIGN.search(text)
    return is_tabbed or len(APART.findall(text)) >= FEWEST_APART


def _is_summary(text: str) -> bool:
    """Return whether a line is about all layers: no item that has a layer in front of its total.

    >>> _is_summary("Total params: 60"), _is_summary("conv1 (output: 3x3x3; total params: 60)")
    (True, False)
    """
    found = SUMMARY.search(text)
    if found is None:
        return False
    before = text[: found.start()].rstrip()
    name = _DELIMITER.split(before)[0]
    return not (before[-1:] in {*":(,;|→¦"} and (is_layer(name) or ARROW_BEFORE.match(text)))


def _take_output(last: Item, number: int, text: str) -> bool:
    """Read what stands behind an arrow of its own as the map of the layer above."""
    piece = output_of(text)
    if piece is None or any(meaning(one.title)[:1] == ("feature_map",) for one in last.pieces):
        return False
    last.pieces.append(piece)
    last.stop = number + 1
    return True


def _take_item(  # noqa: C901, PLR0911  one for each kind of line
    items: list[Item], number: int, level: int, text: str
) -> bool:
    """Read a line that starts so far to the right, likewise."""
    mark = ""
    if marker := MARKER.match(text.translate(NARROW)):
        text = text[marker.end() :]
        mark = marker["mark"] or marker["number"]
        level = -1 if mark[0] == "#" else level + 1
    elif BOLD.fullmatch(text):
        mark, level = "#", -1
    name, pieces = read_item(text)
    last = items[-1] if items else None
    is_apart = last is not None and bool(last.family) and last.stop < number
    is_next = is_apart and last is not None and level <= last.level and is_layer(name)
    is_heading = bool((is_next or OF_SECTION.match(mark)) and name) and not pieces
    family = label(name).family if is_heading else None
    if family not in NO_LAYERS:
        items.append(Item(name, pieces, level, number, number + 1, str(family)))
        return True
    is_item = bool(OF_SECTION.match(mark)) and is_layer(name) and bool(pieces)
    if last is not None and last.family and not (is_heading or is_item):
        if not pieces and WORKED_OUT.fullmatch(text):
            pieces = [Piece(OUTPUT, text)]
        return _take_in_section(items, number, name, pieces)
    if name and not pieces and last is not None and OTHER_NUMBER.search(text):
        last.stop = number + 1  # something else that is said of the layer
        return True
    if last is not None and not pieces and text.endswith(":") and asks(name.rstrip(":")):
        return True  # Output size calculation:
    if name:
        items.append(Item(name, pieces, level, number, number + 1))
        return True
    is_map = bool(pieces) and meaning(pieces[0].title)[:1] in {("in_shape",), ("feature_map",)}
    is_below = last is not None and (
        level > last.level
        or _is_output_of(last, number, pieces)
        or not last.pieces
        or last.stop > last.start + 1
        or (last.stop == number and not is_map)
    )
    if last is not None and pieces and is_below:
        last.pieces += pieces
        last.stop = number + 1
        return True
    if is_map:
        title, value = pieces[0]
        pieces = [Piece(OUTPUT, value), *pieces[1:]]
        items.append(Item(title, pieces, level, number, number + 1))
        return True
    return False


def _is_output_of(last: Item, number: int, pieces: Sequence[Piece]) -> bool:
    """Return whether a line says what the layer returns whose settings stand right above."""
    known = {key for piece in last.pieces for key in meaning(piece.title)}
    is_output = [meaning(piece.title)[:1] for piece in pieces] == [("feature_map",)]
    return is_output and known <= SETTINGS and last.stop == number and is_layer(last.name)


def _take_in_section(items: list[Item], number: int, name: str, pieces: Sequence[Piece]) -> bool:
    """Read a line below the heading of a section: of its layer, or of one behind that."""
    last = items[-1]
    if not pieces:
        return False
    words = (name or pieces[0].title).split()
    sides = [at for at, word in enumerate(words, 1) if (meaning_of(word) or word) in SIDES]
    family = label(" ".join(words[max(sides, default=0) :])).family if name or sides else None
    known = {meaning(piece.title) for piece in last.pieces}
    is_same = in_general(str(family)) == in_general(last.family)
    is_other = family not in {None, "output"} and not is_same
    if is_other and (not sides or any(meaning(piece.title) in known for piece in pieces)):
        name = " ".join(words[max(sides, default=0) :])
        items.append(Item(name, list(pieces), last.level, number, number + 1, str(family)))
        return True
    last.pieces += pieces
    last.stop = number + 1
    return True
