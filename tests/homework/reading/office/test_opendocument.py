"""Spreadsheets of LibreOffice."""

from __future__ import annotations

import pytest

from archstat.homework.reading import FoundTable, read_bytes
from tests.homework.reading.making import ods
from tests.homework.reading.reading import assert_refused, lines


def cell(attributes, text=""):
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def row(*cells, times=1):
    """Return a row; a cell is a text, or XML of the whole cell."""
    xml = (text if text.startswith("<") else cell("", text) for text in cells)
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(xml)}</table:table-row>'


BLANK = '<table:table-cell table:number-columns-repeated="{}"/>'


def tables_of(*rows):
    return read_bytes(ods("".join(rows)), name="sheet.ods").tables


def lines_of(*rows):
    return lines(*tables_of(*rows))


def test_a_sheet():
    number = cell('office:value-type="float" office:value="34848"', "34,848")

    assert tables_of(row("Layer", "Weights"), row("conv1", number)) == [
        FoundTable("sheet 'Sheet1'", ("Layer", "Weights"), (("conv1", "34848"),))
    ]


@pytest.mark.parametrize(
    ("attributes", "shown", "text"),
    [
        ('office:value-type="float" office:value="105415200"', "1.05E+08", "105415200"),
        ('office:value-type="percentage" office:value="0.5"', "50 %", "50%"),
        ('office:value-type="float" office:value="nonsense"', "5", "5"),
        ('office:value-type="date" office:date-value="2025-04-01"', "04/01/25", "4/1"),
        ('office:value-type="date" office:date-value="soon"', "soon", "soon"),
        ('office:value-type="boolean" office:boolean-value="true"', "TRUE", "TRUE"),
        ('table:formula="of:=[.A1]*2"', "", "=[.A1]*2"),
        ('office:value-type="string"', "a<text:s/>b<text:line-break/>c", "a b\nc"),
        ('office:value-type="string"', "a<text:span>b</text:span>", "ab"),
        ('office:value-type="string"', "a</text:p><text:p>b", "a\nb"),
    ],
)
def test_the_text_of_a_cell(attributes, shown, text):
    assert lines_of(row("a", "b"), row("c", cell(attributes, shown)))[1] == ("c", text)


def test_a_remark_is_no_text_of_its_cell():
    remark = "<office:annotation><text:p>why?</text:p></office:annotation>"
    noted = f"<table:table-cell>{remark}<text:p>5</text:p></table:table-cell>"

    assert lines_of(row("a", "b"), row("c", noted)) == [("a", "b"), ("c", "5")]


def test_repeated_cells_and_rows():
    twice = cell('table:number-columns-repeated="2"', "5")

    assert lines_of(
        row("a", "b", "c"),
        row(BLANK.format(16_384), times=1_000),
        row("d", twice, BLANK.format(16_381), times=2),
        row(BLANK.format(16_384), times=1_048_000),
    ) == [("a", "b", "c"), ("d", "5", "5"), ("d", "5", "5")]


def test_merged_cells_are_all_filled():
    covered = "<table:covered-table-cell/>"
    wide = cell('table:number-columns-spanned="2"', "Size")
    high = cell('table:number-rows-spanned="2"', "Layer")

    assert lines_of(row(high, wide, covered), row(covered, "H", "W"), row("conv", "55", "5")) == [
        ("Layer", "Size H", "Size W"),
        ("conv", "55", "5"),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            row(cell('table:number-columns-repeated="16384"', "5")),
            "sheet.ods: has 16,384 columns; at most 256 are read",
        ),
        (
            row("a", "b", times=1_048_576),
            "sheet.ods: has 1,048,576 rows; at most 10,000 are read",
        ),
        (
            row(cell('table:number-columns-repeated="200"', "5"), times=9_000),
            "sheet.ods: has 250,001 cells; at most 250,000 are read",
        ),
    ],
)
def test_a_million_cells_out_of_one_are_refused(rows, message):
    assert_refused(lambda: tables_of(rows), message)
