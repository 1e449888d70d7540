"""Cells without their markup."""

from __future__ import annotations

import pytest

from archstat.homework.reading.text import harmless, plain


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        # Markdown
        ("**Conv1**", "Conv1"),
        ("__Conv1__ _a_ *b* `c`", "Conv1 a b c"),
        ("**a *b* c**", "a b c"),
        ("**합계**는", "합계는"),
        ("34,848*", "34,848*"),
        ("27*27*96", "27*27*96"),
        ("(3*3)*96", "(3*3)*96"),
        ("2**3**2", "2**3**2"),
        ("conv_1_relu", "conv_1_relu"),
        (r"conv\_1, \[-1, 64\]", "conv_1, [-1, 64]"),
        ("[conv1](#conv1) ![a](b.png)", "conv1 a"),
        ("[1, 64, 55, 55]", "[1, 64, 55, 55]"),
        ("~~34,944~~ 34,848", "34,848"),
        # HTML
        ("a<br>b<br />c", "a\nb\nc"),
        ("<p>a</p><p>b</p>", "a\nb"),
        ("10<sup>8</sup>, H<sub>2</sub>", "10^8, H_2"),
        ("<b>5</b> <span style='color: red'>6</span>", "5 6"),
        ("<del>1</del>2", "2"),
        ("5&nbsp;&lt;&#32;6 &amp; &times;", "5 < 6 & ×"),
        ("3 < 5 > 4", "3 < 5 > 4"),
        ("&#99999999999999999999;", "&#99999999999999999999;"),
        ("a<!-- b -->c", "ac"),
        # LaTeX within Markdown
        (r"$27\times27\times96$", "27×27×96"),
        (r"$$ 27 \times 27 $$", "27×27"),
        (r"$64$ / $3$", "64 / 3"),
        (r"$1{,}792$", "1,792"),
        (r"$34\,848$", "34 848"),
        (r"$10^{8}$", "10^8"),
        (r"$\text{Output size}$", "Output size"),
        (r"55 \times 55", "55×55"),
        (r"\frac{227-11}{4}+1", "(227-11)/4+1"),
        ("costs $5", "costs $5"),
        (r"C:\new\table", r"C:\new\table"),
        # pasted as it looks and as code
        (r"28×28×828 \times 28 \times 8", "28×28×8"),
        (r"\textbf{11}", "11"),
        ("208208", "208208"),  # a value's question
        # letters
        ("10⁸ 10⁻³ 11²", "10^8 10^-3 11^2"),
        ("H₂", "H_2"),
        ("２２７×２２７，９６", "227×227,96"),  # noqa: RUF001  full-width letters are the matter
        ("𝟐𝟕 ﬁlter", "27 filter"),  # noqa: RUF001  so are these
        ("5½", "5½"),
        ("– — − ×", "– — − ×"),
        ("\u1112\u1161\u11b8", "합"),  # as macOS writes it
        # blanks
        ("  a \u00a0\u3000 b\t c ", "a b c"),
        ("a\r\nb\rc\u2028d\n\n", "a\nb\nc\nd"),
        ("", ""),
    ],
)
def test_a_cell(cell, text):
    assert plain(cell) == text


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b", "ab"),
        ("a\x1b", "a"),
        ("a\x00\x07\x08\x7f\x9bb", "ab"),
        ("12\u202e34\u202c\u2066\u2069\u200f", "1234"),
        ("1\u200b2\ufeff3\u00ad4\u2060", "1234"),
        ("a\ud800b", "ab"),
        ("a\tb\nc", "a\tb\nc"),
    ],
)
def test_what_a_terminal_obeys_or_nobody_sees_is_no_text(text, rest):
    assert harmless(text) == rest


def test_an_entity_cannot_bring_back_what_is_harmful():
    assert plain("a&#27;[31mb&#8238;c") == "a[31mbc"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("**27*27*96**", "27*27*96"),
        ("**6@28*28**", "6@28*28"),
        ("**27 * 27 * 96**", "27 * 27 * 96"),
        ("**a** **b**", "a b"),
        ("**2** * **3**", "2 * 3"),
    ],
)
def test_products_may_be_bold(written, text):
    assert plain(written) == text
