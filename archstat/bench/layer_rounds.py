"""When and how often layers are timed: in rounds, the whole among them, each time in another order.

What drifts from one round to the next hits the whole and its layers alike, so their ratios hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from random import Random
from statistics import median
from typing import TypeAlias

from archstat.bench.protocol import Meter, Probe, Rules, between, cause
from archstat.bench.record import LayerRound

Timed: TypeAlias = Callable[[], int]
"""Runs once, and returns its nanoseconds."""


@dataclass(frozen=True)
class RoundPlan:
    """The layers of a network, the whole, and the probes that run beside each round."""

    whole: Timed
    layers: Sequence[Timed]
    compute: Probe
    memory: Probe


def layer_rounds(
    line: RoundPlan, rules: Rules, meter: Meter, *, now_ns: Callable[[], int], random: Random
) -> Iterator[LayerRound]:
    """Yield rounds until the time for the layers is spent.

    A round goes through all several times if they are short, each time in another order: what runs
    is found in the caches as a pass leaves it there, with all others in between.
    """
    stations = [line.whole, *line.layers]
    _times(stations, random)  # whatever the first call of each makes ready
    began = now_ns()
    _times(stations, random)
    passes = max(1, ceil(rules.round_ns / max(1, now_ns() - began)))
    start, count = now_ns(), 0
    while count < rules.fewest or now_ns() - start < rules.layers_ns:
        at_ns = now_ns() - start
        before = line.compute.rate(), line.memory.rate()
        meter.start()
        taken = [_times(stations, random) for _ in range(passes)]
        reading = meter.read()
        after = line.memory.rate(), line.compute.rate()
        whole_ns, *layers_ns = (round(median(times)) for times in zip(*taken, strict=True))
        yield LayerRound(
            at_ns,
            whole_ns,
            tuple(layers_ns),
            flops_rate=between(before[0], after[1]),
            bytes_rate=between(before[1], after[0]),
            set_aside=cause(reading),
        )
        count += 1


def _times(stations: Sequence[Timed], random: Random) -> list[int]:
    """Run each once, in some order, and return their nanoseconds."""
    order = random.sample(range(len(stations)), len(stations))
    times = dict.fromkeys(range(len(stations)), 0)
    for number in order:
        times[number] = stations[number]()
    return list(times.values())
