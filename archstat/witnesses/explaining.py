"""What a tool counts in a model, explained by its convention to the unit, or layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from archstat.errors import INSTEAD, UsageError
from archstat.graph import Graph, Node
from archstat.layers.naming import attribute_name
from archstat.models.argument import find_model
from archstat.models.inputs import InputSpec
from archstat.models.question import Question
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.module import build_module, graph_of
from archstat.models.torch.source import Source
from archstat.report.itemizing import items
from archstat.report.tool_count import LayerOff, ToolCount
from archstat.witnesses.tools import Tool
from archstat.witnesses.uses import use_graph


def tool_count(tool: Tool, model: str, question: Question) -> ToolCount:
    """Return what a tool counts in a model, and why.

    Raises:
        ArchstatError: There is no such model, the question does not fit it, or the tool fails.
    """
    source = find_model(model).module(question)
    graph = graph_of(source.model)
    if graph is None:
        return source_count(tool, source, question.inputs)
    device = torch.device(tool.device)
    example = torch.zeros((1, *graph.input_shape), device=device)
    return _explained(tool, graph.name, graph, build_module(graph, device), [example])


def source_count(tool: Tool, source: Source, inputs: Sequence[InputSpec]) -> ToolCount:
    """Return what a tool counts in a PyTorch model, and why.

    Raises:
        ArchstatError: The forward pass or the tool fails.
    """
    stated = stated_inputs(source, inputs)
    args, kwargs = example_inputs(source, stated, 1, torch.device(tool.device))
    if kwargs:
        raise UsageError(
            f"{tool.package} takes no inputs by name",
            hint=f"write {INSTEAD}, in their order",
            instead={"input": (3, 224, 224)},
        )
    model = source.model if source.make is None else source.make()
    return _explained(tool, source.name, use_graph(source, inputs), model, args)


def _explained(
    tool: Tool, name: str, graph: Graph, model: nn.Module, args: Sequence[Any]
) -> ToolCount:
    counted = tool.count(model, args)
    off = counted - tool.convention.total(graph)
    layers = _layers_off(tool, graph, model) if off else []
    parts = items(tool.convention, graph)
    doubt = tool.convention.doubt()
    return ToolCount(tool.name, tool.unit, name, counted, parts, tuple(layers), doubt)


def _layers_off(tool: Tool, graph: Graph, model: nn.Module) -> list[LayerOff]:
    """Return the layers in which a tool, asked for each alone, counts what its convention doesn't.

    A layer that it cannot count alone says nothing.
    """
    modules = dict(model.named_modules())
    found = []
    for node in graph.nodes:
        module = modules.get(node.name) or modules.get(attribute_name(node.name))
        if module is None or node.is_call:
            continue
        try:
            counted = tool.count(module, [torch.zeros((1, *node.in_shape), device=tool.device)])
        except UsageError:
            continue
        off = _examples(node) * (counted - tool.convention.count(node))
        if off:
            found.append(LayerOff(node.name, node.layer.kind, off))
    return found


def _examples(node: Node) -> int:
    return 1 if node.examples is None else node.examples
