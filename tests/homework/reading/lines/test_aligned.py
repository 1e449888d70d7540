"""Tables whose columns are kept apart by blanks."""

from __future__ import annotations

import pytest

from archstat.homework.reading import read_text
from tests.homework.reading.reading import assert_refused, read

PANDAS = """
   layer      out  weights
0  conv1  55x55x96  34848.0
1  pool1  27x27x96      NaN
"""

PANDAS_WITH_AN_INDEX = """
            out  weights
layer
conv1  55x55x96  34848.0
pool1  27x27x96      NaN
"""

TABULATE = """
layer      out  weights
-------  -----  ---------
conv 1      55  34,848
pool 1      27
fc                   4096
"""

TWO_LINES_OF_TITLES = """
                 stride  feature
layer  kind      / pad   map      weights
─────────────────────────────────────────
conv1  conv      4 / 0   55×55×96  34,848
pool1  max pool  2 / 0   27×27×96       –
─────────────────────────────────────────
total                              34,848
"""

WITH_CALCULATIONS = """
  #   layer         output size                    parameters
---  -------  -------------------------  ------------------------
  0  input                      1x28x28                         0
  1  conv1    (28-(5-1))=24 -> 32x24x24  (5*5*1+1)*32   =     832
  2  pool1                     32x12x12                         0
"""

BETWEEN_WORDS = """
Here they are:
layer    out         weights
conv1    55x55x96    34848
flatten
pool1    27x27x96
conv2    27x27x256   307200
Done.
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            PANDAS,
            [
                ("", "layer", "out", "weights"),
                ("0", "conv1", "55x55x96", "34848.0"),
                ("1", "pool1", "27x27x96", "NaN"),
            ],
        ),
        (
            PANDAS_WITH_AN_INDEX,
            [
                ("layer", "out", "weights"),
                ("conv1", "55x55x96", "34848.0"),
                ("pool1", "27x27x96", "NaN"),
            ],
        ),
        (
            TABULATE,
            [
                ("layer", "out", "weights"),
                ("conv 1", "55", "34,848"),
                ("pool 1", "27", ""),
                ("fc", "", "4096"),
            ],
        ),
        (
            TWO_LINES_OF_TITLES,
            [
                ("layer", "kind", "stride / pad", "feature map", "weights"),
                ("conv1", "conv", "4 / 0", "55×55×96", "34,848"),
                ("pool1", "max pool", "2 / 0", "27×27×96", "–"),
                ("total", "", "", "", "34,848"),
            ],
        ),
        (
            WITH_CALCULATIONS,
            [
                ("#", "layer", "output size", "parameters"),
                ("0", "input", "1x28x28", "0"),
                ("1", "conv1", "(28-(5-1))=24 -> 32x24x24", "(5*5*1+1)*32 = 832"),
                ("2", "pool1", "32x12x12", "0"),
            ],
        ),
        (
            BETWEEN_WORDS,
            [
                ("layer", "out", "weights"),
                ("conv1", "55x55x96", "34848"),
                ("flatten", "", ""),
                ("pool1", "27x27x96", ""),
                ("conv2", "27x27x256", "307200"),
            ],
        ),
    ],
)
def test_columns(text, expected):
    assert read(text) == expected


def test_columns_may_be_apart_by_tabs_and_blanks():
    text = "layer\t\tout\nconv1\t\t55\npooling1\t27\n"

    assert read(text) == [("layer", "out"), ("conv1", "55"), ("pooling1", "27")]


@pytest.mark.parametrize(
    "text",
    [
        "title:  A network\nheader:\n   image: 5\n   size: 6\ntags:\n - a\n - b\n",
        "1/100  0.5  0.6\n2/100  0.4  0.7\n3/100  0.3  0.8\n",
        "x = 1  # the input\ny = 2  # the output\nz = 3  # both\n",
        "One sentence.  And another.\nA third.  A fourth.\nNo table.  At all.\n",
        "Heading\n-------\ntext\n",
        "layer  weights\nconv1  34848\n",
    ],
)
def test_what_only_looks_like_a_table(text):
    assert_refused(
        lambda: read_text(text, name="sheet"),
        "sheet: holds no table\n  hint: a table has two columns and a row, or more",
    )


def test_a_wide_frame_that_pandas_has_folded():
    text = (
        "   layer      out  \\\n0  conv1  55x55x96\n1  pool1  27x27x96\n\n"
        "   weights\n0  34848.0\n1      NaN\n"
    )

    assert read(text) == [
        ("", "layer", "out", "weights"),
        ("0", "conv1", "55x55x96", "34848.0"),
        ("1", "pool1", "27x27x96", "NaN"),
    ]


def test_names_and_values_without_titles():
    text = "conv1   (50, 96, 55, 55)\npool1   (50, 96, 27, 27)\nfc6     (50, 4096)\n"

    assert read(text)[:2] == [("", ""), ("conv1", "(50, 96, 55, 55)")]


def test_blanks_within_a_shape():
    text = "Layer   Output\nLSTM   [1,   100,   256]\nLinear   [1,    64]\n"

    assert read(text)[1:] == [("LSTM", "[1, 100, 256]"), ("Linear", "[1, 64]")]


def test_rows_that_go_on_in_a_merged_cell():
    text = (
        "Block          Layer          Parameters\n"
        "Block 1        Conv1.1        1,792\n"
        "               Conv1.2        36,928\n"
        "               Total          38,720\n"
        "Block 2        Conv2.1        73,856\n"
        "               Total          73,856\n"
    )

    assert read(text)[2] == ("", "Conv1.2", "36,928")


def test_shapes_of_a_batch_are_values():
    text = "Layer    Output Shape\n1        (None, 254, 32)\n2        (None, 127, 32)\n"

    assert read(text)[1:] == [("1", "(None, 254, 32)"), ("2", "(None, 127, 32)")]
