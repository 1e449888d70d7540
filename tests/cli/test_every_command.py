"""What every command keeps: its lines fit a terminal, and every format can write its answer."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from archstat import formats
from archstat.cli.app import COMMANDS
from archstat.documents.letters import display_width
from tests.cli.everything import WORDS, run

LISTINGS = {"show", "code"}
"""What prints sources, whose lines are not ours to break."""

FOLDERS = {"grade", "sweep"}
"""What writes a folder."""

ADDED = {"RF", "note:", "left", "out", "to", "fit", "characters:", "80", "120", "source"}
"""Words that only a narrow terminal is told."""


def words_of(text):
    """Return the words and numbers of a text, without what stands around them."""
    return {word.strip(",;:") for word in re.split(r"[\s─]+", text)}


def test_no_command_is_left_out():
    assert {*WORDS, "atlas", "bench", "mcp"} == set(COMMANDS)  # which have tests of their own


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", sorted(set(WORDS) - LISTINGS))
def test_lines_fit_and_no_number_or_word_is_broken(name, width, tmp_path, monkeypatch):
    whole = run(name, tmp_path, monkeypatch, "-f", "text").stdout
    monkeypatch.setenv("COLUMNS", str(width))
    narrow = run(name, tmp_path, monkeypatch, "-f", "terminal").stdout
    assert [line for line in narrow.splitlines() if display_width(line) > width] == []
    assert words_of(narrow) - words_of(whole) - {word.strip(":") for word in ADDED} == set()
    assert len(narrow.splitlines()) > 1


class Toy(formats.Format):
    """A format that tells what it was given."""

    suffix = ".toy"

    def write(self, document):
        return f"toy: {document.kind}, {len(document.parts)}\n"


@pytest.mark.parametrize("name", WORDS)
def test_one_class_is_a_format_of_every_command(name, tmp_path, monkeypatch):
    monkeypatch.setitem(formats._REGISTERED, "toy", Toy())
    result = run(name, tmp_path, monkeypatch, "-f", "toy")
    assert re.fullmatch(r"toy: \w+, [1-9]\d*\n", result.stdout)
    assert result.stderr == ""


@pytest.mark.parametrize("name", sorted(set(WORDS) - FOLDERS))
def test_its_suffix_is_enough(name, tmp_path, monkeypatch):
    monkeypatch.setitem(formats._REGISTERED, "toy", Toy())
    result = run(name, tmp_path, monkeypatch, "-o", "answer.toy")
    assert (result.stdout, result.stderr) == ("", "")
    assert (tmp_path / "answer.toy").read_text(encoding="utf-8").startswith("toy: ")


@pytest.mark.parametrize("format_name", ["csv", "html", "json", "latex", "markdown", "typst"])
@pytest.mark.parametrize("name", WORDS)
def test_every_command_writes_every_format(name, format_name, tmp_path, monkeypatch):
    result = run(name, tmp_path, monkeypatch, "-f", format_name)
    if name in LISTINGS and format_name == "csv":
        assert result.exit_code == 2
        assert result.stderr == (
            "error: a source has no table to write as CSV\n  hint: use text or JSON\n"
        )
        return
    assert result.exit_code in {0, 1}
    assert result.stderr == ""
    assert result.stdout.count("\n") > 1
    if format_name == "json":
        assert json.loads(result.stdout)["schema"] == 1
    if format_name == "html":
        assert result.stdout.count("<html") == result.stdout.count("</html>") == 1


@pytest.mark.parametrize("name", sorted(set(WORDS) - FOLDERS))
def test_every_command_writes_pages(name, tmp_path, monkeypatch):
    pytest.importorskip("typst")
    result = run(name, tmp_path, monkeypatch, "-o", "answer.pdf")
    assert (result.stdout, result.stderr) == ("", "")
    assert (tmp_path / "answer.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("name", sorted(set(WORDS) - LISTINGS - FOLDERS))
def test_every_command_writes_a_workbook(name, tmp_path, monkeypatch):
    pytest.importorskip("xlsxwriter")
    result = run(name, tmp_path, monkeypatch, "-o", "answer.xlsx")
    assert (result.stdout, result.stderr) == ("", "")
    assert (tmp_path / "answer.xlsx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize("name", sorted(set(WORDS) - LISTINGS - FOLDERS))
def test_every_command_writes_parquet_that_says_what_csv_says(name, tmp_path, monkeypatch):
    polars = pytest.importorskip("polars")
    result = run(name, tmp_path, monkeypatch, "-o", "answer.parquet")
    assert (result.stdout, result.stderr) == ("", "")
    frame = polars.read_parquet(tmp_path / "answer.parquet")
    printed = run(name, tmp_path, monkeypatch, "-f", "csv").stdout
    lines = list(csv.reader(io.StringIO(printed)))
    titles = lines.index(frame.columns)  # what is handed out has its heading above them
    assert frame.height == len(lines) - titles - 1
