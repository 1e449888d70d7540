"""Excel workbooks: what is in their cells, and how it looks."""

from __future__ import annotations

import pytest

from archstat.documents.cells import for_workbooks
from archstat.documents.view import View
from archstat.errors import UsageError
from archstat.report.columns import COLUMNS, choose_columns
from archstat.report.report import report_on
from archstat.report.values import AtLeast, Bytes, Map, PerAxis, Share
from tests.formats.writing import written
from tests.renderers.networks import network, report
from tests.workbooks import MAIN, SHEET, cells, member, rows, styles, title_row

pytest.importorskip("xlsxwriter")
COUNT = '#,##0;-#,##0;"–"'


def book(*keys, blank=(), about=None):
    """Return the branching network's workbook."""
    view = View(choose_columns(keys), is_homework=bool(blank), blank=choose_columns(blank))
    return written("xlsx", about or report(), view)


@pytest.mark.parametrize(
    ("value", "content"),
    [
        (34_848, 34_848),
        (0, 0),
        (10**15 - 1, 10**15 - 1),
        (10**15, "1,000,000,000,000,000"),  # a double has no more than 15 digits for sure
        (None, "?"),
        ("", "–"),
        ("same", "same"),
        (AtLeast(7), "≥ 7"),
        (Map(96, (55, 54)), "55×54×96"),
        (Map(4096, ()), 4096),
        (PerAxis((11, 11)), 11),
        (PerAxis((11, 7)), "11×7"),
        (PerAxis((-3, -3)), "-3"),
        (Share(1, 4), 0.25),
        (Share(0, 0), "–"),
        (Bytes(1536), 1536),
    ],
)
def test_a_value_is_a_number_where_it_is_exact(value, content):
    assert for_workbooks(value) == content


def below_titles(by_cell, data):
    """Return the rows from the titles on."""
    return list(rows(by_cell).values())[[*rows(by_cell)].index(title_row(data)) :]


def test_numbers_are_numbers_and_shapes_are_texts():
    data = book("layer", "feature_map", "weights", "receptive_field")
    titles, conv1, *_, total = below_titles(cells(data), data)
    assert titles == ["layer", "feature map", "weights", "receptive field"]
    assert conv1 == ["conv1", "6×6×4", 108.0, 3.0]  # 4 filters of 3×3×3, stride 2 on 12×12
    assert total == ["total", None, 592.0, None]


def test_pairs_fall_apart_into_a_column_each():
    data = book("layer", "filters_and_size", "stride_and_padding")
    titles, _, _, wide, *_ = below_titles(cells(data), data)
    assert titles == ["layer", "filters", "filter size", "groups", "stride", "padding"]
    assert wide == ["wide", 4.0, "5×3×2", 2.0, 1.0, "2×1"]


def test_numbers_look_as_in_other_formats():
    data = book("layer", "weights", "activation_bytes", "params_share")
    _, conv1, *_ = below_titles(styles(data), data)
    assert [code for code, _ in conv1[1:]] == [COUNT, '#,##0" B";;"–"', '0.0 %;;"–"']


def test_titles_stay_in_sight():
    data = book("layer", "weights")
    pane = member(data, SHEET).find(".//x:pane", MAIN)
    assert pane.get("state") == "frozen"
    assert (pane.get("ySplit"), pane.get("xSplit")) == (str(title_row(data)), "1")


def test_cells_to_fill_in_are_framed_and_empty():
    data = book("layer", "stride", "weights", "macs", blank=["stride", "weights"])
    _, conv1, *_, total = below_titles(cells(data), data)
    assert conv1 == ["conv1", None, None, 3888.0]  # 108 · 6·6
    assert total == ["total", None, None, 8568.0]
    _, conv1, *_, total = below_titles(styles(data), data)
    assert conv1[1:] == [("@", "thin"), (COUNT, "thin"), (COUNT, None)]  # in a text, 3/1 is no day
    assert [border for _, border in total] == [None, None, "thin", None]  # strides have no sum


def test_a_blank_sheet_has_no_sums_and_no_notes():
    texts = [text for text in cells(book("layer", "weights", blank=["weights"])).values() if text]
    assert [text for text in texts if "592" in text or "star" in text] == []
    texts = [text for text in cells(book("layer", "weights")).values() if isinstance(text, str)]
    assert "a note with *stars*" in texts


def test_a_name_is_no_formula():
    about = report_on(network(("=1+1", "relu", {})))
    data = book("layer", "kind", about=about)
    assert "=1+1" in cells(data).values()
    assert member(data, SHEET).find(".//x:f", MAIN) is None


def test_the_same_question_gives_the_same_file():
    core = member(book("layer", "weights"), "docProps/core.xml")
    stamps = [text for text in core.itertext() if text.strip()]
    assert stamps == ["2000-01-01T00:00:00Z", "2000-01-01T00:00:00Z"]
    assert book("layer", "weights") == book("layer", "weights")


def test_every_column_can_be_written():
    assert len(cells(book(*COLUMNS))) > len(COLUMNS)


def test_without_its_package_there_is_a_hint(monkeypatch):
    monkeypatch.setattr("archstat.extras.find_spec", lambda _: None)
    with pytest.raises(UsageError) as caught:
        book("layer", "weights")
    assert str(caught.value) == (
        "an Excel workbook needs xlsxwriter, which this Python does not have\n"
        "  hint: pip install 'archstat[xlsx]'"
    )
