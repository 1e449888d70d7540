"""Figures from samples, none of which the samples cannot support.

Intervals are of 95 %. Bounds of a quantile come from order statistics, so no distribution is
assumed: H. A. David and H. N. Nagaraja, Order Statistics, 3rd edition, section 7.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import exp, log, pi, sqrt
from statistics import median, stdev
from typing import NamedTuple

CONFIDENCE = Fraction("0.95")

T_975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
)  # fmt: skip
"""Student's t at 97.5 % for 1, 2, … degrees of freedom, from the usual tables."""


class Interval(NamedTuple):
    """Where a figure lies with 95 % confidence."""

    low: float
    high: float

    def united(self, other: Interval | None) -> Interval:
        """Return the interval that holds both."""
        if other is None:
            return self
        return Interval(min(self.low, other.low), max(self.high, other.high))


@cache
def support(quantile: float) -> int:
    """Return how many samples a quantile needs, so that the extreme one bounds it with 95 %.

    >>> support(0.95), support(0.99), support(0.05)
    (59, 299, 59)
    """
    tail = min(quantile, 1 - quantile)
    count = 1
    while (1 - tail) ** count > 1 - CONFIDENCE + 1e-12:
        count += 1
    return count


def percentile(values: Sequence[float], quantile: float) -> float | None:
    """Return a quantile, or None where there are too few values for it."""
    if len(values) < support(quantile):
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]


def median_interval(values: Sequence[float]) -> Interval | None:
    """Return where the median lies, if the values are independent; None for too few.

    >>> median_interval([5, 1, 4, 2, 3])
    >>> median_interval([5, 1, 4, 2, 3, 6])
    Interval(low=1, high=6)
    """
    count = len(values)
    most_outside = int((1 - CONFIDENCE) * 2**count)  # of all ways to lie below or above the median
    rank, ways, outside = 0, 1, 2  # at this rank from both ends; the ways to have it so; all so far
    while outside <= most_outside:
        rank += 1
        ways = ways * (count - rank + 1) // rank
        outside += 2 * ways
    if rank == 0:
        return None
    ordered = sorted(values)
    return Interval(ordered[rank - 1], ordered[-rank])


def next_run(figures: Sequence[float]) -> Interval | None:
    """Return where the figure of another run of as many processes lies; None for one process.

    The figures of processes are taken as log-normal. The other run scatters too, so the interval is
    that of the difference of two medians, each with up to π/2 times the variance of a mean.
    """
    count = len(figures)
    if count < 2:  # noqa: PLR2004  one has no spread
        return None
    logs = [log(figure) for figure in figures]
    t = T_975[min(count - 2, len(T_975) - 1)]
    half = t * stdev(logs) * sqrt(pi / count)
    middle = median(figures)
    return Interval(middle * exp(-half), middle * exp(half))


def spread(figures: Sequence[float]) -> float:
    """Return how far figures lie apart, as a share of their median."""
    return (max(figures) - min(figures)) / median(figures)
