"""The grades of everybody on the roster, in the form that its own system takes back.

What the roster says stands there as it did: the system knows its students by it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from archstat.documents.cells import for_spreadsheets
from archstat.documents.homework.graded_class import points, told
from archstat.homework.grading.naming import squashed
from archstat.homework.grading.outcome import Outcome, Status
from archstat.homework.grading.report import ClassReport
from archstat.homework.grading.roster import CANVAS, MOODLE, Roster, Student
from archstat.homework.marking.feedback import line

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for something else."""

FILES = {CANVAS: "canvas.csv", MOODLE: "moodle.csv"}
"""What the file is called for each system; "grades.csv" for any other."""

_IDENTIFYING = {
    *("student", "id", "sisuserid", "sisloginid", "integrationid", "rootaccount", "section"),
}
"""The columns by which Canvas tells its students."""


def file_name(roster: Roster) -> str:
    """Return what the file is called."""
    return FILES.get(roster.kind, "grades.csv")


def grades_of(report: ClassReport, roster: Roster, assignment: str) -> str:
    """Return a row for each student; those without a graded sheet have no grade.

    Grades are points if the policy says of how many, and percent otherwise: sheets differ in how
    many cells they have.

    Args:
        report: The graded class.
        roster: The students.
        assignment: The title of Canvas's column for the grades.
    """
    if roster.kind == CANVAS:
        return written(_canvas(report, roster, assignment))
    if roster.kind == MOODLE:
        return written(_moodle(report, roster))
    return BYTE_ORDER_MARK + written(_plain(report, roster))


def _outcome(report: ClassReport, student: Student) -> Outcome | None:
    graded = report.by_student.get(student)
    return graded[0].record.outcome if graded else None


def _grade(report: ClassReport, outcome: Outcome | None) -> str:
    if outcome is None or outcome.share is None or outcome.points is None:
        return ""
    return points(outcome.points if report.out_of is not None else 100 * outcome.share)


def _canvas(report: ClassReport, roster: Roster, assignment: str) -> Iterator[Sequence[str]]:
    kept = [at for at, title in enumerate(roster.header) if squashed(title) in _IDENTIFYING]
    yield (*(roster.header[at] for at in kept), assignment)
    possible = "100" if report.out_of is None else points(report.out_of)
    yield ("Points Possible", *[""] * (len(kept) - 1), possible)
    for student in roster.students:
        grade = _grade(report, _outcome(report, student))
        yield (*(student.cells[at] for at in kept), grade)


def _moodle(report: ClassReport, roster: Roster) -> Iterator[Sequence[str]]:
    titles = [squashed(title) for title in roster.header]
    yield roster.header
    for student in roster.students:
        cells = dict(zip(titles, student.cells, strict=True))
        outcome = _outcome(report, student)
        if outcome is not None:
            cells["grade"] = _scaled(report, outcome, cells.get("maximumgrade", ""))
            if "feedbackcomments" in cells and report.level in {"hint", "full"}:
                said = told(outcome) if outcome.status is Status.OK else outcome.message
                cells["feedbackcomments"] = for_spreadsheets(line(said))
        yield [cells[title] for title in titles]


def _scaled(report: ClassReport, outcome: Outcome, maximum: str) -> str:
    """Return a grade on the scale of Moodle's worksheet, with its decimal sign."""
    try:
        most = float(maximum.replace(",", "."))
    except ValueError:
        return _grade(report, outcome)
    if outcome.share is None:
        return ""
    grade = f"{most * float(outcome.share):.2f}"
    return grade.replace(".", ",") if "," in maximum else grade


def _plain(report: ClassReport, roster: Roster) -> Iterator[Sequence[str]]:
    yield (*roster.header, "points", "out_of", "percent", "status")
    for student in roster.students:
        outcome = _outcome(report, student)
        if outcome is None:
            yield (*student.cells, "", "", "", "")
        elif outcome.points is None or outcome.out_of is None:
            yield (*student.cells, "", "", "", outcome.status.value)
        else:
            yield (
                *student.cells,
                points(outcome.points),
                points(outcome.out_of),
                f"{float(100 * outcome.share):.1f}" if outcome.share is not None else "",
                outcome.status.value,
            )


def written(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
