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


MOST_WORK = 1 << 22
"""Units may be read until one of those is worked out, through all that lies before it."""

TOO_MANY = f"more than {MOST_UNITS:,} of its units see otherwise each"

FEW_TAPS = 4
"""As many as those units may read in the mean; fewer units may read more."""


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
        if outputs == len(self.intervals) == 1 and (taps := window.taps(0)):  # the frequent case
            ends = self.interval(taps[0]), self.interval(taps[-1])
            return Repeating((hull(ends),), inputs * self.advance)
        repeats = self.period // gcd(self.period, inputs)
        period = outputs * repeats
        if period > max(units, FEW_UNITS):
            return Followed.behind(self, window, units)
        require_few(period, _outer(window.taps(0), self.period))
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
        require_few(units, window.taps(0), FEW_UNITS)
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
        self._work = 0  # how many units have been read

    @classmethod
    def behind(cls, source: Branch, window: Window, units: int) -> Followed:
        """Return what the `units` units behind a window see.

        Raises:
            UnknownReachError: They are too many, or read too many.
        """
        require_few(units, _outer(window.taps(0), source.period))
        return cls((source,), window)

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
            self._work += len(taps)
            if self._work > MOST_WORK:
                raise UnknownReachError(TOO_MANY)
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
                seen = hull(
                    source.interval(tap)
                    for source in branch.sources
                    for tap in _outer(taps, source.period)
                )
                branch._known[at] = seen  # noqa: SLF001  likewise
                todo.pop()
        return self._known[unit]

    def through(self, window: Window, units: int) -> Followed:
        """See `Branch.through`."""
        return Followed.behind(self, window, units)


def require_few(units: int, taps: Sequence[int], mean_taps: int = FEW_TAPS) -> None:
    """Check that units can be worked out one by one.

    Raises:
        UnknownReachError: They are too many, or read too many units each.
    """
    if units > MOST_UNITS or units * len(taps) > MOST_UNITS * mean_taps:
        raise UnknownReachError(TOO_MANY)


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


def _outer(taps: Sequence[int], period: int | None) -> Sequence[int]:
    """Return the taps that see the first pixels and the last: a period at either end."""
    if period is None or len(taps) <= 2 * period:
        return taps
    return *taps[:period], *taps[-period:]
