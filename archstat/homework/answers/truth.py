"""What a network's table should say, and what it would say if it were reckoned in another way.

An account gives every layer an answer to each quantity. The truth is an account; so is what comes
out when one thing is changed: a padding left out, a map rounded the other way, a sheet's own sizes
taken for true.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from math import prod
from typing import TypeAlias

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.analyses.memory import param_bytes
from archstat.errors import ShapeError
from archstat.graph import INPUT, Graph, Node
from archstat.layers.base import Layer, Shape
from archstat.layers.conv import AnyConvolution
from archstat.layers.linear import Linear
from archstat.layers.norm import AnyBatchNorm
from archstat.layers.pool import AnyPool
from archstat.report.report import NetworkReport, Row

Answer: TypeAlias = "int | Fraction | Shape | str | None"
"""What belongs into a cell: a number, sizes, or a word; None is not known."""

Answers: TypeAlias = Mapping[str, Answer]
"""The answers of one layer by quantity; what does not apply to the layer is left out."""

Account: TypeAlias = Mapping[str, Answers]
"""The answers of every layer by its name."""

Windowed: TypeAlias = AnyConvolution | AnyPool


@dataclass(frozen=True, eq=False)
class Truth:
    """A network, and what its table should say; what follows from it is kept by its identity."""

    graph: Graph
    report: NetworkReport
    account: Account

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """The layers by name, in the order of computation."""
        return {node.name: node for node in self.graph.nodes}


def truth_of(graph: Graph, report: NetworkReport) -> Truth:
    """Return the truth about a network, for one example."""
    account = {row.name: _answers(row) for row in report.layers}
    nodes = {node.name: node for node in graph.nodes}
    totals = report.totals
    for row in report.layers:
        answers = account[row.name]
        answers |= _of_input(nodes[row.name], nodes, account, len(graph.input_shape) - 1)
        answers["params_share"] = _share(row.params, totals.params)
        answers["macs_share"] = None if row.macs is None else _share(row.macs, totals.macs)
    return Truth(graph, report, account)


def _share(part: int, whole: int) -> Fraction:
    return Fraction(100 * part, whole) if whole else Fraction(0)


def _of_input(
    node: Node, nodes: Mapping[str, Node], account: Account, axes: int
) -> dict[str, Answer]:
    """Return what is true of what a layer reads, and of settings that no row of a report has."""
    layer = node.layer
    source = node.inputs[0] if node.inputs else ""
    while source in nodes and source not in account:
        source = nodes[source].inputs[0] if nodes[source].inputs else ""
    answers: dict[str, Answer] = {"in_channels": node.in_shape[0] if node.in_shape else None}
    is_first = source == INPUT and axes > 0
    for key in ("receptive_field", "effective_stride"):
        answers[f"in_{key}"] = (1,) * axes if is_first else account.get(source, {}).get(key)
    if dilation := layer.settings().get("dilation"):
        answers["dilation"] = dilation
    if isinstance(layer, Linear):
        answers["in_map"] = _before_flattening(node, nodes)
    if layer.kind == "Embedding" and node.param_shapes:
        answers["in_words"] = next(iter(node.param_shapes.values()))[:1]
    keeps = isinstance(layer, AnyBatchNorm) and layer.track_running_stats
    if node.param_shapes:
        answers["weight_shape"] = max(node.param_shapes.values(), key=prod)
    answers["buffers"] = 2 * node.in_shape[0] if keeps else 0
    return answers


def _before_flattening(node: Node, nodes: Mapping[str, Node]) -> Shape | None:
    """Return the map that a linear layer's input was before it was made a vector."""
    before = nodes.get(node.inputs[0]) if node.inputs else None
    while before is not None:
        for shape in (before.out_shape, before.in_shape):
            if len(shape) > 1:
                return shape if prod(shape) == node.in_shape[-1] else None
        before = nodes.get(before.inputs[0]) if before.inputs else None
    return None


def _answers(row: Row) -> dict[str, Answer]:
    """Return what is true of one layer."""
    answers: dict[str, Answer] = {
        "feature_map": row.out_shape,
        "in_shape": row.in_shape,
        "weights": row.weights,
        "biases": row.biases,
        "params": row.params,
        "neurons": row.neurons,
        "macs": row.macs,
        "activation_bytes": row.activation_bytes,
        "activations": prod(row.out_shape),
    }
    answers["flops"] = None if row.macs is None else FLOPS_PER_MAC * row.macs
    answers["param_bytes"] = row.param_bytes
    answers["weight_bytes"] = param_bytes(row.weights)
    settings: dict[str, Answer] = {
        "filters": row.filters,
        "filter_depth": row.filter_depth,
        "kernel_size": row.kernel_size,
        "stride": row.stride,
        "padding": row.padding,
        "groups": row.groups,
    }
    answers |= {name: value for name, value in settings.items() if value is not None}
    field = row.receptive_field
    answers["receptive_field"] = field.size if field is not None else None
    answers["effective_stride"] = _known(field.effective_stride) if field is not None else None
    answers["effective_padding"] = _known(field.effective_padding) if field is not None else None
    padding = answers["effective_padding"]
    if field is not None and isinstance(padding, tuple):
        pairs = zip(field.size, padding, strict=True)
        centres = {Fraction(size, 2) - left for size, left in pairs}
        if len(centres) == 1:
            answers["start"] = centre = centres.pop()
            answers["start0"] = centre - Fraction(1, 2)
    return answers


def _known(values: Sequence[Answer]) -> Answer:
    numbers = tuple(int(value) for value in values if isinstance(value, (int, Fraction)))
    return numbers if len(numbers) == len(values) else None


@dataclass(frozen=True)
class Told:
    """A layer in an account of which one thing is not true: what it is given and what it returns.

    Attributes:
        node: The layer as it is.
        layer: The layer as the account has it.
    """

    node: Node
    layer: Layer
    in_shape: Shape
    out_shape: Shape

    def answers(self) -> dict[str, Answer]:
        """Return what the account says of sizes and counts; receptive fields are another matter."""
        shapes = self.layer.param_shapes(self.in_shape)
        biases = sum(prod(shape) for name, shape in shapes.items() if name.startswith("bias"))
        weights = sum(map(prod, shapes.values())) - biases
        macs = self.layer.returning(self.out_shape).macs(self.in_shape)
        answers: dict[str, Answer] = {
            "feature_map": self.out_shape,
            "in_shape": self.in_shape,
            "weights": weights,
            "biases": biases,
            "params": weights + biases,
            "neurons": prod(self.out_shape) if self.node.neurons else 0,
            "macs": macs,
            "flops": FLOPS_PER_MAC * macs,
            "param_bytes": param_bytes(weights + biases),
            "weight_bytes": param_bytes(weights),
        }
        if isinstance(self.layer, AnyConvolution):
            answers["filter_depth"] = self.in_shape[0] // self.layer.groups
        if isinstance(self.layer, (AnyConvolution, AnyPool)):
            answers |= {
                name: getattr(self.layer, name) for name in ("kernel_size", "stride", "padding")
            }
        return answers


Change: TypeAlias = Callable[[Layer], Layer]
Sizes: TypeAlias = Callable[[Windowed, Shape], Shape]
"""How somebody works out the sizes of a window's output from those of its input."""


def retold(  # noqa: PLR0913  what may be reckoned otherwise
    graph: Graph,
    *,
    input_shape: Shape | None = None,
    change: Change = lambda layer: layer,
    sizes: Sizes | None = None,
    stated: Mapping[str, Shape] | None = None,
    only: Container[str] | None = None,
) -> Iterator[Told]:
    """Yield the layers of a network reckoned in another way, as far as the reckoning goes.

    Args:
        graph: The network.
        input_shape: Another input.
        change: What each layer is taken for.
        sizes: Another rule for the sizes behind convolutions and pools.
        stated: What the layers behind are given instead, by the name of the layer that returns it.
        only: The layers that are reckoned, where all others are stated.
    """
    shapes: dict[str, Shape] = {INPUT: input_shape or graph.input_shape}
    stated = stated or {}
    for node in graph.nodes:
        if only is not None and node.name not in only and node.name in stated:
            shapes[node.name] = stated[node.name]
            continue
        if not node.inputs or any(name not in shapes for name in node.inputs):
            continue  # an input beside the first, or behind a layer that failed
        layer = _taken_for(change, node.layer)
        try:
            in_shape = layer.combine([shapes[name] for name in node.inputs])
            if not layer.has_formulas:
                out_shape = in_shape if node.in_shape == node.out_shape else node.out_shape
            elif sizes is not None and isinstance(layer, (AnyConvolution, AnyPool)):
                channels = getattr(layer, "out_channels", in_shape[0])
                out_shape = (channels, *sizes(layer, in_shape[1:]))
            else:
                out_shape = layer.out_shape(in_shape)
            layer.param_shapes(in_shape)
        except ShapeError:
            continue
        if min(out_shape, default=1) < 1:
            continue
        yield Told(node, layer, in_shape, out_shape)
        shapes[node.name] = stated.get(node.name, out_shape)


@lru_cache(maxsize=10_000)  # every sheet is held against the same mistakes
def _taken_for(change: Change, layer: Layer) -> Layer:
    """Return a changed layer without the sizes that it states although its input gives them."""
    layer = change(layer)
    names = {"in_channels", "in_features", "num_features"} & set(layer.setting_names())
    follows = {name: None for name in names if getattr(layer, name) is not None}
    return replace(layer, **follows) if follows else layer
