"""A comparison as CSV: a line a layer, a column for each quantity of each network."""

from __future__ import annotations

import csv
import io

from archstat.report.comparison import COMPARED, Comparison


def render(comparison: Comparison) -> str:
    """Return networks side by side as CSV; what a network has not is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [report.model for report in comparison.reports]
    writer.writerow(["layer", "differs", *(f"{name}:{key}" for key in COMPARED for name in names)])
    for slot in comparison.slots:
        values = [
            "" if row is None else _plain(getattr(row, key))
            for key in COMPARED
            for row in slot.rows
        ]
        writer.writerow([slot.name, int(slot.differs), *values])
    return text.getvalue()


def _plain(value: object) -> object:
    if value is None:
        return "?"
    return "x".join(map(str, value)) if isinstance(value, tuple) else value
