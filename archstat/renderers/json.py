"""JSON: the whole report, by the contract that the README documents."""

from __future__ import annotations

import json

from archstat.renderers.view import View
from archstat.report.report import Report


def render(report: Report, view: View) -> str:  # noqa: ARG001  the contract has every quantity
    """Return one JSON document; it holds every quantity, whatever the view."""
    return json.dumps(report.to_dict(), ensure_ascii=False, indent=2) + "\n"
