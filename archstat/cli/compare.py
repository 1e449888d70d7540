"""`archstat compare` and `archstat budget`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from archstat.cli.output import destination
from archstat.cli.progress import waiting
from archstat.cli.reading import question
from archstat.cli.shared import (
    NO,
    Arguments,
    Classes,
    FormatOption,
    Inputs,
    Model,
    Output,
    Set,
    answering,
    complete_model,
    load,
)
from archstat.cli.streams import stdout_kept
from archstat.errors import UsageError

if TYPE_CHECKING:
    from archstat.models.tensors import Tensors
    from archstat.report.report import NetworkReport

FEWEST = 2

EPILOG = """\b
Examples:
  archstat compare paper-alexnet ungrouped-alexnet
  archstat compare torchvision/resnet18 torchvision/resnet34 torchvision/resnet50 -o nets.md
  archstat compare main.toml branch.toml --fail-on-change
"""
EPILOG_BUDGET = """\b
Examples:
  archstat budget paper-alexnet --max-params 62M --max-macs 1G
  archstat budget net.py:Net --input 3x32x32 --max-activation-bytes 8MiB
"""


def compare(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL MODEL…",
            help="Two networks or more.",
            autocompletion=complete_model,
            show_default=False,
        ),
    ],
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    batch: Annotated[int, typer.Option(metavar="N", help="Examples a pass.")] = 1,
    format_name: FormatOption = None,
    output: Output = None,
    *,
    only_changes: Annotated[
        bool, typer.Option("--only-changes", help="Leave out layers that are the same in all.")
    ] = False,
    fail_on_change: Annotated[
        bool, typer.Option("--fail-on-change", help="Exit code 1 if anything differs.")
    ] = False,
) -> None:
    """Show networks side by side, layer by layer: what differs, and the totals."""
    with answering():
        from archstat.documents.comparison import comparison_document
        from archstat.documents.holding import holding_document
        from archstat.models.argument import find_model
        from archstat.report import comparison
        from archstat.report.export import compare_export
        from archstat.report.folding import MOST_ROWS
        from archstat.report.holding import compare_tensors

        if len(models) < FEWEST:
            raise UsageError("one network has nothing to be compared with", hint="name another")
        target = destination(format_name, output, *models)
        if any(find_model(model).has_tensors_alone for model in models):
            held = {model: _tensors(model, input, classes, batch) for model in models}
            if len(held) < FEWEST:
                raise UsageError("one file has nothing to be compared with", hint="name another")
            fit = compare_tensors(held)
            is_long = target.shows_progress and len(fit.slots) > MOST_ROWS
            target.send(holding_document(fit.changes() if only_changes or is_long else fit))
            if fail_on_change and fit.differs:
                raise typer.Exit(NO)
            return
        reports = [_report(model, input, classes, None, None, batch) for model in models]
        reports = _told_apart(reports, models)
        exports = [number for number, name in enumerate(models) if find_model(name).is_export]
        found = (
            compare_export(reports, exports[0])
            if len(exports) == 1 and len(models) == FEWEST
            else comparison.compare(reports)
        )
        is_long = target.shows_progress and len(found.slots) > MOST_ROWS and not only_changes
        shown = found.changes() if only_changes or is_long else found
        target.send(comparison_document(shown, says_what_is_hidden=is_long))
    if fail_on_change and found.differs:
        raise typer.Exit(NO)


def _told_apart(reports: Sequence[NetworkReport], models: Sequence[str]) -> list[NetworkReport]:
    """Return reports of which no two have one name: those that do are called as they were given."""
    times = Counter(report.model for report in reports)
    return [
        replace(report, model=model) if times[report.model] > 1 else report
        for report, model in zip(reports, models, strict=True)
    ]


def budget(
    model: Model,
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    batch: Annotated[int, typer.Option(metavar="N", help="Examples a pass.")] = 1,
    max_params: Annotated[str | None, typer.Option(metavar="N", help="As in 62M.")] = None,
    max_macs: Annotated[str | None, typer.Option(metavar="N", help="As in 1.5G.")] = None,
    max_activation_bytes: Annotated[
        str | None, typer.Option(metavar="BYTES", help="As in 8MiB.")
    ] = None,
    max_param_bytes: Annotated[
        str | None, typer.Option(metavar="BYTES", help="As in 250MB.")
    ] = None,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Hold a network against limits, as in a check of every change. Exit code 1 if it is over."""
    with answering():
        from archstat.documents.budget import budget_document

        target = destination(format_name, output, model)
        limits = {
            "params": max_params,
            "macs": max_macs,
            "activation_bytes": max_activation_bytes,
            "param_bytes": max_param_bytes,
        }
        stated = {key: _limit(key, text) for key, text in limits.items() if text is not None}
        if not stated:
            raise UsageError("no limit is stated", hint="use --max-params 62M, --max-macs 1G, …")
        report = _report(model, input, classes, settings, model_arguments, batch)
        totals = report.totals
        if totals.uncounted and "macs" in stated:
            raise UsageError(f"MACs are not known: not counted is {', '.join(totals.uncounted)}")
        target.send(budget_document(report, stated))
    if any(getattr(totals, key) > most for key, most in stated.items()):
        raise typer.Exit(NO)


def _report(
    model: str,
    inputs: list[str] | None,
    classes: int | None,
    settings: list[str] | None,
    model_arguments: list[str] | None,
    batch: int,
) -> NetworkReport:
    from archstat.models.spec.resolve import positive
    from archstat.report.report import report_on

    batch = positive(batch, "--batch")
    asked = question(inputs, classes, settings, model_arguments, batch, "none")
    graph, traced_on, batch_size = load(model, asked)
    return report_on(graph, batch_size=batch_size, traced_on=traced_on)


def _tensors(model: str, inputs: list[str] | None, classes: int | None, batch: int) -> Tensors:
    from archstat.models.argument import find_model

    network = find_model(model)
    asked = question(
        inputs, None if network.has_tensors_alone else classes, None, None, batch, "none"
    )
    with waiting(f"reading {model}"), stdout_kept():
        return network.tensors(asked)


def _limit(key: str, text: str) -> int:
    """Return a limit as a whole number.

    Raises:
        UsageError: It is none.
    """
    from archstat.cli.reading import BYTES, COUNTS, amount

    units = BYTES if key.endswith("bytes") else COUNTS
    return amount(text, units=units, option=f"--max-{key.replace('_', '-')}")
