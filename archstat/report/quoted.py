"""Numbers as papers and tools quote them: exact, rounded, or cut to a few digits, with a unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from fractions import Fraction

from archstat.errors import UsageError, shown
from archstat.record import record

FORM = re.compile(
    r"(?P<whole>\d{1,3}(?:[ ,_']\d{3})+|\d+(?:_\d+)*)(?:\.(?P<part>\d+))?\s*(?P<unit>[a-z]*)",
    re.ASCII,
)

COUNTS: Mapping[str, int] = {
    "": 1,
    **dict.fromkeys(("k", "thousand"), 10**3),
    **dict.fromkeys(("m", "million"), 10**6),
    **dict.fromkeys(("g", "bn", "billion"), 10**9),
    "t": 10**12,
}
BYTES: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys(("b", "byte", "bytes"), (1,)),
    **{f"{prefix}b": (1000**n, 1024**n) for n, prefix in enumerate("kmgt", 1)},
    **{f"{prefix}ib": (1024**n,) for n, prefix in enumerate("kmgt", 1)},
}
"""What a unit may stand for, the likeliest first: with MB many mean 1,048,576 bytes."""


class Fit(Enum):
    """How a count comes to a number that is quoted, the better ones first."""

    EXACT = "exactly"
    ROUNDED = "rounded"
    CUT = "cut to its digits"


@record
class Quoted:
    """A number that is quoted.

    Attributes:
        text: As it was written.
        value: What it comes to.
        step: How much one more in its last digit is; 0 for a number that is exact.
        is_of_bytes: Whether it counts bytes.
    """

    text: str
    value: Fraction
    step: Fraction
    is_of_bytes: bool = False

    @property
    def digits(self) -> int:
        """How many digits it has before those that were left out."""
        return len(str(self.value // self.step)) if self.step else len(str(int(self.value)))

    def fit(self, count: int) -> Fit | None:
        """Return how a count comes to it; None if it does not.

        >>> [quoted("61M")[0].fit(60_965_224), quoted("60M")[0].fit(60_965_224)]
        [<Fit.ROUNDED: 'rounded'>, <Fit.CUT: 'cut to its digits'>]
        """
        if count == self.value:
            return Fit.EXACT
        if not self.step:
            return None
        if abs(count - self.value) <= self.step / 2:
            return Fit.ROUNDED
        return Fit.CUT if self.value < count < self.value + self.step else None


def quoted(text: str) -> list[Quoted]:
    """Return what a number may be, the likeliest first.

    Digits after the point, or a unit, say that it was rounded; so do zeros at its end, perhaps.

    Raises:
        UsageError: It is no number, or not one of whole things.

    >>> [(int(number.value), int(number.step)) for number in quoted("30.94G")]
    [(30940000000, 10000000)]
    >>> [int(number.value) for number in quoted("232.6 MB")]
    [232600000, 243898777]
    """
    found = FORM.fullmatch(text.strip().casefold())
    unit = found["unit"] if found else ""
    is_of_bytes = unit in BYTES
    if found is None or not (is_of_bytes or unit in COUNTS):
        raise UsageError(
            f"{shown(text)} is not a number", hint="write 724406816, 724.4M or 232.6MB"
        ).within("value")
    digits, part = re.sub(r"\D", "", found["whole"]), found["part"] or ""
    scales = BYTES[unit] if is_of_bytes else (COUNTS[unit],)
    last = Fraction(1, 10 ** len(part))
    numbers = []
    for scale in scales:
        value = int(digits + part) * last * scale
        step = last * scale
        if step == 1:
            zeros = len(digits) - len(digits.rstrip("0"))
            step = Fraction(10**zeros if zeros > 1 else 0)
        if value <= 0 or (step and step < 1):
            raise UsageError(
                f"{shown(text)} is not a whole number",
                hint="write 724406816, 724.4M or 232.6MB",
            ).within("value")
        numbers.append(Quoted(text.strip(), value, step, is_of_bytes))
    return numbers
