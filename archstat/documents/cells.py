"""What stands in a cell, and how people, programs, JSON and spreadsheets read it."""

from __future__ import annotations

import re
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from archstat.documents.letters import printable
from archstat.documents.units import time_unit
from archstat.layers.base import shortest, times
from archstat.record import record
from archstat.report.values import (
    AtLeast,
    Bytes,
    Map,
    Named,
    Pair,
    PerAxis,
    Seconds,
    Share,
    Value,
)

if TYPE_CHECKING:
    from archstat.analyses.symbols import Expression

NOTHING = "–"
UNKNOWN = "?"
KIB = 1024
EXACT = 10**15
"""From here on, a spreadsheet rounds whole numbers."""


class Look(Enum):
    """How a piece of text stands out, where that can be shown."""

    NORMAL = ""
    STRONG = "strong"
    WEAK = "weak"
    GOOD = "good"
    OTHER = "other"
    DOUBT = "doubt"
    BAD = "bad"
    ABSENT = "absent"
    HEAVY = "heavy"


@record
class Number:
    """A number: exact for programs, and as people write it; without a text with commas alone."""

    value: float
    text: str = ""


@record
class Sign:
    """A sign.

    Attributes:
        sign: What people see.
        name: What programs read.
        meaning: What it means, for whoever does not know or see the sign.
        look: How it stands out.
    """

    sign: str
    name: str
    meaning: str = ""
    look: Look = Look.NORMAL


@record
class Signed:
    """A value with a mark behind it.

    Attributes:
        remark: The number of the remark that is about it.
        said: What is said of it.
    """

    value: Cell
    mark: Sign
    remark: int | None = None
    said: str = ""

    @property
    def sign(self) -> str:
        """The mark with the number of the remark, raised."""
        return f"{self.mark.sign}{str(self.remark or '').translate(_RAISED)}"


@record
class Formula:
    """A formula, in letters or with their values."""

    expression: Expression
    has_values: bool = False


@record
class Blank:
    """What is to be filled in."""


Cell: TypeAlias = "Value | Number | Sign | Signed | Formula | Blank"
"""What stands in a cell: "" does not exist there, 0 is none, None is not known."""

EMPTY = Named("", "")
"""Nothing, not even a dash."""

BLANK = Blank()

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def for_people(cell: Cell) -> str:  # noqa: C901, PLR0911, PLR0912  a case for each type
    """Return a cell as people read it.

    >>> for_people(37748736), for_people(Map(96, (55, 55))), for_people(PerAxis((4, 4)))
    ('37,748,736', '55×55×96', '4')
    """
    match cell:
        case None:
            return UNKNOWN
        case 0 | "":
            return NOTHING
        case str():
            return printable(cell)
        case int():
            return f"{cell:,}"
        case AtLeast():
            return f"≥ {cell.count:,}"
        case Named():
            return printable(cell.label)
        case Map():
            return times(cell.ordered())
        case PerAxis():
            parts = tuple(UNKNOWN if part is None else _number(part) for part in cell.values)
            short = shortest(parts)
            return times(parts) if isinstance(short, tuple) else str(short)
        case Share():
            return f"{100 * cell.part / cell.whole:.1f} %" if cell.part else NOTHING
        case Bytes():
            return with_unit(cell.count) if cell.count else NOTHING
        case Seconds():
            return with_time_unit(cell.count)
        case Pair():
            return f"{for_people(cell.first)}{cell.between}{for_people(cell.second)}"
        case Number():
            return cell.text or f"{cell.value:,}"
        case Sign():
            return cell.sign
        case Signed():
            return f"{for_people(cell.value)} {cell.sign}".strip()
        case Formula():
            from archstat.documents.formulas import written  # noqa: PLC0415  most tables have none

            return written(cell.expression, has_values=cell.has_values)
        case Blank():
            return ""


def for_machines(cell: Cell) -> str:  # noqa: C901, PLR0911  a case for each type
    """Return a cell in ASCII, without thousands separators; nothing where there is nothing.

    >>> for_machines(37748736), for_machines(Map(96, (55, 55))), for_machines(Share(1, 4))
    ('37748736', '55x55x96', '0.25')
    """
    match cell:
        case None:
            return UNKNOWN
        case str():
            return for_spreadsheets(printable(cell))
        case int():
            return str(int(cell))
        case Named():
            return for_spreadsheets(printable(cell.name))
        case Sign():
            return cell.name
        case Signed():
            return for_machines(cell.value)
        case Share():
            return repr(cell.part / cell.whole) if cell.whole else ""
        case Bytes() | Seconds():
            return str(cell.count)
        case Number():
            return str(cell.value)
        case Formula():
            return for_people(cell)
        case _:
            return for_people(cell).replace("×", "x")


def for_json(cell: Cell) -> object:  # noqa: C901, PLR0911  a case for each type
    """Return a cell as JSON has it: null is not known, or nothing.

    >>> for_json(Map(96, (55, 55))), for_json(Named("conv2d", "conv")), for_json("")
    ([55, 55, 96], 'conv2d', None)
    """
    match cell:
        case None | "" | Blank():
            return None
        case str():
            return printable(cell)
        case int():
            return cell
        case Named():
            return printable(cell.name) or None
        case Map():
            return list(cell.ordered())
        case Bytes() | Seconds() | AtLeast():
            return cell.count
        case Share():
            return cell.part / cell.whole if cell.whole else None
        case Number():
            return cell.value
        case Sign():
            return cell.name
        case Signed():
            return for_json(cell.value)
        case _:
            return for_people(cell)


def for_workbooks(cell: Cell) -> str | float:  # noqa: PLR0911  a case for each type
    """Return a number where a spreadsheet can hold it exactly, and a text for people elsewhere.

    >>> for_workbooks(34848), for_workbooks(PerAxis((4, 4))), for_workbooks(Share(1, 4))
    (34848, 4, 0.25)
    """
    match cell:
        case int() if abs(cell) < EXACT:
            return int(cell)
        case Bytes() | Seconds():
            return cell.count
        case Number():
            return cell.value
        case Sign():
            return cell.name
        case Share() if cell.whole:
            return cell.part / cell.whole
        case Map() | PerAxis() if (text := for_people(cell)).isdecimal():
            return int(text)
        case _:
            return for_people(cell)


SIGN = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
"""What a formula begins with; the last four are what East Asian keyboards write."""
FORMULA = re.compile(rf"^(?={SIGN}|[\t\r])|(?<=;)(?=\s*{SIGN}(?!\s*[\d.,]+\s*(?:;|$)))")


def for_spreadsheets(text: str) -> str:
    """Return a text from outside so that no spreadsheet takes it for a formula.

    Where a comma is the decimal sign, a semicolon begins a cell, whatever is around it.

    >>> for_spreadsheets("=1+1"), for_spreadsheets("27x27x96"), for_spreadsheets("a;=1+1")
    ("'=1+1", '27x27x96', "a;'=1+1")
    """
    return FORMULA.sub("'", text)


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
    unit = time_unit([seconds])
    return f"{unit.number(seconds)} {unit.name}"


def _number(value: int | Fraction) -> str:
    """Return a number as briefly as it is exact.

    >>> _number(Fraction(32)), _number(Fraction(1, 2)), _number(Fraction(7, 3))
    ('32', '0.5', '7/3')
    """
    if value == int(value):
        return str(int(value))
    return str(float(value)) if value * 1000 == int(value * 1000) else str(value)
