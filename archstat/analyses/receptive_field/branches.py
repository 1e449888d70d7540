"""What the units along one axis of the image see by one way through the network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Protocol, TypeAlias

from archstat.errors import ArchstatError
from archstat.layers.window import Window
from archstat.record import record

Interval: TypeAlias = tuple[int, int]
"""First and last input pixel, both included; pixels below 0 are padding."""

FEW_UNITS = 64
"""A period may be as long as this on a small map; on others it is no longer than the map."""


MOST_UNITS = 1 << 16
"""Of those that are worked out one by one; a map on which each sees otherwise has thousands."""


class UnknownReachError(ArchstatError):
    """A layer through which positions cannot be followed."""


class Branch(Protocol):
    """From the number of a unit, inside of the map or not, to the pixels that it sees."""

    @property
    def stride(self) -> Fraction:
        """The mean number of pixels from one unit to the next."""

    @property
    def period(self) -> int | None:
        """After how many units all repeats, further on; None if the map ends before that."""

    def interval(self, unit: int) -> Interval | None:
        """Return what a unit sees; None if it sees nothing."""

    def through(self, window: Window, units: int) -> Branch:
        """Return what the `units` units behind a window see."""


@record
class Repeating:
    """What units see if the map goes on: the same again, so many pixels further.

    Attributes:
        intervals: What units 0, 1, … of one period see.
        advance: How many pixels further the next period sees.
    """

    intervals: tuple[Interval | None, ...]
    advance: int

    @cached_property
    def stride(self) -> Fraction:
        """See `Branch.stride`."""
        return Fraction(self.advance, len(self.intervals))

    @property
    def period(self) -> int:
        """See `Branch.period`."""
        return len(self.intervals)

    def interval(self, unit: int) -> Interval | None:
        """See `Branch.interval`."""
        period, phase = divmod(unit, len(self.intervals))
        seen = self.intervals[phase]
        if seen is None:
            return None
        return seen[0] + period * self.advance, seen[1] + period * self.advance

    def through(self, window: Window, units: int) -> Branch:
        """See `Branch.through`."""
        outputs, inputs = window.period
        repeats = self.period // gcd(self.period, inputs)
        period = outputs * repeats
        require_few(min(period, max(units, FEW_UNITS)))
        if period > max(units, FEW_UNITS):
            return Followed((self,), window)
        views = (_outer(window.taps(unit), self.period) for unit in range(period))
        intervals = tuple([hull(map(self.interval, taps)) for taps in views])
        return Repeating(intervals, inputs * repeats // self.period * self.advance)


@record
class Clipped:
    """What the units of a map see, with nothing beyond it.

    Attributes:
        intervals: What units 0, 1, … see.
        stride: See `Branch.stride`: what it would be if the map went on.
    """

    intervals: tuple[Interval | None, ...]
    stride: Fraction
    period: None = None

    def interval(self, unit: int) -> Interval | None:
        """See `Branch.interval`."""
        return self.intervals[unit] if 0 <= unit < len(self.intervals) else None

    def through(self, window: Window, units: int) -> Clipped:
        """See `Branch.through`."""
        require_few(units * len(window.taps(0)) // FEW_UNITS)
        views = (hull(map(self.interval, window.taps(unit))) for unit in range(units))
        outputs, inputs = window.period
        return Clipped(tuple(views), self.stride * inputs / outputs)


class Followed:
    """What units see, worked out unit by unit where a period would be longer than the map.

    Args:
        sources: What the units before see, by one way or by several.
        window: What a unit reads of them; None for the unit at its own place.
    """

    period = None

    def __init__(self, sources: Sequence[Branch], window: Window | None) -> None:
        self.sources = sources
        self.window = window
        self._known: dict[int, Interval | None] = {}

    @property
    def stride(self) -> Fraction:
        """See `Branch.stride`."""
        outputs, inputs = self.window.period if self.window else (1, 1)
        return self.sources[0].stride * inputs / outputs

    def taps(self, unit: int) -> Sequence[int]:
        """Return which units before it a unit reads."""
        return self.window.taps(unit) if self.window else (unit,)

    def interval(self, unit: int) -> Interval | None:
        """See `Branch.interval`."""
        if unit in self._known:
            return self._known[unit]
        todo: list[tuple[Followed, int]] = [(self, unit)]  # a stack, as networks may be deep
        while todo:
            branch, at = todo[-1]
            taps = branch.taps(at)
            missing = [
                (source, tap)
                for source in branch.sources
                if isinstance(source, Followed)
                for tap in taps
                if tap not in source._known  # noqa: SLF001  of the same class
            ]
            if missing:
                todo += missing
            else:
                seen = hull(source.interval(tap) for source in branch.sources for tap in taps)
                branch._known[at] = seen  # noqa: SLF001  likewise
                todo.pop()
        return self._known[unit]

    def through(self, window: Window, units: int) -> Followed:
        """See `Branch.through`."""
        require_few(max(units, len(window.taps(0))))
        return Followed((self,), window)


def require_few(units: int) -> None:
    """Check that units are not too many to be worked out one by one.

    Raises:
        UnknownReachError: They are.
    """
    if units > MOST_UNITS:
        raise UnknownReachError(f"more than {MOST_UNITS:,} of its units see otherwise each")


def merged(branches: Iterable[Branch], units: int) -> tuple[Branch, ...]:
    """Return branches that together see the same: one for each stride."""
    by_stride: dict[Fraction, list[Branch]] = {}
    for branch in branches:
        same = by_stride.setdefault(branch.stride, [])
        if branch not in same:
            same.append(branch)
    return tuple(_one(same, units) for same in by_stride.values())


def _one(branches: Sequence[Branch], units: int) -> Branch:
    """Return one branch that sees what some of the same stride see."""
    if len(branches) == 1:
        return branches[0]
    if any(isinstance(branch, Clipped) for branch in branches):
        return Clipped(_union(branches, units), branches[0].stride)
    periods = [branch.period for branch in branches if branch.period is not None]
    period = lcm(*periods)
    if len(periods) < len(branches) or period > max(units, FEW_UNITS):
        return Followed(branches, None)
    return Repeating(_union(branches, period), int(branches[0].stride * period))


def _union(branches: Sequence[Branch], units: int) -> tuple[Interval | None, ...]:
    return tuple(hull(branch.interval(unit) for branch in branches) for unit in range(units))


def hull(intervals: Iterable[Interval | None]) -> Interval | None:
    """Return the interval from the first pixel of some to their last.

    >>> hull([(0, 2), None, (7, 9)])
    (0, 9)
    """
    seen = [interval for interval in intervals if interval is not None]
    if not seen:
        return None
    if len(seen) == 1:
        return seen[0]
    firsts, lasts = zip(*seen, strict=True)
    return min(firsts), max(lasts)


def _outer(taps: Sequence[int], period: int) -> Sequence[int]:
    """Return the taps that see the first pixels and the last: a period at either end."""
    return taps if len(taps) <= 2 * period else (*taps[:period], *taps[-period:])
