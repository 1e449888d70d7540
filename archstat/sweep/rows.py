"""One row a case: what was asked, what came of it, where, when and with what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archstat.sweep.case import BENCH
from archstat.sweep.outcome import CaseOutcome

FIELDS: Mapping[str, str] = {
    "id": "TEXT",
    "status": "TEXT",
    "what": "TEXT",
    "model": "TEXT",
    "input": "TEXT",
    "batch_size": "INTEGER",
    "device": "TEXT",
    "device_name": "TEXT",
    "dtype": "TEXT",
    "mode": "TEXT",
    "threads": "INTEGER",
    "channels_last": "INTEGER",
    "optimizer": "TEXT",
    "params": "INTEGER",
    "macs": "INTEGER",
    "activation_bytes": "INTEGER",
    "is_whole": "INTEGER",
    "moved_bytes": "INTEGER",
    "latency_s": "REAL",
    "latency_low_s": "REAL",
    "latency_high_s": "REAL",
    "examples_per_s": "REAL",
    "limit_s": "REAL",
    "share_of_limit": "REAL",
    "share_low": "REAL",
    "share_high": "REAL",
    "conv_flop_per_s": "REAL",
    "matmul_flop_per_s": "REAL",
    "bytes_per_s": "REAL",
    "bound": "TEXT",
    "verdict": "TEXT",
    "reason": "TEXT",
    "notes": "TEXT",
    "began": "TEXT",
    "took_s": "REAL",
    "host": "TEXT",
    "engine": "TEXT",
    "torch": "TEXT",
    "archstat": "TEXT",
    "command": "TEXT",
}
"""The columns of a row, and their types in SQL; units are those of SI."""


RATES = ("conv_flop_per_s", "matmul_flop_per_s", "bytes_per_s")
"""The ceilings of a device, as its record has them."""


def row_of(outcome: CaseOutcome) -> dict[str, Any]:
    """Return the row of a case; what is not known, or does not go with it, is None."""
    case = outcome.case
    found: dict[str, Any] = {
        "id": case.id,
        "status": outcome.status,
        "what": case.what,
        "model": case.model,
        "input": " ".join(case.inputs),
        "batch_size": case.batch_size,
        "device": case.device,
        "dtype": case.dtype,
        "mode": case.mode,
        "threads": case.threads,
        "channels_last": int(case.channels_last),
        "optimizer": case.optimizer,
        "reason": outcome.reason or None,
        "notes": "; ".join(outcome.notes) or None,
        "began": outcome.began,
        "took_s": outcome.took_s,
        "host": outcome.host,
        "engine": outcome.engine,
        "archstat": outcome.archstat,
        "command": case.command,
    }
    if outcome.is_done:
        found |= _measured(outcome.answer) if case.what == BENCH else _counted(outcome.answer)
    return {field: found.get(field) for field in FIELDS}


def _counted(report: Mapping[str, Any]) -> dict[str, Any]:
    totals = report["totals"]
    uncounted = totals.get("uncounted") or []
    return {
        "input": _shape(report["input"]),
        "params": totals["params"],
        "macs": totals["macs"],
        "activation_bytes": totals["activation_bytes"],
        "is_whole": int(not uncounted),
    }


def _measured(record: Mapping[str, Any]) -> dict[str, Any]:
    result = record["results"][0]
    case, work, figures = result["case"], result["work"], result["figures"]
    environment = record["environment"]
    low, high = figures["interval_s"] or (None, None)
    limit = figures["limit"] or {}
    share_low, share_high = limit.get("interval") or (None, None)
    flops = sum(layer["flops"] for layer in work["layers"])
    return {
        "input": _shape(record["inputs"].get(case["model"], ())),
        "batch_size": case["batch_size"],
        "threads": case["threads"],
        "device_name": environment.get(case["device"], {}).get("name"),
        "params": record["params"].get(case["model"]),
        "macs": flops // 2,
        "is_whole": int(not work["uncounted"]),
        "moved_bytes": _moved_bytes(limit),
        "latency_s": figures["latency_s"],
        "latency_low_s": low,
        "latency_high_s": high,
        "examples_per_s": figures["examples_per_s"],
        "limit_s": limit.get("limit_s"),
        "share_of_limit": limit.get("share"),
        "share_low": share_low,
        "share_high": share_high,
        **{rate: limit.get(rate) for rate in RATES},
        "bound": figures["bound"],
        "verdict": figures["verdict"],
        "reason": figures["reason"] or None,
        "torch": environment.get("software", {}).get("torch"),
    }


def _moved_bytes(limit: Mapping[str, Any]) -> int | None:
    """Return the bytes that a pass must move: what its limit by the memory was made of."""
    if not limit.get("memory_s") or not limit.get("bytes_per_s"):
        return None
    moved: float = limit["memory_s"] * limit["bytes_per_s"]
    return round(moved)


def _shape(sizes: object) -> str:
    return "x".join(map(str, sizes)) if isinstance(sizes, (list, tuple)) else ""
