"""Records what a model does in a forward pass, as the nodes of a graph.

A module whose class is known is one node; inside of any other, every operator is recorded under the
module's path.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as global_hooks

from archstat.errors import Problem
from archstat.graph import BYTES_PER_NUMBER, INPUT, Node
from archstat.layers import Layer
from archstat.layers.base import Shape, times
from archstat.layers.opaque import UNTOLD, Observed
from archstat.models.torch.failures.diagnosis import Refusal
from archstat.models.torch.known import Stated, example_shape, layer_of_call, worked_out
from archstat.models.torch.operators.call import Call
from archstat.models.torch.operators.entry import Operator
from archstat.models.torch.operators.registry import REGISTRY
from archstat.models.torch.private import (
    OpOverload,
    TorchDispatchMode,
    is_childless,
    own_parameters,
    schema,
    uncompiled,
    whole,
)
from archstat.models.torch.recording.backward import Costs
from archstat.models.torch.recording.higher import is_higher_order, run_higher_order
from archstat.models.torch.recording.meta import require_one_type
from archstat.models.torch.recording.own import Watch
from archstat.models.torch.recording.provenance import Provenance
from archstat.models.torch.recording.reader import Reader
from archstat.models.torch.recording.scopes import Scope, Scopes
from archstat.models.torch.recording.tape import Tape
from archstat.models.torch.recording.tensors import tensors_in
from archstat.models.torch.recording.values import Values


class Recorder(TorchDispatchMode):
    """Records modules and operators as nodes while a model runs.

    Args:
        paths: The modules' paths, by identity.
        params: The tensors that stand for the parameters; shared ones once, by their first name.
        frozen: The names of those that do not learn.
        each_operator: Whether every module opens up, also those that are known.
        tape: What hears of autograd, in training mode.
        is_on_meta: Whether the model runs where tensors have no values.
    """

    def __init__(  # noqa: PLR0913  what is recorded has these parts
        self,
        paths: Mapping[int, str],
        params: Mapping[str, Tensor],
        *,
        frozen: frozenset[str] = frozenset(),
        each_operator: bool = False,
        tape: Tape | None = None,
        is_on_meta: bool = True,
    ) -> None:
        super().__init__()
        self.tape = tape
        self.costs = Costs()
        self.scopes = Scopes(paths, each_operator=each_operator)
        self.provenance = Provenance(params)
        self.nodes: list[Node] = []
        self.problems: list[Problem] = []
        self.returned: tuple[str, type] | None = None
        self.failed: tuple[BaseException, Scope] | None = None
        self.refusal: Refusal | None = None
        self.own = Watch()
        self.has_complex = False
        self.values = Values(is_on_meta=is_on_meta)
        self._names: Counter[str] = Counter()
        self._sizes = {name: tensor.element_size() for name, tensor in params.items()}
        self._params = params
        self._frozen = frozen

    supports_higher_order_operators = True

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Return False, so that torch does not wrap each call of ours against its compiler."""
        return False

    def begin(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[str]:
        """Note what the model is given, and return the names of the tensors."""
        names = _input_names(args, kwargs)
        for name, tensor in zip(names, tensors_in((tuple(args), dict(kwargs))), strict=True):
            self.provenance.is_given(tensor, name)
            self._names[name] += 1
        return names

    def enter(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        """Note that a module begins to run."""
        if self.values.is_unseen:
            return
        with self.own:
            if self.tape is not None:
                self.tape.settle()
            self.scopes.enter(module, args, self.provenance)

    def leave(self, _: nn.Module, args: Any, *kwargs_and_out: Any) -> None:
        """Note that a module is done, and record it if it is one row.

        Where its forward pass has raised an exception, torch leaves out the keywords.
        """
        if self.values.is_unseen:
            return
        *named, out = kwargs_and_out
        with self.own:
            scope = self.scopes.leave()
            if self.tape is not None:
                self.tape.settle(scope.cost if scope.is_row else None)
        error = sys.exception() if out is None else None
        if error is not None:
            if self.failed is None or self.failed[0] is not error:  # the innermost comes first
                self.failed = error, scope
            return
        self.returned = scope.path, type(out)
        if scope.is_row:
            if taught := REGISTRY.modules.get(type(scope.module)):
                scope.macs, scope.uncounted = taught(scope.module, args, out), set()
            with self.own:
                self._row(scope, args, named[0] if named else {}, tensors_in(out))

    def _row(self, scope: Scope, args: Any, kwargs: Any, outputs: Sequence[Tensor]) -> None:
        """Record a module that is one row, and that has returned."""
        if not outputs:
            return
        is_changed = args is not scope.args and (
            [*map(id, tensors_in(args))] != [*map(id, tensors_in(scope.args))]
        )
        given = tensors_in((scope.args if is_changed else args, kwargs))  # its hooks are inside
        inputs = self.provenance.inputs(given)
        module = scope.module
        is_whole = is_childless(module)
        own = own_parameters(module).values() if is_whole else module.parameters()
        params = self.provenance.params([*tensors_in((args, kwargs)), *own])
        if scope.layer is None or is_changed:
            shape, examples = _split(outputs[0], scope.macs)
            layer: Layer = Observed(
                kind=type(scope.module).__name__,
                shape=shape,
                macs_seen=scope.macs // max(1, examples),
                uncounted=tuple(sorted(scope.uncounted)),
                is_unit=bool(params) and scope.macs > 0,
                reads=UNTOLD if scope.inner is None else scope.inner.reach(inputs, outputs[0]),
            )
            in_shape = _split(inputs[0], 0)[0] if inputs else ()
        else:
            assert scope.given is not None  # noqa: S101  there is a layer
            layer = scope.layer
            in_shape, examples = example_shape(scope.given, layer)
            stated = worked_out(layer, in_shape)
            shape = stated.out_shape
            self._hold_against(scope, layer, stated, examples, outputs[0])
        sources = self.provenance.sources(filter(_learns, given))
        node = self._node(scope.path, layer, inputs, in_shape, shape, examples, params)
        self._add(node, outputs)
        assert scope.row is not None  # noqa: S101  it is one
        scope.row.node = node.name
        self.costs.note(node.name, sources, scope.cost)

    def _hold_against(
        self, scope: Scope, layer: Layer, stated: Stated, examples: int, out: Tensor
    ) -> None:
        """Note what the forward pass contradicts of a known layer's formulas."""
        place = (f"module {scope.path!r} ({layer.kind})",)
        shape, macs = stated.out_shape, examples * stated.macs
        if tuple(out.shape)[-len(shape) :] != shape or out.numel() != examples * _count(shape):
            what = f"the formula gives {times(shape)}, torch gives {times(tuple(out.shape))}"
            self.problems.append(Problem(what, places=place))
        if macs != scope.macs and not scope.uncounted:
            what = f"the formula gives {macs:,} MACs, its operators {scope.macs:,}"
            self.problems.append(Problem(what, places=place))

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator, and record it."""
        kwargs, entry = kwargs or {}, REGISTRY.find(func)
        if is_higher_order(func):
            return run_higher_order(func, args, self, self.values)
        if not entry.is_counted and isinstance(func, OpOverload):
            with self:  # torch.inference_mode leaves operators whole that fall apart otherwise
                out = func.decompose(*args, **kwargs)
            if out is not NotImplemented:
                return out
        try:
            require_one_type(entry, args)
            if self.tape is not None:
                self.tape.before()
            out = self.values.call(func, args, kwargs)
        except Exception as error:
            self.refusal = Refusal(error, func, tuple(args))
            raise
        macs = entry.macs(args, out)
        self.has_complex |= bool(macs and entry.needs_one_type and tensors_in(out)[0].is_complex())
        try:
            self._record(func, entry, args, kwargs, out, macs)
        except Exception as error:
            self.own.met(error)
            raise
        return out

    def _record(  # noqa: PLR0913, PLR0917  a call has these parts
        self, func: Any, entry: Operator, args: Any, kwargs: Any, out: Any, macs: int | None
    ) -> None:
        """Record an operator: as a node, or as a part of the row inside of which it runs."""
        row, outputs = self.scopes.row, tensors_in(out)
        if self.tape is not None:
            cost = self.costs.waiting if row is None else row.cost
            self.tape.count(cost, entry, args, macs, self.provenance)
            self.tape.after(cost, outputs)
        given = tensors_in((args, kwargs))
        if row is None:
            self._call(func, entry, args, kwargs, given, outputs, macs)
            return
        if row.inner is not None:
            row.inner.record(func, args, kwargs, out)
        self._made(func, entry, given, outputs)
        row.macs += macs or 0
        if macs is None:
            row.uncounted.add(entry.name)

    def _made(
        self, func: Any, entry: Operator, given: Sequence[Tensor], outputs: Sequence[Tensor]
    ) -> None:
        """Note where the outputs of an operator come from, and what it has written into."""
        row = None if self.scopes.row is None else self.scopes.row.row
        changed = (*_wholes(func, outputs), *outputs)
        self.provenance.is_made(given, changed, row, is_fresh=entry.is_factory)

    def _call(  # noqa: PLR0913, PLR0917  likewise
        self,
        func: Any,
        entry: Operator,
        args: Any,
        kwargs: Any,
        given: Sequence[Tensor],
        outputs: Sequence[Tensor],
        macs: int | None,
    ) -> None:
        """Record an operator that runs outside of all modules that are one row."""
        if not outputs:
            return
        inputs = [] if entry.is_factory else self.provenance.inputs(given)
        params = self.provenance.params(given)
        sources = self.provenance.sources(filter(_learns, given))
        if not inputs and not macs:  # parameters and constants among themselves
            self._made(func, entry, given, outputs)
            return
        makers = {self.provenance.source(tensor) for tensor in inputs}
        wholes = _wholes(func, outputs)
        changed = [each for each in wholes if makers - {self.provenance.of(each).source}]
        outputs = [*changed, *outputs]
        same_shape = len(inputs) == 1 and inputs[0].shape == outputs[0].shape
        if same_shape and not params and entry.is_passing:
            self.provenance.is_same(outputs, inputs[0])
            return
        shape, examples = _split(outputs[0], macs or 0)
        layer = layer_of_call(Call.of(func, args, kwargs, inputs or outputs, outputs[0]), macs)
        if isinstance(layer, Observed):
            each = (macs or 0) // max(1, examples)
            layer = replace(
                layer,
                shape=shape,
                macs_seen=each,
                is_unit=bool(params) and each > 0,
                is_view=len(inputs) == 1 and (func.is_view or entry.is_passing),
            )
        is_join = len(inputs) > 1 and layer.has_formulas
        in_shape = shape if is_join else _split((inputs or outputs)[0], 0)[0]
        name = self.scopes.name(layer.kind)
        node = self._node(name, layer, inputs, in_shape, shape, examples, params, is_call=True)
        self._made(func, entry, given, outputs)
        self._add(node, outputs)
        self.costs.note(node.name, sources)

    def _node(  # noqa: PLR0913, PLR0917  what a node is made of
        self,
        name: str,
        layer: Layer,
        inputs: Sequence[Tensor],
        in_shape: Shape,
        shape: Shape,
        examples: int,
        params: frozenset[str],
        *,
        is_call: bool = False,
    ) -> Node:
        """Return a node under a name of its own. A parameter counts where it comes first."""
        self._names[name] += 1
        unique = name if self._names[name] == 1 else f"{name} ({self._names[name]})"
        claimed = self.provenance.claim(params)
        self.costs.claimed[unique] = {
            _own_name(tensor, name): self._params[tensor] for tensor in claimed
        }
        return Node(
            unique,
            layer,
            tuple(self.provenance.source(tensor) for tensor in inputs),
            in_shape,
            shape,
            examples=examples,
            params={_own_name(tensor, name): shape for tensor, shape in claimed.items()},
            is_call=is_call,
            frozen=frozenset(
                _own_name(tensor, name) for tensor in claimed if tensor in self._frozen
            ),
            param_sizes={
                _own_name(tensor, name): self._sizes[tensor]
                for tensor in claimed
                if self._sizes[tensor] != BYTES_PER_NUMBER
            },
        )

    def _add(self, node: Node, outputs: Sequence[Tensor]) -> None:
        if (size := outputs[0].element_size()) != BYTES_PER_NUMBER:
            node = replace(node, value_bytes=size)
        self.nodes.append(node)
        self.provenance.is_output(outputs, node.name)


@contextmanager
def recording(recorder: Recorder, *, reads: bool = False) -> Iterator[None]:
    """Let a recorder see every module and operator; nothing is left on any module.

    Args:
        recorder: The one.
        reads: Whether values are handed out too where no operator asks for them.
    """
    before = global_hooks.register_module_forward_pre_hook(recorder.enter)
    after = global_hooks.register_module_forward_hook(
        recorder.leave, with_kwargs=True, always_call=True
    )
    try:
        with ExitStack() as stack:
            stack.enter_context(uncompiled())
            stack.enter_context(recorder)
            if reads:
                stack.enter_context(Reader(recorder.values))
            yield
    finally:
        before.remove()
        after.remove()


def _wholes(func: Any, outputs: Sequence[Tensor]) -> list[Tensor]:
    """Return the tensors in a part of which an operator writes."""
    if not isinstance(func, OpOverload) or not schema(func).is_mutable:
        return []
    return [held for tensor in outputs if (held := whole(tensor)) is not None]


def _input_names(args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[str]:
    """Return names for the tensors that a model is given; receptive fields are in the first."""
    numbers = range(1, len(tensors_in(tuple(args))) + 1)
    names = [f"{INPUT} {number}" for number in numbers]
    for key, value in kwargs.items():
        tensors = tensors_in(value)
        names += [key] if len(tensors) == 1 else [f"{key} {n + 1}" for n in range(len(tensors))]
    return [INPUT, *names[1:]]


def _split(tensor: Tensor, macs: int) -> tuple[Shape, int]:
    """Return the shape behind the first axis, and that axis; all as one example if need be."""
    shape = tuple(tensor.shape)
    if not shape or (shape[0] and macs % shape[0]):
        return shape, 1
    return shape[1:], shape[0]


def _learns(tensor: Tensor) -> bool:
    """Return whether a gradient leads through a tensor: not where it was cut off or made whole."""
    return tensor.requires_grad


def _count(shape: Shape) -> int:
    return torch.Size(shape).numel()


def _own_name(tensor: str, path: str) -> str:
    """Return a parameter's name without the path of the module that has it."""
    return tensor.removeprefix(f"{path}.")
