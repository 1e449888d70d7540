"""LaTeX: a tabular that any document can take in."""

from __future__ import annotations

import pytest

from archstat.documents.view import View
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import resolve
from archstat.report.columns import COLUMNS, choose_columns
from archstat.report.report import report_on
from tests.formats.writing import written
from tests.renderers.networks import network

ALL = View(choose_columns(list(COLUMNS)))
LAYERS = choose_columns(["layer", "weights"])


def printed(*layers, view=None, **keywords):
    return written("latex", report_on(network(*layers, **keywords)), view or View(LAYERS))


def test_what_latex_would_take_for_commands_is_escaped():
    text = printed(("a_1&b%c$d#e{f}~g^h\\i", "relu", {}), ("<x>|y", "relu", {}))
    assert (
        r"a\_1\&b\%c\$d\#e\{f\}\textasciitilde{}g\textasciicircum{}h\textbackslash{}i & -- \\"
        in text.splitlines()
    )
    assert r"$<$x$>$$|$y & -- \\" in text.splitlines()


@pytest.mark.parametrize(("name", "written"), [("[2pt]", "{[}2pt]"), ("*", "{*}")])
def test_a_row_does_not_begin_with_an_argument_of_the_one_before(name, written):
    assert rf"{written} & -- \\" in printed(("a", "relu", {}), (name, "relu", {})).splitlines()


@pytest.mark.parametrize("name", catalogue())
def test_every_line_has_all_its_cells(name):
    text = written("latex", report_on(resolve(name)), ALL)
    body = text.partition(r"\toprule")[2].partition(r"\bottomrule")[0]
    lines = [line for line in body.splitlines() if line.endswith(r" \\")]
    assert {line.count(" & ") for line in lines} == {len(COLUMNS) - 1}
    assert len(lines) == len(report_on(resolve(name)).layers) + 2
    assert body.isascii()


def test_a_table_says_in_comments_what_it_is_about():
    text = printed(("r", "relu", {}), title="Two\nlines", notes=["a note"])
    tabular, _, tail = text.partition("\\end{tabular}\n")
    assert tabular.splitlines()[:3] == [
        r"% needs \usepackage{booktabs}",
        "% net: Two lines",
        "% input 12×12×3, batch of 1, by formula",
    ]
    assert tail == "% 0 params = 0 weights + 0 biases (0 B); activations 1.7 KiB\n% a note\n"


def test_a_sheet_shows_what_it_is_about_and_where_to_write():
    view = View(LAYERS, is_homework=True, blank=choose_columns(["weights"]))
    text = printed(("r", "relu", {}), view=view, title="100 %")
    assert (
        text
        == r"""% needs \usepackage{booktabs}
\noindent\textbf{net: 100 \%}\\
Input 12$\times$12$\times$3; weights are without biases.

\medskip\noindent
\begin{tabular}{lr}
\toprule
layer & weights \\
\midrule
r & \underline{\hspace{2cm}} \\
\midrule
total & \underline{\hspace{2cm}} \\
\bottomrule
\end{tabular}
"""
    )
