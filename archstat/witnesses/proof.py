"""All witnesses in turn, for a spec and for a PyTorch model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, ClassVar, TypeAlias

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.errors import ArchstatError
from archstat.graph import Graph
from archstat.layers.base import Shape, times
from archstat.models.argument import find_model
from archstat.models.front_end import FrontEnd, ShapesWhenRun
from archstat.models.inputs import InputSpec
from archstat.models.question import NONE, Question
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.module import GraphModule, build_module, find_device, graph_of, observe
from archstat.models.torch.source import Source, built_from
from archstat.models.torch.tracing import trace_source
from archstat.models.torch.wrapped import materialized
from archstat.report.finding import Agreement, Finding, compared
from archstat.witnesses.autograd import autograd_findings
from archstat.witnesses.calls import PassedOver, pass_on_meta
from archstat.witnesses.counters import (
    fvcore_findings,
    fvcore_model_finding,
    params_finding,
    torch_findings,
    torchinfo_findings,
)
from archstat.witnesses.gradients import gradient_finding
from archstat.witnesses.pixels import QUANTITY, WITNESS
from archstat.witnesses.training import model_training_findings, training_findings

OF_TRAINING = frozenset({"backward FLOPs", "gradients' sides", "kept for backward", "training"})
"""What witnesses measure of training."""


def testimony(model: str, question: Question) -> tuple[str, Iterator[Finding]]:
    """Return the title of a model, and what every witness says of it, as each has spoken.

    Raises:
        ArchstatError: There is no such model, or the question does not fit it.
    """
    network = find_model(model)
    runs = network.shapes_when_run(question)
    if runs is not None:
        return network.argument, _runtime_findings(network, question, runs)
    source = network.module(question)
    graph = graph_of(source.model)
    if graph is None:
        return source.name, model_findings(source, question.inputs, question.device)
    title = f"{graph.name}: {graph.title}" if graph.title else graph.name
    return title, findings(graph, question.device)


def _runtime_findings(
    network: FrontEnd, question: Question, runs: ShapesWhenRun
) -> Iterator[Finding]:
    """Yield what another runtime shows, and the witnesses of torch where it knows all layers."""
    stated = {name: times(shape) for name, shape in runs.stated.items()}
    seen = {name: times(runs.seen[name]) for name in stated}
    yield compared(runs.runtime, "shapes of tensors", stated, seen, of=len(runs.seen))
    graph = network.graph(replace(question, device=NONE)).graph
    if all(node.layer.has_formulas for node in graph.nodes):
        yield from _untrained(findings(graph, question.device))
    yield from _uncounted(graph)


def _untrained(found: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings without those on training, of a network that is trained no more."""
    for each in found:
        if each.quantity not in OF_TRAINING:
            yield each


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
    inputs = [InputSpec(graph.input_shape)]

    def on(device: torch.device) -> tuple[Graph, GraphModule, Tensor]:
        example = torch.zeros((1, *graph.input_shape), device=device)
        return graph, build_module(graph, device), example

    meta = torch.device("meta")  # where nothing is computed: these two read shapes alone
    yield from _each(
        ("torchinfo", "counts", lambda: torchinfo_findings(*on(meta))),
        ("fvcore", "counts", lambda: fvcore_findings(*on(device))),
        ("FlopCounterMode", "FLOPs", lambda: torch_findings(*on(meta))),
        ("autograd", "training", lambda: training_findings(graph)),
        (WITNESS, QUANTITY, lambda: _field_findings(graph, built_from(graph), inputs)),
    )


def model_findings(
    source: Source, inputs: Sequence[InputSpec], device_name: str
) -> Iterator[Finding]:
    """Yield what the witnesses that know any PyTorch model say of one.

    Raises:
        DeviceError: There is no such device, or it has not enough memory.
        TraceError: The forward pass fails, or contradicts a formula.
    """
    args, kwargs = example_inputs(source, stated_inputs(source, inputs), 1, torch.device("meta"))
    source = replace(source, model=materialized(source.model, args, kwargs))
    graph, traced_on = trace_source(source, inputs, batch_size=1, device_name="none")
    again, device = trace_source(source, inputs, batch_size=1, device_name=device_name)
    shapes = {node.name: times(node.out_shape) for node in graph.nodes if not node.is_view}
    modules = _module_shapes(graph)  # operators may be others on another device, modules not
    seen = {name: shape for name, shape in _module_shapes(again).items() if name in modules}
    yield compared(f"forward pass on {device}", "feature maps", shapes, seen)
    total = sum(parameter.numel() for parameter in source.model.parameters())
    yield params_finding("model.parameters()", graph, total)
    if traced_on == "meta":
        stated = stated_inputs(source, inputs)
        on = torch.device(device)
        yield from _each(
            ("FlopCounterMode", "FLOPs", lambda: _flops(source, graph, inputs)),
            ("fvcore", "flops", lambda: [fvcore_model_finding(source, stated, on)]),
            ("autograd", "training", lambda: model_training_findings(source, inputs)),
        )
    else:
        words = "not measured: the forward pass reads values, so that two passes may differ"
        yield Finding("FlopCounterMode", "FLOPs", Agreement.NOT_MEASURED, words)
        yield Finding("fvcore", "flops", Agreement.NOT_MEASURED, words)
    yield from _uncounted(graph)
    fields = lambda: _field_findings(graph, source, inputs, is_model=True)  # noqa: E731
    yield from _each((WITNESS, QUANTITY, fields))


Ask: TypeAlias = tuple[str, str, Callable[[], Iterable[Finding]]]
"""A witness, what it measures, and what asks it."""


def _each(*asked: Ask) -> Iterator[Finding]:
    """Yield what each witness says; one that fails is a finding, and stops no other."""
    for witness, quantity, ask in asked:
        try:
            yield from ask()
        except ArchstatError as error:
            words = f"not measured: {error.problems[0].what}"
            yield Finding(witness, quantity, Agreement.NOT_MEASURED, words)
        except Exception as error:  # noqa: BLE001  a model may do anything, and a tool may fail at it
            first_line = str(error).strip().partition("\n")[0]
            words = f"not measured: archstat fails at it: {type(error).__name__}: {first_line}"
            yield Finding(witness, quantity, Agreement.NOT_MEASURED, words)


def _field_findings(
    graph: Graph, source: Source, inputs: Sequence[InputSpec], *, is_model: bool = False
) -> Iterator[Finding]:
    """Yield what gradients say of receptive fields: of one channel, and of the model itself.

    One channel stands for layers of known kinds, on an image of any size. A spec is looked at
    itself only where it cannot; a model always, as its graph may be wrong.
    """
    *agreed, last = autograd_findings(graph)
    if last.verdict is Agreement.NOT_MEASURED:
        found = gradient_finding(graph, source, inputs)
        yield from agreed
        yield last if found.verdict is Agreement.NOT_MEASURED and not is_model else found
    else:
        yield from (*agreed, last)
        if is_model:
            yield gradient_finding(graph, source, inputs)


def _uncounted(graph: Graph) -> Iterator[Finding]:
    """Yield the operators whose multiply–accumulates nobody knows."""
    names = sorted({name for node in graph.nodes for name in node.layer.uncounted})
    if names:
        words = f"not measured: no rule says what {', '.join(names)} counts"
        yield Finding("ledger of operators", "MACs", Agreement.NOT_MEASURED, words)


def _module_shapes(graph: Graph) -> dict[str, str]:
    return {node.name: times(node.out_shape) for node in graph.nodes if node.layer.has_formulas}


class OfTheWhole(FlopCounterMode):
    """torch's counter of all that runs; by module, it bears no gradients that forward takes."""

    def __init__(self) -> None:
        super().__init__(display=False)
        self.mod_counter: Any = WholeModel()  # as it is called in one torch, and in another
        self.mod_tracker: Any = self.mod_counter


class WholeModel(nullcontext[None]):
    """What torch's counter asks for the modules that run: it is told that there is one."""

    parents: ClassVar[set[str]] = {"Global"}


def _flops(source: Source, graph: Graph, inputs: Sequence[InputSpec]) -> Iterator[Finding]:
    witness, quantity = "FlopCounterMode", "FLOPs"
    counter, others = OfTheWhole(), PassedOver()
    pass_on_meta(source, inputs, others.beside(counter))
    macs = sum((node.examples or 0) * node.macs for node in graph.nodes)
    flops, expected = counter.get_total_flops(), FLOPS_PER_MAC * macs
    left_out = FLOPS_PER_MAC * others.macs.total()
    if flops == expected:
        words = f"agrees: {flops:,} = {FLOPS_PER_MAC} × {macs:,} MACs"
        yield Finding(witness, quantity, Agreement.AGREES, words)
    elif flops + left_out == expected:
        words = (
            f"differs as its ledger says: {flops:,} = {FLOPS_PER_MAC} × {macs:,} MACs "
            f"− {left_out:,} ({' and '.join(sorted(others.macs))}, for which it has no rule)"
        )
        yield Finding(witness, quantity, Agreement.EXPLAINED, words)
    else:
        words = f"disagrees: {flops:,}, ours {expected:,}"
        yield Finding(witness, quantity, Agreement.DISAGREES, words)


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
