"""Grading a class: each submission once, and names that every system takes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from archstat.homework.grading import ledger
from archstat.homework.grading.engines.local import grade_each
from archstat.homework.grading.guards import Limits
from archstat.homework.grading.outcome import Status
from archstat.homework.grading.run import FeedbackFolder, feedback_files, grade_all
from archstat.homework.grading.source import open_source
from archstat.homework.grading.submissions import Submission, find_submissions
from tests.cli.running import environment
from tests.homework.grading.fakes import obey
from tests.homework.grading.places import folder, graded_in

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
            engine=partial(grade_each, workers=workers),
            file_names={one.key: f"{one.key}.md" for one in submissions},
            done=told.append,
        )
    count = len(graded_in(output / ledger.NAME))
    found = {one.submission.key: one.record.outcome for one in told}
    assert len(told) == len(found) == len(submissions)
    return found, count


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
    assert (second["a"], second["b"].message, count) == (first["a"], "", 2)


def test_a_changed_question_grades_all_again(tmp_path):
    root = folder(tmp_path / "in", "a.md", content=b"process")
    first, _ = run(root, tmp_path / "out")
    second, count = run(root, tmp_path / "out", question="another")
    assert (first["a"] != second["a"], count) == (True, 1)


def test_what_failed_is_graded_again(tmp_path):
    root = folder(tmp_path / "in", "a.md", "b.md", content=b"fail")
    first, count = run(root, tmp_path / "out")
    assert ([one.status for one in first.values()], count) == ([Status.ERROR] * 2, 2)
    assert run(root, tmp_path / "out")[1] == 2


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
    while not path.exists():
        time.sleep(0.02)
        assert killed.poll() is None
    time.sleep(1)  # a tenth of which each takes
    assert killed.poll() is None
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    before = graded_in(path)
    found, count = run(root, output)
    assert len(before) < 20
    assert (len(found), count) == (20, 20)
    assert set(before) <= set(graded_in(path))  # with the number of the process that graded it


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
    ("name", "kept"),
    [
        ("Máire O'Brien", "Máire O'Brien"),
        ("A/B: C", "A-B- C"),
        ("..", "-"),
        ("김" * 60, "김" * 28),  # 84 bytes, and 36 behind them: 120
    ],
)
def test_moodle_finds_its_number_behind_the_first_underscore_of_feedback(name, kept):
    one = submission(f"{name}_9001", f"{name}_9001_assignsubmission_file_")
    [found] = feedback_files([one], ".md").values()
    person, number, kind, plugin, file = found.split("_", 4)
    assert (number, kind, plugin) == ("9001", "assignsubmission", "file")
    assert person == kept
    assert file.startswith("feedback")


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


def tell(tmp_path, question="q", **texts):
    """Write feedback as a run does, and return the names of what somebody has edited."""
    root = tmp_path / "feedback"
    root.mkdir(exist_ok=True)
    with ledger.opened(tmp_path, question) as records:
        told = FeedbackFolder(root, records, lambda content, path: path.write_bytes(content))
        told.remove_others({f"{name}.md" for name in texts})
        for name, text in texts.items():
            told.keep(f"{name}.md", text.encode())
        return told.edited


def feedback(tmp_path):
    return {path.name: path.read_text() for path in (tmp_path / "feedback").iterdir()}


def test_feedback_that_was_edited_stays_and_the_new_one_is_beside_it(tmp_path):
    assert tell(tmp_path, ann="60", bob="70") == []
    (tmp_path / "feedback" / "ann.md").write_text("60, well done")
    assert tell(tmp_path, ann="60", bob="70") == []  # nothing new is to be said
    assert feedback(tmp_path) == {"ann.md": "60, well done", "bob.md": "70"}
    assert tell(tmp_path, ann="65", bob="75") == ["ann.md"]
    assert feedback(tmp_path) == {
        "ann.md": "60, well done",
        "ann (graded again).md": "65",
        "bob.md": "75",
    }


def test_feedback_that_is_gone_is_written_again(tmp_path):
    tell(tmp_path, ann="60")
    (tmp_path / "feedback" / "ann.md").unlink()
    tell(tmp_path, ann="60")
    assert feedback(tmp_path) == {"ann.md": "60"}


def test_old_feedback_is_removed_unless_it_was_edited_and_nothing_else(tmp_path):
    tell(tmp_path, ann="60", bob="70")
    (tmp_path / "feedback" / "bob.md").write_text("70, well done")
    (tmp_path / "feedback" / "mine.md").write_text("a list of mine")
    tell(tmp_path, "another question", carl="80")
    assert feedback(tmp_path) == {
        "bob.md": "70, well done",
        "carl.md": "80",
        "mine.md": "a list of mine",
    }
