"""What a command loads: those on a spec neither torch nor numpy, so that they start at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.running import environment

HEAVY = {"fvcore", "numpy", "pandas", "pydantic", "torch", "torchinfo", "torchvision"}

LOADED = """
import sys
from archstat.cli.app import application
try:
    application()(sys.argv[1:], prog_name="archstat")
finally:
    print("loaded:", *{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


def heavy_modules(script, *words, code=0):
    """Return the heavy packages that a script has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=environment(),
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == code, done.stderr
    return HEAVY & set(done.stderr.rpartition("loaded:")[2].split())


@pytest.mark.parametrize(
    "command",
    [
        "table paper-alexnet",
        "table paper-alexnet --input 3x224x224 --set conv2.groups=1 --columns +params",
        "table paper-alexnet --format json",
        "table paper-alexnet --format markdown",
        "table paper-alexnet --format csv",
        "table paper-alexnet --format latex",
        "table paper-alexnet --format xlsx -o /dev/null",
        "report paper-alexnet --format html",
        "draw paper-alexnet --format svg",
        "field paper-alexnet conv2 --all --format svg",
        "key paper-alexnet --blank weights,rf",
        "mistakes paper-alexnet",
        "list",
        "show paper-alexnet",
        "code paper-alexnet",
        "--help",
        "table --help",
        "verify --help",
        "--version",
    ],
)
def test_a_command_on_a_spec_loads_nothing_heavy(command):
    assert heavy_modules(LOADED, *command.split()) == set()


@pytest.mark.parametrize("format_name", ["text", "html", "json", "gradescope"])
def test_marking_a_sheet_loads_nothing_heavy(tmp_path, format_name):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("Layer,Weights\nC1,150\nC3,2400\nC5,48000\nF6,10080\nOutput,840\n")
    words = ("check", str(sheet), "--against", "lenet5", "-f", format_name)
    assert heavy_modules(LOADED, *words) == set()


def test_grading_a_class_against_a_spec_loads_nothing_heavy(tmp_path):
    (tmp_path / "alice.md").write_text("hello", encoding="utf-8")
    words = ("grade", str(tmp_path), "--against", "lenet5", "-o", str(tmp_path / "out"))
    assert heavy_modules(LOADED, *words) == set()


def test_that_there_is_no_such_model_is_said_at_once():
    assert heavy_modules(LOADED, "table", "TYPO", code=2) == set()


@pytest.mark.slow
def test_this_test_sees_what_a_forward_pass_loads():
    pytest.importorskip("torch")
    assert "torch" in heavy_modules(LOADED, "table", "lenet5", "--device", "meta")


def test_a_plain_table_in_a_pipe_does_without_rich():
    script = LOADED.replace('name.partition(".")[0]', "name")
    done = subprocess.run(
        [sys.executable, "-c", script, "table", "lenet5"],
        env=environment(),
        capture_output=True,
        check=True,
        text=True,
    )
    loaded = set(done.stderr.rpartition("loaded:")[2].split())
    assert "archstat.formats.text" in loaded
    assert "archstat.formats.terminal" not in loaded


def test_the_package_alone_loads_neither_the_command_line_nor_anything_heavy():
    script = (
        "import sys, archstat; "
        "print('loaded:', *{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(),
        capture_output=True,
        check=True,
        text=True,
    )
    loaded = set(done.stderr.rpartition("loaded:")[2].split())
    assert "archstat" in loaded
    assert loaded & (HEAVY | {"rich", "typer"}) == set()


def test_an_analysis_by_formula_loads_nothing_heavy():
    script = (
        "import sys, archstat; archstat.analyze('lenet5').to_markdown(); "
        "print('loaded:', *{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    assert heavy_modules(script) == set()


def test_next_to_nothing_is_imported_before_ctrl_c_is_heard():
    code = (
        "import os, sys; before = set(sys.modules); import archstat.__main__; "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["__future__", "archstat", "archstat.__main__"]
