"""Programs whose comments say what comes out of a layer: `Conv2D(8, 3)  # 26x26x8`.

A line that calls a layer is a row. The settings that it is called with say which layer that is, and
the comment behind it what was worked out. Lines without a comment are rows as well, in which
nothing is stated: by them layers that are alike are told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archstat.homework.cells.shapes import BATCH
from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import Block
from archstat.homework.reading.lines.items import (
    NO_LAYERS,
    OUTPUT,
    UNTITLED,
    Piece,
    read_item,
)
from archstat.homework.reading.lines.lists import Item, block_of
from archstat.homework.sheet.labels import label

FEWEST = 2
"""Lines with a comment on a layer that make a table."""

MOST_BETWEEN = 5
"""Lines without a layer between two that belong together."""

MOST_LINES = 4
"""Lines that one call takes."""

LINE = re.compile(
    r"\s*(?:(?:self\.)?(?P<name>[A-Za-z]\w{0,40}) ?= ?)?(?P<code>[^#]{1,300}\)),?;?"
    r"\s*(?:(?:#+|//+)\s*(?P<comment>[^#]{0,200}))?"
)
PART = re.compile(r"\s*(?:def|class)\b")
"""Where another part of a program begins."""

CALL = re.compile(r"(\w+)\(")
COUNT = re.compile(r"(?:\s{2,}|(?<!\d),\s*|,\s+|[;|]\s*)(?P<count>[0-9][0-9,]*)\s*$")
"""A number behind a shape, for which the comment has no words: parameters, as Keras prints them."""

SHAPE = re.compile(
    rf"[\[(]?(?:{BATCH}|[0-9]+)(?:(?:\s?,\s?[0-9]+){{1,4}},?|(?:\s?[x×*]\s?[0-9]+){{1,4}})[\])]?"
)
"""A shape, and nothing else."""

NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
BEHIND = re.compile(r"\s{2,}|\.\s+|[-=]+>|→|(?i:\b(?:output|out|shape|size)\w*)(?: \w+)?\s?[:=]")
"""What stands in front of the shape that a comment ends with."""

CALLED = re.compile(
    r"(?P<kind>Conv|MaxPool|AvgPool|AveragePool)(?:Transpose|ing)?[123](?P<by>[dD])"
)
TORCH = "d"
"""How PyTorch ends such a name; Keras has a capital."""

WINDOW = ("kernel", "stride", "padding")
NAMED = {
    **dict.fromkeys(("filters", "out_channels", "out_planes"), "filters"),
    **dict.fromkeys(("kernel", "kernel_size", "pool_size"), "kernel"),
    **dict.fromkeys(("stride", "strides"), "stride"),
    "padding": "padding",
}
ARGUMENT = re.compile(
    r"(?:(?P<key>[\w.]+)\s*=\s*)?(?P<value>[0-9]+|[\[(]\s*[0-9]+(?:\s*,\s*[0-9]+)*\s*[\])])"
)
ARGUMENTS = re.compile(r"(?:[^,()\[\]]|\([^()]*\)|\[[^\[\]]*\])+")
"""What stands between two commas, those in brackets apart."""


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the programs with comments on their layers in lines of text."""
    items: list[Item] = []
    for start, stop, text in _statements((*lines, *[""] * (MOST_BETWEEN + 1))):
        item = _item(start, stop, text)
        if item is not None:
            items.append(item)
        elif items and (start - items[-1].stop >= MOST_BETWEEN or PART.match(text)):
            if sum(bool(item.pieces) for item in items) >= FEWEST:
                yield from block_of(items, keeps_all=True)
            items = []


def _statements(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield where lines start and stop, and their texts: those of one call as one line."""
    start = 0
    for number, line in enumerate(limits.timely(lines)):
        if number < start:
            continue
        stop, text = number + 1, line
        while _is_open(text) and stop < min(len(lines), number + MOST_LINES):
            text = f"{text.rstrip()} {lines[stop].strip()}"
            stop += 1
        start = number + 1 if _is_open(text) else stop
        yield number, start, line if start == number + 1 else text


def _is_open(text: str) -> bool:
    """Return whether a layer is called here, and its brackets are not closed."""
    call = CALL.search(text.replace(".add(", " "))
    return call is not None and _is_layer(call[1]) and text.count("(") > text.count(")")


def _item(start: int, stop: int, text: str) -> Item | None:
    """Return what a statement says of the layers that it calls, if it calls any."""
    found = LINE.fullmatch(text) if len(text) <= limits.MOST_CELL_CHARACTERS else None
    name = _name(found["name"] or "", found["code"]) if found else ""
    if found is None or not name:
        return None
    return Item(name, _stated(found["comment"] or ""), 0, start, stop)


def _stated(comment: str) -> list[Piece]:
    """Return what a comment states.

    >>> [piece.value for piece in _stated("(224-7+6)/2+1=112.    112, 112, 64")]
    ['112, 112, 64']
    >>> [piece.value for piece in _stated("(None, 26, 26, 32), 320")]
    ['(None, 26, 26, 32)', '320']
    >>> [piece.value for piece in _stated("params: (784+1)×512 = 401,920")]
    ['(784+1)×512 = 401,920']
    """
    comment = comment.strip()
    last = BEHIND.split(comment)[-1].strip()
    if last.isdecimal() or (SHAPE.fullmatch(last) and not NUMBER.fullmatch(last)):
        is_count = last.isdecimal() and last != comment and COUNT.search(comment)
        if not is_count:
            return [Piece(OUTPUT, last)]
    if not any(map(str.isdecimal, comment)):
        return []
    if NUMBER.fullmatch(comment):
        return [Piece(UNTITLED, comment)]
    worded = COUNT.sub(lambda count: f", {count['count']} params", comment)
    return read_item(f"conv: {worded}")[1]


def _name(assigned: str, code: str) -> str:
    """Return what a line calls its layers: those that it calls, the innermost first.

    >>> _name("x", "self.pool(F.relu(self.conv1(x)))")
    'conv1 + relu + pool'
    >>> _name("conv1", "nn.Conv2d(3, 8, 3, padding=1)"), _name("", "model.add(Conv2D(8, (3, 3)))")
    ('conv1, 8 filters, 3x3, padding 1', 'Conv2D, 8 filters, 3x3')
    """
    calls = [call for call in CALL.findall(code.replace(".add(", " ")) if _is_layer(call)]
    if not calls:
        return ""
    if calls[0][0].isupper():
        name = assigned if label(assigned).family else calls[0]
        return ", ".join((name, *_settings(calls[0], code)))
    return " + ".join(reversed(calls))


def _is_layer(call: str) -> bool:
    return label(call).family not in NO_LAYERS


def _settings(call: str, code: str) -> Iterator[str]:
    """Yield the settings that a layer is called with, as a label has them."""
    known = CALLED.fullmatch(call.removesuffix("Transpose"))
    if known is None:
        return
    is_torch = known["by"] == TORCH
    places: tuple[str, ...] = WINDOW if is_torch else WINDOW[:2]
    if known["kind"] == "Conv":
        places = ("", "filters", *places) if is_torch else ("filters", *places)
    behind = code.partition(f"{call}(")[2]
    stated: dict[str, str] = {}
    for place, argument in enumerate(_arguments(behind)):
        if (found := ARGUMENT.fullmatch(argument)) is None:
            continue
        key = found["key"].rpartition(".")[2] if found["key"] else ""
        setting = NAMED.get(key) or (places[place] if place < len(places) and not key else "")
        if setting:
            stated.setdefault(setting, "x".join(re.findall("[0-9]+", found["value"])))
    if "filters" in stated:
        yield f"{stated['filters']} filters"
    if "kernel" in stated:
        size = stated["kernel"]
        yield size if "x" in size else f"{size}x{size}"
    yield from (f"{key} {stated[key]}" for key in ("stride", "padding") if key in stated)


def _arguments(text: str) -> Iterator[str]:
    """Yield the arguments in front of the bracket that closes a call."""
    at = 0
    while (found := ARGUMENTS.match(text, at)) is not None:
        yield found[0].strip()
        at = found.end()
        if text[at : at + 1] != ",":
            return
        at += 1
