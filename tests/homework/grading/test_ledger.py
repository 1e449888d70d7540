"""What is graded stays graded, whatever ends the process."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from archstat.errors import UsageError
from archstat.homework.grading.ledger import NAME, Record, opened
from archstat.homework.grading.outcome import Fault, Outcome, Slip, Status, from_json, to_json

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
    return Record(key, digest, f"{key}.md", outcome)


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


def test_a_line_that_was_cut_off_is_forgotten(tmp_path):
    with opened(tmp_path, "q") as ledger:
        ledger.add(record("a"))
        ledger.add(record("b"))
    path = tmp_path / NAME
    whole = path.read_bytes()
    for cut in range(1, len(whole.splitlines(keepends=True)[-1]) + 1, 50):
        path.write_bytes(whole[:-cut])
        with opened(tmp_path, "q") as ledger:
            assert ledger.known("a", "d") == record("a")
            assert ledger.known("b", "d") is None
            ledger.add(record("c"))
        with opened(tmp_path, "q") as ledger:
            assert ledger.known("c", "d") == record("c")


def test_a_line_that_somebody_has_spoiled_is_passed_over(tmp_path):
    with opened(tmp_path, "q") as ledger:
        ledger.add(record("a"))
    path = tmp_path / NAME
    spoiled = [b"?\n", b"[]\n", b'{"key": "a", "digest": "d", "feedback_file": ""}\n']
    path.write_bytes(path.read_bytes() + b"".join(spoiled))
    with opened(tmp_path, "q") as ledger:
        assert ledger.known("a", "d") is None
        ledger.add(record("b"))
    with opened(tmp_path, "q") as ledger:
        assert ledger.known("b", "d") == record("b")


def test_another_question_starts_anew_and_knows_which_files_were_written(tmp_path):
    with opened(tmp_path, "q") as ledger:
        ledger.add(record("a"))
    with opened(tmp_path, "r") as ledger:
        assert ledger.known("a", "d") is None
        assert ledger.old_files == {"a.md"}
    with opened(tmp_path, "q") as ledger:
        assert ledger.known("a", "d") is None
        assert ledger.old_files == set()


def test_two_at_once_are_kept_apart(tmp_path, monkeypatch):
    pytest.importorskip("fcntl")
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
    assert str(caught.value) == "'none/ledger.jsonl' cannot be written: No such file or directory"
