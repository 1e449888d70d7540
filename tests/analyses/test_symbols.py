"""Numbers that remember how they were worked out: their values, and how they are written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archstat.analyses.symbols import Symbol, value_of
from archstat.documents.formulas import SYMBOLS, VALUES
from archstat.layers.conv import sliding_out_size
from archstat.layers.pool import pooled_out_size

numbers = st.integers(1, 50)


def written(number):
    return SYMBOLS.write(number.expression), VALUES.write(number.expression)


def window(n, k, s, p):
    return {
        "size": Symbol.named("n", n),
        "kernel_size": Symbol.named("k", k),
        "stride": Symbol.named("s", s),
        "padding": Symbol.named("p", p),
        "dilation": 1,
    }


def test_the_size_behind_a_window_is_written_as_textbooks_write_it():
    size = sliding_out_size(**window(27, 5, 1, 2))
    assert size == 27
    assert written(size) == ("⌊(n + 2 · p − k) / s⌋ + 1", "⌊(27 + 2 · 2 − 5) / 1⌋ + 1")


def test_a_pool_that_rounds_up_is_written_so():
    size = pooled_out_size(**window(112, 3, 2, 0), ceil_mode=True)
    assert size == 56  # (112 - 3) / 2 = 54.5, rounded up, and 1
    assert written(size) == ("⌈(n + 2 · p − k) / s⌉ + 1", "⌈(112 + 2 · 0 − 3) / 2⌉ + 1")


def test_a_window_that_would_start_behind_the_end_is_left_out():
    # 4 pixels, kernel 1, stride 3, rounded up: windows at 0, 3 and 6, of which the last is outside
    size = pooled_out_size(**window(4, 1, 2, 0), ceil_mode=True)
    assert (size, value_of(size.expression)) == (2, 2)


def test_channels_are_split_into_groups_without_a_rest():
    assert written(Symbol.named("C", 96) // Symbol.named("g", 2)) == ("C/g", "96/2")


def test_a_sum_is_in_brackets_where_it_is_a_factor():
    k, j = Symbol.named("k", 5), Symbol.named("j", 8)
    assert written((k - 1) * j) == ("(k − 1) · j", "(5 − 1) · 8")


def test_like_terms_and_constants_are_one():
    p = Symbol.named("p", 2)
    assert written(p + 3 + p - 1)[0] == "2 · p + 2"


@given(numbers, numbers, numbers, numbers)
def test_an_expression_comes_to_its_number(a, b, c, d):
    x, y, z = Symbol.named("x", a), Symbol.named("y", b), Symbol.named("z", c)
    for result, number in (
        (a + b * c - d, x + y * z - d),
        ((a - b) * (c + d), (x - y) * (z + d)),
        ((a + b) // c, (x + y) // z),
        (-(-(a + b) // c), -(-(x + y) // z)),
        (d - (a - b - c), d - (x - y - z)),
        (d * a * d + a + a, d * x * d + x + x),
    ):
        assert int(number) == result
        assert value_of(number.expression) == result
