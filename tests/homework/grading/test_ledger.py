"""What is graded stays graded, whatever ends the process."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from fractions import Fraction

import pytest

from archstat.errors import UsageError
from archstat.homework.grading.ledger import NAME, GradedRecord, opened
from archstat.homework.grading.outcome import Fault, Outcome, Slip, Status, from_json, to_json
from tests.cli.running import environment

OUTCOME = Outcome(
    Status.OK,
    "hw.md fits best",
    "hw.md",
    "ab12",
    "line 3",
    Fraction(135, 2),
    Fraction(83),
    (Slip("digit", "one digit is wrong", 1),),
    (Fault("conv1", "weights", "wrong", "34849", "digit"),),
    "**67.5 of 83 points**\n",
)


def record(key, digest="d", outcome=OUTCOME):
    return GradedRecord(key, digest, f"{key}.md", outcome)


def test_an_outcome_survives_json():
    assert from_json(json.loads(json.dumps(to_json(OUTCOME)))) == OUTCOME
    nothing = Outcome(Status.NO_TABLE)
    assert from_json(json.loads(json.dumps(to_json(nothing)))) == nothing


def test_a_record_is_there_the_next_time(tmp_path):
    with opened(tmp_path, "q") as ledger:
        assert ledger.known("a", "d") is None
        ledger.add(record("a"))
        ledger.add(record("b\ud800"))  # a file name that is no UTF-8
    with opened(tmp_path, "q") as ledger:
        assert ledger.known("a", "d") == record("a")
        assert ledger.known("b\ud800", "d") == record("b\ud800")
        assert ledger.known("c", "d") is None


def test_a_submission_that_has_changed_is_not_known(tmp_path):
    with opened(tmp_path, "q") as ledger:
        ledger.add(record("a"))
    with opened(tmp_path, "q") as ledger:
        assert ledger.known("a", "e") is None


def test_of_two_records_the_later_counts(tmp_path):
    later = Outcome(Status.NO_TABLE)
    with opened(tmp_path, "q") as ledger:
        ledger.add(record("a"))
        ledger.add(record("a", "e", later))
    with opened(tmp_path, "q") as ledger:
        assert ledger.known("a", "d") is None
        assert ledger.known("a", "e") == record("a", "e", later)


@pytest.mark.parametrize("status", [Status.TIMEOUT, Status.ERROR])
def test_what_has_failed_is_tried_again(tmp_path, status):
    with opened(tmp_path, "q") as ledger:
        ledger.add(record("a", outcome=Outcome(status)))
    with opened(tmp_path, "q") as ledger:
        assert ledger.known("a", "d") is None


ENDLESS = """
import os, sys
from pathlib import Path
from archstat.homework.grading.ledger import GradedRecord, opened
from archstat.homework.grading.outcome import Outcome, Status
with opened(Path(sys.argv[1]), "q") as ledger:
    for number in range(1_000_000):
        ledger.add(GradedRecord(str(number), "d", "", Outcome(Status.OK, "x" * 5_000)))
        print(number, flush=True)
"""


@pytest.mark.slow
def test_what_was_told_is_there_whenever_the_process_is_killed(tmp_path):
    for number, seconds in enumerate((0.01, 0.05, 0.1)):
        (tmp_path / str(number)).mkdir()
        process = subprocess.Popen(
            [sys.executable, "-c", ENDLESS, str(tmp_path / str(number))],
            env=environment(),
            stdout=subprocess.PIPE,
        )
        process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        told = 1 + process.stdout.read().count(b"\n")  # and the one that was read above
        process.stdout.close()
        process.wait()
        with opened(tmp_path / str(number), "q") as ledger:
            assert all(ledger.known(str(each), "d") for each in range(told))


def test_a_record_that_somebody_has_spoiled_is_graded_again(tmp_path):
    with opened(tmp_path, "q") as ledger:
        ledger.add(record("a"))
    with closing(sqlite3.connect(tmp_path / NAME)) as database, database:
        database.execute("UPDATE graded SET outcome = '{}'")
    with opened(tmp_path, "q") as ledger:
        assert ledger.known("a", "d") is None


def test_a_file_that_is_no_ledger_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAME).write_bytes(b"no database at all" * 100)
    with pytest.raises(UsageError) as caught, opened(type(tmp_path)(), "q"):
        pass
    assert str(caught.value) == (
        "'ledger.sqlite' is no ledger of archstat grade: file is not a database\n  hint: remove it"
    )


def test_what_was_written_is_known_to_another_question(tmp_path):
    with opened(tmp_path, "q") as ledger:
        ledger.note_written("a.md", b"67.5 of 83")
        ledger.add(record("a"))
    with opened(tmp_path, "r") as ledger:
        assert ledger.known("a", "d") is None
        assert ledger.written() == {"a.md"}
        assert ledger.is_ours("a.md", b"67.5 of 83")
        assert not ledger.is_ours("a.md", b"68 of 83, I was too strict")
        ledger.note_removed("a.md")
    with opened(tmp_path, "q") as ledger:
        assert ledger.known("a", "d") is None
        assert ledger.written() == set()


def test_two_at_once_are_kept_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = type(tmp_path)()
    with opened(here, "q"), pytest.raises(UsageError) as caught, opened(here, "q"):
        pass
    assert str(caught.value) == (
        "'.' is in use by another archstat grade\n"
        "  hint: wait for it, or choose another folder with -o"
    )


def test_a_folder_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught, opened(type(tmp_path)("none"), "q"):
        pass
    assert str(caught.value) == "'none/ledger.sqlite' cannot be written"
