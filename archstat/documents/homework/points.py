"""How the points of one hand-in came about, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from archstat.documents.cells import Number
from archstat.documents.document import Column, Document, Line, Part, Sentences, Table
from archstat.documents.homework.graded_class import name_of, points
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.grading.finals import DAY_S, HOUR_S, Final
from archstat.homework.grading.outcome import Score
from archstat.homework.grading.run import Graded
from archstat.homework.marking.feedback import line
from archstat.homework.marking.policy import Policy

COLUMNS = (
    Column("cell", "cell", is_text=True),
    Column("verdict", "verdict", is_text=True),
    Column("points", "points"),
    Column("worth", "of"),
    Column("why", "why", is_text=True, wraps=True),
)


def points_document(graded: Graded, final: Final, policy: Policy, title: str) -> Document:
    """Return how the points of a hand-in came about."""
    outcome = graded.record.outcome
    total = "no points" if final.points is None else f"{points(final.points)} points"
    of = "" if outcome.out_of is None or final.points is None else f" of {points(outcome.out_of)}"
    return Document(
        "points",
        f"{line(title)}: {name_of(graded)}",
        parts=tuple(_parts(graded, final, policy)),
        conclusion=total + of,
    )


def _parts(graded: Graded, final: Final, policy: Policy) -> Iterator[Part]:
    outcome = graded.record.outcome
    decided = {override.cell: override for override, _ in final.decided}
    lines = []
    for score in outcome.scores:
        override = decided.get((score.layer, score.quantity))
        earned = score.points if override is None else override.points
        why = _why(score, policy)
        if override is not None:
            had = f"decided by hand, marked {points(score.points)}"
            why = ": ".join(filter(None, (had, line(override.reason))))
        cells = (_name(score), score.verdict, _number(earned), _number(score.worth), why)
        lines.append(Line(cells))
    if lines:
        yield Table(COLUMNS, tuple(lines))
    yield Sentences(tuple(_sums(graded, final, policy)))


def _number(value: Fraction) -> Number:
    return Number(float(value), points(value))


def _name(score: Score) -> str:
    return f"{QUANTITIES[score.quantity].title} of {line(score.layer)}"


def _why(score: Score, policy: Policy) -> str:
    bonus = "bonus" if policy.is_bonus(score.layer, score.quantity) else ""
    credit = {
        "follows": f"{points(policy.follow_through)} of what it is worth, as it follows",
        "convention": "right under another convention",
        "wrong": score.slip.replace("unknown", "no known mistake"),
    }.get(score.verdict, "")
    if score.points < 0:
        credit = "there is nothing to count here"
    return "; ".join(filter(None, (credit, bonus)))


def _sums(graded: Graded, final: Final, policy: Policy) -> Iterator[str]:
    if final.marked is None:
        yield f"nothing was marked: {line(graded.record.outcome.message)}"
    else:
        of = "" if final.out_of is None else f" of {points(final.out_of)}"
        scaled = "" if policy.out_of is None else ", scaled to that"
        yield f"marked: {points(final.marked)}{of}{scaled}"
        if final.decided:
            yield f"with what was decided by hand: {points(final.before or Fraction(0))}"
    if final.late_s is not None:
        by = "nobody says by how much, so by a day" if final.is_estimated else _time(final.late_s)
        yield f"late ({by}): {points(final.lost)} taken off"
    if final.total is not None:
        reason = f": {line(final.total.reason)}" if final.total.reason else ""
        yield f"all of it was decided by hand, {points(final.total.points)}{reason}"


def _time(seconds: int) -> str:
    """Return a time in days and hours.

    >>> _time(99_000), _time(1_800)
    ('1 day 4 h', '1 h')
    """
    days, rest = divmod(seconds, DAY_S)
    hours = -(-rest // HOUR_S)
    said = [f"{days} day{'s' if days > 1 else ''}"] if days else []
    return " ".join([*said, *([f"{hours} h"] if hours else [])])
