"""Quantities as people write them: three significant digits, in a unit of a fitting size."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from archstat.record import record

THOUSAND = 1000
EIGHTHS = "▏▎▍▌▋▊▉"
MINUTE_S, HOUR_S = 60, 3600
LEAST_SHARE = 0.0005
"""Of 1; less would print as nothing."""


@record
class TimeUnit:
    """A unit of time, and how many of it a second has."""

    name: str
    a_second: float

    def number(self, seconds: float) -> str:
        """Return a time without the unit's name."""
        return significant(seconds * self.a_second)


TIME_UNITS = (TimeUnit("s", 1), TimeUnit("ms", 1e3), TimeUnit("µs", 1e6), TimeUnit("ns", 1e9))


def time_unit(seconds: Sequence[float]) -> TimeUnit:
    """Return the unit in which the middle one of some times has one to three digits.

    >>> time_unit([0.0168, 0.199]).name, time_unit([5.1e-5]).name, time_unit([]).name
    ('ms', 'µs', 's')
    """
    ordered = sorted(seconds) or [1.0]
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return next((unit for unit in TIME_UNITS if middle * unit.a_second >= 1), TIME_UNITS[-1])


def significant(value: float) -> str:
    """Return a number with three significant digits.

    >>> [significant(value) for value in (0, 0.02853, 9.996, 16.84, 199.4, 1993)]
    ['0', '0.0285', '10.0', '16.8', '199', '1,990']
    """
    if not value:
        return "0"
    rounded = float(f"{value:.2e}")
    return f"{rounded:,.{max(0, 2 - floor(log10(rounded)))}f}"


def with_prefix(value: float, unit: str) -> str:
    """Return an amount in the multiple of a unit that leaves one to three digits before the point.

    >>> with_prefix(4.474e11, "FLOP/s"), with_prefix(4.25e10, "B/s"), with_prefix(999.9, "MAC")
    ('447 GFLOP/s', '42.5 GB/s', '1.00 kMAC')
    """
    prefixes = ["", "k", "M", "G", "T", "P", "E", "Z"]
    while float(f"{value:.2e}") >= THOUSAND and len(prefixes) > 1:
        value /= THOUSAND
        del prefixes[0]
    return f"{significant(value)} {prefixes[0]}{unit}"


def short(value: float) -> str:
    """Return a number with up to three significant digits, as at an axis.

    >>> short(0.1), short(50), short(2000)
    ('0.1', '50', '2,000')
    """
    text = significant(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def short_with_prefix(value: float) -> str:
    """Return an amount without its unit, as at an axis.

    >>> short_with_prefix(0.1), short_with_prefix(2e11)
    ('0.1', '200 G')
    """
    if value < THOUSAND:
        return short(value)
    number, prefix = with_prefix(value, "").split()
    return f"{number.rstrip('0').rstrip('.') if '.' in number else number} {prefix}"


def percent(share: float) -> str:
    """Return a share in percent, small ones with a digit behind the point.

    >>> percent(0.3412), percent(0.0341), percent(11.7), percent(0.0001), percent(0)
    ('34 %', '3.4 %', '1,170 %', '< 0.1 %', '0 %')
    """
    if 0 < share < LEAST_SHARE:
        return "< 0.1 %"
    digits = 1 if 0 < share < 0.0995 else 0  # noqa: PLR2004  9.95 % rounds up
    return f"{100 * share:,.{digits}f} %"


def bar(share: float, width: int) -> str:
    """Return a share as a bar, to an eighth of a character.

    >>> bar(0.55, 5), bar(1.2, 5)
    ('██▊', '█████')
    """
    full, rest = divmod(round(8 * width * min(share, 1)), 8)
    return "█" * full + (EIGHTHS[rest - 1] if rest else "")


def duration(seconds: float) -> str:
    """Return a long time, as of an epoch.

    >>> duration(4.26), duration(75.4), duration(7322)
    ('4.26 s', '1 min 15 s', '2 h 2 min')
    """
    if seconds < MINUTE_S:
        return f"{significant(seconds)} s"
    if seconds < HOUR_S:
        return f"{int(seconds // MINUTE_S)} min {int(seconds % MINUTE_S)} s"
    return f"{int(seconds // HOUR_S):,} h {int(seconds % HOUR_S // MINUTE_S)} min"
