"""A run: several fresh processes one after the other, and the record that grows out of them."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import IO, Any, TypeAlias

from archstat.bench.case import Case
from archstat.bench.plan import (
    Done,
    Event,
    Failed,
    LayersTaken,
    Plan,
    Ready,
    Search,
    Surrounding,
    Survey,
    Taken,
)
from archstat.bench.protocol import SECOND, Rules
from archstat.bench.record import Ceiling, LayerTimes, Record, Result, Sample, Trial
from archstat.bench.work import Work
from archstat.errors import DeviceError
from archstat.models.question import Question

Start: TypeAlias = Callable[[Plan | Search | Survey], Iterator[Event]]
"""Measures what a plan asks, and yields what comes of it as it comes."""

MOST_BYTES = 1_600_000
"""Of the samples of a record, about, as JSON has them, so that it stays under 2 MB."""

LEAST_BYTES = 40_000
"""Of the samples of a case in a process, however many there are: some hundred of ten calls."""

SAMPLE_BYTES, CALL_BYTES = 330, 9

START_S = 8.0
"""What a process takes beside its samples, about."""

ENDED = "does not fit in memory: the system ended the process"


@dataclass
class Progress:
    """Where a run is.

    Attributes:
        process: Which of `processes` is running, from 1.
        call_ns: The newest estimate of a call, by the number of its case.
        whole_s: How long the run takes, about; 0 where nobody has told.
    """

    processes: int
    process: int = 0
    whole_s: float = 0.0
    number: int = 0
    call_ns: dict[int, int] = field(default_factory=dict)


@dataclass
class KeptSamples:
    """The samples of a case that are kept: all, or every second, fourth, … where they get too many.

    Attributes:
        most_bytes: As many may be kept.
        taken: How many there were.
        every: Of which one is kept.
        bytes: What is kept.
    """

    most_bytes: int
    samples: list[Sample] = field(default_factory=list)
    taken: int = 0
    every: int = 1
    bytes: int = 0

    def add(self, sample: Sample) -> None:
        """Keep a sample, if it is one that is kept."""
        if self.taken % self.every == 0:
            self.samples.append(sample)
            self.bytes += _bytes(sample)
        self.taken += 1
        if self.bytes > self.most_bytes:
            self.samples = self.samples[::2]
            self.bytes = sum(map(_bytes, self.samples))
            self.every *= 2


def _bytes(sample: Sample) -> int:
    return SAMPLE_BYTES + CALL_BYTES * len(sample.calls_ns)


@dataclass(frozen=True)
class Asked:
    """What is to be measured, and how thoroughly.

    Attributes:
        layers: Whether each layer is measured, too, apart from the whole.
    """

    works: Mapping[Case, Work]
    question: Question
    rules: Rules
    processes: int
    seed: int = 0
    layers: bool = False


class Run:
    """A run of the protocol; its record is whole at any time.

    Args:
        empty: The record before anything is measured.
        start: Starts a process.
        changed: Told of progress, as it comes.
        ended: Told the record when a process has ended.
    """

    def __init__(
        self,
        empty: Record,
        asked: Asked,
        *,
        start: Start,
        changed: Callable[[Progress], None],
        ended: Callable[[Record], None],
    ) -> None:
        self._asked = asked
        self._start = start
        self._changed = changed
        self._ended = ended
        self._empty = empty
        self._cases = dict(enumerate(asked.works))
        self._failures = {
            number: case.objection for number, case in self._cases.items() if case.objection
        }
        self._trials: dict[tuple[int, int], Trial] = {}
        self._kept: dict[tuple[int, int], KeptSamples] = {}
        share = MOST_BYTES // max(1, len(self._cases) * asked.processes)
        self._most_bytes = max(LEAST_BYTES, share)
        self._layers: dict[tuple[int, int], LayerTimes] = {}
        self._ceilings: dict[tuple[object, ...], Ceiling] = {}
        self._environment: dict[str, Mapping[str, Any]] = {}
        self._spent: dict[str, float] = {}
        groups = self._groups()
        case_s = (asked.rules.budget_ns + asked.rules.layers_ns * asked.layers) / SECOND
        once_s = sum(START_S + len(group) * case_s for group in groups)
        self._progress = Progress(len(groups) * asked.processes, whole_s=once_s * asked.processes)

    @property
    def progress(self) -> Progress:
        """Where it is."""
        return self._progress

    def record(self) -> Record:
        """Return all that was measured so far."""
        results = [
            Result(
                case,
                self._asked.works[case],
                self._trials_of(number),
                self._failure(number),
                tuple(times for key, times in self._layers.items() if key[0] == number),
            )
            for number, case in self._cases.items()
        ]
        return replace(
            self._empty,
            environment=dict(self._environment),
            results=tuple(results),
            ceilings=tuple(self._ceilings.values()),
            spent_s=dict(self._spent),
        )

    def measure(self) -> Record:
        """Measure everything, and return the record.

        Raises:
            DeviceError: A process ends before it has measured anything.
        """
        for process in range(self._asked.processes):
            for group in self._groups():
                self._progress.process += 1
                self._one(process, group)
                self._ended(self.record())
        return self.record()

    def _groups(self) -> list[list[int]]:
        """Return the numbers of the cases that one process measures together."""
        groups: dict[tuple[str, int], list[int]] = {}
        for number, case in self._cases.items():
            if number not in self._failures:
                groups.setdefault((case.device, case.threads), []).append(number)
        return list(groups.values())

    def _one(self, process: int, group: Sequence[int]) -> None:
        """Let a process measure what can be measured; again without what it dies of."""
        while numbers := [number for number in group if number not in self._failures]:
            plan = Plan(
                {number: self._cases[number] for number in numbers},
                {number: self._asked.works[self._cases[number]] for number in numbers},
                self._asked.question,
                self._asked.rules,
                process,
                self._asked.seed,
                self._asked.layers,
            )
            seen: list[Event] = []
            for event in self._start(plan):
                seen.append(event)
                self._take(process, event)
            if any(isinstance(event, Done) for event in seen):
                self._miss_layers(process, plan, seen)
                return
            ready = {event.number for event in seen if isinstance(event, (Ready, Failed))}
            waiting = [number for number in numbers if number not in ready]
            if not waiting:
                raise DeviceError(
                    "the process that measures has ended while it measured",
                    hint="use a smaller batch",
                )
            self._failures[waiting[0]] = ENDED
            self._forget(process, numbers)

    def _miss_layers(self, process: int, plan: Plan, seen: Sequence[Event]) -> None:
        """Note of which cases the layers are missing, as the process ended on the way to them."""
        ready = {event.number for event in seen if isinstance(event, Ready)}
        if plan.layers and not isinstance(seen[-1], Done):
            for number in ready - {
                event.number for event in seen if isinstance(event, LayersTaken)
            }:
                self._layers[number, process] = LayerTimes(process, failure=ENDED)

    def _forget(self, process: int, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._trials.pop((number, process), None)
            self._kept.pop((number, process), None)

    def _take(self, process: int, event: Event) -> None:
        match event:
            case Surrounding(environment):
                before = self._environment.get("process", {})
                self._environment.update(environment)
                if "load" in before:  # later ones have our own in it
                    own = self._environment.get("process", {})
                    self._environment["process"] = {**own, "load": before["load"]}
            case Ceiling():
                self._ceilings[event.key] = event.after(self._ceilings.get(event.key))
            case Ready(number, calls, ns, call_ns):
                self._trials[number, process] = Trial(process, calls, ns)
                self._kept[number, process] = KeptSamples(self._most_bytes)
                self._tell(number, call_ns)
            case Failed(number, why):
                self._failures[number] = why
            case Taken(number, sample):
                self._kept[number, process].add(sample)
                self._tell(number, sorted(sample.calls_ns)[len(sample.calls_ns) // 2])
            case LayersTaken(number, times):
                self._layers[number, process] = times
            case Done(spent):
                for what, seconds in spent.items():
                    self._spent[what] = self._spent.get(what, 0.0) + seconds

    def _tell(self, number: int, call_ns: int) -> None:
        self._progress.number = number
        self._progress.call_ns[number] = call_ns
        self._changed(self._progress)

    def _trials_of(self, number: int) -> tuple[Trial, ...]:
        return tuple(
            replace(trial, samples=tuple(self._kept[key].samples), taken=self._kept[key].taken)
            for key, trial in self._trials.items()
            if key[0] == number and self._kept[key].samples
        )

    def _failure(self, number: int) -> str:
        return "" if self._trials_of(number) else self._failures.get(number, "")


def started(plan: Plan | Search | Survey) -> Iterator[Event]:
    """Measure in a fresh process, and yield what it tells.

    Raises:
        DeviceError: It ends with an error of its own.
    """
    threads = {"OMP_NUM_THREADS": str(plan.threads)} if plan.threads else {}
    with tempfile.TemporaryFile() as said, _process(threads, said) as process:
        if process.stdin is None or process.stdout is None:
            raise TypeError
        with suppress(BrokenPipeError):
            pickle.dump(plan, process.stdin)
            process.stdin.close()
        with suppress(EOFError, pickle.UnpicklingError):
            while True:
                event: Event = pickle.load(process.stdout)  # noqa: S301  our child's
                yield event
        if process.wait() > 0:
            said.seek(0)
            last = said.read().decode(errors="replace").strip().rpartition("\n")[2]
            raise DeviceError(f"the process that measures {plan.device} ends: {last}")


@contextmanager
def _process(variables: Mapping[str, str], errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process, and end it when nobody listens any more."""
    command = [sys.executable, "-P", "-m", "archstat.bench.measuring.worker"]
    paths = os.pathsep.join(path for path in sys.path if path)
    process = subprocess.Popen(  # noqa: S603  our own module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**os.environ, "PYTHONPATH": paths, **variables},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def seconds_left(progress: Progress, began: float) -> float | None:
    """Return how long a run will still take: as was estimated, or by its processes so far."""
    done = progress.process - 1
    if done <= 0:
        left = progress.whole_s - (time.monotonic() - began)
        return max(0.0, left) if progress.whole_s else None
    return (time.monotonic() - began) / done * (progress.processes - done)
