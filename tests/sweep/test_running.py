"""How a case runs: within its time, alone on its device, with a smaller batch where one does not
fit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from archstat.errors import UsageError
from archstat.sweep import running
from archstat.sweep.case import SweepCase
from archstat.sweep.nursery import Nursery
from archstat.sweep.outcome import DONE, FAILED
from archstat.sweep.running import CaseLimits, Ended, alone_on, ask_process, run_case

TABLE = SweepCase("lenet5", "table", device="none", processes=1, seconds=0.0)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def answering(*ended):
    """Return an asker that answers in turn, and what it was asked."""
    asked, answers = [], iter(ended)

    def ask(words, seconds):
        asked.append((words, seconds))
        return next(answers)

    return ask, asked


def record(failure=""):
    return Ended(0, json.dumps({"results": [{"failure": failure}]}).encode(), "")


def test_a_batch_that_does_not_fit_is_halved_and_said():
    ask, asked = answering(
        record("does not fit in memory: …"), Ended(2, b"", "error: CUDA out of memory"), record()
    )
    outcome = run_case(SweepCase("net", batch_size=32), CaseLimits(), ask)
    assert [words[words.index("--batch") + 1] for words, _ in asked] == ["32", "16", "8"]
    assert outcome.status == DONE
    assert outcome.case.batch_size == 32  # what was asked, so that it is not asked again
    assert outcome.notes == (
        "a batch of 32 does not fit in memory",
        "a batch of 16 does not fit in memory",
    )


def test_a_batch_of_one_that_does_not_fit_has_failed():
    ask, asked = answering(*[Ended(-9, b"", "")] * 3)
    outcome = run_case(SweepCase("net", batch_size=4), CaseLimits(), ask)
    assert len(asked) == 3
    assert outcome.status == FAILED
    assert outcome.reason == "out of memory: the system ended the process"


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (Ended(None, b"", "error: x"), "took longer than 5 s"),
        (Ended(2, b"", "warm\nerror: there is no model 'x'\n  hint: y\n"), "there is no model 'x'"),
        (Ended(1, b"", "Boom"), "Boom"),
        (Ended(-11, b"", ""), "ended with exit code -11"),
        (Ended(0, b"not json", ""), "answered with something that is no JSON"),
        (Ended(2, b"", "error: " + "x" * 2000), "x" * 500 + "…"),
    ],
)
def test_a_failure_is_an_outcome_with_its_reason(ended, reason):
    ask, _ = answering(ended)
    outcome = run_case(TABLE, CaseLimits(5), ask)
    assert (outcome.status, outcome.reason) == (FAILED, reason)


SLEEPER = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(60)
"""


@pytest.mark.slow
def test_when_its_time_is_up_a_process_ends_with_all_that_it_started(tmp_path, monkeypatch):
    (tmp_path / "sleeper.py").write_text(SLEEPER)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(running, "MODULE", "sleeper")
    ended = ask_process([str(tmp_path / "pid")], 3)
    assert ended.code is None
    child = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if not _runs(child):
            break
        time.sleep(0.05)
    assert not _runs(child)


def _runs(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_only_one_case_runs_on_a_device(tmp_path, monkeypatch):
    monkeypatch.setattr(running.tempfile, "gettempdir", lambda: str(tmp_path))
    order = []

    def other():
        with alone_on("cuda:0"):
            order.append("other")

    with alone_on("cuda:0"):
        thread = threading.Thread(target=other)
        thread.start()
        with alone_on("cuda:1"), alone_on(""):  # another device, and none
            time.sleep(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "other"]


def test_no_link_of_somebody_else_is_taken_for_the_lock(tmp_path, monkeypatch):
    monkeypatch.setattr(running.tempfile, "gettempdir", lambda: str(tmp_path))
    with alone_on("cpu"):
        (lock,) = tmp_path.iterdir()
    lock.unlink()
    lock.symlink_to(tmp_path / "elsewhere")
    why = "keeps two from measuring at once, cannot be opened"
    with pytest.raises(UsageError, match=why), alone_on("cpu"):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_the_lock_of_a_device_lives_as_long_as_the_process_that_runs_there(tmp_path, monkeypatch):
    monkeypatch.setattr(running.tempfile, "gettempdir", lambda: str(tmp_path))
    start = time.monotonic()
    with alone_on("cuda:0"):
        child = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(1)"], close_fds=False
        )
    with alone_on("cuda:0"):
        assert time.monotonic() - start > 0.9
    child.wait()


@pytest.mark.slow
def test_a_child_of_the_nursery_answers_as_a_fresh_process_does():
    with Nursery([]) as nursery:
        warm = nursery.ask([*TABLE.words, "--format", "json"], 60)
        wrong = nursery.ask(["table", "nope", "--format", "json"], 60)
        again = nursery.ask([*TABLE.words, "--format", "json"], 60)
    fresh = ask_process([*TABLE.words, "--format", "json"], 60)
    assert warm == fresh == again
    assert json.loads(warm.out)["totals"]["macs"] == 416520
    assert wrong.code == 2
    assert wrong.said.startswith("error: there is no model 'nope'")


@pytest.mark.slow
def test_the_nursery_survives_a_child_whose_time_is_up_and_one_that_is_killed(tmp_path):
    (tmp_path / "slow.py").write_text(
        "import os, signal, time\n\n\ndef slow():\n    time.sleep(60)\n\n\n"
        "def dead():\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with Nursery([]) as nursery:
        assert nursery.ask(["table", f"{tmp_path}/slow.py:slow", "--run-file"], 1).code is None
        dead = nursery.ask(["table", f"{tmp_path}/slow.py:dead", "--run-file"], 60)
        assert dead.code == -signal.SIGKILL
        assert nursery.ask([*TABLE.words, "--format", "json"], 60).code == 0
