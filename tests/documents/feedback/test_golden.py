"""One sheet with every verdict in every format, held against files; UPDATE_GOLDEN=1 rewrites."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from archstat.documents.homework.sheet import feedback_document
from archstat.formats import format_named
from archstat.homework.marking.marks import Verdict
from tests.documents.feedback.sheets import feedback
from tests.documents.feedback.writing import written

GOLDEN = Path(__file__).parent / "golden"


def printed(format_name, level="hint", granularity="row"):
    return written(format_name, feedback(level, granularity=granularity))


def on_terminal(width, **keywords):
    document = feedback_document(feedback())
    console = Console(file=StringIO(), width=width, highlight=False, soft_wrap=True, **keywords)
    return format_named("terminal").write(document, console)


COLOURED = {"force_terminal": True, "color_system": "standard", "no_color": False}

PRINTED = {
    "text-none.txt": lambda: printed("text", "none"),
    "text-score.txt": lambda: printed("text", "score"),
    "text-hint.txt": lambda: printed("text"),
    "text-full.txt": lambda: printed("text", "full"),
    "terminal-50.txt": lambda: on_terminal(50),
    "terminal-coloured.txt": lambda: on_terminal(100, **COLOURED),
    "hint.md": lambda: printed("markdown"),
    "full.md": lambda: printed("markdown", "full"),
    "full.html": lambda: printed("html", "full"),
    "full.json": lambda: printed("json", "full"),
    "none.json": lambda: printed("json", "none"),
    "full.csv": lambda: printed("csv", "full"),
    "gradescope-row.json": lambda: printed("gradescope"),
    "gradescope-column.json": lambda: printed("gradescope", "full", "column"),
    "gradescope-cell.json": lambda: printed("gradescope", "hint", "cell"),
    "prairielearn.json": lambda: printed("prairielearn"),
    "github-classroom.json": lambda: printed("github-classroom"),
}


@pytest.mark.parametrize("name", PRINTED)
def test_feedback_is_printed_as_in_the_file(name):
    text = PRINTED[name]()
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / name).write_text(text, encoding="utf-8")
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_no_file_is_left_over():
    assert {path.name for path in GOLDEN.iterdir()} == set(PRINTED)


def test_the_sheet_has_every_verdict():
    assert {mark.verdict for mark in feedback().marked.marks} == set(Verdict) - {Verdict.NOT_SURE}
