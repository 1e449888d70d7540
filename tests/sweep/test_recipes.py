"""The recipes of the page on sweeps: every shard is run once, by whatever counts them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell")


def shards(text, variable, values):
    """Return what a shell makes of a recipe's `--shard` for each value of a variable."""
    [said] = set(re.findall(r"--shard (\S*" + variable + r"[^\"`]*)", text))
    script = f"echo {said}"
    return [
        subprocess.run(
            [shutil.which("sh"), "-c", script],
            env={**os.environ, variable: str(value)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for value in values
    ]


@pytest.mark.parametrize(
    ("variable", "values"),
    [("SLURM_ARRAY_TASK_ID", range(1, 17)), ("JOB_COMPLETION_INDEX", range(16))],
)
def test_every_shard_is_run_once(variable, values):
    assert shards(PAGE, variable, values) == [f"{number}/16" for number in range(1, 17)]


def test_the_job_has_as_many_completions_as_shards():
    assert re.findall(r"completions: (\d+)", PAGE) == ["16"]
    assert "--array=1-16" in PAGE
