"""A comparison as JSON."""

from __future__ import annotations

import json

from archstat.report.comparison import TOTALS, Comparison

SCHEMA = 1


def render(comparison: Comparison) -> str:
    """Return networks side by side as JSON: rows as in the contract of `archstat table`."""
    document = {
        "schema": SCHEMA,
        "models": [report.model for report in comparison.reports],
        "differs": comparison.differs,
        "layers": [
            {
                "differs": slot.differs,
                "rows": [None if row is None else row.to_dict() for row in slot.rows],
            }
            for slot in comparison.slots
        ],
        "totals": {key: list(comparison.totals(key)) for key in TOTALS},
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
