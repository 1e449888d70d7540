"""Numbers and shapes as people of many countries write them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archstat.homework.cells.settings import settings
from archstat.homework.cells.shapes import shapes
from archstat.homework.cells.sums import sums
from archstat.homework.cells.values import numbers, shares


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234.567", 1_234_567),
        ("1 234 567", 1_234_567),
        ("1'234'567", 1_234_567),
        ("123,45 M", 123_450_000),
        ("6237万", 62_370_000),
        ("1억", 100_000_000),
        ("≈ 1억 3,800만 파라미터", 138_000_000),
        ("156個のパラメータ", 156),
        ("5×5×6+6：156", 156),  # noqa: RUF001  a colon of Chinese
        ("3 bp", 3),
        ("1000-way", 1_000),
        ("62 millions de paramètres", 62_000_000),
        ("448 параметров", 448),
        ("448 parametri", 448),
        ("3 triệu tham số", 3_000_000),
        ("1,2 млн", 1_200_000),
        ("1.2 млрд", 1_200_000_000),
        ("35 тыс.", 35_000),
        ("12 nghìn", 12_000),
        ("61 juta", 61_000_000),
        ("5 tys.", 5_000),
        ("1.2 bilhões", 1_200_000_000),
        ("2 miliardi", 2_000_000_000),
        ("35 mil", 35_000),
        ("23.58 times", Fraction(2358, 100)),
        ("23,58×", Fraction(2358, 100)),
        ("3.48×104", 34_800),  # the superscript was lost
        ("34,84834,848", 34_848),  # a formula, pasted as it looks and as it is read
        ("24M * 4 bytes ~= 93MB / image", 93_000_000),
        ("11×11×3×96 = 34,848 (weights) + 96 (biases) = 34,944", 34_944),
    ],
)
def test_a_number(text, value):
    assert numbers(text)[0].value == value


@pytest.mark.parametrize(
    ("text", "share", "step"),
    [
        ("6.25 %", Fraction(625, 10_000), Fraction(1, 10_000)),
        ("6,3%", Fraction(63, 1_000), Fraction(1, 1_000)),
        ("6 Prozent", Fraction(6, 100), Fraction(1, 100)),
        ("0.063", Fraction(63, 1_000), Fraction(1, 1_000)),
    ],
)
def test_a_share(text, share, step):
    found = shares(text)

    assert (found.value, found.step) == (share, step)


@pytest.mark.parametrize("text", ["63", "448", "-", ""])
def test_what_is_no_share(text):
    assert shares(text) is None


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("55 par 55", (55, 55)),
        ("55 por 55 por 96", (55, 55, 96)),
        ("55 на 55", (55, 55)),
        ("55/55/96", (55, 55, 96)),
        ("55;55;96", (55, 55, 96)),
        ("55x55 px", (55, 55)),
        ("output: 55x55x96", (55, 55, 96)),
        ("55x55x(48+48)", (55, 55, 96)),
        ("55×55×9655×55×96", (55, 55, 96)),
        ("55x55\n96", (55, 55, 96)),
    ],
)
def test_a_shape(text, sizes):
    assert shapes(text)[0].sizes == sizes


def test_words_in_a_calculation():
    found = sums("34848 weights + 96 biases")

    assert (found.value, found.stated) == (34_944, None)


@pytest.mark.parametrize("text", ["3x3, pas 2", "3x3, шаг 2", "3x3 Kernel, Schrittweite 2"])
def test_a_stride(text):
    assert settings(text) == {"kernel_size": (3, 3), "stride": (2,)}


def test_a_stride_behind_a_stroke():
    assert settings("3x3 max pool, /2") == {"kernel_size": (3, 3), "stride": (2,)}
