"""Figures side by side: each record or model a column, and how the others compare with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from string import ascii_uppercase
from typing import Any

from archstat.bench.comparing.comparison import ComparedCase, Comparison, Entry
from archstat.bench.comparing.ratio import Ratio
from archstat.bench.record import SCHEMA
from archstat.documents.bench.figures import CASE, records_table
from archstat.documents.bench.sheet import BATCH, SETTINGS, CaseSetting
from archstat.documents.cells import NOTHING, UNKNOWN
from archstat.documents.document import Column, Document, Line, Sentences, Table
from archstat.documents.units import TimeUnit, percent, time_unit

SHORT = 24
"""Letters of a title that still stands above its column; longer ones are explained above it."""

FIELDS = (
    *CASE,
    "column",
    "latency_s",
    "share_of_limit",
    "verdict",
    "ratio",
    "ratio_low",
    "ratio_high",
    "by",
    "latency_ratio",
    "share_ratio",
    "answer",
    "reason",
)


def bench_comparison_document(comparison: Comparison) -> Document:
    """Return figures side by side, what all have in common above, and what else is known below."""
    return Document(
        "bench-comparison",
        " and ".join(comparison.titles),
        parts=(
            Sentences(tuple(filter(None, _above(comparison))), is_list=True),
            _table(comparison),
            Sentences(tuple(_below(comparison)), is_list=True),
        ),
        records=lambda: _records(comparison),
        data=lambda: _data(comparison),
        is_bare=True,
    )


def _table(comparison: Comparison) -> Table:
    settings, names = _varying(comparison), list(_names(comparison))
    unit = time_unit(
        [e.figures.latency_s for row in comparison.rows for e in row.entries if e and e.figures]
    )
    columns = [Column(each.title, each.title, is_text=not each.is_number) for each in settings]
    for name in names:
        columns += [Column(name, name, unit=unit.name), Column(f"{name} share", "% of limit")]
    for name in names[1:]:
        group = f"{name} / {names[0]}"
        columns += [
            Column(f"{group} {title}", title, group=group, is_text=title in {"by", "answer"})
            for title in ("ratio", "95 % interval", "by", "answer")
        ]
    lines = (Line(tuple(_line(row, settings, unit))) for row in comparison.rows)
    return Table(tuple(columns), tuple(lines), is_ruled=False, fixed=len(settings))


def _names(comparison: Comparison) -> Iterator[str]:
    """Yield what stands above columns: their titles, or letters where these are long."""
    is_short = all(len(title) <= SHORT for title in comparison.titles)
    for number, title in enumerate(comparison.titles):
        yield title if is_short or number >= len(ascii_uppercase) else ascii_uppercase[number]


def _varying(comparison: Comparison) -> list[CaseSetting]:
    """Return the settings by which rows differ, and the batch."""
    cases = [row.case for row in comparison.rows]
    return [each for each in SETTINGS if each is BATCH or len(set(map(each.text, cases))) > 1]


def _line(row: ComparedCase, settings: Sequence[CaseSetting], unit: TimeUnit) -> Iterator[str]:
    yield from (setting.text(row.case) or NOTHING for setting in settings)
    for entry in row.entries:
        yield from _figures(entry, unit)
    for entry in row.entries[1:]:
        yield from _change(entry)


def _figures(entry: Entry | None, unit: TimeUnit) -> tuple[str, str]:
    if entry is None or (entry.figures is None and not entry.failure):
        return NOTHING, NOTHING
    if entry.figures is None:
        return "failed", NOTHING
    limit = entry.figures.limit
    share = UNKNOWN if limit is None else percent(limit.share)
    return unit.number(entry.figures.latency_s), share


def _change(entry: Entry | None) -> tuple[str, str, str, str]:
    answer = entry.answer.value if entry and entry.answer else NOTHING
    if entry is None or entry.change is None:
        return NOTHING, NOTHING, NOTHING, answer
    low_high = entry.change.ratio.interval
    interval = UNKNOWN if low_high is None else f"[{low_high.low:.3f}, {low_high.high:.3f}]"
    return f"{entry.change.ratio.value:.3f}", interval, entry.change.by.value, answer


def _above(comparison: Comparison) -> Iterator[str]:
    """Yield what all rows have in common, and what the letters above the columns stand for."""
    varying = _varying(comparison)
    words = [each.named(comparison.rows[0].case) for each in SETTINGS if each not in varying]
    yield ", ".join(filter(None, words))
    for name, title in zip(_names(comparison), comparison.titles, strict=True):
        if name != title:
            yield f"{name}: {title}"


def _below(comparison: Comparison) -> Iterator[str]:
    """Yield what stands in no column: reasons, failures, what differs and what is left out."""
    found: dict[str, list[str]] = {}  # who it is said of
    varying = _varying(comparison)
    for row in comparison.rows:
        label = ", ".join(filter(None, (setting.named(row.case) for setting in varying)))
        for title, entry in zip(comparison.titles, row.entries, strict=True):
            for text in _remarks(entry):
                found.setdefault(text, []).append(f"{label}, {title}")
    count = sum(entry is not None for row in comparison.rows for entry in row.entries)
    for text, names in found.items():
        yield f"{'all' if len(names) == count else '; '.join(names)}: {text}"
    for each in comparison.differences:
        values = " → ".join(UNKNOWN if value is None else str(value) for value in each.values)
        yield f"the environments differ: {each.section} {each.key}: {values}"
    for title, case in comparison.unmatched:
        yield f"only in {title}: {case}"
    yield _conclusion(comparison)


def _remarks(entry: Entry | None) -> Iterator[str]:
    """Yield what is wrong with the figures of an entry, and with their comparison."""
    if entry is not None and entry.figures is not None and entry.figures.reason:
        yield f"{entry.figures.verdict.value}: {entry.figures.reason}"
    if reason := _reason(entry):
        yield reason


def _reason(entry: Entry | None) -> str:
    if entry is None:
        return ""
    return entry.failure or (entry.change.reason if entry.change else "")


def _conclusion(comparison: Comparison) -> str:
    """Return how often each answer was given."""
    ratio = "a ratio is of times, so under 1 is faster"
    counts = Counter(answer.value for answer in comparison.answers)
    if not counts:
        return f"{ratio}; between two devices nothing has become faster or slower"
    answers = ", ".join(f"{count:,} {answer}" for answer, count in counts.items())
    return f"{answers}, at a tolerance of {100 * comparison.tolerance:g} %; {ratio}"


def _records(comparison: Comparison) -> Table:
    """Return a line for each case of each column."""
    rows = (
        _fields(title, entry)
        for row in comparison.rows
        for title, entry in zip(comparison.titles, row.entries, strict=True)
        if entry is not None
    )
    return records_table(FIELDS, rows)


def _fields(title: str, entry: Entry) -> dict[str, Any]:
    """Return a record."""
    found, change, case = entry.figures, entry.change, entry.case.to_dict()
    fields = {**{key: case[key] for key in CASE}, "column": title, "reason": _reason(entry)}
    fields["answer"] = entry.answer.value if entry.answer else None
    if found is not None:
        fields |= {"latency_s": found.latency_s, "verdict": found.verdict.value}
        fields["share_of_limit"] = found.limit.share if found.limit else None
    if change is not None:
        fields |= {"by": change.by.value, "ratio": change.ratio.value}
        fields["latency_ratio"] = change.latency.value
        fields["share_ratio"] = change.share.value if change.share else None
        if change.ratio.interval is not None:
            fields["ratio_low"], fields["ratio_high"] = change.ratio.interval
    return fields


def _data(comparison: Comparison) -> dict[str, Any]:
    """Return the JSON contract."""
    return {
        "schema": SCHEMA,
        "kind": "bench-comparison",
        "tolerance": comparison.tolerance,
        "is_regression": comparison.is_regression,
        "columns": comparison.titles,
        "rows": [
            {
                "case": row.case.to_dict(),
                "entries": [entry and _entry(entry) for entry in row.entries],
            }
            for row in comparison.rows
        ],
        "differences": [vars(each) for each in comparison.differences],
        "unmatched": [
            {"column": title, "case": case.to_dict()} for title, case in comparison.unmatched
        ],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    """Return what a column has in a row, as the JSON contract has it."""
    found, change = entry.figures, entry.change
    limit = found.limit if found else None
    return {
        "case": entry.case.to_dict(),
        "latency_s": found.latency_s if found else None,
        "interval_s": found.interval if found else None,
        "share": limit.share if limit else None,
        "share_interval": limit.interval if limit else None,
        "verdict": found.verdict.value if found else None,
        "verdict_reason": found.reason if found else "",
        "failure": entry.failure,
        "by": change.by.value if change else None,
        "latency_ratio": _ratio(change.latency) if change else None,
        "share_ratio": _ratio(change.share) if change else None,
        "answer": entry.answer.value if entry.answer else None,
        "reason": change.reason if change else "",
    }


def _ratio(ratio: Ratio | None) -> dict[str, Any] | None:
    return None if ratio is None else {"value": ratio.value, "interval": ratio.interval}
