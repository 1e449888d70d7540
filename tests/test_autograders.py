"""The recipes for autograders, run in the folders that each of them lays out."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import invoke

RECIPES = Path(__file__).parent.parent / "docs" / "autograders"
SHEET = """\
| layer | weights |
|-------|---------|
| conv1 | 34,848  |
| conv2 | 614,400 |
"""
# 34,848 is right, 614,400 leaves out the groups, and 6 layers have no row


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a script with `archstat` on its path."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "archstat"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m archstat "$@"\n', encoding="utf-8")
    command.chmod(0o755)

    def start(script, *, cwd=tmp_path, **variables):
        path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
        root = str(RECIPES.parent.parent)
        known = {**os.environ, "PATH": path, "PYTHONPATH": root, **variables}
        return subprocess.run(
            [shutil.which("bash"), "-c", script],
            cwd=cwd,
            env=known,
            capture_output=True,
            check=False,
        )

    return start


def layout(root, **files):
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def gradescope(run, tmp_path, **files):
    root = tmp_path / "autograder"
    (root / "results").mkdir(parents=True)
    (root / "submission").mkdir()
    for name, text in files.items():
        (root / "submission" / name.replace("_", ".")).write_text(text, encoding="utf-8")
    script = RECIPES / "gradescope" / "run_autograder"
    done = run(f"bash {script}", AUTOGRADER=str(root))
    assert done.returncode == 0
    return json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))


def test_gradescope_gets_points_and_a_test_for_each_row(run, tmp_path):
    result = gradescope(run, tmp_path, notes_txt="no table\n", hw_md=SHEET)
    assert result["score"] == 2.5  # 1 of 8 cells, of 20 points
    assert [test["status"] for test in result["tests"]][:2] == ["passed", "failed"]
    assert "The groups are left out" in result["output"]


def test_gradescope_gets_a_result_for_a_hand_in_without_a_sheet(run, tmp_path):
    result = gradescope(run, tmp_path, hw_py="import torch\n")
    assert result["score"] == 0
    assert "This cannot be marked" in result["output"]


def test_prairielearn_gets_a_share_and_costs_nobody_an_attempt(run, tmp_path):
    script = RECIPES / "prairielearn" / "run.sh"
    root = tmp_path / "grade"
    layout(root, student__homework__md=SHEET)
    (root / "student" / "homework" / "md").rename(root / "student" / "homework.md")
    assert run(f"bash {script}", GRADE=str(root)).returncode == 0
    result = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    assert (result["gradable"], result["score"]) == (True, 0.125)
    (root / "student" / "homework.md").write_text("hello\n", encoding="utf-8")
    assert run(f"bash {script}", GRADE=str(root)).returncode == 0
    result = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    assert result["gradable"] is False


def test_github_classroom_gets_the_step_output_that_its_reporter_reads(run, tmp_path):
    workflow = (RECIPES / "github-classroom" / "classroom.yml").read_text(encoding="utf-8")
    script = re.search(r"run: \|\n((?: {10}.*\n)+)", workflow)[1]
    (tmp_path / "homework.md").write_text(SHEET, encoding="utf-8")
    output = tmp_path / "output"
    assert run(script, GITHUB_OUTPUT=str(output)).returncode == 0
    name, _, value = output.read_text(encoding="utf-8").strip().partition("=")
    result = json.loads(base64.b64decode(value))
    assert (name, result["status"], result["max_score"]) == ("result", "fail", 8)
    assert sum(test["score"] for test in result["tests"]) == 1


@pytest.mark.parametrize(
    "name", ["gradescope/setup.sh", "gradescope/run_autograder", "prairielearn/run.sh"]
)
def test_every_script_is_one_that_bash_reads(run, name):
    assert run(f"bash -n {RECIPES / name}").returncode == 0


def test_the_container_of_a_class_has_no_network_and_writes_the_results_alone(run, tmp_path):
    docker = tmp_path / "bin" / "docker"
    docker.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    docker.chmod(0o755)
    layout(tmp_path, in__kim__hw_md=SHEET)
    script = RECIPES / "container" / "grade.sh"
    done = run(f'"{script}" in "my results" --against lenet5 --asked weights')
    assert (done.returncode, done.stderr) == (0, b"")
    words = done.stdout.decode().splitlines()
    image = words.index("archstat")
    given = words[:image]
    assert given[:5] == ["run", "--rm", "--network", "none", "--read-only"]
    volumes = [given[at + 1] for at, word in enumerate(given) if word == "--volume"]
    assert volumes == [f"{tmp_path / 'in'}:/in:ro", f"{tmp_path / 'my results'}:/out"]
    inside = {"/in": str(tmp_path / "in"), "/out": str(tmp_path / "my results")}
    words = [inside.get(word, word) for word in words[image + 1 :]]
    assert invoke(*words, "--workers", 1).exit_code == 0
    assert (tmp_path / "my results" / "class.csv").exists()


@pytest.mark.skipif(not shutil.which("docker"), reason="there is no docker")
def test_docker_has_the_options_of_the_container():
    script = (RECIPES / "container" / "grade.sh").read_text(encoding="utf-8")
    words = script.partition(" run ")[2].partition("archstat grade")[0]
    words_of = [shutil.which("docker"), "run", "--help"]
    known = subprocess.run(words_of, capture_output=True, check=True, text=True)
    options = set(re.findall(r"--[a-z-]+", words))
    assert len(options) > 10
    assert options - set(re.findall(r"--[a-z-]+", known.stdout)) == set()
