"""What the units along one axis of the image see, by all ways through the network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from math import lcm

from archstat.analyses.receptive_field.branches import (
    Branch,
    Clipped,
    Interval,
    Repeating,
    hull,
    merged,
)
from archstat.layers.window import Sliding, Window
from archstat.record import record

OWN_PLACE = Sliding(1)
"""The window of a unit that reads what is at its own place."""


@record
class Track:
    """What the units of one axis see.

    Attributes:
        units: How many units the map has along the axis.
        branches: The ways through the network, one for each stride; a unit sees what it sees by
            any of them.
    """

    units: int
    branches: tuple[Branch, ...]

    @classmethod
    def of_nothing(cls) -> Track:
        """Return the track of what sees no pixel."""
        return cls(1, (Repeating((None,), 0),))

    @classmethod
    def of_pixels(cls, count: int, *, is_clipped: bool) -> Track:
        """Return the track of the image itself.

        Args:
            count: How many pixels it has along the axis.
            is_clipped: Whether there is nothing beyond the image, and nothing beyond the maps; else
                units that lie outside see what they would if the map went on.
        """
        if is_clipped:
            pixels = tuple((pixel, pixel) for pixel in range(count))
            return cls(count, (Clipped(pixels, Fraction(1)),))
        return cls(count, (Repeating(((0, 0),), 1),))

    def interval(self, unit: int) -> Interval | None:
        """Return what unit `unit` sees, which may lie outside of the map."""
        if len(self.branches) == 1:
            return self.branches[0].interval(unit)
        return hull(branch.interval(unit) for branch in self.branches)

    @cached_property
    def intervals(self) -> tuple[Interval | None, ...]:
        """What each unit of the map sees."""
        return tuple(map(self.interval, range(self.units)))

    @cached_property
    def stride(self) -> Fraction:
        """The mean number of pixels from one unit to the next, the largest of all branches."""
        if self.is_constant:
            return Fraction(0)
        strides = [branch.stride for branch in self.branches]
        return strides[0] if len(strides) == 1 else max(strides)

    @property
    def is_even(self) -> bool:
        """Whether units are `stride` pixels apart; not where branches of unequal strides met."""
        return len(self.branches) == 1 or self.is_constant

    @cached_property
    def size(self) -> int:
        """The pixels that the widest unit of the map sees; 0 if none sees any."""
        match self.branches:
            case (Repeating(intervals=seen),):  # further on, all see as many again
                return _widest(seen[: self.units])
        periods = [branch.period for branch in self.branches]
        known = [period for period in periods if period is not None]
        units: Iterable[int] = range(self.units)
        if len(known) == len(periods) and (period := lcm(*known)) < self.units:
            # between its first and its last period, a union is no wider than in one of them
            first, last = range(period), range(self.units - period, self.units)
            units = {*first, *last}
        return _widest(map(self.interval, units))

    @cached_property
    def recurrence(self) -> tuple[int, Fraction | None, int | None]:
        """Its size, its stride where it is even, and the pixels before the image for unit 0."""
        first = self.interval(0)
        padding = None if first is None else -first[0]
        return self.size, self.stride if self.is_even else None, padding

    @cached_property
    def is_constant(self) -> bool:
        """Whether all units of the map see the same."""
        match self.branches:
            case (Repeating(intervals=(_,)) as branch,):
                return not branch.advance
        if self.units == 1:
            return not any(branch.stride for branch in self.branches)
        match self.branches:
            case (Repeating(intervals=seen, advance=advance),) if seen[0] is not None:
                return (not advance or self.units <= len(seen)) and len({*seen[: self.units]}) == 1
        first = self.interval(0)
        return all(self.interval(unit) == first for unit in range(1, self.units))

    def through(self, window: Window, units: int) -> Track:
        """Return what the `units` units behind a window see, worked out once."""
        key = window, units
        track = self._behind.get(key)
        if track is None and window == OWN_PLACE and units == self.units:
            track = self._behind[key] = self
        if track is None:
            behind = tuple([branch.through(window, units) for branch in self.branches])
            one = behind if len(behind) == 1 else merged(behind, units)
            track = self._behind[key] = Track(units, one)
        return track

    @cached_property
    def _behind(self) -> dict[tuple[Window, int], Track]:
        return {}

    def spread(self, units: int) -> Track:
        """Return what `units` units see that all read unit 0, the only one there is."""
        seen = self.interval(0)
        if any(isinstance(branch, Clipped) for branch in self.branches):
            return Track(units, (Clipped((seen,) * units, Fraction(0)),))
        return Track(units, (Repeating((seen,), 0),))


def _widest(intervals: Iterable[Interval | None]) -> int:
    """Return the pixels of the widest of some intervals; 0 where nothing is seen."""
    return max([last - first + 1 for first, last in filter(None, intervals)], default=0)


def united(tracks: Sequence[Track]) -> Track:
    """Return the union of what several inputs of a layer see, exact for every unit."""
    units = tracks[0].units
    branches = [branch for track in tracks for branch in track.branches]
    seeing = [branch for branch in branches if not _is_blind(branch)]
    return Track(units, merged(seeing or branches[:1], units))


def _is_blind(branch: Branch) -> bool:
    """Return whether no unit sees anything by a branch."""
    return isinstance(branch, Repeating | Clipped) and not any(branch.intervals)
