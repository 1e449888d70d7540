"""The numbers that cells state: what was written, and what it is worth."""

# ruff: noqa: RUF001  characters that look like others are what is read here

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archstat.homework.cells.spelling import LONGEST
from archstat.homework.cells.values import WrittenNumber, is_blank, numbers, split_cell

MILLION = Fraction(1_000_000)


def first(text, **options):
    """Return value and number of digits of the likeliest reading."""
    number = numbers(text, **options)[0]
    return number.value, number.digits


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("34,848", 34_848),
        ("34.848", 34_848),
        ("34 848", 34_848),
        ("34\u202f848", 34_848),  # a narrow space that does not break
        ("34'848", 34_848),
        ("34’848", 34_848),
        ("34_848", 34_848),
        ("34{,}848", 34_848),
        (r"34\,848", 34_848),
        ("３４，８４８", 34_848),
        ("1.234.567", 1_234_567),
        ("1,234,567.0", 1_234_567),
        ("1.234.567,0", 1_234_567),
        ("6,09,65,224", 60_965_224),  # lakhs and crores
        ("2,071,552.0", 2_071_552),
        ("1792.0", 1_792),
        ("14869598", 14_869_598),
        ("07", 7),
        ("0", 0),
        ("0.0", 0),
        ("-3", -3),
        ("−3", -3),
        ("+5", 5),
        ("½", Fraction(1, 2)),
        ("2½", Fraction(5, 2)),
        ("1000 (softmax)", 1_000),
        ("1000\n(클래스 개수)", 1_000),
        ("(34,848)", 34_848),
        ('"34,848"', 34_848),
        ("34,848.", 34_848),
        ("60965224개", 60_965_224),
        ("6096만 5224개", 60_965_224),
        ("4096 neurons", 4_096),
        ("params: 34944", 34_944),
        ("RF = 11", 11),
        ("≥ 724,406,816", 724_406_816),
        ("27*27*96=69,984", 69_984),
        ("27 x 27 x 96 (=69984)", 69_984),
        ("(3×11×11+1)×96 = 34,944", 34_944),
        ("3+(3-1)*1=5", 5),
        ("608 `=(5*5*3+1)*8`", 608),
        ("(120,400)→(120*400)+120=48120", 48_120),
        ("8^2*4=256", 256),
        ("floor[(28-7)/3]+1=8", 8),
        ("34,944 (= 34,848 + 96)", 34_944),
        ("290,400 (55*55*96)", 290_400),
        ("61M (60,965,224)", 60_965_224),
        ("60,965,224 (61M)", 60_965_224),
        ("[34,848]", 34_848),
        ("{34,848}", 34_848),
        ("4096 [linear]", 4_096),
        ("~0", 0),
        ("3*3*64*64 = 36,864 ≈ 37K", 36_864),
    ],
)
def test_a_number_in_full_is_meant_exactly(text, value):
    assert first(text) == (value, None)


@pytest.mark.parametrize(
    ("text", "value", "digits"),
    [
        ("34.8k", 34_800, 3),
        ("34.8K", 34_800, 3),
        ("35K", 35_000, 2),
        ("150K", 150_000, 3),
        ("3.2M", 3_200_000, 2),
        ("105 M", 105_000_000, 3),
        ("105MM", 105_000_000, 3),
        ("105 Mio", 105_000_000, 3),
        ("105,4 Mio.", 105_400_000, 4),
        ("105百万", 105_000_000, 3),
        ("6237万", 62_370_000, 4),
        ("247만 개", 2_470_000, 3),
        ("약 6천만 개", 60_000_000, 1),
        ("1억 2천만", 120_000_000, 2),
        ("1.05G", 1_050_000_000, 3),
        ("1.05B", 1_050_000_000, 3),
        ("macc 1.05G", 1_050_000_000, 3),
        ("param 34.94k", 34_940, 4),
        ("60 million", 60_000_000, 2),
        ("60 Millionen", 60_000_000, 2),
        ("1.5 GMac", 1_500_000_000, 2),
        ("0.72 GFLOPs", 720_000_000, 2),
        ("228.74MFlops", 228_740_000, 5),
        ("456.64MMAdd", 456_640_000, 5),  # millions of multiply-adds
        ("3.48e4", 34_800, 3),
        ("3.48E+04", 34_800, 3),
        ("3.48×10^4", 34_800, 3),
        ("3.48 x 10**4", 34_800, 3),
        ("3.48·10⁴", 34_800, 3),
        ("10^8", 100_000_000, 1),
        ("1e6", 1_000_000, 1),
        ("0.28", Fraction(7, 25), 2),
        (".28", Fraction(7, 25), 2),
        ("34,8", Fraction(174, 5), 3),
        ("≈ 1.05G", 1_050_000_000, 3),
        ("224*224*64=3.2M", 3_200_000, 2),
        ("1.234 M", 1_234_000, 4),
        ("1,234 K", 1_234_000, 4),
    ],
)
def test_a_rounded_number_has_as_many_digits_as_were_written(text, value, digits):
    assert first(text) == (value, digits)


@pytest.mark.parametrize(
    ("text", "digits"),
    [("~60M", 1), ("about 61 million", 2), ("approx. 60,000,000", 1), ("61,000,000 정도", 2)],
)
def test_zeros_at_the_end_of_about_so_many_are_no_digits(text, digits):
    assert first(text)[1] == digits


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "x", "Conv1", "same", "NO", "(fixed)", "92.3 %", "e", "=", "(", "개"),
        *("3 / 64", "1×2048", "27x27x96", "7x7", "[-1, 64, 55, 55]", "6 @ 28×28", "1/2"),
        *("1.23.4", "12 345 67", "3\n4", "K=3 S=2 P=0", "35 k apples", "48 (2)", "34,848 (+96)"),
        *("1.234.5", "conv (5)", "48 (a2)", "conv (2*3)", "34]", "[34", "4 (a) 5"),
        *("34,848 + 96", "96(11·11·3+1)", "290,400 (55*55*69)", "activation 2.9M\nparam 34.94k"),
    ],
)
def test_what_states_no_number_or_two_has_no_reading(text):
    assert numbers(text) == ()


def test_what_is_about_so_many_is_rounded_to_its_last_digit_that_is_not_nought():
    assert numbers("about 61,000,000") == (WrittenNumber(Fraction(61_000_000), step=MILLION),)


def test_a_point_before_three_digits_is_read_in_both_ways():
    thousands, decimals = numbers("34.848")
    assert thousands == WrittenNumber(Fraction(34_848), note="read '.' as a thousands separator")
    assert decimals == WrittenNumber(Fraction(34_848, 1_000), step=Fraction(1, 1_000))


def test_a_comma_before_three_digits_is_read_in_both_ways():
    thousands, decimals = numbers("34,848")
    assert thousands == WrittenNumber(Fraction(34_848))
    assert decimals.value == Fraction(34_848, 1_000)
    assert decimals.note == "read ',' as a decimal comma"


def test_numbers_are_multiples_of_what_the_title_says():
    assert first("61", scale=MILLION) == (61_000_000, 2)
    assert first("0.0349", scale=MILLION) == (34_900, 3)


def test_a_number_with_its_own_unit_does_not_take_the_unit_of_the_title():
    assert [number.value for number in numbers("61M", scale=MILLION)] == [61_000_000]


def test_a_number_in_full_below_a_title_with_a_unit_is_read_in_full_too():
    readings = [(number.value, number.note) for number in numbers("60965224", scale=MILLION)]
    assert readings == [
        (60_965_224_000_000, ""),
        (60_965_224, "read in full, without the unit in the title"),
    ]


def test_a_unit_of_memory_is_read_as_decimal_and_as_binary():
    decimal, binary = numbers("727 MB")
    assert (decimal.value, decimal.unit, decimal.digits) == (727_000_000, "MB", 3)
    assert (binary.value, binary.unit, binary.digits) == (727 * 1_048_576, "MB", 3)
    assert binary.note == "read MB as MiB, 1,048,576 bytes"


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2 KB", 2_000, "KB"),
        ("2 kbytes", 2_000, "KB"),
        ("2 GB", 2_000_000_000, "GB"),
        ("2 TB", 2_000_000_000_000, "TB"),
        ("2 GiB", 2 * 1024**3, "GiB"),
        ("1 byte", 1, "B"),
        ("2 bytes", 2, "B"),
    ],
)
def test_units_of_memory(text, value, unit):
    number = numbers(text)[0]
    assert (number.value, number.unit) == (value, unit)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2천", 2_000),
        ("2만", 20_000),
        ("2십만", 200_000),
        ("2백만", 2_000_000),
        ("2천만", 20_000_000),
        ("2억", 200_000_000),
        ("2십억", 2_000_000_000),
        ("2 trillion", 2_000_000_000_000),
        ("2 thousand", 2_000),
    ],
)
def test_magnitudes(text, value):
    assert first(text) == (value, 1)


def test_a_binary_unit_of_memory_has_one_reading():
    assert numbers("2 KiB") == (WrittenNumber(Fraction(2_048), step=Fraction(1_024), unit="KiB"),)


def test_bytes_are_exact_and_may_be_billions():
    billions, memory = numbers("560 B")
    assert billions.value == 560_000_000_000
    assert memory == WrittenNumber(Fraction(560), unit="B")


def test_the_title_may_state_the_unit_of_memory():
    assert first("0.28", unit="MB") == (280_000, 2)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("34.9k", 34_944),
        ("35k", 34_944),
        ("34,944", 34_944),
        ("61M", 60_965_224),
        ("10.0k", 9_960),  # to the hundred, as it is written
        ("34.4k", 34_450),  # a half may be rounded to even
        ("34.5k", 34_450),  # or up
        ("0.00", 0),
        ("2.33", Fraction(7, 3)),
        ("0.5", Fraction(1, 2)),
    ],
)
def test_a_number_agrees_with_what_it_is_the_rounding_of(text, truth):
    assert numbers(text)[0].agrees(truth)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("34.9k", 34_950 + 1),
        ("34.8k", 34_944),
        ("60M", 60_965_224),
        ("34,944", 34_945),
        ("105415201", 105_415_200),
    ],
)
def test_a_number_does_not_agree_with_what_is_rounded_to_another(text, truth):
    assert not numbers(text)[0].agrees(truth)


def test_nothing_below_a_title_with_a_unit_may_be_a_little():
    nothing = numbers("0.00", scale=MILLION)[0]
    assert nothing.agrees(4_999)
    assert not nothing.agrees(5_001)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "–", "—", "−", "/", "- / -", "-, -", "N/A", "n/a / n/a", "NA", "None"),
        *(
            "none",
            "null",
            "x",
            "×",
            ".",
            "...",
            "…",
            "?",
            "(-)",
            "없음",
            "해당 없음",
            "无",
            "なし",
            "NO",
        ),
    ],
)
def test_nothing_is_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize(
    "text", ["0", "0 / -", "- / 2", "same", "Conv1", "x2", "No bias", "(fixed)"]
)
def test_something_is_not_blank(text):
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("64 / 3", ("64", "3")),
        ("- / -", ("-", "-")),
        ("N/A / 3", ("-", "3")),
        ("11 @ 3", ("11", "3")),
        ("4 , 0", ("4", "0")),
        ("4 0", ("4", "0")),
        ("4\n0", ("4", "0")),
        ("3 x 3\n2", ("3 x 3", "2")),
        ("3 x 3; 2", ("3 x 3", "2")),
        ("3 x 3 | 2", ("3 x 3", "2")),
        ("1,024, 3", ("1,024", "3")),
        ("3x3 (96)", ("3x3", "96")),
        ("96 (11*11)", ("96", "11*11")),
        ("96 @ 11×11×3", ("96", "11×11×3")),
        ("(1, 1) / (2, 2)", ("(1, 1)", "(2, 2)")),
        ("11x11 / 4 / 0", ("11x11", "4", "0")),
        ("3,1,2", ("3", "1", "2")),
    ],
)
def test_a_cell_with_several_values_is_cut(text, pieces):
    assert split_cell(text, len(pieces)) == pieces


@pytest.mark.parametrize(
    "text", ["", "64", "/", "64 /", "1 / 2 / 3", "(2, 2)", "3x3 (96) (2)", "(96)", "34,848"]
)
def test_a_cell_with_one_or_three_values_is_not_cut_in_two(text):
    assert split_cell(text, 2) == ()


COUNTS = st.integers(0, 10**15)


@given(count=COUNTS, separator=st.sampled_from([",", ".", " ", "'", "’", "_", "\u00a0", "\u2009"]))
def test_every_count_reads_back_with_every_thousands_separator(count, separator):
    assert first(f"{count:,}".replace(",", separator)) == (count, None)


@given(count=COUNTS)
def test_every_count_reads_back_as_a_float(count):
    assert first(f"{count:,}.0") == (count, None)


SUFFIXES = {"k": 3, "K": 3, "M": 6, " Mio": 6, "백만": 6, "G": 9, "B": 9, "e3": 3, "×10^6": 6}


@given(
    truth=st.integers(1, 10**15),
    suffix=st.sampled_from(sorted(SUFFIXES)),
    decimals=st.integers(0, 3),
    comma=st.booleans(),
)
def test_a_count_agrees_with_its_rounding_and_not_with_a_fifth_more(truth, suffix, decimals, comma):
    step = 10 ** (SUFFIXES[suffix] - decimals)
    steps = (truth + step // 2) // step
    assume(steps >= 10)  # with one digit, a fifth is not always seen
    text = f"{Decimal(steps).scaleb(-decimals):f}".replace(".", "," if comma else ".")
    likeliest, *others = numbers(text + suffix)
    assert any(number.agrees(truth) for number in (likeliest, *others))
    assert not likeliest.agrees(truth * Fraction(6, 5))


@given(st.text())
def test_any_text_has_readings_or_none(text):
    for number in numbers(text):
        assert number.digits is None or number.digits > 0
    is_blank(text)
    split_cell(text, 2)


NUMERIC = st.text(alphabet="0123456789.,' _kKMGBe×x*^10+-/()[]=≈~→만억천½%\n", max_size=60)


@given(NUMERIC)
def test_anything_that_looks_like_a_number_has_readings_or_none(text):
    for number in numbers(text, scale=MILLION):
        assert number.digits is None or number.digits > 0


@pytest.mark.parametrize("piece", ["1", "1,", "(", "1 ", "((1)", "=1", "10^", "1억", "1/"])
def test_a_megabyte_states_nothing(piece):
    assert numbers(piece * 1_000_000) == ()


def test_the_longest_cell_that_is_read():
    assert numbers("1" * LONGEST) != ()
    assert numbers("1" * (LONGEST + 1)) == ()
    assert not is_blank(" " * (LONGEST + 1))


def test_what_cannot_be_seen_does_not_count():
    assert first("34\u200b,8\u202e48\x1b") == (34_848, None)


@pytest.mark.parametrize(("text", "truth"), [("0G", 117_600), ("0.0M", 4_704)])
def test_a_number_of_no_digit_agrees_with_nothing_but_itself(text, truth):
    assert not any(number.agrees(truth) for number in numbers(text))


def test_a_round_number_in_a_unit_is_itself():
    assert numbers("48K")[0].agrees(48_000)
    assert numbers("1M")[0].agrees(1_000_000)
