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

SLOW = (
    VARYING,
    "archstat grade",
    "archstat verify",
    "archstat table torchvision",
    "archstat table homework.py",
    "archstat table pairs.py",
    "archstat table routed.py",
    "archstat reconcile torchvision",
)


def commands():
    """Return the page, the command and the output of each console block."""
    return [
        (page, match[2], match[3])
        for page in PAGES
        for match in CONSOLE.finditer(page.read_text(encoding="utf-8"))
    ]


def files():
    """Return the files that the pages show, each below a comment with its name."""
    return [
        (match[1], match[2])
        for page in PAGES
        for match in FILE.finditer(page.read_text(encoding="utf-8"))
    ]


def write_files(folder):
    """Write the files that the pages show, and a class: they are there for every command."""
    found = dict(files())
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "submissions").mkdir(exist_ok=True)
    for student in ("kim", "lee"):
        (folder / "submissions" / f"{student}.md").write_text(found["sheet.md"], encoding="utf-8")


def run(command, folder):
    """Return what our part of a command prints, messages included, as through a pipe."""
    write_files(folder)
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
    ("command", "output"),
    [
        pytest.param(
            command,
            output,
            id=f"{page.name}: {command}",
            marks=[pytest.mark.slow] if command.startswith(SLOW) else [],
        )
        for page, command, output in commands()
        if OURS.fullmatch(command)
    ],
)
def test_a_command_prints_what_a_page_shows(command, output, tmp_path):
    if command.startswith(VARYING):
        printed, shown = run(command, tmp_path).splitlines(), output.splitlines()
        assert printed[0].startswith(shown[0])  # which a page folds as a terminal does
        assert printed[-1] == shown[-1]
        rows = [line.split()[0] for line in printed if line.endswith(VERDICTS)]
        assert rows == ["1", "32"]
        return
    assert run(command, tmp_path) == output


def text_of(pages):
    return "".join(page.read_text(encoding="utf-8") for page in pages)


def test_a_file_is_shown_once():
    names = [name for name, _ in files()]
    assert "sheet.md" in names
    assert sorted(names) == sorted(set(names))


def test_the_pages_show_every_command():
    from archstat.cli.app import COMMANDS

    assert len(COMMANDS) >= 15
    assert [name for name in COMMANDS if f"archstat {name}" not in text_of(PAGES)] == []


def test_the_page_on_formats_names_every_column():
    from archstat.report.columns import COLUMNS

    text = text_of([ROOT / "docs" / "formats.md"])
    assert [word for word in COLUMNS if f"`{word}`" not in text] == []


def test_the_readme_is_short_and_the_index_leads_to_every_page():
    readme, index = text_of([README]), text_of([ROOT / "docs" / "index.md"])
    assert readme.count("\n") <= 200
    assert "(docs/index.md)" in readme
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert {page for page in pages if f"({page})" not in index} == set()


def test_every_link_between_pages_leads_somewhere():
    links = [
        (page, link)
        for page in PAGES
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
        if not link.startswith(("http:", "https:"))
    ]
    assert len(links) > 20
    assert [(page.name, link) for page, link in links if not leads_somewhere(page, link)] == []


def test_the_site_has_every_page_of_the_docs():
    import tomllib

    project = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
    pages = {page.name for page in (ROOT / "docs").glob("*.md")}
    shown = {
        name
        for entry in project["nav"]
        for part in entry.values()
        for name in ([part] if isinstance(part, str) else [n for p in part for n in p.values()])
    }
    assert shown == pages


def leads_somewhere(page, link):
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not anchor or not target.exists():
        return target.exists()
    heads = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    slugs = [re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads]
    return anchor in slugs


def test_the_python_examples_are_right():
    page = ROOT / "docs" / "python.md"
    blocks = re.findall(r"```python\n(.*?)```", text_of([page]), re.DOTALL)
    runner = doctest.DocTestRunner()
    session = "".join(block for block in blocks if block.startswith(">>>"))
    runner.run(doctest.DocTestParser().get_doctest(session, {}, page.name, str(page), 0))
    results = runner.summarize(verbose=False)
    assert results.attempted >= 10
    assert results.failed == 0


def test_the_test_command_is_the_one_that_continuous_integration_runs():
    # .ci/run takes the first command behind this mark
    behind = README.read_text(encoding="utf-8").partition("<!-- test -->\n")[2]
    assert behind.startswith("```console\n$ pip install -e '.[dev]' && python tests/check.py\n")


def update():
    """Write what the commands print now into the pages."""
    import tempfile

    for page in PAGES:

        def renewed(match):
            if not OURS.fullmatch(match[2]):
                return match[0]
            with tempfile.TemporaryDirectory() as folder:
                return f"{match[1]}$ {match[2]}\n{run(match[2], Path(folder))}{match[4]}"

        text = page.read_text(encoding="utf-8")
        page.write_text(CONSOLE.sub(renewed, text), encoding="utf-8")


if __name__ == "__main__" and sys.argv[1:] == ["--update"]:
    update()
