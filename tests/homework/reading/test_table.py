"""What readers find, as tables."""

from __future__ import annotations

import pytest

from archstat.homework.reading import Passage, read_bytes, read_text
from archstat.homework.reading.table import Found, FoundTable, contents, is_heading, parts
from tests.homework.reading.making import docx, notebook, paragraph, word_table

LAYERS = ["Layer", "Output", "Weights"]
CONV1 = ["conv1", "55×55×96", "34,848"]


def lines_of(grid, heads=None):
    (table,) = contents([Found("here", grid, heads)]).tables
    return [table.header, *table.rows]


def test_a_table_says_where_it_was_and_who_printed_it():
    (table,) = contents([Found("line 3", [LAYERS, CONV1], tool="keras")]).tables

    assert table == FoundTable("line 3", tuple(LAYERS), (tuple(CONV1),), "keras")


def test_cells_lose_their_markup():
    assert lines_of([["**Layer**", "Out<br>put"], ["conv1", "$55\\times55$<br>x"]]) == [
        ("Layer", "Out put"),
        ("conv1", "55×55\nx"),
    ]


def test_rows_are_as_long_as_the_header():
    assert lines_of([["a", "b"], ["c"], ["d", "5", "6"]]) == [
        ("a", "b", ""),
        ("c", "", ""),
        ("d", "5", "6"),
    ]


def test_blank_rows_and_columns_are_left_out():
    assert lines_of([["", "", ""], ["", "a", " ", "b"], [], ["", "c", "<br>", "5"]]) == [
        ("a", "b"),
        ("c", "5"),
    ]


def test_a_column_with_a_title_stays_though_it_is_blank():
    assert lines_of([["Layer", "Weights"], ["conv1", ""]]) == [("Layer", "Weights"), ("conv1", "")]


@pytest.mark.parametrize(
    "grid",
    [
        [],
        [["Layer", "Weights"]],
        [["Layer"], ["conv1"]],
        [["", ""], ["", ""]],
    ],
)
def test_one_row_or_column_is_no_table(grid):
    assert contents([Found("here", grid)]).tables == []


def test_what_stands_above_the_titles_is_left_out():
    name = ["Kim", "2020-1234", ""]

    assert lines_of([["AlexNet"] * 3, name[:1], LAYERS, CONV1]) == [tuple(LAYERS), tuple(CONV1)]


def test_titles_of_two_levels_are_joined():
    spans = [["Layer", "Size", "Size", "Weights"], ["Layer", "H", "W", "Weights"]]

    assert lines_of([*spans, ["conv1", "55", "55", "34848"]]) == [
        ("Layer", "Size H", "Size W", "Weights"),
        ("conv1", "55", "55", "34848"),
    ]


def test_equal_titles_are_no_second_level_if_values_follow():
    grid = [["Layer", "Size", "Size"], ["conv1", "55", "55"], ["conv2", "27", "27"]]

    assert lines_of(grid) == list(map(tuple, grid))


def test_a_format_that_knows_its_titles_is_believed():
    grid = [["Layer", ""], ["", "Weights"], ["conv1", "34848"]]

    assert lines_of(grid, heads=2) == [("Layer", "Weights"), ("conv1", "34848")]


def test_a_blank_row_ends_a_table_if_titles_follow():
    grid = [LAYERS, CONV1, [""], ["pool1", "27×27×96", "0"], [], ["Name", "Value"], ["lr", "0.1"]]

    assert [(start, len(part)) for start, part in parts(grid)] == [(0, 5), (5, 2)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (LAYERS, True),
        (["# of weights", "층"], True),
        (CONV1, False),
        (["ReLU", "-"], False),
        (["FC6", "(4096)"], False),
        (["Conv", "3x3 filters"], False),
        (["#", "Layer"], True),
        (["Layer", "…"], False),
        (["Layer", ""], False),
        ([], False),
    ],
)
def test_titles_are_words(row, expected):
    assert is_heading(row) is expected


# The text around tables.


def test_the_paragraphs_around_a_table():
    text = (
        "# Task 1\n\nOf **conv**\nand pool:\n\n|a|b|\n|---|---|\n|c|5|\n\nTotal params: 9999\n\nEnd"
    )

    contents_of = read_text(text, name="sheet.md")

    (table,) = contents_of.tables
    assert (table.before.place, table.before.lines) == ("line 3", ("Of conv", "and pool:"))
    assert (table.after.place, table.after.lines) == ("line 10", ("Total params: 9999",))
    assert [item.place for item in contents_of.items] == [
        *("line 1", "line 3", "line 6", "line 10", "line 12")
    ]


def test_a_paragraph_between_two_tables_belongs_to_both():
    table = "|a|b|\n|---|---|\n|c|5|\n"
    first, second = read_text(f"{table}\nIn total 5\n\n{table}", name="sheet.md").tables

    assert first.after == second.before == Passage("line 5", ("In total 5",))


@pytest.mark.parametrize("last", [["Total params: 61,706", ""], ["Total params: 61,706"] * 3])
def test_a_row_that_is_a_sentence_stands_below_the_table(last):
    table, passage = contents([Found("here", [LAYERS, CONV1, last])]).items

    assert table.rows == (tuple(CONV1),)
    assert passage == table.after == Passage("here", ("Total params: 61,706",))


def test_what_stands_above_the_titles_stands_above_the_table():
    passage, table = contents([Found("here", [["Task 1", "", ""], LAYERS, CONV1])]).items

    assert (table.header, table.before) == (tuple(LAYERS), passage)
    assert passage.lines == ("Task 1",)


def test_documents_of_all_kinds_tell_what_stands_around_their_tables():
    word = docx(paragraph("Before") + word_table(LAYERS, CONV1) + paragraph("Total: 5"))
    page = b"<html><p>Before<table><tr><td>a<td>b<tr><td>c<td>5</table><p>Total: <b>5</b>"
    printed = {
        "cell_type": "code",
        "outputs": [{"name": "stdout", "text": "a,b\nc,5\nd,6\n\nTotal: 5"}],
    }
    text = {"cell_type": "markdown", "source": "Before"}

    for data in (word, page, notebook(text, printed)):
        (table,) = read_bytes(data, name="sheet").tables
        assert (table.before.lines, table.after.lines) == (("Before",), ("Total: 5",))


# Titles.


TWO_LEVELS = [("Layer", "Output H", "Output W", "Weights"), ("conv1", "55", "55", "34848")]


@pytest.mark.parametrize("heads", [None, 1])
@pytest.mark.parametrize(
    "titles",
    [
        [["Layer", "Output", "", "Weights"], ["", "H", "W", ""]],
        [["", "Output", "", ""], ["Layer", "H", "W", "Weights"]],
        [["Layer", "Output", "Output", "Weights"], ["Layer", "H", "W", "Weights"]],
    ],
)
def test_titles_of_two_levels(titles, heads):
    assert lines_of([*titles, ["conv1", "55", "55", "34848"]], heads) == TWO_LEVELS


def test_values_without_titles():
    assert lines_of([["conv1", "55x55", "34848"], ["pool1", "(27, 27)", "-"]]) == [
        ("", "", ""),
        ("conv1", "55x55", "34848"),
        ("pool1", "(27, 27)", "-"),
    ]


def test_a_folded_table():
    assert lines_of([["Layer", "Output"] * 2, ["conv1", "55", "fc6", "4096"], ["pool1", "27"]]) == [
        ("Layer", "Output"),
        *(("conv1", "55"), ("pool1", "27"), ("fc6", "4096")),
    ]


def test_a_table_of_two_equal_quantities_is_not_folded():
    grid = [["Output", "Params"] * 2, ["55", "5", "27", "0"]]

    assert lines_of(grid)[0] == ("Output", "Params", "Output", "Params")


def test_a_table_whose_layers_stand_side_by_side():
    grid = [["", "conv1", "pool1"], ["Output size", "55", "27"], ["Params", "34944", "0"]]

    assert lines_of(grid) == [
        ("", "Output size", "Params"),
        *(("conv1", "55", "34944"), ("pool1", "27", "0")),
    ]


def test_titles_that_are_blank_are_none():
    assert lines_of([["", ""], ["Layer", "Weights"], ["conv1", "448"]], heads=1) == [
        ("Layer", "Weights"),
        ("conv1", "448"),
    ]


def test_a_table_of_totals_is_text():
    grid = [["", ""], ["Total params", "60,000"], ["Trainable params", "60,000"]]

    (passage,) = contents([Found("here", grid, 1)]).items
    assert passage.lines == ("Total params: 60,000", "Trainable params: 60,000")


def test_a_table_of_one_layer_under_its_name():
    text = "C1\n\n|shape|tips|\n|---|---|\n|输入|32x32x1|\n|输出|28x28x6|\n|参数|156|\n"

    assert read_text(text, name="sheet").tables[0].rows == (("C1", "32x32x1", "28x28x6", "156"),)


def test_a_table_of_measures_is_text():
    contents = read_text("| Metric | Result |\n|---|---|\n| Params | 421,834 |\n", name="sheet")

    assert [passage.lines for passage in contents.items] == [("Params: 421,834",)]
