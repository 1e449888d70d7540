"""Any torch module as a graph: one forward pass, every operator and every known module recorded.

The pass runs on the meta device, where nothing is allocated and composite operators fall apart into
the products that they are, so that attention or an LSTM counts the same however it is written. The
model takes part with stand-ins for its parameters and buffers, and is left exactly as it was.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.nn.modules import module as global_hooks
from torch.nn.parameter import is_lazy
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

from archstat.errors import Problem, TraceError, UsageError
from archstat.graph import INPUT, ForwardError, Graph, Node, Training
from archstat.layers import Layer
from archstat.layers.base import Shape, times
from archstat.layers.opaque import UNTOLD, Observed
from archstat.models.inputs import InputSpec, reading, require_call
from archstat.models.question import Loaded, Question
from archstat.models.torch.apart import Copier, set_apart
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.failures.diagnosis import Failure, Refusal, explained
from archstat.models.torch.failures.users_code import held_back
from archstat.models.torch.inner import Inner
from archstat.models.torch.kept import process_kept
from archstat.models.torch.known import (
    example_shape,
    is_leaf,
    is_taught,
    layer_of,
    layer_of_call,
    single_tensor,
)
from archstat.models.torch.meta import Answers, require_one_type
from archstat.models.torch.module import find_device
from archstat.models.torch.operators.call import Call
from archstat.models.torch.operators.registry import REGISTRY
from archstat.models.torch.own import Watch
from archstat.models.torch.remarks import hidden_modules, remarks
from archstat.models.torch.source import Source
from archstat.models.torch.tape import Cost, Tape
from archstat.models.torch.wrapped import materialized, unwrapped


@dataclass
class Scope:
    """A module that is running.

    Attributes:
        args: What it was called with, by place.
        given: The tensor that it was called with, if that was all.
        layer: The kind that it is, if it is one of the known ones.
        is_row: Whether it is one row, so that what runs inside is only added up.
        is_inside: Whether it runs inside of such a module.
        inner: What runs inside of such a module, if no formula is known for it.
        cost: What its backward pass costs, if it is one row.
    """

    path: str
    module: nn.Module
    args: tuple[Any, ...] = ()
    given: Tensor | None = None
    layer: Layer | None = None
    is_row: bool = False
    is_inside: bool = False
    inner: Inner | None = None
    macs: int = 0
    uncounted: set[str] = field(default_factory=set)
    cost: Cost = field(default_factory=Cost)


class Recorder(TorchDispatchMode):
    """Records modules and operators as nodes while a model runs.

    Args:
        paths: The modules' paths, by identity.
        params: The tensors that stand for the parameters; shared ones once, by their first name.
        each_operator: Whether every module opens up, also those that are known.
        tape: What hears of autograd, in training mode.
    """

    def __init__(
        self,
        paths: Mapping[int, str],
        params: Mapping[str, Tensor],
        *,
        each_operator: bool = False,
        tape: Tape | None = None,
    ) -> None:
        super().__init__()
        self.each_operator = each_operator
        self.tape = tape
        self.costs: dict[str, Cost] = {}
        self.leads_to: dict[str, set[str]] = {}
        self.next_cost = (
            Cost()
        )  # of the next operator that is a row, and of those before that are none
        self.paths = paths
        self.nodes: list[Node] = []
        self.problems: list[Problem] = []
        self.scopes: list[Scope] = []
        self.returned: tuple[str, type] | None = None
        self.failed: tuple[BaseException, Scope] | None = None
        self.refusal: Refusal | None = None
        self.own = Watch()
        self.answers = Answers()
        self.names: Counter[str] = Counter()
        self.unclaimed: dict[str, Shape] = {}
        self.producers = WeakTensorKeyDictionary()
        self.frozen = {
            name for name, tensor in params.items() if tape is not None and not tensor.requires_grad
        }
        self.data = WeakTensorKeyDictionary()  # what depends on the network's input
        self.origins = WeakTensorKeyDictionary()
        for name, tensor in params.items():
            self.origins[tensor] = frozenset({name})
            self.unclaimed[name] = tuple(tensor.shape)

    def begin(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[str]:
        """Note what the model is given, and return the names of the tensors."""
        names = _input_names(args, kwargs)
        for name, tensor in zip(names, _tensors((tuple(args), dict(kwargs))), strict=True):
            self.producers[tensor] = name
            self.data[tensor] = True
            self.names[name] += 1
        return names

    def enter(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        """Note that a module begins to run."""
        with self.own.guarding():
            self._enter(module, args)

    def leave(self, _: nn.Module, args: Any, *kwargs_and_out: Any) -> None:
        """Note that a module is done, and record it if it is one row."""
        with self.own.guarding():
            self._leave(args, *kwargs_and_out)

    def _enter(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        if self.tape is not None:
            self.tape.settle()
        outer = self.scopes[-1] if self.scopes else None
        scope = Scope(self.paths.get(id(module)) or type(module).__name__, module, args)
        scope.is_inside = outer is not None and (outer.is_row or outer.is_inside)
        if not scope.is_inside:
            given = single_tensor(args)
            if given is not None:
                scope.given = given
                opens = self.each_operator or is_taught(module)
                scope.layer = None if opens else layer_of(module, given)
            is_leaf_here = is_taught(module) if self.each_operator else is_leaf(module)
            scope.is_row = scope.layer is not None or is_leaf_here
            hooks = module._forward_pre_hooks  # noqa: SLF001  which may change what it is given
            if is_leaf_here and (scope.layer is None or hooks):
                scope.inner = Inner(self.producers, self.data)
        self.scopes.append(scope)

    def _leave(self, args: Any, *kwargs_and_out: Any) -> None:
        """Record a module if it is one row.

        Where its forward pass has raised an exception, torch leaves out the keywords.
        """
        *named, out = kwargs_and_out
        kwargs = named[0] if named else {}
        scope = self.scopes.pop()
        if self.tape is not None:
            self.tape.settle(scope.cost if scope.is_row else None)
        error = sys.exception() if out is None else None
        if error is not None:
            if self.failed is None or self.failed[0] is not error:  # the innermost comes first
                self.failed = error, scope
            return
        self.returned = scope.path, type(out)
        outputs = _tensors(out)
        if not scope.is_row or not outputs:
            return
        if taught := REGISTRY.modules.get(type(scope.module)):
            scope.macs, scope.uncounted = taught(scope.module, args, out), set()
        is_changed = [*map(id, _tensors(args))] != [*map(id, _tensors(scope.args))]
        given = (scope.args if is_changed else args, kwargs)  # what its own hooks did is inside
        inputs = self._data(given)
        tensors = self._parameters((args, kwargs, [*scope.module.parameters()]))
        if scope.layer is None or is_changed:
            shape, examples = _split(outputs[0], scope.macs)
            layer: Layer = Observed(
                kind=type(scope.module).__name__,
                shape=shape,
                macs_seen=scope.macs // max(1, examples),
                uncounted=tuple(sorted(scope.uncounted)),
                is_unit=bool(tensors) and scope.macs > 0,
                reads=UNTOLD if scope.inner is None else scope.inner.reach(inputs, outputs[0]),
            )
            in_shape = _split(inputs[0], 0)[0] if inputs else ()
        else:
            assert scope.given is not None  # noqa: S101  there is a layer
            layer = scope.layer
            in_shape, examples = example_shape(scope.given, layer)
            shape = layer.out_shape(in_shape)
            self._hold_against(scope, in_shape, examples, outputs[0])
        sources = self._sources(given)
        name = self._add(scope.path, layer, inputs, in_shape, shape, examples, tensors, outputs)
        self.costs[name], self.leads_to[name] = scope.cost, sources

    def _hold_against(self, scope: Scope, in_shape: Shape, examples: int, out: Tensor) -> None:
        """Note what the forward pass contradicts of a known layer's formulas."""
        layer = scope.layer
        assert layer is not None  # noqa: S101  the caller has looked
        place = (f"module {scope.path!r} ({layer.kind})",)
        shape, macs = layer.out_shape(in_shape), examples * layer.macs(in_shape)
        if tuple(out.shape)[-len(shape) :] != shape or out.numel() != examples * _count(shape):
            what = f"the formula gives {times(shape)}, torch gives {times(tuple(out.shape))}"
            self.problems.append(Problem(what, places=place))
        if macs != scope.macs and not scope.uncounted:
            what = f"the formula gives {macs:,} MACs, its operators {scope.macs:,}"
            self.problems.append(Problem(what, places=place))

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator, and record it."""
        kwargs, entry = kwargs or {}, REGISTRY.find(func)
        if not entry.is_counted and isinstance(func, OpOverload):
            with self:  # torch.inference_mode leaves operators whole that fall apart otherwise
                out = func.decompose(*args, **kwargs)
            if out is not NotImplemented:
                return out
        try:
            require_one_type(entry, args)
            if self.tape is not None:
                self.tape.before()
            out = self.answers.call(func, args, kwargs)
        except Exception as error:
            self.refusal = Refusal(error, func, tuple(args))
            raise
        with self.own.guarding():
            self._record(func, args, kwargs, out)
        return out

    def _record(self, func: Any, args: Any, kwargs: Any, out: Any) -> None:
        entry = REGISTRY.find(func)
        macs = entry.macs(args, out)
        row = next((scope for scope in reversed(self.scopes) if scope.is_row), None)
        if self.tape is not None:
            cost = self.next_cost if row is None else row.cost
            self.tape.count(cost, entry, args, macs, self.data)
            self.tape.after(cost, _tensors(out))
        if not entry.is_factory and any(tensor in self.data for tensor in _tensors((args, kwargs))):
            for tensor in (*self._wholes(func, out), *_tensors(out)):
                self.data[tensor] = True
        if row is None:
            self._call(func, args, kwargs, out, macs)
            return
        row.macs += macs or 0
        if row.inner is not None:
            row.inner.record(func, args, kwargs, out)
        if macs is None:
            row.uncounted.add(entry.name)

    def _call(self, func: Any, args: Any, kwargs: Any, out: Any, macs: int | None) -> None:
        """Record an operator that runs outside of all modules that are one row."""
        inputs, outputs = self._data((args, kwargs)), _tensors(out)
        entry = REGISTRY.find(func)
        if entry.is_factory:
            inputs = []
        tensors = self._parameters((args, kwargs))
        if not outputs:
            return
        if not inputs and not macs:  # parameters and constants among themselves
            for tensor in outputs:
                self.origins[tensor] = tensors
            return
        outputs = [*self._changed(func, inputs, outputs[0]), *outputs]
        same_shape = len(inputs) == 1 and inputs[0].shape == outputs[0].shape
        if same_shape and not tensors and entry.is_passing:
            for tensor in outputs:
                self.producers[tensor] = self.producers[inputs[0]]
            return
        shape, examples = _split(outputs[0], macs or 0)
        seen = Call.of(func, args, kwargs, inputs or outputs, outputs[0])
        layer = layer_of_call(seen, macs)
        if isinstance(layer, Observed):
            each = (macs or 0) // max(1, examples)
            layer = replace(
                layer,
                shape=shape,
                macs_seen=each,
                is_unit=bool(tensors) and each > 0,
                is_view=len(inputs) == 1 and (func.is_view or entry.is_passing),
            )
        is_join = len(inputs) > 1 and not isinstance(layer, Observed)
        in_shape = shape if is_join else _split((inputs or outputs)[0], 0)[0]
        path = self.paths.get(id(self.scopes[-1].module), "") if self.scopes else ""
        name = f"{path}.{layer.kind}" if path else layer.kind
        sources = self._sources((args, kwargs))
        name = self._add(
            name, layer, inputs, in_shape, shape, examples, tensors, outputs, is_call=True
        )
        self.costs[name], self.leads_to[name] = self.next_cost, sources
        self.next_cost = Cost()

    def _sources(self, values: Any) -> set[str]:
        """Return the nodes that made tensors, to which gradients lead."""
        known = [tensor for tensor in _tensors(values) if tensor in self.producers]
        return {self.producers[tensor] for tensor in known}

    def _parameters(self, values: Any) -> frozenset[str]:
        """Return the parameters from which tensors come that no node has made."""
        origins = (self.origins.get(tensor, frozenset()) for tensor in _tensors(values))
        return frozenset[str]().union(*origins)

    @staticmethod
    def _wholes(func: Any, out: Any) -> list[Tensor]:
        """Return the tensors in a part of which an operator writes."""
        if not func._schema.is_mutable:  # noqa: SLF001  torch's
            return []
        return [whole for tensor in _tensors(out) if (whole := tensor._base) is not None]  # noqa: SLF001

    def _changed(self, func: Any, inputs: Sequence[Tensor], out: Tensor) -> list[Tensor]:
        """Return the tensor in a part of which an operator has written what it did not hold."""
        return [
            whole
            for whole in self._wholes(func, out)
            if any(self.producers[tensor] != self.producers.get(whole) for tensor in inputs)
        ]

    def _add(  # noqa: PLR0913, PLR0917  what a node is made of
        self,
        name: str,
        layer: Layer,
        inputs: Sequence[Tensor],
        in_shape: Shape,
        shape: Shape,
        examples: int,
        tensors: frozenset[str],
        outputs: Sequence[Tensor],
        *,
        is_call: bool = False,
    ) -> str:
        """Add a node under a name of its own, and note whose outputs these are.

        A parameter counts where it comes first.
        """
        self.names[name] += 1
        unique = name if self.names[name] == 1 else f"{name} ({self.names[name]})"
        claimed = [tensor for tensor in sorted(tensors) if tensor in self.unclaimed]
        params = {_own_name(tensor, name): self.unclaimed.pop(tensor) for tensor in claimed}
        frozen = frozenset(_own_name(tensor, name) for tensor in claimed if tensor in self.frozen)
        sources = tuple(self.producers[tensor] for tensor in inputs)
        self.nodes.append(
            Node(
                unique,
                layer,
                sources,
                in_shape,
                shape,
                examples=examples,
                params=params,
                is_call=is_call,
                frozen=frozen,
            )
        )
        for tensor in outputs:
            self.producers[tensor] = unique
        return unique

    def name_of(self, tensor: Tensor) -> str | None:
        """Return the node that made a tensor, or the parameter that it is."""
        names = self.origins.get(tensor, frozenset())
        own = next(iter(names)) if len(names) == 1 else None
        return self.producers.get(tensor, own)

    def _data(self, values: Any) -> list[Tensor]:
        """Return the tensors that come from the network's input, or else those of other nodes."""
        known = [tensor for tensor in _tensors(values) if tensor in self.producers]
        return [tensor for tensor in known if tensor in self.data] or known


def _tensors(values: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(values) if isinstance(leaf, Tensor)]


def _split(tensor: Tensor, macs: int) -> tuple[Shape, int]:
    """Return the shape behind the first axis, and that axis; all as one example if need be."""
    shape = tuple(tensor.shape)
    if not shape or (shape[0] and macs % shape[0]):
        return shape, 1
    return shape[1:], shape[0]


def _count(shape: Shape) -> int:
    return torch.Size(shape).numel()


def _own_name(tensor: str, path: str) -> str:
    """Return a parameter's name without the path of the module that has it."""
    return tensor.removeprefix(f"{path}.")


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Let a recorder see every module and operator; nothing is left on any module."""
    before = global_hooks.register_module_forward_pre_hook(recorder.enter)
    after = global_hooks.register_module_forward_hook(
        recorder.leave, with_kwargs=True, always_call=True
    )
    try:
        with recorder:
            yield
    finally:
        before.remove()
        after.remove()


def run_untouched(  # noqa: PLR0913  a run has these parts
    model: nn.Module,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    standins: Mapping[str, Tensor],
    watcher: AbstractContextManager[Any],
    autograd: AbstractContextManager[Any] | None = None,
) -> Any:
    """Run a model while something watches, and leave it exactly as it was.

    It runs in evaluation mode, and without autograd unless something hears of that: then it runs
    as in training.

    Attention's fused path is off meanwhile: it runs, on some devices and in some modes, as one
    operator that tells nothing. What the model prints goes to stderr; warnings would be about zeros
    and about meta, not about the model.
    """
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with (
            process_kept(_random_devices(standins)),
            torch.set_grad_enabled(autograd is not None),
            in_mode(model, training=autograd is not None),
            autograd or nullcontext(),
            warnings.catch_warnings(action="ignore"),
            redirect_stdout(sys.stderr),
            watcher,
        ):
            return torch.func.functional_call(model, dict(standins), tuple(args), dict(kwargs))
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)


def _random_devices(standins: Mapping[str, Tensor]) -> list[torch.device]:
    """Return the devices on which dropout may draw, beside the CPU."""
    return [*{tensor.device for tensor in standins.values() if tensor.is_cuda}]


@contextmanager
def in_mode(model: nn.Module, *, training: bool) -> Iterator[None]:
    """Put a model into training or evaluation mode, and every module back into its own."""
    modes = [(module, module.training) for module in model.modules()]
    for module, _ in modes:  # `train` is a method that an author may make mean something else
        module.training = training
    try:
        yield
    finally:
        for module, before in modes:
            module.training = before


def trace_source(  # noqa: PLR0913  a question has these parts
    source: Source,
    inputs: Sequence[InputSpec],
    *,
    batch_size: int,
    device_name: str,
    each_operator: bool = False,
    train: bool = False,
) -> tuple[Graph, str]:
    """Return the graph of a PyTorch model, and the device of the forward pass.

    The pass runs on meta, unless a device is asked for. A model whose forward pass depends on
    values is traced on the CPU, with zeros; the graph has a note that says so.

    Raises:
        UsageError: It needs to be told its input.
        TraceError: The forward pass fails, or contradicts a formula.
        DeviceError: There is no such device.
    """
    stated = stated_inputs(source, inputs)
    shape = stated[0].shape

    def run(model: nn.Module, device: torch.device) -> Graph:
        args, kwargs = example_inputs(source, stated, batch_size, device)
        name = source.name
        return trace(
            model, args, kwargs, name=name, shape=shape, each_operator=each_operator, train=train
        )

    graph, traced_on = _on_a_device_that_can(source, device_name, run)
    return replace(graph, notes=(*graph.notes, *reading(inputs, stated))), traced_on


def trace_module(
    model: nn.Module,
    question: Question,
    examples: Sequence[Any],
    named_examples: Mapping[str, Any],
) -> Loaded:
    """Return the graph of a model that is there already, for an input's shape or for examples.

    Raises:
        UsageError: Neither is given, or both.
        TraceError: The forward pass fails, or contradicts a formula.
        DeviceError: There is no such device.
    """
    name = type(model).__name__
    source = Source(name, unwrapped(model, name))
    tensors = _tensors((tuple(examples), dict(named_examples)))
    if bool(question.inputs) == bool(tensors):
        raise UsageError(
            "a model needs either the shape of its input or example tensors",
            hint="write analyze(model, (3, 224, 224)) or analyze(model, inputs=(images, labels))",
        )
    if not tensors:
        graph, device = trace_source(
            source,
            question.inputs,
            batch_size=question.batch_size,
            device_name=question.device,
            each_operator=question.each_operator,
            train=question.train,
        )
        return Loaded(graph, device, question.batch_size)
    shape = tuple(tensors[0].shape)

    def run(model: nn.Module, device: torch.device) -> Graph:
        def moved(tensor: Tensor) -> Tensor:
            return tensor.detach().to(device, copy=True)

        args, kwargs = Copier(moved).copy((tuple(examples), dict(named_examples)))
        return trace(
            model,
            args,
            kwargs,
            name=source.name,
            shape=shape[1:],
            each_operator=question.each_operator,
            train=question.train,
        )

    graph, device = _on_a_device_that_can(source, question.device, run)
    return Loaded(graph, device, shape[0] if shape else 1)


def _on_a_device_that_can(
    source: Source, device_name: str, run: Callable[[nn.Module, torch.device], Graph]
) -> tuple[Graph, str]:
    """Return what `run` gives on the device asked for, or on meta; on the CPU if meta cannot."""
    device = torch.device("meta") if device_name == "none" else find_device(device_name)
    if device.type == "meta":
        with held_back() as printed:
            try:
                return run(source.model, device), "meta"
            except ForwardError as error:
                if error.needs_values is None:
                    raise
                note = f"traced on cpu with zeros: {error.needs_values}"
            printed.truncate(0)  # it is printed again
        graph = run(source.model if source.make is None else source.make(), torch.device("cpu"))
        return replace(graph, notes=(*graph.notes, note)), "cpu"
    graph = run(source.model if source.make is None else source.make(), device)
    return graph, str(device)


def trace(  # noqa: PLR0913  a question has these parts
    model: nn.Module,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    name: str,
    shape: Shape,
    each_operator: bool = False,
    train: bool = False,
) -> Graph:
    """Return the graph of a model for these inputs, traced on the device that they are on.

    To train it, it is traced in training mode, with what its backward pass costs.

    Raises:
        ForwardError: The forward pass fails; the error has the graph up to there.
        TraceError: The forward pass contradicts a formula.
    """
    with set_apart(materialized(model, args, kwargs)) as own:
        return _trace(
            own, args, kwargs, name=name, shape=shape, each_operator=each_operator, train=train
        )


def _trace(  # noqa: PLR0913  likewise
    model: nn.Module,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    name: str,
    shape: Shape,
    each_operator: bool,
    train: bool,
) -> Graph:
    if not model._forward_pre_hooks:  # noqa: SLF001  which may change what forward is given
        hint, instead = "state them in its order, or by name", {"input": "mask=bool:16"}
        target = model.forward
        require_call(target, args, kwargs, name=f"{name}: forward", hint=hint, instead=instead)
    inputs = _tensors((tuple(args), dict(kwargs)))
    standins = standins_of(model, inputs[0].device, learn=train)
    own = {tensor_name for tensor_name, _ in model.named_parameters()}
    params = {tensor_name: tensor for tensor_name, tensor in standins.items() if tensor_name in own}
    named = [*hidden_modules(model), *model.named_modules()]
    modules = {path: type(module).__name__ for path, module in named}
    paths = {id(module): path for path, module in named}
    tape = Tape(standins.values()) if train else None
    recorder = Recorder(paths, params, each_operator=each_operator, tape=tape)
    names = recorder.begin(args, kwargs)
    others = zip(names[1:], inputs[1:], strict=True)
    more_inputs = {other: tuple(tensor.shape[1:]) for other, tensor in others}
    empty = Graph(name, shape, (), modules=modules, more_inputs=more_inputs)
    try:
        watcher = recording(recorder)
        out = run_untouched(
            model,
            args,
            kwargs,
            standins=standins,
            watcher=watcher,
            autograd=None if tape is None else tape.keeping(),
        )
    except (Exception, SystemExit) as error:
        recorder.own.require_none()
        graph = replace(empty, nodes=tuple(recorder.nodes))
        raise explained(_failure(error, recorder, graph, model, inputs[0].device)) from error
    recorder.own.require_none()
    if recorder.problems:
        raise TraceError.of(recorder.problems)
    nodes = (*recorder.nodes, *_idle(model, recorder))
    if train:
        nodes = tuple(_trained(nodes, recorder, out))
    graph = replace(empty, nodes=nodes)
    batch_size = inputs[0].shape[0] if inputs[0].dim() else 1
    return replace(graph, notes=tuple(remarks(model, graph, out, batch_size)))


def _input_names(args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[str]:
    """Return names for the tensors that a model is given; receptive fields are in the first."""
    numbers = range(1, len(_tensors(tuple(args))) + 1)
    names = [f"{INPUT} {number}" for number in numbers]
    for key, value in kwargs.items():
        tensors = _tensors(value)
        names += [key] if len(tensors) == 1 else [f"{key} {n + 1}" for n in range(len(tensors))]
    return [INPUT, *names[1:]]


def _failure(
    error: BaseException, recorder: Recorder, graph: Graph, model: nn.Module, device: torch.device
) -> Failure:
    """Return what was seen of a forward pass that failed."""
    scope = Scope("", model)
    if isinstance(error, RecursionError):  # which ends anywhere
        pass
    elif recorder.failed is not None and recorder.failed[0] is error:
        scope = recorder.failed[1]
    elif recorder.scopes:  # torch does not tell where a forward pass exits
        scope = recorder.scopes[-1]
    refusal = recorder.refusal
    return Failure(
        error,
        graph,
        model,
        recorder.paths.get(id(scope.module), scope.path),
        scope.module,
        scope.args,
        device,
        recorder.name_of,
        recorder.returned,
        refusal if refusal is not None and refusal.error is error else None,
    )


def standins_of(
    model: nn.Module, device: torch.device, *, learn: bool = False
) -> dict[str, Tensor]:
    """Return a tensor for each parameter and buffer; a shared one is one, under all its names.

    Where they are to learn, those do that would learn in the model.
    On meta they hold nothing. On a device they are copies, and zeros where the model has no values.
    """
    standins: dict[int, Tensor] = {}

    def standin(tensor: Tensor) -> Tensor:
        if device.type == "meta" or tensor.device.type == "meta":
            made = torch.zeros_like(tensor, device=device)
        else:
            made = tensor.detach().to(device, copy=True)
        return made.requires_grad_(learn and tensor.requires_grad)

    named = [*model.named_parameters(remove_duplicate=False)]
    named += [*model.named_buffers(remove_duplicate=False)]
    return {
        name: standins.setdefault(id(tensor), standin(tensor))
        for name, tensor in named
        if not is_lazy(tensor)
    }


def _idle(model: nn.Module, recorder: Recorder) -> Iterator[Node]:
    """Yield a node for each module whose parameters the forward pass never read."""
    by_path: dict[str, dict[str, Shape]] = {}
    for tensor, shape in recorder.unclaimed.items():
        path, _, name = tensor.rpartition(".")
        by_path.setdefault(path, {})[name] = shape
    for path, params in by_path.items():
        layer = Observed(kind=type(model.get_submodule(path)).__name__, shape=())
        name = f"{path} (not called)" if path else "parameters (not read)"
        yield Node(name, layer, (), (), (), examples=0, params=params)


def _trained(nodes: Sequence[Node], recorder: Recorder, out: Any) -> Iterator[Node]:
    """Yield nodes with what their backward pass costs: nothing where no output depends on them."""
    outputs = [tensor for tensor in _tensors(out) if tensor.requires_grad]
    reached = {recorder.producers.get(tensor) for tensor in outputs}
    for node in reversed(nodes):
        if node.name in reached:
            reached |= recorder.leads_to.get(node.name, set())
    for node in nodes:
        if node.name in reached:
            yield replace(node, training=recorder.costs[node.name].training())
        else:
            yield replace(node, training=Training(), frozen=frozenset(node.param_shapes))
