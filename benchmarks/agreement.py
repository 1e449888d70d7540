"""Whether archstat and torch.utils.benchmark agree: the same function, process and threads.

They take turns, each first in every other pair, so that both see the same drift. archstat measures
by its protocol, without the probes, which would take turns with the model.

    python benchmarks/agreement.py [--runs 10]

The exit code is 1 if the median of the pairs' ratios is not within 1.5 %.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from random import Random
from statistics import median

from benched import options
from counters import print_table
from rivals import step_of, timer_s
from torch import nn

from archstat.bench.measuring.subject import TimedModel
from archstat.bench.meters import meter_of
from archstat.bench.protocol import SECOND, Rules, Station, calls_of_a_sample, measure, warm_up
from archstat.bench.record import Sample, Trial
from archstat.bench.summary import call_s, counted
from archstat.models.torch.source import Source

CLAIM = 0.015
BATCHES = (1, 32)
SECONDS = 2.0
"""For each figure of either."""


class NoProbe:
    """Stands where a probe would run."""

    def rate(self) -> float:
        """Return something at once."""
        return 1.0


class OurTimer:
    """archstat's protocol for one subject that is warm."""

    def __init__(self, subject: TimedModel) -> None:
        self._rules = Rules(budget_ns=round(SECONDS * SECOND))
        calls = calls_of_a_sample(warm_up(subject, self._rules).call_ns, self._rules)
        self._station = Station(subject, calls, NoProbe(), NoProbe())

    def seconds(self) -> float:
        """Return the latency, by the samples that count."""
        samples: list[Sample] = []
        measure(
            {0: self._station},
            self._rules,
            meter_of(None),
            now_ns=time.perf_counter_ns,
            random=Random(0),  # noqa: S311  an order of one
            took=lambda _, sample: samples.append(sample),
        )
        return median(call_s(sample) for sample in counted(Trial(0, 0, 0, tuple(samples))))


def ratios(model: str, batch_size: int, pairs: int) -> Iterator[float]:
    """Yield archstat's time over that of torch.utils.benchmark, pair by pair."""
    case, step = step_of(model, batch_size)
    ours = OurTimer(TimedModel(case, Source(model, nn.Identity()), [step]))
    turns: list[Callable[[], float]] = [ours.seconds, lambda: timer_s(step, SECONDS)]
    for number in range(pairs):
        order = (0, 1) if number % 2 == 0 else (1, 0)
        seconds = {which: turns[which]() for which in order}
        yield seconds[0] / seconds[1]


def rows(model: str, pairs: int, medians: list[float]) -> Iterator[Sequence[str]]:
    """Yield a row for each batch, and note its median."""
    for size in BATCHES:
        found = sorted(ratios(model, size, pairs))
        medians.append(median(found))
        yield str(size), f"{medians[-1]:.4f}", f"{found[0]:.3f}", f"{found[-1]:.3f}"


def main() -> int:
    """Print one table; return 1 if a median is beyond the claim."""
    asked = options(__doc__, ["torchvision/alexnet"], runs=10)
    if asked.more:
        sys.exit(f"unknown option: {' '.join(asked.more)}")
    medians: list[float] = []
    titles = ("batch", f"archstat / Timer, median of {asked.runs} pairs", "least", "most")
    print_table(titles, rows(asked.models[0], asked.runs, medians))
    return int(any(abs(ratio - 1) > CLAIM for ratio in medians))


if __name__ == "__main__":
    sys.exit(main())
