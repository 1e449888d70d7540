"""The calculation that a cell shows, beside the number that it says it comes to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from archstat.homework.cells.arithmetic import worked_out
from archstat.homework.cells.spelling import cleaned
from archstat.homework.cells.units import names_what_is_counted
from archstat.homework.cells.values import WrittenNumber, numbers, without_half_brackets


@dataclass(frozen=True)
class Sum:
    """A calculation that a cell shows.

    Attributes:
        terms: What is calculated, as it is written.
        value: What it comes to.
        stated: What the cell says that it comes to.
    """

    terms: str
    value: Fraction
    stated: WrittenNumber | None


_WORD = re.compile(r"[^\W\d_]{3,}")
_LAST_WORD = re.compile(r"(?<=\d) +[^\W\d_]{3,}\s*$")


def _without_what_is_counted(word: re.Match[str]) -> str:
    return "" if names_what_is_counted(word[0].casefold()) else word[0]


def sums(text: str) -> Sum | None:
    """Return the calculation that a cell shows; None if it shows none.

    >>> shown = sums("(3×11×11+1)×96 = 34,944")
    >>> shown.terms, int(shown.value), shown.stated.agrees(34_944)
    ('(3×11×11+1)×96', 34944, True)
    """
    sides = re.split("[=→≈]", cleaned(text))
    for side in sides:
        if len(sides) > 1:  # 4 × 128 × 2 directions = 1,024
            side = _LAST_WORD.sub("", side)  # noqa: PLW2901  the same side
        terms = without_half_brackets(_WORD.sub(_without_what_is_counted, side))
        if numbers(terms):  # 3.48×10⁴ is a number; 290,400 (55×55×96) is one, with a calculation
            terms = terms.removesuffix(")").partition("(")[2]
        value = worked_out(terms)
        if value is not None:
            stated = numbers(text)
            return Sum(terms, value, stated[0] if stated else None)
    return None
