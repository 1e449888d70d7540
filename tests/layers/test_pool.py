"""Pooling: numbers worked out by hand from the documentation of torch.nn.MaxPool2d."""

from __future__ import annotations

import pytest

from archstat.layers.pool import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    Upsample,
)
from tests.layers.table import Row, assert_refuses, assert_row

ROWS = {
    # 28 · 2, as U-Net goes up where it repeats units
    "up-sampling": Row(Upsample(scale_factor=2), (64, 28, 28), (64, 56, 56)),
    # rows 5 · 2, columns 6 · 3
    "up-sampling, rows and columns differ": Row(
        Upsample(scale_factor=(2, 3), mode="bilinear", align_corners=True), (4, 5, 6), (4, 10, 18)
    ),
    # (55 - 3) / 2 + 1 = 27
    "AlexNet pool1": Row(MaxPool2d(kernel_size=3, stride=2), (96, 55, 55), (96, 27, 27)),
    # the stride is the kernel size unless stated: 224 / 2
    "VGG pool1": Row(MaxPool2d(kernel_size=2), (64, 224, 224), (64, 112, 112)),
    # ⌊(112 + 2 - 3) / 2⌋ + 1 = 55 + 1
    "ResNet pool1": Row(
        MaxPool2d(kernel_size=3, stride=2, padding=1), (64, 112, 112), (64, 56, 56)
    ),
    # ⌊(112 - 3) / 2⌋ + 1 = 54 + 1
    "rounded down": Row(MaxPool2d(kernel_size=3, stride=2), (64, 112, 112), (64, 55, 55)),
    # ⌈(112 - 3) / 2⌉ + 1 = 55 + 1: the last window starts at 110 and hangs over by one
    "rounded up": Row(
        MaxPool2d(kernel_size=3, stride=2, ceil_mode=True), (64, 112, 112), (64, 56, 56)
    ),
    # ⌈(4 + 2 - 2) / 3⌉ + 1 = 3, but the third window would start at 6, and 4 + 1 = 5 is the end
    "rounded up, starting behind the end": Row(
        MaxPool2d(kernel_size=2, stride=3, padding=1, ceil_mode=True), (1, 4, 4), (1, 2, 2)
    ),
    # the window spans 2·(3 - 1) + 1 = 5: 10 - 5 + 1
    "dilation 2": Row(MaxPool2d(kernel_size=3, stride=1, dilation=2), (1, 10, 10), (1, 6, 6)),
    # rows (9 - 3) / 3 + 1 = 3; columns (9 - 2) + 1 = 8
    "rows and columns differ": Row(
        MaxPool2d(kernel_size=(3, 2), stride=(3, 1)), (5, 9, 9), (5, 3, 8)
    ),
    # ⌊(10 - 3) / 2⌋ + 1 = 3 + 1
    "max, one axis": Row(MaxPool1d(kernel_size=3, stride=2), (4, 10), (4, 4)),
    # depth stays, (112 - 2) / 2 + 1 = 56
    "C3D pool1": Row(MaxPool3d(kernel_size=(1, 2, 2)), (64, 16, 112, 112), (64, 16, 56, 56)),
    # 28 is halved: (28 - 2) / 2 + 1 = 14 rows and columns
    "LeNet-5 S2": Row(AvgPool2d(kernel_size=2), (6, 28, 28), (6, 14, 14)),
    # ⌈(5 - 2) / 2⌉ + 1 = 3
    "average, rounded up": Row(AvgPool2d(kernel_size=2, ceil_mode=True), (6, 5, 5), (6, 3, 3)),
    # what the mean divides by changes no shape: (6 + 2 - 3) / 1 + 1 = 6
    "average, padding not counted": Row(
        AvgPool2d(kernel_size=3, stride=1, padding=1, count_include_pad=False), (6, 6, 6), (6, 6, 6)
    ),
    # ⌊(10 - 4) / 4⌋ + 1 = 1 + 1
    "average, one axis": Row(AvgPool1d(kernel_size=4), (3, 10), (3, 2)),
    # 4 / 2, 6 / 2, 8 / 2
    "average, three axes": Row(AvgPool3d(kernel_size=2), (3, 4, 6, 8), (3, 2, 3, 4)),
    "ResNet global pool": Row(AdaptiveAvgPool2d(output_size=1), (2048, 7, 7), (2048, 1, 1)),
    "torchvision AlexNet avgpool": Row(AdaptiveAvgPool2d(output_size=6), (256, 6, 6), (256, 6, 6)),
    # more places than there were is allowed
    "adaptive, enlarging": Row(AdaptiveAvgPool2d(output_size=(2, 9)), (8, 5, 5), (8, 2, 9)),
    "adaptive, one axis": Row(AdaptiveAvgPool1d(output_size=3), (8, 7), (8, 3)),
    "adaptive max": Row(AdaptiveMaxPool2d(output_size=3), (8, 7, 7), (8, 3, 3)),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_pooling(row):
    assert_row(row)


def test_the_stride_is_the_kernel_size_unless_stated():
    assert MaxPool2d(kernel_size=(3, 2)).stride == (3, 2)


REFUSALS = {
    "vector": (
        MaxPool2d(kernel_size=2),
        (4096,),
        "expects a map C×H×W, got 4096\n  hint: put it before the layer that flattens the map",
    ),
    "window larger than the map": (
        MaxPool2d(kernel_size=3, stride=2),
        (256, 2, 2),
        (
            "the kernel spans 3×3, more than its input 2×2\n"
            "  hint: use a larger input, a smaller kernel, or more padding"
        ),
    ),
    "window larger than the map even if rounded up": (
        MaxPool2d(kernel_size=5, stride=2, ceil_mode=True),
        (256, 2, 9),  # ⌈(2 - 5) / 2⌉ + 1 = -1 + 1 = 0 rows
        (
            "the kernel spans 5×5, more than its input 2×9\n"
            "  hint: use a larger input, a smaller kernel, or more padding"
        ),
    ),
    "padding over half of the window": (
        MaxPool2d(kernel_size=3, padding=(1, 2)),
        (256, 9, 9),
        (
            "padding 2 is more than half of the kernel (3)\n"
            "  hint: torch allows at most half, so that no window holds padding alone"
        ),
    ),
    # torch.nn.AvgPool3d alone asks whether the window fits into the map without its padding
    "three axes, window larger than the map without padding": (
        AvgPool3d(kernel_size=2, padding=1, ceil_mode=True),
        (1, 1, 4, 4),
        (
            "the kernel spans 2×2×2, more than its input 1×4×4\n"
            "  hint: use a larger input, a smaller kernel, or more padding"
        ),
    ),
    "adaptive pooling of a vector": (
        AdaptiveAvgPool2d(output_size=1),
        (4096,),
        "expects a map C×H×W, got 4096\n  hint: put it before the layer that flattens the map",
    ),
}


@pytest.mark.parametrize(("layer", "in_shape", "message"), REFUSALS.values(), ids=REFUSALS)
def test_pooling_refuses(layer, in_shape, message):
    assert_refuses(lambda: layer.out_shape(in_shape), message)


BILINEAR = Upsample(scale_factor=2, mode="bilinear")
CORNERS = Upsample(scale_factor=2, mode="bilinear", align_corners=True)

READ = {
    # unit 1 of 8 repeats unit 0 of 4, unit 2 unit 1
    "nearest": (Upsample(scale_factor=2), [[0], [0], [1], [1]]),
    # the middle of unit u lies at (u + 1/2) / 2 - 1/2: -1/4, 1/4, 3/4, 5/4
    "bilinear": (BILINEAR, [[-1, 0], [0, 1], [0, 1], [1, 2]]),
    # two more on either side of it
    "bicubic": (
        Upsample(scale_factor=2, mode="bicubic"),
        [[-2, -1, 0, 1], [-1, 0, 1, 2], [-1, 0, 1, 2], [0, 1, 2, 3]],
    ),
    # unit u of 8 lies at 3/7·u of 4: 0, 3/7, 6/7, 9/7
    "corners on corners": (CORNERS, [[0], [0, 1], [0, 1], [1, 2]]),
}


@pytest.mark.parametrize(("layer", "units"), READ.values(), ids=READ)
def test_up_sampling_reads(layer, units):
    rows, _ = layer.reach((1, 4, 4))
    assert [list(rows.taps(unit)) for unit in range(4)] == units


def test_corners_say_nothing_where_units_are_repeated():
    assert_refuses(
        lambda: Upsample(scale_factor=2, align_corners=False),
        "align_corners: align_corners says nothing of mode 'nearest'\n"
        "  hint: leave it out, or write mode = 'bilinear'",
    )


def test_a_mode_is_one_that_images_are_up_sampled_in():
    assert_refuses(
        lambda: Upsample(scale_factor=2, mode="linear"),
        "mode: must be 'nearest' or 'bilinear' or 'bicubic' or 'nearest-exact', got 'linear'",
    )
