"""Lists that say of each layer what a row of a table would: `CONV3-64: [224x224x64] params: 1,728`.

An item names a layer, and states quantities in the words that stand above columns, in front of a
value or behind it. What it states may also stand in items under it, or in lines of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from archstat.homework.cells.glossary import meaning_of
from archstat.homework.cells.shapes import BATCH
from archstat.homework.cells.units import factors
from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import Block
from archstat.homework.reading.text import plain
from archstat.homework.sheet.headings import heading
from archstat.homework.sheet.labels import in_general, label
from archstat.homework.sheet.titles import NAMING, SUMMARY

LAYER, OUTPUT = "layer", "output"
"""The titles of a list, where it has no words for what it states."""

FEWEST_ITEMS = 2
MOST_WORDS = 8  # of the name of a layer, or of a quantity

LONGEST = 600  # characters of an item; longer lines are prose

MOST_MISSES, MOST_MISSES_OF_SECTION = 2, 5
"""Between two items: two blank lines, or one of prose; more under a heading with a number."""

SETTINGS = NAMING | {
    *("filters", "filter_size", "filter_depth", "stride", "padding", "dilation", "groups"),
    *("in_channels", "activation_function"),
}
"""What is given of a layer; a list of nothing else asks for nothing."""

WORDED = frozenset({"kind", "activation_function", "padding"})  # what is said in words

SIDES = {"after", "before", "behind", "following"}
"""What stands between what is stated and the layer that it is stated of."""

NO_TITLES = {"in", "out"}  # which are titles above a column, and anything in a text
NO_LAYERS = {None, "input", "output", "total"}
ARTICLES = {"a", "an", "its", "of", "the", "with"}

GAP = "¦"
NARROW = {0xFF1A: ":", 0xFF0C: ", ", 0xFF1B: ";", 0x3002: ";", 0xFF08: "(", 0xFF09: ")"}
"""What stands between two parts of an item; and the signs of Chinese as those of ASCII."""

DIGIT = re.compile("[0-9]")
MARKER = re.compile(
    r"(?P<mark>#{1,6}|[-*+•◦▪‣·–—]|\(?[0-9]{1,3}[.)]|\(?[a-z][.)])\s+(?=\S)"
    r"|(?P<number>[0-9]{1,2}[:、])\s*(?=[^\W\d])"
)
WORKED_OUT = re.compile(r"[\[(]*[0-9][0-9\s+\-*/×x÷().\[\]⌊⌋]*=\s*[0-9]+")
OF_SECTION = re.compile(r"#|\(?[0-9]")  # how their headings are marked
CUT = re.compile(
    rf"\s*(?:[;|•、{GAP}]|,(?!\d)|(?P<arrow>→|[-=]+>|\s[-–—]{{1,3}}\s)|\s(?:and|at|has|with)\s)\s*"
)
KEY = re.compile(
    r"(?<=[\d)\]}KMGBkmgb])\s+(?=(?P<title>#?[^\W\d_]+(?:[ _]#?[^\W\d_]+){0,3}) ?[:=])"
)
SIGN = re.compile(r"\s*[:=]\s*(?=\S)")
START = re.compile(rf"[~≈≥]?\s?[(\[]*(?:[0-9?]|None,)|[(\[]{BATCH}\s*[,x×]")
# with two words in front of it at most
VALUE = re.compile(r"(?:[^\w:]|_)*(?:[^\W\d_]+[^\w:]+){0,2}(?:[^\W\d_]+ ?=)?[^\W\d_]?[0-9]")

IS = re.compile(r"\s*(?:[为是]|\bis\b|\bof\b)?\s*$")
AMOUNT = re.compile(r"[~≈≥]?[0-9]\S*(?: [0-9(]\S*)*")
OTHER_NUMBER = re.compile(r"[:=]\s*[-+]?[0-9]+(?:\.[0-9]+)?%?(?:,|$)")
SIDES_OF_MAP = re.compile(r"[0-9]+ ?[x×] ?[0-9]+")
OF_SHAPE = re.compile(r"(?P<name>.*\S)\s*\((?P<shape>[0-9]+(?:\s?[x×*]\s?[0-9]+){2})\)")
SHAPE = re.compile(
    rf"[\[(]\s*(?:(?:{BATCH}|[0-9]+)\s*[x×*,]\s*)*[0-9]+,?\s*[\])]|[0-9]+(?:\s?[x×*]\s?[0-9]+){{2}}"
)


class Piece(NamedTuple):
    """What an item states, and its words for it."""

    title: str
    value: str


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
    for number, line in enumerate(limits.timely(lines)):
        looked_at += bool(DIGIT.search(line))
        if looked_at > limits.MOST_LIST_LINES:
            break
        if not line.strip():
            misses += 1
        elif _take(items, number, line):
            misses = 0
        else:
            misses += 2
        most = MOST_MISSES_OF_SECTION if items and items[-1].family else MOST_MISSES
        if items and (misses > most or SUMMARY.search(line)):
            yield from block_of(items)
            items = []
    yield from block_of(items)


def block_of(items: Sequence[Item]) -> Iterator[Block]:
    """Yield the table of a list, if some quantity is stated of several layers."""
    items = [item for item in items if item.pieces]
    maps = [title for item in items for title, _ in item.pieces if title != OUTPUT]
    title_of_maps = next((title for title in maps if _meaning(title)[0] == "feature_map"), OUTPUT)
    for item in items:  # INPUT: [32x32x3], in a list of shapes
        item.pieces = [
            piece._replace(title=title_of_maps) if piece.title == OUTPUT else piece
            for piece in item.pieces
        ]
    stated = [dict(_numbered(item.pieces)) for item in items]
    titles: dict[tuple[str, int], str] = {}
    for pieces in stated:
        for key, piece in pieces.items():
            titles.setdefault(key, piece.title)
    times = Counter(key for pieces in stated for key in pieces)
    asked = [key for key, count in times.items() if count > 1 and _asks(titles[key])]
    if len(items) < FEWEST_ITEMS or not asked:
        return
    rows = [
        [item.name, *(pieces[key].value if key in pieces else "" for key in titles)]
        for item, pieces in zip(items, stated, strict=True)
    ]
    yield Block(items[0].start, items[-1].stop, [[LAYER, *titles.values()], *rows], heads=1)


def _numbered(pieces: Sequence[Piece]) -> Iterator[tuple[tuple[str, int], Piece]]:
    """Yield what is stated with its words, and how often these were used before."""
    times: Counter[str] = Counter()
    for piece in pieces:
        key = _spelled(piece.title)
        yield (key, times[key]), piece
        times[key] += 1


def _take(items: list[Item], number: int, line: str) -> bool:  # noqa: PLR0911  one for each kind of line
    """Read a line into the items; return whether it belongs to them."""
    text = line.expandtabs(4)
    level = len(text) - len(text.lstrip())
    text = text.strip()
    is_prose = len(text) > LONGEST or (len(text.split()) > MOST_WORDS and not DIGIT.search(text))
    if is_prose or SUMMARY.search(text):
        return False
    mark = ""
    if marker := MARKER.match(text.translate(NARROW)):
        text = text[marker.end() :]
        mark = marker["mark"] or marker["number"]
        level = -1 if mark[0] == "#" else level + 1
    name, pieces = read_item(text)
    last = items[-1] if items else None
    is_heading = bool(OF_SECTION.match(mark) and name) and not pieces
    family = label(name).family if is_heading else None
    if family not in NO_LAYERS:
        items.append(Item(name, pieces, level, number, number + 1, str(family)))
        return True
    if last is not None and last.family and not is_heading:
        if not pieces and WORKED_OUT.fullmatch(text):
            pieces = [Piece(OUTPUT, text)]
        return _take_in_section(items, number, name, pieces)
    if name and not pieces and last is not None and OTHER_NUMBER.search(text):
        last.stop = number + 1  # something else that is said of the layer
        return True
    if name:
        items.append(Item(name, pieces, level, number, number + 1))
        return True
    is_map = bool(pieces) and _meaning(pieces[0].title)[0] in {"in_shape", "feature_map"}
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
    known = {key for piece in last.pieces for key in _meaning(piece.title)}
    is_output = [_meaning(piece.title)[:1] for piece in pieces] == [("feature_map",)]
    return is_output and known <= SETTINGS and last.stop == number and _is_layer(last.name)


def _is_layer(name: str) -> bool:
    return label(name).family not in NO_LAYERS


def _take_in_section(items: list[Item], number: int, name: str, pieces: Sequence[Piece]) -> bool:
    """Read a line below the heading of a section: of its layer, or of one behind that."""
    last = items[-1]
    if not pieces:
        return False
    words = (name or pieces[0].title).split()
    sides = [at for at, word in enumerate(words, 1) if (meaning_of(word) or word) in SIDES]
    family = label(" ".join(words[max(sides, default=0) :])).family if name or sides else None
    known = {_meaning(piece.title) for piece in last.pieces}
    is_same = in_general(str(family)) == in_general(last.family)
    is_other = family not in {None, "output"} and not is_same
    if is_other and (not sides or any(_meaning(piece.title) in known for piece in pieces)):
        name = " ".join(words[max(sides, default=0) :])
        items.append(Item(name, list(pieces), last.level, number, number + 1, str(family)))
        return True
    last.pieces += pieces
    last.stop = number + 1
    return True


def read_item(text: str) -> tuple[str, list[Piece]]:
    """Return the name of the layer that an item is about, and what it states of it.

    >>> read_item("conv1: 3x3, output 32x32x16, 448 params")
    ('conv1, 3x3', [Piece(title='output', value='32x32x16'), Piece(title='params', value='448')])
    """
    if not DIGIT.search(text) and ":" not in text:
        text = text.strip("*#_` ")
        return (text, []) if any(map(str.isalpha, text)) else ("", [])
    text = re.sub(r"([:=])\s+", r"\1 ", text.translate(NARROW))
    text = plain(re.sub(r"\s{2,}", f" {GAP} ", text)).rstrip(".").replace("\n", f" {GAP} ")
    (first, _), *others = _segments(text)
    words, sign, value = _said(first)
    piece = _piece(first)
    name, pieces = _named(first)
    if sign and _meaning(words)[:1] in {("layer",), ("number",)}:
        name = value
    elif sign and _is_layer(words) and (inner := _piece(value)) is not None:
        name, pieces = words, [inner]  # max pooling: input: 28×28×6
    elif piece is not None:
        name, pieces = "", [piece]
    elif sign and not pieces:
        name = words
        others = [(value, True), *others]
    for segment, is_output in others:
        result = segment.rpartition("=")[2].strip() if is_output else ""
        if SHAPE.fullmatch(result) or (segment != value and SIDES_OF_MAP.fullmatch(result)):
            pieces.append(Piece(OUTPUT, result))
        elif (piece := _piece(segment)) is not None:  # no padding: (28-3)/1+1 = 26
            pieces += [piece] if _asks(piece.title) or "=" not in piece.value else []
        elif name and DIGIT.search(segment):
            name = f"{name}, {segment}"
    is_name = any(map(str.isalpha, name)) and len(name.split()) <= MOST_WORDS
    return name.rstrip(" :") if is_name else "", pieces


def _named(text: str) -> tuple[str, list[Piece]]:
    """Return the name in the first part of an item, and what that states.

    >>> _named("conv1 shape: 55x55x96"), _named("conv (55x55x96)")[1]
    (('conv1', [Piece(title='shape', value='55x55x96')]), [Piece(title='output', value='55x55x96')])
    """
    words, sign, value = _said(text)
    title = _known_end(words.split()) if sign else ""
    if sign and not title and (start := _known_start(words.split())):
        return words.removeprefix(start).strip(), [Piece(start, value)]
    if title and VALUE.match(value):
        return words.removesuffix(title).strip(), [Piece(title, value)]
    if shown := OF_SHAPE.fullmatch(text):
        return shown["name"], [Piece(OUTPUT, shown["shape"])]
    return text, []


def _said(text: str) -> tuple[str, str, str]:
    """Return the words in front of the first colon or equals sign, the sign, and what follows it.

    >>> _said("conv1: 3x3"), _said("3x3")
    (('conv1', ':', '3x3'), ('3x3', '', ''))
    """
    sign = SIGN.search(text)
    if sign is None or not any(map(str.isalpha, text[: sign.start()])):
        return text, "", ""
    return IS.sub("", text[: sign.start()]), sign[0].strip(), text[sign.end() :]


def _segments(text: str) -> list[tuple[str, bool]]:
    """Return the parts of an item, and of each whether an arrow points to it.

    A part ends at a sign that stands in no brackets, or where words and a colon follow.
    """
    found: list[tuple[str, bool]] = []
    start, is_output = 0, False
    cuts = [*CUT.finditer(text), *(key for key in KEY.finditer(text) if _meaning(key["title"]))]
    for cut in sorted(cuts, key=re.Match.start):
        before = text[start : cut.start()]
        if cut.start() < start or before.count("(") + before.count("[") > before.count(
            ")"
        ) + before.count("]"):
            continue
        found.append((before.strip(), is_output))
        start, is_output = cut.end(), bool(cut.groupdict().get("arrow"))
    return [*(part for part in found if part[0]), (text[start:].strip(), is_output)]


def _piece(text: str) -> Piece | None:
    """Return what a part of an item states, if it has words for it.

    >>> _piece("the output is 55x55x96"), _piece("0.4 M MACs")
    (Piece(title='output', value='55x55x96'), Piece(title='MACs', value='0.4 M'))
    >>> _piece("3x3") is None
    True
    """
    words, sign, value = _said(text)
    if sign and _is_title(words) and (VALUE.match(value) or WORDED.issuperset(_meaning(words))):
        return Piece(words, value)
    start = START.search(text)
    if start is None:
        return None
    if words := IS.sub("", text[: start.start()].rstrip(" :")):
        title = _known_end(words.split())
        value = text[start.start() :].strip()
        if (shape := SHAPE.match(value)) and any(map(str.isalpha, value[shape.end() :])):
            value = shape[0]  # (28,28,6) height: 28
        return Piece(title, value) if title else None
    if (amount := AMOUNT.match(text)) and not DIGIT.search(text, amount.end()):
        words_behind = text[amount.end() :].split()
        title = _known_end(words_behind)
        unit = " ".join(words_behind[: len(words_behind) - len(title.split())])
        if title and (not unit or _is_unit(unit)):
            return Piece(title, f"{amount[0]} {unit}".strip())
    return None


def _known_end(words: Sequence[str]) -> str:
    """Return the last words that are a title, as many as possible, but for articles and units."""
    for at in range(max(0, len(words) - MOST_WORDS), len(words)):
        end = " ".join(words[at:])
        is_title = len(end) > 1 and end.casefold() not in NO_TITLES and _is_title(end)
        if is_title and words[at].casefold() not in ARTICLES and not _is_unit(words[at]):
            return end
    return ""


def _known_start(words: Sequence[str]) -> str:
    """Return the first words that are a title, where others name a layer: output after pooling."""
    for stop in range(len(words) - 1, 0, -1):
        title, rest = " ".join(words[:stop]), " ".join(words[stop:])
        if (meaning_of(words[stop - 1]) or words[stop - 1]) in SIDES:
            continue
        if len(title) > 1 and title.casefold() not in NO_TITLES and _is_title(title):
            return title if label(rest).family not in {None, "input", "output"} else ""
    return ""


def _is_unit(word: str) -> bool:
    return any(factor.value != 1 for factor in factors(word.casefold()))


@lru_cache(maxsize=10_000)  # a list has the same words in each item
def _meaning(title: str) -> tuple[str, ...]:
    """Return the quantities that a title means; none if it is not known."""
    return heading(title).quantities


def _is_title(words: str) -> bool:
    meant = _meaning(words)
    return bool(meant) and meant[0] not in {"layer", "number"}


def _asks(title: str) -> bool:
    return not SETTINGS.issuperset(_meaning(title))


def _spelled(title: str) -> str:
    return re.sub(r"[\W_]", "", title).casefold().rstrip("s")
