"""What the units along one axis of the image see, as intervals of its pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from archstat.errors import ArchstatError
from archstat.layers.window import Window
from archstat.record import record

Interval: TypeAlias = tuple[int, int]
"""First and last input pixel, both included; pixels below 0 are padding."""

LONGEST_PERIOD = 1 << 14  # beyond it, exact intervals would cost more than they tell


class UnknownReachError(ArchstatError):
    """A layer through which positions cannot be followed."""


@record
class Track:
    """What the units of one axis see.

    Attributes:
        units: How many units the map has along the axis.
        intervals: The pixels that units 0, 1, … of one period see; None for a unit that sees none.
        advance: How many pixels further the next period sees.
        is_even: Whether the units are `stride` pixels apart; not where branches of different
            strides have met.
        is_clipped: Whether there is nothing beyond the map, so that all its units are one period;
            else units that lie outside see what they would if the map went on.
    """

    units: int
    intervals: tuple[Interval | None, ...]
    advance: int
    is_even: bool = True
    is_clipped: bool = False

    @classmethod
    def of_nothing(cls) -> Track:
        """Return the track of what sees no pixel."""
        return cls(1, (None,), 0)

    @classmethod
    def of_pixels(cls, count: int, *, is_clipped: bool) -> Track:
        """Return the track of the image itself."""
        if is_clipped:
            return cls(count, tuple((pixel, pixel) for pixel in range(count)), 0, is_clipped=True)
        return cls(count, ((0, 0),), 1)

    def interval(self, unit: int) -> Interval | None:
        """Return what unit `unit` sees, which may lie outside of the map."""
        if self.is_clipped and not 0 <= unit < self.units:
            return None
        period, phase = divmod(unit, len(self.intervals))
        seen = self.intervals[phase]
        if seen is None:
            return None
        return seen[0] + period * self.advance, seen[1] + period * self.advance

    @property
    def stride(self) -> Fraction:
        """The mean number of pixels from one unit to the next."""
        return Fraction(self.advance, len(self.intervals))

    @property
    def size(self) -> int:
        """The pixels that the widest unit of the map sees; 0 if none sees any."""
        existing = self.intervals[: self.units]
        return max((last - first + 1 for first, last in filter(None, existing)), default=0)

    @property
    def is_constant(self) -> bool:
        """Whether all units see the same."""
        return not self.advance and len({*self.intervals}) == 1

    def through(self, window: Window, units: int) -> Track:
        """Return what the `units` units behind a window see."""
        if self.is_clipped:
            period, advance = units, 0
        else:
            outputs, inputs = window.period
            repeats = len(self.intervals) // gcd(len(self.intervals), inputs)
            period = outputs * repeats
            advance = inputs * repeats // len(self.intervals) * self.advance
        _require_short(period)
        is_monotonic = len(self.intervals) == 1 and not self.is_clipped
        read = _outer if is_monotonic else lambda taps: taps  # the outer taps are enough there
        views = (read(window.taps(unit)) for unit in range(period))
        intervals = tuple(_union(map(self.interval, taps)) for taps in views)
        return Track(units, intervals, advance, self.is_even, self.is_clipped)

    def spread(self, units: int) -> Track:
        """Return what `units` units see that all read unit 0, the only one there is."""
        seen = self.interval(0)
        intervals = (seen,) * units if self.is_clipped else (seen,)
        return Track(units, intervals, 0, is_clipped=self.is_clipped)


def united(tracks: Sequence[Track]) -> Track:
    """Return the union of branches, exact for the units of the map."""
    tracks = [track for track in tracks if any(track.intervals)] or [tracks[0]]
    first = tracks[0]
    same_stride = len({track.stride for track in tracks}) == 1
    period = lcm(*(len(track.intervals) for track in tracks)) if same_stride else first.units
    _require_short(period)
    unions = tuple(_union(track.interval(unit) for track in tracks) for unit in range(period))
    if not same_stride and len({*unions}) == 1:  # one branch sees all that there is to see
        return Track(first.units, unions[:1], 0)
    advance = int(max(track.stride for track in tracks) * period)
    is_even = same_stride and all(track.is_even for track in tracks)
    return Track(first.units, unions, advance, is_even, first.is_clipped)


def _union(intervals: Iterable[Interval | None]) -> Interval | None:
    seen = [interval for interval in intervals if interval is not None]
    if not seen:
        return None
    return min(first for first, _ in seen), max(last for _, last in seen)


def _outer(taps: Sequence[int]) -> Sequence[int]:
    return (taps[0], taps[-1]) if taps else ()


def _require_short(period: int) -> None:
    if period > LONGEST_PERIOD:
        raise UnknownReachError(f"its units see {period:,} different patterns, too many to follow")
