"""Slips of the pen: what can go wrong with one cell after its number was worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from archstat.homework.answers.quantities import Quantity, WrittenCell
from archstat.homework.answers.truth import Answer

FACTORS: Mapping[str, Fraction] = {
    "a thousand times too large": Fraction(1000),
    "a thousand times too small": Fraction(1, 1000),
    "a million times too large": Fraction(10**6),
    "a million times too small": Fraction(1, 10**6),
    "ten times too large": Fraction(10),
    "ten times too small": Fraction(1, 10),
    "1,024 times too large": Fraction(1024),
    "1,024 times too small": Fraction(1, 1024),
}
SMALLEST_PART = 500  # of a sum that chance seldom misses by just as much
SHORTEST = 3  # of numbers in which a wrong digit is seen: 27 and 28 are two numbers
SHORTEST_SIZE = 2  # likewise, of the sizes of a shape whose other sizes are right


@dataclass(frozen=True)
class PossibleSlip:
    """What somebody may have done with a right number.

    Attributes:
        words: What was done, without the right number.
    """

    key: str
    words: str
    hint: str


def slip(  # noqa: C901, PLR0911  one for each slip
    quantity: Quantity, written: WrittenCell, answer: Answer, others: Mapping[str, Answer]
) -> PossibleSlip | None:
    """Return what explains a cell that no mistake of thought explains.

    Args:
        quantity: What the cell is asked for.
        written: What it says.
        answer: What is true.
        others: What is true of the other layers of the same family, by what their rows are called.
    """
    shown = written.sum
    is_stated = shown is not None and shown.stated is not None and shown.stated.value != shown.value
    if shown is not None and is_stated and quantity.agrees(WrittenCell(str(shown.value)), answer):
        return PossibleSlip(
            "arithmetic",
            f"the calculation is right, its result is not: {shown.terms} is another number",
            "work the calculation out again",
        )
    is_size = not quantity.is_telling and not quantity.is_setting
    if is_size and off_by_one(quantity.reads(written), answer):
        return PossibleSlip("off-by-one", "it is off by one", "work it out again, step by step")
    for name, other in others.items():
        if other and other != answer and quantity.agrees(written, other):
            return PossibleSlip(
                "copied",
                f"this belongs in the row of {name}",
                "compare the two rows",
            )
    if _is_cut_off(written, answer):
        return PossibleSlip(
            "truncated", "its digits are cut off, not rounded", "round to the nearest digit"
        )
    for digits, true in _pairs(written, answer):
        if words := _edit(digits, true):
            return PossibleSlip("digit", words, "compare digit by digit")
    if isinstance(answer, int) and answer:
        for words, factor in FACTORS.items():
            if any(number.agrees(answer * factor) for number in written.numbers):
                return PossibleSlip("unit", f"it is {words}", "look at the unit")
    return None


def _is_cut_off(written: WrittenCell, answer: Answer) -> bool:
    """Return whether a rounded number is the next lower one: 650K for 659,272."""
    return isinstance(answer, int) and any(
        number.value < answer < number.value + (number.coarse or number.step)
        for number in written.numbers
        if number.step is not None
    )


def sum_slip(value: Answer, answer: Answer, parts: Mapping[str, Answer], size: int) -> str | None:
    """Return what may have been done with a sum that is none: added too much, or too little.

    Args:
        value: What is written.
        answer: What is true.
        parts: What the layers add to it, and what those of a kind do.
        size: How many numbers the network's input has.
    """
    if not isinstance(value, int) or not isinstance(answer, int):
        return None
    if value - answer == size:
        return "input-counted"
    missing = {part for part in parts.values() if isinstance(part, int) and part >= SMALLEST_PART}
    return "layers-left-out" if answer - value in missing else None


SUM_SLIPS: Mapping[str, tuple[str, str]] = {
    "input-counted": ("the input is counted, too", "add up what the layers have"),
    "layers-left-out": ("some layers are left out of the sum", "is every layer in the sum?"),
}
"""What may have been done with a sum, in words, and what leads to the right way."""


def off_by_one(value: Answer, answer: Answer) -> bool:
    """Return whether a number, or one size of several that are equal, is one off.

    >>> off_by_one((98,), (99, 99)), off_by_one((98,), (97, 99))
    (True, False)
    """
    if isinstance(value, tuple) and isinstance(answer, tuple):
        sizes, true = set(value), set(answer)
        return len(sizes) == len(true) == 1 and abs(sizes.pop() - true.pop()) == 1
    if isinstance(value, int) and isinstance(answer, int):
        return abs(value - answer) == 1
    return False


def _pairs(written: WrittenCell, answer: Answer) -> list[tuple[str, str]]:
    """Return the digits of what is written beside those of what is true, where they can be held."""
    if isinstance(answer, int):
        pairs = [(str(number.value), str(answer)) for number in written.numbers]
        return [pair for pair in pairs if min(map(len, pair)) >= SHORTEST]
    if not isinstance(answer, tuple):
        return []
    for order in (answer, (*answer[1:], *answer[:1])):
        for dims in written.shapes:
            if len(dims.sizes) != len(order):
                continue
            wrong = [(str(a), str(b)) for a, b in zip(dims.sizes, order, strict=True) if a != b]
            if len(wrong) == 1 and len(order) > 1 and min(map(len, wrong[0])) >= SHORTEST_SIZE:
                return wrong
    return []


def _edit(one: str, other: str) -> str | None:
    """Return which single edit leads from one number to another, if one does.

    >>> _edit("37352832", "37752832"), _edit("112", "121"), _edit("27", "13")
    ('one digit is wrong', 'two neighbouring digits are swapped', None)
    """
    pairs = enumerate(zip(one, other, strict=False))
    start = next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
    rest, true = one[start:], other[start:]
    if len(rest) == len(true) + 1 and rest[1:] == true:
        return "one digit is too many"
    if len(rest) + 1 == len(true) and rest == true[1:]:
        return "one digit is missing"
    if len(rest) != len(true) or not rest:
        return None
    if rest[1:] == true[1:]:
        return "one digit is wrong"
    is_swapped = rest[:2] == true[1::-1] and rest[2:] == true[2:]
    return "two neighbouring digits are swapped" if is_swapped else None
