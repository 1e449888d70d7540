"""Sheets that try to be something else: markup, formulas, what terminals obey, other directions."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.documents.feedback.sheets import TITLES, feedback
from tests.documents.feedback.writing import FORMATS, JSON, written
from tests.renderers.networks import network

OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
"""Control characters but for tabs and line feeds, and all that turns the direction of text."""

TERMINAL = "\x1b]0;owned\x07\x1b[31m\x9b2J\r\u202e\u2066\u200b\u2028"


def hostile(text, level="full", **keywords):
    """Return feedback on a sheet with a text in its every part, even in the network's names."""
    titles = (*TITLES[:-1], text)
    rows = (
        ("Conv1", text, "72", "8192", "442,368", "3", text),
        (text, text, "5", text, text, text, text),
        (f"pool {text}", "1x1", "", "", "", "", ""),
    )
    graph = network(
        (f"conv{text}", "conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}),
        (f"pool{text}", "max_pool2d", {"kernel_size": 2}),
        ("flat", "flatten", {}),
        ("fc", "linear", {"out_features": 40}),
        input_shape=(3, 32, 32),
        name=text,
    )
    names = {"name": text, "place": text, "tool": "torchinfo"}
    return feedback(level, titles=titles, rows=rows, graph=graph, **names, **keywords)


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("granularity", ["row", "column", "cell"])
def test_nothing_that_a_terminal_obeys_is_echoed(format_name, granularity):
    text = written(format_name, hostile(f"a{TERMINAL}b", granularity=granularity))
    assert OBEYED.findall(text) == []
    assert "owned" not in text


@pytest.mark.parametrize("format_name", JSON)
def test_nothing_that_a_terminal_obeys_hides_in_json(format_name):
    def texts(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, dict)):
            for part in value.values() if isinstance(value, dict) else value:
                yield from texts(part)

    document = json.loads(written(format_name, hostile(f"a{TERMINAL}b")))
    assert [text for text in texts(document) if OBEYED.search(text)] == []


def test_nothing_that_a_terminal_obeys_reaches_a_terminal():
    text = written("terminal", hostile(f"a{TERMINAL}b"))
    assert OBEYED.findall(text) == []


class Tags(HTMLParser):
    """The tags of a page, and the text between them."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.said = set(), set(), ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.said += data


MARKUP = """<script>alert(1)</script> " onmouseover="x" ' <img src=x> &lt; </td>"""


def test_html_shows_markup_as_it_was_written():
    page = Tags()
    page.feed(written("html", hostile(MARKUP)))
    assert not {"script", "img"} & page.tags
    assert not {"onmouseover", "src"} & page.attributes
    assert MARKUP in page.said


@pytest.mark.parametrize("level", ["hint", "full"])
def test_markdown_shows_markup_as_it_was_written(level):
    markup = "<b>|*x* **y** [l](u) ![i](u) `c` $m$ # &amp; ~~s~~ _e_ \\<i>"
    results = json.loads(written("gradescope", hostile(markup, level)))
    for text in (
        written("markdown", hostile(markup, level)),
        "\n\n".join(test["output"] for test in results["tests"]),
    ):
        page = Tags()
        page.feed(MarkdownIt().enable(["table", "strikethrough"]).render(text))
        assert not {"b", "em", "a", "img", "code", "i", "s"} & page.tags
        assert markup in page.said


@pytest.mark.parametrize("start", ["1.", "2)", "-", "+", "*", "#", ">", "1986. A great year"])
def test_no_text_begins_a_list_of_its_own(start):
    rows = ((f"{start} Conv1", f"{start} x", "72", "", "", "", ""),)
    for granularity in ("row", "column", "cell"):
        text = written("gradescope", feedback(rows=rows, granularity=granularity))
        html = [MarkdownIt().render(test["output"]) for test in json.loads(text)["tests"]]
        assert {page.count("<ul>") for page in html} == {1}
        assert not re.search("<(ol|h1|blockquote|em)", "".join(html))
        assert f"{start} x" in "".join(html).replace("&gt;", ">")


def test_every_line_of_a_markdown_table_has_all_its_cells():
    lines = written("markdown", hostile("a | b \\| c\n| d")).splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 5
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {len(TITLES) + 1}


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_csv_holds_no_formula(formula):
    rows = csv.reader(written("csv", hostile(formula)).splitlines())
    assert [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))] == []


def test_csv_keeps_numbers_as_they_are():
    line = written("csv", feedback()).splitlines()[6]
    assert line == "1,2,conv1,Feature map,feature_map,32x32x8,right,1,1,,"


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_file_name_that_is_no_text_can_be_written(format_name):
    text = written(format_name, feedback(name="hw\udcff.md"))
    assert text.encode("utf-8").startswith(text[:1].encode())


@pytest.mark.slow
@settings(max_examples=50)
@given(text=st.text(max_size=20))
def test_no_text_breaks_a_format(text):
    feedback = hostile(text)
    for format_name in FORMATS:
        printed = written(format_name, feedback)
        assert OBEYED.search(printed) is None
        if format_name in JSON:
            json.loads(printed)
        elif format_name == "csv":
            assert {len(row) for row in csv.reader(StringIO(printed))} == {11}


def test_a_long_cell_is_cut_where_lines_are_narrow():
    rows = (("Conv1", "x" * 1000, "216", "", "", "", ""),)
    text = written("text", feedback(rows=rows))
    assert f"{'x' * 39}… " in text
    assert "x" * 1000 in written("html", feedback(rows=rows))


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_sheet_whose_rows_repeat_its_titles_has_no_cells(format_name):
    assert written(format_name, feedback(rows=(TITLES,)))
