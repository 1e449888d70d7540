"""Normalization. In inference it reads running statistics or the channels of one position.

Scale counts as weights and shift as biases: both are learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import ClassVar

from archstat.errors import ShapeError
from archstat.layers.base import Layer, Shape, require_axes, require_stated, times
from archstat.layers.kept import Kept
from archstat.layers.reach import Along, Mixing, Reach
from archstat.layers.settings import flag, number, whole
from archstat.record import record


@record(kw_only=True)
class AnyBatchNorm(Layer):
    """Normalization of each channel, in inference by running statistics."""

    family: ClassVar[str] = "batch norms"
    names_channels: ClassVar[bool] = True
    inferred: ClassVar[tuple[str, ...]] = ("num_features",)

    num_features: int | None = whole(default=None)
    eps: float = number(minimum=0.0, default=1e-5)
    momentum: float = number(minimum=0.0, maximum=1.0, default=0.1)
    affine: bool = flag(default=True)
    track_running_stats: bool = flag(default=True)

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        require_axes(in_shape, self.axes)
        require_stated("num_features", self.num_features, in_shape[0])
        return in_shape

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Return scale and shift, one of each a channel."""
        return {"weight": (in_shape[0],), "bias": (in_shape[0],)} if self.affine else {}

    def reach(self, in_shape: Shape) -> Reach:
        """Return the unit's own place; the whole map where inference has no running statistics."""
        if self.track_running_stats:
            return Mixing.NONE
        return (Mixing.EVERYTHING_IN_PLACE,) * (len(in_shape) - 1)

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return the input, and mean and deviation of each channel of the batch."""
        return Kept(inputs=(0,), numbers=2 * in_shape[0])

    def torch_arguments(self, in_shape: Shape) -> tuple[object, ...]:
        """See `Layer.torch_arguments`."""
        return (in_shape[0],)


class BatchNorm1d(AnyBatchNorm):
    """Batch normalization of vectors, or of channels along one axis."""

    kind: ClassVar[str] = "batch_norm1d"
    label: ClassVar[str] = "batch norm 1d"
    torch_name: ClassVar[str] = "BatchNorm1d"
    axes: ClassVar[int] = 1

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        if len(in_shape) == 1:
            require_stated("num_features", self.num_features, in_shape[0])
            return in_shape
        if len(in_shape) != 2:  # noqa: PLR2004  channels and one axis
            raise ShapeError(
                f"expects a vector or C×W, got {times(in_shape)}",
                hint=f"use batch_norm{len(in_shape) - 1}d",
            )
        return super().out_shape(in_shape)


class BatchNorm2d(AnyBatchNorm):
    """Batch normalization of images."""

    kind: ClassVar[str] = "batch_norm2d"
    label: ClassVar[str] = "batch norm"
    torch_name: ClassVar[str] = "BatchNorm2d"


class BatchNorm3d(AnyBatchNorm):
    """Batch normalization of volumes."""

    kind: ClassVar[str] = "batch_norm3d"
    label: ClassVar[str] = "batch norm 3d"
    torch_name: ClassVar[str] = "BatchNorm3d"
    axes: ClassVar[int] = 3


@record(kw_only=True)
class LocalResponseNorm(Layer):
    """Normalization of each value by its `size` neighbouring channels at the same position.

    Source: Krizhevsky et al. (2012), section 3.3. Nothing is learned, and no position looks at
    another one, so the receptive field stays as it is.
    """

    kind: ClassVar[str] = "local_response_norm"
    label: ClassVar[str] = "LRN"
    torch_name: ClassVar[str] = "LocalResponseNorm"

    size: int = whole()
    alpha: float = number(default=1e-4)
    beta: float = number(default=0.75)
    k: float = number(default=1.0)

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        if len(in_shape) == 1:  # channels without a position
            require_axes(in_shape, self.axes)
        return in_shape

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return what torch's operators keep, one after the other, x being the input.

        The squares of x keep x; their mean over channels keeps them padded; the power keeps
        k and the scaled mean; and the quotient keeps the power.
        """
        padded = (in_shape[0] + self.size - 1) * prod(in_shape[1:])
        return Kept(inputs=(0,), numbers=batch_size * (padded + 2 * prod(in_shape)))


@record(kw_only=True)
class LayerNorm(Layer):
    """Normalization over the last axes, with a scale and a shift for each of their values."""

    kind: ClassVar[str] = "layer_norm"
    label: ClassVar[str] = "layer norm"
    torch_name: ClassVar[str] = "LayerNorm"
    inferred: ClassVar[tuple[str, ...]] = ("normalized_axes",)

    normalized_axes: int = whole(default=1)
    """How many of the last axes are normalized together; torch takes their sizes instead."""
    eps: float = number(minimum=0.0, default=1e-5)
    elementwise_affine: bool = flag(default=True)
    bias: bool = flag(default=True)

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        if self.normalized_axes > len(in_shape):
            raise ShapeError(
                f"normalizes the last {self.normalized_axes} axes, but is given {times(in_shape)}"
            )
        return in_shape

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Return a scale and a shift for each value of the normalized axes."""
        if not self.elementwise_affine:
            return {}
        shapes = {"weight": in_shape[-self.normalized_axes :]}
        if self.bias:
            shapes["bias"] = in_shape[-self.normalized_axes :]
        return shapes

    def has_features_last(self) -> bool:
        """See `Layer.has_features_last`."""
        return self.normalized_axes == 1

    def reach(self, in_shape: Shape) -> tuple[Along, ...]:
        """Return everything along the last axes: mean and variance join it."""
        return (Mixing.EVERYTHING_IN_PLACE,) * self.normalized_axes

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return the input, and a mean and a deviation for all that is normalized together."""
        rows = prod(in_shape[: -self.normalized_axes])
        return Kept(inputs=(0,), numbers=2 * batch_size * rows)

    def torch_arguments(self, in_shape: Shape) -> tuple[object, ...]:
        """See `Layer.torch_arguments`."""
        sizes = in_shape[-self.normalized_axes :]
        return (sizes[0] if len(sizes) == 1 else sizes,)


@record(kw_only=True)
class GroupNorm(Layer):
    """Normalization over groups of channels and all positions."""

    kind: ClassVar[str] = "group_norm"
    label: ClassVar[str] = "group norm"
    torch_name: ClassVar[str] = "GroupNorm"
    names_channels: ClassVar[bool] = True
    inferred: ClassVar[tuple[str, ...]] = ("num_groups",)

    num_groups: int = whole()
    eps: float = number(minimum=0.0, default=1e-5)
    affine: bool = flag(default=True)

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        if in_shape[0] % self.num_groups:
            raise ShapeError(
                f"{in_shape[0]} channels cannot be split into {self.num_groups} groups",
                hint=f"num_groups must divide {in_shape[0]}",
            )
        return in_shape

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Return scale and shift, one of each a channel."""
        return {"weight": (in_shape[0],), "bias": (in_shape[0],)} if self.affine else {}

    def reach(self, in_shape: Shape) -> tuple[Along, ...]:
        """Return everything: mean and variance join all positions."""
        return (Mixing.EVERYTHING_IN_PLACE,) * len(in_shape)

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return the input, and mean and deviation of each group."""
        return Kept(inputs=(0,), numbers=2 * batch_size * self.num_groups)

    def torch_arguments(self, in_shape: Shape) -> tuple[object, ...]:
        """See `Layer.torch_arguments`."""
        return self.num_groups, in_shape[0]
