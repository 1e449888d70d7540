"""`archstat key`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archstat.cli.homework import variants as of_each
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
from archstat.cli.streams import say
from archstat.errors import UsageError, within
from archstat.formats.special import SHEETS

if TYPE_CHECKING:
    from archstat.documents.homework.handed_out import SheetQuestion

USUALLY_BLANK = ("feature_map", "weights", "neurons", "macs", "receptive_field")
"""What networks of one's own ask for."""

EPILOG = """\b
Examples:
  archstat key paper-alexnet
  archstat key paper-alexnet --blank weights,neurons,macs,rf -o blank.xlsx
  archstat key paper-alexnet --variants roster.csv --seed 7 -o handout/
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
    variants: Annotated[
        Path | None,
        typer.Option(
            metavar="ROSTER", help="Draw a network for everybody in a class, listed in CSV."
        ),
    ] = None,
    vary: Annotated[
        str,
        typer.Option(metavar="WHAT,…", help="What the networks differ in."),
    ] = "stride,groups,input,channels",
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed draws the same.")] = 1,
    format_name: Annotated[str | None, format_option(*SHEETS)] = None,
    output: Output = None,
) -> None:
    """Write the answer key of a homework, or the blank sheet; 'archstat check' reads both."""
    with answering():
        from archstat.documents.homework.handed_out import SheetQuestion, sheet_document
        from archstat.documents.view import View
        from archstat.homework.answers.key import check_blanks
        from archstat.homework.answers.truth import truth_of
        from archstat.report.report import report_on

        shown = View().chosen() if columns is None else columns_named(columns, "--columns")
        blanks = () if blank is None else columns_named(blank, "--blank")
        if variants is not None and blank is None:
            blanks = columns_named(",".join(USUALLY_BLANK), "--blank")
        with within("--blank"):
            check_blanks(blanks, shown)
        asked = question(input, classes, settings, model_arguments, 1, "none")
        sheet = SheetQuestion(
            tuple(shown),
            blanks,
            () if keep is None else columns_named(keep, "--keep"),
            layout,
            has_all=rows == "all",
            is_usual=columns is None or "+" in columns,
        )
        if variants is not None:
            folder = _folder(output)
            given = of_each.varied(vary)
            _tell(sheet)
            of_each.hand_out(
                model,
                asked,
                variants,
                given,
                seed,
                folder,
                format_name or "markdown",
                lambda truth, title: sheet_document(truth, sheet, title),
            )
            return
        target = destination(format_name, output, model, special=SHEETS)
        graph, traced_on, batch = load(model, asked)
        whole = report_on(graph, batch_size=batch, traced_on=traced_on)
        require_layers(whole)
        _tell(sheet)
        target.send(sheet_document(truth_of(graph, whole), sheet))


def _folder(output: str | None) -> Path:
    if output is None:
        raise UsageError("-o says no folder for the sheets", hint="write -o handout")
    return Path(output)


def _tell(sheet: SheetQuestion) -> None:
    """Tell which columns are blank that nobody has named."""
    if told := sheet.told():
        names = " and ".join(column.key for column in told)
        verb, them = ("is", "it") if len(told) == 1 else ("are", "them")
        say(
            f"note: {names} {verb} blank, too: what is asked follows from {them} by division "
            f"(--keep {','.join(column.key for column in told)} leaves {them} in)"
        )
