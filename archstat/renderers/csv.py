"""CSV: one line a layer, one value a cell, no totals, nothing formatted."""

from __future__ import annotations

import csv
import io

from archstat.renderers import cells
from archstat.renderers.view import View
from archstat.report.columns import for_machines
from archstat.report.report import Report


def render(report: Report, view: View, *, delimiter: str = ",") -> str:
    """Return the rows under a line of column keys; a total is the reader's to take."""
    columns = for_machines(view.chosen())
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(column.key for column in columns)
    for row in report.layers:
        values = (column.value(row, report.totals) for column in columns)
        writer.writerow(cells.for_machines(value, view.layout) for value in values)
    return text.getvalue()
