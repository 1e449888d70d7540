"""`archstat grade`: a class in, a row for each submission out, whatever was handed in."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from zipfile import ZipFile

import pytest

from archstat import files
from tests.cli.running import assert_refused, environment, invoke
from tests.homework.grading.places import archive, folder, graded_in

# 6·5·5·1 = 150 and 16·5·5·6 = 2,400; 400·120, 120·84, 84·10
RIGHT = """\
| Layer | Weights |
|-------|---------|
| C1    | 150     |
| C3    | 2,400   |
| F5    | 48,000  |
| F6    | 10,080  |
| out   | 840     |
"""
SLIPPED = RIGHT.replace("48,000", "48,001")


def sheets(root, **contents):
    """Write sheets, each named after its student, and return their folder."""
    for name, text in contents.items():
        folder(root, f"{name}.md", content=text.encode())
    return root


def grade(root, *words):
    return invoke("grade", root, "--against", "lenet5", "-o", root.parent / "out", *words)


def rows(root, name="class.csv"):
    """Return the rows of a CSV file among the results."""
    with (root.parent / "out" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def written(root):
    """Return all results by name, but for the ledger."""
    output = root.parent / "out"
    left = {".sqlite", ".zip", ".html"}
    files = (path for path in output.rglob("*") if path.is_file() and path.suffix not in left)
    return {str(path.relative_to(output)): path.read_bytes() for path in files}


def test_every_submission_has_a_row_whatever_it_is(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT, bob=SLIPPED, carol="hello", dave="%PDF-1.7")
    result = grade(root)
    assert (result.exit_code, result.stderr) == (0, "")
    found = [(row["student"], row["status"], row["points"], row["out_of"]) for row in rows(root)]
    assert found == [
        ("alice", "ok", "5", "5"),
        ("bob", "ok", "4", "5"),
        ("carol", "no_table", "", ""),
        ("dave", "unreadable", "", ""),
    ]
    assert result.stdout.startswith(
        "4 submissions against lenet5: 2 graded, 1 without a table, 1 unreadable\n"
    )
    assert "1 of 2  one digit is wrong" in result.stdout


def test_every_student_is_told_something(tmp_path):
    root = sheets(tmp_path / "in", bob=SLIPPED, carol="hello")
    grade(root)
    told = written(root)
    assert sorted(told) == ["class.csv", "feedback/bob.md", "feedback/carol.md", "report.md"]
    assert b"48,001" in told["feedback/bob.md"]
    assert b"48,000" not in told["feedback/bob.md"]  # a hint, and not the answer
    assert told["feedback/carol.md"].startswith(
        b"**lenet5: not marked**\n\nHanded in: carol.md.\n\n"
    )
    assert b"\n\nThere is no table in it with a column that is" in told["feedback/carol.md"]


@pytest.mark.slow
def test_a_zip_file_and_its_folder_give_the_same_rows(tmp_path):
    path = archive(tmp_path / "in.zip", {"hw1/alice.md": RIGHT, "hw1/bob.md": SLIPPED})
    grade(path)
    first = rows(path)
    grade(sheets(tmp_path / "hw1", alice=RIGHT, bob=SLIPPED))
    assert rows(path) == first


@pytest.mark.slow
def test_one_worker_and_two_write_the_same_bytes(tmp_path):
    contents = {f"s{number}": RIGHT.replace("150", f"{number}50") for number in range(6)}
    root = sheets(tmp_path / "in", **contents, junk="%PDF", text="hello")
    grade(root, "--workers", "1")
    one = written(root)
    (root.parent / "out").rename(tmp_path / "one")
    grade(root, "--workers", "2")
    assert written(root) == one


@pytest.mark.slow
def test_what_was_graded_is_not_graded_again(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT, bob=SLIPPED)
    first = grade(root)
    before = graded_in(tmp_path / "out" / "ledger.sqlite")
    (tmp_path / "out" / "feedback" / "bob.md").unlink()
    again = grade(root)
    assert again.stdout == first.stdout
    assert graded_in(tmp_path / "out" / "ledger.sqlite") == before
    assert (tmp_path / "out" / "feedback" / "bob.md").exists()


@pytest.mark.slow
def test_another_level_of_feedback_leaves_nothing_of_the_one_before(tmp_path):
    root = sheets(tmp_path / "in", bob=SLIPPED)
    grade(root, "--feedback", "full")
    assert b"48,000" in written(root)["feedback/bob.md"]
    grade(root, "--feedback", "none")
    assert sorted(written(root)) == ["class.csv", "report.md"]
    grade(root, "--feedback", "score")
    assert b"4 of 5" in written(root)["feedback/bob.md"]
    assert b"48,001" not in written(root)["feedback/bob.md"]


@pytest.mark.slow
def test_feedback_of_a_submission_that_is_gone_goes_too(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT, bob=SLIPPED)
    grade(root)
    (root / "bob.md").unlink()
    grade(root)
    assert sorted(written(root)) == ["class.csv", "feedback/alice.md", "report.md"]


def test_a_policy_and_columns_are_those_of_check(tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text("out_of = 20\ndiagnosed = 0.5\n")
    root = sheets(tmp_path / "in", bob=SLIPPED.replace("Weights", "Zahl"), eve=SLIPPED)
    result = grade(root, "--policy", policy, "--column", "Zahl=weights")
    assert result.exit_code == 0
    # four of five right and half of the fifth, of 20: 18
    assert [(row["points"], row["out_of"]) for row in rows(root)] == [("18", "20")] * 2


def test_the_roster_joins_names_and_gives_canvas_its_grades(tmp_path):
    roster = tmp_path / "in" / "roster.csv"
    root = sheets(tmp_path / "in", doejane_LATE_12_4001_hw=RIGHT, kim_13_4002_hw=SLIPPED)
    roster.write_text(
        'Student,ID,SIS User ID,SIS Login ID,Section\n"Doe, Jane",12,s1,jd,A\nKim,13,s2,ck,A\n'
        "Zoe,14,s3,zz,A\n"
    )
    result = grade(root, "--roster", roster, "--assignment", "Homework 3 (4711)")
    found = [(row["student"], row["id"], row["late"], row["percent"]) for row in rows(root)]
    assert found == [("Doe, Jane", "s1", "yes", "100.0"), ("Kim", "s2", "", "80.0")]
    grades = [row["Homework 3 (4711)"] for row in rows(root, "canvas.csv")]
    assert grades == ["100", "100", "80", ""]
    assert "Nothing handed in\n  Zoe  s3\n" in result.stdout


def test_results_within_the_folder_are_no_submissions(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT)
    words = ("grade", root, "--against", "lenet5", "-o", root / "results")
    invoke(*words)
    assert invoke(*words).stdout.startswith("1 submission against lenet5: 1 graded\n")


@pytest.mark.slow
def test_names_are_never_echoed_as_they_are(tmp_path):
    path = archive(tmp_path / "in.zip", {"\x1b[31m=1+1\u202e.md": RIGHT, "../../up.md": "x"})
    result = grade(path)
    assert "\x1b" not in result.stdout + result.stderr
    assert [row["student"] for row in rows(path)] == ["'=1+1", "up"]
    for name, content in written(path).items():
        assert "\x1b" not in name
        assert b"\x1b" not in content
    assert not (tmp_path.parent / "up.md").exists()


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["none"], ["error: there is no folder 'none'"]),
        (["empty"], ["error: there is no submission in 'empty'"]),
        (
            ["in/alice.md"],
            [
                "error: 'in/alice.md' is neither a folder nor a zip file",
                "  hint: archstat check marks a single file",
            ],
        ),
        (
            ["in", "--timeout", "0"],
            ["error: --timeout: must be more than 0 and at most 1,000,000 seconds, got 0"],
        ),
        (["in", "--memory", "1"], ["error: --memory: must be at least 64 MiB, got 1"]),
        (["in", "--workers", "0"], ["error: --workers: must be from 1 to 256, got 0"]),
        (
            ["in", "--roster", "no.csv"],
            ["error: 'no.csv': cannot be read: No such file or directory"],
        ),
        (["in", "-o", "taken"], ["error: 'taken/feedback' cannot be made: Not a directory"]),
        (
            ["in", "--against", "alexnett"],
            ["error: there is no model 'alexnett'"],
        ),
    ],
)
def test_a_question_that_cannot_be_answered_is_told(tmp_path, monkeypatch, words, lines):
    monkeypatch.chdir(tmp_path)
    sheets(tmp_path / "in", alice=RIGHT)
    (tmp_path / "empty").mkdir()
    (tmp_path / "taken").touch()
    against = [] if "--against" in words else ["--against", "lenet5"]
    result = invoke("grade", *words, *against)
    assert result.stderr.splitlines()[: len(lines)] == lines
    assert (result.stdout, result.exit_code) == ("", 2)
    assert not (tmp_path / "results").exists()


def test_python_is_not_run_unless_that_is_asked_for(tmp_path):
    root = folder(tmp_path / "in", "eve.py", content=b"open('/tmp/pwned', 'w')")
    grade(root)
    (row,) = rows(root)
    assert (row["status"], row["message"]) == (
        "unreadable",
        "eve.py: is Python, which is run only if that is asked for",
    )


NET = b"""\
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
        )
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="not on this system")
def test_a_network_that_was_handed_in_is_marked_layer_by_layer(tmp_path):
    pytest.importorskip("torch")
    root = folder(tmp_path / "in", "alice.py", content=NET)
    folder(root, "bob.py", content=NET.replace(b"16, 5", b"12, 5").replace(b"400", b"300"))
    result = grade(root, "--run-submitted-code", "--timeout", "60")
    assert result.exit_code == 0
    alice, bob = rows(root)
    assert (alice["status"], alice["percent"], alice["mistakes"]) == ("ok", "100.0", "")
    assert alice["message"].startswith("its code was run")
    feedback = written(root)["feedback/bob.md"].decode()
    assert bob["status"] == "ok"
    assert "12 ✗" in feedback
    assert "1800 ✗" in feedback or "1800 →" in feedback  # 12·5·5·6, instead of 2,400


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="not on this system")
def test_a_network_in_a_notebook_is_marked_as_well(tmp_path):
    pytest.importorskip("torch")
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    notebook = {
        "cells": [{**cell, "source": NET.decode().splitlines(keepends=True)}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    root = folder(tmp_path / "in", "alice.ipynb", content=json.dumps(notebook).encode())
    result = grade(root, "--run-submitted-code", "--timeout", "60")
    assert result.exit_code == 0
    [alice] = rows(root)
    assert (alice["status"], alice["percent"]) == ("ok", "100.0")
    assert alice["message"].startswith("its code was run")


# who is started in the background of a shell ignores Ctrl-C, unless told otherwise
HEARING = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from archstat.__main__ import main; main()"
)


def start(*words, **more):
    command = [sys.executable, "-c", HEARING, "grade", *map(str, words)]
    return subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more
    )


def until(path, files):
    """Wait until a folder has so many files."""
    end = time.monotonic() + 60
    while not path.exists() or len(list(path.iterdir())) < files:
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system stops otherwise")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGKILL", -9)])
def test_a_run_that_is_stopped_goes_on(tmp_path, name, code):
    contents = {f"s{number:02}": RIGHT.replace("150", f"{number}50") for number in range(40)}
    root, output = sheets(tmp_path / "in", **contents), tmp_path / "out"
    process = start(root, "--against", "lenet5", "-o", output, "--workers", 2)
    until(output / "feedback", 5)
    process.send_signal(getattr(signal, name))
    stdout, stderr = process.communicate()
    assert (process.returncode, stdout) == (code, b"")
    if name == "SIGINT":
        done = len(graded_in(output / "ledger.sqlite"))
        assert stderr.decode() == (
            f"stopped: {done} of 40 are graded; the same command goes on from here\n"
        )
    grade(root)
    resumed = written(root)
    assert len(rows(root)) == 40
    assert len(graded_in(output / "ledger.sqlite")) == 40
    output.rename(tmp_path / "resumed")
    grade(root)
    assert written(root) == resumed


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no terminals")
def test_a_terminal_is_shown_how_far_it_is(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT)
    ours, theirs = os.openpty()
    words = [sys.executable, "-m", "archstat", "grade", root, "--against", "lenet5"]
    done = subprocess.run(
        [*map(str, words), "-o", str(tmp_path / "out")],
        env=environment(TERM="xterm"),
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=False,
    )
    os.close(theirs)
    shown = os.read(ours, 1 << 16)
    os.close(ours)
    assert done.returncode == 0
    assert b"1/1" in shown
    assert b"\x1b" not in done.stdout


def test_results_do_not_go_among_the_submissions(tmp_path):
    root = sheets(tmp_path / "in", ann=RIGHT)
    result = invoke("grade", root, "--against", "lenet5", "-o", root)
    assert (result.exit_code, result.stderr.splitlines()[1:]) == (2, ["  hint: write -o results"])
    assert [path.name for path in root.iterdir()] == ["ann.md"]


def test_nobody_is_merged_and_every_entry_has_a_row(tmp_path):
    root = folder(tmp_path / "in", *(f"{who}/hw_2_2024_alexnet.md" for who in ("kim", "lee")))
    folder(root, "hw1.kim", "hw1.lee", "Screenshot_20240315_142233_Gallery.png", "junk/.DS_Store")
    (root / "empty").mkdir()
    result = grade(root)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [row["student"] for row in rows(root)] == [
        *("Screenshot_20240315_142233_Gallery", "empty", "hw1.kim", "hw1.lee"),
        *("junk", "kim", "lee"),
    ]
    assert {row["message"] for row in rows(root) if row["student"] in {"empty", "junk"}} == {
        "junk: holds nothing that a student has written",
        "empty: holds nothing that a student has written",
    }


def test_how_an_export_was_read_is_told(tmp_path):
    root = folder(tmp_path / "in", "kim_11_4001_hw.md", "lee_12_4002_hw.md", "park.md")
    assert grade(root).stderr == "note: names as Canvas writes them\n"


def test_a_roster_of_another_class_is_refused(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT)
    (tmp_path / "roster.csv").write_text("name\nKim\nLee\n")
    assert_refused(
        grade(root, "--roster", tmp_path / "roster.csv"),
        "error: no submission is of anybody on the roster: the first is 'alice'",
        "  hint: name files or folders by number, name or address, as the roster has them",
    )
    assert not (tmp_path / "out").exists()


def test_results_do_not_overwrite_what_was_read(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT)
    roster = tmp_path / "out" / "grades.csv"
    roster.parent.mkdir()
    roster.write_text("name\nalice\n")
    result = grade(root, "--roster", roster)
    assert (result.exit_code, "would overwrite" in result.stderr) == (2, True)
    assert roster.read_text() == "name\nalice\n"


@pytest.mark.slow
def test_specs_policies_and_results_of_ours_are_nobody_s_submission(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT, bob=RIGHT)
    (root / "policy.toml").write_text("out_of = 10\n")
    grade(root, "-o", root / "first")
    grade(root, "--policy", root / "policy.toml")
    assert [row["student"] for row in rows(root)] == ["alice", "bob"]


@pytest.mark.slow
def test_feedback_that_was_edited_stays(tmp_path):
    root = sheets(tmp_path / "in", bob=SLIPPED)
    grade(root)
    told = tmp_path / "out" / "feedback" / "bob.md"
    told.write_text("come and see me")
    again = grade(root, "--feedback", "full")
    assert told.read_text() == "come and see me"
    assert "48,000" in (told.parent / "bob (graded again).md").read_text()
    assert again.stderr == (
        f"note: in {told.parent}, edited by somebody and left so: bob.md; "
        "the new feedback is beside, in files with (graded again)\n"
    )


REFUSED = {
    "a.md": (b"", "The file is empty"),
    "b.zip": (b"PK\x03\x04xxx", "The archive is damaged"),
    "c.py": (b"import torch", "Python is not run here"),
    "d.png": (b"\x89PNG\r\n\x1a\n\0\xff\xfe", "A picture cannot be read: type the table."),
    "e.md": (b"hello", "There is no table in it"),
    "f.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Save it in a newer format: .docx or .xlsx."),
}


@pytest.mark.slow
def test_whoever_handed_in_what_cannot_be_read_is_told_what_to_hand_in_instead(tmp_path):
    for name, (content, _) in REFUSED.items():
        folder(tmp_path / "in", name, content=content)
    root = tmp_path / "in"
    result = grade(root, "--feedback-format", "html", "--assignment", "Homework 3")
    assert (result.exit_code, result.stderr) == (0, "")
    for name, (_, words) in REFUSED.items():
        page = (tmp_path / "out" / "feedback" / f"{name[0]}.html").read_text(encoding="utf-8")
        assert '<h1 dir="auto">Homework 3: not marked</h1>' in page
        assert words in page
        assert "What can be read: Word, Excel" in page
        assert str(tmp_path) not in page


@pytest.mark.slow
def test_feedback_is_in_the_language_of_the_course_and_in_an_archive_to_upload(tmp_path):
    root = tmp_path / "in"
    for name in ("leekim_123_4567_hw.md", "parklee_LATE_124_4568_hw-1.md"):
        folder(root, name, content=SLIPPED.encode())
    result = grade(root, "--feedback-format", "html", "--language", "ko", "--assignment", "과제 3")
    assert result.exit_code == 0
    with ZipFile(tmp_path / "out" / "feedback.zip") as archive:
        assert archive.namelist() == [
            # as Canvas has named them, by which it finds the students
            "leekim_123_4567_feedback.html", "parklee_LATE_124_4568_feedback.html",
        ]  # fmt: skip
        page = archive.read("leekim_123_4567_feedback.html").decode()
    assert page.startswith('<!DOCTYPE html>\n<html lang="ko"')
    assert "과제 3: hw.md, 1번째 줄" in page
    assert "5점 만점에 4점" in page
    assert "F5의 가중치" in page
    assert "48,000" not in page


@pytest.mark.slow
def test_no_archive_is_left_where_nobody_is_told_anything(tmp_path):
    root = sheets(tmp_path / "in", bob=SLIPPED)
    grade(root)
    assert (tmp_path / "out" / "feedback.zip").exists()
    grade(root, "--feedback", "none")
    assert not (tmp_path / "out" / "feedback.zip").exists()


@pytest.mark.slow
def test_a_regrade_says_who_changed_by_how_much_and_why(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT, bob=SLIPPED)
    grade(root)
    assert "Changed" not in grade(root).stdout
    policy, decided = tmp_path / "policy.toml", tmp_path / "override.csv"
    policy.write_text('[cells]\n"C5.weights" = 3\n', encoding="utf-8")
    decided.write_text("student,cell,points,reason\nbob,C5.weights,2,a typo\n", encoding="utf-8")
    result = grade(root, "--policy", policy, "--override", decided)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.partition("\nPoints")[0].splitlines()[2:] == [
        "Changed since the last grading",
        "  alice  5 → 7  1 cell earns other points",
        "  bob    4 → 6  decided by hand: a typo",
    ]
    # it survives another grading, after which nothing has changed
    again = grade(root, "--policy", policy, "--override", decided)
    assert "Changed" not in again.stdout
    assert [row["points"] for row in rows(root)] == ["7", "6"]


@pytest.mark.slow
def test_a_homework_that_canvas_does_not_know_is_told(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT)
    roster = tmp_path / "roster.csv"
    roster.write_text("Student,ID,SIS Login ID,Section,HW 3 (7)\nA,1,alice,S,\n", "utf-8")
    assert "no column 'HW 4'" in grade(root, "--roster", roster, "--assignment", "HW 4").stderr
    assert "no column" not in grade(root, "--roster", roster, "--assignment", "HW 3").stderr


def test_points_of_a_cell_that_is_not_there_are_told_by_file_and_line(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT)
    (tmp_path / "o.csv").write_text("student,cell,points\nalice,C9.weights,1\n", encoding="utf-8")
    result = grade(root, "--override", tmp_path / "o.csv")
    assert result.exit_code == 2
    assert "line 2: no cell 'C9.weights' earns points\n  hint: did you mean" in result.stderr
    assert result.stderr.splitlines()[1].startswith("error: --override: '")


@pytest.mark.slow
def test_how_the_points_of_a_student_came_about_is_printed(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT, bob=SLIPPED)
    more = ("--assignment", "Homework 3", "--out-of", 10)
    result = grade(root, "--explain", "bob", *more)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "Homework 3: bob"
    assert "weights of C1 right 2 2 –" in lines  # 5 cells are 10 points
    assert "weights of C5 wrong 0 2 digit" in lines
    assert lines[-3:] == ["marked: 8 of 10, scaled to that", "", "8 points of 10"]
    assert_refused(
        grade(root, "--explain", "bib", *more),
        "error: --explain: nobody called 'bib' has handed anything in",
        "  hint: there are alice; bob",
    )


@pytest.mark.slow
def test_who_asks_for_one_student_is_told_that_points_have_changed(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT, bob=SLIPPED)
    grade(root, "--out-of", 10)
    said = grade(root, "--out-of", 20, "--explain", "bob").stderr
    assert said == ("note: points that changed since the last grading: 2; report.md tells whose\n")
    assert "bob" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def test_the_grade_book_says_of_how_many_points(tmp_path):
    folder(tmp_path / "in", "leekim_123_4567_hw.md", content=SLIPPED.encode())
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Homework 3 (777)\n"
        "    Points Possible,,,,,47\n"
        '"Kim, Lee",123,7,lk,A,\n',
        encoding="utf-8",
    )
    result = grade(tmp_path / "in", "--roster", roster, "--assignment", "Homework 3")
    assert "note: scaled to 47 points, as the roster says\n" in result.stderr
    [possible, lee] = rows(tmp_path / "in", "canvas.csv")
    assert (possible["Homework 3 (777)"], lee["Homework 3 (777)"]) == ("47", "37.6")  # 47·4/5


def test_a_policy_that_names_no_layer_of_the_network_is_refused(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT)
    policy = tmp_path / "policy.toml"
    policy.write_text('[cells]\n"C6.weights" = 3\n', encoding="utf-8")
    result = grade(root, "--policy", policy)
    assert result.exit_code == 2
    assert "error: the policy names the layer 'C6', which lenet5 has not" in result.stderr


def test_no_spec_that_is_read_is_a_student(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT)
    (root / "parent.toml").write_text('extends = "lenet5"\n', encoding="utf-8")
    (root / "child.toml").write_text('extends = "parent.toml"\n', encoding="utf-8")
    words = ("grade", root, "--against", root / "child.toml", "-o", tmp_path / "out")
    assert invoke(*words).exit_code == 0
    assert [row["student"] for row in rows(root)] == ["alice"]


def test_what_came_out_is_printed_although_the_disk_is_full(tmp_path, monkeypatch):
    write = files._replace

    def fills(target, data):
        if target.name == "report.md":
            raise OSError(28, "No space left on device")
        write(target, data)

    monkeypatch.setattr(files, "_replace", fills)
    result = grade(sheets(tmp_path / "in", alice=RIGHT))
    assert result.exit_code == 2
    assert result.stdout.startswith("1 submission against lenet5: 1 graded\n")
    assert result.stderr.endswith(" cannot be written: No space left on device\n")


@pytest.mark.slow
def test_a_disk_that_is_full_halfway_stops_and_says_so(tmp_path, monkeypatch):
    write = files._replace

    def fills(target, data):
        if target.name == "bob.md":
            raise OSError(28, "No space left on device")
        write(target, data)

    monkeypatch.setattr(files, "_replace", fills)
    root = sheets(tmp_path / "in", alice=RIGHT, bob=SLIPPED)
    result = grade(root, "--workers", 1)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[0] == "stopped: 1 of 2 are graded"
    assert "the same command goes on from here" in result.stderr
    monkeypatch.undo()
    assert grade(root).exit_code == 0
    assert [row["student"] for row in rows(root)] == ["alice", "bob"]


@pytest.mark.parametrize("words", [["", "-o", "out"], ["in", "-o", ""]])
def test_an_empty_name_is_not_the_folder_that_we_are_in(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    sheets(tmp_path / "in", alice=RIGHT)
    result = invoke("grade", *words, "--against", "lenet5")
    assert result.exit_code == 2
    assert "it is empty; the folder that you are in is called ." in result.stderr


def test_a_folder_that_links_to_itself_is_told(tmp_path):
    (tmp_path / "in").symlink_to("in")
    result = grade(tmp_path / "in")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")


@pytest.mark.slow
def test_what_counts_is_what_most_sheets_ask_whoever_deletes_a_column(tmp_path):
    # C1: 150 weights and 6·28·28·25 = 117,600 MACs; C3: 2,400 and 16·10·10·150 = 240,000
    head, rule = "| Layer | Weights | MACs |", "|---|---|---|"
    forms = {
        "blank": ("| C1 | 150 | |", "| C3 | 2,400 | |"),
        "dash": ("| C1 | 150 | - |", "| C3 | 2,400 | - |"),
        "question": ("| C1 | 150 | ? |", "| C3 | 2,400 | ? |"),
        "all": ("| C1 | 150 | 117,600 |", "| C3 | 2,400 | 240,000 |"),
    }
    texts = {name: "\n".join((head, rule, *form, "")) for name, form in forms.items()}
    texts["column"] = "| Layer | Weights |\n|---|---|\n| C1 | 150 |\n| C3 | 2,400 |\n"
    root = sheets(tmp_path / "in", **texts)

    result = grade(root)

    got = {row["student"]: (row["points"], row["out_of"]) for row in rows(root)}
    assert got == {  # five layers with weights, of which two quantities are asked
        "all": ("4", "10"),
        **dict.fromkeys(("blank", "dash", "question", "column"), ("2", "10")),
    }
    assert "weights, MACs" in result.stdout
    feedback = (root.parent / "out" / "feedback" / "column.md").read_text(encoding="utf-8")
    assert "most sheets of the class ask" in feedback


@pytest.mark.slow
def test_a_name_that_two_have_is_not_explained(tmp_path):
    root, roster = sheets(tmp_path / "in", s7=RIGHT, s8=SLIPPED), tmp_path / "roster.csv"
    roster.write_text('Name,Student ID\n"Kim, A",s7\n"Kim, A",s8\n', encoding="utf-8")
    assert_refused(
        grade(root, "--roster", roster, "--explain", "Kim, A"),
        "error: --explain: 'Kim, A' is what 2 of the roster are called",
        "  hint: write which of them it is: s7, s8",
    )
    assert "5 points of 5" in grade(root, "--roster", roster, "--explain", "s7").stdout


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text elsewhere")
def test_two_whose_names_are_no_text_are_told_apart(tmp_path):
    root = sheets(tmp_path / "in", kim=RIGHT)
    for name in (b"J\xe9r", b"J\xe8r"):
        (root / os.fsdecode(name + b".md")).write_bytes((root / "kim.md").read_bytes())
    grade(root)
    assert {row["student"] for row in rows(root)} == {"kim", r"J\xe9r", r"J\xe8r"}
