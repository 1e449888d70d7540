"""A network as a list of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from archstat.errors import TraceError
from archstat.graph.node import Node
from archstat.layers.base import Shape, times
from archstat.record import record

INPUT = "input"
"""The name by which nodes read the network's input."""


@record
class Graph:
    """A network: what it is called, what it is given, and its nodes in the order of computation.

    Attributes:
        modules: The classes of the modules that hold the nodes, by path, for a traced model.
        more_inputs: The shapes of the inputs beside the first, by name.
        told_by: What tells of it where that is not its layers: parameters alone, a printed form.
    """

    name: str
    input_shape: Shape
    nodes: tuple[Node, ...]
    title: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict)
    more_inputs: Mapping[str, Shape] = field(default_factory=dict)
    told_by: str = ""

    def __str__(self) -> str:
        """Return one line a node: name, kind, inputs, shape."""
        head = f"{self.name}: {times(self.input_shape)}"
        lines = [
            f"  {node.name}({', '.join(node.inputs)}): {node.layer.kind} -> {times(node.out_shape)}"
            for node in self.nodes
        ]
        return "\n".join([head, *lines])


class ForwardError(TraceError):
    """A forward pass that failed.

    Attributes:
        graph: The layers that ran before.
        traced_on: The device of the forward pass.
        needs_values: Why it may succeed on a device with values; None if it is broken.
        stopped_in: The layer that was running, with the shape that it was given, if that is known.
        asked_in: The line that asked for what there was not, if one is known.
    """

    graph: Graph
    traced_on: str
    needs_values: str | None = None
    asked_in: str | None = None
    stopped_in: Node | None = None
