"""Figures from a record: latency, throughput, the limit, the share of it, and a verdict.

The share of the limit is taken sample by sample, against what the device could do at that moment by
the probes beside the sample, so that it lasts where the latency drifts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import fmean, median

from archstat.bench.case import BYTES
from archstat.bench.protocol import SECOND
from archstat.bench.record import RESOURCES, Ceiling, Record, Result, Sample, Trial
from archstat.bench.statistics import Interval, median_interval, next_run, percentile, spread
from archstat.bench.work import Floor, Rates, floor

MOST_WAIT = 0.05
"""Mean share of the time that threads may wait for a processor in a figure that counts."""

MOST_SPREAD = 0.05
"""How far the processes' figures may lie apart."""

MOST_WIDE = 0.2
"""How far another run's figure may lie from this one, either way, in a figure that counts."""

HOST_BOUND = 1.25
"""How much longer the caller may wait than the device works, before the host is what bounds it."""

MOST_SHARE = 1.02
"""Of the limit; beyond it, the limit is wrong."""


class Publishable(Enum):
    """Whether a figure is worth publishing."""

    VALID = "VALID"
    UNSTABLE = "UNSTABLE"
    CONTENDED = "CONTENDED"
    THROTTLED = "THROTTLED"
    OVER = "OVER LIMIT"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Limit:
    """What the device allows.

    Attributes:
        rates: The ceilings that were measured in this run.
        floor: The least seconds of a pass at these.
        share: Of the limit, that the figure reaches: the limit by the latency at the ceilings.
        interval: Where the share of another run lies; None for one process.
        spread: How far the processes' shares lie apart.
        steady_s: The latency that the model would have with the device at its ceilings.
    """

    rates: Rates
    floor: Floor
    share: float
    interval: Interval | None
    spread: float
    steady_s: float


@dataclass(frozen=True)
class Figures:
    """What is said of a result.

    Attributes:
        latency_s: The median of the processes' medians.
        interval: Where the latency of another run lies.
        low_s, p95_s, p99_s: Quantiles of all calls at 5, 95 and 99 %; None for too few.
        examples_per_s: The throughput with the queue kept full.
        device_s: A pass by the device's own clock; None where it has none.
        spread: How far the processes' medians lie apart.
        samples, set_aside: How many counted, and how many did not.
        limit: None where nothing is known of it.
        bound: "compute", "memory" or "host".
        reason: Why the verdict is what it is, and what helps; empty for a valid one.
        notes: What else should be known.
    """

    latency_s: float
    interval: Interval | None
    low_s: float | None
    p95_s: float | None
    p99_s: float | None
    examples_per_s: float
    device_s: float | None
    spread: float
    samples: int
    set_aside: int
    limit: Limit | None
    bound: str
    verdict: Publishable
    reason: str = ""
    notes: tuple[str, ...] = ()


def figures(record: Record, result: Result) -> Figures | None:
    """Return what is said of a result; None if it failed."""
    measured = [trial for trial in result.trials if trial.samples]
    if not measured:
        return None
    trials = [trial for trial in measured if _has_counted(trial)] or measured
    samples = [sample for trial in measured for sample in trial.samples]
    calls = [ns / SECOND for trial in trials for one in counted(trial) for ns in one.calls_ns]
    latencies = [_median(trial, call_s) for trial in trials]
    latency_s = median(latencies)
    device_s = _device_s(trials)
    limit = _limit(record, result, trials)
    interval = _interval(trials, latencies)
    verdict, reason = _verdict(samples, latencies, limit)
    if verdict is Publishable.VALID and (len(trials) < len(measured) or interval is not None):
        verdict, reason = _certain(latency_s, interval)
    return Figures(
        latency_s,
        interval,
        percentile(calls, 0.05),
        percentile(calls, 0.95),
        percentile(calls, 0.99),
        median(_median(trial, lambda one: _rate(result, one)) for trial in trials),
        device_s,
        spread(latencies),
        len(samples) - sum(bool(sample.set_aside) for sample in samples),
        sum(bool(sample.set_aside) for sample in samples),
        limit,
        _bound(latency_s, device_s, limit),
        verdict,
        reason,
        tuple(_notes(trials, limit)),
    )


def _has_counted(trial: Trial) -> bool:
    return not all(sample.set_aside for sample in trial.samples)


def counted(trial: Trial) -> Sequence[Sample]:
    """Return the samples that count; all of them where none does, which the verdict tells."""
    return [sample for sample in trial.samples if not sample.set_aside] or trial.samples


def call_s(sample: Sample) -> float:
    """Return the seconds of a call."""
    return median(sample.calls_ns) / SECOND


def _median(trial: Trial, of: Callable[[Sample], float]) -> float:
    return median(of(sample) for sample in counted(trial))


def _rate(result: Result, sample: Sample) -> float:
    """Return the examples a second with the queue kept full, or one call after the other."""
    count, ns = sample.queue_calls, sample.queue_ns
    if not count:
        count, ns = len(sample.calls_ns), sum(sample.calls_ns)
    return result.case.batch_size * count * SECOND / ns


def _device_s(trials: Sequence[Trial]) -> float | None:
    times = [
        sample.device_ns / sample.queue_calls / SECOND
        for trial in trials
        for sample in counted(trial)
        if sample.device_ns is not None
    ]
    return median(times) if times else None


def is_valid(record: Record) -> bool:
    """Whether every figure of a record may be published."""
    found = [figures(record, result) for result in record.results]
    return all(each is not None and each.verdict is Publishable.VALID for each in found)


def _interval(trials: Sequence[Trial], latencies: Sequence[float]) -> Interval | None:
    """Return where another run's latency lies: by processes, and never narrower than by samples.

    The samples of one process say nothing of another's, so one has no interval.
    """
    between = next_run(latencies)
    within = median_interval([call_s(sample) for trial in trials for sample in counted(trial)])
    return None if between is None else between.united(within)


def best(ceilings: Sequence[Ceiling], resource: str) -> Ceiling | None:
    """Return the probe that reaches most of a resource; None if none tells of it."""
    known = [ceiling for ceiling in ceilings if resource in ceiling.resources and ceiling.rates]
    return max(known, key=lambda ceiling: max(ceiling.rates), default=None)


def ceilings_of(record: Record, result: Result) -> list[Ceiling]:
    """Return the probes that tell what limits a result."""
    set_bytes = result.work.set_bytes(BYTES[result.case.dtype])
    return [
        ceiling
        for ceiling in record.ceilings
        if ceiling.surroundings == result.case.surroundings and ceiling.set_bytes in {0, set_bytes}
    ]


def reached(record: Record, result: Result) -> tuple[Rates, Rates] | None:
    """Return the ceilings, and the same as multiples of what the probes beside samples reach.

    None where nothing is known of one of them.
    """
    known = ceilings_of(record, result)
    peaks = [best(known, resource) for resource in RESOURCES]
    if None in peaks:
        return None
    ceilings = Rates(*(max(peak.rates) for peak in peaks if peak))
    return ceilings, Rates(*(_above(known, resource) for resource in RESOURCES))


def _limit(record: Record, result: Result, trials: Sequence[Trial]) -> Limit | None:
    known = reached(record, result)
    if known is None or result.work.uncounted or not all(map(_has_counted, trials)):
        return None
    rates, above = known
    number_bytes = BYTES[result.case.dtype]
    least = floor(result.work, rates, number_bytes=number_bytes)
    if not least.fused_s or not least.layerwise_s:  # a network that does nothing
        return None

    def share(sample: Sample) -> float:
        now = above.scaled(sample.flops_rate or 0, sample.bytes_rate or 0)
        return floor(result.work, now, number_bytes=number_bytes).layerwise_s / call_s(sample)

    paired = [
        trial
        for trial in trials
        if all(sample.flops_rate and sample.bytes_rate for sample in trial.samples)
    ]
    if not paired:
        return None
    part = least.fused_s / least.layerwise_s
    shares = [part * _median(trial, share) for trial in paired]
    middle = median(shares)
    return Limit(rates, least, middle, next_run(shares), spread(shares), least.fused_s / middle)


def _above(ceilings: Sequence[Ceiling], resource: str) -> float:
    """Return how much more the best probe reaches than the one that runs beside the samples."""
    ratios = [
        median(rate / beside for rate, beside in zip(each.rates, each.beside, strict=True))
        for each in ceilings
        if resource in each.resources and each.rates
    ]
    return max(ratios)


def _bound(latency_s: float, device_s: float | None, limit: Limit | None) -> str:
    if device_s is not None and latency_s > HOST_BOUND * device_s:
        return "host"
    return "" if limit is None else limit.floor.bound


def _verdict(
    samples: Sequence[Sample], latencies: Sequence[float], limit: Limit | None
) -> tuple[Publishable, str]:
    aside = [one.set_aside for one in samples if one.set_aside.startswith("throttled")]
    if 2 * len(aside) > len(samples):
        why = max(set(aside), key=aside.count).removeprefix("throttled: ")
        return (
            Publishable.THROTTLED,
            f"the device slowed down ({why}); let it cool, or cool it better",
        )
    waits = [one.reading.wait for one in samples if one.reading.wait is not None]
    if waits and fmean(waits) > MOST_WAIT:
        return Publishable.CONTENDED, (
            f"its threads waited for a processor for {_percent(fmean(waits))} of the time, so the "
            "figure is an upper bound; stop other programs, or use fewer threads"
        )
    stolen = [one.reading.stolen for one in samples if one.reading.stolen is not None]
    if stolen and fmean(stolen) > MOST_WAIT:
        return Publishable.CONTENDED, (
            f"the host of this virtual machine took {_percent(fmean(stolen))} of the time, so the "
            "figure is an upper bound; try again later, or use fewer threads"
        )
    if limit is not None and limit.share > MOST_SHARE:
        return Publishable.OVER, (
            f"at {_percent(limit.share)} of its limit, so the probes missed what the device can do"
        )
    apart = min(spread(latencies), limit.spread if limit else spread(latencies))
    if apart > MOST_SPREAD:
        return Publishable.UNSTABLE, (
            f"the processes differ by {_percent(apart)}; allow more processes or seconds"
        )
    return Publishable.VALID, ""


def _certain(latency_s: float, interval: Interval | None) -> tuple[Publishable, str]:
    """Return whether another run would say much the same."""
    if interval is None:
        why = "the samples of one process only count, and say nothing of another's"
    elif (
        (1 - MOST_WIDE) * latency_s <= interval.low <= interval.high <= (1 + MOST_WIDE) * latency_s
    ):
        return Publishable.VALID, ""
    else:
        why = f"another run may lie more than {_percent(MOST_WIDE)} off"
    return Publishable.UNSTABLE, f"{why}; allow more processes or seconds"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _notes(trials: Sequence[Trial], limit: Limit | None) -> list[str]:
    if not all(map(_has_counted, trials)):
        return ["none of its samples counts: nothing is said of its limit"]
    notes = []
    for name, of in (
        ("FLOP/s", lambda one: one.flops_rate),
        ("memory", lambda one: one.bytes_rate),
    ):
        rates = [_median(trial, of) for trial in trials if all(map(of, trial.samples))]
        if limit is not None and len(rates) > 1 and spread(rates) > MOST_SPREAD:
            notes.append(
                f"the device's {name} drifted by {_percent(spread(rates))}: trust the share of the "
                "limit more than the latency"
            )
    return notes
