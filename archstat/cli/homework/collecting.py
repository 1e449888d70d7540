"""What `archstat grade` reads, and how it goes through it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from archstat.cli.streams import say
from archstat.errors import UsageError, did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archstat.documents.document import Document, Part
    from archstat.formats.special.feedback import ForStudents
    from archstat.homework.grading.finals import Changed, Final, Finals, Overrides
    from archstat.homework.grading.report import ClassReport
    from archstat.homework.grading.roster import Roster
    from archstat.homework.grading.run import Graded
    from archstat.homework.grading.source import FileSource
    from archstat.homework.grading.submissions import Submission
    from archstat.homework.marking.policy import Policy

STOPPED = 130
MOST_KEYS = 6
"""Submissions that a hint names."""

GOES_ON = "make room, or choose another folder with -o; the same command goes on from here"


def handed_in(
    folder: Path, output: Path, read: Sequence[Path], roster: Roster | None
) -> tuple[FileSource, Sequence[Submission]]:
    """Return what was handed in, and tell how it was found.

    Args:
        folder: Where it is.
        output: Where the results go.
        read: Files that were read: the roster, a policy, a spec with all that it extends.
        roster: Who is in the class.

    Raises:
        UsageError: There is nothing, or nothing of anybody in the class; or the results would
            overwrite what is read.
    """
    from archstat.files import resolved
    from archstat.formats.special import grades
    from archstat.homework.grading.ledger import NAME
    from archstat.homework.grading.source import open_source
    from archstat.homework.grading.submissions import found_in

    place = f"-o {shown(str(output))}"
    if resolved(output) == resolved(folder):
        raise UsageError(f"{place} is where the submissions are", hint="write -o results")
    results = {
        "class.csv",
        "report.md",
        "grades.csv",
        "feedback.zip",
        "report.html",
        NAME,
        *grades.FILES.values(),
    }
    for path in read:
        if resolved(path).parent == resolved(output) and path.name in results:
            raise UsageError(f"{place} would overwrite {shown(str(path))}", hint="name another")
    source = open_source(folder, without=(output, *read))
    found = found_in(source, roster)
    if not found.submissions:
        raise UsageError(f"there is no submission in {shown(str(folder))}")
    if roster is not None and not any(one.students for one in found.submissions):
        raise UsageError(
            "no submission is of anybody on the roster: the first is "
            f"{shown(found.submissions[0].key)}",
            hint="name files or folders by number, name or address, as the roster has them",
        )
    twins = () if roster is None else roster.twins
    for name in twins:
        say(
            f"note: the roster has several called {shown(name)}, and nothing that tells them "
            "apart: what is handed in by that name is nobody's there"
        )
    for note in (*found.notes, f"{found.layout}" if found.layout.system else ""):
        if note:
            say(f"note: {note}")
    return source, found.submissions


def scaled(rules: Policy, roster: Roster | None, assignment: str) -> Policy:
    """Return a policy with the scale of the system that exported the roster, if it has none."""
    from archstat.homework.grading.roster import CANVAS

    if roster is not None and roster.kind == CANVAS and roster.column_of(assignment) is None:
        say(
            f"note: the roster has no column {shown(assignment)}: Canvas makes a new assignment of "
            "canvas.csv; --assignment names one that is there"
        )
    stated = None if roster is None else roster.out_of(assignment)
    if not stated or rules.out_of is not None:
        return rules
    say(f"note: scaled to {float(stated):g} points, as the roster says")
    return replace(rules, out_of=stated)


def graded_in(
    run: Callable[..., None],
    about: str,
    output: Path,
    names: Mapping[str, str],
    total: int,
    render: ForStudents,
    decide: Callable[[Graded], Final],
) -> tuple[Graded, ...]:
    """Return the graded submissions, the feedback of each written as soon as it is there.

    Args:
        run: Grades, given a ledger and whom to tell.
        about: What changes if the question does.
        output: Where the results go.
        names: What feedback files are called.
        total: How many submissions there are.
        render: Says what could not be marked.
        decide: Says what a hand-in is worth in the end.
    """
    from archstat.files import write_file
    from archstat.homework.grading import ledger
    from archstat.homework.grading.run import AGAIN, FeedbackFolder

    folder = output / "feedback"
    make_folder(folder if names else output)
    graded: list[Graded] = []
    with ledger.opened(output, about) as records, _progress(total) as advance:
        told = FeedbackFolder(folder, records, write_file)
        told.remove_others(set(names.values()))

        def done(one: Graded) -> None:
            final = decide(one)
            if names:
                text = render.with_final(_feedback(one, render), final)
                told.keep(names[one.submission.key], render.file(text))
            graded.append(_commented(one, render, final))
            advance()

        try:
            run(ledger=records, done=done)
        except KeyboardInterrupt:
            say(f"stopped: {len(graded)} of {total} are graded; the same command goes on from here")
            raise typer.Exit(STOPPED) from None
        except UsageError as error:  # a full disk, or points of a cell that is not there
            say(f"stopped: {len(graded)} of {total} are graded")
            first = error.problems[0]
            raise UsageError.of([replace(first, hint=first.hint or GOES_ON)]) from None
        if told.edited:
            say(
                f"note: in {folder}, edited by somebody and left so: {', '.join(told.edited[:3])}"
                f"{', …' if len(told.edited) > 3 else ''}; the new feedback is beside, "  # noqa: PLR2004
                f"in files with{AGAIN}"
            )
    return tuple(sorted(graded, key=lambda one: one.submission.key))


def _feedback(graded: Graded, render: ForStudents) -> str:
    """Return what a student is told, also of what could not be graded."""
    outcome = graded.record.outcome
    files = [file.name for file in graded.submission.files]
    return outcome.feedback or render.refusal(outcome, files)


def _commented(graded: Graded, render: ForStudents, final: Final) -> Graded:
    """Return a hand-in without its feedback, but with what a grade book says of it."""
    short, outcome = graded.without_feedback, graded.record.outcome
    comment = outcome.comment
    if outcome.points is None:
        files = [file.name for file in graded.submission.files]
        comment = render.refusal_comment(outcome, files)
    comment = f"{comment} {render.afterwards(final)}".strip()
    outcome = replace(short.record.outcome, comment=comment)
    return replace(short, record=replace(short.record, outcome=outcome))


def handed_back(output: Path, about: str, finals: Finals) -> list[Changed]:
    """Return whose points have changed since the last grading, and remember how they are now.

    Args:
        output: Where the results are.
        about: The question.
        finals: The points.
    """
    from archstat.homework.grading import ledger
    from archstat.homework.grading.finals import changes

    with ledger.opened(output, about) as records:
        found = changes(records.finals(), finals)
        records.keep_finals(finals.facts)
    return found


def write_results(report: ClassReport, output: Path, title: str, names: Mapping[str, str]) -> None:
    """Write what is known of a class, and what systems take back.

    Args:
        report: The class.
        output: Where the results go.
        title: What the homework is called.
        names: What feedback files are called.
    """
    from archstat.documents.homework.graded_class import class_document
    from archstat.files import write_file
    from archstat.formats import text_in
    from archstat.formats.special import grades
    from archstat.formats.special.feedback import packed

    document = class_document(report)
    write_file(grades.BYTE_ORDER_MARK + text_in("csv", document), output / "class.csv")
    write_file(text_in("markdown", document), output / "report.md")
    write_file(text_in("html", with_pictures(report, document)), output / "report.html")
    if names:
        write_file(packed(output / "feedback", names.values()), output / "feedback.zip")
    else:
        (output / "feedback.zip").unlink(missing_ok=True)
    if report.roster is not None:
        of_all = grades.grades_of(report, report.roster, title)
        write_file(of_all, output / grades.file_name(report.roster))


def with_pictures(report: ClassReport, document: Document) -> Document:
    """Return what is said of a class with its pictures, if there is anything to draw."""
    from archstat.documents.document import Picture, Sentences, Table
    from archstat.documents.homework.graded_class import POINTS
    from archstat.pictures.course import distribution, heat_map

    if not report.shares:
        return document
    pictures = (
        Picture("How the points are distributed", lambda: distribution(report)),
        Picture("Which cells are hard", lambda: heat_map(report)),
    )
    first, second = pictures
    parts: list[Part] = [first]
    for part in document.parts:
        if isinstance(part, Table) and part.title == POINTS:
            parts += [Sentences((part.note.rstrip("."),)), second]
        else:
            parts.append(part)
    return replace(document, parts=tuple(parts))


def tell_of_decisions(
    file: Path | None, decided: Overrides, finals: Finals, roster: Roster | None
) -> None:
    """Tell of what was decided for nobody, and of points beyond those that there are."""
    from archstat.documents.homework.graded_class import points
    from archstat.homework.grading.finals import beyond

    said = [
        (one.line, f"nobody called {shown(one.student)} has handed anything in")
        for one in decided.unused(finals.graded, roster)
    ]
    for one, worth in beyond(finals, decided, roster):
        what = "all of it" if one.cell is None else ".".join(one.cell)
        given = f"{points(one.points)} points for {shown(one.student)}"
        said.append((one.line, f"{given}, and {what} is worth {points(worth)}; they are given"))
    for line, words in sorted(said):
        say(f"note: {shown(str(file))}, line {line}: {words}")


def explained(report: ClassReport, student: str, policy: Policy, title: str) -> Document:
    """Return how the points of a student came about; and say if points of the class have changed.

    Raises:
        UsageError: Nobody of that name has handed anything in, or was given points.
    """
    from archstat.documents.homework.graded_class import name_of
    from archstat.documents.homework.points import points_document
    from archstat.homework.grading.finals import names_of
    from archstat.homework.grading.naming import squashed

    if report.changed:
        number = len(report.changed)
        say(f"note: points that changed since the last grading: {number}; report.md tells whose")
    found = [one for one in report.graded if squashed(student) in names_of(one)]
    if found:
        best = max(found, key=lambda one: one.record.outcome.points or -1)
        return points_document(best, report.finals[best.submission.key], policy, title)
    if (absent := report.absent_called(student)) is not None:
        return points_document(*absent, policy, title)
    keys = [name_of(one) for one in report.graded]
    more = f", and {len(keys) - MOST_KEYS} more" if len(keys) > MOST_KEYS else ""
    raise UsageError(
        f"--explain: nobody called {shown(student)} has handed anything in",
        hint=did_you_mean(student, keys) or f"there are {'; '.join(keys[:MOST_KEYS])}{more}",
    )


def make_folder(path: Path) -> None:
    """Make a folder, if there is none.

    Raises:
        UsageError: It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be made: {error.strerror}") from None


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show how many submissions are graded, if anybody can see it."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)
