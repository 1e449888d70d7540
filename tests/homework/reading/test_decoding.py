"""The encodings in which people save their sheets."""

from __future__ import annotations

import pytest

from archstat.errors import SheetError
from archstat.homework.reading.decoding import decoded
from tests.homework.reading.reading import assert_refused

KOREAN = "레이어,출력 크기,가중치 수\n합성곱1,55×55×96,34848\n"
CHINESE = "层,输出尺寸,参数数量\n卷积1,55×55×96,34848\n"
JAPANESE = "レイヤ,出力サイズ,重みの数\n畳み込み1,55×55×96,34848\n"
GERMAN = "Schicht;Größe;Gewichte\nconv1;55×55×96;34.848\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (KOREAN, "utf-8"),
        (KOREAN, "utf-8-sig"),
        (KOREAN, "utf-16"),
        (KOREAN, "utf-32"),
        (KOREAN, "euc_kr"),
        ("뷁,55×55\n", "cp949"),  # a syllable that the older encoding lacks
        ("Layer,Output\nconv1,55×55\n", "euc_kr"),
        (CHINESE, "gb2312"),
        (CHINESE, "gb18030"),
        (JAPANESE, "shift_jis"),
        (GERMAN, "latin-1"),
        (GERMAN, "cp1252"),
        ("Layer,Output\nconv1,55\n", "utf-16-le"),
        ("Layer,Output\nconv1,55\n", "utf-16-be"),
        ("", "utf-8"),
    ],
)
def test_a_text_comes_out_as_it_went_in(text, encoding):
    assert decoded(text.encode(encoding)) == text


def test_one_broken_letter_does_not_spoil_a_text():
    assert decoded((KOREAN * 2).encode() + b"\xff") == KOREAN * 2 + "\ufffd"


@pytest.mark.parametrize("data", [b"ab\0cdef", bytes(range(256)), b"\x01\x02\x03\x04"])
def test_what_is_no_text_is_refused(data):
    assert_refused(lambda: decoded(data), "is neither text nor a format that can be read")


def test_colours_of_a_terminal_are_text():
    assert decoded(b"\x1b[31ma\x1b[0m") == "\x1b[31ma\x1b[0m"


def test_broken_marks_of_an_encoding_are_no_error_of_ours():
    assert decoded(b"\xff\xfea") == "\ufffd"
    with pytest.raises(SheetError):
        decoded(b"\xfe\xff\0\0")
