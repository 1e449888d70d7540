"""A folder of records, a file a run: what is kept, the last of it, and what changed over time.

A change is told where the interval of a figure says so, against the figure since which nothing has
changed; a slow drift is told once it has gone beyond the tolerance in all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archstat.bench.case import Case
from archstat.bench.comparing.change import Measured
from archstat.bench.comparing.comparison import TOLERANCE, Entry, beside, is_same_model
from archstat.bench.comparing.ratio import Answer
from archstat.bench.reading import read_record
from archstat.bench.record import Record
from archstat.bench.summary import Figures, figures
from archstat.errors import UsageError

MOST_KEPT = 10_000
"""Records of a folder that are read."""

SUFFIX = ".json"
CHANGED = (Answer.FASTER, Answer.SLOWER, Answer.FAILED)


@dataclass(frozen=True)
class KeptRecord:
    """A record of a folder."""

    file: Path
    record: Record

    @property
    def title(self) -> str:
        """What tells it from others: when it began, and of which commit."""
        return " ".join(filter(None, (self.record.began or self.file.stem, self.record.commit)))


@dataclass(frozen=True)
class Moment:
    """A case in one record of a history.

    Attributes:
        figures: None if it failed.
        entry: How it compares with the figure since which nothing has changed; None for the first,
            and for one that begins anew.
        anew: Why it begins anew; empty if it does not.
    """

    kept: KeptRecord
    figures: Figures | None
    entry: Entry | None = None
    anew: str = ""

    @property
    def changed(self) -> Answer | None:
        """What has become of it, if that is a change."""
        answer = None if self.entry is None else self.entry.answer
        return answer if answer in CHANGED else None


@dataclass(frozen=True)
class CaseHistory:
    """A case over time."""

    case: Case
    moments: tuple[Moment, ...]

    @property
    def is_slower(self) -> bool:
        """Whether the last figure is slower than the one before, or there is none any more."""
        return self.moments[-1].changed in {Answer.SLOWER, Answer.FAILED}


def places_for(record: Record, folder: Path) -> Iterator[Path]:
    """Yield where a record may be kept in a folder, those of one second in the order of time."""
    parts = (record.began.replace(":", ""), record.commit.replace("+", "-changed"))
    stem = "-".join(filter(None, parts)) or "record"
    yield folder / f"{stem}{SUFFIX}"
    for at in range(2, MOST_KEPT):
        yield folder / f"{stem}_{at:04}{SUFFIX}"


def kept(folder: Path) -> list[KeptRecord]:
    """Return the records of a folder, the oldest first.

    Raises:
        ArchstatError: There is no such folder, or one of its files holds no record.
    """
    if not folder.is_dir():
        raise UsageError(
            f"there is no folder {folder}", hint=f"write archstat bench MODEL --save {folder}"
        )
    files = sorted(folder.glob(f"*{SUFFIX}"))
    if not files:
        raise UsageError(
            f"{folder} holds no records", hint=f"write archstat bench MODEL --save {folder}"
        )
    if len(files) > MOST_KEPT:
        raise UsageError(f"{folder} holds {len(files):,} records, of at most {MOST_KEPT:,}")
    found = map(record_in, files)
    return sorted(found, key=lambda each: (each.record.began, each.file.name))


def record_in(file: Path) -> KeptRecord:
    """Return the record of a file.

    Raises:
        RecordError: It holds none.
    """
    return KeptRecord(file, read_record(file))


def last_of(folder: Path, cases: Sequence[Case]) -> KeptRecord | None:
    """Return the last record of a folder that has one of some cases; None if there is none."""
    wanted = {replace(case, device="", threads=0) for case in cases}
    for each in reversed(kept(folder)):
        there = {replace(r.case, device="", threads=0) for r in each.record.results}
        if there & wanted:
            return each
    return None


def history(
    records: Sequence[KeptRecord], *, tolerance: float = TOLERANCE
) -> tuple[CaseHistory, ...]:
    """Return each case over time, in the order in which cases were first measured."""
    found: dict[Case, list[tuple[KeptRecord, Measured]]] = {}
    for each in records:
        for result in each.record.results:
            told = each, Measured(each.title, each.record, result)
            found.setdefault(result.case, []).append(told)
    return tuple(
        CaseHistory(case, tuple(_moments(told, tolerance))) for case, told in found.items()
    )


def _moments(told: Sequence[tuple[KeptRecord, Measured]], tolerance: float) -> Iterator[Moment]:
    start: Measured | None = None
    for each, this in told:
        said = figures(this.record, this.result)
        anew = "" if start is None else _anew(start, this)
        if start is None or anew:
            yield Moment(each, said, anew=anew)
            start = this if said is not None or anew else start
            continue
        moment = Moment(each, said, beside(start, this, tolerance))
        yield moment
        if moment.changed and said is not None:
            start = this


def _anew(start: Measured, this: Measured) -> str:
    """Return why a figure has nothing to do with those before it; empty if it has."""
    if this.record.protocol != start.record.protocol:
        return "measured in another way"
    if not is_same_model(this.result.work, start.result.work):
        return "another network"
    return "" if this.place == start.place else "another device"
