"""What a hand-in is worth in the end: what was marked, what somebody decided, what came late."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil
from pathlib import Path

from archstat.errors import Problem, UsageError, did_you_mean, shown, within
from archstat.files import read_file
from archstat.homework.grading.naming import squashed
from archstat.homework.grading.outcome import Outcome, Score
from archstat.homework.grading.roster import Roster, Student
from archstat.homework.grading.run import Graded
from archstat.homework.marking.policy import Late, cell_of
from archstat.homework.reading import limits
from archstat.homework.reading.decoding import decoded

TOTAL = "total"
DAY_S = 86_400
HOUR_S = 3_600
COLUMNS = ("student", "cell", "points", "reason")
MOST_POINTS = 1_000_000_000
LONGEST = 50
"""A number of points is not written with more letters."""


@dataclass(frozen=True)
class Override:
    """What somebody has decided of a student's points.

    Attributes:
        student: Who, as it is written.
        cell: The layer and the quantity; None for the total.
        points: What it earns, whatever was marked.
        line: Where it stands in its file.
    """

    student: str
    cell: tuple[str, str] | None
    points: Fraction
    reason: str
    line: int = 0


@dataclass(frozen=True)
class Final:
    """How the points of a hand-in came about.

    Attributes:
        marked: What was marked; None if nothing could be.
        out_of: Of how many.
        decided: The cells that somebody decided, each with what it had earned.
        late_s: By how many seconds it was late; None if it was not.
        is_estimated: Whether nobody says by how much.
        lost: What was taken off for that.
        total: What somebody decided about all of it.
    """

    marked: Fraction | None
    out_of: Fraction | None
    decided: tuple[tuple[Override, Fraction], ...] = ()
    late_s: int | None = None
    is_estimated: bool = False
    lost: Fraction = Fraction(0)
    total: Override | None = None

    @property
    def points(self) -> Fraction | None:
        """What counts."""
        if self.total is not None:
            return self.total.points
        return None if self.before is None else self.before - self.lost

    @property
    def before(self) -> Fraction | None:
        """What it earned before anything was taken off."""
        if self.marked is None:
            return None
        changes = (override.points - had for override, had in self.decided)
        return max(Fraction(0), self.marked + sum(changes, Fraction(0)))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why people decided otherwise."""
        told = [override for override, _ in self.decided]
        told += [] if self.total is None else [self.total]
        return tuple(one.reason for one in told if one.reason)


def final_of(graded: Graded, late: Late, overrides: Sequence[Override]) -> Final:
    """Return how the points of a hand-in come about.

    Args:
        graded: The hand-in.
        late: What is taken off.
        overrides: What was decided of it.

    Raises:
        UsageError: Something was decided of a cell that is not asked for.
    """
    outcome, submission = graded.record.outcome, graded.submission
    scores = {(one.layer, one.quantity): one for one in outcome.scores}
    decided = [
        (one, _score(one, one.cell, scores).points)
        for one in overrides
        if one.cell is not None and outcome.points is not None
    ]
    late_s = max((one.late_s for one in submission.students if one.late_s), default=None)
    final = Final(
        outcome.points,
        outcome.out_of,
        tuple(decided),
        late_s if late_s or not submission.is_late else DAY_S,
        is_estimated=submission.is_late and not late_s,
        total=next((one for one in reversed(overrides) if one.cell is None), None),
    )
    return replace(final, lost=_lost(final, late))


def _score(
    override: Override, cell: tuple[str, str], scores: Mapping[tuple[str, str], Score]
) -> Score:
    if cell in scores:
        return scores[cell]
    names = [f"{layer}.{quantity}" for layer, quantity in scores]
    what = ".".join(cell)
    hint = did_you_mean(what, names) or f"there are {', '.join(names[:6])}, …"
    raise UsageError(f"line {override.line}: no cell {shown(what)} earns points", hint=hint)


def _lost(final: Final, late: Late) -> Fraction:
    if final.late_s is None or not final.before:
        return Fraction(0)
    counted = final.late_s - late.grace_hours * HOUR_S
    days = ceil(counted / DAY_S) if counted > 0 else 0
    return final.before * min(late.at_most, late.per_day * days)


@dataclass(frozen=True)
class Overrides:
    """What somebody has decided, for the students of a class."""

    all: tuple[Override, ...] = ()

    def of(self, graded: Graded) -> tuple[Override, ...]:
        """Return what was decided of a hand-in."""
        names = names_of(graded)
        return tuple(one for one in self.all if squashed(one.student) in names)

    def total_of(self, student: Student) -> Override | None:
        """Return what was decided of all that a student could earn; None if nothing was."""
        names = set(called_by(student))
        own = [one for one in self.all if one.cell is None and squashed(one.student) in names]
        return own[-1] if own else None

    def unused(self, graded: Iterable[Graded], roster: Roster | None) -> list[Override]:
        """Return what is about nobody who has handed anything in, or who gets points anyhow."""
        names = {name for one in graded for name in _names(one)}
        students = () if roster is None else roster.students
        listed = {name for student in students for name in called_by(student)}
        return [
            one
            for one in self.all
            if squashed(one.student) not in (names | listed if one.cell is None else names)
        ]


def beyond(
    finals: Finals, overrides: Overrides, roster: Roster | None
) -> Iterator[tuple[Override, Fraction]]:
    """Yield what was decided to be more than there is to earn, with how much that is.

    Args:
        finals: The final points.
        overrides: All that was decided.
        roster: Who is in the class, some of whom have handed in nothing.
    """
    there = {name for one in finals.graded for name in names_of(one)}
    for one in finals.graded:
        final = finals.by_key[one.submission.key]
        worths = {(s.layer, s.quantity): s.worth for s in one.record.outcome.scores}
        for override, _ in final.decided:
            if override.cell is not None and override.points > worths[override.cell]:
                yield override, worths[override.cell]
        out_of = one.record.outcome.out_of
        if final.total is not None and out_of is not None and final.total.points > out_of:
            yield final.total, out_of
    usual = max((one.out_of for one in finals.by_key.values() if one.out_of), default=None)
    for student in () if roster is None else roster.students:
        given = overrides.total_of(student)
        is_absent = given is not None and there.isdisjoint(called_by(student))
        if given is not None and is_absent and usual is not None and given.points > usual:
            yield given, usual


def check_is_one(name: str, roster: Roster | None) -> None:
    """Check that no two of a roster are called by a name.

    Raises:
        UsageError: Several are.
    """
    students = () if roster is None else roster.students
    called = [one for one in students if squashed(name) in called_by(one)]
    if len(called) > 1:
        own = [one.number or one.login or one.email or one.lms_id for one in called]
        others = ", ".join(filter(None, own))
        raise UsageError(
            f"{shown(name)} is what {len(called)} of the roster are called",
            hint=f"write which of them it is: {others}" if others else None,
        )


def names_of(graded: Graded) -> set[str]:
    """Return all that whoever handed something in may be called, in letters and digits."""
    return set(_names(graded))


def _names(graded: Graded) -> Iterator[str]:
    submission = graded.submission
    yield squashed(submission.key)
    for student in submission.students:
        yield from called_by(student)
    for person in submission.people:
        yield from map(squashed, filter(None, (person.name, person.number, person.email)))


def called_by(student: Student) -> Iterator[str]:
    """Yield what a student of the roster is called, in letters and digits."""
    named = (student.name, student.number, student.login, student.email, student.lms_id)
    return map(squashed, filter(None, named))


def read_overrides(path: Path, roster: Roster | None = None) -> Overrides:
    """Return what a CSV file decides: student, cell (or "total"), points, reason.

    Raises:
        UsageError: It cannot be read, or a line cannot, or several of the roster are called what
            it says; all such lines are named.
    """
    with within(shown(str(path))):
        data = read_file(path, limits.MOST_BYTES)
        try:
            rows = list(csv.reader(io.StringIO(decoded(data))))
        except csv.Error as error:
            raise UsageError(f"is not CSV: {error}") from None
        titles = [title.strip().casefold() for title in rows[0]] if rows else []
        if not {"student", "cell", "points"} <= set(titles):
            raise UsageError(
                f"has not the columns {', '.join(COLUMNS)}, but {', '.join(titles) or 'none'}"
            )
        found, problems = [], list[Problem]()
        for number, row in enumerate(rows[1:], 2):
            if not any(map(str.strip, row)):
                continue
            stated = dict(zip(titles, map(str.strip, row), strict=False))
            try:
                found.append(_override(stated, number))
                check_is_one(found[-1].student, roster)
            except UsageError as error:
                problems += error.within(f"line {number}").problems
        if problems:
            raise UsageError.of(problems)
        return Overrides(tuple(found))


def _override(stated: Mapping[str, str], line: int) -> Override:
    text = stated.get("points", "").replace(",", ".")
    try:
        if len(text) > LONGEST or abs(float(Fraction(text) if "/" in text else text)) > MOST_POINTS:
            raise UsageError(f"{shown(text)} is more than {MOST_POINTS:,} points")
        points = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"{shown(text)} is no number of points") from None
    cell = stated.get("cell", "")
    where = None if cell.casefold() == TOTAL else cell_of(cell)
    if where is not None and not where[0]:
        raise UsageError(f"{shown(cell)} is no cell", hint='write "conv2.weights", or "total"')
    if where is None and points < 0:
        raise UsageError(f"a total must be at least 0, got {shown(text)}")
    return Override(stated["student"], where, points, stated.get("reason", ""), line)


@dataclass(frozen=True)
class Finals:
    """The final points of a class.

    Attributes:
        graded: The hand-ins, with the points that count.
        by_key: How they came about.
    """

    graded: tuple[Graded, ...]
    by_key: Mapping[str, Final]

    @cached_property
    def facts(self) -> dict[str, dict[str, object]]:
        """What is kept to tell at the next grading what has changed, by the keys of hand-ins."""
        return {one.submission.key: _facts(one, self.by_key[one.submission.key])
                for one in self.graded}  # fmt: skip


def finals_of(graded: Sequence[Graded], late: Late, overrides: Overrides) -> Finals:
    """Return the final points of all hand-ins.

    Raises:
        UsageError: Something was decided of a cell that is not asked for.
    """
    by_key = {one.submission.key: final_of(one, late, overrides.of(one)) for one in graded}
    usual = max((one.out_of for one in by_key.values() if one.out_of), default=None)
    return Finals(
        tuple(_with_points(one, by_key[one.submission.key], usual) for one in graded), by_key
    )


def _with_points(graded: Graded, final: Final, usual: Fraction | None) -> Graded:
    outcome: Outcome = graded.record.outcome
    if final.points == outcome.points:
        return graded
    changed = replace(outcome, points=final.points, out_of=outcome.out_of or usual)
    return replace(graded, record=replace(graded.record, outcome=changed))


def _facts(graded: Graded, final: Final) -> dict[str, object]:
    return {
        "points": None if final.points is None else str(final.points),
        "out_of": None if final.out_of is None else str(final.out_of),
        "digest": graded.record.digest,
        "lost": str(final.lost),
        "decided": list(final.reasons)
        or [str(one.points) for one, _ in final.decided]
        + ([] if final.total is None else [str(final.total.points)]),
        "cells": {
            f"{one.layer}.{one.quantity}": [one.verdict, str(one.points)]
            for one in graded.record.outcome.scores
        },
    }


@dataclass(frozen=True)
class Changed:
    """A hand-in whose points are others than at the last grading, and why."""

    key: str
    before: Fraction | None
    after: Fraction | None
    why: str


MOST_CELLS = 3
"""As many cells are named that are marked otherwise."""


def changes(before: Mapping[str, Mapping[str, object]], finals: Finals) -> list[Changed]:
    """Return whose points have changed since the last grading, by how much, and why."""
    found = []
    for key, now in finals.facts.items():
        then = before.get(key)
        if then is not None and then["points"] != now["points"]:
            reasons = "; ".join(_reasons(then, now)) or "it is scaled otherwise"
            found.append(Changed(key, _number(then["points"]), _number(now["points"]), reasons))
    return found


def _number(text: object) -> Fraction | None:
    return None if text is None else Fraction(str(text))


def _reasons(then: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    if then["digest"] != now["digest"]:
        yield "it was handed in again"
    old, new = then["cells"], now["cells"]
    if isinstance(old, Mapping) and isinstance(new, Mapping) and then["digest"] == now["digest"]:
        marked = [cell for cell in new if cell in old and old[cell][0] != new[cell][0]]
        worth = [cell for cell in new if cell in old and old[cell] != new[cell]]
        others = set(old) ^ set(new)
        if marked:
            said = [f"{cell} was {old[cell][0]}, is {new[cell][0]}" for cell in marked[:MOST_CELLS]]
            more = len(marked) - MOST_CELLS
            yield ", ".join([*said, *([f"and {more} more"] if more > 0 else [])])
        elif others:
            yield "other cells are asked for"
        elif worth:
            count = len(worth)
            yield "1 cell earns other points" if count == 1 else f"{count} cells earn other points"
    if then["lost"] != now["lost"]:
        yield f"taken off for being late: {_short(now['lost'])}, before {_short(then['lost'])}"
    if then["decided"] != now["decided"]:
        told = now["decided"]
        reasons = ", ".join(map(str, told)) if isinstance(told, list) and told else "no more"
        yield f"decided by hand: {reasons}"


def _short(text: object) -> str:
    return f"{float(Fraction(str(text))):.2f}".rstrip("0").rstrip(".")
