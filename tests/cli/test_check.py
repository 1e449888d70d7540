"""`archstat check`: what goes in, which format comes out, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import ALL_FORMATS, ALL_SUFFIXES, assert_refused, invoke, start
from tests.documents.feedback.writing import FORMATS

RIGHT = """\
| Layer | Weights |
|---|---|
| conv1 | 34,848 |
| conv2 | 307,200 |
| conv3 | 884,736 |
| conv4 | 663,552 |
| conv5 | 442,368 |
| fc6 | 37,748,736 |
| fc7 | 16,777,216 |
| fc8 | 4,096,000 |
"""
WRONG = RIGHT.replace("307,200", "614,400")  # the groups of conv2 left out


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with a right sheet, a wrong one, and a file without a table."""
    monkeypatch.chdir(tmp_path)
    Path("right.md").write_text(RIGHT, encoding="utf-8")
    Path("wrong.md").write_text(WRONG, encoding="utf-8")
    Path("prose.md").write_text("I did not do it.\n", encoding="utf-8")
    return tmp_path


def check(file, *options, stdin=None):
    return invoke("check", file, "--against", "paper-alexnet", *options, stdin=stdin)


def test_a_right_sheet_ends_with_0():
    result = check("right.md")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0] == "right.md, line 1, against paper-alexnet"
    assert result.stdout.splitlines()[-1] == "8 of 8 points"


def test_a_wrong_sheet_ends_with_1():
    result = check("wrong.md")
    assert (result.exit_code, result.stderr) == (1, "")
    assert "conv2  614,400    ✗¹" in result.stdout.splitlines()
    assert result.stdout.splitlines()[-1] == "7 of 8 points"


def test_a_sheet_without_a_table_ends_with_2():
    assert_refused(
        check("prose.md"),
        "error: prose.md: holds no table",
        "  hint: a table has two columns and a row, or more",
    )


def test_standard_input_is_a_sheet():
    result = check("-", stdin=WRONG)
    assert result.exit_code == 1
    assert result.stdout.startswith("standard input, line 1, against paper-alexnet\n")


@pytest.mark.parametrize(
    ("suffix", "first_line"),
    [
        (".txt", "wrong.md, line 1, against paper-alexnet"),
        (".md", "**wrong.md, line 1, against paper-alexnet**"),
        (".MD", "**wrong.md, line 1, against paper-alexnet**"),
        (".html", "<!DOCTYPE html>"),
        (".csv", "table,row,layer,column,quantity,text,verdict,points,worth,mistake,answer"),
        (".json", "{"),
    ],
)
def test_the_suffix_of_a_file_decides_its_format(suffix, first_line):
    result = check("wrong.md", "-o", f"feedback{suffix}")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "")
    text = Path(f"feedback{suffix}").read_text(encoding="utf-8")
    assert text.splitlines()[0] == first_line


def test_a_json_file_holds_our_own_contract_unless_a_format_is_stated():
    check("wrong.md", "-o", "ours.json")
    assert json.loads(Path("ours.json").read_text(encoding="utf-8"))["schema"] == 1
    check("wrong.md", "-o", "theirs.json", "--format", "gradescope")
    assert json.loads(Path("theirs.json").read_text(encoding="utf-8"))["score"] == 7


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_can_be_stated(format_name):
    result = check("wrong.md", "--format", format_name)
    assert (result.exit_code, result.stderr) == (1, "")
    assert check("wrong.md", "-f", format_name, "-o", "-").stdout == result.stdout


def test_an_unknown_format_is_refused():
    assert_refused(
        check("right.md", "--format", "bmp"),
        "error: --format: there is no format 'bmp'",
        f"  hint: there are {ALL_FORMATS}, gradescope, prairielearn, github-classroom",
    )


@pytest.mark.parametrize("name", ["feedback.bmp", "feedback", ".md", ""])
def test_a_suffix_that_says_no_format_is_refused(name):
    assert_refused(
        check("right.md", "-o", name),
        f"error: -o {name!r}: the suffix says no format",
        f"  hint: use {ALL_SUFFIXES}, or state one with --format",
    )


@pytest.mark.parametrize("output", ["right.md", "./right.md", "link.md"])
def test_the_sheet_itself_is_not_overwritten(output):
    Path("link.md").symlink_to("right.md")
    assert_refused(
        check("right.md", "-o", output),
        f"error: -o {str(Path(output))!r} would overwrite the sheet itself",
    )
    assert Path("right.md").read_text(encoding="utf-8") == RIGHT


@pytest.mark.parametrize(
    ("level", "score", "cause", "answer"),
    [
        ("none", False, False, False),
        ("score", True, False, False),
        ("hint", True, True, False),
        ("full", True, True, True),
    ],
)
def test_feedback_tells_as_much_as_it_should(level, score, cause, answer):
    text = check("wrong.md", "--feedback", level).stdout
    told = [part in text for part in ("7 of 8 points", "The groups are left out", "307,200")]
    assert told == [score, cause, answer]


def test_feedback_is_a_hint_unless_a_policy_says_otherwise():
    assert check("wrong.md").stdout == check("wrong.md", "--feedback", "hint").stdout
    Path("policy.toml").write_text('feedback = "score"\n', encoding="utf-8")
    stated = check("wrong.md", "--policy", "policy.toml").stdout
    assert stated == check("wrong.md", "--feedback", "score").stdout
    wins = check("wrong.md", "--policy", "policy.toml", "--feedback", "full").stdout
    assert wins == check("wrong.md", "--feedback", "full").stdout


def test_an_unknown_level_is_refused():
    assert_refused(
        check("right.md", "--feedback", "all"),
        "error: --feedback: must be one of none, score, hint, full, got 'all'",
    )


@pytest.mark.parametrize(("granularity", "tests"), [("row", 8), ("column", 1), ("cell", 8)])
def test_a_test_is_as_large_as_asked(granularity, tests):
    result = check("wrong.md", "-f", "gradescope", "--granularity", granularity)
    assert len(json.loads(result.stdout)["tests"]) == tests


def test_a_test_is_a_row_unless_asked():
    asked = check("wrong.md", "-f", "gradescope", "--granularity", "row")
    assert check("wrong.md", "-f", "gradescope").stdout == asked.stdout


def test_granularity_is_for_formats_with_tests():
    assert_refused(
        check("right.md", "--granularity", "cell"),
        "error: --granularity is about tests, and text has none",
        "  hint: use it with --format gradescope, prairielearn, github-classroom",
    )


def test_an_unknown_granularity_is_refused():
    result = check("right.md", "-f", "gradescope", "--granularity", "table")
    assert result.exit_code == 2
    assert "'table' is not one of 'row', 'column', 'cell'" in result.stderr


@pytest.mark.parametrize("name", ["prose.md", "nothing.md"])
def test_grading_systems_are_told_what_cannot_be_marked(name):
    result = check(name, "-f", "prairielearn", "-o", "results.json")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {name}: ")
    document = json.loads(Path("results.json").read_text(encoding="utf-8"))
    assert document["gradable"] is False
    [reason] = document["format_errors"]
    assert reason.startswith(f"{name}: ")


def test_grading_systems_are_told_on_standard_output_too():
    document = json.loads(check("prose.md", "-f", "gradescope").stdout)
    assert document["score"] == 0
    assert "prose.md: holds no table" in document["output"]


def test_grading_systems_are_not_told_what_the_course_got_wrong():
    result = invoke("check", "right.md", "--against", "nope", "-f", "gradescope", "-o", "r.json")
    assert result.stderr.startswith("error: there is no model 'nope'")
    assert result.exit_code == 2
    assert not Path("r.json").exists()


def test_a_table_about_something_else_is_not_marked_and_said_so():
    Path("two.md").write_text(f"| Layer | Weights |\n|-|-|\n| a | 1 |\n\n{WRONG}", encoding="utf-8")
    result = check("two.md")
    note = "note: rather not about this network, and not marked: line 1"
    assert note in result.stdout.splitlines()
    chosen = check("two.md", "--table", "2")
    assert "not about this network" not in chosen.stdout
    assert chosen.stdout.splitlines()[0] == result.stdout.splitlines()[0]


def test_a_file_name_with_what_a_terminal_obeys_is_shown_without():
    Path("a\x1b[31m.md").write_text(WRONG, encoding="utf-8")
    result = check("a\x1b[31m.md", "-f", "markdown")
    assert "\x1b" not in result.stdout
    missing = check("b\x1b[31m.md")
    assert "\x1b" not in missing.stderr


def test_a_pipe_gets_plain_text_as_wide_as_it_is():
    done = start("check", "wrong.md", "--against", "paper-alexnet", COLUMNS="20")
    assert b"\x1b" not in done.stdout
    assert done.stdout.decode() == check("wrong.md").stdout


@pytest.mark.slow
def test_a_sheet_of_another_network_is_asked_about():
    result = invoke("check", "right.md", "--against", "vgg16")
    assert (
        "8 of 8 cells are right for caffenet and paper-alexnet, 2 for the one that is asked for. "
        "To mark against it: archstat check right.md --against caffenet"
    ) in " ".join(result.stdout.split())
    assert result.exit_code == 1


@pytest.mark.slow
def test_the_command_that_is_told_works():
    result = invoke("check", "right.md", "--against", "vgg16")
    words = (
        " ".join(result.stdout.split()).partition("To mark against it: archstat ")[2].split()[:4]
    )
    assert invoke(*words).exit_code == 0


@pytest.mark.slow
def test_nothing_of_it_is_said_where_nothing_is_to_be_told():
    result = invoke("check", "right.md", "--against", "vgg16", "--feedback", "none")
    assert "are right for" not in result.stdout


@pytest.mark.parametrize("nothing", [",", "", " , "])
def test_what_is_asked_is_something(nothing):
    assert_refused(
        check("right.md", "--asked", nothing),
        "error: --asked: names none",
        "  hint: write --asked weights,rf",
    )


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device")
def test_a_policy_without_an_end_is_not_read():
    assert_refused(
        check("right.md", "--policy", "/dev/zero"), "error: /dev/zero: is not an ordinary file"
    )


def test_a_network_of_one_layer_is_marked():
    spec = 'kind = "conv2d", out_channels = 4, kernel_size = 3'
    Path("one.toml").write_text(
        f'input = [3, 8, 8]\nlayers = [ {{ name = "conv1", {spec} }} ]\n', encoding="utf-8"
    )
    Path("one.md").write_text(
        "| Layer | Weights | Output |\n|---|---|---|\n| conv1 | 108 | 6x6x4 |\n", encoding="utf-8"
    )
    result = invoke("check", "one.md", "--against", "one.toml")  # 4·3·3·3 weights
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == "2 of 2 points"


def test_a_row_with_the_name_of_a_class_is_that_layer_even_if_its_value_is_wrong():
    """A map of 16 × 16 has 32 × 32 units when it is doubled."""
    pytest.importorskip("torch")
    Path("net.py").write_text(
        "from torch import nn\n"
        "def Net():\n"
        "    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Upsample(scale_factor=2),\n"
        "                         nn.Conv2d(4, 8, 3, padding=1))\n",
        encoding="utf-8",
    )
    Path("hw.md").write_text(
        "| Layer | Output shape |\n|---|---|\n"
        "| Conv2d | 16x16x4 |\n| Upsample | 16x16x4 |\n| Conv2d | 32x32x8 |\n",
        encoding="utf-8",
    )
    result = invoke("check", "hw.md", "--against", "net.py:Net", "--input", "3x16x16")
    assert "Upsample  16x16x4 ✗¹" in result.stdout.splitlines()
    assert "no layer" not in result.stdout
