"""Which input units an output unit reads, along one axis: all that a receptive field needs.

A window is periodic: `outputs` output units further, it reads `inputs` input units further. Units
are numbered from 0 and may lie outside of the map: there the layer reads padding.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import gcd
from typing import TypeAlias


class Window(ABC):
    """The part of one axis that each output unit reads."""

    @property
    @abstractmethod
    def period(self) -> tuple[int, int]:
        """How many output units further the window has moved by how many input units."""

    @abstractmethod
    def taps(self, unit: int) -> Sequence[int]:
        """Return the input units that output unit `unit` reads, in ascending order."""


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Spreading(Window):
    """A kernel that spreads each input unit over the output: transposed convolution.

    Input unit i is written to the outputs i·stride − padding + dilation·(0 … kernel_size − 1), so
    an output reads every input that reaches it: different ones, and differently many, by its place
    between two strides; none at all where the stride is larger than the kernel.

    >>> [Spreading(kernel_size=3, stride=2, padding=1).taps(unit) for unit in range(3)]
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

    def taps(self, unit: int) -> list[int]:
        """See `Window.taps`."""
        reached = (unit + self.padding - self.dilation * k for k in range(self.kernel_size))
        return sorted(place // self.stride for place in reached if place % self.stride == 0)


@dataclass(frozen=True)
class _Resize(Window):
    """An axis of `in_size` units that becomes one of `out_size`, each in its proportion."""

    in_size: int
    out_size: int

    @property
    def period(self) -> tuple[int, int]:
        """See `Window.period`."""
        common = gcd(self.in_size, self.out_size)
        return self.out_size // common, self.in_size // common


class Adaptive(_Resize):
    """An axis that is cut into parts as equal as possible: adaptive pooling.

    Output unit u reads the input units from ⌊u·in/out⌋ to ⌈(u + 1)·in/out⌉ − 1.
    Source: torch.nn.AdaptiveAvgPool2d (its implementation; the documentation states no rule).

    >>> [list(Adaptive(in_size=7, out_size=3).taps(unit)) for unit in range(3)]
    [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    """

    def taps(self, unit: int) -> range:
        """See `Window.taps`."""
        first = unit * self.in_size // self.out_size
        return range(first, -(-(unit + 1) * self.in_size // self.out_size))


class Nearest(_Resize):
    """An axis that is stretched or shrunk by repeating or skipping units: nearest upsampling.

    Output unit u reads the input unit ⌊u·in/out⌋. Source: torch.nn.Upsample, mode "nearest".

    >>> [Nearest(in_size=2, out_size=4).taps(unit)[0] for unit in range(4)]
    [0, 0, 1, 1]
    """

    def taps(self, unit: int) -> range:
        """See `Window.taps`."""
        only = unit * self.in_size // self.out_size
        return range(only, only + 1)


class Mixing(Enum):
    """How a layer moves information along the axes where no window describes it."""

    NONE = "each output unit reads the units at its own place"
    EVERYTHING = "each output unit reads the whole input, and has no place of its own"
    EVERYTHING_IN_PLACE = "each output unit has its place, and reads the whole input"
    SHAPE_ONLY = "the units are the same, in another shape"
    UNKNOWN = "the axes do not tell which of them are places"


Reach: TypeAlias = tuple[Window, ...] | Mixing
"""What one output unit reads: a window per spatial axis, or a word for all axes at once."""
