"""Small files that nest without an end, in every format that is read: told at once."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path

import pytest

from archstat.cli.streams import CANNOT_ANSWER
from archstat.toml import TOO_DEEP
from tests.cli.everything import SHEET
from tests.cli.running import invoke
from tests.cli.watching import LONGEST_S, MOST_BYTES, watched

DEPTHS = (90, 900, 9_000, 200_000)
"""Below and beyond what parsers refuse: 100 of protobuf's, 200 brackets and 1,000 of Python's."""

AGAINST = "--against lenet5"
GRADE = f"grade class {AGAINST} --workers 1"


def packed(name, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def nested(before, after, inner="1"):
    return lambda depth: (before * depth + inner + after * depth).encode()


def around(before, value, after):
    return lambda depth: before.encode() + value(depth) + after.encode()


def cell(value):
    """Return a sheet with a deep value in the place of a number."""
    return lambda depth: SHEET.replace("150", value(depth).decode()).encode()


LISTS, OBJECTS = nested("[", "]"), nested('{"a":', "}")
TUPLES, SIGNS, SUMS = nested("(", ",)"), nested("-", ""), nested("1+", "")
TABLES, PATH, BRACES = nested("{a=", "}"), nested("a.", "", "a"), nested("{", "}")
SPANS = nested("\\multicolumn{1}{l}{", "}")


def of_toml(words, key):
    return {
        f"{words}: lists": (words, around(f"{key} = ", LISTS, "\n")),
        f"{words}: tables": (words, around(f"{key} = ", TABLES, "\n")),
        f"{words}: a key": (words, around("", PATH, " = 1\n")),
        f"{words}: a heading": (words, around("[", PATH, "]\n")),
    }


def of_json(words):
    return {
        f"{words}: lists": (words, LISTS),
        f"{words}: objects": (words, OBJECTS),
        f"{words}: an object of lists": (words, around('{"traceEvents": [', LISTS, "]}")),
    }


def python(value):
    return around("import torch\nx = ", value, "\nclass Net(torch.nn.Module): pass\n")


def notebook(value):
    def made(depth):
        code = {"cell_type": "code", "source": value(depth).decode(), "outputs": []}
        return json.dumps({"nbformat": 4, "metadata": {}, "cells": [code]}).encode()

    return made


OUTPUTS = around('{"nbformat": 4, "cells": [{"cell_type": "code", "outputs": ', LISTS, "}]}")


def header(value):
    return lambda depth: len(value(depth)).to_bytes(8, "little") + value(depth)


def saved(opening, closing):
    """Return what torch.save writes, with an object that nests by words of a pickle."""

    def made(depth):
        pickle = b"\x80\x02" + opening * depth + b"N" + closing * depth + b"."
        return packed("archive/data.pkl", pickle)

    return made


def array(depth):
    shape = "(" * depth + "1" + ",)" * depth
    said = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}".encode()
    return packed("a.npy", b"\x93NUMPY\x02\x00" + struct.pack("<I", len(said)) + said)


def element(tag, member):
    return lambda depth: packed(member, nested(f"<{tag}>", f"</{tag}>")(depth))


def archives(depth):
    inner = packed("sheet.md", SHEET)
    for _ in range(min(depth, 200)):
        inner = packed("kim.zip", inner)
    return inner


def blocks(depth):
    lines = [" " * at + "if 1:" for at in range(min(depth, 900))]  # which grow with the square
    return "\n".join([*lines, " " * len(lines) + "pass"]).encode()


DEEP = {
    **of_toml("table FILE.toml", "input"),
    **of_toml(f"check sheet.md {AGAINST} --policy FILE.toml", "points"),
    **of_toml("sweep FILE.toml --list", "cases"),
    **of_toml(f"{GRADE} --variants FILE.toml", "given"),
    **of_json("bench FILE.json"),
    **of_json("bench FILE.json lenet5"),
    **of_json("limit lenet5 --on FILE.json"),
    **of_json("table FILE.index.json"),
    **of_json(f"check FILE.ipynb {AGAINST}"),
    "outputs of a notebook": (f"check FILE.ipynb {AGAINST}", OUTPUTS),
    "safetensors": ("table FILE.safetensors", header(LISTS)),
    "a pickle: lists": ("table FILE.pt", saved(b"]", b"a")),
    "a pickle: tuples": ("table FILE.pt", saved(b"", b"\x85")),
    "a pickle: dictionaries": ("table FILE.pt", saved(b"}X\x01\x00\x00\x00a", b"s")),
    "a pickle: sets": ("table FILE.pt", saved(b"(", b"\x91")),
    "a pickle: objects": ("table FILE.pt", saved(b"ctorch\nNet\n)\x81", b"b")),
    "arrays": ("table FILE.npz", array),
    "print: modules": ("table FILE.txt", nested("Net(\n  (a): ", ")", "ReLU()\n")),
    "print: tuples": ("table FILE.txt", around("Net(\n  (a): Conv2d(", TUPLES, ")\n)\n")),
    "html: tables": (f"check FILE.html {AGAINST}", nested("<table><tr><td>", "</table>")),
    "html: blocks": (f"check FILE.html {AGAINST}", nested("<div>", "</div>")),
    "html: letters": (
        f"check FILE.html {AGAINST}",
        around("<table><tr><td>", nested("<b>", ""), ""),
    ),
    "latex: braces": (f"check FILE.tex {AGAINST}", around("\\begin{tabular}{l}", BRACES, "\\\\")),
    "latex: tables": (f"check FILE.tex {AGAINST}", nested("\\begin{tabular}{l}", "")),
    "latex: spans": (f"check FILE.tex {AGAINST}", around("\\begin{tabular}{l}", SPANS, "\\\\")),
    "markdown: quotes": (f"check FILE.md {AGAINST}", nested("> ", "", "C1: 28x28x6")),
    "markdown: lists": (f"check FILE.md {AGAINST}", nested("- ", "", "C1: 28x28x6")),
    "a cell: brackets": (f"check FILE.md {AGAINST}", cell(nested("(", ")"))),
    "a cell: a sum": (f"check FILE.md {AGAINST}", cell(SUMS)),
    "a cell: stars": (f"check FILE.md {AGAINST}", cell(nested("**", "**"))),
    "a cell: roots": (f"check FILE.md {AGAINST}", cell(nested("$\\sqrt{", "}"))),
    "docx: paragraphs": (f"check FILE.docx {AGAINST}", element("w:p", "word/document.xml")),
    "docx: tables": (f"check FILE.docx {AGAINST}", element("w:tbl", "word/document.xml")),
    "xlsx": (f"check FILE.xlsx {AGAINST}", element("row", "xl/workbook.xml")),
    "ods": (f"check FILE.ods {AGAINST}", element("table:table-row", "content.xml")),
    "archives": (f"grade FILE.zip {AGAINST} --workers 1", archives),
    "folders": (
        f"grade FILE.zip {AGAINST} --workers 1",
        lambda depth: packed("a/" * min(depth, 9_000) + "sheet.md", SHEET),
    ),
    "a field of a roster": (
        f"{GRADE} --roster FILE.csv",
        around('name,"', nested("a", ""), '"\nkim,1'),
    ),
    "a field of a sheet": (
        f"check FILE.csv {AGAINST}",
        around("layer,weights\nC1,", nested("1", ""), ""),
    ),
}
"""What to ask, and the file, by how deep it nests."""

OF_CODE = {
    "brackets": ("table FILE.py:Net --input 3", python(nested("(", ")"))),
    "signs": ("table FILE.py:Net --input 3", python(SIGNS)),
    "a sum": ("table FILE.py:Net --input 3", python(SUMS)),
    "names": ("table FILE.py:Net --input 3", python(nested("torch.", "", "nn"))),
    "blocks": ("table FILE.py:Net --input 3", blocks),
    "a notebook": ("table FILE.ipynb:Net --input 3", notebook(python(SIGNS))),
    "example inputs": ("table net.py:Net --input-file FILE.json", LISTS),
    "saved inputs": ("table net.py:Net --input-file FILE.pt", saved(b"]", b"a")),
}
"""Likewise, for what PyTorch reads."""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("sheet.md").write_text(SHEET, encoding="utf-8")
    Path("class").mkdir()
    Path("class/ada.md").write_text(SHEET, encoding="utf-8")
    Path("net.py").write_text("from torch import nn\nNet = nn.ReLU\n", encoding="utf-8")
    return tmp_path


def assert_told(words, make, place):
    """Check that a file of any depth has an answer or a sentence, soon and in little memory."""
    name = next(word for word in words.split() if word.startswith("FILE")).partition(":")[0]
    for depth in DEPTHS:
        (place / name.replace("FILE", "deep")).write_bytes(make(depth))
        with watched() as used:
            result = invoke(*words.replace("FILE", "deep").split())
        assert isinstance(result.exception, (SystemExit, type(None)))
        assert "itself fails" not in result.stderr
        assert result.exit_code != CANNOT_ANSWER or result.stderr.startswith("error: ")
        assert used.seconds < LONGEST_S
        assert used.bytes < MOST_BYTES


@pytest.mark.parametrize(("words", "make"), DEEP.values(), ids=DEEP)
def test_what_nests_without_an_end_is_told(words, make, place):
    assert_told(words, make, place)


@pytest.mark.slow
@pytest.mark.parametrize(("words", "make"), OF_CODE.values(), ids=OF_CODE)
def test_code_that_nests_without_an_end_is_told(words, make, place):
    pytest.importorskip("torch")
    assert_told(words, make, place)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(PATH, id="bare"),
        pytest.param(nested('"a" . ', "", "a"), id="quoted"),
        pytest.param(nested("'a'.", "", "a"), id="quoted once"),
    ],
)
def test_a_key_of_many_parts_takes_no_memory_in_the_square(key, place):
    (place / "net.toml").write_bytes(key(64) + b" = 1\n")
    result = invoke("table", "net.toml")
    assert (result.exit_code, result.stderr) == (2, f"error: net.toml: {TOO_DEEP}\n")


def test_keys_of_some_parts_and_texts_with_points_are_read(place):
    dotted = ".".join("1" * 64)
    (place / "net.toml").write_text(
        f'title = "{dotted}"\ninput = [{", ".join(["1.5"] * 200)}]\n', encoding="utf-8"
    )
    assert "TOML" not in invoke("table", "net.toml").stderr
