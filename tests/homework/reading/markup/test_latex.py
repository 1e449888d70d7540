"""LaTeX tables."""

from __future__ import annotations

import pytest

from archstat.homework.reading import read_text
from tests.homework.reading.reading import lines, read

TABLE = [("Layer", "Output", "Weights"), ("conv1", "55×55", "34,848"), ("pool1", "27×27", "")]

ROWS = r"""
\toprule
\textbf{Layer} & Output & Weights \\ \midrule
conv1 & $55 \times 55$ & 34{,}848 \\[2pt] % & no cell
pool1 & \(27\times27\) & \\*
\bottomrule
"""


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (r"\begin{tabular}{l|*{2}{c}}", r"\end{tabular}"),
        (r"\begin{tabular}[t]{@{}lcr@{}}", r"\end{tabular}"),
        (r"\begin{tabular*}{\textwidth}{lcr}", r"\end{tabular*}"),
        (r"\begin{tabularx}{\textwidth}{lXr}", r"\end{tabularx}"),
        (r"\begin{tabulary}{\textwidth}{LCR}", r"\end{tabulary}"),
        (r"\begin{xltabular}{\textwidth}{lXr}", r"\end{xltabular}"),
        (r"\begin{longtable}{lcr}", r"\end{longtable}"),
        (r"\begin{tblr}{colspec={lcr}}", r"\end{tblr}"),
        (r"$$\begin{array}{|l|c|r|}", r"\end{array}$$"),
    ],
)
def test_an_environment(begin, end):
    assert read(f"{begin}{ROWS}{end}") == TABLE


def test_a_bar_in_the_list_of_columns_is_no_markdown():
    text = r"""\begin{tabular}{|l|c|}
\hline Layer & Weights \\ \hline
conv1 & 34848 \\ \hline
\end{tabular}"""
    assert read(text, "sheet.tex") == [("Layer", "Weights"), ("conv1", "34848")]


def test_cells_reach_over_rows_and_columns():
    text = r"""\begin{tabular}{lccc}
\multirow{2}{*}{Layer} & \multicolumn{2}{c|}{\textbf{Size}} & \multirow{2}{*}{Weights} \\
\cmidrule(lr){2-3}
 & H & W & \\
\multirow[t]{2}{2cm}{conv} & 55 & 55 & 34848 \\
 & \multicolumn{2}{c}{27} & 0 \\
fc & & & 5
\end{tabular}"""
    assert read(text) == [
        ("Layer", "Size H", "Size W", "Weights"),
        ("conv", "55", "55", "34848"),
        ("conv", "27", "27", "0"),
        ("fc", "", "", "5"),
    ]


def test_a_table_within_a_cell_is_text():
    text = r"""\begin{tabular}{lc}
Layer & \begin{tabular}[c]{@{}c@{}}Feature\\map\end{tabular} \\
\makecell{conv\\1} & \shortstack{55 \\ 55} \\
\end{tabular}"""
    assert read(text) == [("Layer", "Feature map"), ("conv\n1", "55\n55")]


def test_what_a_long_table_repeats_is_read_once():
    text = r"""\begin{longtable}{lc}
Layer & Weights \\ \endfirsthead
Layer & Weights \\ \endhead
\multicolumn{2}{r}{continued} \\ \endfoot
\bottomrule \endlastfoot
conv1 & 34848 \\
\end{longtable}"""
    assert read(text) == [("Layer", "Weights"), ("conv1", "34848")]


def test_ampersands_percents_and_blanks_may_be_escaped():
    text = r"\begin{tabular}{lc} A \& B & Share~of \\ conv1 & 5\,\% \\ \end{tabular}"

    assert read(text) == [("A & B", "Share of"), ("conv1", "5 %")]


def test_tables_stand_within_a_document():
    text = r"""\documentclass{article}
\begin{document}
We print $a & b$ first.
\begin{table}\begin{tabular}{ll}
a & b \\ 1 & 2
\end{tabular}\end{table}
\begin{tabular}{ll} c & d \\ 3 & 4 \end{tabular}
\end{document}"""
    first, second = read_text(text, name="sheet.tex").tables

    assert (first.place, second.place) == ("line 4", "line 7")
    assert lines(first) == [("a", "b"), ("1", "2")]
    assert lines(second) == [("c", "d"), ("3", "4")]
