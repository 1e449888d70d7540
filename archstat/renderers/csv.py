"""CSV: one line a layer, one value a cell, nothing formatted; totals on homework sheets alone."""

from __future__ import annotations

import csv
import io

from archstat.renderers import cells
from archstat.renderers.view import View
from archstat.report.columns import Column, Value, for_machines
from archstat.report.report import Report


def render(report: Report, view: View, *, delimiter: str = ",") -> str:
    """Return the rows under a line of column keys; a total is the reader's to take."""
    columns = for_machines(view.chosen())
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(column.key for column in columns)

    def cell(column: Column, value: Value) -> str:
        return "" if view.is_blank(column) else cells.for_machines(value, view.layout)

    for row in report.layers:
        writer.writerow(cell(column, column.value(row, report.totals)) for column in columns)
    if view.is_homework:
        writer.writerow(cell(column, column.total(report.totals)) for column in columns)
    return text.getvalue()
