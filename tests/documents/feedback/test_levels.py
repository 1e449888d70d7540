"""Each format tells as much as its level allows, and no right number below full."""

from __future__ import annotations

import csv
import json

import pytest

from archstat.documents.homework.words import answer
from archstat.formats.special import GRADERS
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import truth_of
from archstat.homework.marking.feedback import Feedback
from archstat.homework.marking.marking import mark
from archstat.homework.marking.policy import Policy
from archstat.homework.mistakes import MISTAKES
from archstat.homework.reading.table import FoundTable
from archstat.homework.sheet.columns import columns_of
from archstat.homework.sheet.sheet import sheet_of
from archstat.models.spec.resolve import Variant, resolve
from archstat.report.report import report_on
from tests.documents.feedback.sheets import ROWS, feedback
from tests.documents.feedback.writing import FORMATS, written

ANSWERS = ("216", "12×12×12", "12x12x12", "[12, 12, 12]", "1,728", "1728", "27,784", "27784")
"""What is right in wrong cells of the sheet, and stands nowhere else in it."""

LEVELS = ("none", "score", "hint", "full")


def printed(format_name, level, **keywords):
    return written(format_name, feedback(level, **keywords))


def without_style(text):
    return text.partition("<style>")[0] + text.rpartition("</style>")[2]


@pytest.mark.parametrize("level", ["none", "score", "hint"])
@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("granularity", ["row", "column", "cell"])
def test_no_right_number_is_told_below_full(format_name, level, granularity):
    text = without_style(printed(format_name, level, granularity=granularity))
    assert [number for number in ANSWERS if number in text] == []


@pytest.mark.parametrize("format_name", FORMATS)
def test_right_numbers_are_told_at_full(format_name):
    text = without_style(printed(format_name, "full"))
    assert "216" in text
    assert any(number in text for number in ("27,784", "27784"))


@pytest.mark.parametrize("format_name", FORMATS)
def test_mistakes_are_named_from_hint_on(format_name):
    told = {
        level: "depth-left-out" in text or "channels are left out" in text
        for level in LEVELS
        for text in [printed(format_name, level)]
    }
    assert told == {"none": False, "score": False, "hint": True, "full": True}


@pytest.mark.parametrize("format_name", sorted(set(FORMATS) - set(GRADERS)))
def test_nothing_is_told_at_none(format_name):
    right_rows = tuple(row if row[0] != "Conv1" else (*row[:2], "216", *row[3:]) for row in ROWS)
    assert printed(format_name, "none") == printed(format_name, "none", rows=right_rows)


@pytest.mark.parametrize("format_name", ["text", "markdown", "html"])
def test_the_score_is_told_from_score_on(format_name):
    told = {level: "14 of 28 points" in printed(format_name, level) for level in LEVELS}
    assert told == {"none": False, "score": True, "hint": True, "full": True}


def test_csv_has_one_line_at_score():
    [line] = csv.DictReader(printed("csv", "score").splitlines())
    assert {key: value for key, value in line.items() if value} == {"points": "14", "worth": "28"}


def test_json_says_null_for_what_is_withheld():
    document = json.loads(printed("json", "score"))
    told = {key for key, value in document.items() if value is not None}
    assert told == {
        *("schema", "file", "table", "tables", "model", "feedback"),
        *("points", "out_of", "right", "notes", "columns", "unrecognised"),
    }


def test_gradescope_hides_everything_at_none():
    assert json.loads(printed("gradescope", "none")) == {
        "score": 14,
        "output": "",
        "output_format": "md",
        "visibility": "hidden",
        "tests": [],
    }


def test_gradescope_tells_points_alone_at_score():
    document = json.loads(printed("gradescope", "score"))
    assert document["output"].startswith("14 of 28 points.\n\n- note:")
    assert (document["visibility"], document["tests"]) == ("visible", [])


def test_prairielearn_gets_a_score_alone_at_none():
    assert json.loads(printed("prairielearn", "none")) == {
        "gradable": True,
        "score": 0.5,
        "message": "",
        "tests": [],
    }


def test_github_classroom_gets_one_test_below_hint():
    document = json.loads(printed("github-classroom", "score"))
    assert document["tests"] == [
        {"name": "ada.md", "status": "fail", "score": 14, "message": "14 of 28 points"}
    ]
    [test] = json.loads(printed("github-classroom", "none"))["tests"]
    assert test["message"] == "not right yet"


ASKED = ("feature_map", "weights", "params", "neurons", "macs", "receptive_field")


@pytest.fixture(scope="module")
def alexnet():
    graph = resolve("paper-alexnet", Variant())
    return truth_of(graph, report_on(graph))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.key)
def test_no_hint_on_any_mistake_tells_a_right_number(alexnet, mistake):
    wrong = mistake.account(alexnet)
    rows = tuple(
        (name, *(answer(wrong.get(name, {}).get(key, answers[key])) for key in ASKED))
        for name, answers in alexnet.account.items()
        if answers["params"] or "pool" in name
    )
    titles = ("Layer", *(QUANTITIES[key].title for key in ASKED))
    table = FoundTable("line 1", titles, rows)
    marked = mark([sheet_of(table, columns_of(table))], alexnet, Policy())
    said = " ".join(f"{r.words} {r.hint}" for r in Feedback(marked, "sheet", "hint").remarks)
    right = {answer(one.answer) for one in marked.marks if not one.verdict.is_right}
    assert [number for number in right if len(number) > 2 and number in said] == []
