"""The measured cases of a benchmark, for tools that keep series of figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from archstat.documents.cells import for_json
from archstat.documents.document import Document
from archstat.errors import UsageError

IN_NAMES = ("device", "batch_size", "dtype", "mode", "optimizer")


class MeasuredCase(NamedTuple):
    """A case: its name is the same in every run, so that figures of many runs are one series."""

    name: str
    latency_s: float
    low_s: float | None
    high_s: float | None
    examples_per_s: float
    share: float | None
    verdict: str


def measured(document: Document) -> Iterator[MeasuredCase]:
    """Yield the cases that were measured.

    Raises:
        UsageError: The document is no benchmark.
    """
    table = document.record_table
    if document.kind != "bench" or table is None:
        raise UsageError(
            f"this is a format of benchmarks, and not of a {document.kind}",
            hint="use it with archstat bench",
        )
    keys = [column.key for column in table.columns]
    for line in table.lines:
        row = dict(zip(keys, map(for_json, line.cells), strict=True))
        if row["latency_s"] is not None:
            yield _series(row)


def _series(row: dict[str, Any]) -> MeasuredCase:
    settings = [f"batch {row[key]}" if key == "batch_size" else row[key] for key in IN_NAMES]
    threads = f"{row['threads']} threads" if row["threads"] else ""
    last = "channels last" if row["channels_last"] else ""
    copy = f"copy {row['copy']}" if row["copy"] > 1 else ""
    return MeasuredCase(
        ", ".join(filter(None, [row["model"], copy, *settings, last, threads])),
        row["latency_s"],
        row["latency_low_s"],
        row["latency_high_s"],
        row["examples_per_s"],
        row["share_of_limit"],
        row["verdict"],
    )
