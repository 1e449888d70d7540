"""A record as rows, and by which of their settings they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from archstat.bench.case import Case
from archstat.bench.record import Record, Result
from archstat.bench.summary import Figures, Publishable, figures
from archstat.documents.units import TimeUnit, time_unit

OPTIMIZER_NAMES = {"": "forward pass", "sgd": "training step, SGD", "adam": "training step, Adam"}


@dataclass(frozen=True)
class CaseSetting:
    """What cases may differ by.

    Attributes:
        title: Of the column, where they do.
        text: What a case has; empty for what goes without saying.
        words: The same outside of the column.
    """

    title: str
    text: Callable[[Case], str]
    words: str = "{}"
    is_number: bool = False

    def named(self, case: Case) -> str:
        """Return what a case has, in words."""
        text = self.text(case)
        return self.words.format(text) if text else ""


MODEL = CaseSetting("model", lambda case: case.name)
DEVICE = CaseSetting("device", lambda case: case.device)
PASS = CaseSetting("pass", lambda case: OPTIMIZER_NAMES[case.optimizer])
BATCH = CaseSetting("batch", lambda case: f"{case.batch_size:,}", "batch {}", is_number=True)
DTYPE = CaseSetting("dtype", lambda case: case.dtype)
MODE = CaseSetting("mode", lambda case: case.mode)
LAYOUT = CaseSetting("channels", lambda case: "last" if case.channels_last else "", "channels {}")
THREADS = CaseSetting(
    "threads", lambda case: str(case.threads) if case.threads else "", "threads {}", is_number=True
)
SETTINGS = (MODEL, DEVICE, PASS, BATCH, DTYPE, MODE, LAYOUT, THREADS)


@dataclass(frozen=True)
class CaseRow:
    """A case and what is said of it; figures are None where there are none."""

    result: Result
    figures: Figures | None
    epoch_images: int

    @property
    def case(self) -> Case:
        """What was measured."""
        return self.result.case

    @property
    def verdict(self) -> Publishable:
        """Whether the figures are worth publishing."""
        return Publishable.FAILED if self.figures is None else self.figures.verdict

    @property
    def is_valid(self) -> bool:
        """Whether they are."""
        return self.verdict is Publishable.VALID

    @property
    def reason(self) -> str:
        """Why the verdict is what it is."""
        if self.figures is None:
            return self.result.failure or "was not measured to an end"
        return self.figures.reason

    @property
    def epoch_s(self) -> float | None:
        """The seconds that an epoch of training takes."""
        if self.figures is None or not self.epoch_images or not self.case.optimizer:
            return None
        return self.epoch_images / self.figures.examples_per_s


@dataclass(frozen=True)
class CaseSheet:
    """The rows of a record."""

    record: Record
    rows: tuple[CaseRow, ...]

    @cached_property
    def varying(self) -> tuple[CaseSetting, ...]:
        """The settings by which rows differ; the batch in any case."""
        return tuple(setting for setting in SETTINGS if self._varies(setting))

    def _varies(self, setting: CaseSetting) -> bool:
        if setting is THREADS:  # which go with the device, if it has one number of them only
            return any(len(threads) > 1 for threads in self.threads.values())
        return setting is BATCH or len({setting.text(row.case) for row in self.rows}) > 1

    @cached_property
    def threads(self) -> dict[str, list[int]]:
        """How many threads each device was measured with."""
        found: dict[str, dict[int, None]] = {}
        for row in self.rows:
            found.setdefault(row.case.device, {})[row.case.threads] = None
        return {device: sorted(threads) for device, threads in found.items()}

    def rows_of(self, case: Case) -> Iterator[CaseRow]:
        """Yield the rows of a case: one."""
        return (row for row in self.rows if row.case == case)

    def label(self, case: Case, *, besides: Sequence[CaseSetting] = ()) -> str:
        """Return how a case is told from the others."""
        words = (setting.named(case) for setting in self.varying if setting not in besides)
        return ", ".join(filter(None, words))

    @cached_property
    def unit(self) -> TimeUnit:
        """In which all times of the table are."""
        return time_unit([row.figures.latency_s for row in self.rows if row.figures])

    @property
    def example(self) -> str:
        """What there are so many of in a batch."""
        shapes = self.record.inputs.values()
        return "image" if shapes and all(map(_is_image, shapes)) else "example"


def sheet(record: Record) -> CaseSheet:
    """Return the rows of a record, with their figures."""
    rows = (
        CaseRow(result, figures(record, result), record.epoch_images) for result in record.results
    )
    return CaseSheet(record, tuple(rows))


def _is_image(shape: Sequence[int]) -> bool:
    return len(shape) == 3 and shape[0] in {1, 3, 4}  # noqa: PLR2004  channels, rows and columns
