"""What the units of a tensor see."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from math import prod
from operator import is_

from archstat.analyses.receptive_field.layout import (
    Axis,
    AxisFactor,
    Layout,
    Medley,
    all_units,
    as_channels,
    is_doubtful,
    renumbered,
)
from archstat.analyses.receptive_field.tracks import Track
from archstat.layers.base import Shape
from archstat.layers.window import Digits
from archstat.record import record


@record
class FieldView:
    """What the units of a tensor see.

    Attributes:
        tracks: What they see along each axis of the image.
        layout: Which of these units each axis of the tensor numbers. An axis of the image that none
            of them numbers has been read as a whole: its track has one unit, which all of them see.
            Of one that they number in part, all units that they do not tell apart see the same.
    """

    tracks: tuple[Track, ...]
    layout: Layout

    @classmethod
    def of_image(cls, shape: Shape, channels: int = 0, *, is_clipped: bool) -> FieldView:
        """Return the view of the input itself: the axes of the image, and one of channels."""
        sizes = (*shape[:channels], *shape[channels + 1 :])
        is_doubtful = len(sizes) == 1 and shape[channels] > 1
        layout = [all_units(size, axis) for axis, size in enumerate(sizes)]
        layout.insert(channels, (AxisFactor(shape[channels], is_doubtful=is_doubtful),))
        return cls(_pixels(sizes, is_clipped=is_clipped), tuple(layout))

    @classmethod
    def of_axes(cls, shape: Shape) -> FieldView:
        """Return the view of an input of which all axes may be those of an image."""
        layout = tuple(all_units(size, axis) for axis, size in enumerate(shape))
        return cls(_pixels(shape, is_clipped=False), layout)

    @classmethod
    def of_nothing(cls, shape: Shape) -> FieldView:
        """Return the view of what sees no pixel of an input of this shape."""
        return cls(tuple(Track.of_nothing() for _ in shape[1:]), ())

    @cached_property
    def is_map(self) -> bool:
        """Whether its last axes are those of the image, with all units, and no other has places."""
        units = [all_units(track.units, axis) for axis, track in enumerate(self.tracks)]
        others = self.layout[: -len(units)]
        return [*self.layout[len(others) :]] == units and not any(
            factor.axes or is_doubtful(axis) for axis in others for factor in axis
        )

    @property
    def is_constant(self) -> bool:
        """Whether all units see the same."""
        axes = {axis for _, _, factor in self.places() for axis in factor.axes}
        return all(self.tracks[axis].is_constant for axis in axes)

    def places(self) -> Iterator[tuple[int, int, AxisFactor | Medley]]:
        """Yield the factors that tell units apart, with the axis, from the end, and the place."""
        for number, factors in enumerate(self.layout, -len(self.layout)):
            for place, factor in enumerate(factors):
                if factor.axes and factor.size > 1:
                    yield number, place, factor

    def read(self, number: int, place: int, *, is_in_place: bool) -> FieldView:
        """Return the view where each unit reads all that a factor numbers.

        Args:
            number: The axis of the tensor, from the end.
            place: The factor on it.
            is_in_place: Whether each unit stays where it is; else they are channels from then on.
        """
        factor = self.layout[number][place]
        view = self
        if not is_in_place or isinstance(factor, Medley):
            view = self.laid_out(as_channels(self.layout, number, place))
        for axis in factor.axes:
            track = self.tracks[axis]
            if isinstance(factor, AxisFactor) and any(
                axis in other.axes for _, _, other in view.places()
            ):
                view = view.with_track(axis, track.through(factor.mixed(track.units), track.units))
                continue
            whole = Digits((1,), (0 if is_in_place else 1,), *factor.reach(track.units))
            view = view.with_track(axis, track.through(whole, 1))
        return view

    def settled(self) -> FieldView:
        """Return the view without places that are hard to follow, where all units see the same.

        Beside a class token, or flattened, there is no telling them apart, and no need to.
        """
        view = self
        for number, place, factor in self.places():
            is_map = (
                len(self.layout[number]) == 1
                and isinstance(factor, AxisFactor)
                and any(factor.numbers_all(axis, self.tracks[axis].units) for axis in factor.axes)
            )
            if not is_map and all(self.tracks[axis].is_constant for axis in factor.axes):
                view = view.read(number, place, is_in_place=False)
        return view

    def without_places(self) -> FieldView:
        """Return the view, of which all units see the same, as one of channels alone."""
        tracks = tuple(t.spread(1) if t.is_constant else t for t in self.tracks)
        return FieldView(tracks, ())

    def compact(self) -> FieldView:
        """Return the view with those units alone that the tensor tells apart."""
        if self.is_map:
            return self
        view = self
        factors = [factor for _, _, factor in self.places() if isinstance(factor, AxisFactor)]
        for axis, track in enumerate(self.tracks):
            own = [factor for factor in factors if factor.axis == axis]
            if len(own) == 1 and own[0].size == track.units:
                continue
            own.sort(key=lambda factor: factor.step, reverse=True)
            sizes = tuple(factor.size for factor in own)
            if own and prod(sizes) != track.units:
                window = Digits(sizes, tuple(factor.step for factor in own))
                view = view.with_track(axis, track.through(window, prod(sizes)))
                view = view.laid_out(renumbered(view.layout, own))
        return view

    def with_track(self, axis: int, track: Track) -> FieldView:
        """Return the view with other pixels seen along an axis of the image."""
        tracks = [*self.tracks]
        tracks[axis] = track
        return FieldView(tuple(tracks), self.layout)

    def with_axis(self, number: int, factors: Axis) -> FieldView:
        """Return the view with other factors on an axis of the tensor."""
        layout = [*self.layout]
        layout[number] = factors
        return FieldView(self.tracks, tuple(layout))

    def laid_out(self, layout: Layout) -> FieldView:
        """Return the view with another layout; itself, if it is the one that it has."""
        same = len(layout) == len(self.layout) and all(map(is_, layout, self.layout))
        return self if same else FieldView(self.tracks, layout)


def _pixels(sizes: Shape, *, is_clipped: bool) -> tuple[Track, ...]:
    """Return what pixels see, along each axis: themselves."""
    track = {size: Track.of_pixels(size, is_clipped=is_clipped) for size in sizes}
    return tuple(track[size] for size in sizes)
