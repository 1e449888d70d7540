"""Digits with separators between them, which mean different things in different countries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from archstat.homework.cells.spelling import VULGAR

NUMERAL = rf"(?:\.?[0-9](?:[0-9.,'_ ]*[0-9])?)?[{VULGAR}]?"
"""A regular expression for what `numerals` reads; it also matches nothing."""

IN_TEXT = (
    r"(?:[0-9]{1,4} ?[억亿億] ?(?=[0-9]))?"
    r"(?:[0-9]{1,3}(?:[ '][0-9]{3})+(?![0-9])|[0-9](?:[0-9.,']*[0-9])?)"
)
"""Likewise for a numeral in running text, in which a blank may end it: 66 218, but not 3 12."""

_GROUPED = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?P<separator>[,.' _])[0-9]{3}(?:(?P=separator)[0-9]{3})*)"
    r"(?:(?P<point>[.,])(?P<decimals>[0-9]+))?"
)
_INDIAN = re.compile(
    r"(?P<whole>[1-9][0-9]?(?:(?P<separator>,)[0-9]{2})+,[0-9]{3})"
    r"(?:(?P<point>\.)(?P<decimals>[0-9]+))?"
)
_UNGROUPED = re.compile(r"(?P<whole>[0-9]*)(?P<separator>)(?:(?P<point>[.,])(?P<decimals>[0-9]+))?")


@dataclass(frozen=True)
class Numeral:
    """A reading of digits.

    Attributes:
        value: Its value.
        decimals: How many digits stand behind the decimal point.
        separator: What stands between thousands.
        note: How separators were read, where that is not the English way.
    """

    value: Fraction
    decimals: int = 0
    separator: str = ""
    note: str = ""


def numerals(text: str) -> Iterator[Numeral]:
    """Yield every reading of digits with separators, thousands before decimals.

    >>> [str(numeral.value) for numeral in numerals("34.848")]
    ['34848', '4356/125']
    """
    digits = text.rstrip(VULGAR)
    fraction = sum(map(_vulgar, text[len(digits) :]), Fraction())
    if fraction and not digits:
        yield Numeral(fraction)
    for pattern in (_GROUPED, _INDIAN, _UNGROUPED):
        match = pattern.fullmatch(digits) if digits else None
        if match is None or match["point"] == match["separator"]:  # 1.234.5
            continue
        decimals = match["decimals"] or ""
        whole = re.sub("[^0-9]", "", match["whole"])
        yield Numeral(
            value=Fraction(int(whole + decimals), 10 ** len(decimals)) + fraction,
            decimals=len(decimals),
            separator=match["separator"],
            note=_note(match["separator"], match["point"]),
        )


def _vulgar(fraction: str) -> Fraction:
    return Fraction(unicodedata.numeric(fraction)).limit_denominator(10)


def _note(separator: str, point: str | None) -> str:
    if separator == ".":
        return "read '.' as a thousands separator"
    return "read ',' as a decimal comma" if point == "," else ""
