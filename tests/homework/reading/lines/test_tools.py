"""What tools print about a network."""

from __future__ import annotations

import pytest

from archstat.homework.reading import read_file, read_text
from tests.homework.reading.reading import SHEETS, lines


def table_of(name):
    (table,) = read_file(SHEETS / name).tables
    return table


def test_torchsummary():
    table = table_of("torchsummary.txt")

    assert (table.tool, table.place, len(table.rows)) == ("torchsummary", "line 2", 21)
    assert table.header == ("Layer (type)", "Output Shape", "Param #")
    assert table.rows[0] == ("Conv2d-1", "[-1, 64, 55, 55]", "23,296")
    assert table.rows[13] == ("AdaptiveAvgPool2d-14", "[-1, 256, 6, 6]", "0")
    assert table.rows[-1] == ("Linear-21", "[-1, 1000]", "4,097,000")


def test_torchinfo():
    table = table_of("torchinfo.txt")

    assert (table.tool, table.place, len(table.rows)) == ("torchinfo", "line 2", 24)
    assert table.header == (
        "Layer (type:depth-idx)",
        "Output Shape",
        "Param #",
        "Kernel Shape",
        "Mult-Adds",
    )
    assert table.rows[0] == ("AlexNet", "[1, 1000]", "--", "--", "--")
    assert table.rows[1] == ("Sequential: 1-1", "[1, 256, 6, 6]", "--", "--", "--")
    assert table.rows[2] == ("Conv2d: 2-1", "[1, 64, 55, 55]", "23,296", "[11, 11]", "70,470,400")
    assert table.rows[-1] == ("Linear: 2-20", "[1, 1000]", "4,097,000", "--", "4,097,000")


TORCHSTAT_TITLES = (
    "",
    "module name",
    "input shape",
    "output shape",
    "params",
    "memory(MB)",
    "MAdd",
    "Flops",
    "MemRead(B)",
    "MemWrite(B)",
    "duration[%]",
    "MemR+W(B)",
)


def test_torchstat():
    table = table_of("torchstat.txt")

    assert (table.tool, table.place, len(table.rows)) == ("torchstat", "line 1", 29)
    assert table.header == TORCHSTAT_TITLES
    assert table.rows[0] == (
        *("0", "features2.0", "3 32 32", "64 34 34", "1792.0", "0.28", "3,995,136.0"),
        *("2,071,552.0", "19456.0", "295936.0", "2.27%", "315392.0"),
    )
    assert table.rows[18] == (
        *("18", "classifier2.0", "4096", "4096", "0.0", "0.02", "0.0"),
        *("0.0", "0.0", "0.0", "3.13%", "0.0"),
    )
    assert table.rows[-1] == (
        *("total", "", "", "", "14869598.0", "2.69", "456,637,750.0"),
        *("228,743,360.0", "0.0", "0.0", "100.00%", "65009488.0"),
    )


def test_torchstat_pasted_without_the_blanks_at_its_start():
    text = (SHEETS / "torchstat.txt").read_text(encoding="utf-8")
    (table,) = read_text(text.strip(), name="-").tables

    assert table.header == TORCHSTAT_TITLES
    assert table == table_of("torchstat.txt")


KERAS = [
    ("Layer (type)", "Output Shape", "Param #"),
    ("conv2d (Conv2D)", "(None, 55, 55, 96)", "34944"),
    ("max_pooling2d (MaxPooling2D)", "(None, 27, 27, 96)", "0"),
    ("conv2d_1 (Conv2D)", "(None, 27, 27, 256)", "614656"),
    ("max_pooling2d_1 (MaxPooling2D)", "(None, 13, 13, 256)", "0"),
    ("flatten (Flatten)", "(None, 43264)", "0"),
]


def test_keras_2_wraps_long_names():
    table = table_of("keras2.txt")

    assert (table.tool, table.place) == ("keras", "line 3")
    assert lines(table) == KERAS


def test_a_printout_in_a_comment():
    text = (SHEETS / "keras2.txt").read_text(encoding="utf-8")
    commented = "".join(f"# {line}\n" for line in text.splitlines())
    (table,) = read_text(commented, name="-").tables

    assert table.tool == "keras"
    assert lines(table) == KERAS


# The printouts of other versions: names that are cut, blanks lost at the ends of lines, an input
# for which no version leaves enough room, layers with several inputs.

OLD = """Layer (type)                    Output Shape         Param #     Connected to
==================================================================================================
input_1 (InputLayer)            [(None, 224, 224, 3) 0
__________________________________________________________________________________________________
conv1_bn (BatchNormalization)   (None, 112, 112, 64) 256         conv1[0][0]
__________________________________________________________________________________________________
add (Add)                       (None, 56, 56, 256)  0           conv2_0_bn[0][0]
                                                                 conv2_3_bn[0][0]
==================================================================================================
Total params: 256
"""

SHIFTED = """_________________________________________________________________
 Layer (type)                Output Shape              Param #
=================================================================
 conv2d (Conv2D)             (None, 126, 126, 32)      896
 max_pooling2d (MaxPooling2D)  (None, 63, 63, 32)       0
 max_pooling2d_1 (MaxPooling  (None, 30, 30, 48)       0
 2D)
...
 dense (Dense)               (None, 512)               4817408
=================================================================
Total params: 4,919,914
"""

CUT = """Layer (type)                 Output Shape              Param #
=================================================================
max_pooling2d_1 (MaxPooling2 (None, 5, 5, 64)          0

This is what Keras prints.
"""


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            OLD,
            [
                ("input_1 (InputLayer)", "[(None, 224, 224, 3)", "0", ""),
                ("conv1_bn (BatchNormalization)", "(None, 112, 112, 64)", "256", "conv1[0][0]"),
                ("add (Add)", "(None, 56, 56, 256)", "0", "conv2_0_bn[0][0] conv2_3_bn[0][0]"),
            ],
        ),
        (
            SHIFTED,
            [
                ("conv2d (Conv2D)", "(None, 126, 126, 32)", "896"),
                ("max_pooling2d (MaxPooling2D)", "(None, 63, 63, 32)", "0"),
                ("max_pooling2d_1 (MaxPooling2D)", "(None, 30, 30, 48)", "0"),
                ("dense (Dense)", "(None, 512)", "4817408"),
            ],
        ),
        (CUT, [("max_pooling2d_1 (MaxPooling2", "(None, 5, 5, 64)", "0")]),
    ],
)
def test_other_versions_of_keras(text, rows):
    (table,) = read_text(text, name="-").tables

    assert table.tool == "keras"
    assert list(table.rows) == rows


def test_two_printouts_are_two_tables():
    text = (SHEETS / "torchsummary.txt").read_text(encoding="utf-8")

    assert [table.place for table in read_text(text * 2, name="-").tables] == ["line 2", "line 36"]


def test_darknet():
    text = (
        "   layer   filters  size/strd(dil)      input                output\n"
        "   0 conv     16      3 x 3/ 1    224 x 224 x   3  ->  224 x 224 x  16 0.043 BF\n"
        "   1 max              2 x 2/ 2    224 x 224 x  16  ->  112 x 112 x  16 0.001 BF\n"
        "   2 avg                            4 x   4 x1000  ->   1000\n"
        "   3 softmax                                            1000\n"
        "Total BFLOPS 0.807\n"
    )
    (table,) = read_text(text, name="-").tables

    assert table.tool == "darknet"
    assert lines(table) == [
        ("#", "layer", "filters", "size/stride", "input", "output", "FLOPs (G)"),
        ("0", "conv", "16", "3 x 3/ 1", "224 x 224 x 3", "224 x 224 x 16", "0.043"),
        ("1", "max", "", "2 x 2/ 2", "224 x 224 x 16", "112 x 112 x 16", "0.001"),
        ("2", "avg", "", "", "4 x 4 x1000", "1000", ""),
        ("3", "softmax", "", "", "", "1000", ""),
    ]


def test_rows_that_stand_elsewhere_than_under_their_titles_are_rows():
    # torchsummary's rows below torchinfo's titles, as a docstring has them
    [table] = read_text(
        "Layer (type:depth-idx)                   Output Shape              Param #\n"
        "==========================================================================\n"
        "            Conv2d-1             [1, 64, 26, 26]           1,792\n"
        "              ReLU-2             [1, 64, 26, 26]               0\n"
        "==========================================================================\n"
        "Total params: 1,792\n",
        name="-",
    ).tables[:1]
    assert table.tool == "torchsummary"
    assert table.rows[:2] == (
        ("Conv2d-1", "[1, 64, 26, 26]", "1,792"),
        ("ReLU-2", "[1, 64, 26, 26]", "0"),
    )


def test_remarks_that_somebody_wrote_behind_a_print():
    text = (
        "Layer (type)                 Output Shape              Param #\n"
        "=================================================================\n"
        "conv2d (Conv2D)              (None, 26, 26, 64)        640\n"
        "//64 filters, 640 = (3*3+1)*64\n"
        "max_pooling2d (MaxPooling2D) (None, 13, 13, 64)        0    //half as large\n"
        "conv2d_1 (Conv2D)            (None, 11, 11, 64)        36928  <- the next\n"
    )
    (table,) = read_text(text, name="sheet").tables

    assert [row[2] for row in table.rows] == ["640", "0", "36928"]
