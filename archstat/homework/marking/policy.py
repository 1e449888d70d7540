"""What a cell is worth: points by column, credit for what follows, and which readings count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from archstat.errors import Problem, UsageError, did_you_mean, shown, within
from archstat.files import read_file
from archstat.homework.answers.places import TOTAL
from archstat.homework.answers.quantities import QUANTITIES, READINGS
from archstat.homework.mistakes import MISTAKES
from archstat.report.columns import SHORT_NAMES
from archstat.toml import toml_of

FEEDBACK = ("none", "score", "hint", "full")
"""How much a student is told: nothing, the marks, the mistakes, or the right numbers, too."""

ATTEMPTS = ("best", "last")
"""Which of several hand-ins counts."""

OTHER_CAUSES = (
    *("off-by-one", "digit", "unit", "arithmetic", "copied", "row-skipped", "unknown", "missing"),
    *("unreadable", "missing-rows", "extra-rows", "reordered-rows"),
)
"""What else can be behind a cell."""

ALIKE = {"weights": "params", "params": "weights", "macs": "flops", "flops": "macs"}
"""Quantities of which either may stand in a column."""


@dataclass(frozen=True)
class Late:
    """What is taken off what comes late.

    Attributes:
        per_day: The share of the points for each day that has begun.
        at_most: The largest share.
        grace_hours: Hours that do not count.
    """

    per_day: Fraction = Fraction(0)
    at_most: Fraction = Fraction(1)
    grace_hours: Fraction = Fraction(0)


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
        is_of_class: Whether that is what most sheets of a class ask, as nobody has said it.
        points: What a cell is worth, by quantity; where nothing is said 1, and 0 for what is given
            with a layer, such as its stride, unless it is asked for.
        out_of: What all points are scaled to; None for the sum of the points.
        feedback: How much the student is told.
        cells: What single cells are worth, by layer and quantity.
        bonus: Cells, or whole columns with no layer, whose points stand beside what is asked.
        late: What is taken off what comes late.
        attempts: Which of several hand-ins of a student counts: "best" or "last".
        rubric: What else is said of a mistake, by its key.
        asks_why: Whether it is looked for what is behind wrong cells.
    """

    follow_through: Fraction = Fraction(1, 2)
    other_convention: Fraction = Fraction(1, 2)
    diagnosed: Fraction = Fraction(0)
    conventions: tuple[str, ...] = ()
    any_convention: bool = False
    asked: tuple[str, ...] = ()
    is_of_class: bool = False
    points: Mapping[str, Fraction] = field(default_factory=dict)
    out_of: Fraction | None = None
    feedback: str = "hint"
    cells: Mapping[tuple[str, str], Fraction] = field(default_factory=dict)
    bonus: frozenset[tuple[str, str]] = frozenset()
    late: Late = Late()
    attempts: str = "best"
    rubric: Mapping[str, str] = field(default_factory=dict)
    asks_why: bool = True

    def is_bonus(self, layer: str, quantity: str) -> bool:
        """Return whether what a cell earns stands beside what is asked."""
        return bool({("", quantity), (layer, quantity)} & self.bonus)

    def worth(self, quantity: str, layer: str = "") -> Fraction:
        """Return what a cell of a quantity is worth."""
        if (layer, quantity) in self.cells:
            return self.cells[layer, quantity]
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


MOST_BYTES = 1 << 20
"""Of a file: a policy has some hundred."""


def read_policy(path: Path) -> Policy:
    """Return the policy that a TOML file states.

    Raises:
        UsageError: The file cannot be read, or states something that is no policy; all problems
            are told at once.
    """
    with within(str(path)):
        return policy_of(toml_of(read_file(path, MOST_BYTES)))


def policy_of(stated: Mapping[str, object]) -> Policy:
    """Return the policy that settings state.

    Raises:
        UsageError: They are no policy; all problems are told at once.
    """
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
        raise UsageError.of(problems)
    return Policy(**settings)


def _share(value: object) -> Fraction:
    number = amount(value)
    if number > 1:
        raise UsageError(f"must be between 0 and 1, got {shown(value)}")
    return number


def amount(value: object) -> Fraction:
    """Return a number of points.

    Raises:
        UsageError: It is none.
    """
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
            found[key] = amount(points)
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


def cell_of(text: str) -> tuple[str, str]:
    """Return the layer and the quantity of a cell, as "conv2.weights" or "weights of conv2".

    Raises:
        UsageError: There is no such quantity.
    """
    quantity, of, layer = text.strip().partition(" of ")
    if not of:
        layer, _, quantity = text.strip().rpartition(".")
    return layer.strip(), _quantity(quantity)


def _quantity(name: str) -> str:
    titles = {one.title.casefold(): key for key, one in QUANTITIES.items()}
    key = name.strip().casefold()
    [found] = _points({titles.get(key, key): 1})
    return found


def _cells(value: object) -> Mapping[tuple[str, str], Fraction]:
    if not isinstance(value, Mapping):
        raise UsageError(f"must be points by cell, got {shown(value)}")
    found = {}
    for name, points in value.items():
        with within(str(name)):
            layer, quantity = cell_of(str(name))
            if not layer:
                raise UsageError("names no layer", hint=f'write "conv2.{name}"')
            found[layer, quantity] = amount(points)
    return found


def _bonus(value: object) -> frozenset[tuple[str, str]]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise UsageError(f"must be a list of cells or columns, got {shown(value)}")
    return frozenset(map(cell_of, value))


def _late(value: object) -> Late:
    known: Mapping[str, Callable[[object], Fraction]] = {
        "per_day": _share,
        "at_most": _share,
        "grace_hours": amount,
    }
    if not isinstance(value, Mapping) or not set(value) <= set(known):
        raise UsageError(f"must state {', '.join(known)}, got {shown(value)}")
    stated = {}
    for key, number in value.items():
        with within(str(key)):
            stated[key] = known[key](number)
    return Late(**stated)


def _attempts(value: object) -> str:
    if value not in ATTEMPTS:
        raise UsageError(f"must be one of {', '.join(ATTEMPTS)}, got {shown(value)}")
    return str(value)


def _rubric(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        raise UsageError(f"must be texts by mistake, got {shown(value)}")
    known = [mistake.key for mistake in MISTAKES] + list(OTHER_CAUSES)
    for key in value:
        if key not in known:
            hint = did_you_mean(str(key), known) or "'archstat mistakes' lists them"
            raise UsageError(f"there is no mistake {shown(key)}", hint=hint)
    return dict(value)


_READERS: Mapping[str, Callable[[object], object]] = {
    "follow_through": _share,
    "other_convention": _share,
    "diagnosed": _share,
    "conventions": readings,
    "any_convention": _flag,
    "asked": quantities,
    "points": _points,
    "out_of": amount,
    "feedback": level,
    "cells": _cells,
    "bonus": _bonus,
    "late": _late,
    "attempts": _attempts,
    "rubric": _rubric,
}
