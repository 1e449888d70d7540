"""The table on a terminal: as plain as the text, but for colours where they are wanted."""

from __future__ import annotations

import pytest

from archstat.documents.report import report_document
from archstat.documents.view import View
from archstat.models.spec.resolve import resolve
from archstat.report.report import report_on
from tests.formats.writing import on_console, texts
from tests.renderers.networks import network


def shown(report, width=80, **keywords):
    """Return what a terminal is sent."""
    return on_console(report_document(report, View()), width, **keywords)


def test_a_terminal_gets_bold_and_dim_lines():
    text = shown(report_on(resolve("lenet5")))
    assert text.startswith("\x1b[1mlenet5")
    assert "\x1b[2mtanh1" in text
    assert "\nC1 " in text  # a layer with weights is neither


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colours_where_they_are_not_wanted(environment):
    assert "\x1b" not in shown(report_on(resolve("lenet5")), **environment)


def test_no_colours_where_there_is_no_terminal():
    assert "\x1b" not in shown(report_on(resolve("lenet5")), terminal=False)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_text_is_that_of_the_table(width):
    report = report_on(resolve("paper-alexnet"))
    expected = "".join(f"{text}\n" for text in texts(report, width=width))
    assert shown(report, width, NO_COLOR="1") == expected


def test_square_brackets_are_no_markup():
    report = report_on(network(("r", "relu", {}), title="[red]not red[/red] :smile:"))
    assert shown(report, NO_COLOR="1").startswith("net: [red]not red[/red] :smile:\n")
