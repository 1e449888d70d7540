"""`archstat check`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from archstat.cli.homework import marking, submitted
from archstat.cli.output import destination, require_other
from archstat.cli.pairs import is_stated
from archstat.cli.reading import arguments, question
from archstat.cli.shared import NO, Arguments, Classes, Inputs, Set, answering, format_option
from archstat.errors import SheetError, UsageError, within
from archstat.formats.special import GRADERS

OF_SHEETS = ("table", "columns", "conventions", "asked_for", "out_of", "tongue", "any_convention")
"""The options that say something of a sheet alone."""

LONGEST_CODE_S = 60.0
"""Seconds for which submitted code may work: PyTorch alone takes a few."""

EPILOG = """\b
Examples:
  archstat check homework.md --against paper-alexnet
  archstat check sheet.csv --against net.py:Net --input 3x32x32 --feedback full
  archstat check sheet.docx --against paper-alexnet -o feedback.html
  archstat check sheet.xlsx --against paper-alexnet --format gradescope -o results.json
  archstat check - --against paper-alexnet < pasted.txt
"""


def check(
    context: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="What was handed in: Markdown, CSV, TSV, HTML, LaTeX, a notebook, Word, Excel, "
            "PDF, or what another tool printed; - for standard input. Or a network's code: "
            "net.py:Net, homework.ipynb:Net.",
            show_default=False,
        ),
    ],
    against: marking.Against,
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    table: Annotated[
        int | None, typer.Option(metavar="N", help="Which table of the file; else the best match.")
    ] = None,
    columns: marking.Columns = None,
    conventions: marking.Conventions = None,
    asked_for: marking.Asked = None,
    policy: marking.PolicyFile = None,
    out_of: marking.OutOf = None,
    feedback: marking.FeedbackLevel = None,
    tongue: marking.Tongue = "en",
    format_name: Annotated[str | None, format_option(*GRADERS)] = None,
    granularity: Annotated[
        Literal["row", "column", "cell"] | None,
        typer.Option(help="What is one test for a grading system. Default: row."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write a file; its suffix is a format."
        ),
    ] = None,
    submitted_arguments: marking.SubmittedArguments = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            metavar="S", help="Seconds of processor time for submitted code. Default: 60."
        ),
    ] = None,
    *,
    any_convention: marking.AnyConvention = False,
) -> None:
    """Mark a homework table: which cells are right, and the mistake behind each wrong one.

    Exit code 1 if a cell is wrong.
    """
    with answering():
        from archstat.documents.homework.code import code_document
        from archstat.documents.homework.sheet import feedback_document
        from archstat.homework.code.differences import compared
        from archstat.homework.grading.guards import Limits
        from archstat.homework.marking.feedback import Feedback
        from archstat.homework.marking.matching import marked as marked_of

        rules = marking.policy(
            policy, conventions, feedback, asked_for, any_convention=any_convention, out_of=out_of
        )
        choices, language = marking.chosen(columns), marking.language(tongue)
        target = destination(format_name, output, special=GRADERS)
        if target.file is not None:
            what = "code" if submitted.is_code(file) else "sheet"
            require_other(target.file, what, [Path(file), Path(file.rpartition(":")[0])])
        if granularity is not None and target.format_name not in GRADERS:
            raise UsageError(
                f"--granularity is about tests, and {target.format_name} has none",
                hint=f"use it with --format {', '.join(GRADERS)}",
            )
        name = marking.name_of(file)
        about = question(input, classes, settings, model_arguments, 1, "none")
        if submitted.is_code(file):
            _require_none_of_sheets(context)
            truth = marking.truth(against, about)
            arguments(submitted_arguments)  # which refuses what cannot be one
            size = ["x".join(map(str, truth.graph.input_shape))]
            limits = Limits(LONGEST_CODE_S if timeout is None else marking.seconds(timeout))
            own, stop = submitted.network_of(
                file, input or size, submitted_arguments or [], limits, run_file=about.run_file
            )
            found = compared(own, truth.graph, stop)
            target.send(code_document(found, name, truth.graph.name, rules.feedback))
            if found.differences:
                raise typer.Exit(NO)
            return
        for option, value in (("--submitted-arg", submitted_arguments), ("--timeout", timeout)):
            if value is not None:
                raise UsageError(f"{option} is about submitted code, and FILE is a sheet")
        try:
            contents = marking.contents(file)
            truth = marking.truth(against, about)
            marking.fit(rules, truth)
            with within(name):
                marked = marked_of(
                    contents,
                    truth,
                    rules,
                    number=table,
                    chosen=choices,
                    others=marking.others(against, about),
                )
        except SheetError as error:
            target.refuse(error)
            raise
        again = partial(marking.again, file)
        told = Feedback(
            marked, name, rules.feedback, granularity or "row", again, language=language
        )
        target.send(feedback_document(told))
    if not marked.is_right:
        raise typer.Exit(NO)


def _require_none_of_sheets(context: typer.Context) -> None:
    """Check that no option is stated that says nothing of code.

    Raises:
        UsageError: One is.
    """
    for option in context.command.params:
        if option.name in OF_SHEETS and is_stated(context, option.name):
            raise UsageError(f"{option.opts[-1]} is about a sheet, and FILE is code")
