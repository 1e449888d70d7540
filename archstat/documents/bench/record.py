"""What a benchmark measured: a row a case, what its marks mean, and how it was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archstat.bench.layer_summary import breakdown
from archstat.bench.limits.reached import ReachedOnDevice
from archstat.bench.record import Record, to_dict
from archstat.documents.bench import against as beside
from archstat.documents.bench import figures, layers, words
from archstat.documents.bench.columns import MARKS, cells, setting_cell, setting_column, used
from archstat.documents.bench.figures import CASE, records_table
from archstat.documents.bench.sheet import CaseRow, CaseSheet, sheet
from archstat.documents.cells import Look
from archstat.documents.document import Document, Line, Listing, Notes, Part, Sentences, Table

FIELDS = (
    *CASE,
    "latency_s",
    "latency_low_s",
    "latency_high_s",
    "p5_s",
    "p95_s",
    "p99_s",
    "examples_per_s",
    "epoch_s",
    "device_s",
    "spread",
    "samples",
    "set_aside",
    "limit_s",
    "layerwise_limit_s",
    "share_of_limit",
    "share_low",
    "share_high",
    "share_spread",
    "steady_s",
    "bound",
    "verdict",
    "reason",
)


def record_document(record: Record, against: Sequence[ReachedOnDevice] = ()) -> Document:
    """Return a record; JSON has all of it, so that it can be read back.

    Args:
        record: What was measured.
        against: What its cases reach of the limits of devices that were named.
    """
    found = sheet(record)
    title, *others = [*words.models(found), ""]
    return Document(
        "bench",
        title,
        about=tuple(filter(None, (*others, words.common(found), *words.devices(found)))),
        parts=tuple(_parts(found, against)),
        records=lambda: _records(found, against),
        data=lambda: _data(record, found, against),
    )


def _parts(found: CaseSheet, against: Sequence[ReachedOnDevice]) -> Iterator[Part]:
    yield _table(found) if found.rows else Sentences((words.NOTHING_MEASURED,))
    for verdict, reason in words.verdicts(found):
        yield Sentences(
            (f"{verdict.value}  {reason}",), MARKS[verdict], is_close=True, is_list=True
        )
    yield Notes(tuple(words.notes(found)))
    if against:
        yield from beside.against_parts(found, against)
    yield Sentences(
        (*words.protocol(found), *words.spent(found)), Look.WEAK, is_close=True, is_list=True
    )
    for row in found.rows:
        if row.result.layers:
            yield from layers.layers_document(found.record, row.result).parts
    yield Listing(words.reproduce(found), "console", is_close=True)


def _table(found: CaseSheet) -> Table:
    shown = used(found)
    columns = (
        *map(setting_column, found.varying),
        *(figure.column(found) for figure in shown),
    )

    def line(row: CaseRow) -> Line:
        settings = tuple(setting_cell(setting, row) for setting in found.varying)
        if row.figures is None:
            return Line(settings, rest=row.reason, rest_look=MARKS[row.verdict])
        return Line((*settings, *cells(shown, row, found)))

    return Table(columns, tuple(map(line, found.rows)), fixed=len(found.varying))


def _records(found: CaseSheet, against: Sequence[ReachedOnDevice]) -> Table:
    """Return a line a case; with devices beside them, a line a case and a device."""
    if not against:
        return records_table(FIELDS, (dict(_fields(row)) for row in found.rows))
    rows = (
        {**dict(_fields(row)), **dict(beside.against_fields(one))}
        for one in against
        for row in found.rows_of(one.case)
    )
    return records_table((*FIELDS, *beside.FIELDS), rows)


def _fields(row: CaseRow) -> Iterator[tuple[str, Any]]:
    yield from row.case.to_dict().items()
    yield from (("verdict", row.verdict.value), ("reason", row.reason))
    found = figures.to_dict(row) or {}
    yield from ((field, found[field]) for field in FIELDS if field in found)
    yield from _ends("latency", found.get("interval_s"), "_s")
    limit = found.get("limit") or {}
    yield "limit_s", limit.get("limit_s")
    yield "layerwise_limit_s", limit.get("layerwise_s")
    yield "share_of_limit", limit.get("share")
    yield "share_spread", limit.get("spread")
    yield "steady_s", limit.get("steady_s")
    yield from _ends("share", limit.get("interval"))


def _ends(name: str, interval: Any, unit: str = "") -> Iterator[tuple[str, Any]]:
    low, high = interval or (None, None)
    yield f"{name}_low{unit}", low
    yield f"{name}_high{unit}", high


def _data(record: Record, found: CaseSheet, against: Sequence[ReachedOnDevice]) -> dict[str, Any]:
    """Return the JSON contract: all samples, and the figures."""
    document = to_dict(record)
    for result, row in zip(document["results"], found.rows, strict=True):
        result["figures"] = figures.to_dict(row)
        if parts := breakdown(record, row.result):
            result["breakdown"] = layers.to_dict(parts)
        if against:
            mine = [one for one in against if one.case == row.case]
            result["against"] = [beside.to_dict(one) for one in mine]
    return document
