"""What a cell is worth: points by column, credit for what follows, and which readings count."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from archstat.errors import Problem, UsageError, did_you_mean, shown, within
from archstat.homework.answers.places import TOTAL
from archstat.homework.answers.quantities import QUANTITIES, READINGS
from archstat.report.columns import SHORT_NAMES

FEEDBACK = ("none", "score", "hint", "full")
"""How much a student is told: nothing, the marks, the mistakes, or the right numbers, too."""

ALIKE = {"weights": "params", "params": "weights", "macs": "flops", "flops": "macs"}
"""Quantities of which either may stand in a column."""


@dataclass(frozen=True)
class Policy:
    """How a sheet is marked.

    Attributes:
        follow_through: What a cell earns that is wrong, but follows from an earlier one.
        other_convention: What a cell earns that is right under a reading that was not declared.
        diagnosed: What a wrong cell earns whose mistake is known.
        conventions: The readings that count as right.
        any_convention: Whether every reading does.
        asked: The quantities that the homework asks for, and "total": other columns earn nothing,
            and one that a sheet has not costs all of its cells. Where nothing is said, those of the
            sheet.
        points: What a cell is worth, by quantity; where nothing is said 1, and 0 for what is given
            with a layer, such as its stride, unless it is asked for.
        out_of: What all points are scaled to; None for the sum of the points.
        feedback: How much the student is told.
    """

    follow_through: Fraction = Fraction(1, 2)
    other_convention: Fraction = Fraction(1, 2)
    diagnosed: Fraction = Fraction(0)
    conventions: tuple[str, ...] = ()
    any_convention: bool = False
    asked: tuple[str, ...] = ()
    points: Mapping[str, Fraction] = field(default_factory=dict)
    out_of: Fraction | None = None
    feedback: str = "hint"

    def worth(self, quantity: str) -> Fraction:
        """Return what a cell of a quantity is worth."""
        if self.asked and not self.asks(quantity):
            return Fraction(0)
        is_given = QUANTITIES[quantity].is_setting and quantity not in self.asked
        return self.points.get(quantity, Fraction(0 if is_given else 1))

    def asks(self, quantity: str) -> bool:
        """Return whether a quantity is asked for, or one that a column may mean instead."""
        return any(quantity in {key, ALIKE.get(key)} for key in self.asked)

    def accepts(self, reading: str) -> bool:
        """Return whether a reading counts as right."""
        return self.any_convention or reading in self.conventions


def read_policy(path: Path) -> Policy:
    """Return the policy that a TOML file states.

    Raises:
        UsageError: The file cannot be read, or states something that is no policy; all problems
            are told at once.
    """
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not TOML: {error}") from None
    problems: list[Problem] = []
    settings: dict[str, Any] = {}
    for key, value in stated.items():
        if key not in _READERS:
            problems += UsageError(
                f"there is no setting {shown(key)}",
                hint=did_you_mean(key, list(_READERS)) or f"there are {', '.join(_READERS)}",
            ).problems
            continue
        try:
            settings[key] = _READERS[key](value)
        except UsageError as error:
            problems += error.within(key).problems
    if problems:
        raise UsageError.of(problems).within(str(path))
    return Policy(**settings)


def _share(value: object) -> Fraction:
    number = _amount(value)
    if number > 1:
        raise UsageError(f"must be between 0 and 1, got {shown(value)}")
    return number


def _amount(value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 10**9:
        raise UsageError(f"must be a number of points, got {shown(value)}")
    return Fraction(str(value))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"must be true or false, got {shown(value)}")
    return value


def readings(value: object) -> tuple[str, ...]:
    """Return the names of readings.

    Raises:
        UsageError: It is no list, or there is no such reading.
    """
    if not isinstance(value, (list, tuple)):
        raise UsageError(f"must be a list of conventions, got {shown(value)}")
    for name in value:
        if name not in READINGS:
            raise UsageError(
                f"there is no convention {shown(name)}",
                hint=did_you_mean(str(name), list(READINGS)) or f"there are {', '.join(READINGS)}",
            )
    return tuple(value)


def _points(value: object) -> Mapping[str, Fraction]:
    if not isinstance(value, Mapping):
        raise UsageError(f"must be points by column, got {shown(value)}")
    named = {SHORT_NAMES.get(str(key), str(key)): points for key, points in value.items()}
    for key in named:
        if key not in QUANTITIES:
            raise UsageError(
                f"there is no column {shown(key)}",
                hint=did_you_mean(key, list(QUANTITIES)) or f"there are {', '.join(QUANTITIES)}",
            )
    found = {}
    for key, points in named.items():
        with within(key):
            found[key] = _amount(points)
    return found


def quantities(value: object) -> tuple[str, ...]:
    """Return keys of columns, which may be named by their short titles.

    Raises:
        UsageError: It is no list, or there is no such column.
    """
    if not isinstance(value, (list, tuple)):
        raise UsageError(f"must be a list of columns, got {shown(value)}")
    keys = tuple(_points(dict.fromkeys([key for key in value if key != TOTAL], 1)))
    return (*keys, TOTAL) if TOTAL in value else keys


def level(value: object) -> str:
    """Return a level of feedback.

    Raises:
        UsageError: There is no such level.
    """
    if value not in FEEDBACK:
        raise UsageError(f"must be one of {', '.join(FEEDBACK)}, got {shown(value)}")
    return str(value)


_READERS: Mapping[str, Callable[[object], object]] = {
    "follow_through": _share,
    "other_convention": _share,
    "diagnosed": _share,
    "conventions": readings,
    "any_convention": _flag,
    "asked": quantities,
    "points": _points,
    "out_of": _amount,
    "feedback": level,
}
