"""The cases of a plan, and what came of a sweep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from archstat.documents.cells import Cell, Look, Number, Sign
from archstat.documents.document import Column, Document, Line, Notes, Table
from archstat.report.values import Named
from archstat.sweep.case import TABLE, SweepCase
from archstat.sweep.outcome import DONE, FAILED

TO_DO = Sign(" ", "to do", "is still to be done")
SIGNS: Mapping[str, Sign] = {
    DONE: Sign("✓", "done", "is done", Look.GOOD),
    FAILED: Sign("✗", "failed", "has failed", Look.BAD),
}

COLUMNS = (
    Column("status", "", is_text=True),
    Column("id", "id", is_text=True, importance=0),
    Column("what", "what", is_text=True, importance=1),
    Column("model", "model", is_text=True),
    Column("input", "input", is_text=True, importance=2),
    Column("batch_size", "batch"),
    Column("device", "device", is_text=True),
    Column("dtype", "type", is_text=True, importance=4),
    Column("mode", "mode", is_text=True, importance=3),
    Column("threads", "threads", importance=3),
    Column("channels_last", "layout", is_text=True, importance=3),
    Column("optimizer", "train", is_text=True, importance=3),
    Column("arguments", "arguments", is_text=True, importance=3),
    Column("estimate_s", "about", unit="s", importance=5),
)
RARE = {"input", "threads", "channels_last", "optimizer", "arguments"}
"""Columns that people see only where something stands in them."""

WHY = Column("reason", "why", is_text=True, wraps=True)


def plan_document(
    title: str, cases: Sequence[SweepCase], statuses: Mapping[str, str], notes: Iterable[str] = ()
) -> Document:
    """Return the cases of a plan, with what a store knows of them."""
    table = _table(cases, [statuses.get(case.id, "") for case in cases])
    left = [case for case in cases if case.id not in statuses]
    about = duration(sum(case.estimate_s for case in left))
    said = tuple(notes)
    return Document(
        "plan",
        title,
        parts=(table.without_empty(RARE), *((Notes(said),) if said else ())),
        conclusion=f"{count(len(cases), 'case')}, {len(left):,} to do in about {about}"
        if left
        else f"{count(len(cases), 'case')}, all of them done",
        records=lambda: table,
    )


def swept_document(title: str, cases: Sequence[SweepCase], failures: Mapping[str, str]) -> Document:
    """Return how a sweep ended: how many cases are done, and why the others failed."""
    failed = [case for case in cases if case.id in failures]
    table = _table(failed, [FAILED] * len(failed), failures)
    done = len(cases) - len(failed)
    return Document(
        "sweep",
        title,
        parts=(table.without_empty(RARE),) if failed else (),
        conclusion=f"{count(len(cases), 'case')}: {done:,} done, {len(failed):,} failed",
        facts={"cases": len(cases), "done": done, "failed": len(failed)},
        records=lambda: table,
    )


def _table(
    cases: Sequence[SweepCase], statuses: Sequence[str], failures: Mapping[str, str] | None = None
) -> Table:
    """Return a line a case; where failures are told, they stand in the place of how long it takes.

    Columns do not depend on the cases, for machines.
    """
    columns = COLUMNS if failures is None else (*COLUMNS[:-1], WHY)
    lines = (
        Line(_cells(case, status, failures)) for case, status in zip(cases, statuses, strict=True)
    )
    return Table(columns, tuple(lines))


def _cells(case: SweepCase, status: str, failures: Mapping[str, str] | None) -> tuple[Cell, ...]:
    counted = case.what == TABLE
    return (
        SIGNS.get(status, TO_DO),
        case.id,
        case.what,
        case.model,
        " ".join(case.inputs),
        case.batch_size,
        "" if counted else case.device,
        "" if counted else case.dtype,
        "" if counted else Named(case.mode, case.mode),
        case.threads or "",
        "channels last" if case.channels_last else "",
        case.optimizer,
        " ".join(case.arguments),
        Number(case.estimate_s, f"{case.estimate_s:.0f}")
        if failures is None
        else failures[case.id],
    )


def count(number: int, what: str) -> str:
    """Return how many there are of a thing.

    >>> count(1, "case"), count(2000, "case")
    ('1 case', '2,000 cases')
    """
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def duration(seconds: float) -> str:
    """Return a time as people say it.

    >>> duration(12.3), duration(95), duration(7260)
    ('12 s', '2 min', '2 h 1 min')
    >>> duration(260_000)
    '3 days'
    """
    if seconds < 90:  # noqa: PLR2004  people say 80 seconds, and two minutes
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:  # noqa: PLR2004  two days, and then nobody counts hours
        return f"{round(hours / 24):,} days"
    return f"{hours} h {rest} min" if hours else f"{minutes} min"
