"""What grading systems are handed: their fields one by one, their tests, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from archstat.errors import SheetError
from archstat.formats.special import GRADERS
from archstat.homework.marking.policy import Policy
from tests.documents.feedback.sheets import ROWS, feedback
from tests.documents.feedback.writing import refusal, written

NO_TABLE = SheetError("there is no table", hint="hand in Markdown").within("hw*.md")


def results(format_name, level="hint", **keywords):
    return json.loads(written(format_name, feedback(level, **keywords)))


def all_right():
    """Return the rows of a sheet that says nothing wrong, of a third of the network."""
    return (
        ("Conv1", "32x32x8", "216", "8192", "221,184", "3", ""),
        ("Pool1", "16x16x8", "0", "-", "-", "4", ""),
        ("Conv2", "12x12x12", "2,400", "1728", "345,600", "12", ""),
        ("Pool2", "6x6x12", "0", "-", "-", "14", ""),
        ("Conv3", "6x6x16", "1,728", "576", "62,208", "22", ""),
        ("FC1", "40", "23,040", "40", "23,040", "full", ""),
        ("FC2", "10", "400", "10", "400", "full", ""),
    )


def test_gradescope_has_these_fields():
    document = results("gradescope")
    assert list(document) == ["score", "output", "output_format", "visibility", "tests"]
    assert document["score"] == 14  # 11 cells right, 4 under another convention, 2 that follow
    assert document["output"].startswith("14 of 28 points.\n\n1. **Weights of Conv1.** Perhaps")
    assert document["output_format"] == "md"
    assert document["visibility"] == "visible"
    assert document["tests"][2] == {
        "name": "Pool1",
        "score": 2,
        "max_score": 2,
        "status": "passed",
        "output": "- feature map: 16x16x8 ✓ Right.\n- receptive field: 4 ✓ Right.",
        "output_format": "md",
        "visibility": "visible",
    }


def test_prairielearn_has_these_fields():
    document = results("prairielearn")
    assert list(document) == ["gradable", "score", "message", "tests"]
    assert document["gradable"] is True
    assert document["score"] == pytest.approx(0.5)  # 14 of 28
    assert document["message"] == (
        "14 of 28 points.\n"
        "'MACs' is read as two operations a multiply–accumulate; "
        "to count it as right: --convention flops\n"
        "titles that name nothing known are not marked: 'Why'"
    )
    assert document["tests"][4] == {
        "name": "Pool2",
        "points": 1.0,
        "max_points": 2.0,
        "message": "not right yet",
        "output": "feature map: 6x6x12 ✓ Right.\n"
        "weights: 0 ✓ Right.\n"
        "receptive field: dunno ? Cannot be read. No number or shape can be read. "
        "Write it as in 1,234 or 12×34×56.",
    }


def test_github_classroom_has_these_fields():
    document = results("github-classroom")
    assert list(document) == ["version", "status", "max_score", "tests"]
    assert (document["version"], document["status"], document["max_score"]) == (1, "fail", 28)
    assert document["tests"][2] == {
        "name": "Pool1",
        "status": "pass",
        "score": 2,
        "message": "feature map: 16x16x8 ✓ Right.\nreceptive field: 4 ✓ Right.",
    }


def test_a_right_sheet_passes_everywhere():
    sheet = {"rows": all_right()}
    assert {test["status"] for test in results("gradescope", **sheet)["tests"]} == {"passed"}
    assert results("prairielearn", **sheet)["score"] == 1.0
    assert {test["message"] for test in results("prairielearn", **sheet)["tests"]} == {""}
    assert results("github-classroom", **sheet)["status"] == "pass"


@pytest.mark.parametrize(
    ("granularity", "names"),
    [
        (
            "row",
            ["Input", "Conv1", "Pool1", "Conv2", "Pool2", "FC1", "FC2", "Total", "conv3 (no row)"],
        ),
        ("column", ["Feature map", "# of weights", "# of neurons", "MACs", "Receptive field"]),
    ],
)
def test_a_test_is_a_row_or_a_column(granularity, names):
    for format_name in GRADERS:
        tests = results(format_name, granularity=granularity)["tests"]
        assert [test["name"] for test in tests] == names


def test_a_test_is_a_cell():
    tests = results("gradescope", granularity="cell")["tests"]
    assert len(tests) == 32  # 27 cells with a mark, and 5 of conv3
    assert [test["name"] for test in tests][:3] == [
        "feature map of Input",
        "feature map of Conv1",
        "weights of Conv1",
    ]
    assert tests[-1]["name"] == "receptive field of conv3 (no row)"
    assert tests[-1]["output"] == "- ○ There is no row for this layer."


@pytest.mark.parametrize("granularity", ["row", "column", "cell"])
@pytest.mark.parametrize("out_of", [None, Fraction(7)])
def test_the_points_of_the_tests_are_the_score(granularity, out_of):
    policy = Policy(out_of=out_of)
    for format_name in ("gradescope", "github-classroom"):
        document = results(format_name, granularity=granularity, policy=policy)
        whole = 28 if out_of is None else 7
        assert sum(test["score"] for test in document["tests"]) == pytest.approx(whole * 14 / 28)
    worth = sum(
        test["max_score"]
        for test in results("gradescope", granularity=granularity, policy=policy)["tests"]
    )
    assert worth == pytest.approx(whole)


def test_columns_of_the_same_title_are_told_apart():
    titles = ("Layer", "Feature map", "MACs", "MACs", "", "Receptive field", "Why")
    tests = results("gradescope", granularity="column", titles=titles)["tests"]
    assert [test["name"] for test in tests] == [
        "Feature map",
        "MACs (column 3)",
        "MACs (column 4)",
        "Receptive field",
    ]


def test_rows_of_the_same_name_are_told_apart():
    rows = tuple(
        (row[0].replace("Pool1", "Pool").replace("Pool2", "Pool"), *row[1:]) for row in ROWS
    )
    names = [test["name"] for test in results("gradescope", rows=rows)["tests"]]
    assert names[2:5] == ["Pool (row 3)", "Conv2", "Pool (row 5)"]


def test_a_sheet_that_can_earn_nothing_is_right_or_wrong():
    free = Policy(points=dict.fromkeys(("feature_map", "weights"), Fraction(0)))
    titles = ("Layer", "Feature map", "# of weights")
    rows = [row[:3] for row in all_right()]
    assert results("prairielearn", titles=titles, rows=rows, policy=free)["score"] == 1.0
    rows[0] = ("Conv1", "32x32x8", "72")
    assert results("prairielearn", titles=titles, rows=rows, policy=free)["score"] == 0.0


def test_points_that_do_not_end_are_numbers():
    policy = replace(Policy(), follow_through=Fraction(1, 3))
    tests = results("gradescope", policy=policy)["tests"]
    assert tests[7]["name"] == "Total"
    assert tests[7]["score"] == pytest.approx(0.3333333)


def test_gradescope_is_told_why_a_sheet_cannot_be_marked():
    assert json.loads(refusal("gradescope", NO_TABLE)) == {
        "score": 0,
        "output": "This cannot be marked:\n\n"
        r"- hw\*.md: there is no table (hint: hand in Markdown)",
        "output_format": "md",
        "visibility": "visible",
        "tests": [],
    }


def test_prairielearn_does_not_count_a_sheet_that_cannot_be_marked():
    assert json.loads(refusal("prairielearn", NO_TABLE)) == {
        "gradable": False,
        "format_errors": ["hw*.md: there is no table (hint: hand in Markdown)"],
    }


def test_github_classroom_is_told_why_a_sheet_cannot_be_marked():
    assert json.loads(refusal("github-classroom", NO_TABLE)) == {
        "version": 1,
        "status": "error",
        "max_score": 0,
        "tests": [
            {
                "name": "the sheet can be read",
                "status": "error",
                "score": 0,
                "message": "hw*.md: there is no table (hint: hand in Markdown)",
            }
        ],
    }


def test_every_grader_can_refuse():
    assert all(refusal(name, NO_TABLE) for name in GRADERS)
