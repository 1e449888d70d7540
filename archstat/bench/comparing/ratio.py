"""The time of one thing over that of another, where it lies, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from functools import reduce
from math import exp, log, sqrt
from statistics import median
from typing import NamedTuple

from archstat.bench.record import Result, Sample, Trial
from archstat.bench.statistics import Interval, median_interval, next_run
from archstat.bench.summary import call_s


class Ratio(NamedTuple):
    """One time over another.

    Attributes:
        interval: Where it lies; None where nothing says it.
    """

    value: float
    interval: Interval | None


class Answer(Enum):
    """What has become of a figure."""

    FASTER = "FASTER"
    SLOWER = "SLOWER"
    SAME = "SAME"
    UNDECIDED = "UNDECIDED"
    FAILED = "FAILED"


def decide(ratio: Ratio, tolerance: float) -> Answer:
    """Return what a ratio of times says.

    >>> decide(Ratio(1.01, Interval(0.99, 1.02)), 0.03), decide(Ratio(1.04, None), 0.03)
    (<Answer.SAME: 'SAME'>, <Answer.UNDECIDED: 'UNDECIDED'>)
    >>> decide(Ratio(1.05, Interval(1.01, 1.09)), 0.03), decide(Ratio(0.9, Interval(0.7, 1)), 0.03)
    (<Answer.SLOWER: 'SLOWER'>, <Answer.UNDECIDED: 'UNDECIDED'>)
    """
    if ratio.interval is None:
        return Answer.UNDECIDED
    low, high = ratio.interval
    most, least = 1 + tolerance, 1 / (1 + tolerance)
    if least <= low and high <= most:
        return Answer.SAME
    if low > 1 and ratio.value > most:
        return Answer.SLOWER
    if high < 1 and ratio.value < least:
        return Answer.FASTER
    return Answer.UNDECIDED


def is_far(ratio: Ratio, tolerance: float) -> bool:
    """Whether a whole interval lies beyond the tolerance."""
    return ratio.interval is not None and (
        ratio.interval.low > 1 + tolerance or ratio.interval.high < 1 / (1 + tolerance)
    )


def ratio_of_runs(
    first: tuple[float, Interval | None], second: tuple[float, Interval | None]
) -> Ratio:
    """Return the second figure over the first.

    The interval of either is where another run lies, so it holds the scatter of both runs already:
    the mean of their squares is taken, where the sum would count it twice.
    """
    (below, under), (above, over) = first, second
    if under is None or over is None:
        return Ratio(above / below, None)
    down = sqrt((log(above / over.low) ** 2 + log(under.high / below) ** 2) / 2)
    up = sqrt((log(over.high / above) ** 2 + log(below / under.low) ** 2) / 2)
    value = above / below
    return Ratio(value, Interval(value * exp(-down), value * exp(up)))


def paired_ratio(first: Result, second: Result) -> Ratio | None:
    """Return the time of the second over that of the first, by neighbours; None without any.

    The ratio is the median of the processes' medians. Neighbours share their drift, so the pairs of
    all processes give its interval. Processes may differ all the same, by where their memory lies
    or by the kernels that they chose: an interval whose ratio one of them contradicts holds the
    interval of each, and where two contradict each other, what this says of another run, too.
    """
    others = {trial.process: trial for trial in second.trials}
    processes = [
        ratios
        for trial in first.trials
        if trial.process in others and (ratios := _ratios(trial, others[trial.process]))
    ]
    if not processes:
        return None
    medians = [median(ratios) for ratios in processes]
    middle, between = median(medians), next_run(medians)
    interval = median_interval([ratio for ratios in processes for ratio in ratios])
    if interval is None:
        return Ratio(middle, between)
    own = [median_interval(ratios) or Interval(min(ratios), max(ratios)) for ratios in processes]
    low, high = max(each.low for each in own), min(each.high for each in own)  # common to all
    if not low <= middle <= high:
        interval = reduce(Interval.united, own, interval)
    if low > high:
        interval = interval.united(between)
    return Ratio(middle, interval.united(Interval(middle, middle)))


def _ratios(first: Trial, second: Trial) -> list[float]:
    """Return the ratios of neighbours of which both count; of all, where none counts."""
    pairs = list(neighbours(first.samples, second.samples))
    good = [pair for pair in pairs if not any(sample.set_aside for sample in pair)]
    return [call_s(b) / call_s(a) for a, b in good or pairs]


def neighbours(
    first: Sequence[Sample], second: Sequence[Sample]
) -> Iterator[tuple[Sample, Sample]]:
    """Yield pairs of samples that were taken one after the other, each sample once."""
    waiting: tuple[int, Sample] | None = None
    both = [*((0, sample) for sample in first), *((1, sample) for sample in second)]
    for which, sample in sorted(both, key=lambda one: one[1].at_ns):
        if waiting is None or waiting[0] == which:
            waiting = which, sample
        else:
            yield (sample, waiting[1]) if waiting[0] else (waiting[1], sample)
            waiting = None
