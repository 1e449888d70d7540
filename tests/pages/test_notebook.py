"""What a notebook shows of a report, and the pictures and tables that it gives."""

from __future__ import annotations

import struct
import sys

import pytest

import archstat
from tests.pages.reading import read


@pytest.fixture(scope="module")
def alexnet():
    return archstat.analyze("paper-alexnet")


@pytest.fixture(scope="module")
def shown(alexnet):
    return alexnet._repr_mimebundle_()


def test_a_notebook_gets_every_form_that_it_may_want(alexnet, shown):
    assert set(shown) == {"text/plain", "text/html", "text/markdown", "text/latex"}
    assert shown["text/plain"] == str(alexnet)
    assert shown["text/markdown"] == alexnet.to_markdown()
    assert r"\begin{tabular}" in shown["text/latex"]
    assert [form for form in shown if "724" not in shown[form]] == []


def test_nothing_is_lost_where_styles_and_scripts_are_stripped(shown):
    root = read(shown["text/html"].replace("<br>", ""))
    assert {element.name for element in root.all()} <= {
        "", "div", "p", "b", "i", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "details",
        "summary",
    }  # fmt: skip
    assert {key for element in root.all() for key in element.attributes} == {"align", "style"}
    root = read(shown["text/html"].replace("<br>", "").replace("\u00a0", " "))
    row = next(row for row in root.all("tr") if row.children[0].text == "conv2")
    assert [cell.text for cell in row.children[5:]] == [
        "307,200",
        "186,624",
        "223,948,800",
        "51",
        "██▌ 30.9 %",  # 223,948,800 of 724,406,816; 20 of 64 eighths
    ]
    assert [cell["align"] for cell in row.children[:2] + row.children[5:7]] == [
        "left", "left", "right", "right",
    ]  # fmt: skip


def test_many_layers_are_folded():
    report = archstat.analyze("resnet18")
    root = read(report._repr_mimebundle_()["text/html"].replace("<br>", ""))
    first, whole = root.all("table")
    assert len(first.all("tr")) < 30 < len(whole.all("tr"))
    assert whole.parent.name == "details"
    assert root.one("summary").text == f"All {len(report.layers)} layers"


def test_pictures_show_themselves(alexnet):
    for picture, title in (
        (alexnet.draw(), "paper-alexnet, drawn"),
        (alexnet.plot(), "Where the work and the memory of paper-alexnet are"),
    ):
        assert picture._repr_svg_() == str(picture)
        svg = read(str(picture)).one("svg")
        assert (svg["aria-label"], svg["role"]) == (title, "img")
    assert "30.9 %" in str(alexnet.plot())
    assert "13×13×384" in str(alexnet.draw())


def test_a_picture_is_saved_as_svg_or_png(alexnet, tmp_path):
    pytest.importorskip("resvg_py")
    picture = alexnet.plot()
    picture.save(tmp_path / "shares.svg")
    assert (tmp_path / "shares.svg").read_text(encoding="utf-8") == str(picture)
    with pytest.raises(archstat.UsageError, match=r"saved as \.svg or \.png, got 'shares\.bmp'"):
        picture.save("shares.bmp")


def test_a_png_has_two_dots_for_each_pixel(alexnet, tmp_path):
    pytest.importorskip("resvg_py")
    from archstat.formats.special import png

    try:
        png._font()
    except archstat.UsageError as error:
        pytest.skip(str(error))
    alexnet.draw().save(tmp_path / "net.png")
    content = (tmp_path / "net.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    wide = float(read(str(alexnet.draw())).one("svg")["width"])
    assert wide <= 912 + 2 * 24  # a notebook, and the margins
    assert struct.unpack(">I", content[16:20]) == (2 * wide,)


def test_a_machine_without_fonts_is_told_what_to_install(monkeypatch):
    pytest.importorskip("resvg_py")
    from archstat.formats.special import png

    png._font.cache_clear()
    monkeypatch.setattr(png, "FAMILIES", ("No Such Font",))
    monkeypatch.setattr(png, "_drawn", lambda *_, **__: b"blank")
    with pytest.raises(archstat.UsageError, match="no font"):
        png.png("<svg/>")
    png._font.cache_clear()


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_report_as_a_table_of_a_library(alexnet, library):
    pytest.importorskip(library)
    table = getattr(alexnet, f"to_{library}")()
    assert table.shape[0] == 24
    assert list(table["name"])[:2] == ["conv1", "relu1"]
    assert table["macs"].sum() == 724_406_816
    assert table["groups"].sum() == 8  # 1 + 2 + 1 + 2 + 2, whole where others have none
    assert [list(size) for size in table["receptive_field"]][-1] == [355, 355]
    assert list(table["padding"])[4] == "2"


def test_a_library_that_is_missing_is_named(alexnet, monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(archstat.UsageError, match="to_polars needs polars"):
        alexnet.to_polars()
