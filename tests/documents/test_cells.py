"""Values as text, each worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archstat.documents.cells import for_machines, for_people, for_spreadsheets, with_unit
from archstat.documents.letters import display_width, padded
from archstat.report.values import Bytes, Map, Named, Pair, PerAxis, Share, arranged

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("value", "people", "machines"),
    [
        (None, "?", "?"),
        (0, "–", "0"),
        ("", "–", ""),
        ("conv1", "conv1", "conv1"),
        (7, "7", "7"),
        (1_234_567, "1,234,567", "1234567"),
        (2**70, "1,180,591,620,717,411,303,424", "1180591620717411303424"),
        (Named("max_pool2d", "max pool"), "max pool", "max_pool2d"),
        (Map(96, (55, 55)), "55×55×96", "55x55x96"),
        (Map(96, (55,)), "96×55", "96x55"),  # tokens before features
        (Map(4096, ()), "4096", "4096"),
        (Map(None, (3, 3)), "3×3", "3x3"),
        (PerAxis((4, 4)), "4", "4"),
        (PerAxis((4, 2)), "4×2", "4x2"),
        (PerAxis((0, 0)), "0", "0"),
        (PerAxis((3,)), "3", "3"),
        (PerAxis((None, None)), "?", "?"),
        (PerAxis((None, 2)), "?×2", "?x2"),
        (PerAxis((HALF, HALF)), "0.5", "0.5"),
        (PerAxis((HALF, 2)), "0.5×2", "0.5x2"),
        (PerAxis((Fraction(7, 3),) * 2), "7/3", "7/3"),
        (PerAxis((Fraction(32),) * 2), "32", "32"),
        (PerAxis((-3, -3)), "-3", "-3"),
        (Share(1, 4), "25.0 %", "0.25"),
        (Share(2, 3), "66.7 %", "0.6666666666666666"),
        (Share(4, 4), "100.0 %", "1.0"),
        (Share(0, 4), "–", "0.0"),
        (Share(0, 0), "–", ""),
        (Share(1, 100_000), "0.0 %", "1e-05"),
        (Bytes(0), "–", "0"),
        (Bytes(1023), "1023 B", "1023"),
        (Bytes(1536), "1.5 KiB", "1536"),
        (Pair(Map(1024, ()), " @ ", Map(3, (1, 1))), "1024 @ 1×1×3", "1024 @ 1x1x3"),
        (Pair(PerAxis((2, 2)), " / ", "same"), "2 / same", "2 / same"),
        (Pair(PerAxis((2, 2)), " / ", PerAxis((0, 0))), "2 / 0", "2 / 0"),
    ],
)
def test_a_value(value, people, machines):
    assert for_people(value) == people
    assert for_machines(value) == machines


def test_a_map_with_channels_first():
    assert for_people(Map(96, (55, 54), "chw")) == "96×55×54"
    assert for_machines(Map(96, (55, 54), "chw")) == "96x55x54"
    assert for_people(Map(None, (3, 2), "chw")) == "3×2"
    assert for_people(arranged(Pair(8, " @ ", Map(3, (5, 4))), "chw")) == "8 @ 3×5×4"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1024**2 - 1, "1024.0 KiB"),
        (1024**2, "1.0 MiB"),
        (243_860_896, "232.6 MiB"),  # AlexNet: 60,965,224 · 4; / 1024² = 232.56…
        (1024**3, "1.0 GiB"),
        (1024**4, "1.0 TiB"),
        (1024**5, "1.0 PiB"),
        (1024**6, "1,024.0 PiB"),
    ],
)
def test_bytes_have_a_unit(count, text):
    assert with_unit(count) == text


def test_east_asian_letters_are_two_columns_wide_and_accents_none():
    assert display_width("conv") == 4
    assert display_width("합성곱") == 6
    assert display_width("\uff43") == 2  # a full-width c
    assert display_width("e\u0301") == 1
    assert padded("합", 4, is_text=True) == "합  "
    assert padded("합", 4, is_text=False) == "  합"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff20SUM(A1)", "'\uff20SUM(A1)"),
        ("\uff0d1", "'\uff0d1"),
        ("a;=cmd|' /C calc'!A1;b", "a;'=cmd|' /C calc'!A1;b"),
        ("a; +cmd|x", "a;' +cmd|x"),
        ("a;=A1", "a;'=A1"),
        ("27; -5; 3", "27; -5; 3"),
        ("a; b = c", "a; b = c"),
        ("55x55", "55x55"),
    ],
)
def test_no_spreadsheet_finds_a_formula_wherever_it_begins_a_cell(text, expected):
    assert for_spreadsheets(text) == expected
