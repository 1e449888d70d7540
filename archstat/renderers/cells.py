"""A value as text for people or for machines, or as what a spreadsheet holds."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from archstat.layers.base import shortest, times
from archstat.report.columns import AtLeast, Bytes, Map, Pair, PerAxis, Seconds, Share, Value, Words

Layout: TypeAlias = Literal["hwc", "chw"]
"""Whether a map is written rows × columns × channels, or channels first."""

NOTHING = "–"
UNKNOWN = "?"
KIB = 1024
EXACT = 10**15
"""From here on, a spreadsheet rounds whole numbers."""


def for_people(  # noqa: C901, PLR0911  one case for each type of value
    value: Value, layout: Layout = "hwc"
) -> str:
    """Return a value as people write it.

    >>> for_people(37748736), for_people(Map(96, (55, 55))), for_people(PerAxis((4, 4)))
    ('37,748,736', '55×55×96', '4')
    """
    match value:
        case None:
            return UNKNOWN
        case 0 | "":
            return NOTHING
        case str():
            return value
        case int():
            return f"{value:,}"
        case AtLeast():
            return f"≥ {value.count:,}"
        case Words():
            return value.label
        case Map():
            return times(_ordered(value, layout))
        case PerAxis():
            parts = tuple(UNKNOWN if part is None else _number(part) for part in value.values)
            short = shortest(parts)
            return times(parts) if isinstance(short, tuple) else str(short)
        case Share():
            return f"{100 * value.part / value.whole:.1f} %" if value.part else NOTHING
        case Bytes():
            return with_unit(value.count) if value.count else NOTHING
        case Seconds():
            return with_time_unit(value.count)
        case Pair():
            first, second = for_people(value.first, layout), for_people(value.second, layout)
            return f"{first}{value.between}{second}"


def for_machines(value: Value, layout: Layout = "hwc") -> str:
    """Return a value in ASCII, without thousands separators; nothing where there is nothing.

    >>> for_machines(37748736), for_machines(Map(96, (55, 55))), for_machines(Share(1, 4))
    ('37748736', '55x55x96', '0.25')
    """
    match value:
        case None:
            return UNKNOWN
        case str() | int():
            return str(value)
        case Words():
            return value.name
        case Share():
            return repr(value.part / value.whole) if value.whole else ""
        case Bytes() | Seconds():
            return str(value.count)
        case _:
            return for_people(value, layout).replace("×", "x")


def for_workbooks(value: Value, layout: Layout = "hwc") -> str | float:
    """Return a number where a spreadsheet can hold it exactly, and a text for people elsewhere.

    >>> for_workbooks(34848), for_workbooks(PerAxis((4, 4))), for_workbooks(Share(1, 4))
    (34848, 4, 0.25)
    """
    match value:
        case int() if abs(value) < EXACT:
            return value
        case Bytes() | Seconds():
            return value.count
        case Share() if value.whole:
            return value.part / value.whole
        case Map() | PerAxis() if (text := for_people(value, layout)).isdecimal():
            return int(text)
        case _:
            return for_people(value, layout)


def for_spreadsheets(text: str) -> str:
    """Return a text from outside so that no spreadsheet takes it for a formula.

    >>> for_spreadsheets("=1+1"), for_spreadsheets("27x27x96")
    ("'=1+1", '27x27x96')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def printable(text: str) -> str:
    r"""Return a text from outside without anything that a terminal or a reader of files obeys.

    >>> printable("conv\n1\x1b[31m")
    'conv 1 [31m'
    """
    return "".join(letter if letter.isprintable() else " " for letter in text)


def with_unit(count: int) -> str:
    """Return bytes in the unit that leaves one to four digits before the point.

    >>> with_unit(560), with_unit(1161600), with_unit(243860896)
    ('560 B', '1.1 MiB', '232.6 MiB')
    """
    if count < KIB:
        return f"{count} B"
    amount = float(count)
    for unit in ("KiB", "MiB", "GiB", "TiB", "PiB"):
        amount /= KIB
        if amount < KIB:
            return f"{amount:.1f} {unit}"
    return f"{amount:,.1f} PiB"


def with_time_unit(seconds: float) -> str:
    """Return a time in the unit that leaves one to three digits before the point.

    >>> with_time_unit(0.0168), with_time_unit(5.1e-5), with_time_unit(1.5)
    ('16.8 ms', '51.0 µs', '1.50 s')
    """
    from archstat.renderers.bench.units import time_unit  # noqa: PLC0415  most tables have no times

    unit = time_unit([seconds])
    return f"{unit.number(seconds)} {unit.name}"


def _ordered(value: Map, layout: Layout) -> tuple[int, ...]:
    if value.channels is None:
        return value.sizes
    if layout == "chw" or len(value.sizes) == 1:  # one place axis: tokens×features stay as they are
        return (value.channels, *value.sizes)
    return (*value.sizes, value.channels)


def _number(value: int | Fraction) -> str:
    """Return a number as briefly as it is exact.

    >>> _number(Fraction(32)), _number(Fraction(1, 2)), _number(Fraction(7, 3))
    ('32', '0.5', '7/3')
    """
    if value == int(value):
        return str(int(value))
    return str(float(value)) if value * 1000 == int(value * 1000) else str(value)
