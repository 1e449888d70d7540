"""Windows: the units that each output unit reads, worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archstat.layers.window import Adaptive, Digits, Resized, Rolled, Sliding, Spreading

TAPS = {
    # AlexNet conv1: unit 1 is four pixels further
    "stride 4": (Sliding(kernel_size=11, stride=4), 1, list(range(4, 15))),
    "first unit": (Sliding(kernel_size=3), 0, [0, 1, 2]),
    "padding": (Sliding(kernel_size=3, padding=1), 0, [-1, 0, 1]),
    "dilation": (Sliding(kernel_size=3, dilation=2, padding=2), 1, [-1, 1, 3]),
    "unit before the map": (Sliding(kernel_size=2, stride=3), -1, [-3, -2]),
    # input i writes the outputs i, i + 1, i + 2: output 2 is written by 0, 1 and 2
    "transposed, stride 1": (Spreading(kernel_size=3), 2, [0, 1, 2]),
    # input i writes the outputs 2i, 2i + 1 and 2i + 2: output 3 is written by 1 alone
    "transposed, odd output": (Spreading(kernel_size=3, stride=2), 3, [1]),
    # … and output 4 by 1 and 2
    "transposed, even output": (Spreading(kernel_size=3, stride=2), 4, [1, 2]),
    # input i writes 2i - 1, 2i, 2i + 1
    "transposed, cropped": (Spreading(kernel_size=3, stride=2, padding=1), 1, [0, 1]),
    # input i writes 3i alone: outputs 1 and 2 between them read nothing
    "transposed, gap": (Spreading(kernel_size=1, stride=3), 1, []),
    "transposed, no gap": (Spreading(kernel_size=1, stride=3), 3, [1]),
    # input i writes 2i and 2i + 3: output 3 is written by 0, and output 5 by 1
    "transposed, dilation": (Spreading(kernel_size=2, stride=2, dilation=3), 5, [1]),
    # input i writes i·10^8 … (i + 3)·10^8 - 1, which nobody counts one by one
    "transposed, large": (Spreading(kernel_size=3 * 10**8, stride=10**8), 2 * 10**8 + 5, [0, 1, 2]),
    # input i writes 4i + 6k: output 8 is written by 2 (k = 0) and by no other of three
    "transposed, few hit": (Spreading(kernel_size=2, stride=4, dilation=6), 8, [2]),
    "transposed, none hit": (Spreading(kernel_size=9, stride=4, dilation=6), 3, []),
    # 7 places in 3 parts: 0 … 7/3, 7/3 … 14/3, 14/3 … 7; parts share what they cut
    "adaptive, first": (Adaptive(in_size=7, out_size=3), 0, [0, 1, 2]),
    "adaptive, middle": (Adaptive(in_size=7, out_size=3), 1, [2, 3, 4]),
    "adaptive, last": (Adaptive(in_size=7, out_size=3), 2, [4, 5, 6]),
    "global": (Adaptive(in_size=4, out_size=1), 0, [0, 1, 2, 3]),
    # 2 places in 3 parts: 0 … 2/3, 2/3 … 4/3, 4/3 … 2
    "adaptive, enlarging": (Adaptive(in_size=2, out_size=3), 1, [0, 1]),
    # 2 places for 4: 0, 0, 1, 1
    "nearest, last of a pair": (Resized(Fraction(2, 4)), 1, [0]),
    "nearest, first of a pair": (Resized(Fraction(2, 4)), 2, [1]),
    # 2 places for 5: 0, 0.4, 0.8, 1.2, 1.6, rounded down
    "nearest, uneven": (Resized(Fraction(2, 5)), 2, [0]),
    "nearest, uneven, further": (Resized(Fraction(2, 5)), 3, [1]),
    # 6 places for 4: 0, 1.5, 3, 4.5, rounded down: 2 and 5 are skipped
    "nearest, shrinking": (Resized(Fraction(6, 4)), 3, [4]),
    "nearest, before the map": (Resized(Fraction(2, 4)), -1, [-1]),
    # twice as many, by their middles: -1/4, 1/4, 3/4, 5/4
    "linear, between two": (Resized(Fraction(1, 2), Fraction(-1, 4), radius=1), 1, [0, 1]),
    "linear, before the first": (Resized(Fraction(1, 2), Fraction(-1, 4), radius=1), 0, [-1, 0]),
    # a third as many, by their middles: 1, 4, 7, and no weight for the neighbours
    "linear, on a unit": (Resized(Fraction(3), Fraction(1), radius=1), 1, [4]),
    # two on either side of 3/4
    "cubic": (Resized(Fraction(1, 2), Fraction(-1, 4), radius=2), 2, [-1, 0, 1, 2]),
    # by two: what stood at 3 and 4 of five comes first
    "rolled, first": (Rolled(size=5, shift=2), 0, [3]),
    "rolled, behind the first": (Rolled(size=5, shift=2), 2, [0]),
    "rolled back": (Rolled(size=5, shift=-2), 4, [1]),
    "rolled, beyond the end": (Rolled(size=5, shift=2), 5, [8]),
    # unit 5 is 1·3 + 2; the slow digit is worth 1, the fast one 10: 1 + 20
    "digits": (Digits(sizes=(2, 3), steps=(1, 10)), 5, [21]),
    # unit 4 is 1·4 + 0: it reads the four of its block of four, 4 … 7
    "digits that are read": (Digits(sizes=(2, 4), steps=(4, 0), count=4), 4, [4, 5, 6, 7]),
    "digits, the first without an end": (Digits(sizes=(2, 3), steps=(1, 10)), 9, [3]),
    "digits, units apart": (Digits(sizes=(1,), steps=(1,), count=3, apart=2), 1, [1, 3, 5]),
}


@pytest.mark.parametrize(("window", "unit", "taps"), TAPS.values(), ids=TAPS)
def test_a_unit_reads(window, unit, taps):
    assert list(window.taps(unit)) == taps


@pytest.mark.parametrize(
    ("window", "period"),
    [
        (Sliding(kernel_size=3, stride=2), (1, 2)),
        (Spreading(kernel_size=3, stride=2), (2, 1)),
        # 6 in 4 parts is 3 in 2 parts, twice
        (Adaptive(in_size=6, out_size=4), (2, 3)),
        (Resized(Fraction(6, 4), Fraction(1, 4), radius=1), (2, 3)),
        (Rolled(size=5, shift=2), (5, 5)),
        # two blocks of three further, once more by the slow digit
        (Digits(sizes=(2, 3), steps=(7, 0)), (3, 7)),
    ],
    ids=["sliding", "spreading", "adaptive", "resized", "rolled", "digits"],
)
def test_a_window_repeats_after(window, period):
    assert window.period == period
