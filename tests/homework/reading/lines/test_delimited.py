"""Tables with commas, semicolons and tabs."""

from __future__ import annotations

import pytest

from archstat.homework.reading import read_text
from tests.homework.reading.reading import lines, read

TABLE = [
    ("Layer", "Output", "Weights"),
    ("conv1", "55x55x96", "34,848"),
    ("pool1", "27x27x96", ""),
]

COMMAS = """Layer,Output,Weights
conv1,55x55x96,"34,848"
pool1,27x27x96,
"""
SEMICOLONS = "Layer;Output;Weights\nconv1;55x55x96;34,848\npool1;27x27x96;\n"
TABS = "Layer\tOutput\tWeights\nconv1\t55x55x96\t34,848\npool1\t27x27x96\t\n"


@pytest.mark.parametrize("name", ["sheet.csv", "sheet.tsv", "sheet.txt", "-"])
@pytest.mark.parametrize(
    "text",
    [COMMAS, SEMICOLONS, TABS, COMMAS.replace("\n", "\r\n"), COMMAS.replace("\n", "\r")],
)
def test_the_delimiter_shows_itself(text, name):
    assert read(text, name) == TABLE


def test_excel_may_say_which_delimiter_it_took():
    text = 'sep=;\nLayer;"a,b,c";Weights\nconv1;d,e,f;34,848\n'

    assert read(text, "sheet.csv") == [("Layer", "a,b,c", "Weights"), ("conv1", "d,e,f", "34,848")]


def test_a_quoted_cell_may_hold_quotes_and_lines():
    text = 'Layer,Note\nconv1,"11"" filter\nstride 4"\nconv2,b\n'

    assert read(text, "sheet.csv") == [
        ("Layer", "Note"),
        ("conv1", '11" filter\nstride 4'),
        ("conv2", "b"),
    ]


def test_a_quote_without_a_partner_is_an_inch():
    assert read('Layer,Note\nconv1,11"\nconv2,5\n', "sheet.csv") == [
        ("Layer", "Note"),
        ("conv1", '11"'),
        ("conv2", "5"),
    ]


def test_lines_may_have_cells_too_many_or_too_few():
    assert read("Layer,Output,Weights\nconv1\nconv2,27,5,6\nfc,1,2\n", "sheet.csv") == [
        ("Layer", "Output", "Weights", ""),
        ("conv1", "", "", ""),
        ("conv2", "27", "5", "6"),
        ("fc", "1", "2", ""),
    ]


def test_what_stands_above_the_titles_of_a_sheet_is_left_out():
    text = "Homework 3,,\nName:,Kim,\n\nLayer,Output,Weights\nconv1,55,1\n"

    assert read(text, "sheet.csv") == [("Layer", "Output", "Weights"), ("conv1", "55", "1")]


def test_a_sheet_may_hold_tables_under_one_another():
    text = "Layer,Weights\nconv1,1\n\nconv2,2\n\nLayer,Neurons,Map\nconv1,3,4\n"
    first, second = read_text(text, name="sheet.csv").tables

    assert (first.place, second.place) == ("line 1", "line 6")
    assert lines(first) == [("Layer", "Weights"), ("conv1", "1"), ("conv2", "2")]
    assert lines(second) == [("Layer", "Neurons", "Map"), ("conv1", "3", "4")]


def test_a_paragraph_of_a_document_may_be_a_table():
    text = f"My answer:\n\n{COMMAS}\nI think, that is all.\n\n```csv\n{SEMICOLONS}```\n"
    first, second = read_text(text, name="sheet.md").tables

    assert (first.place, second.place) == ("line 3", "line 10")
    assert lines(first) == lines(second) == TABLE


def test_a_file_that_was_given_the_wrong_name_is_read_by_its_content():
    markdown = "| Layer | a,b,c |\n|-------|-------|\n| conv1 | d,e,f |\n"

    assert read(markdown, "sheet.csv") == [("Layer", "a,b,c"), ("conv1", "d,e,f")]


def test_cells_with_bars_are_no_markdown():
    text = "Layer;Size|Stride|Pad;Weights\nconv1;11|4|0;34848\npool1;3|2|0;0\n"

    assert read(text, "sheet.csv") == [
        ("Layer", "Size|Stride|Pad", "Weights"),
        ("conv1", "11|4|0", "34848"),
        ("pool1", "3|2|0", "0"),
    ]


def test_a_copied_table_whose_last_cells_have_several_lines():
    text = (
        "name\tdim_out\tops\tmem\nconv1\t55x55\tmacc 105.42M\tactivation 290.4k\nparam 34.94k\n"
        "relu1\t55x55\tcomp 290.4k\tactivation 290.4k\n"
    )

    assert read(text)[1] == ("conv1", "55x55", "macc 105.42M", "activation 290.4k\nparam 34.94k")
