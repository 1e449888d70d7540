"""Fourier transforms, counted by a convention: the fast transform that halves its length.

A complex transform of n values, n a power of 2, has log₂ n stages of n/2 butterflies, and each
multiplies and accumulates two complex numbers: 4 real multiply–accumulates. Other lengths count as
n·⌈log₂ n⌉; a transform from or to real numbers takes half of that. Its gradient is a transform
back, which torch runs as a complex one for one from real numbers: twice as much.
Source: Cooley & Tukey, Mathematics of Computation 19, 1965.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from archstat.models.torch.operators.entry import Formula, Operator
from archstat.models.torch.operators.reads import over_all

CONVENTION = "radix-2 transforms of n values: 2·n·⌈log₂ n⌉ MACs, half of it for real ones"
"""How transforms are counted, in words."""

OF_BUTTERFLIES = 2
"""n/2 butterflies a stage, 4 real multiply–accumulates each: 2 for each value."""


def _transform(values: Callable[[Sequence[Any], Tensor], Tensor], share: int) -> Formula:
    """Return the formula for a transform of these values, of which it takes a share's part."""

    def macs(args: Sequence[Any], out: Tensor) -> int:
        whole = values(args, out)
        stages = sum((whole.shape[dim] - 1).bit_length() for dim in args[1])
        return OF_BUTTERFLIES * whole.numel() * stages // share

    return macs


OPERATORS = (
    Operator("_fft_c2c", _transform(lambda args, _: args[0], 1), over_all, factors=(0,)),
    Operator("_fft_r2c", _transform(lambda args, _: args[0], 2), over_all, factors=(0, 0)),
    Operator("_fft_c2r", _transform(lambda _, out: out, 2), over_all, factors=(0,)),
)
