"""The counters of other tools: what they say of each layer, and why it differs from ours.

A count that differs is explained only if a named convention gives it exactly, on every layer.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from archstat.analyses.conventions.convention import Convention
from archstat.analyses.conventions.fvcore import FVCORE
from archstat.analyses.conventions.plain import FLOPS
from archstat.analyses.conventions.torchinfo import TORCHINFO
from archstat.graph import Graph
from archstat.layers.base import times
from archstat.layers.naming import attribute_name
from archstat.models.inputs import InputSpec
from archstat.models.torch.examples import example_inputs
from archstat.models.torch.module import GraphModule
from archstat.models.torch.running import in_mode
from archstat.models.torch.source import Source
from archstat.report.finding import Agreement, Finding, compared
from archstat.witnesses.calls import CallRecorder, recorded

OF_AUTHORS = "prim::PythonOp."
"""What torch's tracer calls functions that have a backward pass of their author's own."""

NEEDS_VALUES = "not measured: it cannot trace without values, which the CPU has"


def torchinfo_findings(graph: Graph, module: GraphModule, example: Tensor) -> Iterator[Finding]:
    """Yield what torchinfo says of shapes, parameters and operations."""
    import torchinfo  # noqa: PLC0415  each witness loads its own tool

    summary = torchinfo.summary(module, input_data=example, verbose=0, device=example.device)
    layers = {info.var_name: info for info in summary.summary_list if info.depth == 1}
    seen = {
        node.name: layers[attribute_name(node.name)]
        for node in graph.nodes
        if attribute_name(node.name) in layers
    }
    shapes = {name: times(info.output_size[1:]) for name, info in seen.items()}
    ours = {node.name: times(node.out_shape) for node in graph.nodes}
    yield compared("torchinfo", "feature maps", ours, shapes)
    yield params_finding("torchinfo", graph, summary.total_params)
    counts = {name: info.macs for name, info in seen.items()}
    yield counted(
        "torchinfo", "mult-adds", graph, TORCHINFO, counts=counts, total=summary.total_mult_adds
    )


def fvcore_findings(graph: Graph, module: GraphModule, example: Tensor) -> Iterator[Finding]:
    """Yield what fvcore says of parameters and operations; what it calls a flop is a MAC."""
    if example.device.type == "meta":
        yield Finding("fvcore", "flops", Agreement.NOT_MEASURED, NEEDS_VALUES)
        return
    with _without_warnings():
        from fvcore.nn import FlopCountAnalysis, parameter_count  # noqa: PLC0415  its own tool

        analysis = FlopCountAnalysis(module, example)
        analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
        counts: Mapping[str, Any] = analysis.by_module()
        total = int(analysis.total())
    yield params_finding("fvcore", graph, parameter_count(module)[""])
    by_name = {node.name: int(counts.get(attribute_name(node.name), 0)) for node in graph.nodes}
    yield counted("fvcore", "flops", graph, FVCORE, counts=by_name, total=total)


def fvcore_model_finding(
    source: Source, inputs: Sequence[InputSpec], device: torch.device
) -> Finding:
    """Return what fvcore says of the operations of any PyTorch model."""
    witness, quantity = "fvcore", "flops"
    if device.type == "meta":
        return Finding(witness, quantity, Agreement.NOT_MEASURED, NEEDS_VALUES)
    args, kwargs = example_inputs(source, inputs, 1, device)
    if kwargs:
        words = "not measured: it takes no inputs by name"
        return Finding(witness, quantity, Agreement.NOT_MEASURED, words)
    try:
        total, unseen = _fvcore_total(source, tuple(args), device)
    except Exception as error:  # noqa: BLE001  it traces a user's model, and asserts much of it
        first_line = str(error).strip().partition("\n")[0]
        words = f"not measured: it fails: {type(error).__name__}: {first_line}"
        return Finding(witness, quantity, Agreement.NOT_MEASURED, words)
    recorder = CallRecorder()
    graph = recorded(recorder, source, inputs)
    finding = total_finding(witness, quantity, graph, FVCORE, total, "agrees")
    if recorder.is_transformed:
        unseen += ["torch.func"]
    elif finding.verdict is not Agreement.DISAGREES:
        return finding
    if unseen:
        words = f"not measured: it does not see what runs in {', '.join(unseen)}"
        return Finding(witness, quantity, Agreement.NOT_MEASURED, words)
    return finding


def _fvcore_total(
    source: Source, args: tuple[Any, ...], device: torch.device
) -> tuple[int, list[str]]:
    """Return what fvcore counts in a copy of a model, and the functions that it cannot look into.

    It runs a model as it is.
    """
    model = copy.deepcopy(source.model) if source.make is None else source.make()
    with _without_warnings(), _without_fused_attention(), in_mode(model.to(device), training=False):
        from fvcore.nn import FlopCountAnalysis  # noqa: PLC0415  its own tool

        analysis = FlopCountAnalysis(model, args)
        analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
        total, names = int(analysis.total()), sorted(analysis.unsupported_ops())
        return total, [
            name.removeprefix(OF_AUTHORS) for name in names if name.startswith(OF_AUTHORS)
        ]


def torch_findings(graph: Graph, module: GraphModule, example: Tensor) -> Iterator[Finding]:
    """Yield what torch's own counter says of operations, module by module."""
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        module(example)
    by_module = counter.get_flop_counts()
    prefix = type(module).__name__
    by_name = {
        node.name: sum(by_module.get(f"{prefix}.{attribute_name(node.name)}", {}).values())
        for node in graph.nodes
    }
    total = counter.get_total_flops()
    yield counted("FlopCounterMode", "FLOPs", graph, FLOPS, counts=by_name, total=total)


def counted(  # noqa: PLR0913  a testimony has these parts
    witness: str,
    quantity: str,
    graph: Graph,
    convention: Convention,
    *,
    counts: Mapping[str, int],
    total: int,
) -> Finding:
    """Return the finding on a tool's counts, held layer by layer against its convention."""
    expected = {node.name: convention.count(node) for node in graph.nodes}
    finding = compared(witness, quantity, expected, counts)
    if finding.verdict is Agreement.DISAGREES:
        return finding
    agreement = finding.words if finding.verdict is Agreement.AGREES else "agrees in all"
    return total_finding(witness, quantity, graph, convention, total, agreement)


def total_finding(  # noqa: PLR0913, PLR0917  likewise
    witness: str, quantity: str, graph: Graph, convention: Convention, total: int, agreement: str
) -> Finding:
    """Return the finding on a tool's total, held against its convention.

    Args:
        witness: The tool.
        quantity: What it calls its total.
        graph: The network.
        convention: The tool's.
        total: What the tool counts.
        agreement: What to say where the convention adds nothing to MACs.
    """
    expected = convention.total(graph)
    if total != expected:
        words = f"disagrees: {total:,} in all, by its convention {expected:,}"
        return Finding(witness, quantity, Agreement.DISAGREES, words)
    macs = sum(node.macs for node in graph.nodes)
    unit = f"{macs:,} MACs" if convention.per_mac == 1 else f"{convention.per_mac} × {macs:,} MACs"
    terms = convention.differences(graph)
    if not terms:
        equals = f"{total:,} = {unit}" if convention.per_mac > 1 else unit
        return Finding(witness, quantity, Agreement.AGREES, f"{agreement}: {equals}")
    parts = " ".join(f"{'+' if n > 0 else '−'} {abs(n):,} ({what})" for what, n in terms.items())
    words = f"differs as its convention says: {total:,} = {unit} {parts}"
    return Finding(witness, quantity, Agreement.EXPLAINED, words)


def params_finding(witness: str, graph: Graph, total: int) -> Finding:
    """Return the finding on how many parameters a witness counts in all."""
    ours = sum(node.weights + node.biases for node in graph.nodes)
    if total == ours:
        return Finding(witness, "parameters", Agreement.AGREES, f"agrees: {total:,}")
    words = f"disagrees: {total:,}, ours {ours:,}"
    return Finding(witness, "parameters", Agreement.DISAGREES, words)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep to ourselves what a tool warns of: it traces with parts of torch that are deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _without_fused_attention() -> Iterator[None]:
    """Let torch run attention as calls that a tool may know, as it does while a model is traced."""
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)
