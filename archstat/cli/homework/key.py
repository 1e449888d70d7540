"""`archstat key`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from archstat.cli.output import destination
from archstat.cli.reading import question
from archstat.cli.shared import (
    Arguments,
    Classes,
    Columns,
    FormatOption,
    Inputs,
    Layout,
    Model,
    Output,
    Set,
    answering,
    columns_named,
    load,
)
from archstat.errors import within

EPILOG = """\b
Examples:
  archstat key paper-alexnet
  archstat key paper-alexnet --blank weights,neurons,macs,rf -o blank.xlsx
  archstat key cifar-alexnet --classes 100 --blank weights,rf -o blank.md
"""


def key(
    model: Model,
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    blank: Annotated[
        str | None,
        typer.Option(metavar="KEY,…", help="Columns that students fill in. Default: none."),
    ] = None,
    rows: Annotated[
        Literal["asked", "all"],
        typer.Option(help="The layers that leave something to work out, or every layer."),
    ] = "asked",
    columns: Columns = None,
    layout: Layout = "hwc",
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Write the answer key of a homework, or the blank sheet; 'archstat check' reads both."""
    with answering():
        from archstat.documents.report import report_document
        from archstat.documents.view import View
        from archstat.homework.answers.key import asked_layers, check_blanks
        from archstat.report.report import report_on

        target = destination(format_name, output, model)
        shown = View().chosen() if columns is None else columns_named(columns, "--columns")
        blanks = () if blank is None else columns_named(blank, "--blank")
        with within("--blank"):
            check_blanks(blanks, shown)
        asked = question(input, classes, settings, model_arguments, 1, "none")
        graph, traced_on, batch = load(model, asked)
        report = report_on(graph, batch_size=batch, traced_on=traced_on)
        view = View(tuple(shown), layout, is_homework=True, blank=blanks)
        asked_for = report if rows == "all" else asked_layers(report)
        target.send(report_document(asked_for, view))
