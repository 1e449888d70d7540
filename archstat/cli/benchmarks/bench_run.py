"""What `archstat bench` measures: the options as cases, and a run with its progress on stderr."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from archstat import __version__
from archstat.bench import run
from archstat.bench.asking import Known, Wanted, known, require_one_possible
from archstat.bench.case import DTYPES, MODES, Case
from archstat.bench.commit import commit_of
from archstat.bench.plan import Failed, Fits, Search
from archstat.bench.protocol import QUICK, SECOND, Rules
from archstat.bench.record import Record
from archstat.cli.progress import waiting
from archstat.devices.processor import physical_cores
from archstat.errors import UsageError, did_you_mean, shown, within
from archstat.extras import TORCH, require
from archstat.models.question import Question

AUTO = "auto"
MOST = 1 << 20  # of a batch, of threads
MOST_PROCESSES = 100
LONGEST_S = 3600.0
WITHOUT = (
    "--output",
    "--vs",
    "--baseline",
    "--save",
    "--against-limit",
    "--min-share",
    "--tolerance",
)
"""Options that say where a record goes and what it is compared with, not what is measured."""

AT_ONCE_S = 0.3
"""Seconds after which whoever waits is told what is done before anything is measured."""

BETWEEN_S = 0.2
"""Seconds between two changes of the progress line: writing it takes time from what is measured."""


@dataclass(frozen=True)
class Thoroughness:
    """How much is measured.

    Attributes:
        seconds: Of samples for each case, over all processes.
        is_quick: Whether it is a look only.

    Raises:
        UsageError: It is too much, or nothing.
    """

    processes: int
    seconds: float
    seed: int
    is_quick: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.processes <= MOST_PROCESSES:
            raise UsageError(
                f"--processes: must be 1 to {MOST_PROCESSES}, got {self.processes}",
            )
        if not 0 < self.seconds <= LONGEST_S:
            raise UsageError(
                f"--seconds: must be more than 0 and at most {LONGEST_S:,.0f}, got {self.seconds:g}"
            )

    @classmethod
    def quick(cls, seed: int) -> Self:
        """Return what takes seconds."""
        return cls(1, 1.0, seed, is_quick=True)

    @property
    def rules(self) -> Rules:
        """When a process has measured enough."""
        if self.is_quick:
            return QUICK
        return Rules(budget_ns=round(self.seconds * SECOND / self.processes))


def wanted(
    models: Sequence[str],
    *,
    devices: Sequence[str] | None,
    batch: str,
    dtypes: str,
    modes: str,
    threads: str | None,
    channels_last: bool,
    optimizer: str,
    question: Question,
    effort: Thoroughness,
) -> list[Case]:
    """Return the cases that the options ask for.

    Raises:
        ArchstatError: An option cannot be read, or there is no such device.
    """
    places = places_named(devices, "bench")
    cores = [physical_cores()]
    found = Wanted(
        models,
        places,
        [1] if batch.strip() == AUTO else _numbers(batch, "--batch"),
        dtypes_named(dtypes),
        _words(modes, MODES, "--mode"),
        cores if threads is None else _numbers(threads, "--threads"),
        channels_last,
        optimizer,
    )
    cases = list(found.cases())
    require_one_possible(cases)
    if batch.strip() != AUTO:
        return cases
    rules = replace(effort.rules, warm_ns=SECOND // 10)
    return [
        replace(case, batch_size=size)
        for case in cases
        if not case.objection
        for size in best_batches(Search(case, question, rules, seed=effort.seed))
    ]


def places_named(devices: Sequence[str] | None, purpose: str) -> Sequence[str]:
    """Return the devices that `--device` names, or all that this machine has.

    Raises:
        ArchstatError: There is no such device here, or no PyTorch.
    """
    require(TORCH, purpose=purpose)
    named = [name for text in devices or [] for name in text.split(",")]
    with waiting("looking for devices", after_s=AT_ONCE_S), within("--device"):
        from archstat.bench.measuring.places import device_names

        return device_names(named)


def dtypes_named(text: str) -> list[str]:
    """Return the types that `--dtype` names.

    Raises:
        UsageError: There is none of one of the names.
    """
    return _words(text, DTYPES, "--dtype")


def best_batches(search: Search) -> list[int]:
    """Return the batch of the best throughput and the largest one, and tell of them on stderr.

    Raises:
        UsageError: Not even one example fits.
    """
    fits: list[Fits] = []
    for event in run.started(search):
        if isinstance(event, Fits):
            fits.append(event)
        elif isinstance(event, Failed):
            raise UsageError(f"--batch auto: {event.why}")
    if not fits:
        raise UsageError("--batch auto: not even one example fits into memory")
    best = max(fits, key=lambda each: each.batch_size / each.call_ns)
    largest = max(fits, key=lambda each: each.batch_size)
    why = (
        f"a pass takes {largest.call_ns / SECOND:.1f} s"
        if largest.call_ns > search.most_ns
        else "more does not fit"
    )
    _say(
        f"{replace(search.case, batch_size=0)}: the best throughput is at batch {best.batch_size}; "
        f"{largest.batch_size} is the largest tried, as {why}".replace(", batch 0", "")
    )
    return sorted({best.batch_size, largest.batch_size})


@dataclass
class RunOutcome:
    """What came of a run.

    Attributes:
        is_whole: Whether it went to its end.
    """

    record: Record
    is_whole: bool


def measured(
    cases: Sequence[Case],
    question: Question,
    effort: Thoroughness,
    *,
    layers: bool,
    epoch: int,
    keep: Callable[[Record], None],
) -> RunOutcome:
    """Measure, and tell on stderr how far it is; Ctrl-C ends it with what there is.

    Raises:
        ArchstatError: A model cannot be found or run, or a process fails.
    """
    models: dict[str, Known] = {}
    for model in dict.fromkeys(case.model for case in cases):
        batches = dict.fromkeys(case.batch_size for case in cases if case.model == model)
        with waiting(f"reading {model}", after_s=AT_ONCE_S):
            models[model] = known(model, question, list(batches), optimizer=cases[0].optimizer)
    works = {case: models[case.model].works[case.batch_size] for case in cases}
    empty = Record(
        reproducing(sys.argv[1:]),
        effort.is_quick,
        {},
        {model: found.title for model, found in models.items()},
        inputs={model: found.input_shape for model, found in models.items()},
        params={model: found.params for model, found in models.items()},
        epoch_images=epoch if cases[0].optimizer else 0,
        archstat=__version__,
        began=now_utc(),
        commit=commit_of(Path.cwd()),
    )
    asked = run.Asked(works, question, effort.rules, effort.processes, effort.seed, layers)
    line = ProgressLine(list(asked.works))
    going = run.Run(empty, asked, start=run.started, changed=line.show, ended=keep)
    line.show(going.progress)
    try:
        record = going.measure()
    except KeyboardInterrupt:
        line.clear()
        _say("stopped; what follows is what was measured so far")
        return RunOutcome(going.record(), is_whole=False)
    line.clear()
    return RunOutcome(record, is_whole=True)


@dataclass
class ProgressLine:
    """One line on stderr, if that is a terminal: what is being measured, and the time left."""

    cases: Sequence[Case]
    began: float = field(default_factory=time.monotonic)
    shown: float = 0.0

    def show(self, progress: run.Progress) -> None:
        """Show where a run is, not too often."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self.shown < BETWEEN_S:
            return
        self.shown = now
        case = self.cases[progress.number]
        call_ns = progress.call_ns.get(progress.number)
        left = run.seconds_left(progress, self.began)
        words = (
            f"process {max(1, progress.process)} of {progress.processes}",
            f"{case.model} on {case.device}, batch {case.batch_size}",
            "starts" if call_ns is None else f"{call_ns / 1e6:,.2f} ms",
            f"about {left:.0f} s left" if left else "",
        )
        sys.stderr.write("\r\x1b[K" + " · ".join(word for word in words if word))
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def reproducing(arguments: Sequence[str]) -> str:
    """Return the command that measures the same again, without the files that it wrote."""
    kept: list[str] = []
    words = iter(arguments)
    for word in words:
        if word in {"-o", *WITHOUT}:
            next(words, None)
        elif not word.startswith(("-o", *(f"{option}=" for option in WITHOUT))):
            kept.append(word)
    return shlex.join(["archstat", *kept])


def now_utc() -> str:
    """Return the time as records have it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _numbers(text: str, option: str) -> list[int]:
    """Return the numbers that an option states.

    Raises:
        UsageError: It states something else.
    """
    found = []
    for word in text.split(","):
        if not word.strip().isdecimal() or not 1 <= int(word) <= MOST:
            raise UsageError(
                f"{option}: {shown(word)} is not a whole number of 1 to {MOST:,}",
                hint=f"write {option} 1,2",
            )
        found.append(int(word))
    return list(dict.fromkeys(found))


def _words(text: str, allowed: Collection[str], option: str) -> list[str]:
    """Return the words that an option states.

    Raises:
        UsageError: One is not allowed.
    """
    found = [word.strip() for word in text.split(",")]
    for word in found:
        if word not in allowed:
            raise UsageError(
                f"{option}: there is no {shown(word)}",
                hint=did_you_mean(word, list(allowed)) or f"use {', '.join(allowed)}",
            )
    return list(dict.fromkeys(found))
