"""Which format a file has, and what is said of files that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archstat.homework.reading import read_bytes, read_file, read_text
from tests.homework.reading.making import archive, docx, notebook, ods, sheet_rows, word_table, xlsx
from tests.homework.reading.reading import assert_refused, lines

HINT = "\n  hint: hand in Markdown, CSV, HTML, LaTeX, a notebook, .docx or .xlsx"
NO_TABLE = "holds no table\n  hint: a table has two columns and a row, or more"

MARKDOWN = "| Layer | Weights |\n|---|---|\n| conv1 | 34848 |\n"
FILES = {
    "Markdown": MARKDOWN.encode(),
    "CSV": b"Layer,Weights\nconv1,34848\n",
    "HTML": b"<html><table><tr><th>Layer<th>Weights<tr><td>conv1<td>34848</table></html>",
    "LaTeX": rb"\begin{tabular}{lr} Layer & Weights \\ conv1 & 34848 \end{tabular}",
    "notebook": notebook({"cell_type": "markdown", "source": MARKDOWN}),
    "Word": docx(word_table(["Layer", "Weights"], ["conv1", "34848"])),
    "Excel": xlsx(sheet_rows(["Layer", "Weights"], ["conv1", 34848])),
    "LibreOffice": ods(
        "<table:table-row><table:table-cell><text:p>Layer</text:p></table:table-cell>"
        "<table:table-cell><text:p>Weights</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:table-cell><text:p>conv1</text:p></table:table-cell>"
        "<table:table-cell><text:p>34848</text:p></table:table-cell></table:table-row>"
    ),
}


@pytest.mark.parametrize(
    "name", ["sheet", "sheet.txt", "sheet.csv", "sheet.docx", "sheet.xls", "sheet.PDF"]
)
@pytest.mark.parametrize("kind", FILES)
def test_a_renamed_file_is_read_by_its_content(kind, name):
    (table,) = read_bytes(FILES[kind], name=name).tables

    assert lines(table) == [("Layer", "Weights"), ("conv1", "34848")]


def test_a_file_on_the_disk(tmp_path):
    path = tmp_path / "sheet.md"
    path.write_text(MARKDOWN, encoding="utf-8")
    (table,) = read_file(path).tables

    assert lines(table) == [("Layer", "Weights"), ("conv1", "34848")]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"{\\rtf1\\ansi", "an RTF document"),
        (b"\x1f\x8b\x08", "an archive"),
        (b"7z\xbc\xaf\x27\x1c", "an archive"),
        (b"Rar!\x1a", "an archive"),
        (archive({"sheet.csv": "a,b"}), "an archive without a document"),
        (archive({"ppt/presentation.xml": ""}), "a presentation"),
        (archive({"Contents/content.hpf": ""}), "a Hangul document (.hwpx)"),
        (archive({"Index/Document.iwa": ""}), "a Pages or Numbers document"),
    ],
)
def test_formats_without_readable_tables(data, kind):
    assert_refused(
        lambda: read_bytes(data, name="sheet"), f"sheet: is {kind}, which cannot be read{HINT}"
    )


@pytest.mark.parametrize(
    ("stream", "kind"),
    [
        ("Workbook", "an old Excel workbook (.xls)"),
        ("WordDocument", "an old Word document (.doc)"),
        ("HwpSummaryInformation", "a Hangul document (.hwp)"),
        ("EncryptedPackage", "a document with a password"),
        ("Other", "a document of an unknown kind"),
    ],
)
def test_old_documents(stream, kind):
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + stream.encode("utf-16-le")

    assert_refused(
        lambda: read_bytes(data, name="sheet"), f"sheet: is {kind}, which cannot be read{HINT}"
    )


@pytest.mark.parametrize("data", [b"", b"\n\n"])
def test_nothing(data):
    assert_refused(lambda: read_bytes(data, name="sheet"), "sheet: is empty")


@pytest.mark.parametrize("data", [b"Just words.", b"a | b", b"{}", b"<html></html>"])
def test_no_table(data):
    assert_refused(lambda: read_bytes(data, name="sheet"), f"sheet: {NO_TABLE}")


def test_a_text_that_was_pasted():
    assert_refused(lambda: read_text("Just words.", name="-"), f"-: {NO_TABLE}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in the file system here")
def test_a_pipe_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")

    assert_refused(lambda: read_file(Path("pipe")), "pipe: is not an ordinary file")


def test_places_that_are_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()

    assert_refused(lambda: read_file(Path("folder")), "folder: is a folder")
    assert_refused(
        lambda: read_file(Path("nowhere")), "nowhere: cannot be read: No such file or directory"
    )
    assert_refused(lambda: read_file(Path("a\0b")), "'a\\x00b': is not a file name")


def test_a_name_that_a_terminal_would_obey_is_quoted():
    assert_refused(lambda: read_bytes(b"", name="\x1b[31msheet"), "'\\x1b[31msheet': is empty")
