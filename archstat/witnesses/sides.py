"""Whose gradients a backward pass computed: those of what was read, or those of weights.

Autograd's own graph tells. Each of its nodes computes gradients of its operands, and each operand
leads to a tensor that was made of the model's input, or to parameters alone. What is counted are
the operators that run backward, by torch's own formulas, and by those of the ledger where torch has
none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as global_hooks
from torch.utils.flop_counter import conv_backward_flop, flop_registry

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.graph import Graph, Node, Training
from archstat.layers.naming import attribute_name
from archstat.models.torch.operators.registry import REGISTRY
from archstat.models.torch.private import (
    TorchDispatchMode,
    hooks_on_kept_tensors,
    storage_id,
    tree_leaves,
)
from archstat.models.torch.recording.tensors import tensors_returned
from archstat.models.torch.remarks import modules_by_path
from archstat.witnesses.calls import OF_COMPLEX, torchs_share

INPUTS, WEIGHTS = 0, 1

OF_VECTORS = ("MvBackward", "AddmvBackward", "DotBackward", "VdotBackward")
"""Nodes of products of vectors: torch multiplies their factors value by value."""


class Sides(TorchDispatchMode):
    """Learns which of autograd's nodes hold values that depend on a model's input, and where.

    Args:
        model: What will run.
        inputs: The tensors that it will be given.
    """

    def __init__(self, model: nn.Module, inputs: Sequence[Tensor]) -> None:
        super().__init__()
        self._paths = {module: path for path, module in modules_by_path(model).items()}
        self._running = [""]
        self._kept: list[Any] = []  # so that no other gets the identity of one
        self._made: dict[int, tuple[str, bool]] = {}
        self._note(inputs, "", is_data=True)
        self._nodes: dict[int, tuple[str, bool]] = {}
        self._answers: dict[int, bool] = {}
        self._products: list[tuple[int, set[int]]] = []  # of the node that is running
        self._is_of_vectors = False
        self.macs: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.passed_over: Counter[str] = Counter()
        self.unclear: set[str] = set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at a forward pass."""
        before = global_hooks.register_module_forward_pre_hook(self._enter)
        after = global_hooks.register_module_forward_hook(self._leave)
        try:
            with self:
                yield
        finally:
            before.remove()
            after.remove()

    def _enter(self, module: nn.Module, _: Any) -> None:
        self._running.append(self._paths.get(module, self._running[-1]))

    def _leave(self, *_: Any) -> None:
        self._running.pop()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator, and note whether its outputs depend on the input."""
        given = _tensors((args, kwargs))
        self._look(given)
        out = func(*args, **(kwargs or {}))
        holds = () if REGISTRY.find(func).is_factory else given  # `zeros_like` holds nothing of it
        is_data = any(self._origin(tensor, ("", False))[1] for tensor in holds)
        self._note(_tensors(out), self._running[-1], is_data=is_data)
        return out

    def _note(self, tensors: Iterable[Tensor], path: str, *, is_data: bool) -> None:
        """Note where tensors were made; what is a class of its own then, is known by its values."""
        for tensor in tensors:
            self._kept.append(tensor)
            self._made[id(tensor)] = self._made[storage_id(tensor)] = path, is_data

    def _origin(self, tensor: Tensor, otherwise: tuple[str, bool]) -> tuple[str, bool]:
        """Return where a tensor was made, and whether it depends on the input."""
        known = self._made.get(id(tensor)) or self._made.get(storage_id(tensor))
        return known or otherwise

    def _look(self, tensors: Sequence[Tensor]) -> None:
        """Note the nodes of autograd that made tensors, which it tells when they are read."""
        for tensor in tensors:
            node = tensor.grad_fn
            if node is not None and id(node) not in self._nodes:
                self._kept.append(node)
                self._nodes[id(node)] = self._origin(tensor, (self._running[-1], False))

    def count(self, out: Any) -> None:
        """Run the backward pass of a model's output, and count what each module computes."""
        returned = tensors_returned(out)
        self._look(returned)
        handles = []
        for node in [thing for thing in self._kept if id(thing) in self._nodes]:
            handles.append(node.register_prehook(self._before(node)))
            handles.append(node.register_hook(self._after(node)))
        ends = [tensor for tensor in returned if tensor.requires_grad]
        try:
            with ends[0].device if ends else nullcontext(), _Products(self):
                torch.autograd.backward(ends, [torch.zeros_like(end) for end in ends])
        finally:
            for handle in handles:
                handle.remove()

    def _before(self, node: Any) -> Callable[[Any], None]:
        def before(_: Any) -> None:
            self._products, self._is_of_vectors = [], node.name().startswith(OF_VECTORS)

        return before

    def macs_of(self, func: Any, args: Any, kwargs: Any, out: Any) -> list[int]:
        """Return the products that an operator of the running node takes for each output."""
        if func is torch.ops.aten.convolution_backward.default:
            return _of_convolution(args, out)
        outputs = _tensors(out)
        if formula := flop_registry.get(func.overloadpacket):
            macs = formula(*args, **kwargs, out_val=out) // FLOPS_PER_MAC
            whole = REGISTRY.find(func).macs(args, out) or 0
            if macs and torchs_share(func, whole, out) < whole:
                self.passed_over[OF_COMPLEX] += whole - macs
                macs = whole
        else:
            is_outer = self._is_of_vectors and func is torch.ops.aten.mul.Tensor
            macs = outputs[0].numel() if is_outer else REGISTRY.find(func).macs(args, out) or 0
            if macs:
                self.passed_over[func.overloadpacket.__name__] += macs
        return [macs] + [0] * (len(outputs) - 1)

    def product(self, outputs: Sequence[tuple[Tensor, int]], given: Sequence[Tensor]) -> None:
        """Note what an operator of the running node computes, and what is made of that."""
        self._kept += (tensor for tensor, _ in outputs)  # so that no other gets the address of one
        addresses = {storage_id(each) for each in given}
        for _, made in self._products:
            if made & addresses:
                made |= {storage_id(tensor) for tensor, _ in outputs}
        self._products += [(macs, {storage_id(tensor)}) for tensor, macs in outputs if macs]

    def _after(self, node: Any) -> Callable[[Any, Any], None]:
        def after(gradients: Any, _: Any) -> None:
            macs = self.macs[self._nodes[id(node)][0]]
            for count, made in self._products:
                places = [
                    place
                    for place, gradient in enumerate(gradients)
                    if gradient is not None and storage_id(gradient) in made
                ]
                if len(places) != 1:
                    self.unclear.add(node.name())
                    continue
                before, _ = node.next_functions[places[0]]
                is_data = before is None or self._is_data(before)  # some work out what nobody wants
                macs[INPUTS if is_data else WEIGHTS] += count
            self._products = []

        return after

    def _is_data(self, node: Any) -> bool:
        """Return whether a node, or one before it, holds what depends on the input."""
        waiting = [node]
        while waiting:
            node = waiting[-1]
            before = [each for each, _ in node.next_functions if each is not None]
            unknown = [each for each in before if id(each) not in self._answers]
            _, is_data = self._nodes.get(id(node)) or self._made.get(_leaf(node), ("", False))
            if is_data or not unknown:
                is_data = is_data or any(self._answers[id(each)] for each in before)
                self._answers[id(node)] = is_data
                waiting.pop()
            else:
                waiting += unknown
        return self._answers[id(node)]


def _leaf(node: Any) -> int:
    """Return the identity of the tensor whose gradient a node of autograd adds up, if it is one."""
    return id(getattr(node, "variable", None))


class _Products(TorchDispatchMode):
    """Tells of each operator that runs backward the outputs with the products that each took."""

    def __init__(self, sides: Sides) -> None:
        super().__init__()
        self._sides = sides

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator, and tell."""
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        if hooks_on_kept_tensors() is not None:  # a checkpoint runs its part once more
            return out
        counts = self._sides.macs_of(func, args, kwargs, out)
        self._sides.product([*zip(_tensors(out), counts, strict=True)], _tensors((args, kwargs)))
        return out


def _of_convolution(args: Any, out: Any) -> list[int]:
    """Return the products of each gradient of a convolution that was wanted.

    torch takes the gradient of grouped weights for one without groups, which is g times as much.
    """
    *others, groups, wanted = (each.shape if isinstance(each, Tensor) else each for each in args)
    shapes = [None if each is None else each.shape for each in out]

    def macs(*, inputs: bool = False, weights: bool = False) -> int:
        mask = [inputs, weights, False]
        return int(conv_backward_flop(*others, groups, mask, out_val=shapes)) // FLOPS_PER_MAC

    counts = []
    if wanted[0]:
        counts.append(macs(inputs=True))
    if wanted[1]:
        counts.append(macs(weights=True) // groups)
    return [*counts, 0] if wanted[2] else counts


def _tensors(values: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(values) if isinstance(leaf, Tensor)]


def stated_sides(graph: Graph, costs: Mapping[str, Training]) -> dict[str, tuple[int, int]]:
    """Return what we say of each module that computes any gradients; the model itself is ''."""
    sides: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for node in graph.nodes:
        path, cost = _module_of(node, graph), costs[node.name]
        inputs, weights = sides[path]
        inputs += cost.input_gradient_macs or 0
        weights += cost.weight_gradient_macs or 0
        sides[path] = inputs, weights
    return {path: both for path, both in sides.items() if any(both)}


def _module_of(node: Node, graph: Graph) -> str:
    """Return the path of the module in which a node ran."""
    if node.params is None:  # of a spec
        return attribute_name(node.name)
    path, _, _ = node.name.partition(" (")
    if node.is_call:
        path, _, _ = path.rpartition(".")
    return "" if path == graph.modules.get("") else path
