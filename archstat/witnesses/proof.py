"""All witnesses in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch

from archstat.frontends.module import build_module, find_device, observe
from archstat.graph import Graph
from archstat.layers.base import Shape, times
from archstat.report.finding import Finding, compared
from archstat.witnesses.autograd import autograd_findings
from archstat.witnesses.counters import fvcore_findings, torch_findings, torchinfo_findings


def findings(graph: Graph, device_name: str) -> Iterator[Finding]:
    """Yield what every witness says of a network, as each has spoken.

    Args:
        graph: The network.
        device_name: Where the forward passes run.

    Raises:
        DeviceError: There is no such device, or it has not enough memory.
        TraceError: torch refuses a layer.
    """
    device = find_device(device_name)
    yield from _forward_findings(graph, device)
    module = build_module(graph, device)
    example = torch.zeros((1, *graph.input_shape), device=device)
    yield from torchinfo_findings(graph, module, example)
    yield from fvcore_findings(graph, module, example)
    yield from torch_findings(graph, module, example)
    yield from autograd_findings(graph)


def _forward_findings(graph: Graph, device: torch.device) -> Iterator[Finding]:
    """Yield what a forward pass shows of shapes, parameters and operations."""
    seen = observe(graph, device, batch_size=1)
    witness = f"forward pass on {device}"
    shapes = {name: times(observation.out_shape) for name, observation in seen.items()}
    ours = {node.name: times(node.out_shape) for node in graph.nodes}
    yield compared(witness, "feature maps", ours, shapes)
    params = {name: _listed(observation.param_shapes) for name, observation in seen.items()}
    ours = {node.name: _listed(node.param_shapes) for node in graph.nodes}
    yield compared(witness, "weights and biases", ours, params)


def _listed(shapes: Mapping[str, Shape]) -> str:
    return ", ".join(f"{name} {times(shape)}" for name, shape in shapes.items()) or "none"
