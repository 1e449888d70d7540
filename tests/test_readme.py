"""The README and the docs are run: every command in them prints what stands below it.

`python tests/test_readme.py --update` writes what the commands print now.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = (README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md")))
CONSOLE = re.compile(r"(```console\n)\$ ([^\n]*)\n(.*?)(```\n)", re.DOTALL)
FILE = re.compile(r"<!-- ([\w.-]+\.\w+) -->\n```\w+\n(.*?)```\n", re.DOTALL)
OURS = re.compile(r"(?:.*&& )?(archstat .*)")
VARYING = "archstat bench"
"""What measures prints other figures each time; its first and its last line stay."""

VERDICTS = ("VALID", "UNSTABLE", "CONTENDED", "THROTTLED", "OVER LIMIT")

SLOW = (VARYING, "archstat verify", "archstat table torchvision", "archstat reconcile torchvision")


def commands():
    """Return the page, the command and the output of each console block."""
    return [
        (page, match[2], match[3])
        for page in PAGES
        for match in CONSOLE.finditer(page.read_text(encoding="utf-8"))
    ]


def write_files(page, folder):
    """Write the files that a page shows, each below a comment with its name, and a class.

    What the README shows is there on every page.
    """
    texts = [README.read_text(encoding="utf-8"), page.read_text(encoding="utf-8")]
    found = {match[1]: match[2] for text in texts for match in FILE.finditer(text)}
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "submissions").mkdir(exist_ok=True)
    for student in ("kim", "lee"):
        (folder / "submissions" / f"{student}.md").write_text(found["sheet.md"], encoding="utf-8")


def run(page, command, folder):
    """Return what our part of a command prints, messages included, as through a pipe."""
    write_files(page, folder)
    words = shlex.split(OURS.fullmatch(command)[1])
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        env=environment(),
    )
    return done.stdout.decode()


def environment():
    """Return our environment, with nothing in it that colours output or cuts lines."""
    kept = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


@pytest.mark.parametrize(
    ("page", "command", "output"),
    [
        pytest.param(
            page,
            command,
            output,
            id=f"{page.name}: {command}",
            marks=[pytest.mark.slow] if command.startswith(SLOW) else [],
        )
        for page, command, output in commands()
        if OURS.fullmatch(command)
    ],
)
def test_a_command_prints_what_a_page_shows(page, command, output, tmp_path):
    if command.startswith(VARYING):
        printed, shown = run(page, command, tmp_path).splitlines(), output.splitlines()
        assert printed[0].startswith(shown[0])  # which a page folds as a terminal does
        assert printed[-1] == shown[-1]
        rows = [line.split()[0] for line in printed if line.endswith(VERDICTS)]
        assert rows == ["1", "32"]
        return
    assert run(page, command, tmp_path) == output


def test_the_readme_shows_every_command():
    from archstat.cli.app import COMMANDS

    text = README.read_text(encoding="utf-8")
    assert len(COMMANDS) == 15
    assert [name for name in COMMANDS if f"archstat {name}" not in text] == []


def test_the_readme_names_every_column():
    from archstat.report.columns import COLUMNS

    text = README.read_text(encoding="utf-8")
    assert [word for word in COLUMNS if f"`{word}`" not in text] == []


def test_the_python_examples_are_right():
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    runner = doctest.DocTestRunner()
    session = "".join(block for block in blocks if block.startswith(">>>"))
    runner.run(doctest.DocTestParser().get_doctest(session, {}, "README", str(README), 0))
    results = runner.summarize(verbose=False)
    assert (results.attempted, results.failed) == (10, 0)


def test_the_test_command_is_the_one_that_continuous_integration_runs():
    # .ci/run takes the first command behind this mark
    behind = README.read_text(encoding="utf-8").partition("<!-- test -->\n")[2]
    assert behind.startswith("```console\n$ pip install -e '.[dev]' && python tests/check.py\n")


def update():
    """Write what the commands print now into the pages."""
    import tempfile

    for page in PAGES:

        def renewed(match, page=page):
            if not OURS.fullmatch(match[2]):
                return match[0]
            with tempfile.TemporaryDirectory() as folder:
                return f"{match[1]}$ {match[2]}\n{run(page, match[2], Path(folder))}{match[4]}"

        text = page.read_text(encoding="utf-8")
        page.write_text(CONSOLE.sub(renewed, text), encoding="utf-8")


if __name__ == "__main__" and sys.argv[1:] == ["--update"]:
    update()
