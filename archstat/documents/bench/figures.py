"""Figures as programs read them: SI units, and null or an empty cell where there is nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from archstat.bench.summary import Limit
from archstat.documents.bench.sheet import CaseRow
from archstat.documents.cells import EMPTY, Cell, Number
from archstat.documents.document import Column, Line, Table

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


def to_dict(row: CaseRow) -> dict[str, Any] | None:
    """Return the figures of a row as the JSON contract has them; None if there are none."""
    if row.figures is None:
        return None
    found = row.figures
    return {
        "latency_s": found.latency_s,
        "interval_s": found.interval,
        "p5_s": found.low_s,
        "p95_s": found.p95_s,
        "p99_s": found.p99_s,
        "examples_per_s": found.examples_per_s,
        "epoch_s": row.epoch_s,
        "device_s": found.device_s,
        "spread": found.spread,
        "samples": found.samples,
        "set_aside": found.set_aside,
        "limit": None if found.limit is None else _limit(found.limit),
        "bound": found.bound or None,
        "verdict": found.verdict.value,
        "reason": found.reason,
        "notes": found.notes,
    }


def _limit(limit: Limit) -> Mapping[str, Any]:
    return {
        "limit_s": limit.floor.fused_s,
        "layerwise_s": limit.floor.layerwise_s,
        "compute_s": limit.floor.compute_s,
        "memory_s": limit.floor.memory_s,
        "share": limit.share,
        "interval": limit.interval,
        "spread": limit.spread,
        "steady_s": limit.steady_s,
        "conv_flop_per_s": limit.rates.conv,
        "matmul_flop_per_s": limit.rates.matmul,
        "bytes_per_s": limit.rates.memory,
    }


def records_table(fields: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return rows in SI units, by their fields; empty where there is nothing."""
    columns = tuple(Column(field, field, is_text=field in TEXTS) for field in fields)
    lines = (Line(tuple(_plain(row.get(field)) for field in fields)) for row in rows)
    return Table(columns, tuple(lines))


TEXTS = frozenset(
    {"model", "device", "dtype", "mode", "optimizer", "bound", "verdict", "reason", "layer", "kind"}
    | {"column", "by", "answer"}
)


def _plain(value: Any) -> Cell:
    if value is None:
        return EMPTY
    return value if isinstance(value, str) else Number(value + 0)
