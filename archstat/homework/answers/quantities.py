"""The quantities that a homework table can ask for: what is true, and what a cell says of it.

A quantity has one reading that is ours, and others by which the same column is often filled in:
biases with the weights, two operations a multiply–accumulate, a receptive field that ends at the
border of the image. Each has a name, and is a rule, not a tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import TypeAlias

from archstat.analyses.conventions.convention import Convention
from archstat.analyses.conventions.registry import CONVENTIONS
from archstat.homework.answers.truth import Answer, Answers
from archstat.homework.cells.shapes import Dims, shapes
from archstat.homework.cells.sums import Sum, sums
from archstat.homework.cells.values import Number, is_blank, numbers
from archstat.layers.base import Shape


@dataclass(frozen=True)
class Written:
    """What stands in a cell, or in a part of it.

    Attributes:
        scale: What the column's title says that a 1 in it stands for.
        unit: The unit of memory that the title states.
    """

    text: str
    scale: Fraction = Fraction(1)
    unit: str = ""

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """Every reading of the number that it states."""
        return numbers(self.text, scale=self.scale, unit=self.unit)

    @cached_property
    def counts(self) -> tuple[Number, ...]:
        """The same, where a number is asked for: a calculation alone states its result."""
        if self.numbers or self.sum is None or self.sum.stated is not None:
            return self.numbers
        return (Number(self.sum.value),)

    @cached_property
    def shapes(self) -> tuple[Dims, ...]:
        """Every reading of the shape that it states."""
        return shapes(self.text)

    @cached_property
    def sum(self) -> Sum | None:
        """The calculation that it shows."""
        return sums(self.text)

    @cached_property
    def is_blank(self) -> bool:
        """Whether it says nothing."""
        return is_blank(self.text)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written, not even a dash."""
        return not self.text.strip()


Agrees: TypeAlias = Callable[[Written, Answer], bool]
Reads: TypeAlias = Callable[[Written], Answer]


@dataclass(frozen=True)
class Reading:
    """A rule by which a column is filled in.

    Attributes:
        name: Its name on the command line and in records.
        words: What it is, as it is told to people.
        answer: What it puts into a layer's row, from the true answers and the layer itself.
    """

    name: str
    words: str
    answer: Callable[[Answers, Layered], Answer]


@dataclass(frozen=True)
class Layered:
    """What a reading may look at beside the answers.

    Attributes:
        counts: What each convention counts in the layer.
        image: The sizes of the network's input.
    """

    counts: Callable[[Convention], int]
    image: Shape


@dataclass(frozen=True)
class Quantity:
    """What a column asks for.

    Attributes:
        key: The key of the account's answer, and of the table's column.
        title: Its name in sentences.
        agrees: Whether a cell says what an answer says.
        reads: The one value that a cell states, for what follows from it; None if it states none.
        readings: Other rules of filling it in.
        is_telling: Whether a wrong value seldom agrees with a mistake by chance: large numbers do
            not, small sizes do.
        is_setting: Whether it is given with the layer, and not worked out.
    """

    key: str
    title: str
    agrees: Agrees
    reads: Reads
    readings: tuple[Reading, ...] = ()
    is_telling: bool = False
    is_setting: bool = False


def _says_number(written: Written, answer: Answer) -> bool:
    if not isinstance(answer, (int, Fraction)):
        return False
    return any(number.agrees(answer) for number in written.counts)


def _reads_number(written: Written) -> Answer:
    if not written.counts:
        return None
    value = written.counts[0].value
    return int(value) if value.denominator == 1 else value


def _says_map(written: Written, answer: Answer) -> bool:
    """Return whether a cell states a map, channels first or last, or the sides of one alone."""
    return isinstance(answer, tuple) and any(_is_map(dims, answer) for dims in written.shapes)


def _is_map(dims: Dims, shape: Shape) -> bool:
    if not shape:
        return False
    channels, *sides = shape
    if dims.channels is not None:
        return dims.channels == channels and _core(dims.sizes) in {_core(sides), ()}
    if _core(dims.sizes) == _core(shape) or _core(dims.sizes) == _core((*sides, channels)):
        return True
    return bool(sides) and prod(sides) > 1 and dims.sizes in {tuple(sides), tuple(set(sides))}


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


def _reads_shape(written: Written) -> Answer:
    return written.shapes[0].sizes if written.shapes else None


def _says_per_axis(written: Written, answer: Answer) -> bool:
    """Return whether a cell states a number for every axis, once where they are the same."""
    if isinstance(answer, str):
        return answer in written.text.casefold()
    if not isinstance(answer, tuple) or not answer:
        return False
    if len(set(answer)) == 1 and any(number.agrees(answer[0]) for number in written.numbers):
        return True
    return any(dims.sizes == answer and dims.channels is None for dims in written.shapes)


def _reads_per_axis(written: Written) -> Answer:
    if written.numbers and written.numbers[0].value.denominator == 1:
        return (int(written.numbers[0].value),)
    return written.shapes[0].sizes if written.shapes else None


def _says_kernel(written: Written, answer: Answer) -> bool:
    """Return whether a cell states a kernel's sizes; a depth beside them is not asked here."""
    if _says_per_axis(written, answer):
        return True
    if not isinstance(answer, tuple):
        return False
    return any(dims.sizes[: len(answer)] == answer for dims in written.shapes)


def _answer(key: str) -> Callable[[Answers, Layered], Answer]:
    return lambda answers, _: answers.get(key)


def _every_output(answers: Answers, _: Layered) -> Answer:
    shape = answers["feature_map"]
    return prod(shape) if isinstance(shape, tuple) else None


def _clipped(answers: Answers, layered: Layered) -> Answer:
    field = answers.get("receptive_field")
    if not isinstance(field, tuple):
        return field
    return tuple(min(pair) for pair in zip(field, layered.image, strict=False))


def _counting(name: str, words: str) -> Reading:
    convention = CONVENTIONS[name]
    return Reading(name, words, lambda _, layered: layered.counts(convention))


_OPERATIONS = (
    _counting("flops", "two operations a multiply–accumulate"),
    _counting("macs+bias", "one operation more per output value, for its bias"),
    _counting("torchstat", "torchstat's Flops: biases of convolutions, norms, ReLUs and pools too"),
    _counting("torchstat-madd", "torchstat's MAdd: two a multiply–accumulate, norms and pools too"),
    _counting("textbook", "2k²C − 1 operations an output value"),
    _counting("torchinfo", "torchinfo's mult-adds: every parameter, times the output's positions"),
    _counting("fvcore", "fvcore's flops: norms and adaptive pools too"),
)


def _number(key: str, title: str, *readings: Reading, is_setting: bool = False) -> Quantity:
    return Quantity(
        key,
        title,
        _says_number,
        _reads_number,
        readings,
        is_telling=not is_setting,
        is_setting=is_setting,
    )


def _per_axis(key: str, title: str, *readings: Reading, is_setting: bool = False) -> Quantity:
    return Quantity(key, title, _says_per_axis, _reads_per_axis, readings, is_setting=is_setting)


_ALL = (
    _number("filters", "number of filters", is_setting=True),
    _number("filter_depth", "filter depth", is_setting=True),
    Quantity("kernel_size", "kernel size", _says_kernel, _reads_per_axis, is_setting=True),
    _per_axis("stride", "stride", is_setting=True),
    _per_axis("padding", "padding", is_setting=True),
    _per_axis("dilation", "dilation", is_setting=True),
    _number("groups", "groups", is_setting=True),
    Quantity("in_shape", "input", _says_map, _reads_shape),
    Quantity("feature_map", "feature map", _says_map, _reads_shape),
    _number("weights", "weights", Reading("with-biases", "biases included", _answer("params"))),
    _number("biases", "biases"),
    _number("params", "parameters", Reading("weights-only", "without biases", _answer("weights"))),
    _number("neurons", "neurons", Reading("every-output", "every layer's outputs", _every_output)),
    _number("macs", "MACs", *_OPERATIONS),
    _number(
        "flops",
        "FLOPs",
        Reading("macs", "one operation a multiply–accumulate", _answer("macs")),
        *_OPERATIONS[1:],
    ),
    _number("activation_bytes", "activation bytes"),
    _number("param_bytes", "parameter bytes"),
    _per_axis(
        "receptive_field",
        "receptive field",
        Reading("clipped", "clipped to the image", _clipped),
    ),
    _per_axis("effective_stride", "effective stride"),
    _per_axis("effective_padding", "effective padding"),
)

QUANTITIES: Mapping[str, Quantity] = {quantity.key: quantity for quantity in _ALL}
"""Every quantity by its key."""
