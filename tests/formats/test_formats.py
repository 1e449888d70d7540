"""Markdown, CSV, TSV and JSON."""

from __future__ import annotations

import csv
import json

import pytest

from archstat.documents.view import View
from archstat.formats import format_named, format_names
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import resolve
from archstat.report.columns import COLUMNS, choose_columns
from archstat.report.report import report_on
from tests.formats.writing import written as printed
from tests.renderers.networks import network

ALL = View(choose_columns(list(COLUMNS)))


def hostile():
    return report_on(
        network(
            ("fc_1", "relu", {}),
            ("fc_2", "relu", {}),
            name="a|b",
            title="<script> *bold* `code` \\ [link](x) ![image](y) $z$ ~~no~~ &lt;",
            notes=["# no heading | no cell"],
        )
    )


def test_every_format_has_a_suffix_of_its_own():
    assert {name: format_named(name).suffix for name in format_names()} == {
        "csv": ".csv",
        "html": ".html",
        "json": ".json",
        "latex": ".tex",
        "markdown": ".md",
        "parquet": ".parquet",
        "pdf": ".pdf",
        "terminal": "",
        "text": ".txt",
        "tsv": ".tsv",
        "typst": ".typ",
        "xlsx": ".xlsx",
    }


def test_markdown_shows_titles_and_names_as_they_are():
    head, *_, note = printed("markdown", hostile()).splitlines()
    assert head == (
        r"**a\|b: \<script\> \*bold\* \`code\` \\ \[link\](x) !\[image\](y) \$z\$ \~\~no\~\~ "
        r"\&lt;**"
    )
    assert note == r"- \# no heading \| no cell"
    assert r"| fc\_1 | ReLU |" in printed("markdown", hostile())


@pytest.mark.parametrize("name", catalogue())
def test_every_line_of_a_markdown_table_has_all_its_cells(name):
    text = printed("markdown", report_on(resolve(name)), ALL)
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in table} == {len(COLUMNS) + 1}
    assert len(table) == 2 + len(report_on(resolve(name)).layers) + 1


@pytest.mark.parametrize(("format_name", "delimiter"), [("csv", ","), ("tsv", "\t")])
@pytest.mark.parametrize("name", catalogue())
def test_every_line_of_csv_has_all_its_cells(name, format_name, delimiter):
    report = report_on(resolve(name))
    text = printed(format_name, report, ALL)
    head, *rows = csv.reader(text.splitlines(), delimiter=delimiter)
    assert len(rows) == len(report.layers)
    assert {len(row) for row in rows} == {len(head)}
    assert text.isascii()
    assert "\r" not in text
    at = head.index("macs")
    assert sum(int(row[at]) for row in rows) == report.totals.macs


def test_csv_has_one_value_a_cell():
    view = View(choose_columns(["filters_and_size", "stride_and_padding", "stride"]))
    head, *_ = printed("csv", report_on(resolve("lenet5")), view).splitlines()
    assert head == "filters,filter_size,groups,stride,padding"  # and stride only once


@pytest.mark.parametrize("name", catalogue())
def test_json_is_the_report(name):
    report = report_on(resolve(name), batch_size=2)
    document = json.loads(printed("json", report))
    assert document == report.to_dict()
    assert list(document) == list(report.to_dict())


def test_json_has_a_line_for_each_layer():
    report = report_on(resolve("lenet5"))
    lines = printed("json", report).splitlines()
    assert sum(line.startswith('    {"name": ') for line in lines) == len(report.layers) == 12


def test_json_keeps_letters_and_escapes_control_characters():
    document = printed("json", report_on(network(("합", "relu", {}), name="a\x1b")))
    assert '"name": "합"' in document
    assert '"model": "a\\u001b"' in document
