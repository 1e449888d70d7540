"""Homework in Python: a sheet marked in a notebook, a class graded, a sheet to hand out.

What the commands `check`, `grade` and `key` do, for cells of otter and nbgrader and for scripts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, partial
from os import PathLike, fspath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from archstat.api import loaded_model
from archstat.documents.document import Document
from archstat.documents.homework.data import data_of
from archstat.documents.homework.graded_class import class_document
from archstat.documents.homework.handed_out import SheetQuestion, sheet_document
from archstat.documents.homework.sheet import feedback_document
from archstat.documents.view import View
from archstat.errors import UsageError, shown
from archstat.formats import format_named, text_in
from archstat.formats.special import SHEETS, grades
from archstat.formats.special.feedback import ForStudents
from archstat.homework.answers.key import check_blanks
from archstat.homework.answers.truth import Truth, truth_of
from archstat.homework.grading import ledger
from archstat.homework.grading.engines.local import grade_each
from archstat.homework.grading.finals import Overrides, finals_of, read_overrides
from archstat.homework.grading.grader import Grader
from archstat.homework.grading.guards import Limits
from archstat.homework.grading.report import ClassReport
from archstat.homework.grading.roster import read_roster
from archstat.homework.grading.run import Graded, grade_all
from archstat.homework.grading.source import open_source
from archstat.homework.grading.submissions import found_in
from archstat.homework.marking.feedback import Feedback
from archstat.homework.marking.language import language_named
from archstat.homework.marking.matching import marked as marked_of
from archstat.homework.marking.policy import (
    Policy,
    level,
    policy_of,
    quantities,
    read_policy,
    readings,
)
from archstat.homework.others.other import others_of
from archstat.homework.reading import Contents, read_bytes, read_file
from archstat.homework.variants.each import Grading, require_model
from archstat.homework.variants.handout import read_hand_out
from archstat.models.question import Question
from archstat.models.spec.build import Settings
from archstat.report.columns import choose_columns
from archstat.report.report import report_on
from archstat.report.values import Layout

if TYPE_CHECKING:
    from torch import nn


class Marks:
    """A marked sheet: its points, and what a student is told; a notebook shows it."""

    def __init__(self, feedback: Feedback) -> None:
        self.feedback = feedback

    @property
    def points(self) -> float:
        """What the sheet earned."""
        return float(self.feedback.marked.points)

    @property
    def out_of(self) -> float:
        """What it could have earned."""
        return float(self.feedback.marked.out_of)

    @property
    def share(self) -> float:
        """The part of the points that was earned, from 0 to 1: what graders of notebooks want."""
        marked = self.feedback.marked
        if not marked.out_of:
            return float(marked.is_right)
        return float(min(Fraction(1), marked.points / marked.out_of))

    @property
    def is_right(self) -> bool:
        """Whether no cell is wrong, missing or unreadable."""
        return self.feedback.marked.is_right

    def to_dict(self) -> dict[str, Any]:
        """Return what `archstat check --format json` prints."""
        return data_of(self.feedback)

    def to_markdown(self) -> str:
        """Return what a student is told, in Markdown."""
        return text_in("markdown", self._document)

    def to_html(self) -> str:
        """Return what a student is told, as a page."""
        return text_in("html", self._document)

    def __str__(self) -> str:
        return text_in("text", self._document).rstrip("\n")

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    @cached_property
    def _document(self) -> Document:
        return feedback_document(self.feedback)


class GradedClass:
    """A graded class: a row for each submission, and what systems take back."""

    def __init__(self, report: ClassReport, feedback: Mapping[str, str]) -> None:
        self.report = report
        self.feedback = feedback

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A row for each submission, as `class.csv` has them."""
        from archstat.documents.cells import for_json  # noqa: PLC0415  here alone

        table = class_document(self.report).record_table
        if table is None:
            return []
        keys = [column.key for column in table.columns]
        return [dict(zip(keys, map(for_json, one.cells), strict=True)) for one in table.lines]

    def to_csv(self) -> str:
        """Return the rows as CSV."""
        return text_in("csv", class_document(self.report))

    def to_markdown(self) -> str:
        """Return the report on the class."""
        return text_in("markdown", class_document(self.report))

    def grades(self, assignment: str) -> str:
        """Return the file of grades that the roster's own system imports.

        Raises:
            UsageError: There was no roster.
        """
        if self.report.roster is None:
            raise UsageError("there is no roster to give grades to", hint="state roster=…")
        return grades.grades_of(self.report, self.report.roster, assignment)

    def __str__(self) -> str:
        return text_in("text", class_document(self.report)).rstrip("\n")

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


def check(  # noqa: PLR0913  one keyword for each question
    sheet: object,
    against: str | PathLike[str] | nn.Module,
    *,
    input: Sequence[int] | None = None,  # noqa: A002  the field's word
    settings: Settings | None = None,
    policy: str | PathLike[str] | Mapping[str, object] | None = None,
    asked: Sequence[str] = (),
    conventions: Sequence[str] = (),
    feedback: str | None = None,
    language: str = "en",
    title: str = "",
) -> Marks:
    r"""Return a homework table, marked.

    Args:
        sheet: A data frame of pandas or polars, a list of dictionaries, a text in Markdown or CSV,
            bytes of a file, or the path of one.
        against: The network, as everywhere.
        input: The shape of its input; None for its own.
        settings: Changes to its layers, as in {"conv2": {"groups": 1}}.
        policy: A file with a policy, or what it states.
        asked: The columns that the homework asks for.
        conventions: Conventions that count as right.
        feedback: How much is told: "none", "score", "hint" or "full".
        language: The code of the language in which mistakes are explained.
        title: What the homework is called.

    Raises:
        ArchstatError: The sheet cannot be marked, or the network cannot be made.

    >>> check("| layer | weights |\n|---|---|\n| C1 | 150 |\n", "lenet5").points
    1.0
    """
    truth = _truth(against, input, settings)
    rules = _policy(policy, asked, conventions, feedback)
    contents, name = _contents(sheet)
    marked = marked_of(contents, truth, rules, others=others_of(against, input, settings=settings))
    told = language_named(language)
    return Marks(Feedback(marked, name, rules.feedback, title=title, language=told))


def grade(  # noqa: PLR0913  likewise
    submissions: str | PathLike[str],
    against: str | PathLike[str] | nn.Module,
    *,
    input: Sequence[int] | None = None,  # noqa: A002  the field's word
    settings: Settings | None = None,
    policy: str | PathLike[str] | Mapping[str, object] | None = None,
    roster: str | PathLike[str] | None = None,
    override: str | PathLike[str] | None = None,
    variants: str | PathLike[str] | None = None,
    feedback: str | None = None,
    language: str = "en",
    title: str = "",
    workers: int = 1,
) -> GradedClass:
    """Return a class, graded: what `archstat grade` writes into a folder.

    Args:
        submissions: A folder or a zip file, as Canvas, Moodle and Gradescope export it.
        against: The network, as everywhere.
        input: The shape of its input; None for its own.
        settings: Changes to its layers.
        policy: A file with a policy, or what it states.
        roster: Who is in the class, in CSV.
        override: Points that were decided by hand, in CSV.
        variants: Where `archstat key --variants` wrote which network is whose.
        feedback: How much students are told.
        language: The code of the language in which mistakes are explained.
        title: What the homework is called.
        workers: How many processes grade at a time.

    Raises:
        ArchstatError: There are no submissions, or something cannot be read.
    """
    truth = _truth(against, input, settings)
    rules = _policy(policy, (), (), feedback)
    listed = None if roster is None else read_roster(Path(roster))
    decided = Overrides() if override is None else read_overrides(Path(override), listed)
    source = open_source(Path(submissions))
    found = found_in(source, listed).submissions
    if not found:
        raise UsageError(f"there is no submission in {shown(fspath(submissions))}")
    render = ForStudents("markdown", title or truth.graph.name, language_named(language).key)
    others = others_of(against, input, settings=settings)
    written = render if rules.feedback != "none" else None
    usual = Grader(truth, rules, render=written, others=others)
    each = Grading(usual)
    if variants is not None:
        kept = read_hand_out(Path(variants))
        require_model(kept, against if isinstance(against, str) else truth.graph.name)
        truths = {one.name: _truth(against, one.input, one.with_(settings)) for one in kept.given}
        each = Grading(usual, kept, truths)
    graded: list[Graded] = []
    with TemporaryDirectory() as folder, ledger.opened(Path(folder), each.work.digest) as records:
        grade_all(
            found,
            source,
            ledger=records,
            work=each.work,
            mark=each.mark,
            limits=Limits(),
            engine=partial(grade_each, workers=workers),
            file_names={},
            done=graded.append,
        )
    graded.sort(key=lambda one: one.submission.key)
    told = {one.submission.key: _told(one, render) for one in graded}
    finals = finals_of([one.without_feedback for one in graded], rules.late, decided)
    report = ClassReport(
        truth.graph.name,
        finals.graded,
        listed,
        rules.out_of,
        rules.feedback,
        finals.by_key,
        attempts=rules.attempts,
        decided=decided,
        title=title,
    )
    return GradedClass(report, told)


def key(  # noqa: PLR0913  likewise
    model: str | PathLike[str] | nn.Module,
    *,
    input: Sequence[int] | None = None,  # noqa: A002  the field's word
    settings: Settings | None = None,
    blank: Sequence[str] = (),
    keep: Sequence[str] = (),
    columns: Sequence[str] = (),
    layout: Layout = "hwc",
    all_rows: bool = False,
    title: str = "",
    format: str = "markdown",  # noqa: A002  likewise
) -> str | bytes:
    """Return the answer key of a homework, or the sheet that students fill in.

    Args:
        model: The network, as everywhere.
        input: The shape of its input; None for its own.
        settings: Changes to its layers.
        blank: The columns that students fill in; none for the key.
        keep: Columns that stay although what is blank follows from them.
        columns: The columns; none for the usual ones.
        layout: "hwc" or "chw".
        all_rows: Whether every layer has a row.
        title: What stands over it.
        format: Any of archstat's, or "docx".

    Raises:
        ArchstatError: The network cannot be made, or the sheet not written.
    """
    truth = _truth(model, input, settings)
    shown_ones = choose_columns(columns) if columns else tuple(View().chosen())
    left = choose_columns(blank) if blank else ()
    check_blanks(left, shown_ones)
    kept = choose_columns(keep) if keep else ()
    asked = SheetQuestion(shown_ones, left, kept, layout, has_all=all_rows, is_usual=not columns)
    return format_named(format, SHEETS).write(sheet_document(truth, asked, title))


def _told(graded: Graded, render: ForStudents) -> str:
    outcome = graded.record.outcome
    files = [file.name for file in graded.submission.files]
    return outcome.feedback or render.refusal(outcome, files)


def _truth(model: object, shape: Sequence[int] | None, settings: Settings | None) -> Truth:
    from archstat.models.inputs import InputSpec, shape_of  # noqa: PLC0415  here alone

    inputs = [] if shape is None else [InputSpec(shape_of(shape))]
    question = Question(inputs=inputs, settings=settings or {})
    graph, traced_on, size = loaded_model(model, question, (), {})
    return truth_of(graph, report_on(graph, batch_size=size, traced_on=traced_on))


def _policy(
    stated: str | PathLike[str] | Mapping[str, object] | None,
    asked: Sequence[str],
    conventions: Sequence[str],
    feedback: str | None,
) -> Policy:
    if stated is None:
        rules = Policy()
    elif isinstance(stated, Mapping):
        rules = policy_of(stated)
    else:
        rules = read_policy(Path(stated))
    if asked:
        rules = replace(rules, asked=quantities(list(asked)))
    if conventions:
        rules = replace(rules, conventions=(*rules.conventions, *readings(list(conventions))))
    return rules if feedback is None else replace(rules, feedback=level(feedback))


def _contents(sheet: object) -> tuple[Contents, str]:
    """Return what a sheet holds, and what it is called.

    Raises:
        SheetError: It cannot be read.
        UsageError: It is nothing that can be a sheet.
    """
    if isinstance(sheet, bytes):
        return read_bytes(sheet, name="sheet"), "sheet"
    if isinstance(sheet, PathLike) or (isinstance(sheet, str) and "\n" not in sheet):
        path = Path(fspath(sheet))
        return read_file(path), path.name
    if isinstance(sheet, str):
        return read_bytes(sheet.encode(), name="text"), "text"
    text = _csv_of(sheet)
    if text is None:
        raise UsageError(
            f"a sheet is a data frame, a text or a file, got {shown(sheet)}",
            hint="a list of dictionaries has one for each row",
        )
    return read_bytes(text.encode(), name="table.csv"), "table"


def _csv_of(sheet: object) -> str | None:
    """Return a data frame, or rows of dictionaries, as CSV; None if it is none."""
    if hasattr(sheet, "write_csv"):  # polars
        return str(sheet.write_csv())
    if hasattr(sheet, "to_csv"):  # pandas, whose index holds names, or numbers that say nothing
        is_numbered = (
            type(sheet.index).__name__ == "RangeIndex" if hasattr(sheet, "index") else True
        )
        frame = sheet if is_numbered else sheet.reset_index()  # type: ignore[attr-defined]
        return str(frame.to_csv(index=False))
    if isinstance(sheet, (list, tuple)) and sheet and all(isinstance(r, Mapping) for r in sheet):
        titles = [str(title) for title in dict.fromkeys(title for row in sheet for title in row)]
        rows = ([str(row.get(title, "")) for title in titles] for row in sheet)
        return grades.written([titles, *rows])
    return None
