"""A network as a torch module, and what a forward pass through it shows."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from archstat.devices import find, is_out_of_memory
from archstat.errors import (
    INSTEAD,
    ArchstatError,
    DeviceError,
    Problem,
    TraceError,
)
from archstat.graph import INPUT, Graph, Node
from archstat.layers.base import Shape, times
from archstat.layers.naming import (
    TorchChoice,
    TorchFunction,
    TorchModule,
    TorchOperator,
    attribute_name,
)

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {"+": operator.add, "*": operator.mul}


class GraphModule(nn.Module):
    """A network built of the torch layers that its nodes stand for, under their names.

    Whatever else it has begins with an underscore, so that no layer can be called so.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self._graph = graph  # whoever has the module asks `graph_of`
        for node in graph.nodes:
            call = node.layer.torch_call(node.in_shape)
            if isinstance(call, TorchModule):
                with torch_errors(node.place):
                    layer = getattr(nn, call.name)(*call.positional, **call.keywords)
                self.add_module(attribute_name(node.name), layer)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Return the output for a batch; all outputs, if there are several that no layer reads.

        Tracers drop what is computed and not returned.
        """
        read = {name for node in self._graph.nodes for name in node.inputs}
        ends = tuple(out for node, out in outputs(self._graph, self, x) if node.name not in read)
        return ends[0] if len(ends) == 1 else ends


def graph_of(module: nn.Module) -> Graph | None:
    """Return the network that a module was built from, if it was built from one."""
    return module._graph if isinstance(module, GraphModule) else None  # noqa: SLF001  ours


def outputs(graph: Graph, module: GraphModule, x: Tensor) -> Iterator[tuple[Node, Tensor]]:
    """Yield each node with its output for a batch; outputs are freed after their last use.

    Raises:
        TraceError: torch refuses a layer; the message names it.
        DeviceError: The device has not enough memory.
    """
    last_reader = {name: node for node in graph.nodes for name in node.inputs}
    values = {INPUT: x}
    for node in graph.nodes:
        inputs = [values[name] for name in node.inputs]
        values[node.name] = node_output(node, module, inputs)
        del inputs
        for name in node.inputs:
            if last_reader[name] is node:
                values.pop(name, None)
        yield node, values[node.name]


def node_output(node: Node, module: GraphModule, inputs: Sequence[Tensor]) -> Tensor:
    """Return what a node makes of its inputs.

    Raises:
        TraceError: torch refuses the layer; the message names it.
        DeviceError: The device has not enough memory.
    """
    with torch_errors(node.place):
        return _output(node, module, inputs)


def _output(node: Node, module: GraphModule, inputs: Sequence[Tensor]) -> Tensor:
    match node.layer.torch_call(node.in_shape):
        case TorchOperator(symbol):
            return reduce(OPERATORS[symbol], inputs)
        case TorchFunction(name, keywords):
            return getattr(torch, name)(inputs, **keywords)
        case TorchChoice(channels):
            return inputs[0][:, list(channels)]
    return module.get_submodule(attribute_name(node.name))(*inputs)


@contextmanager
def torch_errors(place: str) -> Iterator[None]:
    """Turn torch's refusal into an error that names a place; what it only warns of is not told."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (RuntimeError, ValueError, TypeError) as error:
        raise _refusal(error).within(place) from None


def _refusal(error: Exception) -> ArchstatError:
    first_line = str(error).partition("\n")[0]
    if is_out_of_memory(error, torch):
        return DeviceError(
            f"the device has not enough memory: {first_line}",
            hint=f"use fewer examples, or {INSTEAD}, which needs none",
            instead={"device": "meta"},
        )
    return TraceError(f"torch refuses it: {first_line}")


def find_device(name: str) -> torch.device:
    """Return the device of this name.

    Raises:
        DeviceError: There is no such kind of device, or this machine has none.
    """
    found: torch.device = find(name, torch).torch_device
    return found


def build_module(graph: Graph, device: torch.device) -> GraphModule:
    """Return the network on a device, in inference mode, all parameters 0.

    Nothing is drawn at random, so the random state stays as it was.

    Raises:
        TraceError: torch refuses a layer.
        DeviceError: The device has not enough memory.
    """
    with torch.device("meta"):
        module = GraphModule(graph).eval()
    if device.type == "meta":
        return module
    with torch_errors(f"parameters on {device}"), torch.no_grad():
        module = module.to_empty(device=device)
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.zero_()
    return module


def draw(module: nn.Module) -> None:
    """Draw every parameter at random, as torch does when it makes a layer."""
    for each in module.modules():
        reset = getattr(each, "reset_parameters", None)
        if callable(reset):
            reset()


@dataclass(frozen=True)
class Observation:
    """What a forward pass showed of one node, without the batch; MACs are those of the batch."""

    out_shape: Shape
    param_shapes: Mapping[str, Shape]
    macs: int


def observe(graph: Graph, device: torch.device, *, batch_size: int) -> dict[str, Observation]:
    """Return what a forward pass on a device shows of every node.

    Raises:
        TraceError: torch refuses a layer.
        DeviceError: The device has not enough memory.
    """
    module = build_module(graph, device)
    observations = {}
    with torch.no_grad():
        with torch_errors(f"input on {device}"):
            x = torch.zeros((batch_size, *graph.input_shape), device=device)
        counter = FlopCounterMode(display=False)
        counted = 0
        with counter:
            for node, output in outputs(graph, module, x):
                flops, counted = counter.get_total_flops() - counted, counter.get_total_flops()
                observations[node.name] = Observation(
                    tuple(output.shape[1:]), _param_shapes(module, node), flops // 2
                )
    return observations


def _param_shapes(module: GraphModule, node: Node) -> dict[str, Shape]:
    layer = getattr(module, attribute_name(node.name), None)
    if not isinstance(layer, nn.Module):
        return {}
    return {name: tuple(parameter.shape) for name, parameter in layer.named_parameters()}


def confirm(graph: Graph, device_name: str, *, batch_size: int) -> str:
    """Hold every number of the formulas against a forward pass; return the device's full name.

    Raises:
        DeviceError: There is no such device, or it has not enough memory.
        TraceError: Shapes, parameters or operations are others than the formulas say; every layer
            that differs is named.
    """
    device = find_device(device_name)
    observations = observe(graph, device, batch_size=batch_size)
    problems = [
        Problem(what, places=(node.place,))
        for node in graph.nodes
        for what in differences(node, observations[node.name], batch_size)
    ]
    if problems:
        raise TraceError.of(problems).within(f"forward pass on {device}")
    return str(device)


def differences(node: Node, seen: Observation, batch_size: int) -> Iterator[str]:
    """Yield a sentence for each number of a node that a forward pass contradicts."""
    if seen.out_shape != node.out_shape:
        yield f"the formula gives {times(node.out_shape)}, torch gives {times(seen.out_shape)}"
    if dict(seen.param_shapes) != dict(node.param_shapes):
        yield (
            f"the formula gives parameters {_named(node.param_shapes)}, "
            f"torch has {_named(seen.param_shapes)}"
        )
    if seen.macs != batch_size * node.macs:
        yield f"the formula gives {batch_size * node.macs:,} MACs, torch counts {seen.macs:,}"


def _named(shapes: Mapping[str, Shape]) -> str:
    return ", ".join(f"{name} {times(shape)}" for name, shape in shapes.items()) or "none"
