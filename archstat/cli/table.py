"""`archstat table`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from archstat.cli.shared import (
    NO,
    Arguments,
    Classes,
    Device,
    Inputs,
    Model,
    Set,
    answering,
    limited,
    question,
)
from archstat.errors import UsageError, shown, within

if TYPE_CHECKING:
    from archstat.renderers.view import View
    from archstat.report.report import Report

Format: TypeAlias = Literal["table", "markdown", "csv", "tsv", "json"]
STDOUT = "-"
NO_DEVICE = "none"

EPILOG = """\b
Examples:
  archstat table paper-alexnet --input 3x227x227
  archstat table paper-alexnet --set conv2.groups=1 --columns +params,+macs_share
  archstat table vgg16 --batch 32 --device cpu -o vgg16.md
  archstat table torchvision/resnet18 --columns layer,feature_map,params,macs
"""


def table(
    model: Model,
    input: Inputs = None,  # noqa: A002  the option's name
    batch: Annotated[int, typer.Option(metavar="N", help="Examples a pass.")] = 1,
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    device: Device = NO_DEVICE,
    depth: Annotated[
        int | None,
        typer.Option(metavar="N", help="Fold modules below N levels into a row each."),
    ] = None,
    by: Annotated[
        Literal["layer", "operator", "module", "kind"],
        typer.Option(
            help="A row for each layer, operator of a PyTorch model, module of the first level, "
            "or kind of layer."
        ),
    ] = "layer",
    sort: Annotated[
        str | None, typer.Option(metavar="KEY", help="Largest first, by macs, params, …")
    ] = None,
    top: Annotated[int | None, typer.Option(metavar="N", help="The first N rows only.")] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Give up on a model after this time.")
    ] = None,
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 1 if an operator was not counted.")
    ] = False,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="KEY,…",
            help="Columns, such as layer,out_shape,params; +params,+flops adds to the usual ones.",
        ),
    ] = None,
    layout: Annotated[
        Literal["hwc", "chw"], typer.Option(help="Feature maps with channels last, or first.")
    ] = "hwc",
    format_name: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="Default: table, or what the suffix of -o says."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write a file; its suffix is a format."
        ),
    ] = None,
) -> None:
    """Print what each layer is worth: feature map, weights, neurons, MACs, receptive field."""
    with answering():
        from archstat.cli.output import require_other, write_file, write_stdout
        from archstat.frontends.load import load
        from archstat.frontends.resolve import positive
        from archstat.graph import ForwardError
        from archstat.renderers import renderer
        from archstat.report.report import report_on

        format_name = format_name or _format_of(output)
        view = _view(columns, layout, format_name)
        batch = positive(batch, "--batch")
        asked = question(input, classes, settings, model_arguments, batch, device)
        asked = replace(asked, each_operator=by == "operator")
        if depth is not None and by not in {"layer", "module"}:
            raise UsageError(f"--depth folds modules, and --by {by} has none", hint="leave one out")
        try:
            with limited(timeout):
                graph, traced_on, batch = load(model, asked)
        except ForwardError as error:  # the layers that ran are half of the answer
            if error.graph.nodes and format_name == "table":
                partial = report_on(
                    error.graph,
                    batch_size=batch,
                    traced_on="meta" if device == NO_DEVICE else device,
                    each_operator=asked.each_operator,
                )
                write_stdout(renderer("table")(partial, view))
                sys.stdout.flush()
            raise
        report = report_on(
            graph, batch_size=batch, traced_on=traced_on, each_operator=asked.each_operator
        )
        shown_report = _arranged(report, depth, by, sort, top)
        if output not in {None, STDOUT}:
            target = Path(str(output))
            sources = (Path(model), Path(model.rpartition(":")[0]))
            require_other(target, "model", sources)
            write_file(renderer(format_name)(shown_report, view), target)
        elif format_name == "table" and sys.stdout.isatty():
            from archstat.renderers.terminal import show

            show(shown_report, view)
        else:
            write_stdout(renderer(format_name)(shown_report, view))
    if strict and report.totals.uncounted:
        typer.echo(f"not counted: {', '.join(report.totals.uncounted)}", err=True)
        raise typer.Exit(NO)


def _arranged(
    report: Report, depth: int | None, by: str, sort: str | None, top: int | None
) -> Report:
    """Return the report with the rows that the options ask for."""
    if by in {"layer", "operator"} and (depth, sort, top) == (None, None, None):
        return report
    from archstat.frontends.resolve import positive
    from archstat.report.folding import by_kind, folded, largest

    if depth is not None or by == "module":
        report = folded(report, positive(1 if depth is None else depth, "--depth"))
    if by == "kind":
        report = by_kind(report)
    return largest(report, sort, None if top is None else positive(top, "--top"))


def _format_of(output: str | None) -> Format:
    """Return the format that a file's suffix stands for."""
    if output in {None, STDOUT}:
        return "table"
    from archstat.renderers import SUFFIXES

    suffix = Path(str(output)).suffix.lower()
    for format_name, known in SUFFIXES.items():
        if suffix == known:
            return format_name
    raise UsageError(
        f"-o {shown(output)}: the suffix says no format",
        hint=f"use {', '.join(SUFFIXES.values())}, or state one with --format",
    )


def _view(columns: str | None, layout: Literal["hwc", "chw"], format_name: Format) -> View:
    from archstat.renderers.view import View
    from archstat.report.columns import choose_columns

    if columns is None:
        return View(layout=layout)
    if format_name == "json":
        raise UsageError(
            "--columns and JSON do not go together: JSON always holds every quantity",
            hint="leave --columns out, or use --format csv",
        )
    keys = [key.strip() for key in columns.split(",") if key.strip()]
    if not keys:
        raise UsageError("--columns names none", hint="write --columns layer,out_shape,params")
    with within("--columns"):
        return View(choose_columns(keys), layout)
