"""The calculations that cells show."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archstat.homework.cells.arithmetic import DEEPEST, MOST_TOKENS, worked_out
from archstat.homework.cells.sums import sums


@pytest.mark.parametrize(
    ("text", "terms", "value", "stated"),
    [
        ("(3×11×11+1)×96 = 34,944", "(3×11×11+1)×96", 34_944, 34_944),
        ("3+(3-1)*1=5", "3+(3-1)*1", 5, 5),
        ("608 `=(5*5*3+1)*8`", "(5*5*3+1)*8", 608, 608),
        ("(120,400)→(120*400)+120=48120", "(120*400)+120", 48_120, 48_120),
        ("8^2*4=256", "8^2*4", 256, 256),
        ("floor[(28-7)/3]+1=8", "floor[(28-7)/3]+1", 8, 8),
        ("27*27*96=69,948", "27*27*96", 69_984, 69_948),
        ("(11*11*3+1)*96 = 35k", "(11*11*3+1)*96", 34_944, 35_000),
        ("34,944 (= 34,848 + 96)", "34,848 + 96", 34_944, 34_944),
        ("290,400 (55*55*96)", "55*55*96", 290_400, 290_400),
        ("(224-11)/4+1 = 54.25", "(224-11)/4+1", Fraction(217, 4), Fraction(217, 4)),
        ("256·6·6·4096 + 4096 = 37,752,832", "256·6·6·4096 + 4096", 37_752_832, 37_752_832),
    ],
)
def test_a_calculation_and_what_it_is_said_to_come_to(text, terms, value, stated):
    shown = sums(text)
    assert (shown.terms, shown.value, shown.stated.value) == (terms, value, stated)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("96 · 11 · 11", 11_616),
        ("27x27x96", 69_984),
        ("34,848 + 96", 34_944),
        ("34848 + 96 (bias)", 34_944),
        ("96(11·11·3+1)", 34_944),
        ("[3*3*64+1]*64", 36_928),
    ],
)
def test_a_calculation_without_its_result_states_nothing(text, value):
    shown = sums(text)
    assert (shown.value, shown.stated) == (value, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "34,848",
        "-5",
        "3.48×10^4",
        "(120,400)",
        "K²·C",
        "3+",
        "conv 3x3",
        "1 2+3",
        "34,848 (+96)",
    ],
)
def test_what_shows_no_calculation(text):
    assert sums(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2+3*4", 14),
        ("(2+3)*4", 20),
        ("7-3-2", 2),
        ("8/4/2", 1),
        ("7/2", Fraction(7, 2)),
        ("7//2", 3),
        ("2^3^2", 512),
        ("2**3", 8),
        ("5^0+1", 2),
        ("3*0", 0),
        ("2^64", 2**64),
        ("-2^2", -4),
        ("3--5", 8),
        ("5²·3", None),  # only in the spelling of `cleaned`
        ("5^2·3", 75),
        ("10 ÷ 4", Fraction(5, 2)),
        ("1.5*2", 3),
        ("1,234,567+1", 1_234_568),
        ("⌊7/2⌋+1", 4),
        ("⌈7/2⌉", 4),
        ("floor(7/2)", 3),
        ("ceil[7/2]", 4),
        ("int(-7/2)", -4),
        ("round(10/4)", 2),
        ("(1+2)(3)", 9),
        ("{2+3}*2", 10),
        ("1/0", None),
        ("7//0", None),
        ("2^-1", None),
        ("2^0.5", None),
        ("(1+2", None),
        ("1+2)", None),
        ("(1+2]", None),
        ("floor 7/2", None),
        ("floor", None),
        ("+1+2", None),
        ("2 3", None),
        ("a+1", None),
        ("34848", None),
    ],
)
def test_arithmetic(text, value):
    assert worked_out(text) == value


@pytest.mark.parametrize("text", ["10**10**10", "9^64*9^64", "2^65", "9^9^9^9", "2^(10^10)"])
def test_what_would_be_too_large_is_not_worked_out(text):
    assert worked_out(text) is None


def test_results_have_a_greatest_length():
    assert worked_out("2^64*2^64*2^64*2^63") == 2**255  # 256 bits
    assert worked_out("2^64*2^64*2^64*2^63*2") is None


def test_brackets_have_a_greatest_depth():
    assert worked_out("(" * DEEPEST + "1+1" + ")" * DEEPEST) == 2
    assert worked_out("(" * (DEEPEST + 1) + "1+1" + ")" * (DEEPEST + 1)) is None


def test_calculations_have_a_greatest_length():
    longest = MOST_TOKENS // 2
    assert worked_out("+".join("1" * longest)) == longest
    assert worked_out("+".join("1" * (longest + 1))) is None


@pytest.mark.parametrize(
    "text", ["__import__('os')", "1+exec('')", "1 if 1 else 2", "[1+1 for x in y]", "1+x"]
)
def test_code_is_no_calculation(text):
    assert sums(text) is None


TERMS = st.recursive(
    st.integers(0, 1_000).map(str),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(
        lambda ts: f"({''.join(ts)})"
    ),
    max_leaves=8,
)


@given(TERMS.filter(lambda text: "(" in text))
def test_python_agrees(text):
    assert worked_out(text) == eval(text)  # noqa: S307  the oracle: digits, + - * and brackets


@given(st.text() | st.text(alphabet="0123456789+-*/^().,=→≈ xfloorceil⌊⌋⌈⌉[]\n", max_size=80))
def test_any_text_shows_a_calculation_or_none(text):
    shown = sums(text)
    assert shown is None or shown.terms


@pytest.mark.parametrize("piece", ["1+", "(", "2^", "-", "9*9*", "floor("])
def test_a_megabyte_shows_nothing(piece):
    assert sums(piece * 1_000_000) is None
