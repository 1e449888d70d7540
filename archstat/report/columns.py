"""The columns of a table: one entry each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.errors import UsageError, did_you_mean, shown
from archstat.layers.opaque import SHAPE_NOT_KNOWN
from archstat.record import record
from archstat.report import row_values
from archstat.report.folding import named
from archstat.report.report import Row, Totals
from archstat.report.values import Bytes, Named, Share, Value


@record
class LayerColumn:
    """One column.

    Attributes:
        key: Its name on the command line and in formats for machines.
        title: Its title in formats for people.
        short_title: A shorter one, for narrow terminals.
        value: What a row has in it.
        total: What the foot has in it, if it can be added up.
        parts: Where it holds several values for people, the columns that hold one each.
        is_text: Whether it lines up on the left.
        importance: Where a terminal is too narrow, columns of the least importance are left out
            first; None is never left out.
        convention: How it is counted, as a homework sheet says it; {axes} are those of a map.
    """

    key: str
    title: str
    value: Callable[[Row, Totals], Value]
    total: Callable[[Totals], Value] = lambda _: ""
    parts: tuple[str, ...] = ()
    is_text: bool = False
    short_title: str | None = None
    importance: int | None = None
    convention: str = ""


_AXES = "maps are {axes}"

_ALL = (
    LayerColumn("layer", "layer", named, lambda _: "total", is_text=True),
    LayerColumn(
        "kind", "kind", lambda row, _: Named(row.kind, row.label), is_text=True, importance=0
    ),
    LayerColumn(
        "filters_and_size",
        "filters",
        row_values.filters_and_size,
        parts=("filters", "filter_size", "groups"),
        is_text=True,
        importance=2,
    ),
    LayerColumn("filters", "filters", lambda row, _: "" if row.filters is None else row.filters),
    LayerColumn(
        "filter_size", "filter size", lambda row, _: row_values.filter_size(row), is_text=True
    ),
    LayerColumn("groups", "groups", lambda row, _: "" if row.groups is None else row.groups),
    LayerColumn(
        "stride_and_padding",
        "stride / pad",
        row_values.stride_and_padding,
        parts=("stride", "padding"),
        is_text=True,
        importance=1,
    ),
    LayerColumn("stride", "stride", lambda row, _: row_values.per_axis(row.stride), is_text=True),
    LayerColumn(
        "padding", "padding", lambda row, _: row_values.per_axis(row.padding), is_text=True
    ),
    LayerColumn(
        "feature_map",
        "feature map",
        lambda row, _: row_values.out_map(row),
        is_text=True,
        convention=_AXES,
    ),
    LayerColumn(
        "in_shape",
        "input",
        lambda row, _: row_values.map_of(row, row.in_shape),
        is_text=True,
        convention=_AXES,
    ),
    LayerColumn(
        "out_shape",
        "output",
        lambda row, _: row_values.out_map(row),
        is_text=True,
        convention=_AXES,
    ),
    LayerColumn(
        "weights",
        "weights",
        lambda row, _: row_values.told(row, row.weights),
        lambda totals: row_values.sum_of(totals.weights, totals.is_untold),
        convention="weights are without biases",
    ),
    LayerColumn(
        "biases",
        "biases",
        lambda row, _: row_values.told(row, row.biases),
        lambda totals: row_values.sum_of(totals.biases, totals.is_untold),
    ),
    LayerColumn(
        "params",
        "params",
        lambda row, _: row_values.told(row, row.params),
        lambda totals: row_values.sum_of(totals.params, totals.is_untold),
        convention="params are weights and biases",
    ),
    LayerColumn(
        "params_share",
        "% of params",
        lambda row, totals: Share(row.params, totals.params),
        lambda totals: Share(totals.params, totals.params),
    ),
    LayerColumn(
        "neurons",
        "neurons",
        lambda row, _: row.neurons if row.is_placed else None,
        lambda totals: row_values.sum_of(totals.neurons, SHAPE_NOT_KNOWN in totals.uncounted),
        importance=3,
        convention="neurons are the outputs of convolutions and linear layers",
    ),
    LayerColumn(
        "macs",
        "MACs",
        lambda row, _: row.macs,
        lambda totals: row_values.sum_of(totals.macs, totals.uncounted),
        convention="a MAC is one multiplication with its addition, a bias adds none",
    ),
    LayerColumn(
        "macs_share",
        "% of MACs",
        lambda row, totals: None if row.macs is None else Share(row.macs, totals.macs),
        lambda totals: Share(totals.macs, totals.macs),
    ),
    LayerColumn(
        "flops",
        "FLOPs",
        lambda row, _: None if row.macs is None else FLOPS_PER_MAC * row.macs,
        lambda totals: row_values.sum_of(FLOPS_PER_MAC * totals.macs, totals.uncounted),
        convention="a multiplication with its addition is two FLOPs, a bias adds none",
    ),
    LayerColumn(
        "input_gradient_macs",
        "input-grad MACs",
        lambda row, _: row.training.input_gradient_macs,
        lambda totals: row_values.sum_of(totals.step.input_gradient_macs, totals.step.unknown),
        importance=6,
        convention="a layer needs the gradient of its input if something before it learns",
    ),
    LayerColumn(
        "weight_gradient_macs",
        "weight-grad MACs",
        lambda row, _: row.training.weight_gradient_macs,
        lambda totals: row_values.sum_of(totals.step.weight_gradient_macs, totals.step.unknown),
        importance=7,
    ),
    LayerColumn(
        "backward_macs",
        "backward MACs",
        lambda row, _: row.training.backward_macs,
        lambda totals: row_values.sum_of(totals.step.backward_macs, totals.step.unknown),
        convention="backward MACs are those of all gradients, without the loss",
    ),
    LayerColumn(
        "kept_bytes",
        "kept for backward",
        row_values.kept,
        lambda totals: Bytes(totals.step.kept_bytes),
        importance=8,
        convention="what several layers keep for the backward pass counts in the first",
    ),
    LayerColumn(
        "activation_bytes",
        "activation memory",
        lambda row, _: Bytes(row.activation_bytes) if row.is_placed else None,
        lambda totals: Bytes(totals.activation_bytes),
        convention="an activation takes the bytes of its type, 4 in a spec; the total is of all",
    ),
    LayerColumn(
        "param_bytes",
        "parameter memory",
        lambda row, _: Bytes(row.param_bytes),
        lambda totals: Bytes(totals.param_bytes),
        convention="a parameter takes the bytes of its type, 4 in a spec",
    ),
    LayerColumn(
        "receptive_field",
        "receptive field",
        lambda row, _: row_values.field(row, "size"),
        short_title="RF",
        importance=4,
        convention="receptive fields are in pixels, not clipped to the image, a linear layer being "
        "a window as large as its map",
    ),
    LayerColumn(
        "effective_stride",
        "effective stride",
        lambda row, _: row_values.field(row, "effective_stride"),
    ),
    LayerColumn(
        "effective_padding",
        "effective padding",
        lambda row, _: row_values.field(row, "effective_padding"),
    ),
)

READS = LayerColumn(
    "reads",
    "reads",
    lambda row, _: ", ".join(row.inputs),
    is_text=True,
    convention="a layer reads the one above it, unless it says otherwise",
)
"""What a layer reads, for whoever works a network out."""

SETTINGS = LayerColumn(
    "settings",
    "settings",
    lambda row, _: ", ".join(row_values.stated(row.more_settings)),
    is_text=True,
)
"""The settings that no other column has, for whoever works a network out."""


COLUMNS = {column.key: column for column in _ALL}
"""Every column by its key."""

OF_MODELS = {
    column.key: column
    for column in (
        LayerColumn("tensors", "tensors", row_values.tensors, is_text=True),
        LayerColumn(
            "trainable",
            "trainable",
            lambda row, _: row.trainable,
            lambda totals: totals.trainable,
        ),
    )
}
"""Columns of models as people hold them, which no homework asks for."""

SHORT_NAMES = {column.short_title.lower(): column.key for column in _ALL if column.short_title}
"""The keys of columns that may be named by their short titles, too: rf."""

DEFAULT = (
    "layer",
    "kind",
    "filters_and_size",
    "stride_and_padding",
    "feature_map",
    "weights",
    "neurons",
    "macs",
    "receptive_field",
)
"""The columns of a homework table."""

OF_PARAMETERS = ("layer", "kind", "tensors", "params", "param_bytes")
"""Those of what holds parameters alone."""

TRAINING = ("input_gradient_macs", "weight_gradient_macs", "kept_bytes")
"""Those that are added where the question is what training costs."""

OF_TRAINING = frozenset({*TRAINING, "backward_macs"})
"""All that a pass in training mode must have shown of a PyTorch model."""


def choose_columns(keys: Sequence[str]) -> tuple[LayerColumn, ...]:
    """Return the columns with these keys; if one has a "+" before it, added to the usual.

    Raises:
        UsageError: There is no such column; all unknown keys are named.

    >>> [column.title for column in choose_columns(["layer", "macs"])]
    ['layer', 'MACs']
    """
    adds = any(key.startswith("+") for key in keys)
    names = [key.removeprefix("+") for key in keys]
    keys = [SHORT_NAMES.get(name.lower(), name) for name in names]
    if adds:
        place = {key: number for number, key in enumerate(COLUMNS)}
        keys = sorted({*DEFAULT, *keys}, key=lambda key: place.get(key, len(place)))
    known = {**COLUMNS, **OF_MODELS}
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise UsageError(
            f"there is no column {' and no '.join(map(shown, unknown))}",
            hint=did_you_mean(unknown[0], list(known)) or f"there are {', '.join(COLUMNS)}",
        )
    return tuple(known[key] for key in keys)


def with_count(columns: Sequence[LayerColumn], name: str) -> tuple[LayerColumn, ...]:
    """Return columns with another one, of what the report's convention counts, behind the MACs."""
    counted = LayerColumn(
        f"by_{name}",
        f"by {name}",
        lambda row, _: row.counted,
        lambda totals: row_values.sum_of(totals.counted, totals.uncounted),
    )
    keys = [column.key for column in columns]
    at = keys.index("macs") + 1 if "macs" in keys else len(keys)
    return (*columns[:at], counted, *columns[at:])


def latency_columns(devices: Sequence[str]) -> tuple[LayerColumn, ...]:
    """Return a column for each device on which a report has latencies."""
    return tuple(map(_latency_column, devices))


def _latency_column(device: str) -> LayerColumn:
    return LayerColumn(
        f"latency_{device}",
        f"latency {device}",
        lambda row, _: row_values.seconds(row.latency_s[device]),
        lambda totals: row_values.seconds(totals.latency_s[device]),
    )


def for_machines(columns: Sequence[LayerColumn]) -> tuple[LayerColumn, ...]:
    """Return columns of one value each: those with parts are replaced by their parts."""
    parts = (
        COLUMNS.get(key, column) for column in columns for key in (column.parts or (column.key,))
    )
    return tuple(dict.fromkeys(parts))
