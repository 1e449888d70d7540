"""What a homework asks: which layers leave something to work out, and what of them counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from archstat.errors import INSTEAD, Problem, UsageError, did_you_mean, shown
from archstat.graph import INPUT
from archstat.homework.answers.quantities import OF_MAPS, OF_WINDOWS, QUANTITIES
from archstat.homework.answers.truth import Truth
from archstat.homework.reading.table import FoundTable
from archstat.homework.sheet.alignment import ASKED
from archstat.homework.sheet.columns import columns_of
from archstat.homework.sheet.labels import general_family
from archstat.layers.base import Shape
from archstat.layers.combine import Concat
from archstat.report.columns import LayerColumn
from archstat.report.report import NetworkReport, Row

OF_COUNTS = frozenset({"weights", "params", "biases", "param_bytes"})
OF_SIZES = frozenset({"feature_map", "in_shape", "neurons", "activation_bytes"})

TELLING: Mapping[str, frozenset[str]] = {
    key: frozenset(told.split())
    for key, told in {
        "neurons": "feature_map out_shape in_shape activation_bytes",
        "activation_bytes": "feature_map out_shape in_shape neurons",
        "feature_map": "out_shape in_shape",
        "out_shape": "feature_map in_shape",
        "in_shape": "feature_map out_shape",
        "macs": "weights params param_bytes flops feature_map out_shape in_shape",
        "flops": "weights params param_bytes macs feature_map out_shape in_shape",
        "input_gradient_macs": "weights params macs flops feature_map out_shape in_shape",
        "weight_gradient_macs": "weights params macs flops feature_map out_shape in_shape",
        "backward_macs": "weights params macs flops feature_map out_shape in_shape",
        "weights": "params param_bytes",
        "params": "weights param_bytes",
        "param_bytes": "params weights",
        "receptive_field": "effective_stride",
    }.items()
}
"""The columns that follow from another by a division or a subtraction, without the network."""


def told_by(blank: Sequence[LayerColumn], columns: Sequence[LayerColumn]) -> list[LayerColumn]:
    """Return the columns of a sheet that are not blank, and that tell those that are."""
    asked = {column.key for column in blank}
    found: list[LayerColumn] = []
    while more := [
        column
        for column in columns
        if column.key not in asked and asked & TELLING.get(column.key, frozenset())
    ]:
        found += more
        asked |= {column.key for column in more}
    return sorted(found, key=columns.index)


def open_cells(truth: Truth, blank: Sequence[LayerColumn]) -> frozenset[tuple[str, str]]:
    """Return the layers and keys of columns whose cells leave something to work out."""
    return frozenset(
        (layer, column.key)
        for column in blank
        for layer in truth.account
        if (quantity := QUANTITIES.get(_quantity(column))) is None
        or quantity.is_setting
        or counts(truth, layer, quantity.key)
    )


def _quantity(column: LayerColumn) -> str:
    return "feature_map" if column.key == "out_shape" else column.key


DEFINITIONS = (
    (OF_COUNTS, "norm", "a norm layer's weights are one scale a channel"),
    (
        frozenset({"macs", "flops"}),
        "conv_transpose",
        "a transposed convolution multiplies each input by each weight of its filters",
    ),
    (OF_SIZES, "pad", "a negative padding cuts the map's sides off"),
    (OF_SIZES, "adaptive", "an adaptive pooling has windows that share its map out evenly"),
    (
        OF_WINDOWS,
        "conv_transpose",
        "where units of a map see areas of different sizes, the largest counts",
    ),
    (OF_WINDOWS, "join", "where branches join, a unit sees what it sees through any of them"),
)
"""What somebody must be told who works columns out, by the columns and a kind of layers."""


def definitions(report: NetworkReport, blank: Sequence[LayerColumn]) -> tuple[str, ...]:
    """Return what a sheet must say of its layers so that blank columns can be worked out."""
    asked = {_quantity(column) for column in blank}
    kinds = {word for row in report.layers for word in _words_for(row)}
    return tuple(said for of, kind, said in DEFINITIONS if kind in kinds and asked & of)


def _words_for(row: Row) -> Iterator[str]:
    """Yield what a layer is called in the definitions."""
    yield general_family(row.kind)
    if row.kind.startswith("adaptive"):
        yield "adaptive"
    if "pad" in row.kind:
        yield "pad"
    if len(row.inputs) > 1:
        yield "join"


def asked_layers(report: NetworkReport, *, has_all: bool = False) -> NetworkReport:
    """Return a report without the layers that leave nothing to work out, such as ReLUs.

    What joins branches stays; what a layer reads is named by the layers that stay, and not at all
    where it is the one above.

    Args:
        report: The network.
        has_all: Whether every layer stays.
    """
    sources = {row.name: row.inputs for row in report.layers}
    kept = [row for row in report.layers if has_all or _is_asked(row) or len(row.inputs) > 1]
    there = {row.name for row in kept}

    def source(name: str) -> str:
        while name in sources and name not in there:
            name = sources[name][0] if sources[name] else ""
        return name

    rows, above = [], INPUT
    for row in kept:
        inputs = tuple(map(source, row.inputs))
        rows.append(replace(row, inputs=() if inputs == (above,) else inputs))
        above = row.name
    return replace(report, layers=tuple(rows))


def _is_asked(row: Row) -> bool:
    is_counted = row.params > 0 or row.macs != 0 or general_family(row.kind) in ASKED
    return is_counted or _makes_a_map(row.kind, row.in_shape, row.out_shape)


def _makes_a_map(kind: str, in_shape: Shape, out_shape: Shape) -> bool:
    """Return whether a layer's map is to be worked out: it is joined, or not what it reads."""
    return kind == Concat.kind or (len(out_shape) > 1 and in_shape != out_shape)


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


def is_usual(truth: Truth, layer: str) -> bool:
    """Return whether a sheet is expected to have a row for a layer.

    What only cuts, picks, joins, or enlarges maps is asked of those who have a row for it.
    """
    general = general_family(truth.nodes[layer].layer.kind)
    return general in ASKED or truth.account[layer].get("params") != 0


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
    as_read = columns_of(FoundTable("", tuple(column.title for column in blank), ()))
    for column, read in zip(blank, as_read, strict=True):
        if column.key not in on_sheet:
            near = did_you_mean(column.key, on_sheet)
            instead = {} if near else {"columns": f"+{column.key}"}
            hint = near or f"add it with {INSTEAD}"
            yield Problem(f"the sheet has no column {shown(column.key)}", hint, instead=instead)
        elif not read.is_marked:
            yield Problem(f"'archstat check' does not mark {shown(column.key)}", "leave it out")
