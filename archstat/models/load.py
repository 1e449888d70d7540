"""Any MODEL argument as a graph: a spec by formula, a PyTorch model by tracing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archstat.errors import UsageError
from archstat.extras import TORCH, require
from archstat.graph import Graph
from archstat.models.question import NONE, Loaded, Question
from archstat.models.spec.resolve import Variant, is_torch, resolve

if TYPE_CHECKING:
    from archstat.models.torch.source import Source


def load(model: str, question: Question) -> Loaded:
    """Return the graph of a model.

    Raises:
        ArchstatError: There is no such model, or the question does not fit it.
    """
    if is_torch(model):
        source = torch_source(model, question)
        from archstat.models.torch.tracing import trace_source  # noqa: PLC0415  torch is there

        traced = trace_source(
            source,
            question.inputs,
            batch_size=question.batch_size,
            device_name=question.device,
            each_operator=question.each_operator,
            train=question.train,
        )
        return Loaded(*traced, question.batch_size)
    graph = spec_graph(model, question)
    if question.device == NONE:
        return Loaded(graph, None, question.batch_size)
    require(TORCH, purpose=f"--device {question.device}")
    from archstat.models.torch.module import confirm  # noqa: PLC0415  torch, only when asked for

    device = confirm(graph, question.device, batch_size=question.batch_size)
    return Loaded(graph, device, question.batch_size)


def spec_graph(model: str, question: Question) -> Graph:
    """Return the graph of a spec, changed as the question asks.

    Raises:
        UsageError: There is no such spec, or the question does not fit one.
        SpecError: The spec has problems; all are reported.
    """
    if question.arguments:
        raise UsageError(f"--arg goes with PyTorch models; {model} is a spec", hint="use --set")
    if question.each_operator:
        raise UsageError(
            f"operators are those of PyTorch models; {model} is a spec",
            hint=f"archstat code {model} > net.py makes one",
        )
    if len(question.inputs) > 1 or any(given.name for given in question.inputs):
        raise UsageError("a spec has one input", hint="write --input 3x227x227")
    shape = question.inputs[0].shape if question.inputs else None
    return resolve(model, Variant(shape, question.classes, question.settings))


def torch_source(model: str, question: Question) -> Source:
    """Return the PyTorch model that a MODEL argument names.

    Raises:
        UsageError: There is none, or the question does not fit one.
    """
    if question.settings or question.classes:
        raise UsageError(
            f"--set and --classes go with specs; {model} is a PyTorch model",
            hint="use --arg num_classes=10, if its class or function takes that",
        )
    require(TORCH, purpose=model)
    from archstat.models.torch.source import load_source  # noqa: PLC0415  torch, only when asked for

    return load_source(model, question.arguments)
