"""What stands in a cell, and whether it says what an answer says: to its digits, in any order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from math import prod

from archstat.homework.answers.truth import Answer
from archstat.homework.cells.numerals import IN_TEXT
from archstat.homework.cells.shapes import Dims, shapes
from archstat.homework.cells.sums import Sum, sums
from archstat.homework.cells.values import WrittenNumber, is_blank, numbers
from archstat.layers.base import Shape

OF_FLOATS = Fraction(1, 10**12)
"""How far programs are off that print a share with all of its digits."""

_MENTIONED = re.compile(rf"(?<![\w.,]){IN_TEXT}(?: ?[x×] ?[0-9]+)*(?: ?[kKMGB]\b)?")


@dataclass(frozen=True)
class WrittenCell:
    """What stands in a cell, or in a part of it.

    Attributes:
        scale: What the column's title says that a 1 in it stands for.
        unit: The unit of memory that the title states.
        batch: The size of the batch that its shapes begin with; 0 if with none that is known.
    """

    text: str
    scale: Fraction = Fraction(1)
    unit: str = ""
    batch: int = 0

    def __hash__(self) -> int:
        """Return what is quick to work out."""
        return hash(self.text)

    @cached_property
    def numbers(self) -> tuple[WrittenNumber, ...]:
        """Every reading of the number that it states."""
        return numbers(self.text, scale=self.scale, unit=self.unit)

    @cached_property
    def counts(self) -> tuple[WrittenNumber, ...]:
        """The same, where a number is asked for: a calculation alone states its result."""
        if self.numbers or self.sum is None or self.sum.stated is not None:
            return self.numbers
        return (WrittenNumber(self.sum.value),)

    @cached_property
    def shapes(self) -> tuple[Dims, ...]:
        """Every reading of the shape that it states."""
        found = shapes(self.text)
        if not self.batch:
            return found
        return tuple(
            replace(dims, sizes=dims.sizes[1:], has_batch=True)
            if dims.sizes[:1] == (self.batch,) and len(dims.sizes) > 1 and not dims.has_batch
            else dims
            for dims in found
        )

    @cached_property
    def mentioned(self) -> WrittenCell | None:
        """The one amount or shape that it mentions within words."""
        found = {one[0] for one in _MENTIONED.finditer(self.text)}
        is_in_words = len(found) == 1 and any(map(str.isalpha, self.text))
        return replace(self, text=found.pop()) if is_in_words else None

    @cached_property
    def sum(self) -> Sum | None:
        """The calculation that it shows."""
        return sums(self.text)

    @cached_property
    def is_blank(self) -> bool:
        """Whether it says nothing: it is empty, a dash, a question mark."""
        return is_blank(self.text)


def is_near(value: Answer, answer: Answer) -> bool:
    """Return whether a value may well be meant for an answer that it is not: no twice as large."""
    if isinstance(value, tuple) and isinstance(answer, tuple) and len(value) > len(answer):
        return False  # a shape of something else
    large = max(value, default=0) if isinstance(value, tuple) else value
    true = max(answer, default=0) if isinstance(answer, tuple) else answer
    if not isinstance(large, (int, Fraction)) or not isinstance(true, (int, Fraction)):
        return False
    return 0 < true < 2 * large and large < 2 * true


@lru_cache(maxsize=10_000)  # the sheets of a class say much the same
def written(
    text: str, scale: Fraction = Fraction(1), unit: str = "", batch: int = 0
) -> WrittenCell:
    """Return what stands in a cell, read once."""
    return WrittenCell(text, scale, unit, batch)


def says_number(written: WrittenCell, answer: Answer) -> bool:
    """Return whether a cell states a number, to the digits that it writes."""
    if not isinstance(answer, (int, Fraction)):
        return False
    if not written.counts and written.mentioned is not None:
        written = written.mentioned
    return any(number.agrees(answer) for number in written.counts)


def reads_number(written: WrittenCell) -> Answer:
    """Return the number that a cell states."""
    if not written.counts:
        return None
    value = written.counts[0].value
    return int(value) if value.denominator == 1 else value


def says_bytes(written: WrittenCell, answer: Answer) -> bool:
    """Return whether a cell states a number of bytes, and not only the product of some sizes."""
    return bool(written.numbers) and says_number(written, answer)


def reads_bytes(written: WrittenCell) -> Answer:
    """Return the number of bytes that a cell states, likewise."""
    return reads_number(written) if written.numbers else None


def says_share(written: WrittenCell, answer: Answer) -> bool:
    """Return whether a cell states a share in percent, or as a part of one."""
    if not isinstance(answer, (int, Fraction)):
        return False
    found = _percent(written)
    if "<" in written.text:
        return any(0 < answer < one.value for one in found)
    return any(
        abs(one.value - share) <= max((one.step or Fraction(1)) / 2, share * OF_FLOATS)
        for one in found
        for share in (Fraction(answer), Fraction(answer) / 100)
    )


def reads_share(written: WrittenCell) -> Answer:
    """Return the share that a cell states, in percent."""
    return next((one.value for one in _percent(written)), None)


def _percent(written: WrittenCell) -> tuple[WrittenNumber, ...]:
    return numbers(re.sub("[%<]", " ", written.text))


def says_map(written: WrittenCell, answer: Answer) -> bool:
    """Return whether a cell states a map, channels first or last, or the sides of one alone."""
    if not written.shapes and written.mentioned is not None:
        written = written.mentioned
    return isinstance(answer, tuple) and any(_is_map(dims, answer) for dims in written.shapes)


def _is_map(dims: Dims, shape: Shape) -> bool:
    if not shape:
        return False
    channels, *sides = shape
    sizes = dims.sizes
    if dims.channels is not None:
        if not sizes and len(sides) == 1:
            return dims.channels in shape  # features of every token, which come last
        is_side = not sizes or _core(sizes) in {_core(sides), _core(sides[::-1])}
        return dims.channels == channels and is_side
    if _core(sizes) in {_core(shape), _core((*sides, channels)), _core((*sides[::-1], channels))}:
        return True
    if not sides:  # one place of a vector: 1×1; or the product that it is
        return sizes == (1, 1) or (len(sizes) > 1 and prod(sizes) == channels)
    return sizes in {tuple(sides), tuple(sides[::-1]), tuple(set(sides)), (prod(shape),)}


def says_sizes(written: WrittenCell, answer: Answer) -> bool:
    """Return whether a cell states sizes, in whatever order."""
    return isinstance(answer, tuple) and any(
        sorted(_core(dims.sizes)) == sorted(_core(answer)) for dims in written.shapes
    )


def _core(sizes: Sequence[int]) -> Shape:
    """Return sizes without axes of one: 1×1×2048, 2048×1 and 2048 are the same."""
    return tuple(size for size in sizes if size != 1)


def map_of(dims: Dims, like: Shape) -> Shape | None:
    """Return the shape, channels first, that a cell states of a layer that returns one like `like`.

    >>> map_of(Dims((54, 54, 96)), (96, 55, 55))
    (96, 54, 54)
    """
    channels, *sides = like
    if dims.channels is not None:
        return (dims.channels, *dims.sizes)
    sizes = _core(dims.sizes) if not sides else dims.sizes
    if len(sizes) == len(like):
        first, last = sizes[0] == channels, sizes[-1] == channels
        is_first = (first and not last) or (len(sides) > 1 and sizes[0] != sizes[1] == sizes[-1])
        return tuple(sizes) if is_first else (sizes[-1], *sizes[:-1])
    if len(sizes) == len(sides):
        return (channels, *sizes)
    return (channels, *(sizes * len(sides))) if len(sizes) == 1 and sides else None


def reads_shape(written: WrittenCell) -> Answer:
    """Return the sizes that a cell states, in its own order."""
    return written.shapes[0].sizes if written.shapes else None


def says_per_axis(written: WrittenCell, answer: Answer) -> bool:
    """Return whether a cell states a number for every axis, once where they are the same."""
    if isinstance(answer, str):
        return answer in written.text.casefold()
    if not isinstance(answer, tuple) or not answer:
        return False
    if len(set(answer)) == 1 and any(number.agrees(answer[0]) for number in written.counts):
        return True
    return any(dims.sizes == answer and dims.channels is None for dims in written.shapes)


def says_padding(written: WrittenCell, answer: Answer) -> bool:
    """Return whether a cell states a padding, for every axis or for each of its ends: 0 1 0 1."""
    if says_per_axis(written, answer) or not isinstance(answer, tuple):
        return says_per_axis(written, answer)
    ends = [dims.sizes for dims in written.shapes if len(dims.sizes) == 2 * len(answer)]
    return any(
        all(sum(one[2 * at : 2 * at + 2]) // 2 == size for at, size in enumerate(answer))
        for one in ends
    )


def reads_per_axis(written: WrittenCell) -> Answer:
    """Return the numbers that a cell states, one where it states one for all axes."""
    numbers = written.numbers or (() if written.shapes else written.counts)
    if numbers and numbers[0].value.denominator == 1:
        return (int(numbers[0].value),)
    return written.shapes[0].sizes if written.shapes else None


def says_kernel(written: WrittenCell, answer: Answer) -> bool:
    """Return whether a cell states a kernel's sizes; a depth beside them is not asked here."""
    if says_per_axis(written, answer):
        return True
    if not isinstance(answer, tuple):
        return False
    return any(dims.sizes[: len(answer)] == answer for dims in written.shapes)
