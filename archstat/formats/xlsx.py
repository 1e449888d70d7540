"""An Excel workbook of one sheet: one value a cell, and numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

from archstat.documents.cells import BLANK, EMPTY, Blank, Cell, Look, Signed, for_workbooks
from archstat.documents.document import Document, Legend, Line, Sentences, Table
from archstat.documents.letters import folded, printable
from archstat.extras import XLSX, require
from archstat.formats import Format, records_of
from archstat.formats.layout.fitting import fitted
from archstat.formats.markdown import title_of
from archstat.report.values import Bytes, Seconds, Share

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

WIDEST = 60
"""Characters of a column."""

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


class Xlsx(Format):
    """The records of a document as a workbook, with what is said of them over the table."""

    suffix = ".xlsx"

    def write(self, document: Document) -> bytes:
        """Return a workbook.

        Raises:
            UsageError: XlsxWriter is not installed, or the document has no table.
        """
        table = records_of(document, "a workbook")
        require(XLSX, purpose="an Excel workbook")
        from xlsxwriter import Workbook  # noqa: PLC0415  an extra

        file = BytesIO()
        with Workbook(file, {"in_memory": True}) as book:
            book.set_properties({"created": CREATED})
            sheet = book.add_worksheet(document.kind)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            _fill(_Page(book, sheet), document, table)
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
            case None | "":
                self.sheet.write_blank(row, column, None, style)
            case str():
                self.sheet.write_string(row, column, content, style)  # never a formula
            case _:
                self.sheet.write_number(row, column, content, style)


def _fill(page: _Page, document: Document, table: Table) -> None:
    """Write what the sheet is about, and under it the table, whose titles stay in sight."""
    grid = fitted(table, None, blank=" " * ROOM).grids[0]
    widths = [min(slot.width, WIDEST) + MARGIN for slot in grid.slots]
    about = list(_about(document, max(NARROWEST, sum(widths))))
    for row, text in enumerate(about):
        page.put(row, 0, text, {"bold": row == 0})
    titles = len(about) + bool(about)
    for at, column in enumerate(table.columns):
        side = LEFT if column.is_text else RIGHT
        page.sheet.set_column(at, at, widths[at])
        page.put(titles, at, printable(title_of(column)), side, TITLE)
    foot = [Line(line.cells, Look.STRONG) for line in table.foot]
    for row, line in enumerate((*table.lines, *foot), titles + 1):
        for at, column in enumerate(table.columns):
            cell = line.cells[at] if at < len(line.cells) else EMPTY
            side = LEFT if column.is_text else RIGHT
            is_foot = line.look is Look.STRONG
            style = _style(cell, is_text=column.is_text)
            page.put(row, at, _content(cell), style, side, *([FOOT] if is_foot else []))
    page.sheet.freeze_panes(titles + 1, 1)
    page.sheet.repeat_rows(titles)


def _about(document: Document, width: int) -> Iterator[str]:
    """Yield the lines over the table."""
    texts = [document.title, *document.about, document.conclusion]
    for part in document.parts:
        if isinstance(part, Sentences):
            texts += part.sentences
        elif isinstance(part, Legend):
            texts += [f"{mark.sign} {said}" for mark, said in part.marks]
    for text in (*texts, *document.notes):
        yield from folded(printable(text), width)


def _content(cell: Cell) -> str | float | None:
    if isinstance(cell, Signed):
        return _content(cell.value)
    return None if cell == BLANK else for_workbooks(cell)


def _style(cell: Cell, *, is_text: bool) -> Style:
    if isinstance(cell, Blank):
        return {**FRAME, **(TEXT if is_text else NUMBERS[int])}
    return NUMBERS.get(type(cell), {})


FORMAT = Xlsx()
