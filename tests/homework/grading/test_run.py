"""Grading a class: each submission once, and names that every system takes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from archstat.homework.grading import ledger
from archstat.homework.grading.guards import Limits
from archstat.homework.grading.outcome import Status
from archstat.homework.grading.run import feedback_files, grade_all, remove_old
from archstat.homework.grading.source import open_source
from archstat.homework.grading.submissions import Submission, find_submissions
from tests.cli.running import environment
from tests.homework.grading.fakes import obey
from tests.homework.grading.places import folder

LIMITS = Limits(2.0, 1 << 28)


def run(root, output, *, work=obey, question="q", workers=1):
    """Return what came of each submission, and how many records there are now."""
    output.mkdir(exist_ok=True)
    source = open_source(root)
    submissions = find_submissions(source)
    told = []
    with ledger.opened(output, question) as records:
        grade_all(
            submissions,
            source,
            ledger=records,
            work=work,
            limits=LIMITS,
            workers=workers,
            file_names={one.key: f"{one.key}.md" for one in submissions},
            done=told.append,
        )
    lines = (output / ledger.NAME).read_bytes().splitlines()
    found = {one.submission.key: one.record.outcome for one in told}
    assert len(told) == len(found) == len(submissions)
    return found, len(lines) - 1


def test_every_submission_is_told_and_graded_once(tmp_path):
    root = folder(tmp_path / "in", "a.md", "b.md", content=b"process")
    first, count = run(root, tmp_path / "out")
    again, still = run(root, tmp_path / "out")
    assert (set(first), count, still) == ({"a", "b"}, 2, 2)
    assert again == first  # with the number of the process that graded it


def test_a_changed_submission_is_graded_again_and_no_other(tmp_path):
    root = folder(tmp_path / "in", "a.md", "b.md", content=b"process")
    first, _ = run(root, tmp_path / "out")
    folder(root, "b.md", content=b"ok")
    second, count = run(root, tmp_path / "out")
    assert (second["a"], second["b"].message, count) == (first["a"], "", 3)


def test_a_changed_question_grades_all_again(tmp_path):
    root = folder(tmp_path / "in", "a.md", content=b"process")
    first, _ = run(root, tmp_path / "out")
    second, count = run(root, tmp_path / "out", question="another")
    assert (first["a"] != second["a"], count) == (True, 1)


def test_what_failed_is_graded_again(tmp_path):
    root = folder(tmp_path / "in", "a.md", "b.md", content=b"fail")
    first, count = run(root, tmp_path / "out")
    assert ([one.status for one in first.values()], count) == ([Status.ERROR] * 2, 2)
    assert run(root, tmp_path / "out")[1] == 4


def test_two_workers_find_what_one_finds(tmp_path):
    names = [f"{number}.md" for number in range(8)]
    root = folder(tmp_path / "in", *names, content=b"ok")
    assert run(root, tmp_path / "1")[0] == run(root, tmp_path / "2", workers=2)[0]


SCRIPT = """
import sys
from pathlib import Path
from tests.homework.grading.fakes import dawdle
from tests.homework.grading.test_run import run
run(Path(sys.argv[1]), Path(sys.argv[2]), work=dawdle)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills otherwise")
def test_a_run_that_is_killed_goes_on_and_nothing_is_lost_or_done_twice(tmp_path):
    names = [f"{number:02}.md" for number in range(20)]
    root = folder(tmp_path / "in", *names, content=b"process")
    output = tmp_path / "out"
    path = output / ledger.NAME
    killed = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(root), str(output)], env=environment()
    )
    while not path.exists() or path.read_bytes().count(b"\n") < 8:
        time.sleep(0.02)
        assert killed.poll() is None
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    before = path.read_bytes()
    found, count = run(root, output)
    after = path.read_bytes()
    assert 8 <= before.count(b"\n") < 20
    assert (len(found), count) == (20, 20)
    whole = before[: before.rindex(b"\n") + 1]
    assert after.startswith(whole)  # what was there is there as it was


def submission(key, returns=""):
    return Submission(key, (), returns=returns)


def names(*keys):
    return list(feedback_files([submission(key) for key in keys], ".md").values())


def test_feedback_is_called_as_the_submission():
    assert names("doejane_123", "김철수 (2)") == ["doejane_123.md", "김철수 (2).md"]


def test_feedback_for_moodle_begins_as_moodle_has_named_the_submission():
    one = submission("Jane Doe_12", "Jane Doe_12_assignsubmission_file_")
    assert feedback_files([one], ".md") == {
        "Jane Doe_12": "Jane Doe_12_assignsubmission_file_feedback.md"
    }


@pytest.mark.parametrize(
    "key",
    [
        *(
            "a/b",
            "..",
            ".",
            "a\\b",
            "con",
            "NUL.txt",
            "a\x1b[31m",
            "a\u202eb",
            "a:b",
            "a\nb",
            "-\0",
        ),
        *("\ud800", "x" * 300, "가" * 100, " a ", "a.", "*?", "a-0123456789abcdef"),
    ],
)
def test_a_name_that_some_system_does_not_take_is_replaced(key):
    (name,) = names(key)
    assert name != f"{key}.md"
    assert name.isprintable()
    assert len(name.encode()) < 150
    assert not set(name) & set('/\\:*?"<>|')
    assert name.removesuffix(".md").rpartition("-")[0].strip(" .")


def test_no_two_submissions_share_a_name():
    keys = ["a/b", "a_b", "A_B", "a:b", "Straße", "strasse", "STRASSE"]
    keys += [name.removesuffix(".md") for name in names(*keys)]  # as somebody could who knows us
    found = [name.casefold() for name in names(*keys)]
    assert len(set(found)) == len(keys)


def test_a_name_does_not_depend_on_the_order_of_submissions():
    keys = ["a/b", "A_B", "c"]
    assert sorted(names(*keys)) == sorted(names(*reversed(keys)))


def test_old_feedback_is_removed_and_nothing_else(tmp_path):
    root = folder(tmp_path / "feedback", "old.md", "new.md")
    folder(tmp_path, "class.csv")
    remove_old(root, {"old.md", "gone.md", "../class.csv", "", ".."})
    assert sorted(path.name for path in root.iterdir()) == ["new.md"]
    assert (tmp_path / "class.csv").exists()
