"""What is not called wrong: rows that nothing names, and sheets that stop early."""

from __future__ import annotations

from pathlib import Path

import pytest

from archstat.homework.marking.marks import Verdict
from tests.homework.networks import marked, sheet, verdicts

OPEN = Path(__file__).parents[3] / "benchmarks/real_sheets/open"
MODEL = OPEN / "ko-googlenet-filters-by-branch/model.toml"
"""A GoogLeNet whose modules are told by the names of their layers alone."""


def test_a_sheet_of_modules_may_stop_before_the_last_of_them():
    """Each row is about what it names, although two modules, a pool and a layer have none."""
    rows = (
        *("conv1 | 56x56x64", "conv2 | 28x28x192", "inception 3a | 28x28x256"),
        *("inception 3b | 28x28x480", "maxpool | 14x14x480", "inception 4a | 14x14x512"),
        *("inception 4b | 14x14x512", "inception 4c | 14x14x512", "inception 4d | 14x14x528"),
        *("inception 4e | 14x14x832", "maxpool | 7x7x832"),
    )
    result = marked(sheet("layer | feature map", *rows), str(MODEL))
    last = [one.members[-1] for one in result.marks][-3:]
    assert last == ["inception_4d", "inception_4e", "pool4"]
    assert set(verdicts(result)[2:]) == {"✓"}


def test_no_dilation_may_be_written_as_a_nought():
    table = sheet("layer | dilation | weights", "conv1 | 0 | 34,848", "conv2 | 1 | 307,200")
    assert verdicts(marked(table, "paper-alexnet")) == ["✓✓", "✓✓"]
    dilated = {"settings": {"conv2": {"dilation": 2}}}
    table = sheet("layer | dilation | weights", "conv1 | 0 | 34,848", "conv2 | 0 | 307,200")
    assert verdicts(marked(table, "paper-alexnet", **dilated)) == ["✓✓", "✗✓"]


@pytest.mark.parametrize(
    ("label", "verdict"), [("Stage B", Verdict.NOT_SURE), ("Conv 4", Verdict.WRONG)]
)
def test_a_setting_is_not_wrong_in_a_row_that_fits_a_layer_as_a_whole(label, verdict):
    """256 filters and 13×13 are conv5's; conv4 has 384. conv5 has a row of its own."""
    rows = (
        *("Conv 1 | 96 | 55x55", "Conv 2 | 256 | 27x27", "Conv 3 | 384 | 13x13"),
        *(f"{label} | 256 | 13x13", "Conv 5 | 256 | 13x13"),
    )
    result = marked(sheet("layer | filters | feature map", *rows), "paper-alexnet")
    found = {one.verdict for one in result.marks if one.entry.row == 3 and one.entry.column == 1}
    assert found == {verdict}


def test_kernels_may_be_told_with_the_number_of_filters():
    """11×11×3 says how deep conv1's filters are; 5×5×256 and the others, how many there are."""
    rows = ("conv1 | 11x11x3x96 | 34,848", "conv2 | 5x5x256 | 307,200", "conv4 | 3x3x384 | 663,552")
    result = marked(sheet("layer | kernel | weights", *rows), "paper-alexnet")
    assert Verdict.WRONG not in {one.verdict for one in result.marks}


@pytest.mark.parametrize(
    ("header", "row", "verdict"),
    [
        ("layer | feature map", "conv3 | 384", Verdict.NOT_SURE),  # 384 maps of 13×13
        ("layer | feature map", "conv3 | 383", Verdict.WRONG),
        ("layer | Input size", "conv3 | 13 × 13,11 × 11 × 16", Verdict.NOT_SURE),
        ("layer | kernel size", "conv3 | 384 filters", Verdict.NOT_SURE),
        ("layer | params", "conv layers 1 to 5 | 2,334,080", Verdict.RIGHT),  # all five together
    ],
)
def test_a_cell_may_state_something_else_that_is_right(header, row, verdict):
    shape = {"feature map": "55x55x96", "Input size": "227x227x3", "kernel size": "11x11"}
    first = f"conv1 | {shape.get(header.partition(' | ')[2], '34,944')}"
    result = marked(sheet(header, first, row), "paper-alexnet")
    assert [one.verdict for one in result.marks if one.entry.row == 1][-1] is verdict


def test_what_does_not_learn_may_be_the_first_layers():
    """conv1 and conv2 are kept as they are: 34,944 and 307,456 parameters."""
    total = 60_965_224
    rows = (f"Trainable params | {total - 342_400:,}", "Non-trainable params | 342,400")
    table = sheet("layer | params", "conv1 | 34,944", "conv3 | 885,120", *rows)
    assert set(verdicts(marked(table, "paper-alexnet"))) == {"✓"}


def test_a_row_with_the_name_of_its_layer_is_about_no_other():
    """C3's first six maps read three maps of 5×5, 45,000 products; the next six four, 60,000."""
    rows = ("C3.maps0to5 | 45,000", "C3.maps6to11 | 45,000", "C3.maps12to14 | 30,000")
    result = marked(sheet("layer | MACs", "C1 | 117,600", *rows, "C5 | 48,000"), "lenet5-1998")
    assert verdicts(result) == ["✓", "✓", "✗", "✓", "✓"]
