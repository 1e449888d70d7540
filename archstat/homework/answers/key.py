"""What a homework asks: which layers leave something to work out, and what of them counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from archstat.errors import Problem, UsageError, did_you_mean, shown
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Truth
from archstat.homework.reading.table import Table
from archstat.homework.sheet.alignment import ASKED
from archstat.homework.sheet.labels import general_family
from archstat.homework.sheet.sheet import columns_of
from archstat.layers.base import Shape
from archstat.layers.combine import Concat
from archstat.report.columns import LayerColumn
from archstat.report.report import NetworkReport, Row

OF_MAPS = frozenset({"feature_map", "in_shape"})
OF_WINDOWS = frozenset(
    {
        "receptive_field",
        "in_receptive_field",
        "effective_stride",
        "in_effective_stride",
        "effective_padding",
        "start",
    }
)


def asked_layers(report: NetworkReport) -> NetworkReport:
    """Return a report without the layers that leave nothing to work out, such as ReLUs."""
    return replace(report, layers=tuple(row for row in report.layers if _is_asked(row)))


def _is_asked(row: Row) -> bool:
    is_counted = row.params > 0 or row.macs != 0 or general_family(row.kind) in ASKED
    return is_counted or _makes_a_map(row.kind, row.in_shape, row.out_shape)


def _makes_a_map(kind: str, in_shape: Shape, out_shape: Shape) -> bool:
    """Return whether a layer's map is to be worked out: it is joined, or has other sides."""
    return kind == Concat.kind or (len(out_shape) > 1 and in_shape[1:] != out_shape[1:])


def counts(truth: Truth, layer: str, quantity: str) -> bool:
    """Return whether there is something to work out of a layer: a right answer earns points."""
    answer, node = truth.account[layer].get(quantity), truth.nodes[layer]
    if answer is None or answer == 0:
        return False
    general = general_family(node.layer.kind)
    if quantity in OF_MAPS:
        return general in ASKED or _makes_a_map(node.layer.kind, node.in_shape, node.out_shape)
    if quantity in OF_WINDOWS:
        return general in ASKED and general != "linear"
    if QUANTITIES[quantity].is_setting:
        return general in ASKED
    if quantity in {"activations", "activation_bytes"}:
        return general in ASKED or truth.account[layer].get("params") != 0
    return True


def check_blanks(blank: Sequence[LayerColumn], columns: Sequence[LayerColumn]) -> None:
    """Check that columns may be left blank: they are on the sheet, and can be marked.

    Raises:
        UsageError: Some may not; all of them are named.
    """
    problems = list(_problems(blank, columns))
    if problems:
        raise UsageError.of(problems)


def _problems(blank: Sequence[LayerColumn], columns: Sequence[LayerColumn]) -> Iterator[Problem]:
    on_sheet = [column.key for column in columns]
    as_read = columns_of(Table("", tuple(column.title for column in blank), ()))
    for column, read in zip(blank, as_read, strict=True):
        if column.key not in on_sheet:
            hint = did_you_mean(column.key, on_sheet) or f"add it with --columns +{column.key}"
            yield Problem(f"the sheet has no column {shown(column.key)}", hint)
        elif not read.is_marked:
            yield Problem(f"'archstat check' does not mark {shown(column.key)}", "leave it out")
