"""PDF documents with text: letters at places, which are lines with columns again.

Read with pypdfium2: 9 MB without dependencies, under BSD and Apache licences, and the reader of
browsers, which meets hostile files daily. pdfplumber also looks at rules, but takes 55 MB with
eight packages, and twice as long to import.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from operator import itemgetter
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from archstat.errors import SheetError
from archstat.extras import PDF, lacks
from archstat.homework.reading import document, limits
from archstat.homework.reading.table import Found, Passage
from archstat.homework.reading.text import harmless

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

START = b"%PDF"

BLANK = 0.2
COLUMN = 0.9
"""Gaps between letters, in heights of a line: from there on words are apart, or columns."""

WIDE = 1.5
"""The gap between two rows that parts them, in the usual ones of a page: tables may be airy."""


EMPTY = "____"
"""What stands for a field of a form that is not filled in."""

BESIDE = 4.0
"""As many points before the first fields of a form, its titles may begin."""


class Letter(NamedTuple):
    """A letter, and the room that it takes on its page: from below, in points."""

    bottom: float
    left: float
    right: float
    top: float
    text: str

    def holds(self, other: Letter) -> bool:
        """Return whether the middle of another one is in the room of this one."""
        across, up = (other.left + other.right) / 2, (other.bottom + other.top) / 2
        return self.left <= across <= self.right and self.bottom <= up <= self.top


class Page(NamedTuple):
    """What stands on a page: letters, and fields of a form with all that is written in them.

    Attributes:
        fields: Those of the letters that are fields.
        edges: Where columns of fields begin, from the left.
    """

    letters: Sequence[Letter]
    fields: frozenset[Letter]
    edges: Sequence[float]

    @classmethod
    def of(cls, letters: Sequence[Letter], fields: Sequence[Letter]) -> Page:
        """Return a page with the letters of each field in one, as neighbours may be near."""
        others: list[Letter] = []
        inside: dict[Letter, list[Letter]] = {field: [] for field in fields}
        for letter in limits.timely(letters):
            field = next((one for one in fields if one.holds(letter)), None)
            (others if field is None else inside[field]).append(letter)
        filled = [_joined(*each) for each in inside.items()]
        rooms = sorted({(round(field.left), round(field.right)) for field in fields})
        between = [(before[1] + after[0]) / 2 for before, after in pairwise(rooms)]
        edges = [rooms[0][0] - BESIDE, *between] if rooms else []
        return cls([*others, *filled], frozenset(filled), edges)

    def edges_of(self, row: Sequence[Letter], below: Sequence[Letter]) -> Sequence[float]:
        """Return where columns begin in a row with fields, or with titles above of one."""
        is_of_form = not self.fields.isdisjoint(row) or not self.fields.isdisjoint(below)
        return self.edges if is_of_form else ()


def _joined(field: Letter, letters: Sequence[Letter]) -> Letter:
    """Return the letters of a field as one; the field itself, if there are none."""
    text, right = "", 0.0
    for letter in sorted(letters, key=itemgetter(1)):
        gap = letter.left - right
        text += " " * bool(text and gap > BLANK * (letter.top - letter.bottom)) + letter.text
        right = letter.right
    left = min((letter.left for letter in letters), default=field.left)
    return field._replace(left=left, right=right or field.right, text=text or EMPTY)


def found(data: bytes) -> Iterator[Found | Passage]:
    """Yield the tables of a PDF document, and the text around them.

    Raises:
        SheetError: It cannot be read, has a password, or holds no text, as a scanned page.
    """
    if lacks(PDF):
        raise SheetError(
            "is a PDF document, for which this Python lacks pypdfium2",
            hint="pip install 'archstat[pdf]', or hand in Markdown, CSV, .docx or .xlsx",
        )
    pages = list(_pages(data))
    if not any(page.letters for page in pages):
        raise SheetError(
            "is a PDF document without text, as a scanner or a camera makes it",
            hint="hand in the file that it was printed from, or type the table as Markdown or CSV",
        )
    items: list[Found | Passage] = []
    for number, page in enumerate(pages, 1):
        lines, place = _lines(page), f"page {number}, "
        there = list(document.found_in_lines(lines, place))
        at, table = _last_table(items)
        if table is not None and there and _is_heading(lines[0], table):
            if not isinstance(there[0], Found):  # a row alone makes no columns, titles twice do
                there = list(document.found_in_lines([lines[0], *lines], place))
            first = there[0]
            if isinstance(first, Found):
                rows = [row for row in first.grid if [*row] != [*table.grid[0]]]
                items[at] = replace(table, grid=[*table.grid, *rows])
                del there[0]
        items += there
    yield from items


def _last_table(items: Sequence[Found | Passage]) -> tuple[int, Found | None]:
    for at in reversed(range(len(items))):
        item = items[at]
        if isinstance(item, Found):
            return at, item
    return 0, None


def _is_heading(line: str, table: Found) -> bool:
    """Return whether a page begins with the titles of a table, which goes on there."""
    return bool(table.grid) and line.split() == " ".join(table.grid[0]).split()


def _pages(data: bytes) -> Iterator[Page]:
    """Yield what stands on each page."""
    from pypdfium2 import PdfDocument, PdfiumError, raw  # noqa: PLC0415  it is an extra

    try:
        opened = PdfDocument(data)
    except PdfiumError as error:
        kind = "with a password" if "assword" in str(error) else "that is damaged"
        raise SheetError(f"is a PDF document {kind}") from None
    letters = 0
    with opened:
        limits.check(len(opened), limits.MOST_PAGES, "pages")
        opened.init_forms()
        for number in range(len(opened)):
            try:
                page = opened[number]
                fields = list(_fields(page))
                raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)  # what is filled in is text then
                text = opened[number].get_textpage()
            except PdfiumError:
                raise SheetError(f"is a PDF document whose page {number + 1} is damaged") from None
            count = text.count_chars()
            letters += count
            limits.check(letters, limits.MOST_LETTERS, "letters")
            codes = ((at, raw.FPDFText_GetUnicode(text, at)) for at in range(count))
            found = [
                Letter(bottom, left, right, top, chr(code))
                for at, code in codes
                if not chr(code).isspace() and code
                for left, bottom, right, top in [text.get_charbox(at, loose=True)]
            ]
            yield Page.of(found, fields)


def _fields(page: PdfPage) -> Iterator[Letter]:
    """Yield the fields of a form on a page, each as a line to write on."""
    from pypdfium2 import raw  # noqa: PLC0415

    for number in range(min(raw.FPDFPage_GetAnnotCount(page), limits.MOST_LETTERS)):
        annotation, room = raw.FPDFPage_GetAnnot(page, number), raw.FS_RECTF()
        if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET:
            raw.FPDFAnnot_GetRect(annotation, room)
            yield Letter(room.bottom, room.left, room.right, room.top, EMPTY)
        raw.FPDFPage_CloseAnnot(annotation)


def _lines(page: Page) -> list[str]:
    """Return the lines of a page as a terminal would show them, with a blank one in a wide gap."""
    letters = page.letters
    if not letters:
        return []
    height = median(letter.top - letter.bottom for letter in letters) or 1
    width = median(letter.right - letter.left for letter in letters) or 1
    lines: list[str] = []
    rows = list(_rows(letters, height))
    steps = [above - below for (above, _), (below, _) in pairwise(rows)]
    wide = max(2 * height, WIDE * median(steps or [0]))
    last = rows[0][0]
    for (bottom, line), (_, below) in zip(rows, [*rows[1:], (0, [])], strict=True):
        if last - bottom > wide:
            lines.append("")
        last = bottom
        lines.append(_line(line, height, width, page.edges_of(line, below)))
    return lines


def _rows(letters: Sequence[Letter], height: float) -> Iterator[tuple[float, list[Letter]]]:
    """Yield the letters that stand beside one another, from above, with their mean place."""
    row: list[Letter] = []
    for letter in sorted(letters, key=lambda one: -(one.bottom + one.top)):
        if row and (row[0].bottom + row[0].top) - (letter.bottom + letter.top) > height:
            yield row[0].bottom, row
            row = []
        row.append(letter)
    yield row[0].bottom, row


def _line(letters: Sequence[Letter], height: float, width: float, edges: Sequence[float]) -> str:
    """Return letters in a row as text; columns are kept apart, each near its place."""
    text = ""
    right, column = 0.0, 0
    for letter in sorted(letters, key=itemgetter(1)):
        gap, before = letter.left - right, column
        column = bisect(edges, (letter.left + letter.right) / 2)
        is_next = column != before and gap > BLANK * height
        if not text or gap > COLUMN * height or is_next:
            place = min(round(letter.left / width), limits.MOST_CELL_CHARACTERS)
            text = text.ljust(max(place, len(text) + 2) if text else place)
        elif gap > BLANK * height:
            text += " "
        text += harmless(letter.text)
        right = letter.right
    return text
