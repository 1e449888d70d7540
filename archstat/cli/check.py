"""`archstat check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archstat.cli import marking
from archstat.cli.reading import question
from archstat.cli.shared import NO, Arguments, Classes, Inputs, Set, answering
from archstat.errors import SheetError, UsageError, shown, within

if TYPE_CHECKING:
    from archstat.renderers.feedback import FormatName

EPILOG = """\b
Examples:
  archstat check homework.md --against paper-alexnet
  archstat check sheet.csv --against net.py:Net --input 3x32x32 --feedback full
  archstat check sheet.docx --against paper-alexnet -o feedback.html
  archstat check sheet.xlsx --against paper-alexnet --format gradescope -o results.json
  archstat check - --against paper-alexnet < pasted.txt
"""


def check(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="What was handed in: Markdown, CSV, TSV, HTML, LaTeX, a notebook, Word, Excel, "
            "PDF, or what another tool printed; - for standard input.",
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
    feedback: marking.FeedbackLevel = None,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="text, markdown, html, json, csv, gradescope, prairielearn or github-classroom. "
            "Default: text, or what the suffix of -o says.",
        ),
    ] = None,
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
    *,
    any_convention: marking.AnyConvention = False,
) -> None:
    """Mark a homework table: which cells are right, and the mistake behind each wrong one.

    Exit code 1 if a cell is wrong.
    """
    with answering():
        from archstat.homework.marking.feedback import Feedback
        from archstat.homework.marking.matching import marked as marked_of
        from archstat.homework.marking.matching import other_network
        from archstat.renderers.feedback import GRADERS, refuser, renderer

        rules = marking.policy(
            policy, conventions, feedback, asked_for, any_convention=any_convention
        )
        choices = marking.chosen(columns)
        chosen_format = _format(format_name, output)
        if granularity is not None and chosen_format not in GRADERS:
            raise UsageError(
                f"--granularity is about tests, and {chosen_format} has none",
                hint=f"use it with --format {', '.join(GRADERS)}",
            )
        name = marking.name_of(file)
        try:
            contents = marking.contents(file)
            truth = marking.truth(
                against, question(input, classes, settings, model_arguments, 1, "none")
            )
            with within(name):
                marked = marked_of(contents, truth, rules, number=table, chosen=choices)
        except SheetError as error:
            if chosen_format in GRADERS:
                _write(refuser(chosen_format)(error), file, output)
            raise
        other = other_network(marked, marking.catalogue_truths())
        told = Feedback(marked, name, rules.feedback, granularity or "row", other)
        if output is None and chosen_format == "text" and sys.stdout.isatty():
            from archstat.renderers.feedback.terminal import show

            show(told)
        else:
            _write(renderer(chosen_format)(told), file, output)
    if not marked.is_right:
        raise typer.Exit(NO)


def _write(text: str, sheet: str, output: str | None) -> None:
    from archstat.cli.output import STDOUT, require_other, write_file, write_stdout

    if output in {None, STDOUT}:
        write_stdout(text)
    else:
        target = Path(str(output))
        require_other(target, "sheet", [Path(sheet)])
        write_file(text, target)


def _format(name: str | None, output: str | None) -> FormatName:
    """Return the format that was asked for, or that a file's suffix stands for."""
    from archstat.cli.output import format_of
    from archstat.renderers.feedback import SUFFIXES

    if name is None:
        name = format_of(output, SUFFIXES, "text")
    for format_name in SUFFIXES:
        if name == format_name:
            return format_name
    raise UsageError(
        f"--format: there is no format {shown(name)}", hint=f"there are {', '.join(SUFFIXES)}"
    )
