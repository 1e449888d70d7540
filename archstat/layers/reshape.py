"""Layers that move values without computing: flatten and zero padding."""

from __future__ import annotations

from math import prod
from typing import ClassVar

from archstat.errors import ShapeError
from archstat.layers.base import Layer, Shape, TorchCall, TorchModule, require_axes, times
from archstat.layers.reach import Reshaped
from archstat.layers.settings import LARGEST, Size, size
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
