"""Which axis of the input holds channels, as the layers that read it tell.

Channels come first, says torch; but models that were made elsewhere take them last. Convolutions,
pooling and norms of images tell, wherever the axes have been moved to before; so do patches, of
which each holds all channels, and means over all places. A linear layer reads channels, or rows of
pixels: there, the size decides, as few axes of an image are as short as its colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archstat.analyses.receptive_field.branches import UnknownReachError
from archstat.analyses.receptive_field.layout import AxisFactor, Layout, padded
from archstat.analyses.receptive_field.moves import WHOLE, Move, moved
from archstat.analyses.receptive_field.view import FieldView
from archstat.graph import INPUT, Graph, Node
from archstat.layers.base import Shape
from archstat.layers.reach import Along, Inside, Mixing, Reach
from archstat.layers.window import Window
from archstat.record import record

MOST_COLOURS = 4
"""Red, green, blue, and transparency."""

IMAGE_AXES = 3
"""Channels, rows and columns: with fewer axes, channels come first."""


@record
class AxisTold:
    """What a layer says of an axis of the input.

    Attributes:
        axis: The axis that it reads as a whole.
        is_certain: Whether that must be channels.
    """

    axis: int
    is_certain: bool = True


def image_shape(graph: Graph) -> Shape:
    """Return the shape of the input with its channels first."""
    return channels_first(graph.input_shape, channels_axis(graph) or 0)


def channels_first(shape: Shape, axis: int) -> Shape:
    """Return a shape with the axis first that holds channels."""
    return (*shape[axis : axis + 1], *shape[:axis], *shape[axis + 1 :])


def channels_axis(graph: Graph) -> int | None:
    """Return the axis of the input that holds channels; None if nothing tells."""
    shape = graph.input_shape
    if len(shape) < IMAGE_AXES:
        return 0
    first = None
    for evidence in _evidence(graph):
        if evidence.is_certain:
            return evidence.axis
        first = first or evidence
    if first is None and not graph.modules:  # of a spec, or exported
        return 0
    last = len(shape) - 1
    is_short = [size <= MOST_COLOURS for size in shape]
    if first is None or first.axis == 0 or is_short[0]:  # as torch has them
        return last if is_short[last] and not is_short[0] else 0
    return last if first.axis == last and is_short[last] and not is_short[0] else None


def _evidence(graph: Graph) -> Iterator[AxisTold]:
    """Yield what layers say, as long as the axes of the input can be followed."""
    shape = graph.input_shape
    views: dict[str, FieldView] = {INPUT: FieldView.of_axes(shape)}
    for node in graph.nodes:
        known = [views[name] for name in node.inputs if name in views]
        if not known or len(known) < len(node.inputs):
            continue
        if (axis := _normed(node, known[0])) is not None:
            yield AxisTold(axis)
        steps = _Steps(known, shape)
        try:
            yield from steps.walked(node.layer.reach(node.in_shape), (1, *node.out_shape))
        except UnknownReachError:
            continue
        views[node.name] = steps.views[-1]


def _normed(node: Node, view: FieldView) -> int | None:
    """Return the axis of the input that a norm takes for channels, if it is one of images."""
    if not node.layer.names_channels:
        return None
    layout = padded(view.layout, len(node.in_shape))
    return _only(layout, -len(node.in_shape))


class _Steps:
    """Follows the axes of the input through what a layer does.

    Args:
        views: The layer's inputs; what its steps come to is added.
        sizes: The sizes of the axes.
    """

    def __init__(self, views: Sequence[FieldView], sizes: Shape) -> None:
        self.views = [*views]
        self.sizes = sizes

    def walked(self, reach: Reach, shape: Shape) -> Iterator[AxisTold]:
        """Yield what a layer says; its output's view is the last one then.

        Raises:
            UnknownReachError: The axes cannot be followed.
        """
        match reach:
            case Inside(steps=steps):
                for step in steps:
                    first = _Steps([self.views[step.inputs[0]]], self.sizes)
                    yield from first.walked(step.reach, step.shape)
                    self.views.append(first.views[-1])
            case _:
                yield from self._moved(self.views[0], reach, shape)

    def _moved(self, view: FieldView, move: Move, shape: Shape) -> Iterator[AxisTold]:
        if isinstance(move, tuple):
            yield from self._said(padded(view.layout, len(move)), move)
        self.views.append(moved(view, move, shape))

    def _said(self, layout: Layout, reach: Sequence[Along]) -> Iterator[AxisTold]:
        """Yield what is said by a layer that treats axes in different ways."""
        axes = range(len(self.sizes))
        slid, read, patches = set(), [], set()
        for number, along in enumerate(reach, -len(reach)):
            parts = [each for each in layout[number] if isinstance(each, AxisFactor) and each.axes]
            whole = {each.axes[0] for each in parts if each.size == self.sizes[each.axes[0]]}
            match along:
                case Window():
                    slid |= {each.axes[0] for each in parts}
                case Mixing() if along in WHOLE and parts:
                    read.append(whole)
                    patches |= {each.axes[0] for each in parts} - whole
        alone = next(iter(read[0])) if len(read) == 1 and len(read[0]) == 1 else None
        if len(slid) == len(axes) - 1:
            yield AxisTold(({*axes} - slid).pop())
        elif alone is not None:
            yield AxisTold(alone, is_certain=bool(patches))
        elif len(read) == len(axes) - 1 and all(len(each) == 1 for each in read):
            others = {*axes}.difference(*read)
            if len(others) == 1:
                yield AxisTold(others.pop())


def _only(layout: Layout, number: int) -> int | None:
    """Return the axis of the input that an axis of a tensor is, if it is one and no other."""
    match layout[number]:
        case (AxisFactor(axis=int(axis)),):
            return axis
    return None
