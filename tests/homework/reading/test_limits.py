"""Files that are made to be too much; each limit is met, and named."""

from __future__ import annotations

from contextlib import suppress
from time import process_time

import pytest

from archstat.errors import SheetError
from archstat.homework.reading import limits, read_bytes, read_file, read_text
from tests.homework.reading.making import archive, docx, notebook, ods
from tests.homework.reading.reading import assert_refused

LINE = "| a | b |\n"
RULE = "|---|---|\n"


def assert_text_refused(text, message, name="sheet"):
    assert_refused(lambda: read_text(text, name=name), f"{name}: {message}")


def test_bytes_of_a_file(tmp_path):
    path = tmp_path / "sheet.csv"
    with path.open("wb") as file:
        file.truncate(limits.MOST_BYTES + 1)

    assert_refused(lambda: read_file(path), f"{path}: has more than 33,554,432 bytes")
    assert_refused(
        lambda: read_bytes(path.read_bytes(), name="sheet"),
        "sheet: has 33,554,433 bytes; at most 33,554,432 are read",
    )


def test_characters_of_a_text():
    text = "a" * (limits.MOST_BYTES + 1)

    assert_text_refused(text, "has 33,554,433 characters; at most 33,554,432 are read")


def test_lines():
    assert_text_refused("\n" * 200_001, "has 200,001 lines; at most 200,000 are read")
    assert_text_refused(
        '{"cells": "' + r"\n" * 200_001 + '"}', "has 200,001 lines; at most 200,000 are read"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (LINE + RULE + LINE * 10_000, "sheet"),
        ("a,b\n" * 10_001, "sheet.csv"),
        ("<table>" + "<tr><td>a<td>b" * 10_001, "sheet"),
        (r"\begin{tabular}{ll}" + r"a&b\\" * 10_001 + r"\end{tabular}", "sheet"),
        ("a  b\n" * 10_000 + "1  2\n", "sheet"),
    ],
)
def test_rows_of_a_table(text, name):
    place = "" if text.startswith(("<", "\\")) else "line 1: "

    assert_text_refused(text, f"{place}has 10,001 rows; at most 10,000 are read", name)


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("|a" * 10_000 + "|\n" + "|-" * 10_000 + "|\n" + "|5" * 10_000, "sheet", "10,000"),
        (("a," * 9_999 + "a\n") * 2, "sheet.csv", "10,000"),
        (("a  " * 10_000 + "\n") * 3, "sheet", "10,000"),
        ("<table><tr>" + "<td>a" * 10_000, "sheet", "257"),
        ("<table><tr><td colspan=10000>a", "sheet", "10,000"),
        (r"\begin{tabular}{l}" + "a&" * 10_000 + r"b\end{tabular}", "sheet", "257"),
        (r"\begin{tabular}{l}\multicolumn{999}{c}{x}\end{tabular}", "sheet", "999"),
    ],
)
def test_columns_of_a_table(text, name, message):
    place = "" if text.startswith(("<", "\\")) else "line 1: "

    assert_text_refused(text, f"{place}has {message} columns; at most 256 are read", name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"| a | b |\n|---|---|\n| {'x' * 10_001} | b |", "sheet"),
        (f"a,b\n{'x' * 10_001},b", "sheet.csv"),
        (f"<table><tr><td>a<td>b<tr><td>{'x' * 10_001}<td>b</table>", "sheet"),
        (rf"\begin{{tabular}}{{ll}}a&b\\{'x' * 10_001}&b\end{{tabular}}", "sheet"),
    ],
)
def test_characters_of_a_cell(text, name):
    message = "line 1: has 10,001 characters in a cell; at most 10,000 are read"

    assert_text_refused(text, message, name)


def test_a_megabyte_in_a_cell_of_a_csv_file():
    text = f"a,b\n1,{'x' * 1_000_000}"

    assert_text_refused(text, "line 2: has more than 10,000 characters in a cell", "sheet.csv")


def test_cells_and_characters_of_all_tables():
    wide = "|a" * 250 + "|\n"
    table = wide + "|-" * 250 + "|\n" + wide * 600

    assert_text_refused(f"{table}\n" * 2, "has 300,500 cells; at most 250,000 are read")

    long = f"|{'x' * 9_000}|{'x' * 9_000}|\n"
    text = f"{LINE}{RULE}{long * 1_000}"
    assert_text_refused(text, "has 18,000,002 characters in cells; at most 16,777,216 are read")


def test_tables_of_a_file():
    text = f"{LINE}{RULE}{LINE}\n" * 1_001

    assert_text_refused(text, "has 1,001 tables; at most 1,000 are read")


def test_tables_within_one_another():
    message = "has 201 tables within one another; at most 200 are read"

    assert_text_refused("<table><tr><td>" * 201, message)


# Archives.


def test_a_bomb_of_one_member():
    data = docx(" " * 20_000_000)

    assert_refused(
        lambda: read_bytes(data, name="sheet"),
        f"sheet: 'word/document.xml' unpacks to more than {packed(data) * 300:,} bytes",
    )


def packed(data):
    """Return the packed bytes of an archive's only member, as its directory tells them."""
    directory = data.index(b"PK\x01\x02")
    return int.from_bytes(data[directory + 20 : directory + 24], "little")


def test_a_bomb_of_many_members(monkeypatch):
    monkeypatch.setattr(limits, "MOST_UNPACKED_BYTES", 1_000)
    data = archive(
        {"xl/workbook.xml": "<a/>", "xl/_rels/workbook.xml.rels": f"<a>{' ' * 1_000}</a>"}
    )
    assert_refused(
        lambda: read_bytes(data, name="sheet"),
        "sheet: 'xl/_rels/workbook.xml.rels' unpacks to more than 1,000 bytes",
    )


def test_a_member_that_lies_about_its_size():
    data = bytearray(docx("<w:p/>"))
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")

    assert_refused(
        lambda: read_bytes(bytes(data), name="sheet"),
        "sheet: 'word/document.xml' cannot be unpacked: Bad CRC-32 for file 'word/document.xml'",
    )


def test_files_in_an_archive():
    data = b"PK\x03\x04" + b"PK\x01\x02" * 10_001

    assert_refused(
        lambda: read_bytes(data, name="sheet"),
        "sheet: has 10,001 files in it; at most 10,000 are read",
    )


def test_a_damaged_archive():
    assert_refused(
        lambda: read_bytes(b"PK\x03\x04" + b"a" * 100, name="sheet"),
        "sheet: is a damaged archive: File is not a zip file",
    )


def test_lines_in_which_lists_are_looked_for(monkeypatch):
    text = "step 5 of many\n" * 3 + "conv1: 448 params\nfc: 330 params\n"
    monkeypatch.setattr(limits, "MOST_LIST_LINES", 4)

    assert_text_refused(text, f"holds no table\n  {NO_TABLE_HINT}")
    monkeypatch.setattr(limits, "MOST_LIST_LINES", 5)
    assert len(read_text(text, name="sheet").tables) == 1


NO_TABLE_HINT = "hint: a table has two columns and a row, or more"


def test_seconds_of_a_processor(monkeypatch):
    monkeypatch.setattr(limits, "MOST_SECONDS", -1)
    message = "sheet: takes more than -1 seconds to read"

    for data in (
        b"a  b\n1  2\n2  3",
        b"<html><p>a",
        docx("<w:p/>"),
        rb"\begin{tabular}{l}a\end{tabular}",
    ):
        assert_refused(lambda data=data: read_bytes(data, name="sheet"), message)


def test_texts_of_a_notebook():
    data = notebook(*[{"cell_type": "markdown", "source": "a"}] * 5_001)

    assert_refused(
        lambda: read_bytes(data, name="sheet"),
        "sheet: has 5,001 cells and outputs; at most 5,000 are read",
    )


def test_repeated_cells_of_a_row_of_a_spreadsheet():
    cell = (
        '<table:table-cell table:number-columns-repeated="250"><text:p>x</text:p>'
        "</table:table-cell>"
    )

    assert_refused(
        lambda: read_bytes(ods(f"<table:table-row>{cell * 100_000}</table:table-row>"), name="x"),
        "x: has 500 columns; at most 256 are read",
    )


def test_rows_of_a_spreadsheet_are_counted_as_they_are_read():
    row = (
        "<table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row>"
    )

    assert_refused(
        lambda: read_bytes(ods(row * 20_000), name="x"),
        "x: has 10,001 rows; at most 10,000 are read",
    )


def test_nested_braces_in_a_cell_are_not_looked_into():
    cell = "{" * 100_000
    text = rf"\begin{{tabular}}{{ll}}a&b\\{cell}{'}' * 100_000}&c\end{{tabular}}"

    assert_text_refused(text, "line 1: has 200,000 characters in a cell; at most 10,000 are read")


def test_a_log_of_aligned_columns_is_kept_to_the_rows_that_are_read():
    text = "a  b\n" + "1  2\n" * 150_000

    assert_text_refused(text, "line 1: has 10,001 rows; at most 10,000 are read")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("a" * 50 + " " * 4_000 + "1!", id="blanks behind a name"),
        pytest.param("a b:" * 1_000 + "  1!", id="colons"),
        pytest.param("a: " + "1 * " * 2_000 + " x", id="terms"),
        pytest.param("1 " * 4_000 + "= 1 = 1!", id="numbers"),
        pytest.param("-" * 4_000 + "a" + "\t" * 4_000 + "!", id="a tree"),
        pytest.param("(" * 4_000 + "a" * 4_000 + ")", id="brackets"),
        pytest.param("a (" * 2_000 + "1 x 1 x 1", id="shapes"),
    ],
)
def test_no_line_is_looked_at_for_long(line):
    start = process_time()
    with suppress(SheetError):
        read_text("\n".join([line] * 5), name="sheet")
    assert process_time() - start < 2
