"""When and how often something is timed: warm-up, calibration, rounds, and when to stop.

Clocks, meters and what is timed are arguments, so that all of this is tested in no time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from random import Random
from statistics import median
from typing import Protocol

from archstat.bench.record import Reading, Sample
from archstat.bench.statistics import median_interval

MS = 1_000_000
SECOND = 1_000_000_000


class Subject(Protocol):
    """Something that is called and timed."""

    def calls(self, count: int) -> tuple[int, ...]:
        """Return the nanoseconds of each of some calls, the device idle before and after each."""

    def queue(self, count: int) -> tuple[int, int | None] | None:
        """Return the nanoseconds of calls in a row, and by the device's own clock.

        None where nothing queues, so that it would be the same as `calls`.
        """


class Meter(Protocol):
    """Says what else went on in a time."""

    def start(self) -> None:
        """Begin to look."""

    def read(self) -> Reading:
        """Return what happened since."""


class Probe(Protocol):
    """Says what the device can do at this moment."""

    def rate(self) -> float:
        """Return units a second."""


@dataclass(frozen=True)
class Rules:
    """When enough is enough.

    Attributes:
        budget_ns: For the samples of one case in one process.
        sample_ns: What a sample takes at least.
        warm_ns, warm_calls: What is warmed up at least.
        slow_calls: The same for calls of more than `slow_ns`.
        settled: How far the medians of the last five calls and of the five before may differ.
        most_warm_ns: When to stop warming up though it does not settle.
        precise: The half-width of the median's interval, as a share, that is enough.
        steady: How far the medians of the thirds may differ then.
        fewest: Samples to take in any case.
        layers_ns: For the layers of one case in one process.
        round_ns: What a round through the layers takes at least.
        probe_rounds: How often each probe is tried before the first sample.
    """

    budget_ns: int = 3 * SECOND // 2
    sample_ns: int = 5 * MS
    warm_ns: int = 300 * MS
    warm_calls: int = 10
    slow_ns: int = 250 * MS
    slow_calls: int = 3
    settled: float = 0.02
    most_warm_ns: int = 3 * SECOND
    precise: float = 0.005
    steady: float = 0.02
    fewest: int = 3
    layers_ns: int = 2 * SECOND
    round_ns: int = 20 * MS
    probe_rounds: int = 7


QUICK = Rules(
    budget_ns=SECOND,
    warm_ns=SECOND // 10,
    warm_calls=3,
    slow_calls=1,
    most_warm_ns=SECOND,
    fewest=1,
    layers_ns=SECOND,
    probe_rounds=2,
)
"""For a look: what takes longer than a second by itself is done once."""


@dataclass(frozen=True)
class WarmUp:
    """What was warmed up, and how long a call takes then."""

    calls: int
    ns: int
    call_ns: int


def warm_up(subject: Subject, rules: Rules) -> WarmUp:
    """Call something until its time has settled."""
    times: list[int] = []
    while not _is_warm(times, rules):
        times += subject.calls(1)
    return WarmUp(len(times), sum(times), round(median(times[-5:])))


def _is_warm(times: list[int], rules: Rules) -> bool:
    spent = sum(times)
    if not times or spent < rules.warm_ns:
        return False
    enough = rules.slow_calls if median(times) > rules.slow_ns else rules.warm_calls
    if len(times) < enough:
        return False
    if spent >= rules.most_warm_ns or len(times) < rules.warm_calls:
        return True
    before = times[-10:-5]
    return not before or abs(median(times[-5:]) - median(before)) <= rules.settled * median(before)


def calls_of_a_sample(call_ns: int, rules: Rules) -> int:
    """Return how many calls are long enough for the clock.

    >>> calls_of_a_sample(2_000_000, Rules(sample_ns=5_000_000))
    3
    """
    return max(1, ceil(rules.sample_ns / max(1, call_ns)))


def is_enough(samples: Iterable[Sample], rules: Rules) -> bool:
    """Whether the median of what was measured is known well enough, and does not drift."""
    figures = [median(sample.calls_ns) for sample in samples if not sample.set_aside]
    interval = median_interval(figures)
    if interval is None or len(figures) < 3 * rules.fewest:
        return False
    middle = median(figures)
    third = len(figures) // 3
    thirds = [median(figures[at : at + third]) for at in (0, third, len(figures) - third)]
    return (
        interval.high - interval.low <= 2 * rules.precise * middle
        and max(thirds) - min(thirds) <= rules.steady * middle
    )


@dataclass(frozen=True)
class Station:
    """A subject that is warm, and the probes that run beside it."""

    subject: Subject
    calls: int
    compute: Probe
    memory: Probe


def measure(  # noqa: PLR0913  what, by which rules and clocks, and whom to tell
    stations: Mapping[int, Station],
    rules: Rules,
    meter: Meter,
    *,
    now_ns: Callable[[], int],
    random: Random,
    took: Callable[[int, Sample], None],
) -> None:
    """Sample all in rounds, each time in another order, the probes before and after each sample.

    Neighbours in time are compared like this: what disturbs one disturbs the others. A case drops
    out when it is known well enough, or when its time is spent.
    """
    samples: dict[int, list[Sample]] = {key: [] for key in stations}
    spent = dict.fromkeys(stations, 0)
    start = now_ns()
    going = list(stations)
    while going:
        random.shuffle(going)
        for key in going:
            began = now_ns()
            sample = _sample(stations[key], meter, began - start, _clock_mhz(samples[key]))
            samples[key].append(sample)
            took(key, sample)
            spent[key] += now_ns() - began
        going = [
            key
            for key in going
            if len(samples[key]) < rules.fewest
            or (spent[key] < rules.budget_ns and not is_enough(samples[key], rules))
        ]


def _clock_mhz(samples: Sequence[Sample]) -> float | None:
    """Return the usual clock of a case; None where nothing tells it."""
    clocks = [one.reading.clock_mhz for one in samples if one.reading.clock_mhz is not None]
    return median(clocks) if clocks else None


def _sample(station: Station, meter: Meter, at_ns: int, usual_mhz: float | None) -> Sample:
    before = station.compute.rate(), station.memory.rate()
    meter.start()
    calls = station.subject.calls(station.calls)
    queued = station.subject.queue(station.calls)
    reading = meter.read()
    after = station.memory.rate(), station.compute.rate()
    sample = Sample(
        at_ns,
        calls,
        flops_rate=between(before[0], after[1]),
        bytes_rate=between(before[1], after[0]),
        reading=reading,
        set_aside=cause(reading, usual_mhz),
    )
    if queued is None:
        return sample
    queue_ns, device_ns = queued
    return replace(sample, queue_calls=station.calls, queue_ns=queue_ns, device_ns=device_ns)


def between(before: float, after: float) -> float:
    """Return the rate at which both were done together, each of the same work."""
    return 2 / (1 / before + 1 / after)


MOST_WAIT = 0.01
"""Share of the time that threads may wait for a processor in a sample that counts."""


LEAST_CLOCK = 0.9
"""Share of its usual clock at which a GPU must run in a sample that counts."""


def cause(reading: Reading, usual_mhz: float | None = None) -> str:
    """Return why a sample does not count; never because of its value."""
    if reading.wait is not None and reading.wait > MOST_WAIT:
        return "contended"
    if reading.stolen is not None and reading.stolen > MOST_WAIT:
        return "stolen"
    thermal = [word for word in reading.throttled if "thermal" in word.lower()]
    if thermal:
        return f"throttled: {thermal[0]}"
    if reading.clock_mhz is None or usual_mhz is None:
        return ""
    return "clock dropped" if reading.clock_mhz < LEAST_CLOCK * usual_mhz else ""
