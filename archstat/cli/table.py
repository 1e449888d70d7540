"""`archstat table`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archstat.cli.output import Destination, destination
from archstat.cli.progress import waiting
from archstat.cli.reading import question
from archstat.cli.shared import (
    NO,
    Arguments,
    Batch,
    Classes,
    Columns,
    Device,
    Inputs,
    Layout,
    Model,
    Output,
    Set,
    Timeout,
    answering,
    columns_named,
    format_option,
    limited,
)
from archstat.cli.streams import say, stdout_kept
from archstat.errors import UsageError, within
from archstat.formats import TEXT

if TYPE_CHECKING:
    from archstat.analyses.conventions.convention import Convention
    from archstat.documents.view import View
    from archstat.models.front_end import FrontEnd
    from archstat.report.report import NetworkReport

GRAPHS = ("model-explorer", "model-explorer-data")
"""Formats of a network's layers, for Model Explorer."""

MOST_BEFORE = 40
"""Layers that are shown before one that failed."""

EPILOG = """\b
Examples:
  archstat table paper-alexnet --input 3x227x227
  archstat table paper-alexnet --set conv2.groups=1 --columns +params,+macs_share
  archstat table paper-alexnet --count ptflops --columns layer,macs
  archstat table vgg16 --batch 32 --device cpu -o vgg16.md
  archstat table torchvision/resnet18 --columns layer,feature_map,params,macs
  archstat table torchvision/resnet18 --train --batch 32
  archstat table paper-alexnet --bars
  archstat table lenet5 --latency cpu
"""


def table(
    model: Model,
    input: Inputs = None,  # noqa: A002  the option's name
    batch: Batch = 1,
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    device: Device = "none",
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
    count: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Add what a named convention counts: flops, torchinfo, thop, ptflops, …",
        ),
    ] = None,
    latency: Annotated[
        str | None,
        typer.Option(
            metavar="DEVICE,…",
            help="Measure each layer and the whole on cpu, cuda, …: a column each, in seconds.",
        ),
    ] = None,
    timeout: Timeout = None,
    *,
    train: Annotated[
        bool,
        typer.Option(
            "--train",
            help="What a training step costs: gradients, what is kept for them, optimizer state.",
        ),
    ] = False,
    bars: Annotated[
        bool,
        typer.Option("--bars", help="Show in bars where the MACs and the parameters are."),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 1 if an operator was not counted.")
    ] = False,
    columns: Columns = None,
    layout: Layout = "hwc",
    format_name: Annotated[str | None, format_option(*GRAPHS)] = None,
    output: Output = None,
) -> None:
    """Print what each layer is worth: feature map, weights, neurons, MACs, receptive field."""
    with answering():
        from archstat.documents.report import report_document
        from archstat.graph import ForwardError
        from archstat.models.argument import find_model
        from archstat.models.spec.resolve import positive
        from archstat.report.folding import MOST_ROWS
        from archstat.report.report import report_on

        target = destination(format_name, output, model, special=GRAPHS)
        convention = None if count is None else _convention(count)
        view = replace(_view(columns, layout, target.format_name, count), trains=train, bars=bars)
        batch = positive(batch, "--batch")
        asked = question(input, classes, settings, model_arguments, batch, device)
        asked = replace(asked, each_operator=by == "operator", train=train)
        network = find_model(model)
        if not train:
            _require_no_training(view, network)
        if depth is not None and by not in {"layer", "module"}:
            raise UsageError(f"--depth folds modules, and --by {by} has none", hint="leave one out")
        devices = [] if latency is None else _devices(latency)
        try:
            with limited(timeout), waiting(f"reading {model}"), stdout_kept():
                graph, traced_on, batch = network.graph(asked)
        except ForwardError as error:  # the layers that ran are half of the answer
            if error.graph.nodes and target.format_name == TEXT:
                from archstat.report.folding import latest

                partial = report_on(
                    error.graph,
                    batch_size=batch,
                    traced_on=error.traced_on,
                    each_operator=asked.each_operator,
                    convention=convention,
                )
                Destination(TEXT, None).send(report_document(latest(partial, MOST_BEFORE), view))
            raise
        is_folded = depth is not None or by == "module"  # a module may end in a view
        report = report_on(
            graph,
            batch_size=batch,
            traced_on=traced_on,
            each_operator=asked.each_operator or is_folded,
            convention=convention,
            trains=train,
        )
        if devices:
            from archstat.cli.benchmarks.latency import measured
            from archstat.report.columns import latency_columns

            report = measured(report, graph, model, asked, devices)
            view = replace(view, more=latency_columns(devices))
        is_whole = by == "layer" and (depth, sort, top) == (None, None, None)
        if is_whole and target.shows_progress and len(report.layers) > MOST_ROWS and not devices:
            whole = report_on(
                graph,
                batch_size=batch,
                traced_on=traced_on,
                each_operator=True,
                convention=convention,
                trains=train,
            )
            report = _folded(report, whole)
        shown_report = _arranged(report, depth, by, sort, top)
        target.send(report_document(shown_report, view))
    if strict and report.totals.uncounted:
        say(f"not counted: {', '.join(report.totals.uncounted)}")
        raise typer.Exit(NO)


def _folded(report: NetworkReport, whole: NetworkReport) -> NetworkReport:
    """Return a report whose rows people can read, with a note that says how to see them all.

    Args:
        report: The report with a row for each layer.
        whole: The same with a row for each operator, as a module may end in a view.
    """
    from archstat.report.folding import folded_to_fit

    found = folded_to_fit(whole)
    if len(found.layers) >= len(report.layers):
        return report
    deepest = 1 + max(row.depth for row in report.layers)
    note = (
        f"{len(report.layers)} rows are folded into {len(found.layers)}: --depth {deepest} shows "
        "all, and so do files (-o) and JSON"
    )
    return replace(found, notes=(note, *report.notes))


def _arranged(
    report: NetworkReport, depth: int | None, by: str, sort: str | None, top: int | None
) -> NetworkReport:
    """Return the report with the rows that the options ask for."""
    if by in {"layer", "operator"} and (depth, sort, top) == (None, None, None):
        return report
    from archstat.models.spec.resolve import positive
    from archstat.report.folding import by_kind, folded, largest

    if depth is not None or by == "module":
        report = folded(report, positive(1 if depth is None else depth, "--depth"))
    if by == "kind":
        report = by_kind(report)
    return largest(report, sort, None if top is None else positive(top, "--top"))


def _convention(name: str) -> Convention:
    from archstat.analyses.conventions.registry import convention_named

    with within("--count"):
        return convention_named(name)


def _devices(names: str) -> list[str]:
    from archstat.cli.benchmarks.latency import devices_named

    return devices_named(names)


def _require_no_training(view: View, model: FrontEnd) -> None:
    """Check that no column is asked for that a model tells in training mode alone.

    Raises:
        UsageError: One is.
    """
    from archstat.report.columns import OF_TRAINING

    keys = [column.key for column in view.chosen() if column.key in OF_TRAINING]
    if keys and model.needs_training_pass:
        raise UsageError(
            f"--columns {','.join(keys)}: {model.kind} tells it in training mode only",
            hint="add --train",
        )


def _view(
    columns: str | None, layout: Literal["hwc", "chw"], format_name: str, count: str | None
) -> View:
    from archstat.documents.view import View

    if columns is not None and format_name == "json":
        raise UsageError(
            "--columns and JSON do not go together: JSON always holds every quantity",
            hint="leave --columns out, or use --format csv",
        )
    chosen = None if columns is None else columns_named(columns, "--columns")
    return View(chosen, layout, count=count)
