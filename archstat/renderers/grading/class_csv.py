"""The rows of a class as CSV: one for each submission, whatever came of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from fractions import Fraction

from archstat.documents.cells import for_spreadsheets
from archstat.homework.grading.outcome import Outcome
from archstat.homework.grading.report import ClassReport
from archstat.homework.grading.run import Graded
from archstat.homework.marking.feedback import line
from archstat.renderers.feedback.words import points
from archstat.renderers.grading.sections import name_of

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for something else."""

HEADER = (
    *("student", "id", "email", "submission", "late", "file", "status", "points", "out_of"),
    *("percent", "mistakes", "message"),
)


def render(report: ClassReport) -> str:
    """Return a row for each submission."""
    return BYTE_ORDER_MARK + written([HEADER, *map(_row, report.graded)])


def harmless(text: str) -> str:
    """Return a text from outside as a cell that neither a terminal nor a spreadsheet obeys."""
    return for_spreadsheets(line(text))


def _row(graded: Graded) -> Sequence[str]:
    submission, outcome = graded.submission, graded.record.outcome
    people = submission.students or submission.people
    cells = (
        name_of(graded),
        ", ".join(filter(None, (person.number or person.lms_id for person in people))),
        ", ".join(filter(None, (person.email for person in people))),
        submission.key,
        "yes" if submission.is_late else "",
        outcome.file,
        outcome.status.value,
        "" if outcome.points is None else points(outcome.points),
        "" if outcome.out_of is None else points(outcome.out_of),
        percent(outcome.share),
        mistakes(outcome),
        outcome.message,
    )
    return tuple(map(harmless, cells))


def percent(share: Fraction | None) -> str:
    """Return a share of the points in percent."""
    return "" if share is None else f"{float(100 * share):.1f}"


def mistakes(outcome: Outcome) -> str:
    """Return the mistakes in a sheet, each with how many cells are wrong by it."""
    return "; ".join(f"{slip.words} ({slip.cells})" for slip in outcome.slips)


def written(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
