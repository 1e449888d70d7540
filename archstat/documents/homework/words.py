"""What every format of feedback says in the same words."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from archstat.documents.cells import for_people
from archstat.errors import ArchstatError
from archstat.homework.answers.truth import Answer
from archstat.homework.marking.feedback import Feedback, Remark, line
from archstat.homework.marking.marks import Mark, Verdict
from archstat.layers.base import shortest, times
from archstat.report.values import Map

MOST_PLACES = 3

MEANINGS = {
    Verdict.RIGHT: "right",
    Verdict.ROUNDED: "right to the digits written",
    Verdict.CONVENTION: "right under another convention",
    Verdict.NOT_SURE: "not sure",
    Verdict.FOLLOWS: "follows from an earlier cell",
    Verdict.WRONG: "wrong",
    Verdict.MISSING: "missing",
    Verdict.UNREADABLE: "cannot be read",
    Verdict.NOT_ASKED: "not marked",
}
"""What the marks mean."""


def headline(feedback: Feedback) -> str:
    """Return which table was held against which network."""
    marked = feedback.marked
    places = dict.fromkeys(
        one.sheet.table.place for one in marked.sheets if one.sheet.columns[0].title
    )
    where = [*places] if len(places) <= MOST_PLACES else [f"{len(places)} tables"]
    return ", ".join(map(line, (feedback.name, *where, f"against {marked.truth.graph.name}")))


def score(feedback: Feedback) -> str:
    """Return the points, and of how many."""
    marked = feedback.marked
    noun = "point" if marked.out_of == 1 else "points"
    return f"{points(marked.points)} of {points(marked.out_of)} {noun}"


def points(value: Fraction) -> str:
    """Return points with as many decimals as they need, two at most.

    >>> points(Fraction(135, 2)), points(Fraction(20)), points(Fraction(2, 3))
    ('67.5', '20', '0.67')
    """
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def legend(feedback: Feedback) -> list[tuple[Verdict, str]]:
    """Return what the marks mean that the table has, and how often it has them."""
    seen = Counter(feedback.by_cell.values())
    return [
        (verdict, f"{MEANINGS[verdict]} ({seen[verdict]})")
        for verdict in Verdict
        if seen[verdict] and verdict is not Verdict.NOT_ASKED
    ]


def answer(value: Answer) -> str:
    """Return a right answer as people write it; maps with channels last.

    >>> answer((96, 55, 55)), answer((11, 11)), answer(34848)
    ('55×55×96', '11', '34,848')
    """
    if isinstance(value, tuple):
        if len(value) > 2:  # noqa: PLR2004  channels and two axes
            return for_people(Map(value[0], value[1:]))
        short = shortest(value)
        return times(short) if isinstance(short, tuple) else f"{short:,}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def answer_for_machines(value: Answer) -> str:
    """Return a right answer in ASCII, without thousands separators; nothing if it is not known.

    >>> answer_for_machines((96, 55, 55)), answer_for_machines(34848)
    ('55x55x96', '34848')
    """
    return "" if value is None else answer(value).replace("×", "x").replace(",", "")


def heading(remark: Remark) -> str:
    """Return what a remark is about, as it begins; names of rows stay as they are."""
    where = remark.where
    return f"{where[:1].upper()}{where[1:]}" if remark.cells else where


def sentences(remark: Remark) -> str:
    """Return what a remark says."""
    follows = f"What follows from it is no further mistake: {remark.where_following}."
    parts = (remark.words, remark.hint, follows if remark.following else "")
    return " ".join(filter(None, parts))


def explained(feedback: Feedback, mark: Mark) -> str:
    """Return what is said of one cell, without the others that it shares a mistake with."""
    parts = [f"{MEANINGS[mark.verdict].capitalize()}."]
    remark = feedback.remark_on.get(mark.cell)
    if remark is not None and mark.cell in remark.cells:
        parts += filter(None, (remark.words, remark.hint))
    elif remark is not None:
        parts = [f"Follows from {remark.where}."]
    if feedback.shows_answers and not mark.verdict.is_right and mark.answer is not None:
        parts.append(f"Right is {answer(mark.answer)}.")
    return " ".join(parts)


def right_answers(remark: Remark) -> str:
    """Return the right answers, where they may be told."""
    listed = ", ".join(f"{place} = {answer(value)}" for place, value in remark.answers)
    return f"Right: {listed}." if listed else ""


def problems(error: ArchstatError) -> list[str]:
    """Return why a sheet cannot be marked, a line for each problem."""
    said = []
    for problem in error.problems:
        hint = "" if problem.hint is None else f" (hint: {problem.hint})"
        said.append(line(": ".join((*problem.places, problem.what)) + hint))
    return said
