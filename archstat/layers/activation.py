"""Layers that change values and neither shapes nor places: activations and dropout."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import ClassVar

from archstat.errors import ShapeError
from archstat.layers.base import Layer, Shape, times
from archstat.layers.kept import INPUT, OUTPUT, Kept
from archstat.layers.naming import TorchCall, TorchModule
from archstat.layers.reach import Along, Mixing
from archstat.layers.settings import flag, number, whole
from archstat.record import record


class _Elementwise(Layer):
    """A layer that treats every value by itself."""

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        return in_shape

    def works_in_place(self) -> bool:
        """See `Layer.works_in_place`."""
        return bool(getattr(self, "inplace", False))


@record(kw_only=True)
class ReLU(_Elementwise):
    """max(0, x)."""

    kind: ClassVar[str] = "relu"
    label: ClassVar[str] = "ReLU"
    torch_name: ClassVar[str] = "ReLU"
    keeps: ClassVar[Kept] = OUTPUT

    inplace: bool = flag(default=False)


@record(kw_only=True)
class ReLU6(_Elementwise):
    """min(max(0, x), 6)."""

    kind: ClassVar[str] = "relu6"
    label: ClassVar[str] = "ReLU6"
    torch_name: ClassVar[str] = "ReLU6"

    inplace: bool = flag(default=False)

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return the input; in place, a copy of it that torch makes before."""
        return Kept(numbers=batch_size * prod(in_shape)) if self.inplace else INPUT


@record(kw_only=True)
class LeakyReLU(_Elementwise):
    """x where it is positive, a small multiple of it elsewhere."""

    kind: ClassVar[str] = "leaky_relu"
    label: ClassVar[str] = "leaky ReLU"
    torch_name: ClassVar[str] = "LeakyReLU"
    keeps: ClassVar[Kept] = INPUT  # in place, the output, which lies there and has the same signs

    negative_slope: float = number(default=0.01)
    inplace: bool = flag(default=False)


class GELU(_Elementwise):
    """x·Φ(x)."""

    kind: ClassVar[str] = "gelu"
    label: ClassVar[str] = "GELU"
    torch_name: ClassVar[str] = "GELU"
    keeps: ClassVar[Kept] = INPUT


@record(kw_only=True)
class SiLU(_Elementwise):
    """x·sigmoid(x)."""

    kind: ClassVar[str] = "silu"
    label: ClassVar[str] = "SiLU"
    torch_name: ClassVar[str] = "SiLU"

    inplace: bool = flag(default=False)

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return the input; in place, a copy of it that torch makes before."""
        return Kept(numbers=batch_size * prod(in_shape)) if self.inplace else INPUT


class Tanh(_Elementwise):
    """The hyperbolic tangent."""

    kind: ClassVar[str] = "tanh"
    label: ClassVar[str] = "tanh"
    torch_name: ClassVar[str] = "Tanh"
    keeps: ClassVar[Kept] = OUTPUT


class Sigmoid(_Elementwise):
    """1 / (1 + exp(−x))."""

    kind: ClassVar[str] = "sigmoid"
    label: ClassVar[str] = "sigmoid"
    torch_name: ClassVar[str] = "Sigmoid"
    keeps: ClassVar[Kept] = OUTPUT


class Softmax(_Elementwise):
    """Values between 0 and 1 that sum to 1 over the channels of each place."""

    kind: ClassVar[str] = "softmax"
    label: ClassVar[str] = "softmax"
    torch_name: ClassVar[str] = "Softmax"
    keeps: ClassVar[Kept] = OUTPUT

    def reach(self, in_shape: Shape) -> tuple[Along, ...]:
        """Return everything along the channels; those of a vector have no place of their own."""
        if len(in_shape) == 1:
            return (Mixing.EVERYTHING,)
        return (Mixing.EVERYTHING_IN_PLACE, *(Mixing.NONE for _ in in_shape[1:]))

    def torch_call(self, in_shape: Shape) -> TorchCall:
        """See `Layer.torch_call`: over the channels, which torch numbers after the batch."""
        return TorchModule(self.torch_name, (), {"dim": 1})


class LogSoftmax(Softmax):
    """The logarithm of softmax."""

    kind: ClassVar[str] = "log_softmax"
    label: ClassVar[str] = "log softmax"
    torch_name: ClassVar[str] = "LogSoftmax"


@record(kw_only=True)
class Dropout(_Elementwise):
    """Values are zeroed at random in training; nothing happens in inference."""

    kind: ClassVar[str] = "dropout"
    label: ClassVar[str] = "dropout"
    torch_name: ClassVar[str] = "Dropout"

    p: float = number(minimum=0.0, maximum=1.0, default=0.5)
    inplace: bool = flag(default=False)

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return the mask, which on the CPU has a number for each value."""
        if self.p in {0.0, 1.0}:
            return Kept(numbers=int(self.p))  # nothing happens; or a single 0 is the mask
        return Kept(numbers=batch_size * self.mask_size(in_shape))

    def mask_size(self, in_shape: Shape) -> int:
        """Return how many numbers are drawn for an example."""
        return prod(in_shape)

    def works_in_place(self) -> bool:
        """See `Layer.works_in_place`."""
        return super().works_in_place() or self.p == 0.0


class Dropout2d(Dropout):
    """Whole channels are zeroed at random in training; nothing happens in inference."""

    kind: ClassVar[str] = "dropout2d"
    label: ClassVar[str] = "channel dropout"
    torch_name: ClassVar[str] = "Dropout2d"

    def mask_size(self, in_shape: Shape) -> int:
        """Return how many channels there are."""
        return in_shape[0]


class Identity(_Elementwise):
    """The input itself; useful to give a place in the graph a name."""

    kind: ClassVar[str] = "identity"
    label: ClassVar[str] = "identity"
    torch_name: ClassVar[str] = "Identity"

    def works_in_place(self) -> bool:
        """See `Layer.works_in_place`: it is the input."""
        return True


@record(kw_only=True)
class PReLU(_Elementwise):
    """x where it is positive, a learned multiple of it elsewhere."""

    kind: ClassVar[str] = "prelu"
    label: ClassVar[str] = "PReLU"
    torch_name: ClassVar[str] = "PReLU"
    keeps: ClassVar[Kept] = INPUT

    num_parameters: int = whole(default=1)

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        if self.num_parameters not in {1, in_shape[0]}:
            raise ShapeError(
                f"num_parameters {self.num_parameters} fits neither 1 nor the {in_shape[0]} "
                f"channels of {times(in_shape)}"
            )
        return in_shape

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Return the learned slopes."""
        return {"weight": (self.num_parameters,)}
