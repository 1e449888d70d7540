"""Ways to run the command line: in this process, or as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from archstat.cli.app import application

APP = application()
ALL_FORMATS = "csv, html, json, latex, markdown, parquet, pdf, terminal, text, tsv, typst, xlsx"
ALL_SUFFIXES = ".csv, .html, .json, .tex, .md, .parquet, .pdf, .txt, .tsv, .typ, .xlsx"
"""What every document can be written as, as messages list it."""

ROOT = Path(__file__).parent.parent.parent


def invoke(*words, stdin=None):
    """Return what a command gives: stdout, stderr, exit_code."""
    words = [str(word) for word in words]
    return CliRunner().invoke(APP, words, input=stdin, prog_name="archstat")


def environment(**changes):
    """Return our environment without what colours output, cuts lines or encodes it otherwise."""
    ours = {"COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "PYTHONUTF8"}
    kept = {key: value for key, value in os.environ.items() if key not in ours}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **changes}


def start(*words, cwd=None, stdin=None, **changes):
    """Return what a process gives: stdout, stderr, returncode; `changes` are of its environment."""
    return subprocess.run(
        [sys.executable, "-m", "archstat", *map(str, words)],
        cwd=cwd,
        env=environment(**changes),
        input=stdin,
        capture_output=True,
        check=False,
    )


def assert_refused(result, *lines):
    """Check that a question was answered by nothing but these lines on stderr."""
    assert result.stderr.splitlines() == list(lines)
    assert result.stdout == ""
    assert result.exit_code == 2
