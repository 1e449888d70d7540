"""The grades of everybody on the roster, in the form that its own system takes back.

What the roster says stands there as it did: the system knows its students by it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from archstat.documents.cells import for_spreadsheets
from archstat.documents.homework.graded_class import points, told
from archstat.homework.grading.naming import squashed
from archstat.homework.grading.outcome import Outcome, Status
from archstat.homework.grading.report import ClassReport
from archstat.homework.grading.roster import CANVAS, GRADESCOPE, MOODLE, Roster, number_in
from archstat.homework.marking.feedback import line

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for something else."""

FILES = {CANVAS: "canvas.csv", MOODLE: "moodle.csv", GRADESCOPE: "gradescope.csv"}
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

    Grades are on the scale that the system has for the homework. Where it has none, they are points
    if the policy says of how many, and percent otherwise, as sheets differ in their cells.

    Args:
        report: The graded class.
        roster: The students.
        assignment: What the homework is called: the title of Canvas's column for the grades.
    """
    rows = {CANVAS: _canvas, MOODLE: _moodle, GRADESCOPE: _gradescope}.get(roster.kind, _plain)
    mark = "" if roster.kind in {CANVAS, MOODLE} else BYTE_ORDER_MARK
    return mark + written(rows(report, roster, assignment))


def _grade(report: ClassReport, outcome: Outcome | None, possible: str = "") -> str:
    if outcome is None or outcome.points is None:
        return ""
    if number_in(possible) is not None:
        return _scaled(report, outcome, possible)
    if report.out_of is not None:
        return points(outcome.points)
    return "" if outcome.share is None else points(100 * outcome.share)


def _canvas(report: ClassReport, roster: Roster, assignment: str) -> Iterator[Sequence[str]]:
    kept = [at for at, title in enumerate(roster.header) if squashed(title) in _IDENTIFYING]
    column = roster.column_of(assignment)
    stated = ""
    if column is not None and roster.possible:
        stated = roster.possible[roster.header.index(column)]
    out_of = "100" if report.out_of is None else points(report.out_of)
    possible = stated if number_in(stated) is not None else out_of
    yield (*(roster.header[at] for at in kept), column or assignment)
    yield ("Points Possible", *[""] * (len(kept) - 1), possible)
    for student in roster.students:
        grade = _grade(report, report.outcome_of(student), stated)
        yield (*(student.cells[at] for at in kept), grade)


def _moodle(report: ClassReport, roster: Roster, _: str) -> Iterator[Sequence[str]]:
    titles = [squashed(title) for title in roster.header]
    yield roster.header
    for student in roster.students:
        cells = dict(zip(titles, student.cells, strict=True))
        outcome = report.outcome_of(student)
        if outcome is not None:
            cells["grade"] = _grade(report, outcome, cells.get("maximumgrade", ""))
            if "feedbackcomments" in cells and report.level in {"hint", "full"}:
                cells["feedbackcomments"] = _comment(outcome)
        yield [cells[title] for title in titles]


def _comment(outcome: Outcome) -> str:
    said = told(outcome) if outcome.status is Status.OK else outcome.message
    return for_spreadsheets(line(outcome.comment or said))


def _gradescope(report: ClassReport, roster: Roster, _: str) -> Iterator[Sequence[str]]:
    titles = [squashed(title) for title in roster.header]
    yield roster.header
    for student in roster.students:
        cells = dict(zip(titles, student.cells, strict=True))
        outcome = report.outcome_of(student)
        if outcome is not None:
            cells["totalscore"] = _grade(report, outcome, cells["maxpoints"])
            if "status" in cells and outcome.points is not None:
                cells["status"] = "Graded"
        yield [cells[title] for title in titles]


def _scaled(report: ClassReport, outcome: Outcome, possible: str) -> str:
    """Return a grade of as many points as a system has for it, with its decimal sign."""
    most = number_in(possible)
    if most is None or outcome.share is None:
        return "" if most is not None else _grade(report, outcome)
    grade = points(Fraction(str(most)) * outcome.share)
    return grade.replace(".", ",") if "," in possible else grade


def _plain(report: ClassReport, roster: Roster, _: str) -> Iterator[Sequence[str]]:
    tells = report.level in {"hint", "full"}
    yield (*roster.header, *PLAIN_TITLES, *(["comment"] if tells else []))
    for student in roster.students:
        outcome = report.outcome_of(student)
        if outcome is None:
            yield (*student.cells, *[""] * (len(PLAIN_TITLES) + tells))
            continue
        said = [_comment(outcome)] if tells else []
        if outcome.points is None or outcome.out_of is None:
            yield (*student.cells, "", "", "", outcome.status.value, *said)
        else:
            yield (
                *student.cells,
                points(outcome.points),
                points(outcome.out_of),
                f"{float(100 * outcome.share):.1f}" if outcome.share is not None else "",
                outcome.status.value,
                *said,
            )


PLAIN_TITLES = ("points", "out_of", "percent", "status")


CALL = re.compile(r"[(|!]")
"""What stands in every formula that reaches further than its own sheet."""


def written(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV: cells of a roster as they came, by which systems find who it is.

    But for those that a spreadsheet would run: no name and no number calls anything.
    """
    text = io.StringIO()
    safe = ([for_spreadsheets(cell) if CALL.search(cell) else cell for cell in row] for row in rows)
    csv.writer(text, lineterminator="\n").writerows(safe)
    return text.getvalue()
