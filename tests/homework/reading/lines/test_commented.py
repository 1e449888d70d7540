"""Programs whose comments say what comes out of their layers."""

from __future__ import annotations

import pytest

import archstat
from tests.homework.reading.reading import read

LENET = """\
self.conv1 = nn.Conv2d(1, 6, kernel_size=5)      # 6 x 28 x 28
self.pool1 = nn.AvgPool2d(2, stride=2)           # 6 x 14 x 14
self.conv2 = nn.Conv2d(6, 16, 5)
self.pool2 = nn.AvgPool2d(2, 2)                  # 16 x 5 x 5
"""


def test_what_a_layer_is_called_with_names_it_and_a_comment_says_what_comes_out():
    assert read(LENET) == [
        ("layer", "output"),
        ("conv1, 6 filters, 5x5", "6 x 28 x 28"),
        ("pool1, 2x2, stride 2", "6 x 14 x 14"),
        ("conv2, 16 filters, 5x5", ""),
        ("pool2, 2x2, stride 2", "16 x 5 x 5"),
    ]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("nn.Conv2d(in_planes=64, out_planes=128, kernel_size=3, stride=2, padding=1)",
         "Conv2d, 128 filters, 3x3, stride 2, padding 1"),
        ("model.add(Conv2D(30, (2, 3), strides=[2, 1], padding='same'))",
         "Conv2D, 30 filters, 2x3, stride 2x1"),
        ("layers.Conv2DTranspose(9, 3, strides=2)", "Conv2DTranspose, 9 filters, 3x3, stride 2"),
        ("nn.ConvTranspose2d(128, 64, 2, 2)", "ConvTranspose2d, 64 filters, 2x2, stride 2"),
        ("MaxPooling2D(pool_size=(2, 2))", "MaxPooling2D, 2x2"),
        ("nn.Linear(256 * 4 * 4, 1024)", "Linear"),
    ],
)  # fmt: skip
def test_settings_of_a_call(line, name):
    text = f"{line}  # 8x8x8\n{line}  # 4x4x4\n"
    assert [row[0] for row in read(text)[1:]] == [name, name]


@pytest.mark.parametrize(
    ("comment", "cells"),
    [
        ("output: 14 × 14 x 16", ("14 × 14 x 16",)),
        ("(224-7+6)/2+1=112.        112, 112, 64", ("112, 112, 64",)),
        ("28*28*1 => 26*26*32", ("26*26*32",)),
        ("(None, 26, 26, 32), 320", ("(None, 26, 26, 32)", "320")),
        ("(N, 180)", ("(N, 180)",)),
    ],
)
def test_what_a_comment_states(comment, cells):
    text = f"nn.Conv2d(1, 32, 3)  # {comment}\nnn.ReLU()\nnn.Conv2d(32, 32, 3)  # {comment}\n"
    assert read(text)[1][1:] == cells


def test_a_call_may_take_several_lines():
    text = "Conv2D(8, 3,\n       activation='relu')  # 26x26x8\nMaxPooling2D(2)  # 13x13x8\n"
    assert read(text)[1:] == [
        ("Conv2D, 8 filters, 3x3", "26x26x8"),
        ("MaxPooling2D, 2x2", "13x13x8"),
    ]


def test_a_program_in_a_fence_is_read_for_its_comments_alone():
    sheet = f"```python\n{LENET}```\n".encode()
    assert archstat.check(sheet, "lenet5").points == 3


def test_a_program_without_comments_behind_its_layers_is_no_table():
    program = LENET.replace("#", "\n#")
    text = f"```python\n{program}```\n\n| layer | params |\n|---|---|\n| C1 | 156 |\n"
    assert read(text) == [("layer", "params"), ("C1", "156")]
