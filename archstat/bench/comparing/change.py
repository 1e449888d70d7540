"""What has become of a figure: by neighbours in one run, by the share of the limit in two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from archstat.bench.comparing.ratio import (
    Answer,
    Ratio,
    decide,
    is_far,
    paired_ratio,
    ratio_of_runs,
)
from archstat.bench.record import Record, Result
from archstat.bench.statistics import Interval
from archstat.bench.summary import Figures, Publishable

PASSING = {"load", "threads", "memory_clock_mhz", "pcie", "programs", "meters"}
"""Keys of an environment that say what held when it was looked at, not what was measured with."""

SLOWED = (Publishable.CONTENDED, Publishable.THROTTLED)
"""Verdicts of latencies that are upper bounds."""


class Measured(NamedTuple):
    """A result, with what it was measured in, and the title of its column."""

    title: str
    record: Record
    result: Result

    @property
    def place(self) -> tuple[str | None, str, int]:
        """Where it was measured; figures of two places are not slower or faster."""
        case = self.result.case
        return device_name(self.record, case.device), case.device, case.threads


def device_name(record: Record, device: str) -> str | None:
    """Return what a device is called by those who sell it; None where nothing says it."""
    name: str | None = record.environment.get(device, {}).get("name")
    return name


class Basis(Enum):
    """What an answer is by."""

    PAIRS = "pairs"
    SHARE = "share"
    LATENCY = "latency"


@dataclass(frozen=True)
class Change:
    """A figure beside that of the first column.

    Attributes:
        by: What the answer is by.
        latency: The seconds over the first's; of neighbours, where there are some.
        share: The same on a device that is always at its ceilings: the first's share of the limit
            over this one; None where either is not known, or not to be trusted.
        answer: None between two devices, where nothing has become faster or slower.
        reason: Why it is undecided, or what speaks against it; empty if nothing does.
    """

    by: Basis
    latency: Ratio
    share: Ratio | None
    answer: Answer | None
    reason: str = ""

    @property
    def ratio(self) -> Ratio:
        """What the answer is by."""
        return self.share if self.by is Basis.SHARE and self.share else self.latency


@dataclass(frozen=True)
class Difference:
    """What two environments do not have in common: the value of each record."""

    section: str
    key: str
    values: tuple[Any, ...]


def differences(records: Sequence[Record]) -> Iterator[Difference]:
    """Yield what the environments do not have in common, but for what passes."""
    environments = [record.environment for record in records]
    for section in dict.fromkeys(name for each in environments for name in each):
        parts = [each.get(section, {}) for each in environments]
        for key in dict.fromkeys(key for part in parts for key in part if key not in PASSING):
            values = tuple(part.get(key) for part in parts)
            if any(value != values[0] for value in values):
                yield Difference(section, key, values)


def of_neighbours(
    first: Measured, this: Measured, both: tuple[Figures, Figures], tolerance: float
) -> Change:
    """Return what the neighbours say; that the processes drift apart is no matter to them."""
    ratio = paired_ratio(first.result, this.result)
    if ratio is None:
        latency = Ratio(both[1].latency_s / both[0].latency_s, None)
        reason = "no process sampled both"
        return Change(Basis.LATENCY, latency, None, Answer.UNDECIDED, reason)
    answer = decide(ratio, tolerance)
    reason = _undecided(ratio, tolerance) if answer is Answer.UNDECIDED else ""
    for of, said in zip((first, this), both, strict=True):
        if not reason and said.verdict in SLOWED and not is_far(ratio, tolerance):
            answer, reason = Answer.UNDECIDED, _doubt(answer, of, said)
    return Change(Basis.PAIRS, ratio, None, answer, reason)


def of_shares(
    first: Measured, this: Measured, both: tuple[Figures, Figures], tolerance: float
) -> Change:
    """Return what the share of the limit says, or the latency where it is all there is.

    The probes run with the same software as the model. In another environment they may have become
    slower with it, which the share does not show; so there, the latency must not contradict.
    """
    before, now = both
    latency = ratio_of_runs(
        (before.latency_s, _between(first.result, before)),
        (now.latency_s, _between(this.result, now)),
    )
    share = _share_ratio(before, now)
    by = Basis.LATENCY if share is None else Basis.SHARE
    ratio = share or latency
    answer, by_latency = decide(ratio, tolerance), decide(latency, tolerance)
    reason = ""
    if answer is Answer.UNDECIDED:
        reason = _undecided(ratio, tolerance)
    elif doubt := _doubts(answer, ratio, ((first, before), (this, now)), tolerance):
        answer, reason = Answer.UNDECIDED, doubt
    elif by_latency not in {answer, Answer.UNDECIDED}:
        if any(differences((first.record, this.record))):
            reason = (
                f"{answer.value} by the share of the limit, {by_latency.value} by the latency: "
                "with another environment, the limit may have changed as well"
            )
            answer = Answer.UNDECIDED
        else:
            reason = f"{by_latency.value} by the latency alone: the device drifted between the runs"
    elif share is None:
        reason = "by the latency, which drifts, as the share of the limit is not known"
    return Change(by, latency, share, answer, reason)


def _between(result: Result, said: Figures) -> Interval | None:
    """Return where another run's latency lies; one process does not know."""
    return said.interval if sum(bool(trial.samples) for trial in result.trials) > 1 else None


def _share_ratio(before: Figures, now: Figures) -> Ratio | None:
    untrue = {*SLOWED, Publishable.OVER}
    if before.limit is None or now.limit is None or untrue & {before.verdict, now.verdict}:
        return None
    return ratio_of_runs(
        (now.limit.share, now.limit.interval), (before.limit.share, before.limit.interval)
    )


def _doubts(
    answer: Answer,
    ratio: Ratio,
    both: tuple[tuple[Measured, Figures], tuple[Measured, Figures]],
    tolerance: float,
) -> str:
    """Return which figure an answer must not be built on; empty if it stands.

    A latency of a device that was slowed down is an upper bound: what was slowed down and is faster
    all the same is faster. Processes that differ are in the interval, so a gap that is beyond the
    tolerance with all of it stands.
    """
    for (of, said), harmless in zip(both, (Answer.SLOWER, Answer.FASTER), strict=True):
        is_bound = said.verdict in SLOWED and answer is not harmless
        if is_bound or (said.verdict is Publishable.UNSTABLE and not is_far(ratio, tolerance)):
            return _doubt(answer, of, said)
    return ""


def _doubt(answer: Answer, of: Measured, said: Figures) -> str:
    return f"{answer.value} if {of.title} were not {said.verdict.value}"


def _undecided(ratio: Ratio, tolerance: float) -> str:
    """Return why a ratio decides nothing."""
    if ratio.interval is None:
        return "too few processes or samples to say; use more processes or seconds"
    return (
        f"its interval is too wide for a tolerance of {100 * tolerance:g} %; "
        "use more processes or seconds"
    )
