"""The action for GitHub, its script run in a repository of two commits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")
ROOT = Path(__file__).parent.parent
SPEC = """\
name = "net"
input = [3, 8, 8]
layers = [
    {{ name = "conv", kind = "conv2d", out_channels = {channels}, kernel_size = 3 }},
]
"""
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@pytest.fixture(scope="module")
def action():
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


@pytest.fixture
def repository(tmp_path):
    """Return a repository in which a network got twice the filters, and the commit before."""

    def git(*words):
        done = subprocess.run(
            [*GIT, *words], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    git("init", "--quiet")
    for channels in (8, 16):
        (tmp_path / "net.toml").write_text(SPEC.format(channels=channels), encoding="utf-8")
        git("add", "net.toml")
        git("commit", "--quiet", "--message", f"{channels} filters")
    return tmp_path, git("rev-parse", "HEAD~1")


@pytest.fixture
def run(action, repository, tmp_path_factory):
    """Return a function that runs the step as a runner does, and gives its code and summary."""
    folder, base = repository
    place = tmp_path_factory.mktemp("runner")
    command = place / "archstat"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m archstat "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    step = action["runs"]["steps"][1]

    def start(**inputs):
        given = {"MODEL": "net.toml", "BASE": base, **inputs}
        assert set(given) <= set(step["env"])
        summary = place / "summary.md"
        summary.write_text("", encoding="utf-8")
        known = {
            **os.environ,
            **dict.fromkeys(step["env"], ""),
            **given,
            "PATH": f"{place}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        done = subprocess.run(
            [shutil.which("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=folder,
            env=known,
            capture_output=True,
            check=False,
        )
        return done.returncode, summary.read_text(encoding="utf-8"), done.stderr.decode()

    return start


def test_every_input_reaches_a_step(action):
    used = str(action["runs"]["steps"])
    assert [name for name in action["inputs"] if f"inputs.{name}" not in used] == []
    assert all(each.get("description") for each in action["inputs"].values())


def test_what_changed_is_on_the_page_of_the_run(run):
    code, summary, _ = run()
    # 8·3·9 + 8 = 224 and 16·3·9 + 16 = 448 parameters
    assert code == 0
    assert "| weights | 216 | 432 (× 2) |" in summary
    assert "before/net.toml and net.toml" in summary  # not "net and net"


def test_a_changed_layer_fails_where_it_is_asked_for(run):
    assert run(FAIL_ON_CHANGE="true")[0] == 1


def test_a_budget_fails_the_job_and_is_on_the_page(run):
    code, summary, _ = run(BUDGET="--max-params 400 --max-macs 1M", BASE="")
    assert code == 1
    assert "448" in summary
    assert run(BUDGET="--max-params 448", BASE="")[0] == 0


def test_a_commit_that_is_not_there_is_said(run):
    code, _, said = run(BASE="0" * 40, BUDGET="--max-params 448")
    assert code == 2
    assert "there is no commit 0000" in said


def test_a_network_that_was_not_there_is_said(run, repository):
    (repository[0] / "new.toml").write_text(SPEC.format(channels=4), encoding="utf-8")
    code, summary, _ = run(MODEL="new.toml")
    assert code == 0
    assert summary.startswith("new.toml was not there before")
