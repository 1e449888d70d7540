"""LaTeX code as plain text."""

from __future__ import annotations

import pytest

from archstat.homework.reading.markup.tex import plain


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (r"\textbf{34{,}848}", "34,848"),
        (r"\num{3.48e4}", "3.48e4"),
        (r"\SI{5}{\mega\byte}", "5MB"),
        (r"7\,000 \% \& \# \_", "7 000 % & # _"),
        (r"\makecell[l]{Conv\\1}", "Conv\n1"),
        (r"\multicolumn{2}{c}{\multirow{2}{*}{X}}", "X"),
        (r"\multirow[t]{2}{*}{X}", "X"),
        (r"\textcolor{red}{5} \color{blue} 6", "5  6"),
        (r"\cmidrule(lr){2-3} \cline{1-2}\hline \toprule conv1", " conv1"),
        (r"\dfrac{13 + 2}{2}", "(13 + 2)/2"),
        (r"\frac{a}{2}", "a/2"),
        (r"\textsuperscript{2}", "^2"),
        (r"$\lfloor\frac{227 - 11}{4}\rfloor + 1 = 55$", "⌊(227-11)/4⌋+1=55"),
        (r"$H_{\text{out}}$", "H_out"),
        (r"5 \pm 1 \approx 6 \ldots", "5±1≈6 …"),
        (r"\unknown{a} \alsounknown", "unknowna alsounknown"),
        (r"\begin{tabular}[c]{@{}l@{}}a\\b\end{tabular}", "a\nb"),
        (r"a (l) [2]", "a (l) [2]"),
        # what does not add up
        (r"a}b{c", "abc"),
        (r"\frac{1", "1"),
        ("\\", "\\"),
        ("$", ""),
    ],
)
def test_code(code, text):
    assert plain(code) == text


def test_braces_may_nest_as_deep_as_they_like():
    assert plain(r"\textbf{" * 5_000 + "x" + "}" * 5_000) == "x"
