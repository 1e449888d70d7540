"""`archstat check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archstat.cli import marking
from archstat.cli.shared import NO, Arguments, Classes, Inputs, Set, answering, question
from archstat.errors import UsageError, shown, within

if TYPE_CHECKING:
    from archstat.renderers.feedback import FormatName

EPILOG = """\b
Examples:
  archstat check homework.md --against paper-alexnet
  archstat check sheet.csv --against net.py:Net --input 3x32x32 --feedback full
"""


def check(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="What was handed in: Markdown, CSV, TSV, HTML, LaTeX, a notebook, Word, Excel, or "
            "what another tool printed; - for standard input.",
            show_default=False,
        ),
    ],
    against: Annotated[
        str,
        typer.Option("--against", metavar="MODEL", help="The network, as everywhere."),
    ],
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    table: Annotated[
        int | None, typer.Option(metavar="N", help="Which table of the file; else the best match.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="TITLE=KEY", help="What a column asks for: 'Größe=feature_map'."
        ),
    ] = None,
    conventions: Annotated[
        list[str] | None,
        typer.Option("--convention", metavar="NAME", help="A convention that counts as right."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Points and credit, in TOML.")
    ] = None,
    feedback: Annotated[
        str | None,
        typer.Option(metavar="none|score|hint|full", help="How much is told. Default: hint."),
    ] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="Default: text.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Write a file.")
    ] = None,
    *,
    any_convention: Annotated[
        bool, typer.Option("--accept-any-convention", help="Every convention counts as right.")
    ] = False,
) -> None:
    """Mark a homework table: which cells are right, and the mistake behind each wrong one.

    Exit code 1 if a cell is wrong.
    """
    with answering():
        from archstat.cli.output import write_file, write_stdout
        from archstat.homework.feedback import Feedback
        from archstat.homework.matching import best_match
        from archstat.renderers.feedback import renderer

        rules = marking.policy(policy, conventions, feedback, any_convention=any_convention)
        choices = marking.chosen(columns)
        tables = marking.tables(file)
        asked = question(input, classes, settings, model_arguments, 1, "none")
        truth = marking.truth(against, asked)
        with within(file):
            marked = best_match(tables, truth, rules, number=table, chosen=choices)
        told = Feedback(marked, marking.name_of(file), rules.feedback)
        chosen_format = _format(format_name, output)
        if output not in {None, marking.STDIN}:
            write_file(renderer(chosen_format)(told), Path(str(output)))
        elif chosen_format == "text" and sys.stdout.isatty():
            from archstat.renderers.feedback.terminal import show

            show(told)
        else:
            write_stdout(renderer(chosen_format)(told))
    if not marked.is_right:
        raise typer.Exit(NO)


def _format(name: str | None, output: str | None) -> FormatName:
    """Return the format that was asked for, or that a file's suffix stands for."""
    from archstat.renderers.feedback import SUFFIXES

    if name is not None:
        for format_name in SUFFIXES:
            if name == format_name:
                return format_name
        raise UsageError(
            f"--format: there is no format {shown(name)}", hint=f"there are {', '.join(SUFFIXES)}"
        )
    if output in {None, marking.STDIN}:
        return "text"
    suffix = Path(str(output)).suffix.lower()
    for format_name, known in SUFFIXES.items():
        if suffix == known:
            return format_name
    raise UsageError(
        f"-o {shown(output)}: the suffix says no format",
        hint=f"use {', '.join(SUFFIXES.values())}, or state one with --format",
    )
