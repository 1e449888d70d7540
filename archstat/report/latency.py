"""A report with times that were measured, a column a device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from archstat.report.report import NetworkReport, Row


def with_latency(
    report: NetworkReport,
    device: str,
    layers: Mapping[str, float],
    whole_s: float | None,
    notes: Sequence[str],
) -> NetworkReport:
    """Return a report with what each layer takes on a device, and what the whole takes.

    Args:
        report: The report.
        device: The device.
        layers: Seconds by the names of the layers.
        whole_s: Seconds of the whole; None if they are not known.
        notes: How it was measured, and what is to be said of it.
    """

    def seconds(row: Row) -> float | None:
        runs = bool(row.out_shape) and not row.is_view
        return layers.get(row.name, None if runs else 0.0)

    rows = (
        replace(row, latency_s={**row.latency_s, device: seconds(row)}) for row in report.layers
    )
    totals = replace(report.totals, latency_s={**report.totals.latency_s, device: whole_s})
    return replace(report, layers=tuple(rows), totals=totals, notes=(*report.notes, *notes))
