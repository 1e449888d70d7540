"""Which table of a file is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from archstat.errors import NoTableError, SheetError, UsageError
from archstat.homework.marking.marks import Verdict
from archstat.homework.marking.matching import marked as marked_of
from archstat.homework.marking.policy import Policy
from archstat.homework.reading import Contents, limits, read_text
from tests.homework.networks import sheet, truth

SHEETS = Path(__file__).parents[1] / "sheets"
DOCUMENT = ("cifar-bn-alexnet.md", "torchstat.txt")
MOODS = sheet("day | mood", "Monday | fine", "Tuesday | fine")
SMALL = sheet("layer | weights", "conv1 | 34,848")
WHOLE = sheet("layer | weights", "conv1 | 34,848", "conv2 | 307,200", "conv3 | 884,736")


def matched(*tables, **options):
    result = marked_of(Contents(tables), truth("paper-alexnet"), Policy(), **options)
    return [sheet.sheet.table for sheet in result.sheets]


def test_all_tables_about_the_network_are_taken():
    assert matched(MOODS, SMALL, WHOLE) == [SMALL, WHOLE]


def test_a_table_that_is_all_wrong_is_about_the_network_if_its_rows_are_called_so():
    wrong = sheet("layer | neurons", "conv1 | 1", "conv2 | 2", "conv3 | 3")
    blocks = sheet("block | params", "C1 | 1", "C2 | 2")
    layers = sheet("layer | weights", "C1-1 | 34,848", "C2-1 | 307,200")

    assert matched(WHOLE, wrong) == [WHOLE, wrong]
    assert matched(layers, blocks) == [layers, blocks]
    assert matched(WHOLE, sheet("layer | weights", "conv1 | 1", "conv2 | 2")) == [WHOLE]


def test_a_table_without_titles_that_no_values_explain_is_refused():
    with pytest.raises(NoTableError) as caught:
        matched(sheet(" | ", "conv1 | 34,848", "conv2 | 5"))
    assert str(caught.value) == (
        "nothing says what the columns hold, as they have no titles\n"
        "  hint: write above each what it holds: weights, feature map, MACs"
    )


def test_a_number_decides():
    assert matched(MOODS, SMALL, WHOLE, number=2) == [SMALL]


@pytest.mark.parametrize("number", [0, 4])
def test_a_number_that_no_table_has_is_refused(number):
    with pytest.raises(SheetError) as caught:
        matched(MOODS, SMALL, WHOLE, number=number)
    assert str(caught.value) == f"there is no table {number}: it has 3 tables"


def test_a_file_of_one_table_has_one():
    with pytest.raises(SheetError) as caught:
        matched(SMALL, number=2)
    assert str(caught.value) == "there is no table 2: it has 1 table"


LOG = sheet("layer | weights", *["conv1 | 34,848"] * 8_001)  # of 24 layers: 10,000 + 24 · 250
TOO_LARGE = (
    "table 1: has 16,002 cells; of a network of 24 layers, at most 16,000 are marked\n"
    "  hint: leave out the rows and columns that are about no layer"
)


@pytest.mark.parametrize("options", [{}, {"number": 1}])
def test_a_table_with_far_more_cells_than_a_network_has_layers_is_refused(options):
    with pytest.raises(SheetError) as caught:
        matched(LOG, **options)
    assert str(caught.value) == TOO_LARGE


def test_a_log_beside_a_sheet_is_not_marked_and_told():
    result = marked_of(Contents((LOG, WHOLE)), truth("paper-alexnet"), Policy())
    assert [one.sheet.table for one in result.sheets] == [WHOLE]
    assert [one.table for one in result.aside] == [LOG]


def test_marking_takes_only_so_long(monkeypatch):
    monkeypatch.setattr(limits, "MOST_MARKING_SECONDS", -1)
    with pytest.raises(SheetError, match=r"^takes more than -1 seconds to mark$"):
        matched(WHOLE)


def test_without_a_column_to_mark_there_is_no_homework():
    with pytest.raises(NoTableError) as caught:
        matched(MOODS)
    assert str(caught.value) == (
        "no table has a column that can be marked: day | mood\n"
        "  hint: say what a column asks for: column={'TITLE': 'weights'}"
    )


def test_a_column_that_somebody_names_makes_a_table_one():
    named = sheet("layer | mood", "conv1 | 34,848")
    assert matched(MOODS, named, chosen={"mood": "weights"}) == [named]


def test_a_column_that_no_table_has_is_refused():
    with pytest.raises(UsageError) as caught:
        matched(SMALL, chosen={"Weight": "weights"})
    assert str(caught.value) == (
        "column: the table has no column 'Weight'\n  hint: did you mean 'weights'?"
    )


def test_a_total_in_the_text_asks_nothing_of_the_layers():
    from archstat.homework.reading import read_bytes

    table = "| layer | weights |\n|---|---|\n| C1 | 150 |\n| C3 | 2,400 |\n| C5 | 48,000 |\n"
    table += "| F6 | 10,080 |\n| OUTPUT | 840 |\n\nTotal: 61,706 params and 236 biases\n"
    result = marked_of(read_bytes(table.encode(), name="hw.md"), truth("lenet5"), Policy())
    assert result.is_right  # 61,470 weights and 6 + 16 + 120 + 84 + 10 biases
    assert not result.gaps


def test_maps_that_are_wrong_throughout_are_no_settings():
    """From 224 pixels a side, conv1 makes 54, pool1 26, pool2 12, and pool3 5: 256 · 5 · 5 = 6400.

    The classifier's 4096 are right, and would be channels, too.
    """
    maps = sheet(
        "layer | weights | input size",
        "conv1 | 34,848 | 3×224×224",
        "pool1 | - | 96×54×54",
        "conv2 | 307,200 | 96×26×26",
        "pool2 | - | 256×26×26",
        "conv3 | 884,736 | 256×12×12",
        "conv4 | 663,552 | 384×12×12",
        "conv5 | 442,368 | 384×12×12",
        "pool3 | - | 256×12×12",
        "fc6 | 37,748,736 | 6400",
        "fc7 | 16,777,216 | 4096",
        "fc8 | 4,096,000 | 4096",
    )
    result = marked_of(Contents((maps,)), truth("paper-alexnet"), Policy())
    assert {one.quantity for one in result.marks} == {"weights", "in_shape"}
    assert [cause.key for cause in result.causes] == ["input-224"]


def test_a_table_and_a_printout_in_one_document_are_both_marked():
    texts = [(SHEETS / name).read_text(encoding="utf-8") for name in DOCUMENT]
    printed = marked_of(read_text(texts[1], name="print.txt"), truth("cifar-bn-alexnet"), Policy())
    both = marked_of(
        read_text("\n\n".join(texts), name="page.md"), truth("cifar-bn-alexnet"), Policy()
    )

    assert printed.points == printed.out_of  # under torchstat's conventions, totals included
    totals = [one.verdict for one in printed.marks if one.layer == "total"]
    assert all(one.is_right or one is Verdict.NOT_ASKED for one in totals)
    assert sum(one.is_right for one in totals) >= 4  # parameters, memory, MAdd, Flops
    assert [one.sheet.table.tool for one in both.sheets][:2] == [None, "torchstat"]
    assert not both.aside
