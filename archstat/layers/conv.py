"""Convolution and transposed convolution.

Source of the arithmetic: Dumoulin & Visin (2016), arXiv:1603.07285; torch.nn.Conv2d and
torch.nn.ConvTranspose2d.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from math import prod
from operator import gt
from typing import ClassVar

from archstat.errors import ShapeError
from archstat.layers.base import Layer, Shape, require_axes, require_divides, require_stated, times
from archstat.layers.kept import INPUT, Kept
from archstat.layers.reach import Along, Mixing
from archstat.layers.settings import Size, flag, size, whole
from archstat.layers.window import Sliding, Spreading
from archstat.record import record


def sliding_out_size(
    size: int, *, kernel_size: int, stride: int, padding: int, dilation: int
) -> int:
    """Return how many positions a sliding window takes along one axis.

    Args:
        size: Length of the axis, in pixels.
        kernel_size: Points of the kernel.
        stride: Pixels from one position to the next.
        padding: Pixels added to *each* end of the axis.
        dilation: Pixels from one point of the kernel to the next.

    Returns:
        The number of positions; 0 if the kernel does not fit even once.

    Source:
        Dumoulin & Visin (2016), arXiv:1603.07285, relationships 6 and 13.

    >>> sliding_out_size(227, kernel_size=11, stride=4, padding=0, dilation=1)
    55
    """
    extent = dilation * (kernel_size - 1) + 1
    return max(0, (size + 2 * padding - extent) // stride + 1)


def require_fits(in_sizes: Size, extents: Size, paddings: Size) -> None:
    """Check that a kernel fits into its padded input, on every axis.

    Args:
        in_sizes: Lengths of the axes, without padding.
        extents: Pixels that the kernel spans, dilation included.
        paddings: Pixels added to each end.

    Raises:
        ShapeError: It does not.
    """
    padded = tuple([size + 2 * p for size, p in zip(in_sizes, paddings, strict=True)])
    if any(map(gt, extents, padded)):
        pad = f", padded to {times(padded)}" if any(paddings) else ""
        raise ShapeError(
            f"the kernel spans {times(extents)}, more than its input {times(in_sizes)}{pad}",
            hint="use a larger input, a smaller kernel, or more padding",
        )


@record(kw_only=True)
class AnyConvolution(Layer):
    """What convolutions of all kinds have in common: weights between groups of channels."""

    family: ClassVar[str] = "convolutions"
    inferred: ClassVar[tuple[str, ...]] = ("in_channels", "out_channels")
    keeps: ClassVar[Kept] = INPUT  # for the gradient of the weights

    in_channels: int | None = whole(default=None)
    out_channels: int = whole()
    kernel_size: Size = size()
    stride: Size = size(default=1)
    padding: Size | str = size(minimum=0, default=0)
    dilation: Size = size(default=1)
    groups: int = whole(default=1)
    bias: bool = flag(default=True)

    def require_channels(self, in_shape: Shape) -> None:
        """Check the input's axes and channels against the settings.

        Raises:
            ShapeError: They do not fit.
        """
        require_axes(in_shape, self.axes)
        require_stated("in_channels", self.in_channels, in_shape[0])
        require_divides(in_shape[0], self.out_channels, self.groups)

    @abstractmethod
    def weight_shape(self, in_channels: int) -> Shape:
        """Return the shape of the weights, as torch keeps them."""

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """See `Layer.param_shapes`."""
        shapes = {"weight": self.weight_shape(in_shape[0])}
        if self.bias:
            shapes["bias"] = (self.out_channels,)
        return shapes

    def neurons(self, in_shape: Shape) -> int:
        """Return the number of output values: every one is a unit with its own connections."""
        return prod(self.out_shape(in_shape))

    def torch_arguments(self, in_shape: Shape) -> tuple[object, ...]:
        """See `Layer.torch_arguments`."""
        return in_shape[0], self.out_channels


@record(kw_only=True)
class SlidingConvolution(AnyConvolution):
    """A sliding convolution along `axes` axes."""

    padding: Size | str = size(minimum=0, default=0, words=("same", "valid"))

    def paddings(self) -> tuple[Size, Size]:
        """Return the pixels added before and after each axis.

        Raises:
            ShapeError: "same" padding together with a stride, which torch refuses.

        >>> Conv2d(out_channels=1, kernel_size=4, padding="same").paddings()
        ((1, 1), (2, 2))
        """
        if isinstance(self.padding, tuple):  # the frequent case
            return self.padding, self.padding
        if self.padding == "valid":
            return (0,) * self.axes, (0,) * self.axes
        if any(step != 1 for step in self.stride):
            raise ShapeError(
                f"padding = 'same' works with stride 1 only, got stride {times(self.stride)}",
                hint="write the padding as a number",
            )
        totals = tuple(extent - 1 for extent in self.extents())
        return tuple(t // 2 for t in totals), tuple(t - t // 2 for t in totals)

    def extents(self) -> Size:
        """Return the pixels that the kernel spans along each axis, dilation included."""
        axes = zip(self.kernel_size, self.dilation, strict=True)
        return tuple([d * (k - 1) + 1 for k, d in axes])

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        self.require_channels(in_shape)
        before, after = self.paddings()
        if self.padding != "same":
            require_fits(in_shape[1:], self.extents(), before)
        kernels = zip(self.kernel_size, self.stride, self.dilation, strict=True)
        axes = zip(in_shape[1:], before, after, kernels, strict=True)
        # "same" may pad one end by a pixel more; the sum of both ends is what counts
        sizes = [
            sliding_out_size(n + b + a, kernel_size=k, stride=s, padding=0, dilation=d)
            for n, b, a, (k, s, d) in axes
        ]
        return (self.out_channels, *sizes)

    def weight_shape(self, in_channels: int) -> Shape:
        """Return (out_channels, in_channels / groups, kernel…)."""
        return (self.out_channels, in_channels // self.groups, *self.kernel_size)

    def macs(self, in_shape: Shape) -> int:
        """Return one MAC per weight that an output value is connected to.

        Taps on padding count, as in every counter: the hardware multiplies by the zeros.
        """
        connections = in_shape[0] // self.groups * prod(self.kernel_size)
        return prod(self.out_shape(in_shape)) * connections

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return the input; a padded copy where "same" pads one end by a pixel more."""
        before, after = self.paddings()
        if before == after:
            return super().kept(in_shape, batch_size=batch_size, learns=learns)
        sizes = (n + a - b for n, b, a in zip(in_shape[1:], before, after, strict=True))
        return Kept(numbers=batch_size * in_shape[0] * prod(sizes))

    def reach(self, in_shape: Shape) -> tuple[Along, ...]:
        """See `Layer.reach`."""
        before, _ = self.paddings()
        axes = zip(self.kernel_size, self.stride, before, self.dilation, strict=True)
        return (Mixing.EVERYTHING, *(Sliding(*axis) for axis in axes))


class Conv1d(SlidingConvolution):
    """A convolution along one axis."""

    kind: ClassVar[str] = "conv1d"
    label: ClassVar[str] = "conv 1d"
    torch_name: ClassVar[str] = "Conv1d"
    axes: ClassVar[int] = 1


class Conv2d(SlidingConvolution):
    """A convolution of images."""

    kind: ClassVar[str] = "conv2d"
    label: ClassVar[str] = "conv"
    torch_name: ClassVar[str] = "Conv2d"


class Conv3d(SlidingConvolution):
    """A convolution of volumes, depth before rows before columns."""

    kind: ClassVar[str] = "conv3d"
    label: ClassVar[str] = "conv 3d"
    torch_name: ClassVar[str] = "Conv3d"
    axes: ClassVar[int] = 3


@record(kw_only=True)
class TransposedConvolution(AnyConvolution):
    """A convolution run backwards: each input value is spread over the output."""

    padding: Size = size(minimum=0, default=0)
    output_padding: Size = size(minimum=0, default=0)

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`: (n − 1)·stride − 2·padding + extent + output_padding."""
        self.require_channels(in_shape)
        sizes = tuple(
            (n - 1) * s - 2 * p + d * (k - 1) + 1 + extra
            for n, k, s, p, d, extra in zip(
                in_shape[1:],
                self.kernel_size,
                self.stride,
                self.padding,
                self.dilation,
                self.output_padding,
                strict=True,
            )
        )
        for extra, s, d in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if extra >= max(s, d):
                raise ShapeError(
                    f"output_padding {extra} must be smaller than the stride or the dilation "
                    f"({s} and {d})"
                )
        if min(sizes) < 1:
            raise ShapeError(
                f"padding {times(self.padding)} leaves nothing of the output ({times(sizes)})",
                hint="use less padding",
            )
        return (self.out_channels, *sizes)

    def weight_shape(self, in_channels: int) -> Shape:
        """Return (in_channels, out_channels / groups, kernel…)."""
        return (in_channels, self.out_channels // self.groups, *self.kernel_size)

    def macs(self, in_shape: Shape) -> int:
        """Return one MAC per weight that an input value is connected to, cropped ones too."""
        connections = self.out_channels // self.groups * prod(self.kernel_size)
        return prod(in_shape) * connections

    def reach(self, in_shape: Shape) -> tuple[Along, ...]:
        """See `Layer.reach`."""
        axes = zip(self.kernel_size, self.stride, self.padding, self.dilation, strict=True)
        return (Mixing.EVERYTHING, *(Spreading(*axis) for axis in axes))


class ConvTranspose1d(TransposedConvolution):
    """A transposed convolution along one axis."""

    kind: ClassVar[str] = "conv_transpose1d"
    label: ClassVar[str] = "transposed conv 1d"
    torch_name: ClassVar[str] = "ConvTranspose1d"
    axes: ClassVar[int] = 1


class ConvTranspose2d(TransposedConvolution):
    """A transposed convolution of images."""

    kind: ClassVar[str] = "conv_transpose2d"
    label: ClassVar[str] = "transposed conv"
    torch_name: ClassVar[str] = "ConvTranspose2d"


class ConvTranspose3d(TransposedConvolution):
    """A transposed convolution of volumes."""

    kind: ClassVar[str] = "conv_transpose3d"
    label: ClassVar[str] = "transposed conv 3d"
    torch_name: ClassVar[str] = "ConvTranspose3d"
    axes: ClassVar[int] = 3
