"""Any torch module as a graph: one forward pass, every operator and every known module recorded.

The pass runs on the meta device, where nothing is allocated and composite operators fall apart into
the products that they are, so that attention or an LSTM counts the same however it is written. The
model takes part with stand-ins for its parameters and buffers, and is left exactly as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from archstat.errors import ArchstatError, DeviceError, Stopped, TraceError, UsageError, shown
from archstat.graph import ForwardError, Graph, Node
from archstat.layers.base import Shape
from archstat.layers.opaque import Observed
from archstat.models.inputs import InputSpec, reading, require_call
from archstat.models.question import FILLINGS, ZEROS, Loaded, Question
from archstat.models.torch.apart import set_apart
from archstat.models.torch.asking import asked_inputs, usual_ones_named
from archstat.models.torch.examples import (
    CPU,
    CallInputs,
    example_inputs,
    filled_inputs,
    given_on,
)
from archstat.models.torch.failures.diagnosis import Failure, explained
from archstat.models.torch.failures.users_code import held_back
from archstat.models.torch.keras import without_seeds
from archstat.models.torch.loading.construction import parameters_on_meta
from archstat.models.torch.memory import require_memory
from archstat.models.torch.module import find_device
from archstat.models.torch.private import (
    every_module,
    held_buffers,
    held_parameters,
    held_tensors,
    pre_hooks,
)
from archstat.models.torch.recording.contents import held_by
from archstat.models.torch.recording.recorder import Recorder, recording
from archstat.models.torch.recording.scopes import Scope
from archstat.models.torch.recording.tape import Tape
from archstat.models.torch.recording.tensors import tensors_in, tensors_returned
from archstat.models.torch.remarks import (
    modules_by_path,
    remarks,
    values_asked,
    values_read,
)
from archstat.models.torch.running import run_untouched, standins_of
from archstat.models.torch.source import Source
from archstat.models.torch.wrapped import materialized, unwrapped


def trace_source(  # noqa: PLR0913  a question has these parts
    source: Source,
    inputs: Sequence[InputSpec],
    *,
    batch_size: int,
    device_name: str,
    each_operator: bool = False,
    train: bool = False,
    values: str = "",
    recorder: type[Recorder] = Recorder,
) -> tuple[Graph, str]:
    """Return the graph of a PyTorch model, and the device of the forward pass.

    The pass runs on meta, unless a device is asked for; there, it is known what inputs, buffers and
    constants hold. A model whose forward pass depends on what parameters hold is traced on the
    CPU; the graph has a note that says so.

    Raises:
        UsageError: It needs to be told its input.
        TraceError: The forward pass fails, or contradicts a formula.
        DeviceError: There is no such device.
    """
    stated = asked_inputs(source, inputs, lambda specs: _runs(source, specs))
    first = next((tensor for given in stated for tensor in given.tensors()), stated[0])
    shape, filled = first.shape, values or ZEROS
    if filled not in FILLINGS:
        what = f"must be one of {', '.join(FILLINGS)}, got {shown(filled)}"
        raise UsageError(what).within("values")

    def run(model: nn.Module, device: torch.device, *, reads: bool = False) -> Graph:
        return trace(
            model,
            filled_inputs(source, stated, batch_size, device, filled),
            name=source.name,
            shape=shape,
            each_operator=each_operator,
            train=train,
            reads=reads,
            recorder=recorder,
        )

    with usual_ones_named(source, inputs):
        graph, traced_on = _on_a_device_that_can(source, device_name, run)
    return replace(graph, notes=(*graph.notes, *reading(inputs, stated))), traced_on


def _runs(source: Source, inputs: Sequence[InputSpec]) -> bool:
    """Return whether a model runs with some inputs, on meta."""
    args, kwargs = example_inputs(source, inputs, 1, torch.device("meta"))
    with held_back() as printed:
        try:
            trace(source.model, CallInputs(args, kwargs), name=source.name, shape=inputs[0].shape)
        except ForwardError as error:
            return error.needs_values is not None
        except ArchstatError:
            return False
        finally:
            printed.truncate(0)
            printed.seek(0)
    return True


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
    source = Source(name, unwrapped(model))
    tensors = tensors_in((tuple(examples), dict(named_examples)))
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
            values=question.values,
        )
        return Loaded(graph, device, question.batch_size)
    return trace_examples(source, question, examples, named_examples)


def trace_examples(
    source: Source, question: Question, examples: Sequence[Any], named_examples: Mapping[str, Any]
) -> Loaded:
    """Return the graph of a model for example inputs, which must hold a tensor.

    Raises:
        UsageError: The question states another batch.
        TraceError: The forward pass fails, or contradicts a formula.
        DeviceError: There is no such device.
    """
    tensors = tensors_in((tuple(examples), dict(named_examples)))
    shape = tuple(tensors[0].shape)
    size = shape[0] if shape else 1
    if question.batch_size not in {1, size}:
        raise UsageError(
            f"the examples are a batch of {size}, and batch_size says {question.batch_size}",
            hint="leave batch_size out: it is that of the examples",
        )

    def run(model: nn.Module, device: torch.device, *, reads: bool = False) -> Graph:
        return trace(
            model,
            given_on(device, examples, named_examples, words="those of the examples"),
            name=source.name,
            shape=shape[1:],
            each_operator=question.each_operator,
            train=question.train,
            reads=reads,
        )

    graph, device = _on_a_device_that_can(source, question.device, run)
    return Loaded(graph, device, size)


def _on_a_device_that_can(
    source: Source, device_name: str, run: Callable[..., Graph]
) -> tuple[Graph, str]:
    """Return what `run` gives on the device asked for, or on meta; on the CPU if meta cannot."""
    device = torch.device("meta") if device_name == "none" else find_device(device_name)
    if device.type != "meta":
        graph = run(source.model if source.make is None else source.make(), device)
        return graph, str(device)
    with held_back() as printed:
        try:
            return run(source.model, device), "meta"
        except ForwardError as error:
            if error.needs_values is None:
                raise
            notes = [f"traced on cpu with values: {error.needs_values}"]
            notes += [f"what meta has not is asked for in {error.asked_in}"] * bool(error.asked_in)
        printed.truncate(0)  # it is printed again
        printed.seek(0)
        broken: list[ArchstatError] = []
        try:
            return run(_with_buffers(source), device, reads=True), "meta"
        except ForwardError as again:
            broken += [again] if again.needs_values is None else []
        except ArchstatError:  # as it is told of the CPU, if it fails there
            pass
        printed.truncate(0)
        printed.seek(0)
    try:
        require_memory(source.model, source.name, "; ".join(notes))
    except DeviceError as error:
        raise next(iter(broken), error) from None
    graph = run(source.model if source.make is None else source.make(), CPU, reads=True)
    return replace(graph, notes=(*graph.notes, *notes)), "cpu"


def _with_buffers(source: Source) -> nn.Module:
    """Return a model whose buffers have values, where it can be made once more."""
    if source.make is None or not any(buffer.is_meta for buffer in source.model.buffers()):
        return source.model
    with parameters_on_meta():
        return source.make()


def trace(  # noqa: PLR0913  a question has these parts
    model: nn.Module,
    given: CallInputs,
    *,
    name: str,
    shape: Shape,
    each_operator: bool = False,
    train: bool = False,
    reads: bool = False,
    recorder: type[Recorder] = Recorder,
) -> Graph:
    """Return the graph of a model for these inputs, traced on the device that they are on.

    To train it, it is traced in training mode, with what its backward pass costs. On meta, values
    that are known are handed out to operators, and if it `reads`, wherever torch is asked for some.

    Raises:
        ForwardError: The forward pass fails; the error has the graph up to there.
        TraceError: The forward pass contradicts a formula.
    """
    whole = materialized(model, given.args, given.kwargs)
    inputs = tensors_in((tuple(given.args), dict(given.kwargs)))
    modules = every_module(whole)
    standins = standins_of(held_tensors(modules.values()), inputs[0].device, learn=train)
    with set_apart(whole, standins) as own:
        return _trace(
            own,
            given,
            inputs,
            whole=modules,
            standins=standins,
            name=name,
            shape=shape,
            each_operator=each_operator,
            train=train,
            reads=reads,
            recorder_class=recorder,
        )


def _trace(  # noqa: PLR0913  likewise
    model: nn.Module,
    given: CallInputs,
    inputs: Sequence[Tensor],
    *,
    whole: Mapping[str, nn.Module],
    standins: Mapping[int, Tensor],
    name: str,
    shape: Shape,
    each_operator: bool,
    train: bool,
    reads: bool,
    recorder_class: type[Recorder],
) -> Graph:
    args, kwargs = given.args, given.kwargs
    if not pre_hooks(model):  # which may change what forward is given
        hint, instead = "state them in its order, or by name", {"input": "mask=bool:16"}
        target = model.forward
        require_call(target, args, kwargs, name=f"{name}: forward", hint=hint, instead=instead)
    learned = without_seeds(held_parameters(whole))
    params = {key: standins[id(tensor)] for key, tensor in learned.items() if not is_lazy(tensor)}
    named = modules_by_path(model)
    modules = {path: type(module).__name__ for path, module in named.items()}
    paths = {id(module): path for path, module in named.items()}
    tape = Tape(standins.values()) if train else None
    is_on_meta = inputs[0].is_meta
    frozen = frozenset(key for key, tensor in learned.items() if not tensor.requires_grad)
    recorder = recorder_class(
        paths, params, frozen=frozen, each_operator=each_operator, tape=tape, is_on_meta=is_on_meta
    )
    names = recorder.begin(args, kwargs)
    for tensor, make in (*given.known, *held_by(held_buffers(whole).values(), standins)):
        recorder.values.know_how(tensor, make)
    others = zip(names[1:], inputs[1:], strict=True)
    more_inputs = {other: tuple(tensor.shape[1:]) for other, tensor in others}
    empty = Graph(name, shape, (), modules=modules, more_inputs=more_inputs)
    try:
        watcher = recording(recorder, reads=reads)
        out = run_untouched(
            model,
            args,
            kwargs,
            watcher=watcher,
            autograd=None if tape is None else tape.keeping(recorder.provenance),
        )
    except (KeyboardInterrupt, Stopped):
        raise
    except BaseException as error:
        recorder.own.require_none()
        asked = tuple(values_asked(recorder.values, given.words))
        graph = replace(empty, nodes=tuple(recorder.nodes), notes=asked)
        raise explained(_failure(error, recorder, graph, model, inputs[0].device)) from error
    recorder.own.require_none()
    if recorder.problems:
        raise TraceError.of(recorder.problems)
    nodes = (*recorder.nodes, *_idle(whole[""], recorder.provenance.unclaimed))
    if train:
        ends = [tensor for tensor in tensors_returned(out) if tensor.requires_grad]
        nodes = tuple(recorder.costs.trained(nodes, ends, recorder.provenance))
    graph = replace(empty, nodes=nodes)
    batch_size = inputs[0].shape[0] if inputs[0].dim() else 1
    values = recorder.values
    is_complex = recorder.has_complex or any(map(Tensor.is_complex, learned.values()))
    notes = remarks(model, graph, out, batch_size, is_complex=is_complex)
    return replace(graph, notes=(*notes, *values_read(model, values, given.words)))


def _failure(
    error: BaseException, recorder: Recorder, graph: Graph, model: nn.Module, device: torch.device
) -> Failure:
    """Return what was seen of a forward pass that failed."""
    scope = Scope("", model)
    if isinstance(error, RecursionError):  # which ends anywhere
        pass
    elif recorder.failed is not None and recorder.failed[0] is error:
        scope = recorder.failed[1]
    elif recorder.scopes.running:  # torch does not tell where a forward pass exits
        scope = recorder.scopes.running[-1]
    refusal = recorder.refusal
    return Failure(
        error,
        graph,
        model,
        recorder.scopes.paths.get(id(scope.module), scope.path),
        scope.module,
        scope.args,
        device,
        recorder.provenance.name_of,
        recorder.returned,
        refusal if refusal is not None and refusal.error is error else None,
    )


def _idle(model: nn.Module, unclaimed: Mapping[str, Shape]) -> Iterator[Node]:
    """Yield a node for each module whose parameters the forward pass never read."""
    by_path: dict[str, dict[str, Shape]] = {}
    for tensor, shape in unclaimed.items():
        path, _, name = tensor.rpartition(".")
        by_path.setdefault(path, {})[name] = shape
    for path, params in by_path.items():
        layer = Observed(kind=type(model.get_submodule(path)).__name__, shape=())
        name = f"{path} (not called)" if path else "parameters (not read)"
        own = dict(model.get_submodule(path).named_parameters(recurse=False))
        sizes = {name: own[name].element_size() for name in params if name in own}
        frozen = frozenset(name for name in params if name in own and not own[name].requires_grad)
        yield Node(
            name,
            layer,
            (),
            (),
            (),
            examples=0,
            params=params,
            frozen=frozen,
            param_sizes=sizes,
        )
