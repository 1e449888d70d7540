"""Tensors that are joined value by value: what the units of all see at each place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from archstat.analyses.receptive_field.branches import UnknownReachError
from archstat.analyses.receptive_field.layout import (
    Axis,
    AxisFactor,
    Layout,
    Medley,
    as_channels,
    axes_of,
    padded,
)
from archstat.analyses.receptive_field.tracks import Track
from archstat.analyses.receptive_field.view import FieldView

DIFFERENT = "its inputs have different places"


def aligned(views: Sequence[FieldView]) -> list[FieldView]:
    """Return views of the inputs of a join that all have its layout.

    A unit has its place on one axis of the tensor only: where it meets the same axis of the image
    on another one, as queries meet keys, that other one counts as channels. What an input has read
    as a whole, each unit of the join sees.

    Raises:
        UnknownReachError: The units of the inputs do not stand at the same places.
    """
    sizes = [track.units for track in views[0].tracks]
    if all(view.is_map and [track.units for track in view.tracks] == sizes for view in views):
        layout = max((view.layout for view in views), key=len)
        return [view.laid_out(layout) for view in views]
    homes = _Homes()
    views = [homes.met_by(view) for view in views]
    layout = _common_layout([view.layout for view in views])
    homes.require_apart(layout)
    return [FieldView(homes.spread(view.tracks), layout) for view in views]


class _Homes:
    """Where the units of the image are among the axes of a join, as its first inputs have them."""

    def __init__(self) -> None:
        self._units: dict[int, int] = {}
        self._numbers: dict[AxisFactor | Medley, int] = {}
        self._made_channels: set[int] = set()

    def met_by(self, view: FieldView) -> FieldView:
        """Return a view whose units are where earlier inputs have them, or are channels."""
        for number, place, factor in view.places():
            is_of_others = self._is_of_others(factor, view)
            if is_of_others or self._numbers.setdefault(factor, number) != number:
                view = view.read(number, place, is_in_place=not is_of_others)
                view = view.laid_out(as_channels(view.layout, number, place))
                self._made_channels.add(number)
        self._units |= {
            axis: view.tracks[axis].units for _, _, factor in view.places() for axis in factor.axes
        }
        return view

    def _is_of_others(self, factor: AxisFactor | Medley, view: FieldView) -> bool:
        """Return whether the units that a factor numbers are not those of earlier inputs."""
        if isinstance(factor, Medley):
            return factor not in self._numbers and bool(self._of(factor.axes))
        return any(self._units.get(a, n) != n for a in factor.axes for n in (view.tracks[a].units,))

    def _of(self, axes: Sequence[int]) -> list[AxisFactor | Medley]:
        return [home for home in self._numbers if {*axes} & {*home.axes}]

    def spread(self, tracks: Sequence[Track]) -> tuple[Track, ...]:
        """Return tracks of which those that were read as a whole are seen at each unit."""
        return tuple(
            track.spread(self._units[axis]) if axis in self._units and track.units == 1 else track
            for axis, track in enumerate(tracks)
        )

    def require_apart(self, layout: Layout) -> None:
        """Check that no two factors number the same units in different ways.

        Raises:
            UnknownReachError: Two do, or one became channels on an axis where others have places.
        """
        if any(axes_of(layout[number]) for number in self._made_channels):
            raise UnknownReachError(DIFFERENT)
        for axis, count in self._units.items():
            spans = sorted(factor.span(count) for factor in self._of([axis]))
            if any(end > start for (_, end), (start, _) in pairwise(spans)):
                raise UnknownReachError(DIFFERENT)


def _common_layout(layouts: Sequence[Layout]) -> Layout:
    """Return the layout of a join: on each axis that of the inputs which have places there."""
    rank = max(map(len, layouts))
    return tuple(map(_common_axis, zip(*(padded(one, rank) for one in layouts), strict=True)))


def _common_axis(axes: Sequence[Axis]) -> Axis:
    placed = [axis for axis in axes if axes_of(axis)]
    many = [axis for axis in placed if any(f.axes and f.size > 1 for f in axis)]
    if len({*many}) > 1:
        raise UnknownReachError(DIFFERENT)
    return next(iter(many or placed), axes[0])
