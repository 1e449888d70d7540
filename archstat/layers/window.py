"""Which input units an output unit reads, along one axis: all that a receptive field needs.

A window is periodic: `outputs` output units further, it reads `inputs` input units further. Units
are numbered from 0 and may lie outside of the map: there the layer reads padding.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from math import floor, gcd, prod

from archstat.record import record


class Window(ABC):
    """The part of one axis that each output unit reads."""

    @property
    @abstractmethod
    def period(self) -> tuple[int, int]:
        """How many output units further the window has moved by how many input units."""

    @abstractmethod
    def taps(self, unit: int) -> Sequence[int]:
        """Return the input units that output unit `unit` reads, in ascending order."""


@record
class Sliding(Window):
    """A kernel that slides: convolution and pooling.

    Output unit u reads the input units u·stride − padding + dilation·(0 … kernel_size − 1).

    >>> list(Sliding(kernel_size=3, stride=2, padding=1).taps(0))
    [-1, 0, 1]
    """

    kernel_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def period(self) -> tuple[int, int]:
        """See `Window.period`."""
        return 1, self.stride

    def taps(self, unit: int) -> range:
        """See `Window.taps`."""
        first = unit * self.stride - self.padding
        return range(first, first + self.dilation * self.kernel_size, self.dilation)


@record
class Spreading(Window):
    """A kernel that spreads each input unit over the output: transposed convolution.

    Input unit i is written to the outputs i·stride − padding + dilation·(0 … kernel_size − 1), so
    an output reads every input that reaches it: different ones, and differently many, by its place
    between two strides; none at all where the stride is larger than the kernel.

    >>> [list(Spreading(kernel_size=3, stride=2, padding=1).taps(unit)) for unit in range(3)]
    [[0], [0, 1], [1]]
    """

    kernel_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def period(self) -> tuple[int, int]:
        """See `Window.period`."""
        return self.stride, 1

    def taps(self, unit: int) -> range:
        """See `Window.taps`."""
        place, common = unit + self.padding, gcd(self.dilation, self.stride)
        if place % common:
            return range(0)
        # of the kernel, each so many-th weight falls on an input: k with place = dilation·k, modulo
        # the stride
        step, turn = self.dilation // common, self.stride // common
        first = place // common * pow(step, -1, turn) % turn
        if first >= self.kernel_size:
            return range(0)
        last = first + (self.kernel_size - 1 - first) // turn * turn
        least, most = ((place - self.dilation * k) // self.stride for k in (last, first))
        return range(least, most + 1, step)


@record
class Adaptive(Window):
    """An axis that is cut into parts as equal as possible: adaptive pooling.

    Output unit u reads the input units from ⌊u·in/out⌋ to ⌈(u + 1)·in/out⌉ − 1.
    Source: torch.nn.AdaptiveAvgPool2d (its implementation; the documentation states no rule).

    >>> [list(Adaptive(in_size=7, out_size=3).taps(unit)) for unit in range(3)]
    [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    """

    in_size: int
    out_size: int

    @property
    def period(self) -> tuple[int, int]:
        """See `Window.period`."""
        common = gcd(self.in_size, self.out_size)
        return self.out_size // common, self.in_size // common

    def taps(self, unit: int) -> range:
        """See `Window.taps`."""
        first = unit * self.in_size // self.out_size
        return range(first, -(-(unit + 1) * self.in_size // self.out_size))


def adaptive_window(in_size: int, out_size: int) -> Window:
    """Return the window of adaptive pooling; of global pooling, one as large as its input.

    >>> adaptive_window(7, 1)
    Sliding(kernel_size=7, stride=1, padding=0, dilation=1)
    """
    return Sliding(in_size) if out_size == 1 else Adaptive(in_size, out_size)


@record
class Resized(Window):
    """An axis that is stretched or shrunk: interpolation.

    Output unit u lies at u·scale + shift between the input units. It reads the one before, or
    `radius` on either side: 1 for linear interpolation, 2 for cubic. Where it lies on a unit, it
    reads that one alone: the weights of the others are 0.
    Source: torch.nn.functional.interpolate (its implementation).

    >>> [list(Resized(Fraction(1, 2)).taps(unit)) for unit in range(4)]
    [[0], [0], [1], [1]]
    >>> list(Resized(Fraction(1, 2), shift=Fraction(-1, 4), radius=1).taps(1))
    [0, 1]
    """

    scale: Fraction
    shift: Fraction = Fraction(0)
    radius: int = 0

    @property
    def period(self) -> tuple[int, int]:
        """See `Window.period`."""
        return self.scale.denominator, self.scale.numerator

    def taps(self, unit: int) -> range:
        """See `Window.taps`."""
        place = unit * self.scale + self.shift
        before = floor(place)
        if not self.radius or place == before:
            return range(before, before + 1)
        return range(before - self.radius + 1, before + self.radius + 1)


def resized_window(
    before: int, after: int, radius: int, *, scale: Fraction | None = None, is_centred: bool = True
) -> Window:
    """Return the window of interpolation from so many units to so many.

    Args:
        before: The units before.
        after: The units behind.
        radius: How far it looks, see `Resized`.
        scale: The units before for each behind, where it is stated and not their quotient.
        is_centred: Whether the middles of units are laid over each other, or their starts.
    """
    if before == 1:
        return ONE_FOR_ALL
    scale = scale or Fraction(before, after)
    if not is_centred:
        return Resized(scale)
    return Resized(scale, (scale - 1 if radius else scale) / 2, radius)


def window_between_corners(before: int, after: int, radius: int) -> Window:
    """Return the window of interpolation whose first and last units lie on those before."""
    if before == 1:
        return ONE_FOR_ALL
    return Resized(Fraction(before - 1, max(1, after - 1)), radius=radius)


@record
class Rolled(Window):
    """An axis of `size` units that is moved along by `shift`; what leaves at the end comes first.

    >>> [list(Rolled(size=5, shift=2).taps(unit)) for unit in range(3)]
    [[3], [4], [0]]
    """

    size: int
    shift: int

    @property
    def period(self) -> tuple[int, int]:
        """See `Window.period`."""
        return self.size, self.size

    def taps(self, unit: int) -> range:
        """See `Window.taps`."""
        turn, place = divmod(unit, self.size)
        only = turn * self.size + (place - self.shift) % self.size
        return range(only, only + 1)


@record
class Digits(Window):
    """Units that are numbered by several digits, as reshaping an axis numbers them.

    Output unit u, written in digits of these sizes, the first as large as it needs to be, reads
    the sum of its digits, each times its step, and `count` units from there on, `apart` apart.

    >>> [list(Digits(sizes=(4, 2), steps=(1, 0)).taps(unit)) for unit in range(4)]
    [[0], [0], [1], [1]]
    """

    sizes: tuple[int, ...]
    steps: tuple[int, ...]
    count: int = 1
    apart: int = 1

    @property
    def period(self) -> tuple[int, int]:
        """See `Window.period`."""
        return prod(self.sizes[1:]), self.steps[0]

    def taps(self, unit: int) -> range:
        """See `Window.taps`."""
        first = 0
        for size, step in reversed([*zip(self.sizes[1:], self.steps[1:], strict=True)]):
            unit, digit = divmod(unit, size)
            first += digit * step
        first += unit * self.steps[0]
        return range(first, first + self.count * self.apart, self.apart)


ONE_FOR_ALL = Digits((1,), (0,))
"""All units read the only one that there is."""
