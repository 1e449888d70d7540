"""What `archstat grade` reads, and how it goes through it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from archstat.errors import UsageError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archstat.formats.special.feedback import ForStudents
    from archstat.homework.grading.roster import Roster
    from archstat.homework.grading.run import Graded
    from archstat.homework.grading.source import Source
    from archstat.homework.grading.submissions import Submission

STOPPED = 130


def handed_in(
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
    results = {"class.csv", "report.md", "grades.csv", "feedback.zip", NAME, *grades.FILES.values()}
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


def graded_in(
    run: Callable[..., None],
    about: str,
    output: Path,
    names: Mapping[str, str],
    total: int,
    render: ForStudents,
) -> tuple[Graded, ...]:
    """Return the graded submissions, the feedback of each written as soon as it is there.

    Args:
        run: Grades, given a ledger and whom to tell.
        about: What changes if the question does.
        output: Where the results go.
        names: What feedback files are called.
        total: How many submissions there are.
        render: Says what could not be marked.
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
            if names:
                told.keep(names[one.submission.key], _feedback(one, render))
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


def _feedback(graded: Graded, render: ForStudents) -> str:
    """Return what a student is told, also of what could not be graded."""
    outcome = graded.record.outcome
    files = [file.name for file in graded.submission.files]
    return outcome.feedback or render.refusal(outcome, files)


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
