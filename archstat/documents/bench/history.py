"""Cases over time: a line a record, and where something changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archstat.bench.comparing.ratio import Answer
from archstat.bench.history import CaseHistory, Moment
from archstat.bench.record import SCHEMA
from archstat.documents.bench.figures import CASE, records_table
from archstat.documents.cells import NOTHING, UNKNOWN
from archstat.documents.document import Column, Document, Line, Sentences, Table
from archstat.documents.units import TimeUnit, percent, time_unit

FIELDS = (
    *CASE,
    "began",
    "commit",
    "file",
    "latency_s",
    "latency_low_s",
    "latency_high_s",
    "share_of_limit",
    "verdict",
    "change",
    "ratio",
    "reason",
)


def history_document(found: Sequence[CaseHistory], tolerance: float) -> Document:
    """Return cases over time, a table each."""
    unit = time_unit([m.figures.latency_s for each in found for m in each.moments if m.figures])
    parts = [part for each in found for part in (Sentences((f"{each.case}",)), _table(each, unit))]
    return Document(
        "bench-history",
        f"{len(found)} case{'' if len(found) == 1 else 's'} over time",
        parts=(*parts, Sentences((_conclusion(found, tolerance),))),
        records=lambda: records_table(FIELDS, moments_of(found)),
        data=lambda: {
            "schema": SCHEMA,
            "kind": "bench-history",
            "tolerance": tolerance,
            "moments": list(moments_of(found)),
        },
        is_bare=True,
    )


def _table(each: CaseHistory, unit: TimeUnit) -> Table:
    columns = (
        Column("began", "began", is_text=True),
        Column("commit", "commit", is_text=True),
        Column("latency", "latency", unit=unit.name),
        Column("interval", "95 % interval", unit=unit.name),
        Column("share", "% of limit"),
        Column("verdict", "verdict", is_text=True),
        Column("change", "change", is_text=True),
    )
    lines = tuple(Line(tuple(_cells(moment, unit))) for moment in each.moments)
    return Table(columns, lines, is_ruled=False, fixed=2)


def _cells(moment: Moment, unit: TimeUnit) -> Iterator[str]:
    yield moment.kept.record.began or moment.kept.file.name
    yield moment.kept.record.commit or NOTHING
    said = moment.figures
    if said is None:
        yield from ("failed", NOTHING, NOTHING, NOTHING)
    else:
        yield unit.number(said.latency_s)
        low_high = said.interval
        yield (
            UNKNOWN
            if low_high is None
            else f"[{unit.number(low_high.low)}, {unit.number(low_high.high)}]"
        )
        yield UNKNOWN if said.limit is None else percent(said.limit.share)
        yield said.verdict.value
    yield change_of(moment)


def change_of(moment: Moment) -> str:
    """Return what has changed, in words; empty where nothing is known to have."""
    if moment.anew:
        return f"begins anew: {moment.anew}"
    if moment.changed is None or moment.entry is None:
        return ""
    if moment.changed is Answer.FAILED or moment.entry.change is None:
        return Answer.FAILED.value
    return f"{moment.changed.value} × {moment.entry.change.ratio.value:.3f}"


def _conclusion(found: Sequence[CaseHistory], tolerance: float) -> str:
    changes = sum(moment.changed is not None for each in found for moment in each.moments)
    said = "nothing has changed" if not changes else f"{changes} change{'s' * (changes > 1)}"
    return f"{said} by more than {percent(tolerance)} with 95 %; × is the time over that before"


def moments_of(found: Sequence[CaseHistory]) -> Iterator[Mapping[str, Any]]:
    """Yield each moment as JSON has it, case by case."""
    for each in found:
        for moment in each.moments:
            said, entry = moment.figures, moment.entry
            low_high = None if said is None else said.interval
            change = None if entry is None else entry.change
            yield {
                **each.case.to_dict(),
                "began": moment.kept.record.began,
                "commit": moment.kept.record.commit,
                "file": moment.kept.file.name,
                "latency_s": None if said is None else said.latency_s,
                "latency_low_s": None if low_high is None else low_high.low,
                "latency_high_s": None if low_high is None else low_high.high,
                "share_of_limit": said.limit.share if said is not None and said.limit else None,
                "verdict": None if said is None else said.verdict.value,
                "change": moment.changed.value if moment.changed else moment.anew and "ANEW",
                "ratio": change.ratio.value if change is not None and moment.changed else None,
                "reason": moment.anew or (change.reason if change is not None else ""),
            }
