"""Tensors that a model or a file holds, by name: shape and type, and no values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from math import prod
from typing import TypeAlias

from archstat.layers.base import Shape
from archstat.record import record

SIZES: Mapping[str, int] = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2,
    "float8_e4m3fn": 1, "float8_e5m2": 1, "float8_e4m3fnuz": 1, "float8_e5m2fnuz": 1,
    "float8_e8m0fnu": 1,
    "int64": 8, "int32": 4, "int16": 2, "int8": 1,
    "uint64": 8, "uint32": 4, "uint16": 2, "uint8": 1, "bool": 1,
    "qint8": 1, "quint8": 1, "qint32": 4,
    "complex64": 8, "complex128": 16,
}  # fmt: skip
"""The bytes of a number of each type."""

COUNTING = frozenset({"int64", "int32", "uint64", "uint32", "bool"})
"""Types of places, counts and masks, which nothing learns."""

STATISTICS = frozenset({"running_mean", "running_var", "num_batches_tracked"})
"""What torch calls the running statistics of a norm."""


MOST_AXES = 64
"""Of a tensor: as many as torch allows."""


def shape_held(value: Collection[object]) -> Shape:
    """Return the shape that a file states.

    Raises:
        ValueError: No tensor can have it.
    """
    shape = tuple(size for size in value if type(size) is int and 0 <= size < 1 << 63)
    if len(shape) != len(value) or len(shape) > MOST_AXES:
        raise ValueError("no shape of a tensor")
    return shape


@record
class HeldTensor:
    """A tensor.

    Attributes:
        learns: Whether it is a parameter that an optimizer changes; None where nobody says.
        same_as: The name of another one that is the same memory.
        block: The bytes of a number where several share a block; None where each has its own.
    """

    shape: Shape
    dtype: str
    learns: bool | None = None
    same_as: str | None = None
    block: Fraction | None = None

    @property
    def numbers(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)

    @property
    def number_bytes(self) -> int | Fraction:
        """The bytes of each of them; a part of one where they are quantized."""
        return SIZES[self.dtype] if self.block is None else self.block


Tensors: TypeAlias = Mapping[str, HeldTensor]
"""Tensors by their names, in the order in which they are held."""


def is_parameter(name: str, tensor: HeldTensor) -> bool:
    """Return whether a tensor is a parameter, as its name and its type tell where nobody says."""
    if tensor.learns is not None:
        return True
    return tensor.dtype not in COUNTING and name.rpartition(".")[2] not in STATISTICS
