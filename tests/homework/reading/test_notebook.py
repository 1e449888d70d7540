"""Notebooks."""

from __future__ import annotations

import json

import pytest

from archstat.homework.reading import FoundTable, read_bytes, read_text
from tests.homework.reading.making import notebook
from tests.homework.reading.reading import assert_refused

MARKDOWN = "Text\n\n| Layer | Weights |\n|---|---|\n| conv1 | 34848 |"
PRINTED = "layer  weights\nconv1    34848\npool1        0\n"
HTML = "<table><tr><th>Layer<th>Weights<tr><td>conv1<td>34848</table>"


def tables_of(*cells):
    return read_bytes(notebook(*cells), name="sheet.ipynb").tables


@pytest.mark.parametrize("source", [MARKDOWN, MARKDOWN.splitlines(keepends=True)])
def test_a_cell_of_text(source):
    code = {"cell_type": "code", "source": "| a | b |\n|---|---|\n| 1 | 2 |", "outputs": []}

    assert tables_of(code, {"cell_type": "markdown", "source": source}) == [
        FoundTable("cell 2, line 3", ("Layer", "Weights"), (("conv1", "34848"),))
    ]


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "stream", "name": "stdout", "text": PRINTED.splitlines(keepends=True)},
        {"output_type": "execute_result", "data": {"text/plain": PRINTED}},
        {"output_type": "display_data", "data": {"text/html": [HTML], "text/plain": "a"}},
        {"output_type": "display_data", "data": {"text/html": "<b>a</b>", "text/plain": PRINTED}},
    ],
)
def test_the_output_of_a_cell(output):
    (table,) = tables_of({"cell_type": "code", "source": [], "outputs": [output]})

    assert table.place == "cell 1 (code output), line 1"
    assert table.rows[0] == ("conv1", "34848")


def test_one_output_in_two_forms_is_one_table():
    both = {"data": {"text/html": HTML, "text/plain": PRINTED}}

    assert len(tables_of({"cell_type": "code", "outputs": [both]})) == 1


def test_the_progress_of_a_training_is_no_table():
    progress = {"output_type": "stream", "name": "stderr", "text": PRINTED}
    cells = {"cell_type": "code", "outputs": [progress]}, {"cell_type": "raw", "source": MARKDOWN}

    assert [table.place for table in tables_of(*cells)] == ["cell 2, line 3"]


def test_a_notebook_is_known_by_its_content():
    text = notebook({"cell_type": "markdown", "source": MARKDOWN}).decode()

    assert read_text(text, name="-").tables[0].place == "cell 1, line 3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"cells": [',
            "sheet: is not a notebook: Expecting value: line 1 column 12 (char 11)",
        ),
        ('{"cells": ' + "[" * 100_000, "sheet: is not a notebook: it nests too deep"),
        (
            '{"cells": []}',
            "sheet: holds no table\n  hint: a table has two columns and a row, or more",
        ),
    ],
)
def test_what_is_no_notebook(text, message):
    assert_refused(lambda: read_text(text, name="sheet"), message)


@pytest.mark.parametrize(
    "strange",
    [
        {"cells": 5},
        {"cells": [None, 5, [], {"cell_type": []}, {"cell_type": "markdown", "source": {"a": 5}}]},
        {"cells": [{"cell_type": "code", "outputs": [5, {"data": 5, "text": [5, None]}]}]},
    ],
)
def test_a_notebook_may_hold_anything(strange):
    assert_refused(
        lambda: read_text(json.dumps(strange), name="sheet"),
        "sheet: holds no table\n  hint: a table has two columns and a row, or more",
    )
