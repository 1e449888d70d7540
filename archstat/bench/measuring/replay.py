"""Each layer of a model apart from the others, on what it is given in a pass, ready to be timed.

A pass with hooks records what every row of the model's table is given: copies of the inputs, as a
layer may change them in place, all kept at once. The hooks are gone when layers are timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from archstat.bench.case import BYTES, Case
from archstat.bench.layer_rounds import RoundPlan, Timed
from archstat.bench.measuring.subject import Models, captured, device_of, what_went_wrong
from archstat.bench.plan import Plan
from archstat.bench.protocol import Station, Subject
from archstat.bench.record import LayerTimes
from archstat.bench.work import Work
from archstat.devices import Device, is_out_of_memory
from archstat.devices.device import COMPILE, FLOAT32, GRAPH, Call
from archstat.graph import INPUT, Graph
from archstat.models.question import Question
from archstat.models.torch.module import GraphModule, graph_of, node_output
from archstat.models.torch.private import tree_leaves, tree_map_only
from archstat.models.torch.recording.recorder import Recorder, recording
from archstat.models.torch.running import run_untouched

UNROLLED = 16
"""Calls of a layer in one CUDA graph, so that launching it takes no part of their time."""

CACHES = 2
"""Of a device, that are read through to have nothing of them left."""


@dataclass(frozen=True)
class Replay:
    """A layer with what it is given in a pass.

    Attributes:
        kind: What kind of layer it is.
        given: The tensors among that, which lie in a cache when the layer begins if they fit.
    """

    kind: str
    step: Call
    given: Sequence[Tensor]


class Capture(Recorder):
    """Records what each row is given, to run it again.

    Attributes:
        replays: The rows by their names.
    """

    def __init__(
        self, paths: Mapping[int, str], params: Mapping[str, Tensor], *, each_operator: bool
    ) -> None:
        super().__init__(paths, params, each_operator=each_operator)
        self.replays: dict[str, Replay] = {}
        self._is_copying = False
        self._given: list[Any] = []

    def enter(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        """Note that a module begins to run, and copy what it is given if it is one row."""
        super().enter(module, args)
        self._given.append(self._copied(args) if self.scopes.running[-1].is_row else None)

    def leave(self, module: nn.Module, args: Any, *kwargs_and_out: Any) -> None:
        """Note that a module is done, and how it is run again if it is one row."""
        before, given = len(self.nodes), self._given.pop()
        super().leave(module, args, *kwargs_and_out)
        if len(self.nodes) > before:
            kwargs = self._copied(kwargs_and_out[0])
            self._keep(module, given, kwargs)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator, and record how it is run again if it is a row."""
        kwargs = kwargs or {}
        if self._is_copying:
            return func(*args, **kwargs)
        if self.scopes.row is not None:
            return super().__torch_dispatch__(func, types, args, kwargs)
        before, given = len(self.nodes), self._copied((args, kwargs))
        out = super().__torch_dispatch__(func, types, args, kwargs)
        if len(self.nodes) > before and not self.nodes[-1].is_view:
            self._keep(func, *given)
        return out

    def _keep(self, call: Callable[..., object], args: Any, kwargs: Any) -> None:
        node = self.nodes[-1]
        step = partial(call, *args, **kwargs)
        self.replays[node.name] = Replay(node.layer.kind, step, _data((args, kwargs)))

    def _copied(self, values: Any) -> Any:
        """Return values with copies of the tensors that come from the model's input."""

        def copy(tensor: Tensor) -> Tensor:
            return tensor.clone() if tensor in self.provenance else tensor

        self._is_copying = True
        try:
            return tree_map_only(Tensor, copy, values)
        finally:
            self._is_copying = False


def _data(values: Any) -> list[Tensor]:
    return [
        leaf
        for leaf in tree_leaves(values)
        if isinstance(leaf, Tensor) and not isinstance(leaf, nn.Parameter) and leaf.numel()
    ]


def replays(case: Case, models: Models, question: Question) -> dict[str, Replay]:
    """Return the layers of a case's model by their names in the table, in the order of a pass.

    Raises:
        ArchstatError: There is no such model, or it cannot run like this.
    """
    module, (args, kwargs) = models.module(case)
    with device_of(case).computing_in(case.dtype):
        graph = graph_of(module)
        if graph is not None and isinstance(module, GraphModule):
            return _of_graph(graph, module, args[0])
        return _of_module(module, args, kwargs, each_operator=question.each_operator)


def _of_graph(graph: Graph, module: GraphModule, x: Tensor) -> dict[str, Replay]:
    values, found = {INPUT: x}, {}
    with torch.inference_mode():
        for node in graph.nodes:
            inputs = [values[name] for name in node.inputs]
            values[node.name] = node_output(node, module, inputs)
            step = partial(node_output, node, module, inputs)
            found[node.name] = Replay(node.layer.kind, step, inputs)
    return found


def _of_module(
    module: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any], *, each_operator: bool
) -> dict[str, Replay]:
    paths = {id(each): path for path, each in module.named_modules()}
    capture = Capture(paths, dict(module.named_parameters()), each_operator=each_operator)
    capture.begin(args, kwargs)
    run_untouched(module, args, kwargs, watcher=recording(capture))
    return capture.replays


class TimedLayer:
    """A layer, timed by the host's clock with nothing else on the device."""

    def __init__(self, replay: Replay, case: Case) -> None:
        self._replay = replay
        self._dtype = case.dtype
        self._device = device_of(case)

    def __call__(self) -> int:
        """Return the nanoseconds of a call on inputs that were just read."""
        clock, step, wait = time.perf_counter_ns, self._replay.step, self._device.wait
        with torch.inference_mode(), self._device.computing_in(self._dtype):
            _read(self._replay.given)
            wait()
            start = clock()
            step()
            wait()
            return clock() - start


class QueuedLayer:
    """A layer, timed by the device's own clock, in a graph where it can be captured.

    Between two calls, what it is given is read, and before that as much of other memory as the
    rest of a pass goes through: so it finds in the cache what it would find there. What that takes
    is measured by itself, and taken off.
    """

    def __init__(self, replay: Replay, case: Case, others: Tensor) -> None:
        def between() -> None:
            _read((others, *replay.given))

        def both() -> None:
            between()
            replay.step()

        self._device, self._case = device_of(case), case
        self._both, self._between = (self._queued(run) for run in (both, between))

    def _queued(self, run: Call) -> Call:
        def unrolled() -> None:
            with torch.inference_mode():
                for _ in range(UNROLLED):
                    run()

        if GRAPH not in self._device.modes:
            return unrolled
        try:
            return captured(unrolled, self._case)
        except RuntimeError as error:
            if is_out_of_memory(error, torch):
                raise
            return unrolled

    def __call__(self) -> int:
        """Return the device's nanoseconds of a call."""
        with self._device.computing_in(self._case.dtype):
            both_ns = self._device.elapsed_ns(self._both)
            between_ns = self._device.elapsed_ns(self._between)
        return max(0, both_ns - between_ns) // UNROLLED


def _read(tensors: Sequence[Tensor]) -> None:
    """Read what there is, so that it lies in a cache as if it had just been written."""
    for tensor in tensors:
        tensor.sum()


def timed_layers(
    found: Mapping[str, Replay], case: Case, work: Work
) -> Iterator[tuple[str, Timed | str]]:
    """Yield each layer with its name; in its place, why it cannot run by itself."""
    moved = {layer.name: layer.numbers * BYTES[case.dtype] for layer in work.layers}
    whole = sum(moved.values())
    device = device_of(case)
    others = _others(whole, device)
    for name, replay in found.items():
        try:
            if device.has_clock:
                rest = others[: (whole - moved.get(name, 0)) // others.itemsize]
                timed: Timed = QueuedLayer(replay, case, rest)
            else:
                timed = TimedLayer(replay, case)
            timed()
        except Exception as error:
            if is_out_of_memory(error, torch):
                raise
            yield name, what_went_wrong(error)  # an operator may need what only a pass has
        else:
            yield name, timed


def _others(moved: int, device: Device) -> Tensor:
    """Return as much memory as a pass goes through, but no more than has an effect."""
    count = min(moved, CACHES * device.cache_bytes) // BYTES[FLOAT32]
    return torch.ones(count, device=device.torch_device)


def layer_line(
    plan: Plan, number: int, models: Models, station: Station
) -> tuple[LayerTimes, RoundPlan]:
    """Return the layers of a case, ready to be timed, and a record for their times.

    Raises:
        ArchstatError: There is no such model, or it cannot run like this.
    """
    case = plan.cases[number]
    found = replays(case, models, plan.question)
    made = dict(timed_layers(found, case, plan.works[number]))
    layers = {name: timed for name, timed in made.items() if not isinstance(timed, str)}
    failures = {name: why for name, why in made.items() if isinstance(why, str)}
    whole = timed_whole(case, models, station.subject)
    kinds = tuple(found[name].kind for name in layers)
    empty = LayerTimes(plan.process, tuple(layers), kinds, failures=failures)
    return empty, RoundPlan(whole, list(layers.values()), station.compute, station.memory)


def timed_whole(case: Case, models: Models, subject: Subject) -> Timed:
    """Return a pass as it compares with its layers: by the same clock, in a graph like them."""
    device = device_of(case)
    if not device.has_clock:
        return lambda: subject.calls(1)[0]
    if case.mode != COMPILE and GRAPH in device.modes:
        with suppress(RuntimeError):
            graph = captured(models.step(case), case)
            return lambda: device.elapsed_ns(lambda: _repeat(graph)) // UNROLLED
    return lambda: _queued_ns(subject)


def _repeat(run: Call) -> None:
    for _ in range(UNROLLED):
        run()


def _queued_ns(subject: Subject) -> int:
    _, device_ns = subject.queue(UNROLLED) or (0, None)
    return (device_ns or 0) // UNROLLED
