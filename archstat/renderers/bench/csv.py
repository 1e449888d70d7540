"""A record as CSV: a line a case, in SI units, empty where there is nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from archstat.bench.record import Record
from archstat.documents.cells import for_spreadsheets
from archstat.documents.letters import printable
from archstat.renderers.bench import figures
from archstat.renderers.bench.sheet import Row, sheet

CASE = (
    "model",
    "device",
    "batch_size",
    "dtype",
    "mode",
    "channels_last",
    "threads",
    "optimizer",
    "copy",
)
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


def render(record: Record) -> str:
    """Return a line for each case."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    for row in sheet(record).rows:
        writer.writerow({field: _plain(value) for field, value in _fields(row)})
    return text.getvalue()


def _fields(row: Row) -> Iterator[tuple[str, Any]]:
    case = row.case.to_dict()
    yield from ((field, case[field]) for field in CASE)
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


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return for_spreadsheets(printable(value)) if isinstance(value, str) else value
