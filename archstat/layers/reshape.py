"""Layers that move values without computing: flatten, zero padding and a choice of channels."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import ClassVar

from archstat.errors import ShapeError
from archstat.layers.base import Layer, Shape, require_axes, times
from archstat.layers.kept import Kept
from archstat.layers.naming import TorchCall, TorchChoice, TorchModule
from archstat.layers.reach import Along, Mixing, Reshaped, Unknown
from archstat.layers.settings import LARGEST, Size, numbers, size
from archstat.layers.window import Sliding
from archstat.record import record


class Flatten(Layer):
    """All values in one row: channels before rows before columns."""

    kind: ClassVar[str] = "flatten"
    label: ClassVar[str] = "flatten"
    torch_name: ClassVar[str] = "Flatten"

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        return (prod(in_shape),)

    def works_in_place(self) -> bool:
        """See `Layer.works_in_place`: it is a view."""
        return True

    def reach(self, in_shape: Shape) -> Reshaped:
        """See `Layer.reach`."""
        return Reshaped(in_shape, self.out_shape(in_shape))


@record(kw_only=True)
class ZeroPad2d(Layer):
    """Rows and columns of zeros around an image; a negative number cuts as many off, as a crop."""

    kind: ClassVar[str] = "zero_pad2d"
    label: ClassVar[str] = "zero pad"
    torch_name: ClassVar[str] = "ZeroPad2d"

    padding: Size = size(minimum=-LARGEST)

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        require_axes(in_shape, self.axes)
        sizes = [n + 2 * p for n, p in zip(in_shape[1:], self.padding, strict=True)]
        if min(sizes) < 1:
            raise ShapeError(
                f"padding {times(self.padding)} leaves nothing of its input {times(in_shape[1:])}",
                hint="cut off fewer rows and columns",
            )
        return (in_shape[0], *sizes)

    def reach(self, in_shape: Shape) -> tuple[Sliding, ...]:
        """Return windows of one unit, shifted by the padding."""
        return tuple(Sliding(kernel_size=1, padding=p) for p in self.padding)

    def torch_call(self, in_shape: Shape) -> TorchCall:
        """See `Layer.torch_call`: torch takes left, right, top, bottom."""
        rows, columns = self.padding
        return TorchModule(self.torch_name, ((columns, columns, rows, rows),), {})


@record(kw_only=True)
class Select(Layer):
    """Some channels of its input, in any order and as often as they are named, from 0 on."""

    kind: ClassVar[str] = "select"
    label: ClassVar[str] = "select"

    picks: Size = numbers()

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        if (last := max(self.picks)) >= in_shape[0]:
            raise ShapeError(
                f"selects channel {last}, its input has {in_shape[0]}",
                hint=f"channels are counted from 0 to {in_shape[0] - 1}",
            )
        return (len(self.picks), *in_shape[1:])

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return the numbers of the channels."""
        return Kept(indices=len(self.picks))

    def reach(self, in_shape: Shape) -> tuple[Along, ...]:
        """Return that channels stand elsewhere, and that nothing else moves."""
        return (Unknown("it picks channels"), *(Mixing.NONE for _ in in_shape[1:]))

    def torch_call(self, in_shape: Shape) -> TorchCall:
        """See `Layer.torch_call`."""
        return TorchChoice(self.picks)
