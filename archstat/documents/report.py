"""The table of a network's layers, and the sheet of a homework."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archstat.analyses.training import OPTIMIZERS, TrainingStep
from archstat.documents.cells import BLANK, EMPTY, NOTHING, Cell, Look, for_people, with_unit
from archstat.documents.document import Column, Document, Line, Notes, Sentences, Table
from archstat.documents.heaviness import looks_of, with_bars
from archstat.documents.view import View
from archstat.layers.base import Shape, times
from archstat.report.columns import (
    OF_MODELS,
    OF_PARAMETERS,
    OF_TRAINING,
    choose_columns,
    for_machines,
)
from archstat.report.columns import LayerColumn as Quantity
from archstat.report.report import NetworkReport, Row
from archstat.report.values import Bytes, Map, Named, Value, arranged

NOT_ASKED = Named(NOTHING, NOTHING)
"""What stands in a blank column where there is nothing to work out."""

ALWAYS = frozenset({"layer", "feature_map", "weights", "params", "macs"})
"""The columns that say something even where they are empty."""

EMPTY_VALUES = (None, "", 0, Bytes(0))
"""What a row has in a column that says nothing of it."""


def report_document(report: NetworkReport, view: View) -> Document:
    """Return a report as it was asked for; a blank sheet without what would tell the answers."""
    every = all_columns(report, view)
    chosen = every if view.columns is not None else said_columns(report, view, every)
    said = (Sentences(tuple(summaries(report))), Notes(report.notes))
    remarks = () if view.is_homework else said  # what a marker would read as answers
    return Document(
        kind="layers",
        title=f"{report.model}: {report.title}" if report.title else report.model,
        about=(circumstances(report, view),),
        parts=(_table(report, view, chosen), *remarks),
        records=lambda: _table(report, view, for_machines(every), has_line_of_totals=True),
        data=None if view.is_homework else report.to_dict,
        subject=None if view.is_homework else report,
        is_insert=not view.is_homework,
        is_handed_out=bool(view.blank),
    )


def all_columns(report: NetworkReport, view: View) -> tuple[Quantity, ...]:
    """Return the columns that were asked for, or the usual ones.

    Where something is frozen, what learns stands beside the parameters.
    """
    chosen = tuple(view.chosen())
    if view.columns is not None or view.is_homework:
        return chosen
    if report.layers and not report.is_placed:
        chosen = choose_columns(OF_PARAMETERS)
    if report.totals.has_frozen:
        at = next((n for n, each in enumerate(chosen) if each.key == "neurons"), len(chosen))
        chosen = (*chosen[:at], OF_MODELS["trainable"], *chosen[at:])
    return chosen


def said_columns(
    report: NetworkReport, view: View, columns: Sequence[Quantity]
) -> tuple[Quantity, ...]:
    """Return the columns that say something of any layer."""
    if view.is_homework or not report.layers:
        return tuple(columns)
    asked = OF_TRAINING if view.trains else ()
    return tuple(
        each
        for each in columns
        if each.key in ALWAYS or each.key in asked or _says_anything(report, each)
    )


def _says_anything(report: NetworkReport, quantity: Quantity) -> bool:
    """Return whether a column has any value."""
    values = (quantity.value(row, report.totals) for row in report.layers)
    return any(
        value.label != "" if isinstance(value, Named) else value not in EMPTY_VALUES
        for value in values
    )


def _table(
    report: NetworkReport,
    view: View,
    chosen: Sequence[Quantity],
    *,
    has_line_of_totals: bool = False,
) -> Table:
    """Return the layers and their totals.

    Args:
        report: The layers.
        view: How to show them.
        chosen: What of them.
        has_line_of_totals: Whether a homework sheet has its totals in a line like the others.
    """
    totals = report.totals

    def cell(quantity: Quantity, value: Value, layer: str = "") -> Cell:
        if view.is_blank(quantity):
            return BLANK if not layer or view.is_open(layer, quantity) else NOT_ASKED
        return arranged(value, view.layout)

    def line(row: Row) -> Line:
        cells = tuple(cell(quantity, quantity.value(row, totals), row.name) for quantity in chosen)
        return Line(cells, Look.NORMAL if row.params or row.macs else Look.WEAK)

    sums = ((quantity, quantity.total(totals)) for quantity in chosen)
    foot = Line(
        tuple(EMPTY if value == "" else cell(quantity, value) for quantity, value in sums),
        Look.STRONG,
    )
    lines = tuple(map(line, report.layers))
    columns = tuple(
        _column(quantity, report, is_usual=view.columns is None, is_told=not view.is_homework)
        for quantity in chosen
    )
    if view.bars and not has_line_of_totals:
        return with_bars(Table(columns, lines, (foot,)), report)
    if has_line_of_totals and view.is_homework:
        return Table(columns, (*lines, foot))
    return Table(columns, lines, (foot,))


def _column(quantity: Quantity, report: NetworkReport, *, is_usual: bool, is_told: bool) -> Column:
    """Return a column; those that were asked for are never left out."""
    return Column(
        quantity.key,
        quantity.title,
        quantity.short_title or "",
        is_text=quantity.is_text,
        importance=quantity.importance if is_usual else None,
        looks=looks_of(quantity.key, report) if is_told else (),
    )


def circumstances(report: NetworkReport, view: View) -> str:
    """Return how a network was looked at, or is to be."""
    inputs = [_input(report, view)]
    inputs += [f"{name} {_shape(shape, view)}" for name, shape in report.more_inputs.items()]
    if view.is_homework:
        axes = "C×H×W" if view.layout == "chw" else "H×W×C"
        conventions = [column.convention.format(axes=axes) for column in view.chosen()]
        said = dict.fromkeys(filter(None, (*conventions, *view.definitions)))
        return "; ".join([", ".join(inputs), *said])
    if not report.is_placed:
        return report.told_by
    proof = report.told_by or "by formula"
    if report.traced_on is not None:
        proof = f"traced on {report.traced_on}"
        if not report.modules:  # a spec, whose formulas were there before
            proof = f"shapes, parameters and MACs confirmed by a forward pass on {report.traced_on}"
    batch = (
        "batch of 1"
        if report.batch_size == 1
        else f"batch of {report.batch_size:,} (MACs and bytes are those of the whole batch)"
    )
    return f"{', '.join(inputs)}, {batch}, {proof}"


def _input(report: NetworkReport, view: View) -> str:
    """Return the shape of the first input, as its layers read it."""
    shape, axis = report.input, report.channels_axis
    if not axis:
        return f"input {_shape(shape, view)}"
    where = "last" if axis == len(shape) - 1 else f"on axis {axis}"
    return f"input {times(shape)} (channels {where})"


def _shape(shape: Shape, view: View) -> str:
    return for_people(Map(shape[0], shape[1:], view.layout)) if shape else "of one number"


def summaries(report: NetworkReport) -> Iterator[str]:
    """Yield the totals in a sentence, and what a training step costs if that was asked."""
    totals = report.totals
    params = "at least " * totals.is_untold + (
        f"{totals.params:,} param{'s' * (totals.params != 1)} = "
        f"{totals.weights:,} weight{'s' * (totals.weights != 1)} + "
        f"{totals.biases:,} bias{'es' * (totals.biases != 1)} "
        f"({with_unit(totals.param_bytes)})"
    )
    if totals.has_frozen:
        params += f", of which {totals.trainable:,} learn"
    least = "" if all(row.is_placed for row in report.layers) else "at least "
    activations = f"; activations {least}{with_unit(totals.activation_bytes)}"
    yield params + activations * report.is_placed
    if report.trains:
        yield from _training(totals.step)


def _training(cost: TrainingStep) -> Iterator[str]:
    """Yield multiply–accumulates and memory of a training step, with each optimizer."""
    least = "at least " if cost.unknown else ""
    held = ", ".join(
        f"{with_unit(cost.memory_bytes(name))} with {optimizer.title}"
        + (f" (state {with_unit(state)})" if (state := cost.optimizer_bytes[name]) else "")
        for name, optimizer in OPTIMIZERS.items()
    )
    again = f"{cost.again_macs:,} again, by checkpoints + " if cost.again_macs else ""
    work = f"{cost.forward_macs:,} forward + {again}"
    work += f"{cost.input_gradient_macs:,} for gradients of inputs"
    work += f" + {cost.weight_gradient_macs:,} for gradients of weights"
    parts = f"params {with_unit(cost.param_bytes)} + gradients {with_unit(cost.gradient_bytes)}"
    kept = f"kept for backward {with_unit(cost.kept_bytes)}"
    yield f"a training step: {least}{cost.step_macs:,} MACs = {work}"
    yield f"its memory: {least}{held} = {parts} + {kept} + state"
