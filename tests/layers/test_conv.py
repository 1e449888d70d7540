"""Convolutions: numbers worked out by hand from Dumoulin & Visin (2016), arXiv:1603.07285."""

from __future__ import annotations

import pytest

from archstat.layers.conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    sliding_out_size,
)
from tests.layers.table import Row, assert_refuses, assert_row

ROWS = {
    # sizes: (227 - 11) / 4 + 1 = 55; weights 96·3·11·11 = 34,848; MACs 34,848 · 55·55
    "AlexNet conv1": Row(
        Conv2d(out_channels=96, kernel_size=11, stride=4),
        (3, 227, 227),
        (96, 55, 55),
        weights=34_848,
        biases=96,
        macs=105_415_200,
        neurons=290_400,  # 96·55·55, as in the paper
    ),
    # (27 + 2·2 - 5) + 1 = 27; weights 256·(96/2)·5·5 = 307,200; MACs 307,200 · 27·27
    "AlexNet conv2, two groups": Row(
        Conv2d(out_channels=256, kernel_size=5, padding=2, groups=2),
        (96, 27, 27),
        (256, 27, 27),
        weights=307_200,
        biases=256,
        macs=223_948_800,
        neurons=186_624,
    ),
    # weights 384·256·3·3 = 884,736; MACs 884,736 · 13·13; neurons 384·169
    "AlexNet conv3": Row(
        Conv2d(out_channels=384, kernel_size=3, padding=1),
        (256, 13, 13),
        (384, 13, 13),
        weights=884_736,
        biases=384,
        macs=149_520_384,
        neurons=64_896,
    ),
    # weights 64·3·3·3 = 1,728; 224·224 = 50,176 places; MACs 1,728 · 50,176; neurons 64 · 50,176
    "VGG conv1_1": Row(
        Conv2d(in_channels=3, out_channels=64, kernel_size=3, padding=1),
        (3, 224, 224),
        (64, 224, 224),
        weights=1_728,
        biases=64,
        macs=86_704_128,
        neurons=3_211_264,
    ),
    # ⌊(224 + 6 - 7) / 2⌋ + 1 = 111 + 1; weights 64·3·7·7 = 9,408; MACs 9,408 · 112·112
    "ResNet conv1, without bias": Row(
        Conv2d(out_channels=64, kernel_size=7, stride=2, padding=3, bias=False),
        (3, 224, 224),
        (64, 112, 112),
        weights=9_408,
        biases=0,
        macs=118_013_952,
        neurons=802_816,
    ),
    # one input channel a group: weights 32·1·3·3 = 288; MACs 288 · 112·112
    "MobileNet depthwise": Row(
        Conv2d(out_channels=32, kernel_size=3, padding=1, groups=32, bias=False),
        (32, 112, 112),
        (32, 112, 112),
        weights=288,
        macs=3_612_672,
        neurons=401_408,
    ),
    # a 1×1 kernel: weights 96·96 = 9,216; MACs 9,216 · 55·55
    "NiN cccp1": Row(
        Conv2d(out_channels=96, kernel_size=1),
        (96, 55, 55),
        (96, 55, 55),
        weights=9_216,
        biases=96,
        macs=27_878_400,
        neurons=290_400,
    ),
    # the kernel spans 2·(3 - 1) + 1 = 5: 10 - 5 + 1 = 6; MACs 9 · 6·6
    "dilation 2": Row(
        Conv2d(out_channels=1, kernel_size=3, dilation=2),
        (1, 10, 10),
        (1, 6, 6),
        weights=9,
        biases=1,
        macs=324,
        neurons=36,
    ),
    # rows (5 - 1) + 1 = 5; columns ⌊(8 + 2·3 - 7) / 2⌋ + 1 = 3 + 1; weights 2·4·1·7; MACs 56 · 20
    "rows and columns differ": Row(
        Conv2d(out_channels=2, kernel_size=(1, 7), stride=(1, 2), padding=(0, 3)),
        (4, 5, 8),
        (2, 5, 4),
        weights=56,
        biases=2,
        macs=1_120,
        neurons=40,
    ),
    # 4 - 1 = 3 pixels of padding, 1 before and 2 behind: 5 + 3 - 4 + 1 = 5; MACs 16 · 25
    "same padding, even kernel": Row(
        Conv2d(out_channels=1, kernel_size=4, padding="same", bias=False),
        (1, 5, 5),
        (1, 5, 5),
        weights=16,
        macs=400,
        neurons=25,
    ),
    # 3·(3 - 1) = 6 pixels of padding: 4 + 6 - 7 + 1 = 4, a kernel wider than the map itself
    "same padding, dilation 3": Row(
        Conv2d(out_channels=1, kernel_size=3, padding="same", dilation=3, bias=False),
        (1, 4, 4),
        (1, 4, 4),
        weights=9,
        macs=144,
        neurons=16,
    ),
    # 5 - 4 + 1 = 2
    "valid padding": Row(
        Conv2d(out_channels=1, kernel_size=4, padding="valid", bias=False),
        (1, 5, 5),
        (1, 2, 2),
        weights=16,
        macs=64,
        neurons=4,
    ),
    # ⌊(10 + 2 - 3) / 2⌋ + 1 = 4 + 1; weights 4·2·3; MACs 24 · 5
    "one axis": Row(
        Conv1d(out_channels=4, kernel_size=3, stride=2, padding=1),
        (2, 10),
        (4, 5),
        weights=24,
        biases=4,
        macs=120,
        neurons=20,
    ),
    # weights 64·3·3·3·3 = 5,184; 16·112·112 = 200,704 places; MACs 5,184 · 200,704
    "C3D conv1a": Row(
        Conv3d(out_channels=64, kernel_size=3, padding=1),
        (3, 16, 112, 112),
        (64, 16, 112, 112),
        weights=5_184,
        biases=64,
        macs=1_040_449_536,
        neurons=12_845_056,
    ),
    # (1 - 1)·1 + 4 = 4; weights 100·512·4·4 = 819,200, each used by its one input place
    "DCGAN project": Row(
        ConvTranspose2d(out_channels=512, kernel_size=4, bias=False),
        (100, 1, 1),
        (512, 4, 4),
        weights=819_200,
        macs=819_200,
        neurons=8_192,
    ),
    # (4 - 1)·2 - 2·1 + 4 = 8; weights 512·256·16 = 2,097,152, used at 4·4 input places
    "DCGAN conv2": Row(
        ConvTranspose2d(out_channels=256, kernel_size=4, stride=2, padding=1, bias=False),
        (512, 4, 4),
        (256, 8, 8),
        weights=2_097_152,
        macs=33_554_432,
        neurons=16_384,
    ),
    # (3 - 1)·2 - 2·1 + 3 + 1 = 6; MACs 9 weights · 9 input places
    "transposed, output padding": Row(
        ConvTranspose2d(out_channels=1, kernel_size=3, stride=2, padding=1, output_padding=1),
        (1, 3, 3),
        (1, 6, 6),
        weights=9,
        biases=1,
        macs=81,
        neurons=36,
    ),
    # (5 - 1) + 3 = 7; weights 4·(6/2)·3·3 = 108; MACs 108 · 5·5; neurons 6·49
    "transposed, two groups": Row(
        ConvTranspose2d(out_channels=6, kernel_size=3, groups=2),
        (4, 5, 5),
        (6, 7, 7),
        weights=108,
        biases=6,
        macs=2_700,
        neurons=294,
    ),
    # (4 - 1) + 2·(3 - 1) + 1 = 8; MACs 9 · 16
    "transposed, dilation 2": Row(
        ConvTranspose2d(out_channels=1, kernel_size=3, dilation=2, bias=False),
        (1, 4, 4),
        (1, 8, 8),
        weights=9,
        macs=144,
        neurons=64,
    ),
    # (4 - 1)·2 + 2 = 8; weights 3·2·2; MACs 12 · 4
    "transposed, one axis": Row(
        ConvTranspose1d(out_channels=2, kernel_size=2, stride=2),
        (3, 4),
        (2, 8),
        weights=12,
        biases=2,
        macs=48,
        neurons=16,
    ),
    # every axis twice as long; weights 2·1·2·2·2; MACs 16 · 2·3·4; neurons 4·6·8
    "transposed, three axes": Row(
        ConvTranspose3d(out_channels=1, kernel_size=2, stride=2),
        (2, 2, 3, 4),
        (1, 4, 6, 8),
        weights=16,
        biases=1,
        macs=384,
        neurons=192,
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_convolution(row):
    assert_row(row)


def test_weights_are_shaped_as_in_torch():
    layer = Conv2d(out_channels=256, kernel_size=(5, 3), groups=2)
    assert layer.param_shapes((96, 27, 27)) == {"weight": (256, 48, 5, 3), "bias": (256,)}


def test_transposed_weights_are_shaped_as_in_torch():
    layer = ConvTranspose2d(out_channels=6, kernel_size=(5, 3), groups=2)
    assert layer.param_shapes((4, 9, 9)) == {"weight": (4, 3, 5, 3), "bias": (6,)}


def test_a_kernel_that_never_fits_has_no_position():
    # the kernel spans 4·3 + 1 = 13 pixels, of which there are 5
    assert sliding_out_size(5, kernel_size=4, stride=1, padding=0, dilation=4) == 0


REFUSALS = {
    "vector": (
        Conv2d(out_channels=8, kernel_size=3),
        (9216,),
        "expects a map C×H×W, got 9216\n  hint: put it before the layer that flattens the map",
    ),
    "image without channels": (
        Conv2d(out_channels=8, kernel_size=3),
        (3, 227),
        "expects a map C×H×W, got 3×227",
    ),
    "image for one axis": (
        Conv1d(out_channels=8, kernel_size=3),
        (3, 227, 227),
        "expects a map C×W, got 3×227×227",
    ),
    "image for three axes": (
        Conv3d(out_channels=8, kernel_size=3),
        (3, 227, 227),
        "expects a map C×D×H×W, got 3×227×227",
    ),
    "groups and input": (
        Conv2d(out_channels=96, kernel_size=3, groups=2),
        (3, 9, 9),
        "3 input channels cannot be split into 2 groups\n  hint: groups must divide both 3 and 96",
    ),
    "groups and output": (
        Conv2d(out_channels=5, kernel_size=3, groups=2),
        (4, 9, 9),
        "5 output channels cannot be split into 2 groups\n  hint: groups must divide both 4 and 5",
    ),
    "kernel larger than the map": (
        Conv2d(out_channels=1, kernel_size=11),
        (3, 9, 20),
        (
            "the kernel spans 11×11, more than its input 9×20\n"
            "  hint: use a larger input, a smaller kernel, or more padding"
        ),
    ),
    "kernel larger than the padded map": (
        Conv2d(out_channels=1, kernel_size=7, padding=(2, 0), dilation=2),
        (3, 8, 20),  # 2·(7 - 1) + 1 = 13, and 8 + 4 = 12
        (
            "the kernel spans 13×13, more than its input 8×20, padded to 12×20\n"
            "  hint: use a larger input, a smaller kernel, or more padding"
        ),
    ),
    "same padding with a stride": (
        Conv2d(out_channels=1, kernel_size=3, padding="same", stride=(1, 2)),
        (3, 8, 8),
        (
            "padding = 'same' works with stride 1 only, got stride 1×2\n"
            "  hint: write the padding as a number"
        ),
    ),
    "other channels than stated": (
        Conv2d(in_channels=64, out_channels=1, kernel_size=3),
        (96, 8, 8),
        "states in_channels = 64, but is given 96\n  hint: leave in_channels out, or write 96",
    ),
    "too much output padding": (
        ConvTranspose2d(out_channels=1, kernel_size=3, stride=2, output_padding=2),
        (1, 4, 4),
        "output_padding 2 must be smaller than the stride or the dilation (2 and 1)",
    ),
    "nothing left": (
        ConvTranspose2d(out_channels=1, kernel_size=3, padding=3),
        (1, 4, 5),  # (4 - 1) - 6 + 3 = 0, and (5 - 1) - 6 + 3 = 1
        "padding 3×3 leaves nothing of the output (0×1)\n  hint: use less padding",
    ),
}


@pytest.mark.parametrize(("layer", "in_shape", "message"), REFUSALS.values(), ids=REFUSALS)
def test_a_convolution_refuses(layer, in_shape, message):
    assert_refuses(lambda: layer.out_shape(in_shape), message)
