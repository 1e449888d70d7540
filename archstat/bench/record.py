"""What comes of measuring, whole: every sample, and all that is known of where it was taken.

Times are whole nanoseconds, rates units a second. Nothing here is a figure yet: those are made of
it, by `summary`, also from a file that was written elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from archstat.bench.case import Case
from archstat.bench.statistics import Interval, next_run
from archstat.bench.work import Work

SCHEMA = 1
"""The version of the JSON contract of benchmarks."""

PROTOCOL = 1
"""The version of the way of measuring; figures of two versions are not compared."""


@dataclass(frozen=True)
class Reading:
    """What the meters say of the time in which a sample was taken.

    Attributes:
        wait: The share of the time in which threads that could have run waited for a processor, of
            all threads together, up to 1.
        stolen: The share of the time that the host of a virtual machine took.
        faults: Page faults.
        clock_mhz: Of a GPU's processors; None where nothing says it.
        power_w, temperature_c: Of a GPU.
        throttled: Why a GPU is slowed down, by the driver's names.
    """

    wait: float | None = None
    stolen: float | None = None
    faults: int | None = None
    clock_mhz: int | None = None
    power_w: float | None = None
    temperature_c: int | None = None
    throttled: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """Some calls one after the other, with what the probes and the meters said beside them.

    Attributes:
        at_ns: When it began, since its process began to measure.
        calls_ns: Each call, with the device idle before and after it.
        queue_calls: Calls in a row that nobody waited for but the last; 0 where nothing queues.
        queue_ns: The time of all of them.
        device_ns: The same by the device's own clock; None where it has none.
        flops_rate: What the compute probe did beside it, in FLOP a second.
        bytes_rate: What the memory probe moved beside it, in bytes a second.
        set_aside: Why it does not count; empty if it does.
    """

    at_ns: int
    calls_ns: tuple[int, ...]
    queue_calls: int = 0
    queue_ns: int = 0
    device_ns: int | None = None
    flops_rate: float | None = None
    bytes_rate: float | None = None
    reading: Reading = Reading()
    set_aside: str = ""


@dataclass(frozen=True)
class Trial:
    """What one process measured of one case.

    Attributes:
        samples: All of them, or every second, fourth, … of a long run.
        taken: How many there were; 0 in records that do not tell.
    """

    process: int
    warmup_calls: int
    warmup_ns: int
    samples: tuple[Sample, ...] = ()
    taken: int = 0


@dataclass(frozen=True)
class LayerRound:
    """The whole and every layer apart from it, all within moments.

    Attributes:
        at_ns: When it began, since its process began to measure layers.
        whole_ns: A pass.
        layers_ns: A call of each layer on what it is given in a pass.
        flops_rate, bytes_rate: What the probes did beside it; see `Sample`.
        set_aside: Why it does not count; empty if it does.
    """

    at_ns: int
    whole_ns: int
    layers_ns: tuple[int, ...]
    flops_rate: float | None = None
    bytes_rate: float | None = None
    set_aside: str = ""


@dataclass(frozen=True)
class LayerTimes:
    """What one process measured of the layers of one case.

    Attributes:
        names: The layers, as the table of the model names them.
        kinds: Of each, its kind.
        failure: Why there is nothing; empty if there is something.
        failures: Why a layer is missing, by its name.
    """

    process: int
    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    rounds: tuple[LayerRound, ...] = ()
    failure: str = ""
    failures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """All that was measured of one case.

    Attributes:
        work: What a pass costs, by the exact counts.
        failure: Why there is nothing; empty if there is something.
        layers: What each process measured of the layers; nothing where nobody asked.
    """

    case: Case
    work: Work
    trials: tuple[Trial, ...] = ()
    failure: str = ""
    layers: tuple[LayerTimes, ...] = ()


CONV = "conv"
MATMUL = "matmul"
MEMORY = "memory"
RESOURCES = (CONV, MATMUL, MEMORY)
"""What a device does at a rate: FLOP of convolutions, FLOP of all else, bytes moved."""


@dataclass(frozen=True)
class Ceiling:
    """What a probe reached on a device, with a type and so many threads.

    Attributes:
        probe: Its name.
        resources: What it says the rate of: of `RESOURCES`.
        set_bytes: The bytes that it works on, for a rate of memory; else 0.
        rates: What it reached each time, units a second.
        beside: What the probe that runs beside the samples reached just before, each time.
        processes: How many processes reached it, one after the other, each as often.
    """

    device: str
    dtype: str
    threads: int
    probe: str
    resources: tuple[str, ...]
    set_bytes: int
    rates: tuple[float, ...]
    beside: tuple[float, ...]
    processes: int = 1

    @property
    def interval(self) -> Interval | None:
        """Where the best lies that another run of as many processes reaches.

        None for one process, which says nothing of another one.
        """
        each = max(1, len(self.rates) // self.processes)
        starts = range(0, len(self.rates), each)
        found = next_run([max(self.rates[at : at + each]) for at in starts])
        if found is None:
            return None
        peak = max(self.rates)
        return found.united(Interval(peak, peak))

    @property
    def surroundings(self) -> tuple[str, str, int]:
        """What it belongs to; see `Case.surroundings`."""
        return self.device, self.dtype, self.threads

    @property
    def key(self) -> tuple[tuple[str, str, int], str, int]:
        """What it shares with what the same probe reached in another process."""
        return self.surroundings, self.probe, self.set_bytes

    def after(self, before: Ceiling | None) -> Ceiling:
        """Return it with what the same probe reached in the processes before."""
        if before is None:
            return self
        rates, beside = (*before.rates, *self.rates), (*before.beside, *self.beside)
        processes = before.processes + self.processes
        return replace(self, rates=rates, beside=beside, processes=processes)


@dataclass(frozen=True)
class Record:
    """A run of `archstat bench`.

    Attributes:
        words: The command that gives the same again.
        is_quick: Whether it was one process only.
        environment: What is known of the machine and the software, by section and key: a section
            for each device, with its "name", and "software", with the version of "torch".
        titles: What each model is, in words.
        spent_s: Seconds by what they were spent on: "model", "probes", "all".
        inputs: The shape of an example of each model, without the batch.
        epoch_images: What an epoch of training goes through; 0 where nobody asked.
        archstat: The version that measured.
        params: The learnable numbers of each model, read in a pass or not.
        began: When it began, as in "2026-07-01T12:00:00Z"; empty in records that do not tell.
        commit: Of the code around it, with a "+" where that was changed; empty where nobody knows.
    """

    words: str
    is_quick: bool
    environment: Mapping[str, Mapping[str, Any]]
    titles: Mapping[str, str]
    results: tuple[Result, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    spent_s: Mapping[str, float] = field(default_factory=dict)
    protocol: int = PROTOCOL
    inputs: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    epoch_images: int = 0
    archstat: str = ""
    params: Mapping[str, int] = field(default_factory=dict)
    began: str = ""
    commit: str = ""


def to_dict(record: Record) -> dict[str, Any]:
    """Return a record as the JSON contract has it."""
    return {"schema": SCHEMA, "kind": "bench", **_plain(record)}


def _plain(value: Any) -> Any:
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in vars(value).items()}
