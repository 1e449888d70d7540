"""What cells and names say about settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archstat.homework.cells.settings import settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "11x11x3 (96), stride 4",
            {"kernel_size": (11, 11), "filter_depth": (3,), "filters": (96,), "stride": (4,)},
        ),
        (
            "5x5x48 (256), stride 1, padding 2",
            {
                "kernel_size": (5, 5),
                "filter_depth": (48,),
                "filters": (256,),
                "stride": (1,),
                "padding": (2,),
            },
        ),
        ("3x3, stride 2", {"kernel_size": (3, 3), "stride": (2,)}),
        ("3x3, s2, p1", {"kernel_size": (3, 3), "stride": (2,), "padding": (1,)}),
        ("K=3 S=2 P=0", {"kernel_size": (3,), "stride": (2,), "padding": (0,)}),
        ("k3s1p0", {"kernel_size": (3,), "stride": (1,), "padding": (0,)}),
        ("k3 s2 p1", {"kernel_size": (3,), "stride": (2,), "padding": (1,)}),
        ("k3s2", {"kernel_size": (3,), "stride": (2,)}),
        ("s2, p1", {"stride": (2,), "padding": (1,)}),
        ("f=5, s=1", {"kernel_size": (5,), "stride": (1,)}),
        ("3x3/2", {"kernel_size": (3, 3), "stride": (2,)}),
        ("conv 3x3, 64", {"kernel_size": (3, 3), "filters": (64,)}),
        ("3×3 conv, 64", {"kernel_size": (3, 3), "filters": (64,)}),
        ("7×7, 64, stride 2", {"kernel_size": (7, 7), "filters": (64,), "stride": (2,)}),
        ("3×3 max pool, stride 2", {"kernel_size": (3, 3), "stride": (2,)}),
        ("s=2", {"stride": (2,)}),
        ("stride 4, pad 2", {"stride": (4,), "padding": (2,)}),
        ("strides=(1, 2)", {"stride": (1, 2)}),
        ("same", {"padding": "same"}),
        ("VALID", {"padding": "valid"}),
        ("3x3, padding='same'", {"kernel_size": (3, 3), "padding": "same"}),
        ("5x5, no padding", {"kernel_size": (5, 5), "padding": (0,)}),
        ("3x3 dilation 2", {"kernel_size": (3, 3), "dilation": (2,)}),
        ("3x3, d=2", {"kernel_size": (3, 3), "dilation": (2,)}),
        ("5x5, g2", {"kernel_size": (5, 5), "groups": (2,)}),
        ("groups=2", {"groups": (2,)}),
        ("96 @ 11×11×3", {"filters": (96,), "kernel_size": (11, 11), "filter_depth": (3,)}),
        ("11x11x3 @ 96", {"filters": (96,), "kernel_size": (11, 11), "filter_depth": (3,)}),
        ("11x11x3x96", {"kernel_size": (11, 11), "filter_depth": (3,), "filters": (96,)}),
        ("96x3x11x11", {"kernel_size": (11, 11), "filter_depth": (3,), "filters": (96,)}),
        ("5x5x3x3", {"kernel_size": (5, 5), "filter_depth": (3,), "filters": (3,)}),
        ("11x5x3x96", {"kernel_size": (11, 5), "filter_depth": (3,), "filters": (96,)}),
        ("3x3x3", {"kernel_size": (3, 3), "filter_depth": (3,)}),
        ("5x3x48", {"kernel_size": (5, 3), "filter_depth": (48,)}),
        ("16x3x3", {"kernel_size": (3, 3)}),  # 16 filters, or 16 deep?
        ("5x3", {"kernel_size": (5, 3)}),
        (
            "96 kernels of size 11x11x3 with stride 4",
            {"filters": (96,), "kernel_size": (11, 11), "filter_depth": (3,), "stride": (4,)},
        ),
        (
            "96 (11*11) filters with stride 4",
            {"filters": (96,), "kernel_size": (11, 11), "stride": (4,)},
        ),
        (
            "conv, 8 kernels of 3×3, same padding",
            {"filters": (8,), "kernel_size": (3, 3), "padding": "same"},
        ),
        (
            "[55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0",
            {"filters": (96,), "kernel_size": (11, 11), "stride": (4,), "padding": (0,)},
        ),
        ("(3*3) filters at stride 2", {"kernel_size": (3, 3), "stride": (2,)}),
        ("filters: 64", {"filters": (64,)}),
        ("conv3-64", {"kernel_size": (3,), "filters": (64,)}),  # in VGG's paper
        (
            "Conv2d(64, 192, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))",
            {"filters": (192,), "kernel_size": (5, 5), "stride": (1, 1), "padding": (2, 2)},
        ),
        (
            "MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)",
            {"kernel_size": (3,), "stride": (2,), "padding": (0,), "dilation": (1,)},
        ),
        (
            "Conv2D(32, 3×3, stride 2×2)",
            {"filters": (32,), "kernel_size": (3, 3), "stride": (2, 2)},
        ),
        ("Conv2D(16, (3,3))", {"filters": (16,), "kernel_size": (3, 3)}),
        ("Conv2D (32 filters, 3x3, ReLU)", {"filters": (32,), "kernel_size": (3, 3)}),
        ("conv1/7x7_s2", {"kernel_size": (7, 7), "stride": (2,)}),  # in Caffe's GoogLeNet
        (
            "커널 3x3, 스트라이드 2, 패딩 1",
            {"kernel_size": (3, 3), "stride": (2,), "padding": (1,)},
        ),
        ("Conv1 3x3", {"kernel_size": (3, 3)}),
        ("Conv 1 3x3", {"kernel_size": (3, 3)}),
    ],
)
def test_settings(text, said):
    assert settings(text) == said


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "-",
            "11",
            "S2",
            "C1",
            "conv1",
            "Conv2d-1",
            "ZeroPad2d",
            "max-pooling 2",
            "features.0",
        ),
        *("Dropout(0.5)", "dropout p=0.5", "50%", "stride=1.5", "dense, 16 units"),
        "Linear(in_features=9216, out_features=4096, bias=True)",
    ],
)
def test_what_says_nothing_about_settings(text):
    assert settings(text) == {}


@given(
    kernel_size=st.integers(1, 99),
    stride=st.integers(1, 9),
    padding=st.integers(0, 9),
    form=st.sampled_from(
        [
            "{0}x{0}, stride {1}, pad {2}",
            "K={0} S={1} P={2}",
            "{0}×{0}, s{1}, p{2}",
            "Conv2d(3, 96, kernel_size=({0}, {0}), stride=({1}, {1}), padding=({2}, {2}))",
            "padding: {2}, stride: {1}, kernel: {0}",
        ]
    ),
)
def test_the_ways_of_writing_a_window_say_the_same(kernel_size, stride, padding, form):
    said = settings(form.format(kernel_size, stride, padding))
    assert set(said["kernel_size"]) == {kernel_size}
    assert set(said["stride"]) == {stride}
    assert set(said["padding"]) == {padding}


@given(st.text() | st.text(alphabet="0123456789x×*,()=/@ kspdgfconvtridelag\n", max_size=60))
def test_any_text_says_something_or_nothing(text):
    assert all(settings(text).values())


@pytest.mark.parametrize("piece", ["3x", "conv", "conv(", "3x3, ", "s2 ", "(3,", "k3s1"])
def test_a_megabyte_says_nothing(piece):
    assert settings(piece * 1_000_000) == {}


def test_thousands_of_filters_may_be_set_apart():
    assert settings("1,024 @ 3×3×384") == {
        "filters": (1024,),
        "kernel_size": (3, 3),
        "filter_depth": (384,),
    }
