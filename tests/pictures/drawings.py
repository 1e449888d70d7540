"""The reports that are drawn."""

from __future__ import annotations

from archstat.models.argument import find_model
from archstat.models.question import Question
from archstat.report.report import report_on


def report(model):
    """Return the report on a model."""
    return report_on(find_model(model).graph(Question()).graph)
