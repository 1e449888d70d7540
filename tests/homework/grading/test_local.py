"""Workers: whatever a submission does to one, it gets its outcome, and the next is graded."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest

from archstat.errors import ArchstatError
from archstat.homework.grading import guards
from archstat.homework.grading.engines.local import grade_each
from archstat.homework.grading.guards import Limits
from archstat.homework.grading.outcome import Outcome, Status
from tests.homework.grading.fakes import obey

LIMITS = Limits(time_s=0.3, memory_bytes=1 << 28)
KEPT = sys.platform == "linux"


def grade(*jobs, workers=1, limits=LIMITS, work=obey):
    """Return the outcomes of jobs: the files of a submission, or the content of its only one."""
    found = {}
    files = [((("a", job.encode()),) if isinstance(job, str) else job) for job in jobs]
    grade_each(iter(enumerate(files)), work, limits, workers=workers, done=found.__setitem__)
    return [found[number] for number in range(len(jobs))]


def said(*jobs, **changes):
    return [(outcome.status, outcome.message) for outcome in grade(*jobs, **changes)]


OK = (Status.OK, "")


def test_nothing_to_do_starts_no_process():
    assert grade() == []


def test_one_worker_grades_one_submission_after_the_other():
    first, second = grade("process", "process")
    assert first == second
    assert first.message != str(os.getpid())


def test_several_workers_share_the_work():
    found = grade(*["process"] * 4, workers=2)
    assert len({outcome.message for outcome in found}) == 2


@pytest.mark.parametrize(
    ("job", "status", "message"),
    [
        pytest.param("die", Status.ERROR, "ends the process that grades it", id="is killed"),
        pytest.param("exit", Status.ERROR, "ends the process that grades it", id="exits"),
        pytest.param(
            "fail",
            Status.ERROR,
            r"archstat fails on it: 'ZeroDivisionError: by \x1b[31mzero'",
            id="raises",
        ),
        pytest.param(
            "longer", Status.ERROR, "there is too much to be said of it", id="says too much"
        ),
        pytest.param("print", Status.OK, "", id="prints what looks like an answer"),
        pytest.param(
            "memory",
            Status.ERROR,
            "takes more than 256 MiB of memory",
            id="takes memory",
            marks=pytest.mark.skipif(not KEPT, reason="no limit on memory here"),
        ),
    ],
)
def test_what_happens_in_a_worker_is_told_and_the_next_is_graded(job, status, message):
    assert said(job, "ok") == [(status, message), OK]


@pytest.mark.skipif(not KEPT, reason="no processor clock here")
def test_what_works_for_ever_is_ended_by_the_processor_clock(monkeypatch):
    monkeypatch.setattr(guards, "PATIENCE", 1e6)  # the other clock would take days
    assert said("loop", "ok") == [(Status.TIMEOUT, "takes more than 0.3 s"), OK]


@pytest.mark.slow
def test_what_waits_for_ever_is_ended_by_the_clock():
    assert said("sleep", "ok") == [(Status.TIMEOUT, "takes more than 0.3 s"), OK]


def test_feedback_without_end_is_left_out():
    (outcome,) = grade("long")
    assert outcome == Outcome(
        Status.OK, feedback="The feedback on this sheet is too long to be shown.\n"
    )


@pytest.mark.skipif(not KEPT, reason="no limit on files here")
def test_a_worker_writes_no_files(tmp_path):
    path = tmp_path / "made"
    (outcome,) = grade((("a", b"write"), (str(path), b"")))
    assert outcome.message == "archstat fails on it: 'OSError: [Errno 27] File too large'"
    assert path.read_bytes() == b""


def test_a_worker_has_nothing_of_our_environment(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    (outcome,) = grade("environment")
    assert outcome.message == "PYTHONPATH"


def test_a_worker_loads_nothing_heavy():
    (outcome,) = grade("modules")
    assert outcome.message == ""


def test_a_large_submission_arrives_whole():
    patient = replace(LIMITS, time_s=30)  # two MiB through a pipe, on whatever machine
    (outcome,) = grade((("a", b"tag"), ("x" * (1 << 20), bytes(1 << 20))), limits=patient)
    assert len(outcome.message) == 1 << 20


class Deadly:
    """Work that ends every process that is told of it."""

    def __reduce__(self):
        return os._exit, (1,)


def test_a_worker_that_cannot_be_started_is_told():
    with pytest.raises(ArchstatError) as caught:
        grade("ok", work=Deadly())
    assert str(caught.value) == ("no process that grades can be started\n  hint: allow more memory")


@pytest.mark.skipif(not hasattr(os, "WNOHANG"), reason="this system knows no children")
def test_what_goes_wrong_with_us_stops_all_workers():
    def full(*_):
        raise OSError("disk full")

    jobs = ((number, (("a", b"ok"),)) for number in range(1000))
    with pytest.raises(OSError, match="disk full"):
        grade_each(jobs, obey, LIMITS, workers=2, done=full)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
