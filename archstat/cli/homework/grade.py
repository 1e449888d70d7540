"""`archstat grade`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archstat.cli.homework import marking
from archstat.cli.reading import question
from archstat.cli.shared import Arguments, Classes, Inputs, Set, answering, format_option
from archstat.errors import UsageError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archstat.homework.grading.guards import Limits
    from archstat.homework.grading.roster import Roster
    from archstat.homework.grading.run import Graded
    from archstat.homework.grading.source import Source
    from archstat.homework.grading.submissions import Submission
    from archstat.homework.grading.submitted.sandbox import Sandbox
    from archstat.layers.base import Shape

STOPPED = 130
MIB = 1 << 20
SMALLEST_MIB = 64
MOST_WORKERS = 256

EPILOG = """\b
Examples:
  archstat grade submissions/ --against paper-alexnet
  archstat grade submissions.zip --against vgg16 --roster roster.csv -o results/
"""


def grade(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="What was handed in: a folder or a zip file, as Canvas, Moodle and Gradescope "
            "export it, or with a file or a folder for each student.",
            show_default=False,
        ),
    ],
    against: marking.Against,
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Who is in the class, in CSV: Canvas's grade book, Moodle's grading worksheet, "
            "or any list with names, ids or e-mail addresses.",
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Where the results go.")
    ] = Path("results"),
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes. Default: one for each core.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="S", help="Seconds of processor time for a submission.")
    ] = 30.0,
    memory: Annotated[
        int, typer.Option(metavar="MIB", help="Memory for a submission, in MiB.")
    ] = 1024,
    columns: marking.Columns = None,
    conventions: marking.Conventions = None,
    asked_for: marking.Asked = None,
    policy: marking.PolicyFile = None,
    feedback: marking.FeedbackLevel = None,
    assignment: Annotated[
        str | None,
        typer.Option(metavar="TITLE", help="Canvas's column for the grades. Default: the model."),
    ] = None,
    network: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What the network is called in submitted Python, if a file has more than one.",
        ),
    ] = "",
    *,
    any_convention: marking.AnyConvention = False,
    format_name: Annotated[str | None, format_option(default="text, what is printed")] = None,
    run_submitted_code: Annotated[
        bool,
        typer.Option(
            "--run-submitted-code",
            help="Run Python that was handed in where no sheet was, and mark its network.",
        ),
    ] = False,
) -> None:
    """Mark the homework of a whole class: a row for each submission, whatever was handed in.

    What is graded stays graded: the same command goes on where another was stopped, and grades
    again only what has changed. Exit code 0 if every submission has its row.
    """
    with answering():
        from archstat import __version__
        from archstat.cli.output import destination
        from archstat.documents.homework.graded_class import class_document
        from archstat.files import write_file
        from archstat.formats import text_in
        from archstat.formats.special import grades
        from archstat.formats.special.feedback import as_table, for_students
        from archstat.homework.grading.grader import Grader
        from archstat.homework.grading.guards import Limits
        from archstat.homework.grading.report import ClassReport
        from archstat.homework.grading.roster import read_roster
        from archstat.homework.grading.run import feedback_files, grade_all

        target = destination(format_name, None)
        rules = marking.policy(
            policy, conventions, feedback, asked_for, any_convention=any_convention
        )
        choices = marking.chosen(columns)
        limits = Limits(_time(timeout), _memory(memory))
        processes = _workers(workers)
        listed = None if roster is None else read_roster(roster)
        asked = question(input, classes, settings, model_arguments, 1, "none")
        truth = marking.truth(against, asked)
        shape = truth.graph.input_shape
        walls = (folder, output)
        sandbox = _sandbox(shape, limits, network, walls) if run_submitted_code else None
        source, submissions = _handed_in(folder, output, [roster, policy, _file(against)], listed)
        told = rules.feedback != "none"
        grader = Grader(truth, rules, choices, for_students if told else None, as_table)
        names = feedback_files(submissions, ".md") if told else {}
        run = partial(
            grade_all,
            submissions,
            source,
            work=grader,
            limits=limits,
            workers=processes,
            file_names=names,
            sandbox=sandbox,
        )
        about = f"{__version__} {grader.digest} {run_submitted_code} {network}"
        graded = _graded(run, about, output, names, len(submissions))
        report = ClassReport(truth.graph.name, graded, listed, rules.out_of, rules.feedback)
        document = class_document(report)
        write_file(grades.BYTE_ORDER_MARK + text_in("csv", document), output / "class.csv")
        write_file(text_in("markdown", document), output / "report.md")
        if listed is not None:
            title = assignment or report.model
            write_file(grades.grades_of(report, listed, title), output / grades.file_name(listed))
        target.send(document)


def _handed_in(
    folder: Path, output: Path, others: Sequence[Path | None], roster: Roster | None
) -> tuple[Source, Sequence[Submission]]:
    """Return what was handed in, and tell how it was found.

    Args:
        folder: Where it is.
        output: Where the results go.
        others: Other files that are read.
        roster: Who is in the class.

    Raises:
        UsageError: There is nothing, or nothing of anybody in the class; or the results would
            overwrite what is read.
    """
    from archstat.formats.special import grades
    from archstat.homework.grading.ledger import NAME
    from archstat.homework.grading.source import open_source
    from archstat.homework.grading.submissions import found_in

    place = f"-o {shown(str(output))}"
    if output.resolve() == folder.resolve():
        raise UsageError(f"{place} is where the submissions are", hint="write -o results")
    read = [path for path in others if path is not None]
    results = {"class.csv", "report.md", "grades.csv", NAME, *grades.FILES.values()}
    for path in read:
        if path.resolve().parent == output.resolve() and path.name in results:
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
    for note in (*found.notes, f"{found.layout}" if found.layout.system else ""):
        if note:
            typer.echo(f"note: {note}", err=True)
    return source, found.submissions


def _graded(
    run: Callable[..., None], about: str, output: Path, names: Mapping[str, str], total: int
) -> tuple[Graded, ...]:
    """Return the graded submissions, the feedback of each written as soon as it is there.

    Args:
        run: Grades, given a ledger and whom to tell.
        about: What changes if the question does.
        output: Where the results go.
        names: What feedback files are called.
        total: How many submissions there are.
    """
    from archstat.files import write_file
    from archstat.homework.grading import ledger
    from archstat.homework.grading.run import AGAIN, FeedbackFolder

    folder = output / "feedback"
    _make_folder(folder if names else output)
    graded: list[Graded] = []
    with ledger.opened(output, about) as records, _progress(total) as advance:
        told = FeedbackFolder(folder, records, write_file)
        told.remove_others(set(names.values()))

        def done(one: Graded) -> None:
            if names:
                told.keep(names[one.submission.key], _feedback(one))
            graded.append(one.without_feedback)
            advance()

        try:
            run(ledger=records, done=done)
        except KeyboardInterrupt:
            typer.echo(
                f"stopped: {len(graded)} of {total} are graded; the same command goes on from here",
                err=True,
            )
            raise typer.Exit(STOPPED) from None
        if told.edited:
            typer.echo(
                f"note: in {folder}, edited by somebody and left so: {', '.join(told.edited[:3])}"
                f"{', …' if len(told.edited) > 3 else ''}; the new feedback is beside, "  # noqa: PLR2004
                f"in files with{AGAIN}",
                err=True,
            )
    return tuple(sorted(graded, key=lambda one: one.submission.key))


def _sandbox(shape: Shape, limits: Limits, network: str, hidden: tuple[Path, ...]) -> Sandbox:
    from archstat.homework.grading.processes import python
    from archstat.homework.grading.submitted import describing
    from archstat.homework.grading.submitted.sandbox import Sandbox
    from archstat.homework.grading.submitted.walls import Walls

    if not hasattr(os, "killpg"):
        raise UsageError("--run-submitted-code is not possible on this system")
    words = (*python(describing.__name__), "x".join(map(str, shape)))
    sandbox = Sandbox(words, limits, network, Walls(hidden))
    if not sandbox.walls.kind:
        typer.echo(
            "warning: this system does not let us keep submitted code from your files and the "
            "network; run it in a container",
            err=True,
        )
    return sandbox


def _file(model: str) -> Path | None:
    """Return the file that a model is read from; None for one of the catalogue."""
    for name in (model, model.rpartition(":")[0]):
        if name and Path(name).is_file():
            return Path(name)
    return None


def _feedback(graded: Graded) -> str:
    """Return what a student is told, also of what could not be graded."""
    outcome = graded.record.outcome
    return outcome.feedback or f"{outcome.message}\n"


def _time(seconds: float) -> float:
    from archstat.cli.shared import LONGEST_S

    if not 0 < seconds <= LONGEST_S:
        raise UsageError(
            f"--timeout: must be more than 0 and at most {LONGEST_S:,} seconds, got {seconds:g}"
        )
    return seconds


def _memory(mib: int) -> int:
    if mib < SMALLEST_MIB:
        raise UsageError(f"--memory: must be at least {SMALLEST_MIB} MiB, got {mib}")
    return mib * MIB


def _workers(wanted: int | None) -> int:
    if wanted is None:
        return min(os.cpu_count() or 1, MOST_WORKERS)
    if not 1 <= wanted <= MOST_WORKERS:
        raise UsageError(f"--workers: must be from 1 to {MOST_WORKERS}, got {wanted}")
    return wanted


def _make_folder(path: Path) -> None:
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
