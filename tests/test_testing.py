"""The fixture `archstat`, in a project that tests its networks with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

TESTS = """
def test_size(archstat):
    assert archstat("net.toml").macs == 1728
    assert archstat("net.toml", (3, 8, 8)).params == 56


def test_is_what_it_was(archstat):
    archstat.assert_unchanged("net.toml")
"""

NET = """name = "net"
input = [3, 4, 4]
layers = [
  { name = "conv", kind = "conv2d", out_channels = 2, kernel_size = 3, padding = %s },
]
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "test_net.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "net.toml").write_text(NET % 1, encoding="utf-8")

    def run(*words):
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
             "-p", "archstat.testing", *words],  # which an installation states by itself
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip

    return tmp_path, run


def test_a_network_is_held_to_what_it_was(project):
    folder, run = project
    # two filters of 3×3×3 at 4×4 places are 864 MACs: the first assertion is wrong by a factor
    first = run()
    assert "assert 864 == 1728" in first.stdout
    assert "no architecture was written down in" in first.stdout

    (folder / "test_net.py").write_text(TESTS.replace("1728", "864"), encoding="utf-8")
    assert run("--archstat-update").returncode == 0
    kept = json.loads((folder / "architectures" / "net.json").read_text(encoding="utf-8"))
    assert kept["totals"] == {"params": 56, "macs": 864}
    assert run().returncode == 0

    (folder / "net.toml").write_text(NET % 0, encoding="utf-8")
    changed = run("-k", "was")
    assert changed.returncode == 1
    # without padding the map is 2×2: 216 MACs
    assert "net is not what it was (net.json):" in changed.stdout
    assert "conv: out_shape [2, 4, 4] became [2, 2, 2]" in changed.stdout
    assert "total macs: 864 became 216" in changed.stdout
