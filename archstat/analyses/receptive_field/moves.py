"""How a layer changes what units see."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TypeAlias

from archstat.analyses.receptive_field.branches import UnknownReachError
from archstat.analyses.receptive_field.layout import (
    AxisFactor,
    Medley,
    all_units,
    axes_of,
    certain,
    fitted,
    is_doubtful,
    is_gathered,
    padded,
    permuted,
    reshaped,
)
from archstat.analyses.receptive_field.view import FieldView
from archstat.layers.base import Shape
from archstat.layers.reach import Along, Mixing, Permuted, Reshaped, Unknown
from archstat.layers.window import Digits, Window

Move: TypeAlias = Mixing | tuple[Along, ...] | Permuted | Reshaped | Unknown
"""What a layer does that does one thing to one input."""

WHOLE = (Mixing.EVERYTHING, Mixing.EVERYTHING_IN_PLACE)


def moved(view: FieldView, move: Move, shape: Shape) -> FieldView:
    """Return what the units of a layer's output see, whose last axes have this shape.

    Raises:
        UnknownReachError: Positions cannot be followed through the layer.
    """
    if isinstance(move, tuple) and view.is_map and _slides(move, len(view.tracks)):
        return _gathered(_behind_windows(view, move, shape), move, shape)
    try:
        after = _after(view, move, shape)
        after = after.laid_out(fitted(after.layout, shape))
        return view if after is view else after.settled()
    except UnknownReachError:
        if not view.is_constant:
            raise
        return view.without_places()  # whatever it reads, it sees the same


def _gathered(view: FieldView, move: Sequence[Along], shape: Shape) -> FieldView:
    """Return the view with the channels that hold several units known as such."""
    for number, along in enumerate(move, -len(move)):
        if along is Mixing.GATHERED:
            view = view.with_axis(number, (AxisFactor(shape[number], is_gathered=True),))
    return view


def _slides(move: Sequence[Along], axes: int) -> bool:
    """Return whether windows slide along all axes of an image, and nothing else matters."""
    return len(move) >= axes and all(isinstance(each, Window) for each in move[-axes:])


def _behind_windows(view: FieldView, windows: Sequence[Along], shape: Shape) -> FieldView:
    """Return the view behind windows that slide over a map, which is a map again."""
    axes = len(view.tracks)
    sizes = shape[-axes:]
    slid = zip(view.tracks, windows[-axes:], sizes, strict=True)
    tracks = tuple(track.through(window, size) for track, window, size in slid)  # type: ignore[arg-type]
    places = map(all_units, sizes, range(axes))
    return FieldView(tracks, (*view.layout[:-axes], *places))


def _after(view: FieldView, move: Move, shape: Shape) -> FieldView:
    match move:
        case Permuted(order):
            return view.laid_out(permuted(view.layout, order))
        case Reshaped(before, after):
            return view.laid_out(reshaped(view.layout, before, after))
        case Unknown(reason):
            raise UnknownReachError(reason)
        case Mixing.NONE:
            return view
        case Mixing():
            return _along(view, (move,) * len(shape), shape)
        case _:
            return _along(view, move, shape)


def _along(view: FieldView, reach: Sequence[Along], shape: Shape) -> FieldView:
    view = view.laid_out(padded(view.layout, len(reach)))
    _require_certain(view, reach)
    for number, along in enumerate(reach, -len(reach)):
        if is_gathered(view.layout[number]) and isinstance(along, Window | Unknown):
            raise UnknownReachError("it picks some of the values that were gathered from a window")
        if along is not Mixing.NONE and axes_of(view.layout[number]):
            view = _along_axis(view, number, along, shape[number])
    return _gathered(view, reach, shape)


def _require_certain(view: FieldView, reach: Sequence[Along]) -> None:
    """Check that a layer which reads the whole of an axis does not read features as places.

    Raises:
        UnknownReachError: The input has two axes, and the other one may as well be its places.
    """
    if not any(map(is_doubtful, view.layout)):
        return
    whole = {number for number, along in enumerate(reach, -len(reach)) if along in WHOLE}
    layout = dict(enumerate(view.layout, -len(view.layout)))
    has_doubt = any(is_doubtful(axis) for number, axis in layout.items() if number not in whole)
    if has_doubt and any(axes_of(layout[number]) for number in whole):
        raise UnknownReachError("the axes of the input do not tell which of them are places")


def _along_axis(view: FieldView, number: int, along: Along, size: int) -> FieldView:
    """Return the view behind what a layer does along an axis of the tensor that has places."""
    match along:
        case Window():
            return _slid(view, number, along, size)
        case Unknown(reason):
            raise UnknownReachError(reason)
        case Mixing.GATHERED:
            raise UnknownReachError("it gathers values along an axis of the image")
        case Mixing.AMONG_OTHERS:
            axes = axes_of(view.layout[number])
            for axis in axes:
                _require_all(view, number, axis)
            return view.compact().with_axis(number, (Medley(size, axes),))
    is_in_place = along is Mixing.EVERYTHING_IN_PLACE
    for place in range(len(view.layout[number])):
        view = view.read(number, place, is_in_place=is_in_place)
    return view if is_in_place else view.with_axis(number, ())


def _slid(view: FieldView, number: int, window: Window, size: int) -> FieldView:
    """Return the view behind a window that slides along an axis of the tensor."""
    factors = view.layout[number]
    numbered = [factor for factor in factors if isinstance(factor, AxisFactor)]
    if len(numbered) < len(factors):
        raise UnknownReachError("it works along places that have others among them")
    axis, *more = axes_of(factors)
    if more:
        raise UnknownReachError("it works along several axes of the image at once")
    _require_all(view, number, axis)
    track = view.tracks[axis]
    is_map = len(numbered) == 1 and numbered[0].numbers_all(axis, track.units)
    if not is_map:  # in another order, or channels among them
        steps = tuple(factor.step if factor.axes else 0 for factor in numbered)
        sizes = tuple(factor.size for factor in numbered)
        track = track.through(Digits(sizes, steps), prod(sizes))
    layout = [*certain(view.layout)]
    layout[number] = all_units(size, axis)
    tracks = [*view.tracks]
    tracks[axis] = track.through(window, size)
    return FieldView(tuple(tracks), tuple(layout))


def _require_all(view: FieldView, number: int, axis: int) -> None:
    """Check that no other axis of the tensor numbers units of an axis of the image.

    Raises:
        UnknownReachError: Another one does.
    """
    for other, _, factor in view.places():
        if other != number and axis in factor.axes:
            raise UnknownReachError("it works along a part of an axis of the image")
