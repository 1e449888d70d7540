"""Layers that move values without computing."""

from __future__ import annotations

import pytest

from archstat.layers.kept import Kept
from archstat.layers.naming import TorchChoice, TorchModule
from archstat.layers.reshape import Flatten, Select, ZeroPad2d
from tests.layers.table import Row, assert_refuses, assert_row

ROWS = {
    # 256·6·6
    "AlexNet flatten": Row(Flatten(), (256, 6, 6), (9216,)),
    "vector": Row(Flatten(), (10,), (10,)),
    # 55 + 2·2
    "pad": Row(ZeroPad2d(padding=2), (96, 55, 55), (96, 59, 59)),
    # 64 - 2·4, as U-Net crops what it joins
    "crop": Row(ZeroPad2d(padding=-4), (512, 64, 64), (512, 56, 56)),
    # rows 5 + 2·1, columns 5 + 2·3
    "pad, rows and columns differ": Row(ZeroPad2d(padding=(1, 3)), (2, 5, 5), (2, 7, 11)),
    # the maps of S2 that the first two maps of LeNet-5's C3 read
    "select": Row(Select(picks=[0, 1, 2, 1, 2, 3]), (6, 14, 14), (6, 14, 14)),
    "select of a vector": Row(Select(picks=(4,)), (5,), (1,)),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_reshaping(row):
    assert_row(row)


def test_padding_refuses_a_vector():
    assert_refuses(
        lambda: ZeroPad2d(padding=1).out_shape((4096,)),
        "expects a map C×H×W, got 4096\n  hint: put it before the layer that flattens the map",
    )


def test_a_crop_leaves_something():
    assert_refuses(
        lambda: ZeroPad2d(padding=(-1, -3)).out_shape((2, 5, 6)),
        "padding -1×-3 leaves nothing of its input 5×6\n  hint: cut off fewer rows and columns",
    )


def test_torch_takes_the_padding_as_left_right_top_bottom():
    call = ZeroPad2d(padding=(1, 3)).torch_call((2, 5, 5))
    assert call == TorchModule("ZeroPad2d", ((3, 3, 1, 1),), {})


def test_a_selection_is_an_index():
    layer = Select(picks=[3, 0, 3])
    assert layer.torch_call((4, 5, 5)) == TorchChoice((3, 0, 3))
    assert layer.kept((4, 5, 5), batch_size=7, learns=[True]) == Kept(indices=3)


def test_a_selection_is_of_channels_that_there_are():
    assert_refuses(
        lambda: Select(picks=[0, 6]).out_shape((6, 14, 14)),
        "selects channel 6, its input has 6\n  hint: channels are counted from 0 to 5",
    )


@pytest.mark.parametrize(
    ("picks", "message"),
    [
        (2, "must be a list of whole numbers, got 2\n  hint: as in [0, 1, 2]"),
        ([], "must be a list of whole numbers, got []\n  hint: as in [0, 1, 2]"),
        ([-1], "must be at least 0, got -1"),
    ],
)
def test_a_selection_is_a_list(picks, message):
    assert_refuses(lambda: Select(picks=picks), f"picks: {message}")
