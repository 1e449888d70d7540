"""Layers with several inputs: what joins the branches of a network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from math import prod
from typing import ClassVar

from archstat.errors import ShapeError
from archstat.layers.base import Layer, Shape, times
from archstat.layers.kept import Kept
from archstat.layers.naming import TorchCall, TorchFunction, TorchOperator
from archstat.layers.reach import Along, Mixing

MIN_INPUTS = 2


class _Join(Layer):
    """A layer that works on several inputs of compatible shapes."""

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`: `in_shape` is what `combine` made of the inputs."""
        return in_shape


def _require_several(in_shapes: Sequence[Shape]) -> None:
    if len(in_shapes) < MIN_INPUTS:
        raise ShapeError(
            f"joins two or more inputs, got {len(in_shapes)}",
            hint='name them, as in inputs = ["conv1", "relu2"]',
        )


class Add(_Join):
    """The sum of the inputs."""

    kind: ClassVar[str] = "add"
    label: ClassVar[str] = "add"

    def combine(self, in_shapes: Sequence[Shape]) -> Shape:
        """Return the shape that all inputs have."""
        _require_several(in_shapes)
        if len(set(in_shapes)) > 1:
            raise ShapeError(
                f"its inputs differ in shape: {' and '.join(map(times, in_shapes))}",
                hint="both branches must end in the same channels, rows and columns",
            )
        return in_shapes[0]

    def torch_call(self, in_shape: Shape) -> TorchCall:
        """See `Layer.torch_call`."""
        return TorchOperator("+")


class Multiply(_Join):
    """The product of the inputs, value by value; a gate of one row and column counts for all.

    Source: torch's broadcasting, of inputs with as many axes.
    """

    kind: ClassVar[str] = "multiply"
    label: ClassVar[str] = "multiply"

    def combine(self, in_shapes: Sequence[Shape]) -> Shape:
        """Return the largest size along each axis; what is 1 along it is repeated."""
        _require_several(in_shapes)
        sizes = [{*axis} - {1} for axis in zip_longest(*in_shapes)]
        if any(len(several) > 1 for several in sizes):
            raise ShapeError(
                f"its inputs differ in shape: {' and '.join(map(times, in_shapes))}",
                hint="they must end in the same channels, rows and columns, or in one of these",
            )
        return tuple(max(several, default=1) for several in sizes)

    def torch_call(self, in_shape: Shape) -> TorchCall:
        """See `Layer.torch_call`."""
        return TorchOperator("*")

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return of each product, one after the other, the factors whose partner learns."""
        inputs, products, product_learns = [], 0, learns[0]
        for number, learns_too in enumerate(learns[1:], 1):
            if product_learns:
                inputs.append(number)
            if learns_too:
                if number == 1:
                    inputs.append(0)
                else:
                    products += 1
            product_learns = product_learns or learns_too
        return Kept(inputs=tuple(inputs), numbers=products * batch_size * prod(in_shape))


class Concat(_Join):
    """The channels of all inputs behind one another."""

    kind: ClassVar[str] = "concat"
    label: ClassVar[str] = "concat"

    def combine(self, in_shapes: Sequence[Shape]) -> Shape:
        """Return the shape with the channels of all inputs."""
        _require_several(in_shapes)
        if len({shape[1:] for shape in in_shapes}) > 1:
            raise ShapeError(
                f"its inputs differ in more than channels: {' and '.join(map(times, in_shapes))}",
                hint="all branches must end in the same rows and columns",
            )
        return (sum(shape[0] for shape in in_shapes), *in_shapes[0][1:])

    def reach(self, in_shape: Shape) -> tuple[Along, ...]:
        """Return that channels of one input stand among those of the others."""
        return (Mixing.AMONG_OTHERS, *(Mixing.NONE for _ in in_shape[1:]))

    def torch_call(self, in_shape: Shape) -> TorchCall:
        """See `Layer.torch_call`: along the channels, which torch numbers after the batch."""
        return TorchFunction("cat", {"dim": 1})
