"""Slips of the pen: what can go wrong with one cell after its number was worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from archstat.homework.answers.quantities import OF_MAPS, Quantity, WrittenCell, map_of
from archstat.homework.answers.truth import Answer
from archstat.layers.base import Shape

IN_KIBI = Fraction(1000, 1024)
"""What a number of thousands is, where a K stands for 1,024."""

FACTORS: Mapping[str, Fraction] = {
    "a thousand times too large": Fraction(1000),
    "a thousand times too small": Fraction(1, 1000),
    "a million times too large": Fraction(10**6),
    "a million times too small": Fraction(1, 10**6),
    "ten times too large": Fraction(10),
    "ten times too small": Fraction(1, 10),
    "1,024 times too large": Fraction(1024),
    "1,024 times too small": Fraction(1, 1024),
    "told in units of 1,024": IN_KIBI,
}
DIGITS = 9  # that one may be instead
EDITS_OF_A_DIGIT = 20  # another digit, a digit more before it, none, or the next one first
_USUAL = tuple(FACTORS)[:4]

USUAL_SIDES = (224, 227, 256, 299, 32, 28)
"""The sides of images that courses and papers use."""

SMALLEST_PART = 500  # of a sum that chance seldom misses by just as much
FEWEST_DIGITS = 4  # of a sum that lacks a part; rounded, it lacks some part or other
WITH_NOUGHTS = 4  # of four numbers like 650K, one stands for 659,872
USUAL_UNITS = 4  # of three wrong units, two are a thousand or a million off
OF_OPTIMIZER: Mapping[int, range] = {0: range(2, 3), 1: range(2, 3), 2: range(1, 7)}
"""Numbers that Keras's optimizers keep beside none, one or two for each that learns: its rate, how
often it was used, and the like."""

SHORTEST = 3  # of numbers in which a wrong digit is seen: 27 and 28 are two numbers
SHORTEST_SIZE = 2  # likewise, of the sizes of a shape whose other sizes are right


@dataclass(frozen=True)
class PossibleSlip:
    """What somebody may have done with a right number.

    Attributes:
        words: What was done, without the right number.
        ways: How many wrong numbers it can yield.
    """

    key: str
    words: str
    hint: str
    ways: int = 1


def slips(quantity: Quantity, written: WrittenCell, answer: Answer) -> Iterator[PossibleSlip]:
    """Yield what may explain a cell that no mistake of thought explains.

    Args:
        quantity: What the cell is asked for.
        written: What it says.
        answer: What is true.
    """
    is_size = not quantity.is_telling and not quantity.is_setting
    if is_size and any(
        off_by_one(value, true) for value, true in _sizes(quantity, written, answer)
    ):
        yield PossibleSlip("off-by-one", "it is off by one", "work it out again, step by step", 2)
    if ways := _is_cut_off(written, answer):
        done = "its digits are cut off, not rounded"
        yield PossibleSlip("truncated", done, "round to the nearest digit", ways)
    for digits, true in _pairs(written, answer):
        if words := _edit(digits, true):
            ways = EDITS_OF_A_DIGIT * len(true) * len(_pairs(written, answer))
            yield PossibleSlip("digit", words, "compare digit by digit", ways)
            break
    if isinstance(answer, int) and answer:
        for words, factor in FACTORS.items():
            is_possible = factor != IN_KIBI or "k" in written.text.casefold()
            if is_possible and any(one.agrees(answer * factor) for one in written.numbers):
                ways = USUAL_UNITS if words in _USUAL else len(FACTORS)
                yield PossibleSlip("unit", f"it is {words}", "look at the unit", ways)


def miscalculated(
    quantity: Quantity,
    written: WrittenCell,
    answers: Collection[Answer],
    beside: Collection[WrittenCell] = (),
) -> PossibleSlip | None:
    """Return that a calculation beside a wrong result is right, if it is: this leaves no doubt.

    Args:
        quantity: What the cell is asked for.
        written: What it says.
        answers: What is right there.
        beside: Other cells of its row.
    """
    own = written.sum
    shown = [] if own is None or own.stated is None or own.stated.value == own.value else [own]
    shown += [one.sum for one in beside if one.sum is not None and one.sum.stated is None]
    for one in shown:
        result = WrittenCell(str(one.value))
        if any(quantity.agrees(result, answer) for answer in answers):
            words = f"the calculation is right, its result is not: {one.terms} is another number"
            return PossibleSlip("arithmetic", words, "work the calculation out again")
    return None


def _is_cut_off(written: WrittenCell, answer: Answer) -> int:
    """Return in how many ways a rounded number is the next lower one, as 659K is for 659,872.

    Noughts in front of a unit stand for digits that were cut off less often; 0 if it is none.
    """
    if isinstance(answer, int):
        for number in written.numbers:
            if number.step is not None and number.value < answer:
                if answer < number.value + number.step:
                    return 1
                if number.coarse is not None and answer < number.value + number.coarse:
                    return WITH_NOUGHTS
    return 0


def added_up(answer: Answer) -> PossibleSlip:
    """Return that somebody added wrongly, which mostly shows in one digit."""
    ways = DIGITS * len(str(answer))
    return PossibleSlip(
        "arithmetic", "the rows do not add up to this", "add the rows up again", ways
    )


def slips_of_sum(
    quantity: Quantity, written: WrittenCell, answer: int, parts: Collection[Answer]
) -> Iterator[PossibleSlip]:
    """Yield what may have been done with a sum that is none: added too much, or too little.

    Args:
        quantity: What is added up.
        written: What is written.
        answer: What is true.
        parts: What layers, and all layers of a kind, add to it.
    """
    value = quantity.reads(written)
    if not isinstance(value, int) or len(str(value).rstrip("0")) < FEWEST_DIGITS:
        return
    found = {part for part in parts if isinstance(part, int) and SMALLEST_PART <= part < answer}
    if answer - value in found:
        yield PossibleSlip(
            "layers-left-out",
            "some layers are left out of the sum",
            "is every layer in the sum?",
            len(found),
        )
    if value - answer in found:
        yield PossibleSlip(
            "layer-twice", "a layer is added twice", "is every layer in the sum once?", len(found)
        )


def slips_of_total(
    value: int, wholes: Collection[Answer], parts: Collection[Answer], input_shape: Shape
) -> Iterator[PossibleSlip]:
    """Yield what may be counted in a total beside the network's layers.

    Args:
        value: What is written.
        wholes: What is true, under each rule by which somebody may count.
        parts: What the layers add to it.
        input_shape: The shape of the network's input; somebody may take it to be another.
    """
    channels, *sides = input_shape
    inputs = {prod(input_shape), *(channels * side ** len(sides) for side in USUAL_SIDES)}
    known = {whole for whole in wholes if isinstance(whole, int)}
    if inputs & {value - whole for whole in known}:
        yield PossibleSlip(
            "input-counted", "the input is counted, too", "add up what the layers have"
        )
    kept = {0} | {
        part for part in parts if isinstance(part, int)
    }  # as they are: they learn nothing
    if any(
        value - whole - times * (whole - part) in OF_OPTIMIZER[times]
        for whole in known
        for part in kept
        for times in OF_OPTIMIZER
    ):
        yield PossibleSlip(
            "optimizer-counted",
            "the numbers that the optimizer keeps are counted, too",
            "which of these numbers does the network compute with?",
        )


def _sizes(
    quantity: Quantity, written: WrittenCell, answer: Answer
) -> Iterator[tuple[Answer, Answer]]:
    """Yield what a cell says beside what is true; of a map that has its channels, the sides."""
    if quantity.key not in OF_MAPS or not isinstance(answer, tuple) or len(answer) == 1:
        yield quantity.reads(written), answer
        return
    for dims in written.shapes:
        shape = map_of(dims, answer)
        if shape is not None and shape[0] == answer[0]:
            yield shape[1:], answer[1:]


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
            shortest = SHORTEST_SIZE if len(order) > 1 else SHORTEST
            if len(wrong) == 1 and min(map(len, wrong[0])) >= shortest:
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
