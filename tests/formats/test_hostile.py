"""A document whose every text tries to be something else, in every format."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from archstat.documents.cells import Look, Number, Sign, Signed
from archstat.documents.document import (
    Column,
    Document,
    Legend,
    Line,
    Listing,
    Notes,
    Remarks,
    Saying,
    Sentences,
    Table,
)
from archstat.formats import format_named, format_names, text_in

TEXTS = sorted(set(format_names()) - {"xlsx", "pdf", "parquet"})
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
EVIL = (
    '=1+1 | <script>x</script> \\end{tabular} #strong[b] "q" `c` **s** [l](u) $m$ & % _ ~ ^ { } // '
    "c \x1b[31m\u202e\r\n| d"
)
SAFE = " ".join("".join(c if c.isprintable() else " " for c in EVIL).split())


def hostile(text):
    mark = Sign("✗", "wrong", text, Look.BAD)
    columns = (
        Column("name", text, is_text=True, footnote=text),
        Column("cell", "cell", unit=text, group=text),
    )
    table = Table(
        columns,
        (
            Line((text, Number(-1.5))),
            Line((Signed(text, mark, 1, text), mark)),
            Line((text,), rest=text),
        ),
        (Line((text, 3)),),
        title=text,
        note=text,
    )
    return Document(
        "test",
        text,
        about=(text, text),
        parts=(
            table,
            Legend(((mark, text),)),
            Sentences((text, text)),
            Sentences((text,), is_list=True),
            Notes((text,)),
            Remarks((Saying(text, (text,)),)),
            Listing(text, "toml"),
        ),
        conclusion=text,
    )


class Page(HTMLParser):
    """The tags of a page, and the text between them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.said = set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert all(name in {"class", "id", "title", "href", "style"} or "on" not in name[:2]
                   for name, _ in attrs)  # fmt: skip

    def handle_data(self, data):
        self.said += data


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_that_a_terminal_obeys_or_that_turns_a_text_is_written(name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert OBEYED.findall(text_in(name, hostile(EVIL))) == []


def test_a_page_shows_markup_as_it_is():
    page = Page(text_in("html", hostile(EVIL)))
    assert "script" not in page.tags
    assert page.said.count("<script>x</script>") >= 12


def test_markdown_shows_markup_as_it_is():
    page = Page(MarkdownIt().enable("table").render(text_in("markdown", hostile(EVIL))))
    assert not {"script", "a", "em"} & page.tags
    assert page.said.count("<script>x</script>") >= 12
    text = text_in("markdown", hostile(EVIL)).partition("```")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_no_cell_is_a_formula(name, delimiter):
    rows = list(csv.reader(text_in(name, hostile(EVIL)).splitlines(), delimiter=delimiter))
    assert {len(row) for row in rows} == {2}
    assert [row[0][:2] for row in rows[1:]] == ["'="] * 3
    assert rows[1][1] == "-1.5"  # a number is one


def test_no_title_of_a_sheet_to_hand_out_is_a_formula():
    lines = text_in("csv", replace(hostile(EVIL), is_handed_out=True)).splitlines()
    assert [line[:3] for line in lines[:3]] == ["\"'="] * 3


def test_json_is_json():
    data = json.loads(text_in("json", hostile(EVIL)))
    assert data["records"][0]["cell"] == -1.5
    assert OBEYED.findall(" ".join(data["notes"])) == []


def test_latex_has_no_command_from_outside():
    text = text_in("latex", hostile(EVIL)).partition(r"\begin{verbatim}")[0]
    assert text.count(r"\end{tabular}") == text.count(r"\begin{tabular}") == 1
    body = text.partition(r"\toprule")[2].partition(r"\bottomrule")[0]
    rows = [line for line in body.splitlines() if line.endswith(r" \\")]
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {1}
    assert r"\textbackslash{}end\{tabular\}" in text


def test_typst_has_no_code_from_outside():
    text = text_in("typst", hostile(EVIL))
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    assert "strong[b]" not in outside
    assert "//" not in outside
    assert outside.count("(") == outside.count(")")


def test_typst_compiles():
    typst = pytest.importorskip("typst")
    pages = typst.compile(text_in("typst", hostile(EVIL)).encode(), format="svg")
    assert pages


def test_pages_show_texts_as_they_are():
    pytest.importorskip("typst")
    pdfium = pytest.importorskip("pypdfium2")
    with pdfium.PdfDocument(format_named("pdf").write(hostile(EVIL))) as pages:
        said = " ".join(page.get_textpage().get_text_range() for page in pages)
    assert said.count("#strong[b]") >= 12
    assert OBEYED.findall(said.replace("\r", "")) == []


def test_a_workbook_is_written():
    pytest.importorskip("xlsxwriter")
    assert format_named("xlsx").write(hostile(EVIL)).startswith(b"PK")
