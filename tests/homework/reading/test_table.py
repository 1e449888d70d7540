"""What readers find, as tables."""

from __future__ import annotations

import pytest

from archstat.homework.reading.table import Found, Table, is_heading, parts, tables

LAYERS = ["Layer", "Output", "Weights"]
CONV1 = ["conv1", "55×55×96", "34,848"]


def lines_of(grid, heads=None):
    (table,) = tables([Found("here", grid, heads)])
    return [table.header, *table.rows]


def test_a_table_says_where_it_was_and_who_printed_it():
    (table,) = tables([Found("line 3", [LAYERS, CONV1], tool="keras")])

    assert table == Table("line 3", tuple(LAYERS), (tuple(CONV1),), "keras")


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
    assert tables([Found("here", grid)]) == []


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
