"""Tables drawn with bars: Markdown as it should be, as it is, and boxes."""

from __future__ import annotations

import pytest

from archstat.homework.reading import FoundTable, read_file, read_text
from tests.homework.reading.reading import SHEETS, lines, read

TABLE = [
    ("Layer", "Output", "Weights"),
    ("conv1", "55x55x96", "34,848"),
    ("pool1", "27x27x96", ""),
]

PROPER = """
| Layer | Output   | Weights |
|:------|:--------:|--------:|
| conv1 | 55x55x96 | 34,848  |
| pool1 | 27x27x96 |         |
"""

NO_OUTER_BARS = """
Layer | Output   | Weights
------|----------|--------
conv1 | 55x55x96 | 34,848
pool1 | 27x27x96 |
"""

SHORT_DELIMITER_ROW = """
|Layer|Output|Weights|
|-|-|
|conv1|55x55x96|34,848|
|pool1|27x27x96|
"""

BLANK_LINE_BEHIND = """
| Layer | Output   | Weights |
|-------|----------|---------|

| conv1 | 55x55x96 | 34,848  |
| pool1 | 27x27x96 |         |
"""

BLANK_LINE_BEFORE = """
| Layer | Output   | Weights |

|-------|----------|---------|
| conv1 | 55x55x96 | 34,848  |
| pool1 | 27x27x96 |         |
"""

NO_DELIMITER_ROW = """
Layer | Output   | Weights
conv1 | 55x55x96 | 34,848
pool1 | 27x27x96 |
"""

NO_DELIMITER_ROW_AND_TWO_LINES = """
| Layer | Output   | Weights |
| conv1 | 55x55x96 | 34,848  |
| pool1 | 27x27x96 |         |
"""

BLANK_HEADER = """
|       |          |         |
|-------|----------|---------|
| Layer | Output   | Weights |
| conv1 | 55x55x96 | 34,848  |
| pool1 | 27x27x96 |         |
"""

RULES_BETWEEN = """
| Layer | Output   | Weights |
|-------|----------|---------|
| conv1 | 55x55x96 | 34,848  |
|-------|----------|---------|
| pool1 | 27x27x96 |         |
"""

QUOTED = """
> | Layer | Output   | Weights |
> |-------|----------|---------|
> | conv1 | 55x55x96 | 34,848  |
> | pool1 | 27x27x96 |         |
"""

FULL_WIDTH = """
｜ Layer ｜ Output   ｜ Weights ｜
｜-------｜----------｜---------｜
｜ conv1 ｜ 55x55x96 ｜ 34,848  ｜
｜ pool1 ｜ 27x27x96 ｜         ｜
"""  # noqa: RUF001  bars of an East Asian keyboard

PSQL = """
 Layer |  Output  | Weights
-------+----------+---------
 conv1 | 55x55x96 | 34,848
 pool1 | 27x27x96 |
(2 rows)
"""

MYSQL = """
+-------+----------+---------+
| Layer | Output   | Weights |
+-------+----------+---------+
| conv1 | 55x55x96 | 34,848  |
| pool1 | 27x27x96 |         |
+-------+----------+---------+
"""

WITH_A_TOTAL = """
+-------+----------+---------+
| Layer | Output   | Weights |
+-------+----------+---------+
| conv1 | 55x55x96 | 34,848  |
+-------+----------+---------+
| pool1 | 27x27x96 |         |
+-------+----------+---------+
"""

ORG_MODE = """
| Layer | Output   | Weights |
|-------+----------+---------|
| conv1 | 55x55x96 | 34,848  |
| pool1 | 27x27x96 |         |
"""

BOX = """
╭───────┬──────────┬─────────╮
│ Layer │ Output   │ Weights │
├───────┼──────────┼─────────┤
│ conv1 │ 55x55x96 │ 34,848  │
│ pool1 │ 27x27x96 │         │
╰───────┴──────────┴─────────╯
"""

BOX_IN_A_COMMENT = """
# ╔═══════╦══════════╦═════════╗
# ║ Layer ║ Output   ║ Weights ║
# ╠═══════╬══════════╬═════════╣
# ║ conv1 ║ 55x55x96 ║ 34,848  ║
# ║ pool1 ║ 27x27x96 ║         ║
# ╚═══════╩══════════╩═════════╝
"""

BOX_WITHOUT_A_FRAME = """
 Layer │ Output   │ Weights
╶──────┼──────────┼─────────╴
 conv1 │ 55x55x96 │ 34,848
 pool1 │ 27x27x96 │
"""

WRAPPED = """
+-------+----------+---------+
| Layer | Output   | Weights |
+=======+==========+=========+
| conv1 | 55x55x96 | 34,848  |
+-------+----------+---------+
| pool1 | 27x27x96 |         |
|       |          |         |
+-------+----------+---------+
"""


@pytest.mark.parametrize(
    "text",
    [
        PROPER,
        NO_OUTER_BARS,
        SHORT_DELIMITER_ROW,
        BLANK_LINE_BEHIND,
        BLANK_LINE_BEFORE,
        NO_DELIMITER_ROW,
        NO_DELIMITER_ROW_AND_TWO_LINES,
        BLANK_HEADER,
        RULES_BETWEEN,
        QUOTED,
        FULL_WIDTH,
        PSQL,
        MYSQL,
        WITH_A_TOTAL,
        ORG_MODE,
        BOX,
        BOX_IN_A_COMMENT,
        BOX_WITHOUT_A_FRAME,
        WRAPPED,
    ],
)
def test_a_table_with_bars(text):
    assert read(text) == TABLE


def test_a_header_may_have_more_cells_than_the_delimiter_row():
    eight = "| a | b | c | d | e | f | g | h |"
    seven = "|---|---|---|---|---|---|---|"
    values = "| 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |"

    assert read(f"{eight}\n{seven}\n{values}") == [tuple("abcdefgh"), tuple("12345678")]


def test_a_bar_in_a_formula_or_behind_a_backslash_keeps_nothing_apart():
    text = r"""
| Layer | $|x|$ | a \| b |
|-------|-------|--------|
| conv1 | $5$   | $6$    |
| conv2 | $5    | $6     |
"""
    assert read(text) == [
        ("Layer", "|x|", "a | b"),
        ("conv1", "5", "6"),
        ("conv2", "$5", "$6"),
    ]


def test_a_row_of_several_lines_is_one_row_if_there_are_rules_between_rows():
    text = """
┌───────────────┬────────────────────┬─────────┐
│ Layer         │ Output             │ Weights │
├───────────────┼────────────────────┼─────────┤
│ batch_norm_1  │ (55, 55, 96)       │     192 │
│ (BatchNorm)   │                    │         │
├───────────────┼────────────────────┼─────────┤
│ add           │ (55, 55, 96)       │       0 │
│               │ from conv1         │         │
└───────────────┴────────────────────┴─────────┘
"""
    assert read(text) == [
        ("Layer", "Output", "Weights"),
        ("batch_norm_1 (BatchNorm)", "(55, 55, 96)", "192"),
        ("add", "(55, 55, 96) from conv1", "0"),
    ]


def test_tables_stand_within_a_document():
    text = """# Homework

The table | as asked for:

| Layer | Weights |
|-------|---------|
| conv1 | 34848   |

and the other one

Layer | Neurons
--- | ---
conv1 | 290400
That was it.
"""
    assert read_text(text, name="sheet").tables == [
        FoundTable("line 5", ("Layer", "Weights"), (("conv1", "34848"),)),
        FoundTable("line 11", ("Layer", "Neurons"), (("conv1", "290400"),)),
    ]


def test_a_blank_line_between_two_drawings_keeps_them_apart():
    one = "+---+---+\n| a | b |\n+---+---+\n| 1 | 2 |\n+---+---+\n"

    assert [table.place for table in read_text(f"{one}\n{one}", name="sheet").tables] == [
        "line 1",
        "line 7",
    ]


def test_a_line_of_a_program_with_bars_is_no_table():
    text = "| a | b |\n|---|---|\n| 1 | 2 |\n\nif (x || y)\n  return a | b;\n"

    assert read(text) == [("a", "b"), ("1", "2")]


def test_a_fenced_program_holds_no_table():
    bars = "a | b\nc | d\ne | f\n"

    assert read(f"```python\n{bars}```\n\n~~~\n{bars}~~~\n") == [("a", "b"), ("c", "d"), ("e", "f")]


def test_keras_3_draws_a_box():
    (table,) = read_file(SHEETS / "keras3.txt").tables

    assert table.tool == "keras"
    assert lines(table) == [
        ("Layer (type)", "Output Shape", "Param #"),
        ("conv2d (Conv2D)", "(None, 55, 55, 96)", "34,944"),
        ("batch_normalization (BatchNormalization)", "(None, 55, 55, 96)", "384"),
        ("max_pooling2d (MaxPooling2D)", "(None, 27, 27, 96)", "0"),
        ("dense (Dense)", "?", "0 (unbuilt)"),
    ]


def test_the_table_of_a_real_blog_about_the_paper():
    (table,) = read_file(SHEETS / "paper-alexnet.md").tables

    assert table.place == "line 1"
    assert lines(table) == [
        ("Layer", "Kernel (개수)", "Activation fn.", "Normalization", "Feature map (output)"),
        ("Input", "-", "-", "-", "227x227x3"),
        ("Conv1", "11x11x3 (96), stride 4", "ReLU", "LRN", "55x55x96"),
        ("MaxPool", "3x3, stride 2", "-", "-", "27x27x96"),
        ("Conv2", "5x5x48 (256), stride 1, padding 2", "ReLU", "LRN", "27x27x256"),
        ("MaxPool", "3x3, stride 2", "-", "-", "27x27x96"),
        ("Conv3", "3x3x256 (384), stride 1, padding 1", "ReLU", "-", "13x13x384"),
        ("Conv4", "3x3x192 (384), stride 1, padding 1", "ReLU", "-", "13x13x384"),
        ("Conv5", "3x3x192 (256), stride 1, padding 1", "ReLU", "-", "13x13x256"),
        ("MaxPool", "3x3, stride 2", "-", "-", "6x6x256"),
        ("FC1", "-", "ReLU", "-", "4096"),
        ("FC2", "-", "ReLU", "-", "4096"),
        ("FC3", "-", "ReLU", "-", "1000\n(클래스 개수)"),
    ]


def test_the_table_of_a_real_homework():
    (table,) = read_file(SHEETS / "cifar-bn-alexnet.md").tables

    assert len(table.rows) == 21  # 20 layers and the total
    assert [table.header, *table.rows[:3], table.rows[-1]] == [
        (
            "Layer",
            "# of Filter / Filter Size",
            "Stride / Zero Padding",
            "Feature Map Size",
            "# of Weights",
            "# of Neurons",
            "# of Conv Ops (FLOPS)",
            "Receptive Field",
        ),
        ("Input", "- / -", "- / -", "32×32×3", "-", "-", "-", "-"),
        ("Conv1", "64 / 3", "1 / 2", "34×34×64", "1,792", "73,984", "2,071,552.0", "3"),
        ("BN1", "- / -", "- / -", "34×34×64", "128", "-", "147,968.0", "-"),
        ("Total", "- / -", "- / -", "- / -", "14,869,598", "219,978", "228,743,360.0", "11"),
    ]
