"""`archstat grade`."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archstat.cli.homework import collecting, marking
from archstat.cli.homework import variants as of_each
from archstat.cli.reading import arguments, question
from archstat.cli.scale.engines import LOCAL, RAY, AddressOption, EngineOption, require_engine
from archstat.cli.shared import Arguments, Classes, Inputs, Set, answering, format_option, named
from archstat.cli.streams import say
from archstat.errors import UsageError, shown, within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archstat.homework.grading.engines.engine import GradeEach
    from archstat.homework.grading.finals import Final, Overrides
    from archstat.homework.grading.guards import Limits
    from archstat.homework.grading.roster import Roster
    from archstat.homework.grading.run import Graded
    from archstat.homework.grading.submitted.sandbox import Sandbox
    from archstat.homework.marking.policy import Late
    from archstat.homework.variants.each import Grading
    from archstat.layers.base import Shape

MIB = 1 << 20
SMALLEST_MIB = 64
MOST_WORKERS = 256

EPILOG = """\b
Examples:
  archstat grade submissions/ --against paper-alexnet
  archstat grade submissions.zip --against vgg16 --roster roster.csv -o results/
  archstat grade submissions/ --against vgg16 --engine ray --address auto
"""


def grade(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            parser=named,
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
    variants: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where 'archstat key --variants' wrote which network is whose.",
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", metavar="FOLDER", parser=named, help="Where the results go."
        ),
    ] = Path("results"),
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes. Default: one for each core.")
    ] = None,
    engine: EngineOption = LOCAL,
    address: AddressOption = "auto",
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
    out_of: marking.OutOf = None,
    override: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Points that you have decided yourself, in CSV: student, cell (conv2.weights, or "
            "total), points, reason.",
        ),
    ] = None,
    explained: Annotated[
        str | None,
        typer.Option(
            "--explain", metavar="STUDENT", help="Print how the points of a student came about."
        ),
    ] = None,
    feedback: marking.FeedbackLevel = None,
    feedback_format: Annotated[
        Literal["markdown", "html", "pdf", "text"],
        typer.Option(help="What students are given: a page, or a text."),
    ] = "markdown",
    tongue: marking.Tongue = "en",
    assignment: Annotated[
        str | None,
        typer.Option(
            metavar="TITLE",
            help="What the homework is called, in feedback and in the column for its grades. "
            "Default: the model.",
        ),
    ] = None,
    network: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What the network is called in submitted Python, if a file has more than one.",
        ),
    ] = "",
    *,
    submitted_arguments: marking.SubmittedArguments = None,
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
        from archstat.files import read_so_far
        from archstat.formats.special.feedback import ForStudents, as_table
        from archstat.homework.grading.finals import finals_of
        from archstat.homework.grading.grader import Grader
        from archstat.homework.grading.guards import Limits
        from archstat.homework.grading.report import ClassReport
        from archstat.homework.grading.roster import read_roster
        from archstat.homework.grading.run import asked_by_most, feedback_files, grade_all

        target = destination(format_name, None)
        rules = marking.policy(
            policy, conventions, feedback, asked_for, any_convention=any_convention, out_of=out_of
        )
        listed = None if roster is None else read_roster(roster)
        decided = _decided(override, explained, listed)
        choices = marking.chosen(columns)
        limits = Limits(marking.seconds(timeout), _memory(memory))
        where = _engine(engine, address, workers)
        asked = question(input, classes, settings, model_arguments, 1, "none")
        truth = marking.truth(against, asked)
        marking.fit(rules, truth)
        rules = collecting.scaled(rules, listed, assignment or truth.graph.name)
        source, submissions = collecting.handed_in(folder, output, read_so_far(), listed)
        told = rules.feedback != "none"
        title = assignment or truth.graph.name.rpartition("/")[2]
        render = ForStudents(feedback_format, title, marking.language(tongue).key)
        others = marking.others(against, asked)
        grader = Grader(truth, rules, choices, render if told else None, as_table, others)
        each = _asking(
            of_each.grading(variants, against, asked, grader),
            partial(asked_by_most, submissions, source, limits=limits, engine=where),
        )
        sandbox = (
            _sandbox(
                truth.graph.input_shape,
                each.inputs,
                limits,
                network,
                (folder, output),
                submitted_arguments,
            )
            if run_submitted_code
            else None
        )
        names = feedback_files(submissions, render.suffix) if told else {}
        run = partial(
            grade_all,
            submissions,
            source,
            work=each.work,
            limits=limits,
            engine=where,
            file_names=names,
            sandbox=sandbox,
            mark=each.mark,
        )
        digest = (
            f"{__version__} {each.work.digest} {run_submitted_code} {network} {submitted_arguments}"
        )
        decide = partial(_final, rules.late, decided, override)
        graded = collecting.graded_in(run, digest, output, names, len(submissions), render, decide)
        finals = finals_of(graded, rules.late, decided)
        changed = collecting.handed_back(output, digest, finals)
        report = ClassReport(
            truth.graph.name,
            finals.graded,
            listed,
            rules.out_of,
            rules.feedback,
            finals.by_key,
            tuple(changed),
            rules.attempts,
            decided,
            assignment or "",
            each.usual.policy.asked if not rules.asked else (),
        )
        of_each.told(each.strangers(graded), against)
        collecting.tell_of_decisions(override, decided, finals, listed)
        document = (
            class_document(report)
            if explained is None
            else collecting.explained(report, explained, each.usual.policy, title)
        )
        try:
            collecting.write_results(report, output, assignment or report.model, names)
        finally:  # on a full disk, too
            target.send(document)


def _asking(each: Grading, survey: Callable[..., tuple[str, ...]]) -> Grading:
    """Return how a class is graded: where nobody says what is asked, by what most sheets ask."""
    if each.usual.policy.asked:
        return each
    rules = replace(each.usual.policy, asks_why=False)
    plain = replace(each, usual=replace(each.usual, render=None, policy=rules))
    asked = survey(work=plain.work, mark=each.mark)
    rules = replace(each.usual.policy, asked=asked, is_of_class=bool(asked))
    return replace(each, usual=replace(each.usual, policy=rules))


def _decided(file: Path | None, student: str | None, roster: Roster | None) -> Overrides:
    from archstat.homework.grading.finals import Overrides, check_is_one, read_overrides

    if student is not None:
        with within("--explain"):
            check_is_one(student, roster)
    with within("--override"):
        return Overrides() if file is None else read_overrides(file, roster)


def _final(late: Late, decided: Overrides, file: Path | None, graded: Graded) -> Final:
    from archstat.homework.grading.finals import final_of

    with within("--override"), within(shown(str(file))):
        return final_of(graded, late, decided.of(graded))


def _sandbox(
    shape: Shape,
    shapes: Mapping[str, Shape],
    limits: Limits,
    network: str,
    hidden: tuple[Path, ...],
    given: list[str] | None,
) -> Sandbox:
    from archstat.homework.grading.processes import python
    from archstat.homework.grading.submitted import describing
    from archstat.homework.grading.submitted.sandbox import Sandbox
    from archstat.homework.grading.submitted.walls import Walls

    if not hasattr(os, "killpg"):
        raise UsageError("--run-submitted-code is not possible on this system")
    arguments(given)  # which refuses what cannot be one

    def words(of: Shape) -> tuple[str, ...]:
        asked = describing.asked(["x".join(map(str, of))], given or [])
        return (*python(describing.__name__), asked)

    of_each = {name: words(each) for name, each in shapes.items()}
    sandbox = Sandbox(words(shape), limits, network, Walls(hidden), of_each)
    if not sandbox.walls.kind:
        say(
            "warning: this system does not let us keep submitted code from your files and the "
            "network; run it in a container"
        )
    return sandbox


def _engine(name: str, address: str, workers: int | None) -> GradeEach:
    """Return what grades submissions: processes of this machine, or a cluster."""
    require_engine(name)
    if name == RAY:
        from archstat.homework.grading.engines.ray import grade_on_ray

        return partial(grade_on_ray, address=address)
    from archstat.homework.grading.engines.local import grade_each

    return partial(grade_each, workers=_workers(workers))


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
