"""The shape that a cell states: sizes in any order, channels where the writing says which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

from archstat.homework.cells.spelling import cleaned
from archstat.homework.cells.units import names_what_is_counted
from archstat.homework.cells.values import numbers, without_half_brackets

_BATCHED_MAP = 4  # axes of a batch of maps
_MAP = 3

_BY = r" ?(?:[x×*·]|\b(?:by|par|por|per|na|auf|op|на)\b) ?"
_SEPARATORS = (_BY, f"{_BY}| ?[,;] ?", " ")
_LAST_LINE = re.compile(r"\n(?=[0-9]+$)")
_SUM = re.compile(r"\(([0-9]{1,6}(?: ?\+ ?[0-9]{1,6})+)\)")
_WORDS_BEHIND = re.compile(r"(?P<sizes>[0-9]{1,6}(?: ?[x×*] ?[0-9]{1,6}){1,3}) [^\W\d_][^0-9]*")
_AROUND_A_LAYER = re.compile(r"(?P<before>[^→]*[0-9][^→]*)→[^→0-9]*→(?P<after>[^→]*[0-9][^→]*)")
"""The maps before a pool that has no row of its own, and behind it."""

_INNER = re.compile(r"(?<=[x×*] )\(([0-9]{1,6} ?[x×*] ?[0-9]{1,6})\)")
"""The sides of a map beside its channels: 6 × (28 × 28)."""

_NAME = re.compile(r"[^\W\d_][^:=0-9]*: ?(?=[^ ])")
_SIZE = re.compile(
    r"(?P<plain>0|[1-9][0-9]{0,11})(?:\.0+)?|(?P<grouped>[1-9][0-9]{0,2}(?:,[0-9]{3})+)"
)
_GROUPED = re.compile(r"[(\[]([1-9][0-9]{0,2}(?:,[0-9]{3})+)(?P<comma>,?)[)\]]")
_SQUARE = re.compile(r"(?<![0-9.])(?P<side>[0-9]{1,6}) ?(?:\^|\*\*) ?2(?![0-9])")
_UNKNOWN = re.compile(r"none|null|-1|\?|[bnhwdlt]'?")
BATCH = r"(?i:none|null|-1|\?|[bnm]|bs|batch(?:[ _]?size)?)"
"""A regular expression for how people write the size of a batch that may be any."""

_BATCH = re.compile(BATCH)
_CHANNELS = re.compile(
    r"(?<![x×*·] )(?<![x×*·0-9.,])(?P<count>[0-9]{1,6}) ?"
    r"(?:(?:feature ?)?maps?|channels?|chs?|kernels?|filters?|채널|필터|개|通道|チャネル)\b(?: of)?"
)
_SIDES = r"([0-9]{1,6} ?[x×*] ?[0-9]{1,6})"
MAPS_OF = re.compile(
    r"([0-9]{1,6}) (?:feature[ -]?)?(?:maps?|mapas?|mappe|cartes|(?:merkmals)?karten|карт\w*)"
    rf"(?: (?:(?!filt|kern)[^\W\d_])+){{0,4}} {_SIDES}"
    rf"|([0-9]{{1,6}}) ?[个個张張] ?{_SIDES} ?的?(?:特征图|特徵圖)",
    re.IGNORECASE,
)
"""So many maps of a size: 6 feature maps of size 28x28."""

_AXES = re.compile(r"(?:[chwd] ?[=:] ?[0-9]{1,6}[ ,;×x*]*){2,3}")
_COMMENT = re.compile(r"[(\[][^()\[\]0-9]*[)\]]")
_TORCH_SIZE = re.compile(r"(?:torch\.size|tensorshape) ?")
_WORD = re.compile(r"[^\W\d_]{2,}")
_OF_PICTURES = frozenset({"each", "gray", "grayscale", "image", "images", "rgb", "이미지"})
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Dims:
    """A shape as written.

    Attributes:
        sizes: Its sizes in the order in which they stand, without the batch and without `channels`.
        channels: The channels, where the writing says which they are: 96 @ 27×27.
        has_batch: Whether a batch stood in front.
    """

    sizes: tuple[int, ...]
    channels: int | None = None
    has_batch: bool = False

    def axes(self) -> int:
        """Return how many axes there are, channels among them."""
        return len(self.sizes) + (self.channels is not None)


def shapes(text: str) -> tuple[Dims, ...]:
    """Return every reading of the shape that a cell states, the likeliest first.

    A number alone is a shape of one axis; the product that follows a shape is a later reading.

    >>> [dims.sizes for dims in shapes("6x6x256 = 9216")]
    [(6, 6, 256), (9216,)]
    >>> shapes("96 @ 27×27")
    (Dims(sizes=(27, 27), channels=96, has_batch=False),)
    """
    text = cleaned(text).casefold()
    if between := _AROUND_A_LAYER.fullmatch(text):
        return (*shapes(between["before"]), *shapes(between["after"]))
    text = _LAST_LINE.sub(", ", text.rpartition("→")[2])
    if text.startswith("(") and ")" not in text:
        text += ")"  # a cell that was too narrow
    if _AXES.fullmatch(_without_brackets(text)):
        return (_named_axes(text),)
    sides = [list(_one_side(without_half_brackets(side))) for side in reversed(text.split("="))]
    sides.sort(key=lambda found: not any(dims.axes() > 1 for dims in found[:1]))
    return tuple(dict.fromkeys(dims for found in sides for dims in found))


def _named_axes(text: str) -> Dims:
    """Return the shape of "H = 27, W = 27, C = 96"; a depth is what others call channels."""
    named = dict(re.findall(r"([chwd]) ?[=:] ?([0-9]+)", text))
    channels = named.pop("c", named.pop("d", None))
    sizes = tuple(int(named[axis]) for axis in "hw" if axis in named)
    return Dims(sizes, None if channels is None else int(channels))


def _one_side(text: str) -> Iterator[Dims]:
    """Yield the readings of what stands on one side of an equals sign."""
    text = _COMMENT.sub(" ", _TORCH_SIZE.sub("", _NAME.sub("", text.strip(), count=1))).strip()
    if worded := _WORDS_BEHIND.fullmatch(text):
        text = worded["sizes"]  # 11×11 of the input
    text = _INNER.sub(r"\1", text)
    if maps := MAPS_OF.fullmatch(text):
        text = " @ ".join(filter(None, maps.groups()))
    text = _SUM.sub(lambda found: str(sum(map(int, found[1].split("+")))), text)
    first, at, second = (part.strip() for part in text.partition("@"))
    count = _CHANNELS.search(text)
    if at:
        yield from _maps_of(first, second)
        yield from () if first.isdecimal() else _maps_of(second, first)
    elif count:
        rest = (text[: count.start()] + " " + text[count.end() :]).strip(" ,;()[]x×*·")
        yield from _maps_of(count["count"], rest) if rest else [Dims((), int(count["count"]))]
    elif text.endswith(")") and not text.startswith("("):
        before, _, inside = text[:-1].rpartition("(")
        yield from _explained(before, inside)
    else:
        yield from _sizes(text)


def _maps_of(count: str, text: str) -> Iterator[Dims]:
    """Yield the shapes of so many maps of these sizes."""
    if count.isdecimal():
        yield from (replace(dims, channels=int(count)) for dims in _sizes(text))


def _explained(text: str, explanation: str) -> Iterator[Dims]:
    """Yield the readings of a shape with something behind it, in brackets."""
    behind = list(_sizes(explanation.strip().removeprefix("x").removeprefix("×")))
    for dims in _sizes(text):
        if len(dims.sizes) == _MAP - 1 and behind and behind[0].axes() == 1:
            yield replace(dims, channels=behind[0].sizes[0])  # 27×27 (96)
        elif dims.axes() > 1 or not behind:
            yield dims  # 27×27×96 (69,984)
        elif prod(behind[0].sizes) == dims.sizes[0]:
            yield from (dims, *behind)  # 9216 (6×6×256)


def _sizes(text: str) -> Iterator[Dims]:
    """Yield the readings of a list of sizes, with or without brackets, or of one size."""
    grouped = _GROUPED.fullmatch(text)  # (15,360,) in which a comma parts thousands
    vector = [Dims((int(grouped[1].replace(",", "")),))] if grouped else []
    if grouped and grouped["comma"]:
        yield from vector
    text = _SQUARE.sub(r"\g<side>×\g<side>", text)
    text = " ".join(_WORD.sub(_without_remark, text).split()).strip(" ,;.")
    inside = _without_brackets(_without_brackets(text))
    one = [Dims((int(n.value),)) for n in numbers(inside)[:1] if n.step is None and n.value >= 0]
    if text.endswith(("x", "×")):
        return
    if inside == text:
        yield from one
    for separator in _SEPARATORS:
        yield from _list(re.split(separator, inside.strip(" ,")), is_bracketed=inside != text)
    yield from _list(re.split(" ?[/;] ?", inside), is_bracketed=inside != text, fewest=_MAP)
    yield from (*vector, *one)


def _without_remark(word: re.Match[str]) -> str:
    """Return a word, unless it only says what kind of thing has the shape."""
    is_remark = word[0] in _OF_PICTURES or names_what_is_counted(word[0])
    return "" if is_remark else word[0]


def _without_brackets(text: str) -> str:
    if text and text[-1] == _CLOSING.get(text[0]):
        return text[1:-1].strip()
    return text


def _list(items: list[str], *, is_bracketed: bool, fewest: int = 2) -> Iterator[Dims]:
    """Yield the readings of two or more sizes, the first of which may be the batch."""
    known = [item for item in items if not _UNKNOWN.fullmatch(item.strip())]
    if len(known) == 1 < len(items) - 1 and known[0].strip().isdecimal():
        yield Dims((), int(known[0]))  # H×W×64, (None, None, None, 64)
        return
    marks_batch = bool(_BATCH.fullmatch(items[0]))
    matches = [_SIZE.fullmatch(item.strip()) for item in items[marks_batch:]]
    sizes = tuple(
        int(match["plain"] or match["grouped"].replace(",", "")) for match in matches if match
    )
    if len(items) < fewest or len(sizes) < len(matches):
        return
    if marks_batch:
        yield Dims(sizes, has_batch=True)
        return
    written, batched = Dims(sizes), Dims(sizes[1:], has_batch=True)
    if len(sizes) == _BATCHED_MAP:
        yield from (batched, written) if is_bracketed else (written, batched)
        return
    yield written
    longer = tuple(size for size in sizes if size != 1)
    if len(longer) == 1:  # a vector, as a row, a column or a map of one place
        yield Dims(longer, has_batch=sizes == (1, *longer))
