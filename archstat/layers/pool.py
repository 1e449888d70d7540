"""Pooling, and up-sampling, which makes maps larger again.

Source of the arithmetic: torch.nn.MaxPool2d, AvgPool2d, the adaptive ones and Upsample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import ClassVar

from archstat.errors import ShapeError
from archstat.layers.base import Layer, Shape, require_axes
from archstat.layers.conv import require_fits, sliding_out_size
from archstat.layers.kept import INPUT, Kept
from archstat.layers.settings import Size, choice, flag, size
from archstat.layers.window import (
    Sliding,
    Window,
    adaptive_window,
    resized_window,
    window_between_corners,
)
from archstat.record import record


def pooled_out_size(  # noqa: PLR0913  one argument for each number in the formula
    size: int, *, kernel_size: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> int:
    """Return how many positions a pooling window takes along one axis.

    With `ceil_mode` a last window may hang over the end, unless it would start in the padding
    behind the end.

    Source:
        torch.nn.MaxPool2d: "sliding windows that would start in the right padded region are
        ignored". Caffe rounds up likewise.

    >>> pooled_out_size(112, kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=True)
    56
    """
    if not ceil_mode:
        return sliding_out_size(
            size, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation
        )
    extent = dilation * (kernel_size - 1) + 1
    positions = -(-(size + 2 * padding - extent) // stride) + 1
    starts_behind_the_end = (positions - 1) * stride >= size + padding
    return max(0, positions - starts_behind_the_end)


@record(kw_only=True)
class AnyPool(Layer):
    """A pooling window that slides; the stride is the kernel size unless stated."""

    kernel_size: Size = size()
    stride: Size = size(default=None)
    padding: Size = size(minimum=0, default=0)

    def implied(self, name: str) -> object:
        """See `Layer.implied`."""
        return self.kernel_size if name == "stride" else super().implied(name)

    def dilations(self) -> Size:
        """Return the pixels between two points of the window; only max pooling has more than 1."""
        return (1,) * self.axes

    def rounds_up(self) -> bool:
        """Return whether a last window may hang over the end."""
        return False

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        require_axes(in_shape, self.axes)
        for p, k in zip(self.padding, self.kernel_size, strict=True):
            if p > k // 2:
                raise ShapeError(
                    f"padding {p} is more than half of the kernel ({k})",
                    hint="torch allows at most half, so that no window holds padding alone",
                )
        dilations = self.dilations()
        extents = tuple(d * (k - 1) + 1 for k, d in zip(self.kernel_size, dilations, strict=True))
        if not self.rounds_up():
            require_fits(in_shape[1:], extents, self.padding)
        sizes = tuple(
            pooled_out_size(
                n, kernel_size=k, stride=s, padding=p, dilation=d, ceil_mode=self.rounds_up()
            )
            for n, k, s, p, d in zip(
                in_shape[1:], self.kernel_size, self.stride, self.padding, dilations, strict=True
            )
        )
        if min(sizes) < 1:
            require_fits(in_shape[1:], extents, self.padding)
        return (in_shape[0], *sizes)

    def reach(self, in_shape: Shape) -> tuple[Sliding, ...]:
        """See `Layer.reach`."""
        return tuple(
            Sliding(*axis)
            for axis in zip(
                self.kernel_size, self.stride, self.padding, self.dilations(), strict=True
            )
        )


@record(kw_only=True)
class AnyMaxPool(AnyPool):
    """The largest value of each window."""

    dilation: Size = size(default=1)
    ceil_mode: bool = flag(default=False)

    def dilations(self) -> Size:
        """See `AnyPool.dilations`."""
        return self.dilation

    def rounds_up(self) -> bool:
        """See `AnyPool.rounds_up`."""
        return self.ceil_mode

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return the input, and the place of the largest value of each window."""
        return Kept(inputs=(0,), indices=batch_size * prod(self.out_shape(in_shape)))


@record(kw_only=True)
class AnyAvgPool(AnyPool):
    """The mean of each window."""

    keeps: ClassVar[Kept] = INPUT  # of which torch needs the shape alone

    ceil_mode: bool = flag(default=False)
    count_include_pad: bool = flag(default=True)

    def rounds_up(self) -> bool:
        """See `AnyPool.rounds_up`."""
        return self.ceil_mode


class MaxPool1d(AnyMaxPool):
    """Max pooling along one axis."""

    kind: ClassVar[str] = "max_pool1d"
    label: ClassVar[str] = "max pool 1d"
    torch_name: ClassVar[str] = "MaxPool1d"
    axes: ClassVar[int] = 1


class MaxPool2d(AnyMaxPool):
    """Max pooling of images."""

    kind: ClassVar[str] = "max_pool2d"
    label: ClassVar[str] = "max pool"
    torch_name: ClassVar[str] = "MaxPool2d"


class MaxPool3d(AnyMaxPool):
    """Max pooling of volumes."""

    kind: ClassVar[str] = "max_pool3d"
    label: ClassVar[str] = "max pool 3d"
    torch_name: ClassVar[str] = "MaxPool3d"
    axes: ClassVar[int] = 3


class AvgPool1d(AnyAvgPool):
    """Average pooling along one axis."""

    kind: ClassVar[str] = "avg_pool1d"
    label: ClassVar[str] = "avg pool 1d"
    torch_name: ClassVar[str] = "AvgPool1d"
    axes: ClassVar[int] = 1


class AvgPool2d(AnyAvgPool):
    """Average pooling of images."""

    kind: ClassVar[str] = "avg_pool2d"
    label: ClassVar[str] = "avg pool"
    torch_name: ClassVar[str] = "AvgPool2d"


class AvgPool3d(AnyAvgPool):
    """Average pooling of volumes."""

    kind: ClassVar[str] = "avg_pool3d"
    label: ClassVar[str] = "avg pool 3d"
    torch_name: ClassVar[str] = "AvgPool3d"
    axes: ClassVar[int] = 3

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`; here torch wants the window to fit without the padding."""
        require_axes(in_shape, self.axes)
        require_fits(in_shape[1:], self.kernel_size, (0,) * self.axes)
        return super().out_shape(in_shape)


@record(kw_only=True)
class AnyAdaptivePool(Layer):
    """Pooling to a stated output size, whatever the input; size 1 is global pooling."""

    output_size: Size = size()

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        require_axes(in_shape, self.axes)
        return (in_shape[0], *self.output_size)

    def reach(self, in_shape: Shape) -> tuple[Window, ...]:
        """See `Layer.reach`."""
        return tuple(
            adaptive_window(*axis) for axis in zip(in_shape[1:], self.output_size, strict=True)
        )


class AnyAdaptiveAvgPool(AnyAdaptivePool):
    """The mean of each part."""

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return the input; nothing for global pooling, which is a mean."""
        return Kept() if set(self.output_size) == {1} else INPUT


class AdaptiveAvgPool1d(AnyAdaptiveAvgPool):
    """Adaptive average pooling along one axis."""

    kind: ClassVar[str] = "adaptive_avg_pool1d"
    label: ClassVar[str] = "adaptive avg pool 1d"
    torch_name: ClassVar[str] = "AdaptiveAvgPool1d"
    axes: ClassVar[int] = 1


class AdaptiveAvgPool2d(AnyAdaptiveAvgPool):
    """Adaptive average pooling of images."""

    kind: ClassVar[str] = "adaptive_avg_pool2d"
    label: ClassVar[str] = "adaptive avg pool"
    torch_name: ClassVar[str] = "AdaptiveAvgPool2d"


class AdaptiveMaxPool2d(AnyAdaptivePool):
    """Adaptive max pooling of images."""

    kind: ClassVar[str] = "adaptive_max_pool2d"
    label: ClassVar[str] = "adaptive max pool"
    torch_name: ClassVar[str] = "AdaptiveMaxPool2d"

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return the input, and the place of the largest value of each part."""
        return Kept(inputs=(0,), indices=batch_size * prod(self.out_shape(in_shape)))


RADII: Mapping[str, int] = {"nearest": 0, "bilinear": 1, "bicubic": 2, "nearest-exact": 0}
"""How many units on either side each mode of up-sampling looks at; 0 is the nearest one alone."""


@record(kw_only=True)
class Upsample(Layer):
    """Rows and columns, so many times as many: units are repeated, or laid between others."""

    kind: ClassVar[str] = "upsample"
    label: ClassVar[str] = "upsample"
    torch_name: ClassVar[str] = "Upsample"

    scale_factor: Size = size()
    mode: str = choice(*RADII)
    align_corners: bool | None = flag(default=None)

    def __post_init__(self) -> None:
        """See `Layer`; torch takes corners only where units are laid between others."""
        super().__post_init__()
        if self.align_corners is not None and not RADII[self.mode]:
            raise ShapeError(
                f"align_corners says nothing of mode {self.mode!r}",
                hint="leave it out, or write mode = 'bilinear'",
            ).within("align_corners")

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        require_axes(in_shape, self.axes)
        sizes = (n * f for n, f in zip(in_shape[1:], self.scale_factor, strict=True))
        return (in_shape[0], *sizes)

    def reach(self, in_shape: Shape) -> tuple[Window, ...]:
        """See `Layer.reach`."""
        pairs = zip(in_shape[1:], self.out_shape(in_shape)[1:], strict=True)
        radius, is_centred = RADII[self.mode], self.mode != "nearest"
        if self.align_corners:
            return tuple(window_between_corners(*pair, radius) for pair in pairs)
        return tuple(resized_window(*pair, radius, is_centred=is_centred) for pair in pairs)
