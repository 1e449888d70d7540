"""Records what a model does in a forward pass, as the nodes of a graph.

A module whose class is known is one node; inside of any other, every operator is recorded under the
module's path.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from math import prod
from typing import Any

from torch import Tensor, nn
from torch.nn.modules import module as global_hooks

from archstat.errors import Problem
from archstat.graph import BYTES_PER_NUMBER, Node
from archstat.layers import Layer
from archstat.layers.base import Shape, times
from archstat.layers.opaque import UNTOLD, Observed
from archstat.models.torch.failures.diagnosis import Refusal
from archstat.models.torch.known import KnownLayer, layer_of_call, observed
from archstat.models.torch.operators.call import Call
from archstat.models.torch.operators.entry import Operator
from archstat.models.torch.operators.registry import REGISTRY
from archstat.models.torch.private import (
    TorchDispatchMode,
    is_childless,
    own_parameters,
    uncompiled,
    whole,
)
from archstat.models.torch.recording.facts import OperatorFacts, facts_of
from archstat.models.torch.recording.higher import run_higher_order
from archstat.models.torch.recording.meta import require_one_type
from archstat.models.torch.recording.own import Watch
from archstat.models.torch.recording.provenance import NONE, ModuleRow, Provenance
from archstat.models.torch.recording.reader import Reader
from archstat.models.torch.recording.scopes import Scope, Scopes
from archstat.models.torch.recording.tape import Costs, Tape
from archstat.models.torch.recording.tensors import input_names, split, tensors_in
from archstat.models.torch.recording.values import Values, require_shapes


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
        self.scopes = Scopes(paths, each_operator=each_operator, is_training=tape is not None)
        self.provenance = Provenance(params)
        self.nodes: list[Node] = []
        self.problems: list[Problem] = []
        self.returned: tuple[str, type] | None = None
        self.failed: tuple[BaseException, Scope] | None = None
        self.refusal: Refusal | None = None
        self.own = Watch()
        self.has_complex = False
        self.values = Values(is_on_meta=is_on_meta)
        self._names: dict[str, int] = {}
        self._params = params
        sizes = {name: tensor.element_size() for name, tensor in params.items()}
        self._sizes = {name: size for name, size in sizes.items() if size != BYTES_PER_NUMBER}
        self._frozen = frozen

    supports_higher_order_operators = True

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Return False, so that torch does not wrap each call of ours against its compiler."""
        return False

    def begin(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[str]:
        """Note what the model is given, and return the names of the tensors."""
        names = input_names(args, kwargs)
        for name, tensor in zip(names, tensors_in((tuple(args), dict(kwargs))), strict=True):
            self.provenance.is_given(tensor, name)
            self._names[name] = self._names.get(name, 0) + 1
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
                self.tape.settle(scope.cost)
        error = sys.exception() if out is None else None
        if error is not None:
            if self.failed is None or self.failed[0] is not error:  # the innermost comes first
                self.failed = error, scope
            return
        self.returned = scope.path, type(out)
        if scope.row is None:
            return
        if taught := REGISTRY.modules.get(type(scope.module)):
            scope.macs, scope.uncounted = taught(scope.module, args, out), NONE
        with self.own:
            outputs = [out] if type(out) is Tensor else tensors_in(out)
            self._row(scope, scope.row, args, named[0] if named else {}, outputs)

    def _row(
        self, scope: Scope, row: ModuleRow, args: Any, kwargs: Any, outputs: Sequence[Tensor]
    ) -> None:
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
        passed = tensors_in((args, kwargs)) if is_changed else given
        params = self.provenance.params([*passed, *own])
        layer: Layer
        stated = None
        if scope.known is None or is_changed:
            shape, examples = split(outputs[0], scope.macs)
            layer = Observed(
                kind=type(module).__name__,
                shape=shape,
                macs_seen=scope.macs // max(1, examples),
                uncounted=tuple(sorted(scope.uncounted)),
                is_unit=bool(params) and scope.macs > 0,
                reads=UNTOLD if scope.inner is None else scope.inner.reach(inputs, outputs[0]),
            )
            in_shape = split(inputs[0], 0)[0] if inputs else ()
        else:
            layer, in_shape, examples, stated = scope.known
            shape = stated.out_shape
            self._hold_against(scope, scope.known, outputs[0])
        sources = self._sources(given)
        node = self._node(scope.path, layer, inputs, in_shape, shape, examples, params)
        if stated is not None:
            node = node.knowing(stated.macs, stated.neurons)
        self._add(node, outputs)
        row.node = node.name
        if scope.cost is not None:
            self.costs.note(node.name, sources, scope.cost)

    def _hold_against(self, scope: Scope, known: KnownLayer, out: Tensor) -> None:
        """Note what the forward pass contradicts of a known layer's formulas."""
        shape, macs = known.stated.out_shape, known.examples * known.stated.macs
        given = tuple(out.shape)
        if given[-len(shape) :] != shape or prod(given) != known.examples * prod(shape):
            what = f"the formula gives {times(shape)}, torch gives {times(given)}"
            self.problems.append(Problem(what, places=(_place(scope, known.layer),)))
        if macs != scope.macs and not scope.uncounted:
            what = f"the formula gives {macs:,} MACs, its operators {scope.macs:,}"
            self.problems.append(Problem(what, places=(_place(scope, known.layer),)))

    def _sources(self, given: Sequence[Tensor]) -> set[str]:
        """Return the nodes to which gradients lead; not where they were cut off, or made whole."""
        if self.tape is None:
            return set()
        return self.provenance.sources([tensor for tensor in given if tensor.requires_grad])

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator, and record it."""
        kwargs, told, entry = kwargs or {}, facts_of(func), REGISTRY.find(func)
        if told.is_higher_order:
            return run_higher_order(func, args, self, self.values)
        if told.is_overload and not entry.is_counted:
            with self:  # torch.inference_mode leaves operators whole that fall apart otherwise
                out = func.decompose(*args, **kwargs)
            if out is not NotImplemented:
                return out
        given = tensors_in((args, kwargs) if kwargs else args)
        try:
            if entry.needs_one_type:
                require_one_type(args)
            if self.tape is not None:
                self.tape.before()
            out = self.values.call(told, entry, args, kwargs, given)
            outputs = [out] if type(out) is Tensor else tensors_in(out)
            require_shapes(outputs)
        except Exception as error:
            self.refusal = Refusal(error, func, tuple(args))
            raise
        macs = entry.macs(args, out)
        if macs and entry.needs_one_type and outputs[0].is_complex():
            self.has_complex = True
        try:
            self._record(told, entry, args, kwargs, given, outputs, macs)
        except Exception as error:
            self.own.met(error)
            raise
        return out

    def _record(  # noqa: PLR0913, PLR0917  a call has these parts
        self,
        told: OperatorFacts,
        entry: Operator,
        args: Any,
        kwargs: Any,
        given: Sequence[Tensor],
        outputs: Sequence[Tensor],
        macs: int | None,
    ) -> None:
        """Record an operator: as a node, or as a part of the row inside of which it runs."""
        row = self.scopes.row
        if self.tape is not None:
            cost = self.costs.waiting if row is None or row.cost is None else row.cost
            self.tape.count(cost, entry, args, macs)
            self.tape.after(cost, outputs)
        if row is None:
            self._call(told, entry, args, kwargs, given, outputs, macs)
            return
        if row.inner is not None:
            row.inner.record(told.operator, entry, args, kwargs, given, outputs)
        self._made(told, entry, given, outputs)
        if macs is None:
            row.uncounted |= {entry.name}
        else:
            row.macs += macs

    def _made(
        self,
        told: OperatorFacts,
        entry: Operator,
        given: Sequence[Tensor],
        outputs: Sequence[Tensor],
    ) -> None:
        """Note where the outputs of an operator come from, and what it has written into."""
        row = None if self.scopes.row is None else self.scopes.row.row
        changed = (*_wholes(outputs), *outputs) if told.written else outputs
        self.provenance.is_made(given, changed, row, is_fresh=entry.is_factory)

    def _call(  # noqa: PLR0913, PLR0917  likewise
        self,
        told: OperatorFacts,
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
        provenance = self.provenance
        inputs = [] if entry.is_factory else provenance.inputs(given)
        if not inputs and not macs:  # parameters and constants among themselves
            self._made(told, entry, given, outputs)
            return
        params, sources = provenance.params(given), self._sources(given)
        if told.written and (wholes := _wholes(outputs)):
            makers = {provenance.source(tensor) for tensor in inputs}
            outputs = [
                *(each for each in wholes if makers - {provenance.of(each).source}),
                *outputs,
            ]
        first = outputs[0]
        if entry.is_passing and not params and len(inputs) == 1 and inputs[0].shape == first.shape:
            provenance.is_same(outputs, inputs[0])
            return
        shape, examples = split(first, macs or 0)
        call = Call.of(told.operator, args, kwargs, inputs or outputs, first)
        layer = layer_of_call(call, entry)
        if layer is None:
            layer = observed(
                call,
                entry,
                macs,
                shape=shape,
                examples=examples,
                is_unit=bool(params),
                is_view=len(inputs) == 1 and (told.is_view or entry.is_passing),
            )
        is_join = len(inputs) > 1 and layer.has_formulas
        in_shape = shape if is_join else split((inputs or outputs)[0], 0)[0]
        name = self.scopes.name(layer.kind)
        node = self._node(name, layer, inputs, in_shape, shape, examples, params, is_call=True)
        self._made(told, entry, given, outputs)
        self._add(node, outputs)
        if self.tape is not None:
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
        self._names[name] = count = self._names.get(name, 0) + 1
        unique = name if count == 1 else f"{name} ({count})"
        claimed = self.provenance.claim(params) if params else {}
        names = {tensor: _own_name(tensor, name) for tensor in claimed}
        if self.tape is not None:
            own = {names[tensor]: self._params[tensor] for tensor in claimed}
            self.costs.claimed[unique] = own
        return Node(
            unique,
            layer,
            tuple([self.provenance.source(tensor) for tensor in inputs]),
            in_shape,
            shape,
            examples,
            {names[tensor]: size for tensor, size in claimed.items()},
            is_call,
            frozenset([own for tensor, own in names.items() if tensor in self._frozen]),
            None,
            BYTES_PER_NUMBER,
            {own: self._sizes[tensor] for tensor, own in names.items() if tensor in self._sizes},
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


def _wholes(outputs: Sequence[Tensor]) -> list[Tensor]:
    """Return the tensors in a part of which an operator writes that returns this."""
    return [held for tensor in outputs if (held := whole(tensor)) is not None]


def _place(scope: Scope, layer: Layer) -> str:
    """Return the words by which messages name a module."""
    return f"module {scope.path!r} ({layer.kind})"


def _own_name(tensor: str, path: str) -> str:
    """Return a parameter's name without the path of the module that has it."""
    return tensor.removeprefix(f"{path}.")
