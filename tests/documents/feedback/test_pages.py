"""The table as people see it: fitted to a terminal, and on a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from archstat.documents.letters import display_width
from tests.documents.feedback.sheets import ROWS, feedback
from tests.documents.feedback.writing import printed_at, written

KOREAN = ("층", "출력 크기", "가중치 개수", "뉴런 개수", "MACs", "수용 영역", "이유")


def printed(width, **keywords):
    return printed_at(feedback(**keywords), width)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
@pytest.mark.parametrize("titles", [None, KOREAN])
def test_no_line_is_wider_than_the_terminal(width, titles):
    keywords = {} if titles is None else {"titles": titles}
    assert [line for line in printed(width, **keywords) if display_width(line) > width] == []


@pytest.mark.parametrize("width", [10, 30, 40, 60, 80, None])
def test_no_marked_cell_is_lost(width):
    text = "\n".join(printed(width))
    cells = [cell for row in ROWS for cell in row[1:6] if cell not in {"", "-", "?"}]
    assert [cell for cell in cells if cell not in text] == []


def test_every_part_of_a_table_in_parts_names_its_rows():
    found = [line for line in printed(30) if line.startswith("Conv2")]
    assert found == [
        "Conv2  16x16x12 ✗²  2,400  ✓",
        "Conv2  3072 →²  691,200 ≡",
        "Conv2  8     ✗⁴",
    ]


def test_columns_without_marks_are_left_out_first():
    assert "note: left out to fit 75 characters: Why" in printed(75)
    assert not any("left out to fit" in line for line in printed(76))
    assert not any("is it a layer?" in line for line in printed(75))


def test_marks_stand_under_one_another_beside_wide_letters():
    sheet = tuple((row[0].replace("Conv", "합성곱"), *row[1:]) for row in ROWS)
    table = printed(None, rows=sheet)[5:14]
    marks = [re.search("[✓✗]", line) for line in table]
    before = {display_width(mark.string[: mark.start()]) for mark in marks[:5] if mark}
    assert before == {len("합성곱1") + 3 + 2 + len("16x16x12") + 1}


def test_a_cell_with_two_remarks_refers_to_the_first():
    titles = ("Layer", "# of weights / # of neurons")
    rows = (("Conv1", "72 / dunno"), ("Conv2", "2,400 / 1728"))
    remarks = [remark.where for remark in feedback(titles=titles, rows=rows).remarks]
    assert remarks[:2] == ["weights of Conv1", "neurons of Conv1"]
    assert "Conv1  72 / dunno   ✗¹" in printed(None, titles=titles, rows=rows)


class Page(HTMLParser):
    """The elements of a page; it must close what it opens, in order."""

    EMPTY = ("meta", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.found = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, *tags):
        return [attributes for tag, attributes in self.found if tag in tags]


@pytest.fixture(scope="module")
def page():
    return Page(written("html", feedback("full")))


def test_a_page_loads_and_runs_nothing(page):
    assert page.all("script", "link", "img", "iframe") == []
    assert {"http-equiv": "Content-Security-Policy"}.items() <= page.all("meta")[2].items()
    assert (
        page.all("meta")[2]["content"]
        == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    assert "url(" not in written("html", feedback())


def test_a_page_states_its_language_and_direction(page):
    assert page.all("html") == [{"lang": "en", "dir": "ltr"}]


def test_every_link_leads_to_a_remark(page):
    targets = {attributes["id"] for attributes in page.all("li") if "id" in attributes}
    links = {attributes["href"].removeprefix("#") for attributes in page.all("a")}
    assert links == {f"remark-{number}" for number in range(1, 7)}
    assert links <= targets


def test_every_mark_says_what_it_means(page):
    cells = [attributes for attributes in page.all("td", "th") if "class" in attributes]
    signs = [attributes for attributes in page.all("span") if attributes.get("role") == "img"]
    assert len(cells) == len(signs) == 27
    assert all(attributes["aria-label"] for attributes in signs)
    of_neurons, of_total = [cell["title"] for cell in cells if cell["class"] == "doubt"]
    assert of_neurons.startswith("Follows from ")
    assert of_neurons.endswith("Right is 1,728.")
    assert of_total == "Follows from weights of Conv1. Right is 27,784."


def test_rows_and_columns_have_headers(page):
    scopes = [attributes.get("scope") for attributes in page.all("th")]
    assert scopes == ["col"] * 7 + ["row"] * 9


def test_a_page_has_colours_for_the_dark_and_a_style_for_paper():
    text = written("html", feedback())
    assert "@media (prefers-color-scheme: dark)" in text
    assert "@media print" in text
