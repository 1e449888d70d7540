"""Everything that is counted of a network: of all of it, of each layer, and of groups of layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.analyses.conventions.registry import CONVENTIONS
from archstat.analyses.memory import activation_bytes
from archstat.graph import Graph, Node
from archstat.record import record
from archstat.report.itemizing import CountPart, items, total


@record
class Count:
    """Something that is counted, for one example.

    Attributes:
        words: What it is.
        parts: What it is the sum of.
        is_of_all: Whether it is of the whole network, and not of some layers.
        is_per_example: Whether a batch has so many times as much.
    """

    words: str
    parts: tuple[CountPart, ...]
    is_of_all: bool = True
    is_per_example: bool = True

    @property
    def value(self) -> int:
        """What it comes to."""
        return total(self.parts)


def counts(graph: Graph, *, of_bytes: bool) -> Iterator[Count]:
    """Yield everything that is counted of a network, or all of its bytes."""
    nodes = [node for node in graph.nodes if not node.is_view]
    if of_bytes:
        yield from _bytes(nodes, "")
    else:
        yield from _learned(nodes, "")
        for convention in CONVENTIONS.values():
            yield Count(convention.name, items(convention, graph))
    kinds = _bytes if of_bytes else _of_layers
    for words, members in _groups(nodes).items():
        if len(members) > 1:
            yield from kinds(members, f" of {words}")
    for node in nodes:
        yield from kinds([node], f" of {node.name}")


def _learned(nodes: Sequence[Node], whose: str) -> Iterator[Count]:
    """Yield what layers learn, and how many units they have."""
    weights = CountPart(sum(node.weights for node in nodes), "weights")
    biases = CountPart(sum(node.biases for node in nodes), "biases")
    neurons = sum(_times(node) * node.neurons for node in nodes)
    is_of_all = not whose
    both = (weights, biases) if biases.count else (weights,)
    yield Count(f"parameters{whose}", both, is_of_all, is_per_example=False)
    yield Count(f"weights{whose}", (weights,), is_of_all, is_per_example=False)
    yield Count(f"neurons{whose}", (CountPart(neurons, "output units"),), is_of_all)


def _of_layers(nodes: Sequence[Node], whose: str) -> Iterator[Count]:
    """Yield what is counted of some layers."""
    yield from _learned(nodes, whose)
    macs = sum(_times(node) * node.macs for node in nodes)
    values = sum(_times(node) * prod(node.out_shape) for node in nodes)
    yield Count(f"macs{whose}", (CountPart(macs, "MACs"),), is_of_all=False)
    double = CountPart(FLOPS_PER_MAC * macs, f"{FLOPS_PER_MAC} a MAC")
    yield Count(f"flops{whose}", (double,), is_of_all=False)
    yield Count(f"output values{whose}", (CountPart(values, "values"),), is_of_all=False)


def _bytes(nodes: Sequence[Node], whose: str) -> Iterator[Count]:
    """Yield the bytes that layers hold and return."""
    params = CountPart(sum(node.param_bytes for node in nodes), "bytes of parameters")
    outputs = sum(activation_bytes(node, batch_size=_times(node)) for node in nodes)
    activations = CountPart(outputs, "bytes of outputs")
    is_of_all = not whose
    yield Count(f"parameter memory{whose}", (params,), is_of_all, is_per_example=False)
    yield Count(f"activation memory{whose}", (activations,), is_of_all)
    if is_of_all:
        yield Count("both", (params, activations), is_per_example=False)


def _times(node: Node) -> int:
    """Return how often a node does its work in one pass."""
    return 1 if node.examples is None else node.examples


def _groups(nodes: Sequence[Node]) -> Mapping[str, list[Node]]:
    """Return groups of layers: those of a family, and those of a module."""
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        if node.layer.family:
            groups.setdefault(f"all {node.layer.family}", []).append(node)
        path = node.name.split(".")
        for depth in range(1, len(path)):
            groups.setdefault(".".join(path[:depth]), []).append(node)
    return groups
