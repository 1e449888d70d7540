"""What a training step costs: gradients, what is kept for them, and the optimizer's state.

A step is a forward pass in training mode and the backward pass from gradients of the outputs; the
loss is not part of it. In a spec everything learns, and the image needs no gradient. Of a PyTorch
model, a forward pass has shown what learns and what is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

from archstat.graph import BYTES_PER_NUMBER, INPUT, Graph, Node, Training
from archstat.layers.base import Layer, Shape
from archstat.record import record

BYTES_PER_INDEX = 8
"""Bytes of an int64, in which torch keeps places."""


@record
class Optimizer:
    """What an optimizer remembers from step to step.

    Attributes:
        title: Its name for people.
        per_param: Numbers for each one that learns.
        per_tensor: Numbers for each tensor that learns: Adam's count of steps.
    """

    title: str
    per_param: int
    per_tensor: int = 0

    def state_bytes(self, tensors: Sequence[tuple[int, int]]) -> int:
        """Return the bytes of what it remembers of tensors of so many numbers, in so many bytes.

        Numbers for each one that learns are of its type; a count of steps is a float32.
        """
        of_params = self.per_param * sum(size for _, size in tensors)
        return of_params + self.per_tensor * len(tensors) * BYTES_PER_NUMBER


OPTIMIZERS: Mapping[str, Optimizer] = {
    "sgd": Optimizer("SGD", 0),
    "momentum": Optimizer("momentum", 1),
    "adam": Optimizer("Adam", 2, per_tensor=1),
}
"""torch.optim's SGD, SGD with momentum, and Adam without amsgrad."""


@record
class TrainingStep:
    """What one training step costs: a forward and a backward pass of one batch, and the update.

    Attributes:
        forward_macs: The multiply–accumulates of the forward pass, in training mode.
        backward_macs: Those of all gradients, which are of inputs and of weights.
        kept_bytes: What autograd keeps between the passes, parameters and buffers left out.
        param_bytes: All parameters.
        gradient_bytes: A gradient for each parameter that learns.
        optimizer_bytes: What each optimizer remembers, by its name.
        unknown: Whose part is not known, which makes the sums the least that there can be.
        again_macs: Those of the forward pass that checkpoints run once more.
    """

    forward_macs: int
    input_gradient_macs: int
    weight_gradient_macs: int
    kept_bytes: int
    param_bytes: int
    gradient_bytes: int
    optimizer_bytes: Mapping[str, int]
    unknown: tuple[str, ...] = ()
    again_macs: int = 0

    @property
    def backward_macs(self) -> int:
        """The multiply–accumulates of all gradients."""
        return self.input_gradient_macs + self.weight_gradient_macs

    @property
    def step_macs(self) -> int:
        """The multiply–accumulates of both passes."""
        return self.forward_macs + self.again_macs + self.backward_macs

    def to_dict(self) -> dict[str, Any]:
        """Return what the JSON contract has of it."""
        return {
            "forward_macs": self.forward_macs,
            "input_gradient_macs": self.input_gradient_macs,
            "weight_gradient_macs": self.weight_gradient_macs,
            "backward_macs": self.backward_macs,
            **({"again_macs": self.again_macs} if self.again_macs else {}),
            "step_macs": self.step_macs,
            "param_bytes": self.param_bytes,
            "gradient_bytes": self.gradient_bytes,
            "kept_bytes": self.kept_bytes,
            "optimizer_bytes": dict(self.optimizer_bytes),
            "memory_bytes": {name: self.memory_bytes(name) for name in self.optimizer_bytes},
            "unknown": list(self.unknown),
        }

    def memory_bytes(self, optimizer: str) -> int:
        """Return the bytes of all that is held at the end of a forward pass."""
        held = self.param_bytes + self.gradient_bytes + self.kept_bytes
        return held + self.optimizer_bytes[optimizer]


@record
class Flow:
    """What a node has to do with gradients.

    Attributes:
        learns: For each input whether something before it learns, so that it needs a gradient.
        is_trained: Whether its output needs one.
        first_inputs: The numbers of the inputs that it is the first to keep.
        is_first_of_output: Whether it keeps its output, and is the first to.
    """

    learns: tuple[bool, ...]
    is_trained: bool
    first_inputs: tuple[int, ...] = ()
    is_first_of_output: bool = False


def training(graph: Graph, *, batch_size: int) -> dict[str, Training]:
    """Return what training costs at each node, for one batch."""
    if any(node.training for node in graph.nodes):
        return {node.name: node.training or Training() for node in graph.nodes}
    if any(node.params is not None for node in graph.nodes):  # traced, but not in training mode
        return dict.fromkeys((node.name for node in graph.nodes), Training(None, None, None))
    shapes = {INPUT: graph.input_shape, **{node.name: node.out_shape for node in graph.nodes}}
    flows = flow_of_gradients(graph)
    return {
        node.name: _by_formula(node, flows[node.name], shapes, batch_size) for node in graph.nodes
    }


def step(
    graph: Graph, costs: Iterable[Training], *, forward_macs: int, param_bytes: int
) -> TrainingStep:
    """Return what one training step costs, given what training costs at each node."""
    costs = tuple(costs)
    tensors = [tensor for node in graph.nodes for tensor in node.learning]
    return TrainingStep(
        forward_macs=forward_macs,
        input_gradient_macs=sum(cost.input_gradient_macs or 0 for cost in costs),
        weight_gradient_macs=sum(cost.weight_gradient_macs or 0 for cost in costs),
        kept_bytes=sum(cost.kept_bytes or 0 for cost in costs),
        param_bytes=param_bytes,
        gradient_bytes=sum(size for _, size in tensors),
        optimizer_bytes={
            name: optimizer.state_bytes(tensors) for name, optimizer in OPTIMIZERS.items()
        },
        unknown=tuple(sorted({reason for cost in costs for reason in cost.unknown})),
        again_macs=sum(cost.again_macs for cost in costs),
    )


def _by_formula(node: Node, flow: Flow, shapes: Mapping[str, Shape], batch_size: int) -> Training:
    if not flow.is_trained:
        return Training()
    layer, in_shape = node.layer, node.in_shape
    return Training(
        batch_size * layer.input_gradient_macs(in_shape) if any(flow.learns) else 0,
        batch_size * layer.weight_gradient_macs(in_shape),
        kept_bytes(
            layer,
            in_shape,
            node.out_shape,
            flow,
            in_shapes=[shapes[name] for name in node.inputs],
            batch_size=batch_size,
        ),
    )


def kept_bytes(  # noqa: PLR0913  what is kept depends on so much
    layer: Layer,
    in_shape: Shape,
    out_shape: Shape,
    flow: Flow,
    *,
    in_shapes: Sequence[Shape],
    batch_size: int,
) -> int:
    """Return the bytes that a layer is the first to keep for the backward pass, in float32."""
    kept = layer.kept(in_shape, batch_size=batch_size, learns=flow.learns)
    values = sum(prod(in_shapes[number]) for number in flow.first_inputs)
    if flow.is_first_of_output:
        values += prod(out_shape)
    numbers = batch_size * values + kept.numbers
    return BYTES_PER_NUMBER * numbers + BYTES_PER_INDEX * kept.indices


def flow_of_gradients(graph: Graph) -> dict[str, Flow]:
    """Return what each node has to do with gradients.

    What two layers keep is kept once: the output of a ReLU is the input of the next convolution.
    """
    learns = {INPUT: False}
    memory = {INPUT: INPUT}  # where the values lie: a view's are those of its input
    kept: set[str] = set()
    flows = {}
    for node in graph.nodes:
        layer = node.layer
        inputs = tuple(learns.get(name, False) for name in node.inputs)
        learns[node.name] = any(inputs) or bool(node.learning)
        is_there = layer.works_in_place() and node.inputs
        memory[node.name] = memory.get(node.inputs[0], INPUT) if is_there else node.name
        first: list[int] = []
        is_first_of_output = False
        if learns[node.name]:
            keeps = layer.kept(node.in_shape, batch_size=1, learns=inputs)
            for number in keeps.inputs:
                if (place := memory.get(node.inputs[number], INPUT)) not in kept:
                    kept.add(place)
                    first.append(number)
            if keeps.output and memory[node.name] not in kept:
                kept.add(memory[node.name])
                is_first_of_output = True
        flows[node.name] = Flow(inputs, learns[node.name], tuple(first), is_first_of_output)
    return flows
