"""A process that measures: it is told what through a pipe, and answers line by line.

Fresh processes are part of the protocol: how one lies in memory, and when it runs, is drawn anew.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from random import Random
from typing import TypeAlias

import torch

from archstat.bench.asking import CPU
from archstat.bench.case import BYTES
from archstat.bench.environment import environment
from archstat.bench.layer_rounds import layer_rounds
from archstat.bench.measuring.probes import Probes, Surroundings
from archstat.bench.measuring.replay import layer_line
from archstat.bench.measuring.subject import NO_MEMORY, Models, TimedModel, what_went_wrong
from archstat.bench.meters import meter_of
from archstat.bench.plan import (
    Done,
    Event,
    Failed,
    Fits,
    LayersTaken,
    Plan,
    Ready,
    Search,
    Surrounding,
    Survey,
    Taken,
)
from archstat.bench.protocol import (
    SECOND,
    Meter,
    Rules,
    Station,
    calls_of_a_sample,
    measure,
    warm_up,
)
from archstat.bench.record import LayerTimes
from archstat.devices import find, is_out_of_memory
from archstat.devices.device import COMPILE

Tell: TypeAlias = Callable[[Event], None]

GB = 1e9

COMPILING_NS = 10 * SECOND
"""As long a warm-up may take where the first calls compile."""


def run(plan: Plan, tell: Tell) -> None:
    """Measure all that a plan asks, and tell what comes of it as it comes."""
    start = time.perf_counter()
    models = Models(plan.question, seed=plan.seed)
    subjects = dict(_prepared(plan, models, tell))
    probes = Probes(plan.rules.probe_rounds)
    for ceiling in probes.ceilings(_needed(plan, subjects)):
        tell(ceiling)
    stations = {
        number: Station(
            subject,
            calls,
            probes.beside(plan.cases[number].surroundings, 0),
            probes.beside(plan.cases[number].surroundings, plan.set_bytes(number)),
        )
        for number, (subject, calls) in subjects.items()
    }
    meter = meter_of(find(plan.device, torch, measured=True).gauge())
    if stations:
        measure(
            stations,
            plan.rules,
            meter,
            now_ns=time.perf_counter_ns,
            random=Random(f"{plan.seed} {plan.process}"),  # noqa: S311  an order is no secret
            took=lambda number, sample: tell(Taken(number, sample)),
        )
    model_ns = sum(subject.spent_ns for subject, _ in subjects.values())
    tell(_done(start, model_ns, probes.spent_ns))
    if not plan.layers:
        return
    start, before_ns, rounds_ns = time.perf_counter(), probes.spent_ns, 0
    for number, station in stations.items():
        times = _layer_times(plan, number, models, station, meter)
        rounds_ns += times.rounds[-1].at_ns if times.rounds else 0  # when the last one began
        tell(LayersTaken(number, times))
    probes_ns = probes.spent_ns - before_ns
    tell(_done(start, max(0, rounds_ns - probes_ns), probes_ns))


def _done(start: float, model_ns: int, probes_ns: int) -> Done:
    """Return what the time since `start` was spent on."""
    spent = {"model": model_ns / SECOND, "probes": probes_ns / SECOND}
    return Done({"all": time.perf_counter() - start, **spent})


def _layer_times(
    plan: Plan, number: int, models: Models, station: Station, meter: Meter
) -> LayerTimes:
    """Return the times of a case's layers, or why there are none."""
    if plan.cases[number].optimizer:
        return LayerTimes(plan.process, failure="layers are those of a forward pass")
    random = Random(f"{plan.seed} {plan.process} {number}")  # noqa: S311  an order is no secret
    try:
        with models.source(plan.cases[number]).at_home():
            empty, line = layer_line(plan, number, models, station)
            now_ns = time.perf_counter_ns
            rounds = layer_rounds(line, plan.rules, meter, now_ns=now_ns, random=random)
            return replace(empty, rounds=tuple(rounds))
    except Exception as error:  # noqa: BLE001  a user's model may raise anything
        return LayerTimes(plan.process, failure=what_went_wrong(error))


def _prepared(
    plan: Plan, models: Models, tell: Tell
) -> Iterator[tuple[int, tuple[TimedModel, int]]]:
    """Yield each case that is warm, with how many calls make a sample of it."""
    device = find(plan.device, torch, measured=True)
    for number, case in plan.cases.items():
        compiles = case.mode == COMPILE
        rules = replace(plan.rules, most_warm_ns=COMPILING_NS) if compiles else plan.rules
        least, free = plan.works[number].held * BYTES[case.dtype], device.free_bytes()
        if free is not None and least > free:
            words = f"{NO_MEMORY}: it needs {least / GB:.1f} GB at least, {free / GB:.1f} are free"
            tell(Failed(number, words))
            continue
        try:
            subject = models.subject(case)
            warm = warm_up(subject, rules)
        except Exception as error:  # noqa: BLE001  a user's model may raise anything
            tell(Failed(number, what_went_wrong(error)))
        else:
            tell(Ready(number, warm.calls, warm.ns, warm.call_ns))
            yield number, (subject, calls_of_a_sample(warm.call_ns, rules))


def search(asked: Search, tell: Tell) -> None:
    """Double the batch until it does not fit or takes too long, then close in on what fits."""
    models, device = Models(asked.question, seed=asked.seed), find(asked.device, torch)
    fits, fails, size = 0, 0, 1
    while fits < size < (fails or size + 1):
        free = device.free_bytes()
        try:
            if device.kind == CPU and free is not None and _peak_bytes() > free:
                raise MemoryError  # noqa: TRY301  the system would end this process
            warm = warm_up(models.subject(replace(asked.case, batch_size=size)), asked.rules)
        except Exception as error:
            if not fits and not is_out_of_memory(error, torch):
                raise  # later, a size that the device's kernels do not take
            fails = size
        else:
            tell(Fits(size, warm.call_ns))
            fits = size
            if warm.call_ns > asked.most_ns:
                break
        size = (fits + fails) // 2 if fails else 2 * fits
        if fails and fails - fits <= max(1, fits // 8):
            break
    tell(Done())


def survey(asked: Survey, tell: Tell) -> None:
    """Tell what each probe reaches with each type, for sets of bytes of each size that fits."""
    start, probes = time.perf_counter(), Probes(Rules().probe_rounds)
    free = find(asked.device, torch).free_bytes()
    sizes = {size for size in asked.sizes if free is None or 2 * size < free}
    needed = {(asked.device, dtype, asked.threads): sizes for dtype in asked.dtypes}
    for ceiling in probes.ceilings(needed):
        tell(ceiling)
    tell(_done(start, 0, probes.spent_ns))


def _peak_bytes() -> int:
    """Return the most memory that this process has had."""
    import resource  # noqa: PLC0415  there is none on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _needed(plan: Plan, numbers: Iterable[int]) -> dict[Surroundings, set[int]]:
    """Return the sizes of which the memory probes must tell, by what the probes depend on."""
    needed: dict[Surroundings, set[int]] = {}
    for number in numbers:
        sizes = needed.setdefault(plan.cases[number].surroundings, set())
        sizes.add(plan.set_bytes(number))
    return needed


def main() -> None:
    """Answer the one request that comes."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing that a model prints is an answer
    asked: Plan | Search | Survey = pickle.load(sys.stdin.buffer)  # noqa: S301  our parent's

    def tell(event: Event) -> None:
        try:
            pickle.dump(event, answers)
            answers.flush()
        except BrokenPipeError:  # our parent has ended, and nobody wants to know
            os._exit(0)

    if asked.threads:
        torch.set_num_threads(asked.threads)
    if isinstance(asked, Search):
        search(asked, tell)
        return
    tell(Surrounding(environment(torch, find(asked.device, torch, measured=True))))
    if isinstance(asked, Survey):
        survey(asked, tell)
    else:
        run(asked, tell)


if __name__ == "__main__":
    main()
