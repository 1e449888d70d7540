"""Excel workbooks."""

from __future__ import annotations

import pytest

from archstat.homework.reading import FoundTable, read_bytes
from tests.homework.reading.making import sheet_rows, xlsx
from tests.homework.reading.reading import assert_refused, lines


def tables_of(*sheets, **options):
    return read_bytes(xlsx(*sheets, **options), name="sheet.xlsx").tables


def lines_of(rows, **options):
    return lines(*tables_of(rows, **options))


def test_a_sheet():
    rows = sheet_rows(["Layer", "Weights", "Share"], ["conv1", 34848, 0.25])

    assert tables_of(rows) == [
        FoundTable("sheet 'Sheet1'", ("Layer", "Weights", "Share"), (("conv1", "34848", "0.25"),))
    ]


def test_all_sheets_are_read():
    rows = sheet_rows(["Layer", "Weights"], ["conv1", 34848])

    assert [table.place for table in tables_of(rows, "", rows)] == [
        "sheet 'Sheet1'",
        "sheet 'Sheet3'",
    ]


def test_a_sheet_may_hold_tables_under_one_another():
    rows = sheet_rows(["a", "b"], [1, 2], ["", ""], ["c", "d"], [3, 4])

    assert [table.place for table in tables_of(rows)] == ["sheet 'Sheet1'", "sheet 'Sheet1', row 4"]


def cell_of(cell, **options):
    """Return the text of a cell with this XML."""
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c>'
    head += '<c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
    row = f'<row r="2"><c r="A2" t="inlineStr"><is><t>c</t></is></c>{cell}</row>'
    return lines_of(head + row, **options)[1][1]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<c><v>34848</v></c>", "34848"),
        ("<c><v>34848.0</v></c>", "34848"),
        ("<c><v>1.05415200E8</v></c>", "105415200"),
        ("<c><v>0.30000000000000004</v></c>", "0.3"),
        ("<c><v>1E+20</v></c>", "1e+20"),
        ("<c><v>-5</v></c>", "-5"),
        ('<c t="n"><v>nonsense</v></c>', "nonsense"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c t="str"><f>A1</f><v>55x55</v></c>', "55x55"),
        ("<c><f>3*11</f><v>33</v></c>", "33"),
        ("<c><f>96*(3*11*11+1)</f></c>", "=96*(3*11*11+1)"),
        ('<c><f t="shared" si="0"/></c>', "="),
        ('<c t="s"><v>0</v></c>', "10^8"),
        ('<c t="s"><v>99</v></c>', "99"),
        ('<c t="d"><v>2025-04-01T00:00:00</v></c>', "4/1"),
        ('<c t="inlineStr"><is><r><t>H</t></r><r><t>o</t></r></is></c>', "Ho"),
    ],
)
def test_the_text_of_a_cell(cell, text):
    raised = '<r><t>10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>8</t></r>'

    assert cell_of(cell, strings=[f'{raised}<rPh sb="0" eb="1"><t>ten</t></rPh>']) == text


# 45748 is 1 April 2025, 45748 − 1462 counted from 1904; 11781 is 1 April 1932; 1/24 is an hour
@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (45748, "14", "4/1"),
        (45748, "16", "4/1"),
        (45748, "58", "4/1"),
        (45748, "m/d;@", "4/1"),
        (45748, 'm"월" d"일"', "4/1"),
        (45748, "[$-412]yyyy/mm/dd", "4/1"),
        (11781, "17", "4/32"),
        (11781, "mmm\\-yy", "4/32"),
        (0.125, "20", "3:0"),
        (0.126388888888889, "hh:mm", "3:2"),
        (0.0625, "10", "6.25%"),
        (0.5, "0.0%", "50%"),
        (45748, "0", "45748"),
        (45748, "General", "45748"),
        (45748, '#,##0" days"', "45748"),
        (45748, "[Red]0.00E+00", "45748"),
        (1e300, "14", "1e+300"),
    ],
)
def test_a_format_tells_what_somebody_wrote(value, form, text):
    code = form.replace('"', "&quot;")
    cell = f'<c s="1"><v>{value}</v></c>'

    assert cell_of(cell, formats=["0", code]) == text


def test_days_may_count_from_1904():
    assert cell_of('<c s="0"><v>44286</v></c>', formats=["14"], is_1904=True) == "4/1"


def test_merged_cells_are_all_filled():
    rows = sheet_rows(
        ["Homework", "", "", ""],
        ["Layer", "Size", "", "Weights"],
        ["", "H", "W", ""],
        ["conv", 55, 55, 34848],
        ["", 27, 27, 0],
    )
    merged = ["A1:D1", "A2:A3", "B2:C2", "D2:D3", "A4:A5"]

    assert lines_of(rows, merged=merged) == [
        ("Layer", "Size H", "Size W", "Weights"),
        ("conv", "55", "55", "34848"),
        ("conv", "27", "27", "0"),
    ]


def test_cells_far_apart_take_no_room():
    far = '<row r="1048576"><c r="XFD1048576"><v>5</v></c></row>'

    assert lines_of('<row r="1"><c r="A1" t="b"><v>1</v></c></row>' + far) == [
        ("TRUE", ""),
        ("", "5"),
    ]


def test_more_than_256_columns_are_refused():
    rows = sheet_rows(["a"] * 257, ["b"] * 257)

    assert_refused(lambda: tables_of(rows), "sheet.xlsx: has 257 columns; at most 256 are read")


def test_a_text_that_a_million_cells_share_is_counted_in_each():
    row = "<row>" + '<c t="s"><v>0</v></c>' * 200 + "</row>"

    assert_refused(
        lambda: tables_of(row * 20, strings=[f"<t>{'x' * 9_999}</t>"]),
        "sheet.xlsx: has 39,996,000 characters in cells; at most 16,777,216 are read",
    )
