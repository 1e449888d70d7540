"""`archstat sweep` and `archstat results`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.running import environment, invoke

PLAN = """
[[cases]]
models = ["lenet5", "nin", "no-such-network"]
what = "table"
batch = [1, 2]

[[leave_out]]
models = ["no-*"]
batch = [2]
"""


@pytest.fixture
def plan(tmp_path, monkeypatch):
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_plan_is_listed_and_nothing_runs(plan):
    done = invoke("sweep", "plan.toml", "--list", "-f", "csv")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("status,id,what,model,input,batch_size")
    assert [line.split(",")[3] for line in lines[1:]] == [
        "lenet5", "lenet5", "nin", "nin", "no-such-network"
    ]  # fmt: skip
    assert list(plan.iterdir()) == [plan / "plan.toml"]


def test_a_sweep_is_kept_told_and_answered(plan):
    done = invoke("sweep", "plan.toml", "-o", "store")
    assert done.exit_code == 0, done.stderr
    assert "[5/5] failed  no-such-network, batch 1, counted" in done.stderr
    assert "there is no model 'no-such-network'" in done.stdout
    assert done.stdout.endswith("5 cases: 4 done, 1 failed\n")
    files = sorted((plan / "store" / "cases").iterdir())
    assert len(files) == 5
    found = [json.loads(file.read_text()) for file in files]
    assert {each["kind"] for each in found} == {"sweep"}

    again = invoke("sweep", "plan.toml", "-o", "store", "--strict")
    assert again.exit_code == 1  # one has failed
    assert "[" not in again.stderr  # and none was run again
    retried = invoke("sweep", "plan.toml", "-o", "store", "--retry-failed")
    assert retried.stderr.count("[1/1] failed") == 1

    rows = invoke("results", "store", "--where", "model=lenet5", "-f", "json")
    # LeNet-5 has 416,520 MACs an image, so 833,040 of two
    assert [row["macs"] for row in json.loads(rows.stdout)["records"]] == [416520, 833040]
    asked = invoke("results", "store", "--sql", "select sum(params) from cases", "-f", "csv")
    # twice 61,706 and twice 7,595,176
    assert asked.stdout.splitlines()[1] == "15313764"


def test_shards_part_a_plan(plan):
    for number in (1, 2):
        assert invoke("sweep", "plan.toml", "-o", "store", "--shard", f"{number}/2").exit_code == 0
    assert len(list((plan / "store" / "cases").iterdir())) == 5


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sweep", "plan.toml"], "a sweep needs a folder for what comes of it"),
        (["sweep", "none.toml", "--list"], "none.toml: cannot be read"),
        (["sweep", "plan.toml", "-o", "s", "--shard", "0/2"], "--shard: must be I/N"),
        (["sweep", "plan.toml", "-o", "s", "--engine", "slurm"], "--engine: there is no 'slurm'"),
        (
            ["sweep", "plan.toml", "-o", "s", "--engine", "ray", "--resource", "a=b"],
            "--resource: must be NAME=N",
        ),
        (["sweep", "plan.toml", "-o", "plan.toml"], "'plan.toml' cannot be a store"),
        (["results", "."], "is no store"),
        (["results", ".", "--top", "0"], "--top: must be at least 1"),
        (["results", ".", "--sql", "select 1", "--top", "3"], "--top says nothing beside --sql"),
        (["results", ".", "--sql", " "], "--sql: the query is empty"),
    ],
)
@pytest.mark.usefixtures("plan")
def test_what_cannot_be_asked_is_told(words, told):
    done = invoke(*words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system has no process groups")
def test_a_kill_loses_the_case_that_ran_at_most(plan):
    command = [sys.executable, "-m", "archstat", "sweep", "plan.toml", "-o", "store"]
    (plan / "plan.toml").write_text(PLAN.replace("[1, 2]", str(list(range(1, 21)))))
    cases = plan / "store" / "cases"
    kept = set()
    for _ in range(3):
        process = subprocess.Popen(
            command, env=environment(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        before = len(kept)
        while len(list(cases.glob("*.json")) if cases.is_dir() else []) < before + 3:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        names = {file.name for file in cases.glob("*.json")}
        assert kept <= names
        for file in cases.glob("*.json"):
            json.loads(file.read_text())  # each whole
        kept = names
    done = invoke("sweep", "plan.toml", "-o", "store")
    # three models, twenty batches, and of one of them the batch of 2 is left out
    assert done.stdout.endswith("59 cases: 40 done, 19 failed\n")
