"""PDF documents, and pictures."""

from __future__ import annotations

import pytest

from archstat.homework.reading import limits, read_bytes
from archstat.homework.reading.office import pdf as reader
from tests.homework.reading.making import pdf
from tests.homework.reading.reading import assert_refused, lines

pytest.importorskip("pypdfium2")

ROWS = [
    ("Layer", "Output size", "Params"),
    ("conv1", "55 x 55 x 96", "34,944"),
    ("pool1", "27 x 27 x 96", ""),
    ("fc6", "4096", "37,752,832"),
]
SHEET = [
    (50, 750, "Homework 3"),
    *(
        (x, 700 - 14 * number, text)
        for number, row in enumerate(ROWS)
        for x, text in zip((50, 130, 260), row, strict=True)
    ),
    (50, 600, "Total params: 61,706"),
]


def test_a_table_among_text():
    (table,) = read_bytes(pdf(SHEET), name="sheet.pdf").tables

    assert lines(table) == ROWS
    assert table.place == "page 1, line 3"
    assert (table.before.lines, table.after.lines) == (("Homework 3",), ("Total params: 61,706",))


def test_a_table_whose_rows_stand_far_apart():
    page = [
        (x, 700 - 40 * number, text)
        for number, row in enumerate(ROWS)
        for x, text in zip((50, 130, 260), row, strict=True)
    ]
    (table,) = read_bytes(pdf(page), name="sheet.pdf").tables

    assert lines(table) == ROWS


def test_tables_on_several_pages():
    tables = read_bytes(pdf(SHEET, [(50, 700, "Text")], SHEET), name="sheet.pdf").tables

    assert [table.place for table in tables] == ["page 1, line 3", "page 3, line 3"]


def test_a_list():
    page = [(50, 700, "conv1: 55x55x96, params: 34,944"), (50, 686, "fc: 4096, params: 330")]
    (table,) = read_bytes(pdf(page), name="sheet").tables

    assert lines(table)[1] == ("conv1", "55x55x96", "34,944")


def test_a_scanned_page():
    assert_refused(
        lambda: read_bytes(pdf([]), name="sheet.pdf"),
        "sheet.pdf: is a PDF document without text, as a scanner or a camera makes it\n  hint: "
        "hand in the file that it was printed from, or type the table as Markdown or CSV",
    )


@pytest.mark.parametrize("data", [b"%PDF", b"%PDF-1.4\n" + b"1 0 obj " * 1_000, pdf(SHEET)[:700]])
def test_a_damaged_document(data):
    assert_refused(
        lambda: read_bytes(data, name="sheet.pdf"), "sheet.pdf: is a PDF document that is damaged"
    )


def test_limits(monkeypatch):
    monkeypatch.setattr(limits, "MOST_PAGES", 2)
    assert_refused(
        lambda: read_bytes(pdf(SHEET, SHEET, SHEET), name="sheet.pdf"),
        "sheet.pdf: has 3 pages; at most 2 are read",
    )
    monkeypatch.setattr(limits, "MOST_LETTERS", 50)
    assert_refused(
        lambda: read_bytes(pdf([(50, 700, "a" * 51)]), name="sheet.pdf"),
        "sheet.pdf: has 51 letters; at most 50 are read",
    )


def test_without_the_extra(monkeypatch):
    monkeypatch.setattr(reader, "lacks", lambda _: ["pypdfium2"])
    assert_refused(
        lambda: read_bytes(pdf(SHEET), name="sheet.pdf"),
        "sheet.pdf: is a PDF document, for which this Python lacks pypdfium2\n  hint: "
        "pip install 'archstat[pdf]', or hand in Markdown, CSV, .docx or .xlsx",
    )


@pytest.mark.parametrize(
    "start",
    [b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic"],
)
def test_a_picture(start):
    assert_refused(
        lambda: read_bytes(start + b"\0" * 99, name="table.jpg"),
        "table.jpg: is a picture, in which no table can be read\n  hint: type the table, for "
        "example as Markdown or CSV, or in a .docx or .xlsx file",
    )
