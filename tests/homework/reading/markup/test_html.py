"""HTML tables, in any state."""

from __future__ import annotations

import pytest

from archstat.homework.reading import read_text
from tests.homework.reading.reading import lines, read

TABLE = [("Layer", "Output", "Weights"), ("conv1", "55×55", "34,848"), ("pool1", "27×27", "")]

PROPER = """<table>
  <caption>Homework</caption>
  <thead><tr><th>Layer</th><th>Output</th><th>Weights</th></tr></thead>
  <tbody>
    <tr><td>conv1</td><td>55&times;55</td><td>34,848</td></tr>
    <tr><td>pool1</td><td>27&#215;27</td><td></td></tr>
  </tbody>
</table>"""

NOTHING_CLOSED = "<TABLE><TR><TH>Layer<TH>Output<TH>Weights<TR><TD>conv1<TD>55×55<TD>34,848"
NOTHING_CLOSED += "<TR><TD>pool1<TD>27×27<TD>"

NO_HEAD = """<table border="1"><tr><td><b>Layer</b></td><td>Output</td><td>Weights</td></tr>
<tr><td>conv1</td><td>55×55</td><td>34,848</td></tr><tr><td>pool1</td><td>27×27</td><td/></tr>
</table>"""


@pytest.mark.parametrize("text", [PROPER, NOTHING_CLOSED, NO_HEAD])
@pytest.mark.parametrize("around", ["{}", "<!doctype html><html><p>a</p>{}</html>", "# A\n\n{}\n"])
def test_a_table(text, around):
    assert read(around.format(text)) == TABLE


def cell_of(html):
    """Return the text of a cell with this content."""
    return read(f"<table><tr><th>a<th>b<tr><td>c</td><td>{html}</td></table>")[1][1]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("10<sup>8</sup>", "10^8"),
        ("H<sub>2</sub>", "H_2"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</p><div>b</div>", "a\nb"),
        ("a\n   b", "a b"),
        ("<b>5</b><i>6</i>", "56"),
        ("&lt;b&gt; &amp; &nbsp; 5", "& 5"),
        ("3 < 5", "3 < 5"),
        ("<!-- a > b -->5", "5"),
        ("<del>1</del><s>2</s>3", "3"),
        ("<style>td { color: red }</style><script>if (a < b) {}</script>5", "5"),
        ('<span title="a > b">5</span>', "5"),
        ('<img src="a.png" aria-hidden="true">5', "5"),
        ('<i aria-hidden="true">x<i>y</i></i>5', "5"),
        (r"$27\times27$", "27×27"),
    ],
)
def test_the_text_of_a_cell(html, text):
    assert cell_of(html) == text


MATHML = "<mrow><mn>28</mn><mo>×</mo><msup><mn>10</mn><mn>8</mn></msup></mrow>"


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(
            f'<span class="katex"><span class="katex-mathml"><math><semantics>{MATHML}'
            r'<annotation encoding="application/x-tex">28 \times 10^{8}</annotation></semantics>'
            '</math></span><span class="katex-html" aria-hidden="true">28×108</span></span>',
            id="KaTeX",
        ),
        pytest.param(
            f'<mjx-container><mjx-math aria-hidden="true"><mjx-mn>28×108</mjx-mn></mjx-math>'
            f"<mjx-assistive-mml><math>{MATHML}</math></mjx-assistive-mml></mjx-container>",
            id="MathJax 3",
        ),
        pytest.param(
            f'<span class="MathJax"><nobr aria-hidden="true">28×108</nobr><span><math>{MATHML}'
            r'</math></span></span><script type="math/tex">28 \times 10^8</script>',
            id="MathJax 2",
        ),
        pytest.param(
            r'<script type="math/tex">28 \times 10^8</script>',
            id="MathJax 2 that never ran",
        ),
    ],
)
def test_a_formula_is_read_once(html):
    assert cell_of(html) == "28×10^8"


def test_mathml_without_code_keeps_its_fractions_and_indices():
    fraction = "<mfrac><mn>1</mn><mn>2</mn></mfrac>"
    indices = "<msubsup><mi>H</mi><mn>1</mn><mn>2</mn></msubsup><msub><mi>a</mi><mi>b</mi></msub>"

    assert cell_of(f"<math>{fraction}{indices}</math>") == "1/2H_1^2a_b"


def test_cells_reach_over_rows_and_columns():
    text = """<table>
<tr><th rowspan=2>Layer<th colspan="2">Output<th rowspan=2>Weights
<tr><th>H<th>W
<tr><td>conv1<td>55<td>55<td rowspan=0>none
<tr><td>pool1<td colspan=2>same
</table>"""
    assert read(text) == [
        ("Layer", "Output H", "Output W", "Weights"),
        ("conv1", "55", "55", "none"),
        ("pool1", "same", "same", "none"),
    ]


def test_pandas_writes_the_name_of_the_index_under_the_titles():
    text = """<div><style scoped> .dataframe { a: b } </style><table border="1" class="dataframe">
<thead><tr style="text-align: right;"><th></th><th>out</th><th>weights</th></tr>
<tr><th>layer</th><th></th><th></th></tr></thead>
<tbody><tr><th>conv1</th><td>55x55x96</td><td>34848</td></tr></tbody></table></div>"""

    assert read(text) == [("layer", "out", "weights"), ("conv1", "55x55x96", "34848")]


def test_a_table_within_a_table_is_a_table():
    text = (
        "<table><tr><td>left</td><td><table><tr><th>a<th>b<tr><td>1<td>2</table></td></tr></table>"
    )

    assert read(text) == [("a", "b"), ("1", "2")]


def test_a_page_shows_printouts_too():
    text = """<html><body>
<pre>
layer  weights
conv1    34848
pool1        0
</pre>
<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>
</body></html>"""
    printout, table = read_text(text, name="page.html").tables

    assert (table.place, printout.place) == ("line 7", "line 3")
    assert lines(printout) == [("layer", "weights"), ("conv1", "34848"), ("pool1", "0")]


def test_a_table_that_never_ends_is_read_as_far_as_it_goes():
    assert read("<table><tr><td>a<td>b<tr><td>1<td>2<td") == [("a", "b"), ("1", "2")]
