"""Autograd as a witness of training: the operators of a real backward pass, and what it kept."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode, conv_backward_flop

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.analyses.training import training
from archstat.errors import TraceError
from archstat.graph import Graph
from archstat.models.inputs import InputSpec
from archstat.models.torch.apart import set_apart
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.module import build_module, torch_errors
from archstat.models.torch.private import every_tensor, storage_id, tree_leaves
from archstat.models.torch.recording.tensors import tensors_returned
from archstat.models.torch.running import run_untouched, standins_of
from archstat.models.torch.source import Source
from archstat.models.torch.tracing import trace_source
from archstat.report.finding import Agreement, Finding, compared
from archstat.witnesses.sides import Sides, stated_sides

BATCH_SIZE = 2
"""Examples of the pass: with one, torch refuses batch norms of single values."""

META = torch.device("meta")


@dataclass(frozen=True)
class BackwardPass:
    """What was seen of one.

    Attributes:
        flops: What torch's counter counts in its operators.
        flops_of_groups: What is too much of that.
        kept_bytes: The storages that autograd kept for it, each once, parameters and buffers not.
        sides: The MACs of the gradients of inputs and of weights, by module.
        unclear: The nodes of autograd whose products could not be told apart.
        passed_over: The MACs of operators for which torch's counter has no rule.
    """

    flops: int
    flops_of_groups: int
    kept_bytes: int
    sides: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    unclear: Collection[str] = ()
    passed_over: Mapping[str, int] = field(default_factory=dict)


class GroupsCounter(FlopCounterMode):
    """torch's counter, and what it counts too much.

    It takes the gradient of a grouped convolution's weights for one without groups. Each product of
    the forward pass is one of that gradient, so that it is g times what it is.
    """

    def __init__(self) -> None:
        super().__init__(
            display=False, custom_mapping={torch.ops.aten.convolution_backward: self._convolution}
        )
        self.too_much = 0

    def _convolution(self, *shapes: Any, out_shape: Any) -> int:
        *others, groups, wanted = shapes
        only_weights = [False, wanted[1], False]
        of_weights = conv_backward_flop(*others, groups, only_weights, out_val=out_shape)
        self.too_much += of_weights - of_weights // groups
        return int(conv_backward_flop(*shapes, out_val=out_shape))


AS_IT_IS = torch.autograd.graph.saved_tensors_hooks(lambda tensor: tensor, lambda tensor: tensor)
"""What is kept as it is, although a layer behind has changed it in place: products stay as many."""


def backward_pass(model: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any]) -> BackwardPass:
    """Run a model on meta in training mode, forward and backward, and leave it as it was.

    Raises:
        TraceError: torch refuses it.
    """
    standins = standins_of(every_tensor(model), META, learn=True)
    counter = GroupsCounter()
    given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    with torch_errors("training on meta"):
        size = _kept_bytes(model, args, kwargs, standins)
        with set_apart(model, standins) as apart:
            sides = Sides(apart, given)
            out = run_untouched(apart, args, kwargs, watcher=sides.watching(), autograd=AS_IT_IS)
            with counter:
                sides.count(out)
    seen = {path: (both[0], both[1]) for path, both in sides.macs.items() if any(both)}
    flops = counter.get_total_flops()
    return BackwardPass(flops, counter.too_much, size, seen, sides.unclear, sides.passed_over)


class KeptTensor:
    """A tensor that autograd keeps: it goes when nothing can ask for its gradients any more."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor


def _kept_bytes(
    model: nn.Module,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    standins: Mapping[int, Tensor],
) -> int:
    """Return the bytes of what is kept while a model's output waits, and nothing else holds it."""
    kept: weakref.WeakSet[KeptTensor] = weakref.WeakSet()

    def keep(tensor: Tensor) -> KeptTensor:
        kept.add(one := KeptTensor(tensor.detach()))  # one that knew who made it would hold itself
        return one

    hooks = torch.autograd.graph.saved_tensors_hooks(keep, lambda one: one.tensor)
    with set_apart(model, standins) as apart:
        ends = tensors_returned(
            run_untouched(apart, args, kwargs, watcher=nullcontext(), autograd=hooks)
        )
    gc.collect()
    storages = {storage_id(one.tensor): one.tensor.untyped_storage() for one in kept}
    del ends  # which held what is kept until here
    own = {storage_id(tensor) for tensor in standins.values()}
    return sum(storage.nbytes() for address, storage in storages.items() if address not in own)


def training_findings(graph: Graph) -> Iterator[Finding]:
    """Yield what autograd says of the training of a spec."""
    example = torch.zeros((BATCH_SIZE, *graph.input_shape), device=META)
    yield from held(graph, backward_pass(build_module(graph, META), [example], {}))


def model_training_findings(source: Source, inputs: Sequence[InputSpec]) -> Iterator[Finding]:
    """Yield what autograd says of the training of a PyTorch model, where it can train on meta."""
    stated = stated_inputs(source, inputs)
    args, kwargs = example_inputs(source, stated, BATCH_SIZE, META)
    words = "not measured: it reads values, so that two passes may differ"
    try:
        graph, device = trace_source(
            source, inputs, batch_size=BATCH_SIZE, device_name=META.type, train=True
        )
        seen = backward_pass(source.model, args, kwargs) if device == META.type else None
    except TraceError as error:
        words = f"not measured: {error.problems[0].what}"
        yield Finding("autograd", "training", Agreement.NOT_MEASURED, words)
        return
    if seen is None:
        yield Finding("autograd", "training", Agreement.NOT_MEASURED, words)
    else:
        yield from held(graph, seen)


def held(graph: Graph, seen: BackwardPass) -> Iterator[Finding]:
    """Yield how a backward pass agrees with what is stated of a network."""
    costs = training(graph, batch_size=BATCH_SIZE)
    unknown = {reason for cost in costs.values() for reason in cost.unknown}
    if unknown:
        words = f"not measured: not known are the gradients of {', '.join(sorted(unknown))}"
        yield Finding("autograd", "training", Agreement.NOT_MEASURED, words)
        return
    macs = sum((cost.backward_macs or 0) + cost.again_macs for cost in costs.values())
    yield _flops(seen, macs)
    yield _sides(seen, stated_sides(graph, costs))
    kept = sum(cost.kept_bytes or 0 for cost in costs.values())
    if seen.kept_bytes == kept:
        words = f"agrees: {kept:,} bytes for a batch of {BATCH_SIZE}"
        yield Finding("autograd", "kept for backward", Agreement.AGREES, words)
    else:
        words = f"disagrees: {seen.kept_bytes:,} bytes for a batch of {BATCH_SIZE}, ours {kept:,}"
        yield Finding("autograd", "kept for backward", Agreement.DISAGREES, words)


def _flops(seen: BackwardPass, macs: int) -> Finding:
    """Return how torch's count of a backward pass agrees with ours."""
    witness, quantity = "FlopCounterMode", "backward FLOPs"
    whole = f"{seen.flops:,} = {FLOPS_PER_MAC} × {macs:,} MACs"
    left_out = FLOPS_PER_MAC * sum(seen.passed_over.values())
    terms = []
    if seen.flops_of_groups:
        more = "the gradients of grouped weights, counted as if there were no groups"
        terms.append(f" + {seen.flops_of_groups:,} ({more})")
    if left_out:
        names = " and ".join(sorted(seen.passed_over))
        terms.append(f" − {left_out:,} ({names}, for which it has no rule)")
    if seen.flops - seen.flops_of_groups + left_out != FLOPS_PER_MAC * macs:
        theirs = f"{seen.flops:,} − {seen.flops_of_groups:,} for groups"
        theirs += f" + {left_out:,} that it has no rule for" * bool(left_out)
        words = f"disagrees: {theirs}, ours {FLOPS_PER_MAC * macs:,}"
        return Finding(witness, quantity, Agreement.DISAGREES, words)
    if terms:
        words = f"differs as its rule says: {whole}{''.join(terms)}"
        return Finding(witness, quantity, Agreement.EXPLAINED, words)
    return Finding(witness, quantity, Agreement.AGREES, f"agrees: {whole}")


def _sides(seen: BackwardPass, stated: Mapping[str, tuple[int, int]]) -> Finding:
    """Return how the gradients of inputs and of weights agree, module by module."""
    if seen.unclear:
        words = f"not measured: not clear is whose the products in {', '.join(seen.unclear)} are"
        return Finding("autograd", "gradients' sides", Agreement.NOT_MEASURED, words)
    paths = {*seen.sides, *stated}
    ours, theirs = (
        {path or "the model itself": _told(sides.get(path, (0, 0))) for path in sorted(paths)}
        for sides in (stated, seen.sides)
    )
    return compared("autograd", "gradients' sides", ours, theirs)


def _told(macs: tuple[int, int]) -> str:
    return f"{macs[0]:,} of inputs and {macs[1]:,} of weights"
