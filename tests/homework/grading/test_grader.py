"""Grading one submission: which of its tables counts, and what is said where none can."""

from __future__ import annotations

import pickle
from dataclasses import replace
from fractions import Fraction

import pytest

from archstat.homework.grading.grader import Grader
from archstat.homework.grading.outcome import Fault, Slip, Status
from archstat.homework.marking.policy import Policy
from tests.cli.running import environment
from tests.homework.grading.places import archive
from tests.homework.networks import truth

GRADER = Grader(truth("paper-alexnet"), Policy())

# 96·3·11·11 = 34,848, 2·128·48·5·5 = 307,200 with two groups, 384·256·3·3 = 884,736
SHEET = b"""\
| Layer | Weights |
|-------|---------|
| conv1 | 34,848  |
| conv2 | 307,200 |
| conv3 | 884,736 |
"""
WRONG = SHEET.replace(b"307,200", b"614,400").replace(b"884,736", b"884,763")


def outcome(*files, **changes):
    return replace(GRADER, **changes)(files)


def test_a_sheet_is_marked_and_what_is_wrong_is_kept():
    found = outcome(("hw.md", WRONG))
    assert (found.status, found.file, found.table) == (Status.OK, "hw.md", "line 1")
    # conv4, conv5, fc6, fc7 and fc8 have weights, too, and no row; 884,763 is 884,736, swapped
    assert (found.points, found.out_of) == (Fraction(1), Fraction(8))
    assert found.faults == (
        Fault("conv2", "weights", "wrong", "614400", "groups-left-out"),
        Fault("conv3", "weights", "wrong", "884763", "digit"),
        *(Fault(layer, "weights", "missing") for layer in ("conv4", "conv5", "fc6", "fc7", "fc8")),
    )
    assert {slip.key: slip.cells for slip in found.slips} == {
        "groups-left-out": 1,
        "digit": 1,
        "missing-rows": 5,
    }


def test_empty_and_unreadable_cells_and_odd_rows_are_counted():
    sheet = SHEET.replace(b"307,200", b"").replace(b"884,736", b"many") + b"| Lunch | 3 |\n"
    found = outcome(("hw.md", sheet))
    told = {slip.key: slip for slip in found.slips}
    assert told["missing"] == Slip("missing", "a cell is empty", 1)
    assert told["unreadable"] == Slip("unreadable", "a cell cannot be read", 1)
    assert told["extra-rows"] == Slip("extra-rows", "a row is no layer of the network", 1)
    assert Fault("conv3", "weights", "unreadable", "many") in found.faults


def test_of_several_files_the_one_with_a_table_of_layers_counts():
    other = b"| Layer | Weights |\n|---|---|\n| lunch | 1 |\n"
    found = outcome(("a.md", other), ("b.csv", b"layer,weights\nconv1,34848\nconv2,307200\n"))
    assert (found.file, found.message) == ("b.csv", "b.csv is marked")


def test_of_several_sheets_the_later_one_counts_and_is_named():
    first, second = (b"layer,weights\nconv1,%d\nconv2,307200\n" % one for one in (1, 34848))
    found = outcome(("hw.csv", first), ("hw-1.csv", second))
    assert found.points == 2
    assert found.message == "2 files are marked as one; where they differ, hw-1.csv counts"


def test_what_is_in_an_archive_counts(tmp_path):
    better = SHEET + b"| conv4 | 663,552 |\n"  # in a file that a Mac has added
    members = {"__MACOSX/._hw.md": better, "in/hw.md": SHEET, "in/a.txt": ""}
    path = archive(tmp_path / "hw.zip", members)
    found = outcome(("hw.zip", path.read_bytes()))
    assert (found.status, found.file) == (Status.OK, "hw.zip/in/hw.md")


def test_a_bomb_in_an_archive_does_not_hide_the_sheet(tmp_path):
    path = archive(tmp_path / "hw.zip", {"a.md": bytes(80 << 20), "b.md": SHEET})
    found = outcome(("hw.zip", path.read_bytes()))
    assert (found.status, found.file) == (Status.OK, "hw.zip/b.md")


def test_the_same_content_under_another_name_is_known_to_be_the_same():
    first, second = outcome(("a.md", SHEET)), outcome(("b.md", SHEET))
    assert first.content == second.content != outcome(("a.md", WRONG)).content


@pytest.mark.parametrize(
    ("files", "status", "message"),
    [
        pytest.param([("a.txt", b"hello")], Status.NO_TABLE, "a.txt: holds no table", id="text"),
        pytest.param([("a.txt", b"")], Status.NO_TABLE, "a.txt: is empty", id="empty"),
        pytest.param(
            [("a.md", b"|a|b|\n|-|-|\n|1|2|\n")],
            Status.NO_TABLE,
            "no table has a column that can be marked: a | b",
            id="another table",
        ),
        pytest.param(
            [("a.rtf", b"{\\rtf1")],
            Status.UNREADABLE,
            "a.rtf: is an RTF document, which cannot be read",
            id="RTF",
        ),
        pytest.param(
            [("a.rtf", b"{\\rtf1"), ("b.txt", b"hello")],
            Status.NO_TABLE,
            "a.rtf: is an RTF document, which cannot be read; b.txt: holds no table",
            id="both",
        ),
        pytest.param(
            [("a.zip", b"PK\x03\x04")],
            Status.UNREADABLE,
            "a.zip: is a damaged archive: File is not a zip file",
            id="damaged archive",
        ),
        pytest.param(
            [("a.md", "is a link, which is not followed")],
            Status.UNREADABLE,
            "a.md: is a link, which is not followed",
            id="not read at all",
        ),
        pytest.param(
            [("net.py", b"print()")],
            Status.UNREADABLE,
            "net.py: is Python, which is run only if that is asked for",
            id="Python",
        ),
        pytest.param(
            [(f"{name}.gif", b"GIF89a") for name in "abcde"],
            Status.UNREADABLE,
            "a.gif: is a picture, in which no table can be read; "
            "b.gif: is a picture, in which no table can be read; "
            "c.gif: is a picture, in which no table can be read; and 2 more files",
            id="many",
        ),
        pytest.param([], Status.UNREADABLE, "", id="nothing"),
    ],
)
def test_what_cannot_be_marked_is_told(files, status, message):
    found = outcome(*files)
    assert (found.status, found.message) == (status, message)


def test_a_message_has_a_limit():
    found = outcome((f"{'a' * 1000}.txt", b"hello"))
    assert len(found.message) == 300


def test_columns_are_chosen_where_a_sheet_has_them():
    chosen = SHEET.replace(b"Weights", b"Zahlen")
    choice = {"Zahlen": "weights"}
    assert outcome(("a.md", SHEET), columns={"Weights": "neurons"}).points == 0
    assert outcome(("a.md", chosen), columns=choice).points == Fraction(3)
    assert outcome(("a.md", SHEET), columns=choice).points == Fraction(3)


def test_feedback_is_rendered_at_the_level_of_the_policy():
    def render(feedback):
        return f"{feedback.name} {feedback.level}"

    found = outcome(("a.md", SHEET), policy=Policy(feedback="full"), render=render)
    assert found.feedback == "a.md full"
    assert outcome(("a.md", SHEET)).feedback == ""


def test_a_grader_travels_to_other_processes():
    there = pickle.loads(pickle.dumps(GRADER))  # noqa: S301  our own
    assert there.digest == GRADER.digest
    assert there((("a.md", WRONG),)) == outcome(("a.md", WRONG))


@pytest.mark.slow
def test_a_grader_of_a_traced_model_travels_without_torch():
    import subprocess
    import sys

    pytest.importorskip("torch")
    from archstat.homework.answers.truth import truth_of
    from archstat.models.argument import find_model
    from archstat.models.question import Question
    from archstat.report.report import report_on

    graph = find_model("torchvision/alexnet").graph(Question()).graph
    grader = Grader(truth_of(graph, report_on(graph)), Policy())
    script = (
        "import pickle, sys; grader = pickle.load(sys.stdin.buffer); "
        "print(grader.digest, 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps(grader),
        env=environment(),
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().split() == [grader.digest, "False"]


@pytest.mark.parametrize(
    "other",
    [
        replace(GRADER, policy=Policy(feedback="full")),
        replace(GRADER, columns={"a": "weights"}),
        replace(GRADER, render=str),
        replace(GRADER, truth=truth("paper-alexnet", input=(3, 231, 231))),
        replace(GRADER, truth=truth("caffenet")),
    ],
)
def test_another_question_has_another_digest(other):
    assert other.digest != GRADER.digest
