"""A model with its inputs on a device, ready to be called and timed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from itertools import cycle
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from archstat.bench.case import Case
from archstat.devices import find, is_out_of_memory
from archstat.devices.device import COMPILE, FLOAT32, GRAPH, TF32, Call, Device
from archstat.errors import ArchstatError
from archstat.models.argument import find_model
from archstat.models.inputs import InputSpec
from archstat.models.question import Question
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.private import compiler_settings, tree_leaves, tree_map_only
from archstat.models.torch.source import Source

INPUTS = 3
"""Batches that take turns, so that none lies in a cache because it was there a moment ago."""

IMAGE_AXES = 4

NO_MEMORY = "does not fit in memory"

MOST_WORDS = 200  # of what a model says when it fails

MOST_VERSIONS = 1 << 16
"""Of a function, for different shapes and types, that are compiled in a process."""

LEARNING_RATE = 1e-4  # small: what is measured is a step, not where it leads
MOMENTUM = 0.9


class TimedModel:
    """Calls of a model, timed as the protocol asks: one by one, and in a row."""

    def __init__(self, case: Case, source: Source, steps: Sequence[Call]) -> None:
        self._source = source
        self._dtype = case.dtype
        self._device = device_of(case)
        self._steps = cycle(steps)
        self.spent_ns = 0

    def calls(self, count: int) -> tuple[int, ...]:
        """Return the nanoseconds of each of some calls, waiting for each."""
        clock, wait, steps = time.perf_counter_ns, self._device.wait, self._steps
        times = []
        with self._source.at_home(), self._device.computing_in(self._dtype):
            wait()
            for _ in range(count):
                step = next(steps)
                start = clock()
                step()
                wait()
                times.append(clock() - start)
        self.spent_ns += sum(times)
        return tuple(times)

    def queue(self, count: int) -> tuple[int, int | None] | None:
        """Return the nanoseconds of calls in a row, and by the device's own clock, if any."""
        device = self._device
        if not device.queues:
            return None
        with self._source.at_home(), device.computing_in(self._dtype):
            device.wait()
            start = time.perf_counter_ns()
            self._run(count)
            device.wait()
            host_ns = time.perf_counter_ns() - start
            device_ns = device.elapsed_ns(lambda: self._run(count)) if device.has_clock else None
        self.spent_ns += host_ns + (device_ns or 0)
        return host_ns, device_ns

    def _run(self, count: int) -> None:
        for _ in range(count):
            next(self._steps)()


class Models:
    """The models of a run, each made once for each way in which it is needed."""

    def __init__(self, question: Question, *, seed: int) -> None:
        self._question = question
        self._seed = seed
        self._sources: dict[str, tuple[Source, Sequence[InputSpec]]] = {}
        self._made: dict[Case, nn.Module] = {}

    def subject(self, case: Case) -> TimedModel:
        """Return what is timed in a case.

        Raises:
            ArchstatError: There is no such model, or it cannot run like this.
        """
        torch.manual_seed(self._seed)
        module, batches, source = self._model(case), self._batches(case), self.source(case)
        if case.optimizer:
            return TimedModel(case, source, training_steps(module, batches, case.optimizer))
        module.eval()
        if case.mode == COMPILE:
            _compile(module)
        steps = [_pass(module, args, kwargs) for args, kwargs in batches]
        if case.mode == GRAPH:
            with source.at_home():
                steps = [captured(steps[0], case)]
        return TimedModel(case, source, steps)

    def module(self, case: Case) -> tuple[nn.Module, tuple[Any, Mapping[str, Any]]]:
        """Return a case's model in evaluation mode, with a batch for it."""
        torch.manual_seed(self._seed)
        return self._model(case).eval(), self._batches(case)[0]

    def step(self, case: Case) -> Call:
        """Return a pass in evaluation mode."""
        module, (args, kwargs) = self.module(case)
        return _pass(module, args, kwargs)

    def source(self, case: Case) -> Source:
        """Return where a case's model comes from."""
        return self._source(case.model)[0]

    def _model(self, case: Case) -> nn.Module:
        """Return a case's model; the same for all batches, unless it changes."""
        if case.optimizer or case.mode == COMPILE:
            return self._new(case)
        key = replace(case, batch_size=0, mode="")
        if key not in self._made:
            self._made[key] = self._new(case)
        return self._made[key]

    def _new(self, case: Case) -> nn.Module:
        source, _ = self._source(case.model)
        module = deepcopy(source.model) if source.make is None else source.make()
        module = module.to(device_of(case).torch_device).to(type_of(case.dtype))
        return module.to(memory_format=torch.channels_last) if case.channels_last else module

    def _batches(self, case: Case) -> list[tuple[Sequence[Any], Mapping[str, Any]]]:
        source, stated = self._source(case.model)
        count = 1 if case.mode == GRAPH else INPUTS
        device = device_of(case).torch_device
        made = [example_inputs(source, stated, case.batch_size, device) for _ in range(count)]
        filled: list[tuple[Sequence[Any], Mapping[str, Any]]] = tree_map_only(
            Tensor, lambda tensor: _filled(tensor, case), made
        )
        return filled

    def _source(self, model: str) -> tuple[Source, Sequence[InputSpec]]:
        if model not in self._sources:
            source = find_model(model).module(self._question)
            self._sources[model] = source, stated_inputs(source, self._question.inputs)
        return self._sources[model]


def _compile(module: nn.Module) -> None:
    """Compile a module for the very shapes that it is given.

    torch.compile would take a second batch size for a hint to let it vary, and run a ninth version
    of a function uncompiled without a word.
    """
    config = compiler_settings()
    config.cache_size_limit = config.accumulated_cache_size_limit = MOST_VERSIONS
    module.compile(dynamic=False)


def _filled(tensor: Tensor, case: Case) -> Tensor:
    """Return a batch of normal values: zeros are faster on some devices, and nobody's input."""
    if not tensor.is_floating_point():
        return tensor
    tensor = tensor.normal_().to(type_of(case.dtype))
    if case.channels_last and tensor.dim() == IMAGE_AXES:
        return tensor.contiguous(memory_format=torch.channels_last)
    return tensor


def _pass(module: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Call:
    def run() -> object:
        with torch.inference_mode():
            return module(*args, **kwargs)

    return run


def captured(step: Call, case: Case) -> Call:
    """Return what replays a call as a graph of the device."""
    device = device_of(case)
    with device.computing_in(case.dtype):
        return device.captured(step)


def device_of(case: Case) -> Device:
    """Return the device of a case.

    Raises:
        DeviceError: This machine has none of its name.
    """
    return find(case.device, torch, measured=True)


def what_went_wrong(error: Exception) -> str:
    """Return in words why something cannot be measured."""
    if isinstance(error, ArchstatError):
        return str(error)
    if is_out_of_memory(error, torch):
        return NO_MEMORY
    words = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return "".join(letter if letter.isprintable() else "?" for letter in words[:MOST_WORDS])


def type_of(dtype: str) -> torch.dtype:
    """Return torch's type of the numbers in memory."""
    found: torch.dtype = getattr(torch, FLOAT32 if dtype == TF32 else dtype)
    return found


def training_steps(
    module: nn.Module, batches: Sequence[tuple[Sequence[Any], Mapping[str, Any]]], optimizer: str
) -> list[Call]:
    """Return a step for each batch: forward pass, loss, backward pass, and the optimizer's."""
    module.train()
    params = [parameter for parameter in module.parameters() if parameter.requires_grad]
    made: torch.optim.Optimizer = (
        torch.optim.Adam(params, lr=LEARNING_RATE)
        if optimizer == "adam"
        else torch.optim.SGD(params, lr=LEARNING_RATE, momentum=MOMENTUM)
    )

    def step_on(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Call:
        def step() -> None:
            made.zero_grad(set_to_none=True)
            loss_of(module(*args, **kwargs)).backward()
            made.step()

        return step

    return [step_on(args, kwargs) for args, kwargs in batches]


def loss_of(out: Any) -> Tensor:
    """Return the cross-entropy of scores of classes against the first class, or else a mean."""
    scores = next(leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor))
    if scores.dim() == 2:  # noqa: PLR2004  a row of scores for each example
        return functional.cross_entropy(scores, scores.new_zeros(len(scores), dtype=torch.long))
    return scores.float().square().mean()
