"""What is known of a network: a row for each layer, totals and notes.

Numbers are exact and unformatted: None means not known, 0 means none. Shapes, neurons, parameters
and receptive fields are those of one example; MACs and activation bytes those of one pass over the
batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import Any

from archstat.analyses.conventions.convention import Convention
from archstat.analyses.memory import activation_bytes
from archstat.analyses.receptive_field import (
    ReceptiveField,
    channels_first,
    receptive_fields,
)
from archstat.analyses.training import TrainingStep, step, training
from archstat.graph import Graph, Node, Training
from archstat.layers.base import Shape, param_count
from archstat.layers.opaque import Unplaced
from archstat.record import record
from archstat.report.itemizing import Counting, counting_of, more_settings, past
from archstat.report.notes import gradients_not_known, notes_on

NO_TRAINING = Training()

SCHEMA = 1
"""The version of the JSON contract."""


@record
class Row:
    """One layer.

    Attributes:
        label: The kind in words, for tables.
        depth: How deep the layer is nested; 0 for the layers of a spec.
        filters: The number of filters of a convolution; None for other kinds.
        filter_depth: The input channels that each filter sees; None for other kinds.
        macs: None if some operators of it are not counted.
        uncounted: These operators.
        counted: What the report's convention counts; None if it has none, or as for MACs.
        count: How many layers the row stands for; 1 unless rows were summed up.
        is_view: Whether it only arranges values anew, which tables leave out.
        training: What its backward pass costs.
        kernel_size, stride, padding, groups: None for kinds that have none; padding is "same" where
            it was so stated.
        latency_s: Seconds by device, where they were measured; None where they could not be.
        inputs: The names of what it reads: layers, or the network's input.
        more_settings: See `itemizing.more_settings`.
        is_placed: Whether it is known what it is given, and so its shapes and all that follows.
        is_untold: Whether it may hold parameters beside those that are known.
        tensors: The shapes of the parameters that count here, by name.
        trainable: How many of the parameters learn.
        read_again: How many learnable numbers it reads that count at another layer.
    """

    name: str
    kind: str
    label: str
    depth: int
    in_shape: Shape
    out_shape: Shape
    filters: int | None
    filter_depth: int | None
    kernel_size: Shape | None
    stride: Shape | None
    padding: Shape | str | None
    groups: int | None
    weights: int
    biases: int
    params: int
    neurons: int
    macs: int | None
    activation_bytes: int
    param_bytes: int
    receptive_field: ReceptiveField | None
    uncounted: tuple[str, ...] = ()
    counted: int | None = None
    count: int = 1
    is_view: bool = False
    training: Training = NO_TRAINING
    latency_s: Mapping[str, float | None] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    more_settings: Mapping[str, object] = field(default_factory=dict)
    is_placed: bool = True
    is_untold: bool = False
    tensors: Mapping[str, Shape] = field(default_factory=dict)
    trainable: int = 0
    read_again: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the row as the JSON contract has it."""
        field = self.receptive_field
        return {
            "name": self.name,
            "kind": self.kind,
            "depth": self.depth,
            "in_shape": list(self.in_shape) if self.is_placed else None,
            "out_shape": list(self.out_shape) if self.is_placed else None,
            "kernel_size": _plain(self.kernel_size),
            "stride": _plain(self.stride),
            "padding": _plain(self.padding),
            "groups": self.groups,
            "weights": self.weights,
            "biases": self.biases,
            "params": self.params,
            "neurons": self.neurons if self.is_placed else None,
            "macs": self.macs,
            "activation_bytes": self.activation_bytes if self.is_placed else None,
            "receptive_field": field
            and {
                "size": list(field.size),
                "effective_stride": _plain(field.effective_stride),
                "effective_padding": _plain(field.effective_padding),
            },
        }

    def training_dict(self) -> dict[str, Any]:
        """Return what the JSON contract has of a layer's backward pass."""
        return {
            "input_gradient_macs": self.training.input_gradient_macs,
            "weight_gradient_macs": self.training.weight_gradient_macs,
            "kept_bytes": self.training.kept_bytes,
        }


@record
class Totals:
    """The sums over all layers; each learnable tensor counts once.

    Attributes:
        counted: What the report's convention counts; None if it has none.
        is_untold: Whether there may be parameters beside those that are known.
        step: What a training step costs; all of it unknown unless it was traced in training mode.
        latency_s: Seconds of the whole pass by device, where they were measured.
    """

    weights: int
    biases: int
    params: int
    trainable: int
    neurons: int
    macs: int
    activation_bytes: int
    param_bytes: int
    step: TrainingStep
    uncounted: tuple[str, ...] = ()
    counted: int | None = None
    is_untold: bool = False
    latency_s: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def has_frozen(self) -> bool:
        """Whether some parameters do not learn."""
        return self.trainable != self.params

    def to_dict(self) -> dict[str, Any]:
        """Return the totals as the JSON contract has them."""
        facts = {**vars(self), "uncounted": list(self.uncounted)}
        facts.pop("step")
        if not self.is_untold:
            facts.pop("is_untold")
        if not self.has_frozen:
            facts.pop("trainable")
        facts["latency_s"] = dict(self.latency_s) or None
        return {key: value for key, value in facts.items() if value is not None}


@record
class NetworkReport:
    """A network and all that was found out about it.

    Attributes:
        traced_on: The device of the forward pass that confirmed the numbers; None if the formulas
            answered alone.
        modules: The classes of the modules that hold the layers, by path, for a traced model.
        more_inputs: The shapes of the inputs beside the first, by name.
        counting: What a convention counts, if one was asked for.
        told_by: What tells of it where that is not its layers, as in `Graph`.
        trains: Whether the question was what training costs.
        channels_axis: The axis of the input that holds its channels.
    """

    model: str
    title: str
    source: str
    input: Shape
    batch_size: int
    traced_on: str | None
    layers: tuple[Row, ...]
    totals: Totals
    notes: tuple[str, ...]
    modules: Mapping[str, str] = field(default_factory=dict)
    more_inputs: Mapping[str, Shape] = field(default_factory=dict)
    counting: Counting | None = None
    trains: bool = False
    told_by: str = ""
    channels_axis: int = 0

    @property
    def is_placed(self) -> bool:
        """Whether it is known of any layer what it is given."""
        return not self.layers or any(row.is_placed for row in self.layers)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dictionary a layer, as in the JSON contract."""
        return [
            {
                **row.to_dict(),
                **({"counted": row.counted} if self.counting else {}),
                **(row.training_dict() if self.trains else {}),
                **({"latency_s": dict(row.latency_s)} if row.latency_s else {}),
                **({"trainable": row.trainable} if self.totals.has_frozen else {}),
                **({} if self.is_placed else {"param_bytes": row.param_bytes}),
            }
            for row in self.layers
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the whole report as the JSON contract has it."""
        return {
            "schema": SCHEMA,
            "model": self.model,
            "input": list(self.input) if self.is_placed else None,
            "more_inputs": {name: list(shape) for name, shape in self.more_inputs.items()},
            "batch_size": self.batch_size,
            "traced_on": self.traced_on,
            **({"convention": self.counting.to_dict()} if self.counting else {}),
            "layers": self.to_dicts(),
            "totals": self.totals.to_dict(),
            **({"training": self.totals.step.to_dict()} if self.trains else {}),
            "notes": list(self.notes),
        }


def report_on(  # noqa: PLR0913  a question has these parts
    graph: Graph,
    *,
    batch_size: int = 1,
    traced_on: str | None = None,
    each_operator: bool = False,
    convention: Convention | None = None,
    trains: bool = False,
) -> NetworkReport:
    """Return the report on a network.

    Args:
        graph: The network.
        batch_size: Examples a pass.
        traced_on: The device of a forward pass that agreed with the formulas, if there was one.
        each_operator: Whether operators that only arrange values anew have rows, too.
        convention: What to count by, beside MACs.
        trains: Whether the question is what training costs.
    """
    fields = receptive_fields(graph)
    channels = fields.channels_axis or 0
    costs = training(graph, batch_size=batch_size)
    views = {} if each_operator else {node.name: node for node in graph.nodes if node.is_view}
    rows = tuple(
        _row(
            node,
            tuple(past(views, node.inputs)) if views else node.inputs,
            fields.by_name[node.name],
            costs[node.name],
            batch_size,
            convention,
        )
        for node in graph.nodes
        if node.name not in views
    )
    counting = None if convention is None else counting_of(convention, graph, batch_size)
    notes = [
        *graph.notes,
        *notes_on(rows, channels_first(graph.input_shape, channels), fields.notes),
        *([] if counting is None or any(row.uncounted for row in rows) else counting.notes),
        *(gradients_not_known(rows) if trains else []),
    ]
    return NetworkReport(
        model=graph.name,
        title=graph.title,
        source=graph.source,
        input=graph.input_shape,
        batch_size=batch_size,
        traced_on=traced_on,
        layers=rows,
        totals=_totals(rows, graph, costs.values(), convention),
        notes=tuple(notes),
        modules=graph.modules,
        more_inputs=graph.more_inputs,
        counting=counting,
        trains=trains,
        told_by=graph.told_by,
        channels_axis=channels,
    )


def _row(  # noqa: PLR0913, PLR0917  a row has these sources
    node: Node,
    inputs: tuple[str, ...],
    field: ReceptiveField | None,
    cost: Training,
    batch_size: int,
    convention: Convention | None,
) -> Row:
    settings = node.layer.settings()
    layer = node.layer
    uncounted = layer.uncounted
    examples = batch_size if node.examples is None else node.examples
    tensors = node.param_shapes
    weights, biases = param_count(tensors)
    params, is_view = weights + biases, node.is_view
    return Row(
        name=node.name,
        kind=layer.kind,
        label=layer.label,
        depth=node.name.count("."),
        in_shape=node.in_shape,
        out_shape=node.out_shape,
        filters=settings.get("out_channels"),
        filter_depth=_filter_depth(node, settings),
        kernel_size=settings.get("kernel_size"),
        stride=settings.get("stride"),
        padding=settings.get("padding"),
        groups=settings.get("groups"),
        inputs=inputs,
        weights=weights,
        biases=biases,
        params=params,
        neurons=node.neurons * examples // batch_size,
        macs=None if uncounted else examples * node.macs,
        activation_bytes=0 if is_view else activation_bytes(node, batch_size=examples),
        param_bytes=node.param_bytes,
        receptive_field=field,
        uncounted=uncounted,
        counted=None if uncounted or not convention else examples * convention.count(node),
        is_view=is_view,
        training=cost,
        more_settings=more_settings(layer),
        is_placed=not isinstance(layer, Unplaced),
        is_untold=isinstance(layer, Unplaced) and layer.is_untold,
        tensors=tensors,
        trainable=sum(numbers for numbers, _ in node.learning) if node.frozen else params,
        read_again=node.read_again,
    )


def _filter_depth(node: Node, settings: Mapping[str, Any]) -> int | None:
    """Return the input channels that each filter sees; None for what has no filters."""
    groups = settings.get("groups")
    if groups is None:
        return None
    channels = node.in_shape[0] if node.in_shape else settings.get("in_channels")
    return None if channels is None else channels // groups


def _totals(
    rows: Sequence[Row], graph: Graph, costs: Iterable[Training], convention: Convention | None
) -> Totals:
    params, macs = sum(row.params for row in rows), sum(row.macs or 0 for row in rows)
    param_bytes = sum(row.param_bytes for row in rows)
    uncounted = Counter(operator for row in rows for operator in row.uncounted)
    return Totals(
        weights=sum(row.weights for row in rows),
        biases=sum(row.biases for row in rows),
        params=params,
        trainable=sum(row.trainable for row in rows),
        is_untold=any(row.is_untold for row in rows),
        neurons=sum(row.neurons for row in rows),
        macs=macs,
        activation_bytes=sum(row.activation_bytes for row in rows),
        param_bytes=param_bytes,
        step=step(graph, costs, forward_macs=macs, param_bytes=param_bytes),
        uncounted=tuple(sorted(uncounted)),
        counted=None if convention is None else sum(row.counted or 0 for row in rows),
    )


def _plain(value: object) -> Any:
    """Return a value as JSON holds it: lists for tuples, whole numbers where they are whole."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    return value
