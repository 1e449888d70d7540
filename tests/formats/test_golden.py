"""One small network in every format, held against files; UPDATE_GOLDEN=1 rewrites them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archstat.documents.source.pytorch import pytorch_source as code
from archstat.documents.view import View
from archstat.report.columns import COLUMNS, DEFAULT, choose_columns
from tests.formats.writing import texts, written
from tests.renderers.networks import branching, report

GOLDEN = Path(__file__).parent / "golden"
ALL = View(choose_columns(list(COLUMNS)), "chw")
KEY = View(choose_columns(DEFAULT), is_homework=True)
SHEET = View(choose_columns(DEFAULT), is_homework=True, blank=choose_columns(["weights", "rf"]))


def at_width(width):
    return "".join(f"{text}\n" for text in texts(report(), width=width))


PRINTED = {
    "table.txt": lambda: written("text", report(), View()),
    "table-40.txt": lambda: at_width(40),
    "table-80.txt": lambda: at_width(80),
    "table-120.txt": lambda: at_width(120),
    "table-200.txt": lambda: at_width(200),
    "all-columns.txt": lambda: written("text", report(batch_size=3, traced_on="meta"), ALL),
    "table.md": lambda: written("markdown", report(), View()),
    "table.csv": lambda: written("csv", report(), View()),
    "all-columns.csv": lambda: written("csv", report(batch_size=3), ALL),
    "table.tsv": lambda: written("tsv", report(), View()),
    "table.tex": lambda: written("latex", report(), View()),
    "key.md": lambda: written("markdown", report(), KEY),
    "key.csv": lambda: written("csv", report(), KEY),
    "sheet.txt": lambda: written("text", report(), SHEET),
    "sheet.md": lambda: written("markdown", report(), SHEET),
    "sheet.csv": lambda: written("csv", report(), SHEET),
    "sheet.tex": lambda: written("latex", report(), SHEET),
    "report.json": lambda: written("json", report(), View()),
    "code.py.txt": lambda: code(branching()),
}


@pytest.mark.parametrize("name", PRINTED)
def test_a_network_is_printed_as_in_the_file(name):
    printed = PRINTED[name]()
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / name).write_text(printed, encoding="utf-8")
    assert printed == (GOLDEN / name).read_text(encoding="utf-8")


def test_no_file_is_left_over():
    assert {path.name for path in GOLDEN.iterdir()} == set(PRINTED)
