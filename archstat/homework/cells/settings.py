"""What a cell or a name says about a layer's settings: "11x11x3 (96), stride 4"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from archstat.homework.cells.glossary import in_english
from archstat.homework.cells.spelling import cleaned

Settings: TypeAlias = "Mapping[str, tuple[int, ...] | str]"
"""Sizes by the name of the setting, one for all axes or one each; padding may be "same" or "valid".

The names are `kernel_size`, `filters`, `filter_depth`, `stride`, `padding`, `dilation`, `groups`.
"""

_N = r"[0-9]{1,5}(?![0-9]|\.[0-9]|[0-9.]*%)"
_BY = r" ?[x×*·] ?"
_ALONE = r"(?<![x×*·] )(?<![\w.×*·])"  # in front of a number: it is no part of a window or a name
_START = r"(?<![^\W_])"  # of a word, or of a part of one: conv_stride
_IS = r"(?: ?(?:=|:|of|is) ?| )?"
_SIZES = rf"[(\[] ?{_N}(?:(?:{_BY}| ?, ?){_N}){{1,3}} ?[)\]]|{_N}(?:{_BY}{_N}){{0,3}}"
_WINDOW = rf"[(\[]?(?P<window>{_N}(?:{_BY}{_N}){{1,3}}|(?<=[(\[]){_N} ?, ?{_N})[)\]]?"
_IN_BRACKETS = rf"[(\[](?P<window>{_N}(?:{_BY}{_N}){{1,3}})[)\]]"
_COUNTED = r"(?:kernels?|filters?|(?:out(?:put)? ?)?channels?|(?:feature ?)?maps?|[개个個枚])"
_COUNT = (
    r"(?:(?:number of )?filters?(?: number of)?|number of kernel|kernel number of"
    r"|out(?:put)?[ _]channels?|num[ _]?filters)"
)
_IN_ENGLISH = frozenset(
    {"filter", "kernel", "stride", "padding", "dilation", "groups", "channels", "size"}
    | {"number of"}
)
"""The words of other languages that settings are told in."""

_NO_SETTING = re.compile(
    r"^\[[^\]]*\]"  # the output in front of it: [55x55x96] CONV1
    rf"|{_START}(?:conv|convolution|pool|pooling|layer|stage|block|fc|dense) #?[0-9]{{1,2}}"
    r"(?![0-9]| ?[x×*·])"  # the number of a layer
    r"|(?:in|out)_features ?= ?[0-9]+|(?<=[a-z])[123]d(?![^\W_])"
)
_THOUSANDS = re.compile(r"(?<![0-9,(])([1-9]),([0-9]{3})(?= ?@)")  # 1,024 @ 3×3
_NAMES = {
    "stride": "strides?(?: size)?",
    "padding": "(?:zero[- ]?)?pad(?:ding)?",
    "dilation": "dilation(?:[ _]rate)?|dilated",
    "groups": "groups?",
    "kernel_size": "(?:kernel|filter|window|pool)[ _]?size|kernel",
}
_RULES = [
    re.compile(pattern)
    for pattern in (
        rf"{_START}k(?P<kernel_size>{_N}) ?s(?P<stride>{_N})(?: ?p(?P<padding>{_N}))?",
        rf"conv\w* ?\( ?{_N} ?, ?(?P<filters>{_N})(?= ?, ?kernel_size)",  # torch's own print
        rf"{_START}conv(?P<kernel_size>[1357]|11)-(?P<filters>[0-9]{{2,4}})\b",  # VGG's paper
        *(
            rf"{_START}(?:{words}){_IS}(?P<{name}>{_SIZES}{'|same|valid' * (name == 'padding')})"
            for name, words in _NAMES.items()
        ),
        r"\b(?P<padding>same|valid)\b",
        rf"{_ALONE}(?P<filters>{_N}) ?[x×*] ?{_IN_BRACKETS}",  # 96 × (11×11×3)
        rf"{_IN_BRACKETS} ?[x×*] ?(?P<filters>{_N})",
        rf"{_ALONE}(?P<filters>{_N}) ?(?:{_COUNTED}|[@,])? ?(?:of )?{_WINDOW}",
        rf"{_ALONE}(?P<filters>{_N}) ?{_COUNTED}",
        rf"{_WINDOW} ?/ ?(?P<stride>[1-9])(?![0-9])",  # GoogLeNet's paper
        r"(?<=[a-z,]) ?/ ?(?P<stride>[1-9])(?![\w.])",  # max pool, /2
        rf"{_WINDOW} ?[(@] ?(?P<filters>{_N})",
        rf"{_WINDOW}(?: conv\w*)? ?, ?(?P<filters>[0-9]{{2,4}})(?![0-9]|{_BY})",
        rf"{_START}{_COUNT}{_IS}(?P<filters>{_N})",
        _WINDOW,
    )
]
_LETTER = re.compile(rf"{_START}(?P<letter>[kfspdg])(?P<sign> ?[=:] ?)?(?P<sizes>{_SIZES})")
_LETTERS = {
    "k": "kernel_size",
    "f": "kernel_size",
    "s": "stride",
    "p": "padding",
    "d": "dilation",
    "g": "groups",
}


@lru_cache(maxsize=10_000)  # the sheets of a class say much the same
def settings(text: str) -> Settings:
    """Return what a cell or a name says about a layer; what it does not say is left out.

    >>> sorted(settings("conv 3x3 (64), same padding").items())
    [('filters', (64,)), ('kernel_size', (3, 3)), ('padding', 'same')]
    """
    rest = cleaned(text).casefold().replace("\n", ", ").replace("'", "")
    rest = in_english(rest, _IN_ENGLISH)
    rest = _NO_SETTING.sub(" ", rest.replace("no padding", "padding 0"))
    rest = _THOUSANDS.sub(r"\1\2", rest)
    found: dict[str, tuple[int, ...] | str] = {}
    for rule in _RULES:
        if match := rule.search(rest):
            for name, written in match.groupdict().items():
                found = {**_meaning(name, written or ""), **found}
            rest = f"{rest[: match.start()]} , {rest[match.end() :]}"
    letters = list(_LETTER.finditer(rest))
    is_sure = bool(found) or len(letters) > 1  # "S2" alone is the name of a layer
    for match in letters:
        if is_sure or match["sign"]:
            found.setdefault(_LETTERS[match["letter"]], _integers(match["sizes"]))
    return MappingProxyType(found)


def _integers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall("[0-9]+", text)))


def _meaning(name: str, written: str) -> dict[str, tuple[int, ...] | str]:
    """Return the settings that one part of a rule found."""
    sizes = _integers(written)
    if name == "window":
        return dict(_window(sizes))
    if not written:
        return {}
    return {name: sizes or written}


def _window(sizes: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """Return the settings in a window that may be written with its depth, or with the filters."""
    match sizes:
        case (rows, columns, depth) if rows == columns or columns != depth:
            return {"kernel_size": (rows, columns), "filter_depth": (depth,)}
        case (_, rows, columns):  # 16×3×3: filters or depth in front, who knows
            return {"kernel_size": (rows, columns)}
        case (filters, depth, rows, columns) if rows == columns and filters != depth:  # torch
            pass
        case (rows, columns, depth, filters):
            pass
        case _:
            return {"kernel_size": sizes}
    return {"kernel_size": (rows, columns), "filter_depth": (depth,), "filters": (filters,)}
