"""PDF documents: the same bytes twice, forms to fill in, and letters that no font has."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from archstat.documents.cells import BLANK
from archstat.documents.document import Column, Document, Line, Picture, Sentences, Table
from archstat.errors import UsageError
from archstat.formats import format_named, pdf
from archstat.homework.reading import read_bytes
from archstat.models.spec.resolve import resolve
from archstat.pictures.plans.document import drawing_document
from archstat.report.report import report_on
from tests.cli.running import invoke

pytest.importorskip("typst")
pypdf = pytest.importorskip("pypdf")

COLUMNS = (Column("layer", "layer", is_text=True), Column("weights", "weights"))


def document(*cells, text="said"):
    table = Table(COLUMNS, tuple(Line((f"conv{at}", cell)) for at, cell in enumerate(cells, 1)))
    return Document("sheet", "A sheet", parts=(table, Sentences((text,))), language="en")


def read(content):
    return pypdf.PdfReader(io.BytesIO(content))


def test_the_same_document_gives_the_same_bytes():
    write = format_named("pdf").write
    assert write(document(BLANK, 34_848)) == write(document(BLANK, 34_848))


def test_what_is_to_be_filled_in_is_a_field_that_says_what_it_is():
    pages = read(format_named("pdf").write(document(BLANK, 7, BLANK)))
    assert [field["/TU"] for field in pages.get_fields().values()] == [
        "weights, conv1", "weights, conv3",
    ]  # fmt: skip
    assert "7" in pages.pages[0].extract_text()


def test_a_form_of_which_a_part_is_filled_in_is_read_back():
    pytest.importorskip("pypdfium2")
    form = document(34_848, BLANK, BLANK, BLANK)
    writer = pypdf.PdfWriter(clone_from=read(format_named("pdf").write(form)))
    writer.update_page_form_field_values(writer.pages[0], {"cell2": "884,736"})
    file = io.BytesIO()
    writer.write(file)
    [table] = read_bytes(file.getvalue(), name="sheet.pdf").tables
    assert [row[:2] for row in table.rows] == [
        ("conv1", "34,848"), ("conv2", "____"), ("conv3", "884,736"), ("conv4", "____"),
    ]  # fmt: skip


@pytest.mark.parametrize("network", ["lenet5-1998", "googlenet"])
def test_fields_that_stand_close_together_are_read_apart(network, tmp_path):
    pytest.importorskip("pypdfium2")
    asked = "feature_map,weights,neurons,macs,rf"
    invoke("key", network, "--blank", asked, "-o", tmp_path / "form.pdf")
    invoke("key", network, "-o", tmp_path / "key.csv")
    with (tmp_path / "key.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["layer"]: row for row in csv.DictReader(file)}
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(tmp_path / "form.pdf"))
    for page in writer.pages:
        cells = {}
        for field in (reference.get_object() for reference in page["/Annots"]):
            title, layer = field["/TU"].split(", ", 1)
            cells[field["/T"]] = rows[layer][title.lower().replace(" ", "_")]
        writer.update_page_form_field_values(page, cells)
    writer.write(tmp_path / "filled.pdf")
    said = json.loads(
        invoke("check", tmp_path / "filled.pdf", "--against", network, "-f", "json").stdout
    )
    fields = {"lenet5-1998": 55, "googlenet": 329}[network]  # one for each cell that is asked for
    assert (said["points"], said["out_of"], said["right"]) == (fields, fields, True)


def test_a_document_without_blanks_is_no_form():
    pages = read(format_named("pdf").write(document(7)))
    assert pages.get_fields() is None
    assert "/StructTreeRoot" in pages.trailer["/Root"]  # what a screen reader goes by
    assert pages.trailer["/Root"]["/Lang"] == "en"


def test_a_long_table_goes_on_under_its_titles():
    pages = read(format_named("pdf").write(document(*range(1, 120)))).pages
    assert len(pages) > 1
    assert all("weights" in page.extract_text() for page in pages)


def test_letters_that_no_font_has_are_no_boxes(monkeypatch):
    from typst import Compiler

    monkeypatch.setattr(pdf, "_compiler", lambda: Compiler(ignore_system_fonts=True))
    pdf._is_there.cache_clear()
    with pytest.raises(UsageError) as caught:
        format_named("pdf").write(document(text="합성곱"))
    pdf._is_there.cache_clear()
    assert str(caught.value) == (
        "this machine has no font with the letter 한\n"
        "  hint: install one, such as Noto Sans CJK, or write HTML"
    )


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr("archstat.extras.find_spec", lambda _: None)
    with pytest.raises(UsageError) as caught:
        format_named("pdf").write(document(7))
    assert str(caught.value) == (
        "a PDF document needs typst and pypdf, which this Python does not have\n"
        "  hint: pip install 'archstat[typeset]'"
    )


def test_a_drawing_is_a_page_as_large_as_it_is_so_that_a_paper_takes_it_in():
    report = report_on(resolve("lenet5"))
    drawn = drawing_document(report, style="lenet")
    [picture] = [part for part in drawn.parts if isinstance(part, Picture)]
    wide = float(re.search(r' width="([\d.]+)"', picture.draw())[1])
    pages = read(format_named("pdf").write(drawn)).pages
    assert len(pages) == 1
    assert float(pages[0].mediabox.width) == pytest.approx(0.75 * wide, abs=1)  # 72 of 96 pixels
    text = pages[0].extract_text()
    assert "28×28×6" in text
    assert "1 / 1" not in text
