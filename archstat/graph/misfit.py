"""Why a layer does not fit what is before it: what was taken for granted, and what changed it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from math import isqrt, prod

from archstat.errors import ShapeError
from archstat.graph.node import Node
from archstat.layers.base import AxesError, Shape, StatedSizeError, times
from archstat.layers.window import Window

AXES_OF_AN_IMAGE = 3


def explained(error: StatedSizeError, image: Shape, history: Sequence[Node]) -> StatedSizeError:
    """Return a better error, if a flattened map shows where a stated size came from.

    Args:
        error: The error.
        image: The input of the network.
        history: The layers that lead to the one that is wrong, the latest first.
    """
    flattened = next((node for node in history if len(node.in_shape) > 1), None)
    if flattened is None or flattened.out_shape != (error.given,):
        return error
    before = history[history.index(flattened) + 1 :]
    believed = _believed(error.stated, flattened.in_shape, before)
    product = f" = {_product(believed)}" if believed else ""
    return StatedSizeError(
        f"states {error.name} = {error.stated}{product}, but is given "
        f"{error.given} = {_product(flattened.in_shape)}",
        name=error.name,
        stated=error.stated,
        given=error.given,
        reason=_reason(believed, flattened.in_shape, image, before) if believed else None,
    )


def _reason(believed: Shape, shape: Shape, image: Shape, before: Sequence[Node]) -> str | None:
    """Return why a map has another shape than its reader believes."""
    reasons = []
    channels, *sizes = shape
    changed = _channel_change(before, believed[0], channels)
    if believed[0] != channels and changed is not None:
        reasons.append(f"{changed.name!r} turned {believed[0]} channels into {channels}")
    if believed[1:] != shape[1:]:
        other = _input_for(believed[1:], image, before)
        reasons.append(
            f"the map is {times(sizes)} here"
            + (
                f", and {times(believed[1:])} for an input of {times(other)}"
                if other
                else ": look at input size, strides and paddings"
            )
        )
    return " and ".join(reasons) or None


def traced(error: AxesError, image: Shape, history: Sequence[Node]) -> AxesError:
    """Return a better error, if no layer but the input itself has too few or many axes."""
    axes = len(image)
    if any(len(node.out_shape) != axes for node in history):
        return error
    hint = f"the input of the network is {times(image)}"
    if axes < AXES_OF_AN_IMAGE:
        hint += "; an image has channels, rows and columns, as in 3×227×227"
    return AxesError(error.problems[0].what, hint=hint)


def _believed(stated: int, shape: Shape, before: Sequence[Node]) -> Shape | None:
    """Return the map that a stated number of features is, going by the one that there is."""
    channels, *sizes = shape
    if stated % prod(sizes) == 0:
        return (stated // prod(sizes), *sizes)
    if len(shape) == AXES_OF_AN_IMAGE:
        for maybe in (channels, *(node.out_shape[0] for node in before)):
            side = isqrt(stated // maybe)
            if maybe * side**2 == stated:
                return (maybe, side, side)
    return None


def _input_for(sizes: Shape, image: Shape, before: Sequence[Node]) -> Shape | None:
    """Return the square image nearest in size that these layers, latest first, map to `sizes`."""
    channels, *sides = image
    if len(sides) != AXES_OF_AN_IMAGE - 1 or sides[0] != sides[1]:
        return None
    for step in range(1, sides[0]):
        for side in (sides[0] + step, sides[0] - step):
            shape: Shape = (channels, side, side)
            with suppress(ShapeError):
                for node in reversed(before):
                    if node.in_shape != node.out_shape or _has_window(node):
                        shape = node.layer.out_shape(shape)
                if shape[1:] == sizes:
                    return (channels, side, side)
    return None


def _has_window(node: Node) -> bool:
    reach = node.layer.reach(node.in_shape)
    return isinstance(reach, tuple) and any(isinstance(along, Window) for along in reach)


def _channel_change(history: Sequence[Node], before: int, after: int) -> Node | None:
    """Return the latest node that turned `before` channels into `after`, if any did."""
    changes = ((node.in_shape[0], node.out_shape[0]) for node in history)
    return next(
        (node for node, change in zip(history, changes, strict=True) if change == (before, after)),
        None,
    )


def _product(sizes: Sequence[int]) -> str:
    return "·".join(map(str, sizes))
