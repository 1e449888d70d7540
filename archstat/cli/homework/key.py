"""`archstat key`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archstat.cli.output import destination
from archstat.cli.reading import question
from archstat.cli.shared import (
    Arguments,
    Classes,
    Columns,
    Inputs,
    Layout,
    Model,
    Output,
    Set,
    answering,
    columns_named,
    format_option,
    load,
    require_layers,
)
from archstat.errors import within
from archstat.formats.special import SHEETS

if TYPE_CHECKING:
    from archstat.report.columns import LayerColumn
    from archstat.report.report import NetworkReport

EPILOG = """\b
Examples:
  archstat key paper-alexnet
  archstat key paper-alexnet --blank weights,neurons,macs,rf -o blank.xlsx
  archstat key cifar-alexnet --classes 100 --blank weights,macs,rf -o blank.md
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
    keep: Annotated[
        str | None,
        typer.Option(
            metavar="KEY,…",
            help="Columns that stay although what is blank follows from them.",
        ),
    ] = None,
    format_name: Annotated[str | None, format_option(*SHEETS)] = None,
    output: Output = None,
) -> None:
    """Write the answer key of a homework, or the blank sheet; 'archstat check' reads both."""
    with answering():
        from archstat.documents.report import report_document
        from archstat.documents.view import View
        from archstat.homework.answers.key import (
            asked_layers,
            check_blanks,
            definitions,
            open_cells,
            told_by,
        )
        from archstat.homework.answers.truth import truth_of
        from archstat.report.columns import for_machines
        from archstat.report.report import report_on

        target = destination(format_name, output, model, special=SHEETS)
        shown = View().chosen() if columns is None else columns_named(columns, "--columns")
        blanks = () if blank is None else columns_named(blank, "--blank")
        with within("--blank"):
            check_blanks(blanks, shown)
        asked = question(input, classes, settings, model_arguments, 1, "none")
        graph, traced_on, batch = load(model, asked)
        whole = report_on(graph, batch_size=batch, traced_on=traced_on)
        require_layers(whole)
        report = asked_layers(whole, has_all=rows == "all")
        kept = () if keep is None else columns_named(keep, "--keep")
        told = [column for column in told_by(blanks, shown) if column not in kept]
        left = (*blanks, *told)
        if told:
            names = " and ".join(column.key for column in told)
            verb, them = ("is", "it") if len(told) == 1 else ("are", "them")
            typer.echo(
                f"note: {names} {verb} blank, too: what is asked follows from {them} by division "
                f"(--keep {','.join(column.key for column in told)} leaves {them} in)",
                err=True,
            )
        view = View(
            tuple(shown),
            layout,
            is_homework=True,
            blank=left,
            given=_given(report) if left and (columns is None or "+" in columns) else (),
            definitions=definitions(report, left),
            open_cells=open_cells(truth_of(graph, whole), (*left, *for_machines(left))),
        )
        target.send(report_document(report, view))


def _given(report: NetworkReport) -> tuple[LayerColumn, ...]:
    """Return the columns without which a blank sheet cannot be worked out."""
    from archstat.report.columns import READS, SETTINGS

    reads = (READS,) if any(row.inputs for row in report.layers) else ()
    return (*reads, *((SETTINGS,) if any(row.more_settings for row in report.layers) else ()))
