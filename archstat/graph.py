"""A network as a list of nodes, each with the shapes that it was given and that it returns.

Invariants, checked while a graph is built: names are unique and none is `INPUT`; a node reads only
nodes before it or the input; every node has a shape; shapes hold no batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import isqrt, prod

from archstat.errors import ShapeError, TraceError
from archstat.layers.base import AxesError, Layer, Shape, StatedSizeError, param_count, times
from archstat.layers.opaque import Observed
from archstat.layers.window import Window
from archstat.record import record

INPUT = "input"
"""The name by which nodes read the network's input."""

BYTES_PER_NUMBER = 4
"""Bytes of a float32, torch's default type."""

MOST_VALUES = 2**63 - 1  # what a tensor can number
AXES_OF_AN_IMAGE = 3


@record
class Training:
    """What the backward pass of one batch costs at a node; None where it is not known.

    Attributes:
        input_gradient_macs: The multiply–accumulates of the gradients of what the layer reads.
        weight_gradient_macs: Those of the gradients of its weights.
        kept_bytes: What it is the first to keep for the backward pass, parameters left out.
        unknown: Why something is not known.
    """

    input_gradient_macs: int | None = 0
    weight_gradient_macs: int | None = 0
    kept_bytes: int | None = 0
    unknown: tuple[str, ...] = ()

    @property
    def backward_macs(self) -> int | None:
        """The multiply–accumulates of all gradients."""
        if self.input_gradient_macs is None or self.weight_gradient_macs is None:
            return None
        return self.input_gradient_macs + self.weight_gradient_macs


@record
class Node:
    """A layer at its place in a network.

    Attributes:
        name: Its name, unique in the graph.
        inputs: The names of the nodes that it reads, or `INPUT`.
        in_shape: The one shape that the layer works on; for a join, what it made of its inputs.
        examples: How many examples it works on in one pass, where a forward pass showed it; None
            for as many as the batch has.
        params: The learnable tensors that count here, where a forward pass showed them: each counts
            at the node that reads it first; None for those of the layer.
        is_call: Whether a forward pass showed a function that was called, and not a module.
        frozen: The names of those that do not learn.
        training: What a forward pass in training mode showed of its backward pass, if there was
            one.
        value_bytes: The bytes of each value that it returns.
        param_sizes: The bytes of each number of a learnable tensor, where they are not four.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    in_shape: Shape
    out_shape: Shape
    examples: int | None = None
    params: Mapping[str, Shape] | None = None
    is_call: bool = False
    frozen: frozenset[str] = frozenset()
    training: Training | None = None
    value_bytes: int = BYTES_PER_NUMBER
    param_sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def param_shapes(self) -> Mapping[str, Shape]:
        """The learnable tensors, by torch's names."""
        if self.params is not None:
            return self.params
        return self.layer.param_shapes(self.in_shape)

    @property
    def learning(self) -> list[tuple[int, int]]:
        """The tensors that an optimizer changes: how many numbers each has, of how many bytes."""
        return [
            (prod(shape), self.param_sizes.get(name, BYTES_PER_NUMBER))
            for name, shape in self.param_shapes.items()
            if name not in self.frozen
        ]

    @property
    def param_bytes(self) -> int:
        """The bytes of its learnable tensors."""
        return sum(
            prod(shape) * self.param_sizes.get(name, BYTES_PER_NUMBER)
            for name, shape in self.param_shapes.items()
        )

    @property
    def weights(self) -> int:
        """The number of learnable values that are not biases."""
        return param_count(self.param_shapes)[0]

    @property
    def biases(self) -> int:
        """The number of learnable values that are added."""
        return param_count(self.param_shapes)[1]

    @property
    def macs(self) -> int:
        """The multiply–accumulates of one example."""
        return self.layer.macs(self.in_shape)

    @property
    def neurons(self) -> int:
        """The output units, if the layer holds weights and connects units; else 0."""
        return self.layer.neurons(self.in_shape)

    @property
    def is_view(self) -> bool:
        """Whether it only arranges values anew, and learns nothing."""
        return isinstance(self.layer, Observed) and self.layer.is_view and not self.param_shapes

    @property
    def place(self) -> str:
        """The words by which messages name the node."""
        return f"layer {self.name!r} ({self.layer.kind})"


@record
class Graph:
    """A network: what it is called, what it is given, and its nodes in the order of computation.

    Attributes:
        modules: The classes of the modules that hold the nodes, by path, for a traced model.
        more_inputs: The shapes of the inputs beside the first, by name.
    """

    name: str
    input_shape: Shape
    nodes: tuple[Node, ...]
    title: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict)
    more_inputs: Mapping[str, Shape] = field(default_factory=dict)

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
        asked_in: The line that asked for what there was not, if one is known.
    """

    graph: Graph
    traced_on: str
    needs_values: str | None = None
    asked_in: str | None = None


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
            raise self._explained(error, inputs) from None
        except AxesError as error:
            raise self._traced(error, inputs) from None
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

    def _explained(self, error: StatedSizeError, inputs: Sequence[str]) -> StatedSizeError:
        """Return a better error, if a flattened map shows where a stated size came from."""
        history = self._history(inputs[0])
        flattened = next((node for node in history if len(node.in_shape) > 1), None)
        if flattened is None or flattened.out_shape != (error.given,):
            return error
        before = history[history.index(flattened) + 1 :]
        believed = _believed(error.stated, flattened.in_shape, before)
        product = f" = {_product(believed)}" if believed else ""
        return StatedSizeError(
            f"states {error.name} = {error.stated}{product}, but is given "
            f"{error.given} = {_product(flattened.in_shape)}",
            name=error.name,
            stated=error.stated,
            given=error.given,
            reason=self._reason(believed, flattened.in_shape, before) if believed else None,
        )

    def _reason(self, believed: Shape, shape: Shape, before: Sequence[Node]) -> str | None:
        """Return why a map has another shape than its reader believes."""
        reasons = []
        channels, *sizes = shape
        changed = _channel_change(before, believed[0], channels)
        if believed[0] != channels and changed is not None:
            reasons.append(f"{changed.name!r} turned {believed[0]} channels into {channels}")
        if believed[1:] != shape[1:]:
            other = _input_for(believed[1:], self.input_shape, before)
            reasons.append(
                f"the map is {times(sizes)} here"
                + (
                    f", and {times(believed[1:])} for an input of {times(other)}"
                    if other
                    else ": look at input size, strides and paddings"
                )
            )
        return " and ".join(reasons) or None

    def _traced(self, error: AxesError, inputs: Sequence[str]) -> AxesError:
        """Return a better error, if no layer but the input itself has too few or many axes."""
        axes = len(self.input_shape)
        if any(len(node.out_shape) != axes for node in self._history(inputs[0])):
            return error
        hint = f"the input of the network is {times(self.input_shape)}"
        if axes < AXES_OF_AN_IMAGE:
            hint += "; an image has channels, rows and columns, as in 3×227×227"
        return AxesError(error.problems[0].what, hint=hint)

    def _history(self, name: str) -> list[Node]:
        """Return the nodes that lead to `name`, latest first, along first inputs."""
        nodes = []
        while name in self._nodes:
            nodes.append(self._nodes[name])
            name = nodes[-1].inputs[0]
        return nodes


def _believed(stated: int, shape: Shape, before: Sequence[Node]) -> Shape | None:
    """Return the map that a stated number of features is, going by the one that there is."""
    channels, *sizes = shape
    if stated % prod(sizes) == 0:
        return (stated // prod(sizes), *sizes)
    if len(shape) == AXES_OF_AN_IMAGE:
        for maybe in (channels, *(node.out_shape[0] for node in before)):
            side = isqrt(stated // maybe)
            if maybe * side**2 == stated:
                return (maybe, side, side)
    return None


def _input_for(sizes: Shape, image: Shape, before: Sequence[Node]) -> Shape | None:
    """Return the square image nearest in size that these layers, latest first, map to `sizes`."""
    channels, *sides = image
    if len(sides) != AXES_OF_AN_IMAGE - 1 or sides[0] != sides[1]:
        return None
    for step in range(1, sides[0]):
        for side in (sides[0] + step, sides[0] - step):
            shape: Shape = (channels, side, side)
            with suppress(ShapeError):
                for node in reversed(before):
                    if node.in_shape != node.out_shape or _has_window(node):
                        shape = node.layer.out_shape(shape)
                if shape[1:] == sizes:
                    return (channels, side, side)
    return None


def _has_window(node: Node) -> bool:
    reach = node.layer.reach(node.in_shape)
    return isinstance(reach, tuple) and any(isinstance(along, Window) for along in reach)


def _channel_change(history: Sequence[Node], before: int, after: int) -> Node | None:
    """Return the latest node that turned `before` channels into `after`, if any did."""
    changes = ((node.in_shape[0], node.out_shape[0]) for node in history)
    return next(
        (node for node, change in zip(history, changes, strict=True) if change == (before, after)),
        None,
    )


def _product(sizes: Sequence[int]) -> str:
    return "·".join(map(str, sizes))


def _require_countable(shape: Shape) -> None:
    if prod(shape) > MOST_VALUES:
        raise ShapeError(f"a map of {times(shape)} has more values than a tensor can number")
