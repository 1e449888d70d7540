"""What a line of a list says: the layer that it names, and what it states of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from archstat.homework.cells.glossary import meaning_of
from archstat.homework.cells.shapes import BATCH, MAPS_OF
from archstat.homework.cells.units import factors
from archstat.homework.reading.text import plain
from archstat.homework.sheet.headings import heading
from archstat.homework.sheet.labels import label
from archstat.homework.sheet.titles import NAMING

LAYER, OUTPUT, UNTITLED = "layer", "output", "value"
"""The titles of a list, where it has no words for what it states; what the last holds is open."""

MOST_WORDS = 8  # of the name of a layer, or of a quantity

SETTINGS = NAMING | {
    *("filters", "filter_size", "filter_depth", "stride", "padding", "dilation", "groups"),
    *("in_channels", "activation_function"),
}
"""What is given of a layer; a list of nothing else asks for nothing."""

WORDED = frozenset({"kind", "activation_function", "padding"})  # what is said in words

SIDES = {"after", "before", "behind", "following"}
"""What stands between what is stated and the layer that it is stated of."""

PADDINGS = {"same", "valid"}
NO_TITLES = {"in", "out"}  # which are titles above a column, and anything in a text
NO_LAYERS = {None, "input", "output", "total"}
ARTICLES = {"a", "an", "its", "of", "the", "with"}

GAP = "¦"
NARROW = {0xFF1A: ":", 0xFF0C: ", ", 0xFF1B: ";", 0x3002: ";", 0xFF08: "(", 0xFF09: ")"}
"""What stands between two parts of an item; and the signs of Chinese as those of ASCII."""

DIGIT = re.compile("[0-9]")
CUT = re.compile(
    rf"\s*(?:[;|•、{GAP}]|,(?!\d)|(?P<arrow>→|[-=]+>|\s[-–—]{{1,3}}\s"
    r"|(?<=[0-9])\s+to\s+(?=[0-9]+ ?[x×]))|\s(?:and|at|has|with)\s)\s*"
)
KEY = re.compile(
    r"(?:(?<=[\d)\]}])|(?<=\d[KMGBkmgb])|(?<=\d [KMGBkmgb])):?\s+"
    r"(?=(?P<title>#?[^\W\d_]+(?:[ _]#?[^\W\d_]+){0,3}) ?[:=])"
)
RESULT = re.compile(
    r"(?<=\w)(?P<arrow>\s*:\s+)(?=[0-9]+(?:\s?[x×*]\s?[0-9]+){2}(?:$|\s+to\s|\s*→))"
)
"""What stands between settings and the map behind them: 5×5 kernel, 2 padding : 26×26×256."""

OF_AMOUNT = re.compile(r"(?:^|, ?)[0-9][^,]*$")

SIGN = re.compile(r"\s*[:=]\s*(?=\S)")
START = re.compile(rf"\[[HWCD] ?[:=]|[~≈≥]?\s?[(\[]*(?:[0-9?]|None,)|[(\[]{BATCH}\s*[,x×]")
# with two words in front of it at most
VALUE = re.compile(r"(?:[^\w:]|_)*(?:[^\W\d_]+[^\w:]+){0,2}(?:[^\W\d_]+ ?=)?[^\W\d_]?[0-9]")

SEVERAL = re.compile(r"([0-9] ?[x×] ?[0-9]{1,4})[,;] ?(?=[0-9]{1,4} ?[x×] ?[0-9])")
"""Two sizes in a row: input 5×5, 1×1×120."""

REMARK = re.compile(r"^(?P<shape>[(\[][0-9, x×]+[)\]]) +[^\W\d_].*")
"""What is said behind a shape in brackets: (28, 28, 1) pictures of size 28x28."""

IS = re.compile(r"\s*(?:[为是]|\bis\b|\bof\b)?\s*$")
AMOUNT = re.compile(r"[~≈≥]?[0-9]\S*(?: [0-9(]\S*)*")
ALONE = re.compile(
    r"[~≈]?\s?[0-9(][0-9., kKMGB]*"
    r"|[\[(]*[0-9][^:=A-Za-z]*[-+*/×x·][^:=A-Za-z]*=\s*[0-9][0-9., kKMGB]*"
    r"|[0-9][0-9.,]* ?= ?[\[(]*[0-9][^:=A-Za-z]*[-+*/×x·][^:=A-Za-z]*"
)
"""A number or a calculation, and nothing else."""

OTHER_KEY = re.compile(
    r"(?P<title>[^\W\d_]+(?:[ _][^\W\d_]+){0,3})\s*[:=]\s*(?P<value>[~≈]?\s?[(\[]*[0-9].*)"
)
"""A value behind words that nobody knows."""

NAMED_AXES = re.compile(r"\b[HWCD] ?[:=] ?[0-9]+(?:[ ,;×x*]+[HWCD] ?[:=] ?[0-9]+){1,2}(?![^\W_])")
"""The sizes of a map, each with its letter: H=28, W=28, C=6."""

SIZES = re.compile(r"[0-9]{1,4}(?:, [0-9]{1,4})?")
SIDES_OF_MAP = re.compile(r"[0-9]+ ?[x×] ?[0-9]+")
OF_SHAPE = re.compile(r"(?P<name>.*\S)\s*\((?P<shape>[0-9]+(?:\s?[x×*]\s?[0-9]+){2})\)")
SHAPE = re.compile(
    rf"[\[(]\s*(?:(?:{BATCH}|[0-9]+)\s*[x×*,]\s*)*[0-9]+,?\s*[\])]|[0-9]+(?:\s?[x×*]\s?[0-9]+){{2}}"
    r"|[0-9]+ ?@ ?[0-9]+ ?[x×*] ?[0-9]+|[0-9]+\^2 ?[x×*] ?[0-9]+"
    r"|[0-9]+ ?[x×*] ?[0-9]+ ?\((?:[x×] ?[0-9]+|[0-9]+ ?(?:ch|channels|filters|maps))\)"
)
_INSIDE = r"(?:[^()]|\((?:[^()]|\([^()]*\))*\))*"
IN_BRACKETS = re.compile(rf"(?<=\S)\s*\((?P<inside>{_INSIDE}[0-9]{_INSIDE})\)")


class Piece(NamedTuple):
    """What an item states, and its words for it."""

    title: str
    value: str


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
    text = SEVERAL.sub(rf"\1 {GAP} ", text)
    text = NAMED_AXES.sub(r"[\g<0>]", IN_BRACKETS.sub(_opened, text))
    (first, _), *others = _segments(text)
    name, pieces, value = _first(first)
    for segment, is_output in (*([(value, True)] if value else []), *others):
        piece = _stated(segment, is_output=is_output, is_value=segment == value, name=name)
        if is_output and pieces and _goes_to(pieces[-1], segment):
            pieces[-1] = Piece(OUTPUT, f"{pieces[-1].value} → {segment}")
        elif pieces and segment.isdecimal() and _is_cut(pieces[-1]):
            pieces[-1] = pieces[-1]._replace(value=f"{pieces[-1].value}, {segment}")
        elif _is_behind_input(pieces, segment):
            pieces.append(Piece(OUTPUT, segment))
        elif piece is not None:  # no padding: (28-3)/1+1 = 26
            is_told = asks(piece.title) or piece.title == UNTITLED or "=" not in piece.value
            pieces += [piece] if is_told else []
        elif pieces and (other := OTHER_KEY.fullmatch(segment)):
            pieces.append(Piece(other["title"], other["value"]))
        elif name and DIGIT.search(segment) and segment[0] not in "+-=":
            name = f"{name}, {segment}"
    words = re.sub(r"\([^()]*\)", "", name).split()
    is_name = any(map(str.isalpha, name)) and len(words) <= MOST_WORDS
    return name.rstrip(" :") if is_name else "", pieces


def _first(text: str) -> tuple[str, list[Piece], str]:
    """Return the name in the first part of an item, what that states, and what is left to read."""
    words, sign, value = _said(text)
    if sign and meaning(words)[:1] in {("layer",), ("number",)}:
        return value, _named(text)[1], ""
    if sign and is_layer(words) and (inner := _piece(value)) is not None:
        return words, [inner], ""  # max pooling: input: 28×28×6
    if piece := _piece(text):
        layer, _, title = piece.title.partition(" ")
        is_worked_out = "=" in piece.value and not asks(piece.title)
        if is_worked_out and is_layer(layer) and title and asks(title):
            return layer, [Piece(title, piece.value)], ""  # Pooling size: (28 - 2)/2 + 1 = 14
        return "", [piece], ""
    name, pieces = _named(text)
    return (words, [], value) if sign and not pieces else (name, pieces, "")


def _stated(segment: str, *, is_output: bool, is_value: bool, name: str) -> Piece | None:
    """Return what a later part of an item states, behind an arrow or the colon of its layer."""
    result = segment.rpartition("=")[2].strip() if is_output else ""
    words, sign, _ = _said(segment)
    if sign and _is_title(words) and (piece := _piece(segment)):
        return piece
    if SHAPE.fullmatch(result) or (not is_value and SIDES_OF_MAP.fullmatch(result)):
        return Piece(OUTPUT, result)
    if piece := _piece(segment):
        return piece
    is_alone = is_output and is_layer(name) and ALONE.fullmatch(segment)
    return Piece(UNTITLED, segment) if is_alone else None


def output_of(text: str) -> Piece | None:
    """Return the map that stands behind an arrow, with its calculation or without.

    >>> output_of("[(54-3)/2 + 1 = 26] = 26x26x96").value, output_of("ReLU")
    ('26x26x96', None)
    """
    parts = (part.strip() for part in reversed(plain(text).split("=")))
    return next((Piece(OUTPUT, part) for part in parts if SHAPE.fullmatch(part)), None)


def _goes_to(before: Piece, segment: str) -> bool:
    """Return whether an arrow points from one map or size to the other: 28×28×6 → 14×14×6.

    >>> read_item("FC1: 400 -> 120")[1], read_item("pool: 28×28×6 → 14×14×6")[1][0].value
    ([Piece(title='output', value='400 → 120')], '28×28×6 → 14×14×6')
    """
    pair = before.value, segment
    is_bare = before.title.casefold() in {UNTITLED, OUTPUT}
    return is_bare and (all(map(SHAPE.fullmatch, pair)) or all(map(str.isdecimal, pair)))


def _is_behind_input(pieces: Sequence[Piece], segment: str) -> bool:
    """Return whether a map stands right behind that of the input: input 5×5, 1×1×120."""
    is_input = bool(pieces) and meaning(pieces[-1].title)[:1] == ("in_shape",)
    return is_input and SHAPE.fullmatch(segment) is not None


def _is_cut(piece: Piece) -> bool:
    """Return whether the sizes of a map may go on: (H, W, C): 28, 28, 6.

    >>> read_item("conv1: output dims: 28, 28, 6, params: 156")[1][0].value
    '28, 28, 6'
    """
    is_map = meaning(piece.title)[:1] in {("feature_map",), ("in_shape",)}
    return is_map and SIZES.fullmatch(piece.value) is not None


def _opened(found: re.Match[str]) -> str:
    """Return brackets as a part of an item, if they state what is worked out: (448 params).

    >>> read_item("conv1: 5×5 → 28×28×6 (156 params)")[1]
    [Piece(title='output', value='28×28×6'), Piece(title='params', value='156')]
    """
    pieces = (_piece(part) for part, _ in _segments(found["inside"].strip()))
    is_stated = any(piece is not None and asks(piece.title) for piece in pieces)
    return f" {GAP} {found['inside']}" if is_stated else found[0]


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
    sign = next((one for one in SIGN.finditer(text) if _is_outside(text[: one.start()])), None)
    if sign is None or not any(map(str.isalpha, text[: sign.start()])):
        return text, "", ""
    return IS.sub("", text[: sign.start()]), sign[0].strip(), text[sign.end() :]


def _segments(text: str) -> list[tuple[str, bool]]:
    """Return the parts of an item, and of each whether an arrow points to it.

    A part ends at a sign that stands in no brackets, or where words and a colon follow.
    """
    found: list[tuple[str, bool]] = []
    start, is_output = 0, False
    cuts = [*CUT.finditer(text), *(key for key in KEY.finditer(text) if meaning(key["title"]))]
    for cut in RESULT.finditer(text):
        before = text[: cut.start()].rpartition(", ")[2]
        is_setting = before != text[: cut.start()] and ":" not in before
        if OF_AMOUNT.search(text, 0, cut.start()) or (is_setting and _known_amount(before)):
            cuts.append(cut)
    for cut in sorted(cuts, key=re.Match.start):
        before = text[start : cut.start()]
        if cut.start() < start or not _is_outside(before):
            continue
        found.append((before.strip(), is_output))
        is_behind = cut[0].strip() == GAP and "→" in text[: cut.start()]
        is_shown = is_behind and SHAPE.fullmatch(text, cut.end()) is not None
        start, is_output = cut.end(), is_shown or bool(cut.groupdict().get("arrow"))
    return [*(part for part in found if part[0]), (text[start:].strip(), is_output)]


def _is_outside(before: str) -> bool:
    """Return whether what stands behind a text stands in none of its brackets."""
    opened, closed = (sum(map(before.count, signs)) for signs in ("([", ")]"))
    return opened <= closed


def _known_amount(text: str) -> bool:
    """Return whether a text is a title and a number, or a padding in words: stride 4, same."""
    *words, last = text.split() or [""]
    return text in PADDINGS or (last.isdecimal() and _is_title(" ".join(words)))


def _piece(text: str) -> Piece | None:  # noqa: PLR0911  one for each form
    """Return what a part of an item states, if it has words for it.

    >>> _piece("the output is 55x55x96"), _piece("0.4 M MACs")
    (Piece(title='output', value='55x55x96'), Piece(title='MACs', value='0.4 M'))
    >>> _piece("3x3") is None
    True
    """
    if SHAPE.fullmatch(text):
        return None
    if MAPS_OF.fullmatch(text):
        return Piece(OUTPUT, text)
    words, sign, value = _said(text)
    if sign and _is_title(words) and (VALUE.match(value) or WORDED.issuperset(meaning(words))):
        return Piece(words, REMARK.sub(r"\g<shape>", value))
    start = START.search(text)
    if start is None:
        return None
    if words := IS.sub("", text[: start.start()].rstrip(" :")):
        title = _known_end(words.split())
        value = text[start.start() :].strip()
        if (shape := SHAPE.match(value)) and any(map(str.isalpha, value[shape.end() :])):
            value = shape[0]  # (28,28,6) height: 28
        elif title and not asks(title):
            value = value.partition(": ")[0]
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
        is_title = (
            len(end) > 1 and "=" not in end and end.casefold() not in NO_TITLES and _is_title(end)
        )
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


def is_layer(name: str) -> bool:
    """Return whether a name says what kind of layer it is of."""
    return label(name).family not in NO_LAYERS


def _is_unit(word: str) -> bool:
    return any(factor.value != 1 for factor in factors(word.casefold()))


@lru_cache(maxsize=10_000)  # a list has the same words in each item
def meaning(title: str) -> tuple[str, ...]:
    """Return the quantities that a title means; none if it is not known."""
    return heading(title).quantities


def _is_title(words: str) -> bool:
    meant = meaning(words)
    return bool(meant) and meant[0] not in {"layer", "number"}


def asks(title: str) -> bool:
    """Return whether a title asks for what is worked out, or for what nobody knows."""
    return not SETTINGS.issuperset(meaning(title))


def spelled(title: str) -> str:
    """Return a title without what people write differently: signs, and the s at its end."""
    return re.sub(r"[\W_]", "", title).casefold().rstrip("s")
