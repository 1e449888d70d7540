"""A calculation in which one number is not that of its layer: 256·(5·5·48 + 1) for 96 channels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archstat.homework.answers.quantities import WrittenCell
from archstat.homework.answers.truth import Answer, Answers
from archstat.homework.cells.arithmetic import worked_out
from archstat.homework.mistakes.slips import PossibleSlip

OF_LAYER = ("kernel_size", "filters", "filter_depth", "in_channels", "feature_map", "in_shape")
"""What the numbers of a calculation are taken from."""

SMALLEST = 1_000
"""Results that chance hardly gives with another number in a calculation."""

MOST_NUMBERS = 12

_NUMBER = re.compile(r"(?<![\d.,])\d[\d,]*(?![\d.])")


def wrong_factors(written: WrittenCell, answer: Answer, layer: Answers) -> Iterator[PossibleSlip]:
    """Yield that one number of the calculation that a cell shows is not that of its layer.

    Args:
        written: The cell.
        answer: What is true.
        layer: What is true of the layer.
    """
    shown = written.sum
    if shown is None or not isinstance(answer, int) or answer < SMALLEST:
        return
    if shown.stated is not None and not shown.stated.agrees(shown.value):
        return
    usual = {size for key in OF_LAYER for size in _sizes(layer.get(key))}
    numbers = list(_NUMBER.finditer(shown.terms))[:MOST_NUMBERS]
    wrong = {
        number[0]
        for number in numbers
        if usual & {*_instead(shown.terms, number, answer)}
        and int(number[0].replace(",", "")) not in usual
    }
    if len(wrong) == 1:
        words = f"{wrong.pop()} in the calculation is not the number of this layer"
        hint = "which sizes and channels of the layer belong into the calculation?"
        yield PossibleSlip("wrong-factor", words, hint, len(numbers) * len(usual))


def _sizes(value: Answer) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, int) else ()


def _instead(terms: str, number: re.Match[str], answer: int) -> Iterator[int]:
    """Yield what one number of a calculation must be for it to be right; it counts once in it."""
    before, behind = terms[: number.start()], terms[number.end() :]
    none, one, two = (worked_out(f"{before}{size}{behind}") for size in range(3))
    if none is None or one is None or two is None or two - one != one - none or one == none:
        return
    instead = (answer - none) / (one - none)
    if instead.denominator == 1 and instead > 0:
        yield int(instead)
