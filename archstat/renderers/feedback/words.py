"""What every format of feedback says in the same words."""

from __future__ import annotations

from fractions import Fraction

from archstat.homework.feedback import Feedback, Remark
from archstat.homework.marks import Verdict
from archstat.homework.truth import Answer
from archstat.layers.base import shortest, times
from archstat.renderers.cells import for_people
from archstat.report.columns import Map

MEANINGS = {
    Verdict.RIGHT: "right",
    Verdict.ROUNDED: "right to the digits written",
    Verdict.CONVENTION: "right under another convention",
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
    return f"{feedback.name}, {marked.sheet.table.place}, against {marked.truth.graph.name}"


def score(feedback: Feedback) -> str:
    """Return the points in a sentence.

    >>> points(Fraction(135, 2))
    '67.5'
    """
    marked = feedback.marked
    return f"{points(marked.points)} of {points(marked.out_of)} points"


def points(value: Fraction) -> str:
    """Return points with as many decimals as they need, two at most."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def legend(feedback: Feedback) -> str:
    """Return what the marks mean that the table has."""
    seen = set(feedback.by_cell.values()) - {Verdict.NOT_ASKED}
    return ", ".join(
        f"{verdict.value} {MEANINGS[verdict]}" for verdict in Verdict if verdict in seen
    )


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


def sentence(remark: Remark) -> str:
    """Return a remark in one sentence or two."""
    text = f"{remark.where}: {remark.words}"
    if remark.hint:
        text += f". {remark.hint[0].upper()}{remark.hint[1:]}"
    return text if text.endswith("?") else f"{text}."


def right_answers(remark: Remark) -> str:
    """Return the right answers, where they may be told."""
    return ", ".join(f"{place} is {answer(value)}" for place, value in remark.answers)
