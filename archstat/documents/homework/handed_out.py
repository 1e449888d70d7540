"""A sheet to hand out, or its key, whole: with all that its solver needs."""

from __future__ import annotations

from dataclasses import replace

from archstat.documents.document import Document
from archstat.documents.report import report_document
from archstat.documents.view import View
from archstat.homework.answers.key import asked_layers, definitions, open_cells, told_by
from archstat.homework.answers.truth import Truth
from archstat.record import record
from archstat.report.columns import READS, SETTINGS, LayerColumn, for_machines
from archstat.report.report import NetworkReport
from archstat.report.values import Layout


@record
class SheetQuestion:
    """What a sheet asks.

    Attributes:
        columns: Its columns.
        blank: Those that students fill in; none for the key.
        keep: Those that stay although what is blank follows from them.
        layout: Which axis of a map comes first.
        has_all: Whether every layer has a row.
        is_usual: Whether it is to say all that its solver needs, whatever its columns are.
    """

    columns: tuple[LayerColumn, ...]
    blank: tuple[LayerColumn, ...] = ()
    keep: tuple[LayerColumn, ...] = ()
    layout: Layout = "hwc"
    has_all: bool = False
    is_usual: bool = True

    def told(self) -> tuple[LayerColumn, ...]:
        """Return the columns that are blank, too, because they tell those that are."""
        found = told_by(self.blank, self.columns)
        return tuple(column for column in found if column not in self.keep)


def sheet_document(truth: Truth, asked: SheetQuestion, title: str = "") -> Document:
    """Return a sheet about a network, under its own title or another one."""
    report = asked_layers(truth.report, has_all=asked.has_all)
    blank = (*asked.blank, *asked.told())
    view = View(
        asked.columns,
        asked.layout,
        is_homework=True,
        blank=blank,
        given=_given(report) if blank and asked.is_usual else (),
        definitions=definitions(report, blank),
        open_cells=open_cells(truth, (*blank, *for_machines(blank))),
    )
    document = report_document(report, view)
    return replace(document, title=title) if title else document


def _given(report: NetworkReport) -> tuple[LayerColumn, ...]:
    """Return the columns without which a blank sheet cannot be worked out."""
    reads = (READS,) if any(row.inputs for row in report.layers) else ()
    return (*reads, *((SETTINGS,) if any(row.more_settings for row in report.layers) else ()))
