"""Tensors that are joined value by value: what the units of all see at each place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from archstat.analyses.layout import Axis, Factor, Layout, Medley, as_channels, axes_of, padded
from archstat.analyses.tracks import UnknownReachError
from archstat.analyses.view import View

DIFFERENT = "its inputs have different places"


def aligned(views: Sequence[View]) -> list[View]:
    """Return views of the inputs of a join that all have its layout.

    A unit has its place on one axis of the tensor only: where it meets the same axis of the image
    on another one, as queries meet keys, that other one counts as channels. What an input has read
    as a whole, each unit of the join sees.

    Raises:
        UnknownReachError: The units of the inputs do not stand at the same places.
    """
    homes: dict[Factor | Medley, int] = {}
    views = [_at_home(view, homes) for view in views]
    tracks = zip(*(view.tracks for view in views), strict=True)
    units = [max(track.units for track in of_axis) for of_axis in tracks]
    for axis, count in enumerate(units):
        _require_same([view.tracks[axis].units for view in views], count)
        _require_apart([factor.span(count) for factor in homes if axis in factor.axes])
    layout = _common_layout([view.layout for view in views])
    return [
        View(
            tuple(
                track if track.units == count else track.spread(count)
                for track, count in zip(view.tracks, units, strict=True)
            ),
            layout,
        )
        for view in views
    ]


def _at_home(view: View, homes: dict[Factor | Medley, int]) -> View:
    """Return a view whose factors are on the axes where earlier inputs have them, or channels."""
    for number, place, factor in view.places():
        if homes.setdefault(factor, number) != number:
            view = view.read(number, place, is_in_place=True)
            view = replace(view, layout=as_channels(view.layout, number, place))
    return view


def _require_same(units: Iterable[int], count: int) -> None:
    """Check that all inputs have as many units along an axis of the image, or have read it."""
    if not {*units} <= {1, count}:
        raise UnknownReachError(DIFFERENT)


def _require_apart(spans: Iterable[tuple[int, int]]) -> None:
    """Check that no two factors number the same units in different ways."""
    if any(end > start for (_, end), (start, _) in pairwise(sorted(spans))):
        raise UnknownReachError(DIFFERENT)


def _common_layout(layouts: Sequence[Layout]) -> Layout:
    """Return the layout of a join: on each axis that of the inputs which have places there."""
    rank = max(map(len, layouts))
    return tuple(map(_common_axis, zip(*(padded(one, rank) for one in layouts), strict=True)))


def _common_axis(axes: Sequence[Axis]) -> Axis:
    placed = {axis for axis in axes if axes_of(axis)}
    many = {axis for axis in placed if any(f.axes and f.size > 1 for f in axis)}
    if len(many) > 1:
        raise UnknownReachError(DIFFERENT)
    return next(iter(many or placed), axes[0])
