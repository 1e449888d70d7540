"""An Excel workbook of one sheet: one value a cell, and numbers as numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

from archstat.extras import XLSX, require
from archstat.renderers.cells import for_workbooks
from archstat.renderers.grid import grid, heading, summaries
from archstat.renderers.view import View
from archstat.report.columns import Bytes, Column, Seconds, Share, Value, for_machines
from archstat.report.report import Report

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

CREATED = datetime(2000, 1, 1)  # noqa: DTZ001  of no place: the same question gives the same file
MARGIN = 2
"""Characters that a column is wider than its widest text."""

ROOM = 12
"""Characters for what is to be filled in."""

NARROWEST = 60
"""Characters of a line over the table, however narrow that is."""

Style: TypeAlias = Mapping[str, object]

LEFT: Style = {"align": "left", "indent": 1}
RIGHT: Style = {"align": "right"}
TITLE: Style = {"bold": True, "bottom": 1, "text_wrap": True}
FOOT: Style = {"bold": True, "top": 1}
FRAME: Style = {"border": 1, "border_color": "#A6A6A6"}
TEXT: Style = {"num_format": "@"}
"""Of cells to fill in, in which 3/1 must not become a day in March."""

NUMBERS: Mapping[type, Style] = {
    int: {"num_format": '#,##0;-#,##0;"–"'},
    Bytes: {"num_format": '#,##0" B";;"–"'},
    Seconds: {"num_format": '0.0000000" s"'},
    Share: {"num_format": '0.0 %;;"–"'},
}
"""How numbers look, by the type of the value; nothing to count is a dash, but still a number."""


def render(report: Report, view: View) -> bytes:
    """Return a workbook; what stands under the table in other formats stands over it.

    Raises:
        UsageError: XlsxWriter is not installed.
    """
    require(XLSX, purpose="an Excel workbook")
    from xlsxwriter import Workbook  # noqa: PLC0415  an extra

    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": CREATED})
        sheet = book.add_worksheet("layers")
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        _fill(_Page(book, sheet), report, replace(view, columns=for_machines(view.chosen())))
    return file.getvalue()


class _Page:
    """A sheet, and the book that has its styles."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self.book = book
        self.sheet = sheet

    def put(self, row: int, column: int, content: str | float | None, *styles: Style) -> None:
        """Write a text, a number, or a cell without either."""
        style = self.book.add_format({key: one[key] for one in styles for key in one})
        match content:
            case None:
                self.sheet.write_blank(row, column, None, style)
            case str():
                self.sheet.write_string(row, column, content, style)  # never a formula
            case _:
                self.sheet.write_number(row, column, content, style)


def _fill(page: _Page, report: Report, view: View) -> None:
    """Write what the sheet is about, and under it the table, whose titles stay in sight."""
    cells = grid(report, view, blank=" " * ROOM)
    widths = [width + MARGIN for width in cells.widths()]
    about = list(_about(report, view, max(NARROWEST, sum(widths))))
    for row, line in enumerate(about):
        page.put(row, 0, line, {"bold": row == 0})
    titles = len(about) + 1
    foot = titles + len(report.layers) + 1
    for at, column in enumerate(cells.columns):
        side = LEFT if column.is_text else RIGHT
        page.sheet.set_column(at, at, widths[at])
        page.put(titles, at, column.title, side, TITLE)
        for row, layer in enumerate(report.layers, titles + 1):
            page.put(row, at, *_cell(column, column.value(layer, report.totals), view), side)
        total = column.total(report.totals)
        cell = (None,) if total == "" else _cell(column, total, view)
        page.put(foot, at, *cell, side, FOOT)
    page.sheet.freeze_panes(titles + 1, 1)
    page.sheet.repeat_rows(titles)


def _about(report: Report, view: View, width: int) -> Iterator[str]:
    """Yield the lines over the table."""
    remarks = [] if view.blank else [*summaries(report), *report.notes]
    for text in (*heading(report, view), *remarks):
        yield from textwrap.wrap(text, width)


def _cell(column: Column, value: Value, view: View) -> tuple[str | float | None, Style]:
    """Return what is written into a cell, and how it looks."""
    if view.is_blank(column):
        return None, {**FRAME, **(TEXT if column.is_text else NUMBERS[int])}
    return for_workbooks(value, view.layout), NUMBERS.get(type(value), {})
