"""TSV: as CSV, with tabs."""

from __future__ import annotations

from archstat.renderers import csv
from archstat.renderers.view import View
from archstat.report.report import Report


def render(report: Report, view: View) -> str:
    """Return the rows under a line of column keys."""
    return csv.render(report, view, delimiter="\t")
