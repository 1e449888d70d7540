"""What a pass costs a device: operations and bytes, layer by layer, and the least time for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.analyses.training import training
from archstat.graph import BYTES_PER_NUMBER, INPUT, Graph, Node, Training
from archstat.layers.base import Shape
from archstat.layers.conv import AnyConvolution

FREE = {"flatten", "dropout", "dropout2d", "identity"}
"""Kinds that move nothing in evaluation mode."""

TABLES = {"Embedding", "EmbeddingBag", "embedding", "embedding_bag"}
"""Kinds that read the rows of their weights that the input names, and no more than they put out."""

LEAST_SET_BYTES = 1 << 20
MOST_SET_BYTES = 1 << 29
"""Of a buffer by which a probe measures memory; more would be no slower, and may not fit."""


@dataclass(frozen=True)
class LayerWork:
    """What a layer does in a pass, and what it reads and writes.

    Attributes:
        is_conv: Whether its operations are those of a convolution, which devices do at another rate
            than matrix products.
        values: Numbers that it reads and writes, weights aside.
        weights: Learnable numbers that it reads.
        moves: How often each of these is moved, at the least.
    """

    name: str
    kind: str
    flops: int
    is_conv: bool
    values: int
    weights: int
    moves: int = 1

    @property
    def numbers(self) -> int:
        """Numbers that it reads and writes."""
        return self.values + self.moves * self.weights


@dataclass(frozen=True)
class Work:
    """What a network does in a pass over a batch.

    Attributes:
        ends: Numbers of the input and of the output.
        uncounted: Operators that nobody has counted; with any, there is no limit.
        held: Numbers that lie in memory at once, at the least, however a pass is arranged.
    """

    layers: tuple[LayerWork, ...]
    ends: int
    uncounted: tuple[str, ...] = ()
    held: int = 0

    @property
    def flops(self) -> int:
        """Operations, two a MAC."""
        return sum(layer.flops for layer in self.layers)

    @property
    def weights(self) -> int:
        """Learnable numbers that are read."""
        return sum(layer.weights for layer in self.layers)

    @property
    def moved(self) -> int:
        """Numbers that are moved, at the least, however a pass is arranged."""
        return self.ends + sum(layer.moves * layer.weights for layer in self.layers)

    def set_bytes(self, number_bytes: int) -> int:
        """Return the bytes of which a probe of the memory tells: a power of two.

        Weights that fit into a cache are read from there in every pass but the first, so the rate
        that limits a pass is that of a buffer as large as what the pass must move.
        """
        moved = self.moved * number_bytes
        return min(max(1 << (moved - 1).bit_length(), LEAST_SET_BYTES), MOST_SET_BYTES)


@dataclass(frozen=True)
class Rates:
    """What a device can do in a second.

    Attributes:
        conv: Operations of convolutions.
        matmul: Operations of matrix products, and of all else.
        memory: Bytes to and from memory.
    """

    conv: float
    matmul: float
    memory: float

    def scaled(self, compute: float, memory: float) -> Rates:
        """Return the rates of the device when it is so much faster or slower."""
        return Rates(self.conv * compute, self.matmul * compute, self.memory * memory)


TIMES_MOVED = {"sgd": 4, "adam": 6}
"""How often as many numbers are moved in a step as learn, at the least: each is read and written,
with a number, or two, that SGD with momentum, or Adam, remembers of it."""

TIMES_HELD = {"sgd": 3, "adam": 4}
"""Numbers that a step holds of each that learns: itself, its gradient, what the optimizer knows."""


def work_of(graph: Graph, *, batch_size: int, optimizer: str = "") -> Work:
    """Return what a network does in a pass over a batch, or in a training step.

    Args:
        graph: The network; for a step, traced in training mode, or of a spec.
        batch_size: Examples a pass.
        optimizer: One of `case.OPTIMIZERS` for a step; empty for a forward pass.
    """
    forward = _forward(graph, batch_size)
    if not optimizer:
        return forward
    costs = training(graph, batch_size=batch_size)
    layers = tuple(
        replace(
            layer,
            flops=layer.flops + FLOPS_PER_MAC * _backward(costs[layer.name]),
            moves=TIMES_MOVED[optimizer],
        )
        for layer in forward.layers
    )
    unknown = {reason for cost in costs.values() for reason in cost.unknown}
    if any(cost.backward_macs is None for cost in costs.values()):
        unknown.add("backward pass")
    kept = sum(cost.kept_bytes or 0 for cost in costs.values()) // BYTES_PER_NUMBER
    return replace(
        forward,
        layers=layers,
        uncounted=tuple(sorted(unknown.union(forward.uncounted))),
        held=forward.weights * TIMES_HELD[optimizer] + kept,
    )


def _backward(cost: Training) -> int:
    """Return the multiply–accumulates of a backward pass, with those that checkpoints run again."""
    return (cost.backward_macs or 0) + cost.again_macs


def _forward(graph: Graph, batch_size: int) -> Work:
    read = {name for node in graph.nodes for name in node.inputs}
    shapes = {node.name: node.out_shape for node in graph.nodes}
    shapes |= {INPUT: graph.input_shape, **graph.more_inputs}
    inputs = [graph.input_shape, *graph.more_inputs.values()]
    outputs = [node.out_shape for node in graph.nodes if node.name not in read]
    layers = tuple(_layer(node, batch_size, shapes) for node in graph.nodes if not _is_free(node))
    ends = batch_size * sum(map(prod, [*inputs, *outputs]))
    return Work(
        layers,
        ends,
        tuple(sorted({name for node in graph.nodes for name in node.layer.uncounted})),
        held=sum(layer.weights for layer in layers)
        + max([ends, *(layer.values for layer in layers)]),
    )


def _is_free(node: Node) -> bool:
    """Whether a node moves nothing in evaluation mode."""
    return node.is_view or node.layer.kind in FREE or node.examples == 0


def _layer(node: Node, batch_size: int, shapes: Mapping[str, Shape]) -> LayerWork:
    """Return the work of a node, by the shapes of all that nodes may read."""
    examples = batch_size if node.examples is None else node.examples
    joined = [prod(shapes[name]) for name in node.inputs]
    read = sum(joined) if len(joined) > 1 else prod(node.in_shape)
    written = prod(node.out_shape)
    params = node.weights + node.biases
    return LayerWork(
        node.name,
        node.layer.kind,
        examples * node.macs * FLOPS_PER_MAC,
        isinstance(node.layer, AnyConvolution),
        examples * (read + written),
        min(params, examples * written) if node.layer.kind in TABLES else params,
    )


@dataclass(frozen=True)
class Floor:
    """The least seconds of a pass.

    Attributes:
        compute_s: For its operations alone.
        memory_s: For reading its weights and its input once, and writing its output, alone.
        layerwise_s: Layer by layer, if each reads and writes all that it works on.
    """

    compute_s: float
    memory_s: float
    layerwise_s: float

    @property
    def fused_s(self) -> float:
        """What no schedule is faster than: operations and memory at once."""
        return max(self.compute_s, self.memory_s)

    @property
    def bound(self) -> str:
        """What it is that no schedule is faster than."""
        return "compute" if self.compute_s >= self.memory_s else "memory"


def floor(work: Work, rates: Rates, *, number_bytes: int) -> Floor:
    """Return the least seconds of a pass, on a device that reaches these rates."""
    moved = work.moved * number_bytes
    return Floor(
        sum(compute_s(layer, rates) for layer in work.layers),
        moved / rates.memory,
        sum(layer_s(layer, rates, number_bytes=number_bytes) for layer in work.layers),
    )


def layer_s(layer: LayerWork, rates: Rates, *, number_bytes: int) -> float:
    """Return the least seconds of a layer that reads and writes all that it works on."""
    return max(compute_s(layer, rates), memory_s(layer, rates, number_bytes=number_bytes))


def memory_s(layer: LayerWork, rates: Rates, *, number_bytes: int) -> float:
    """Return the least seconds for reading and writing all that a layer works on."""
    return layer.numbers * number_bytes / rates.memory


def compute_s(layer: LayerWork, rates: Rates) -> float:
    """Return the least seconds of a layer's operations."""
    return layer.flops / (rates.conv if layer.is_conv else rates.matmul)
