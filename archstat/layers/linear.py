"""Fully connected layers."""

from __future__ import annotations

from math import prod
from typing import ClassVar

from archstat.errors import ShapeError
from archstat.layers.base import Layer, Shape, require_stated, times
from archstat.layers.kept import INPUT, Kept
from archstat.layers.reach import Along, Mixing
from archstat.layers.settings import flag, whole
from archstat.record import record


@record(kw_only=True)
class Linear(Layer):
    """Every output feature is connected to every input feature; it acts on the last axis."""

    kind: ClassVar[str] = "linear"
    label: ClassVar[str] = "linear"
    torch_name: ClassVar[str] = "Linear"
    family: ClassVar[str] = "linear layers"
    inferred: ClassVar[tuple[str, ...]] = ("in_features", "out_features")
    keeps: ClassVar[Kept] = INPUT  # for the gradient of the weights

    in_features: int | None = whole(default=None)
    out_features: int = whole()
    bias: bool = flag(default=True)

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`.

        A map is refused unless `in_features` states its last axis: torch would accept one whose
        width happens to fit, which is never what the author of a classifier meant.
        """
        if len(in_shape) > 1 and self.in_features != in_shape[-1]:
            raise ShapeError(
                f"expects one axis, got {times(in_shape)}", hint="put a flatten layer before it"
            )
        require_stated("in_features", self.in_features, in_shape[-1])
        return (*in_shape[:-1], self.out_features)

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """See `Layer.param_shapes`."""
        shapes: dict[str, Shape] = {"weight": (self.out_features, in_shape[-1])}
        if self.bias:
            shapes["bias"] = (self.out_features,)
        return shapes

    def macs(self, in_shape: Shape) -> int:
        """Return one MAC per weight, for every position of the leading axes."""
        return prod(in_shape) * self.out_features

    def neurons(self, in_shape: Shape) -> int:
        """Return the number of output values."""
        return prod(self.out_shape(in_shape))

    def has_features_last(self) -> bool:
        """See `Layer.has_features_last`."""
        return True

    def reach(self, in_shape: Shape) -> tuple[Along, ...]:
        """Return everything along the last axis."""
        return (Mixing.EVERYTHING,)

    def torch_arguments(self, in_shape: Shape) -> tuple[object, ...]:
        """See `Layer.torch_arguments`."""
        return in_shape[-1], self.out_features
