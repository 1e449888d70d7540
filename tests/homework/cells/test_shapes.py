"""The shapes that cells state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archstat.homework.cells.shapes import Dims, shapes


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("27x27x96", (27, 27, 96)),
        ("27X27X96", (27, 27, 96)),
        ("27 × 27 × 96", (27, 27, 96)),
        ("27*27*96", (27, 27, 96)),
        ("27·27·96", (27, 27, 96)),
        ("27 by 27 by 96", (27, 27, 96)),
        ("27х27х96", (27, 27, 96)),  # noqa: RUF001  a Cyrillic letter
        ("(28, 28, 8)", (28, 28, 8)),
        ("(28,28,8)", (28, 28, 8)),
        ("[96, 55, 55]", (96, 55, 55)),
        ("{27,27,96}", (27, 27, 96)),
        ("[55x55x96]", (55, 55, 96)),
        ("55x55, 96", (55, 55, 96)),
        ("64  34  34", (64, 34, 34)),  # as torchstat prints it
        ("34.0x34.0x64", (34, 34, 64)),
        ("55²×96", (55, 55, 96)),
        ("55^2 x 96", (55, 55, 96)),
        ("27x27x1,024", (27, 27, 1024)),
        ("227 x 227 RGB image", (227, 227)),
        ("28x28 grayscale images", (28, 28)),
        ("28x28 gray image", (28, 28)),
        ("227×227×3 이미지", (227, 227, 3)),
        ("5x5 pixels", (5, 5)),
        ("32x32x3 (RGB)", (32, 32, 3)),
        ("27x27 (3x3)", (27, 27)),
        ("27x27 (p1)", (27, 27)),
        ("27 (p1)", (27,)),
        ("27*27*96=69,984", (27, 27, 96)),
        ("27*27*96=69,948", (27, 27, 96)),  # whatever its product is said to be
        ("27 x 27 x 96 (=69984)", (27, 27, 96)),
        ("6x28²", (6, 28, 28)),
        ("6 × (28 × 28)", (6, 28, 28)),
        ("28 x 28; 6", (28, 28, 6)),
        ("568×568×64 → pool → 284×284×64", (568, 568, 64)),
        ("11×11 of the input image", (11, 11)),
        ("27 x 27 x 96 (69984)", (27, 27, 96)),
        ("W×H×C = 27×27×96", (27, 27, 96)),
        ("224x224x3 → 112x112x64", (112, 112, 64)),
        ("1×2048", (1, 2048)),
        ("4096x1", (4096, 1)),
        ("4096", (4096,)),
        ("4,096", (4096,)),
        ("(4096,)", (4096,)),
        ("4096 neurons", (4096,)),
        ("1000\n(클래스 개수)", (1000,)),
        ("3(RGB)", (3,)),
        ("27", (27,)),
        ("7x7", (7, 7)),
        ("7*7", (7, 7)),
        ("(1, 2)", (1, 2)),
        ("(227-11)/4+1 = 55", (55,)),
        ("floor[(28-7)/3]+1=8", (8,)),
        ("3+(3-1)*1=5", (5,)),
        ("6x6x256 = 9216", (6, 6, 256)),
        ("9216 (6*6*256)", (9216,)),
    ],
)
def test_the_likeliest_reading_of_a_shape(text, sizes):
    assert shapes(text)[0] == Dims(sizes)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("(None,55,55,96)", (55, 55, 96)),
        ("[(None, 224, 224, 3)]", (224, 224, 3)),  # as Keras prints an input
        ("[-1, 96, 55, 55]", (96, 55, 55)),
        ("[-1, 4096]", (4096,)),
        ("(None, 4096)", (4096,)),
        ("(?, 55, 55, 96)", (55, 55, 96)),
        ("(batch_size, 96, 55, 55)", (96, 55, 55)),
        ("[B, 96, 55, 55]", (96, 55, 55)),
        ("N×96×55×55", (96, 55, 55)),
        ("[1, 96, 55, 55]", (96, 55, 55)),
        ("[128, 96, 55, 55]", (96, 55, 55)),
        ("torch.Size([1, 96, 55, 55])", (96, 55, 55)),
    ],
)
def test_a_batch_is_left_out(text, sizes):
    assert shapes(text)[0] == Dims(sizes, has_batch=True)


@pytest.mark.parametrize(
    ("text", "channels", "sizes"),
    [
        ("96@27x27", 96, (27, 27)),
        ("96 @ 27×27", 96, (27, 27)),
        ("64 @ 32 X 32", 64, (32, 32)),
        ("28x28@6", 6, (28, 28)),
        ("6 maps of 28x28", 6, (28, 28)),
        ("6 feature maps of 28x28", 6, (28, 28)),
        ("6 feature maps of size 28x28", 6, (28, 28)),
        ("6 mapas de características de 28x28", 6, (28, 28)),
        ("6 cartes de taille 28×28", 6, (28, 28)),
        ("6 карт признаков размером 28x28", 6, (28, 28)),
        ("6个28×28的特征图", 6, (28, 28)),
        ("96 channels, 55x55", 96, (55, 55)),
        ("55x55 (96 channels)", 96, (55, 55)),
        ("96채널 55x55", 96, (55, 55)),
        ("27x27 (96)", 96, (27, 27)),
        ("H=27, W=27, C=96", 96, (27, 27)),
        ("96 maps", 96, ()),
    ],
)
def test_channels_may_be_said_to_be_channels(text, channels, sizes):
    assert shapes(text) == (Dims(sizes, channels=channels),)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("27*27*96=69,984", [(27, 27, 96), (69984,), (69, 984)]),
        ("18x13x64 = 14976", [(18, 13, 64), (14976,)]),
        ("9216 (6*6*256)", [(9216,), (6, 6, 256)]),
        ("34 848", [(34848,), (34, 848)]),
        ("(6,256)", [(6, 256), (6256,)]),
        ("6,256", [(6256,), (6, 256)]),
        ("4096x1", [(4096, 1), (4096,)]),
        ("1x1x4096", [(1, 1, 4096), (4096,)]),
        ("1x1", [(1, 1)]),
        ("1,000", [(1000,)]),
    ],
)
def test_every_reading_of_a_shape(text, readings):
    assert [dims.sizes for dims in shapes(text)] == readings


def test_one_in_front_of_a_vector_may_be_the_batch():
    assert shapes("1×2048") == (Dims((1, 2048)), Dims((2048,), has_batch=True))


def test_four_sizes_without_brackets_are_rather_no_batch():
    assert shapes("55x55x48x2") == (Dims((55, 55, 48, 2)), Dims((55, 48, 2), has_batch=True))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "- / -",
        "same",
        "Conv1",
        "conv 3x3",
        "27.5",
        "-3",
        "2x",
        "x",
        "3/64",
        "3M",
        "W×H",
        "5%",
    ],
)
def test_what_is_no_shape_has_no_reading(text):
    assert shapes(text) == ()


SIZES = st.lists(st.integers(1, 100_000), min_size=2, max_size=3)


@given(sizes=SIZES, by=st.sampled_from(["x", "X", "×", "*", " x ", " × ", " * ", "·"]))
def test_every_shape_reads_back(sizes, by):
    assert shapes(by.join(map(str, sizes)))[0] == Dims(tuple(sizes))


@given(sizes=SIZES, brackets=st.sampled_from(["()", "[]"]), by=st.sampled_from([", ", ","]))
def test_every_shape_behind_a_batch_reads_back(sizes, brackets, by):
    text = by.join(["None", *map(str, sizes)])
    assert shapes(brackets[0] + text + brackets[1]) == (Dims(tuple(sizes), has_batch=True),)


@given(st.text() | st.text(alphabet="0123456789.,x×*@()[]{}-=→ NoneBC\n", max_size=60))
def test_any_text_has_readings_or_none(text):
    for dims in shapes(text):
        assert dims.axes() > 0


@pytest.mark.parametrize("piece", ["1x", "1,", "(", "1 ", "1@", "96 maps ", "=1x1", "c=1 "])
def test_a_megabyte_states_nothing(piece):
    assert shapes(piece * 1_000_000) == ()


@pytest.mark.parametrize("text", ["28x28 (x6)", "28 × 28 (×6)", "6 maps, 28×28 each"])
def test_channels_beside_the_sides_of_a_map(text):
    assert shapes(text)[0] == Dims((28, 28), channels=6)


def test_a_comma_of_thousands_in_brackets():
    assert shapes("(16,384)") == (Dims((16, 384)), Dims((16_384,)))
