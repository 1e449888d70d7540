"""Builds a network node by node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from archstat.errors import ShapeError
from archstat.graph.misfit import explained, traced
from archstat.graph.network import INPUT, Graph
from archstat.graph.node import Node
from archstat.layers.base import AxesError, Layer, Shape, StatedSizeError, times

MOST_VALUES = 2**63 - 1  # what a tensor can number


@dataclass
class GraphBuilder:
    """Builds a graph node by node, and checks each as it comes.

    Raises:
        ShapeError: The input shape is not one.
    """

    input_shape: Shape
    _nodes: dict[str, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_countable(self.input_shape)

    @classmethod
    def resume(cls, graph: Graph) -> GraphBuilder:
        """Return a builder that goes on where a graph ends."""
        return cls(graph.input_shape, {node.name: node for node in graph.nodes})

    def add(self, name: str, layer: Layer, inputs: Sequence[str]) -> Node:
        """Add a layer that reads `inputs`, and return its node.

        Raises:
            ShapeError: The layer cannot work on what its inputs give; the message leaves out
                which layer it is.
        """
        if name == INPUT or name in self._nodes:
            raise ShapeError(f"the name {name!r} is taken")
        in_shape = layer.combine([self.shape_of(source) for source in inputs])
        try:
            out_shape = layer.out_shape(in_shape)
        except StatedSizeError as error:
            raise explained(error, self.input_shape, self._history(inputs[0])) from None
        except AxesError as error:
            raise traced(error, self.input_shape, self._history(inputs[0])) from None
        _require_countable(out_shape)
        node = Node(name, layer, tuple(inputs), in_shape, out_shape)
        self._nodes[name] = node
        return node

    def shape_of(self, name: str) -> Shape:
        """Return the shape of a node, or of the input.

        Raises:
            ShapeError: There is no such node yet.
        """
        if name == INPUT:
            return self.input_shape
        if name not in self._nodes:
            raise ShapeError(f"reads {name!r}, which is not a layer before it")
        return self._nodes[name].out_shape

    def build(
        self, name: str, *, title: str = "", source: str = "", notes: Sequence[str] = ()
    ) -> Graph:
        """Return the graph of all nodes added so far."""
        return Graph(
            name, self.input_shape, tuple(self._nodes.values()), title, source, tuple(notes)
        )

    def _history(self, name: str) -> list[Node]:
        """Return the nodes that lead to `name`, latest first, along first inputs."""
        nodes = []
        while name in self._nodes:
            nodes.append(self._nodes[name])
            name = nodes[-1].inputs[0]
        return nodes


def _require_countable(shape: Shape) -> None:
    if prod(shape) > MOST_VALUES:
        raise ShapeError(f"a map of {times(shape)} has more values than a tensor can number")
