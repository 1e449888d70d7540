"""What a process is asked to measure, and what it answers, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from archstat.bench.case import BYTES, Case
from archstat.bench.protocol import SECOND, Rules
from archstat.bench.record import Ceiling, LayerTimes, Sample
from archstat.bench.work import Work
from archstat.models.question import Question


@dataclass(frozen=True)
class Plan:
    """What one process measures; all of it on one device, with as many threads.

    Attributes:
        cases: What to measure, each by its number in the run.
        works: What each costs, by the same numbers.
        process: Which of the processes it is, from 0.
        layers: Whether each layer is measured, too.
    """

    cases: Mapping[int, Case]
    works: Mapping[int, Work]
    question: Question
    rules: Rules
    process: int = 0
    seed: int = 0
    layers: bool = False

    @property
    def device(self) -> str:
        """Where all of it runs."""
        return next(iter(self.cases.values())).device

    @property
    def threads(self) -> int:
        """Of the CPU; 0 where that does not matter."""
        return next(iter(self.cases.values())).threads

    def set_bytes(self, number: int) -> int:
        """Return the bytes that the memory probe of a case works on."""
        return self.works[number].set_bytes(BYTES[self.cases[number].dtype])


@dataclass(frozen=True)
class Search:
    """A search for the batch of the best throughput, and for the largest.

    Attributes:
        case: What to measure, of any batch.
        most_ns: As long a pass may take.
    """

    case: Case
    question: Question
    rules: Rules
    most_ns: int = 3 * SECOND
    seed: int = 0

    @property
    def device(self) -> str:
        """Where it runs."""
        return self.case.device

    @property
    def threads(self) -> int:
        """Of the CPU; 0 where that does not matter."""
        return self.case.threads


@dataclass(frozen=True)
class Survey:
    """A look at what a device can do at best, whatever runs there.

    Attributes:
        dtypes: The types to look at, one after the other.
        sizes: The bytes that the probes of memory work on.
    """

    device: str
    dtypes: tuple[str, ...]
    sizes: tuple[int, ...]
    threads: int = 0


@dataclass(frozen=True)
class Fits:
    """A batch that fits, and the time of a pass."""

    batch_size: int
    call_ns: int


@dataclass(frozen=True)
class Ready:
    """A case is warm.

    Attributes:
        call_ns: A call of it, for a first estimate.
    """

    number: int
    warmup_calls: int
    warmup_ns: int
    call_ns: int


@dataclass(frozen=True)
class Failed:
    """A case cannot be measured."""

    number: int
    why: str


@dataclass(frozen=True)
class Taken:
    """A sample of a case."""

    number: int
    sample: Sample


@dataclass(frozen=True)
class LayersTaken:
    """The layers of a case are measured."""

    number: int
    times: LayerTimes


@dataclass(frozen=True)
class Surrounding:
    """What is known of the machine and the software, by section and key."""

    environment: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Done:
    """The process has measured all; it says so once before the layers, and once more after them.

    Attributes:
        spent_s: Seconds by what they were spent on, since it last said so.
    """

    spent_s: Mapping[str, float] = field(default_factory=dict)


Event: TypeAlias = Surrounding | Ceiling | Ready | Fits | Failed | Taken | LayersTaken | Done
