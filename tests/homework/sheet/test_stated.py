"""Totals in the text around tables."""

from __future__ import annotations

import pytest

from archstat.homework.reading import read_text
from archstat.homework.sheet.stated import stated

TABLE = "| Layer | Params |\n|---|---|\n| conv1 | 448 |\n"


def stated_in(text):
    return stated(read_text(f"{TABLE}\n{text}\n", name="sheet"))


@pytest.mark.parametrize(
    ("line", "part", "quantity", "cell"),
    [
        ("Total params: 60,965,224", "", "params", "60,965,224"),
        ("**Total:** 61,706 parameters", "", "params", "61,706 parameters"),
        ("Total mult-adds (M): 714.68", "", "macs", "714.68"),
        ("TOTAL params: 138M parameters", "", "params", "138M parameters"),
        ("Params size (MB): 233.08", "", "param_bytes", "233.08"),
        ("- conv layers total = 2,469,696 parameters", "conv layers", "params", None),
    ],
)
def test_a_line_that_counts(line, part, quantity, cell):
    (found,) = stated_in(line)

    assert (found.place, found.table, found.part) == ("line 5", 0, part)
    assert found.heading.quantities == (quantity,)
    assert cell in {None, found.cell}


def test_a_total_of_nobody_knows_what():
    (found,) = stated_in("Total: 9999")

    assert (found.heading.is_known, found.part, found.cell) == (False, "", "9999")


def test_two_on_a_line():
    first, second = stated_in("MACs: 714.69M, params: 61.10M")

    assert (first.heading.quantities, first.cell) == (("macs",), "714.69M")
    assert (second.heading.quantities, second.cell) == (("params",), "61.10M")


@pytest.mark.parametrize("line", ["Note: 5 layers", "Accuracy: 93 %", "Task 2:", "Epoch 5: 0.3"])
def test_other_lines_state_nothing(line):
    assert stated_in(line) == ()


@pytest.mark.parametrize(
    ("line", "part", "quantity", "cell"),
    [
        ("In total, the network has 60,965,224 parameters.", "", "params", "60,965,224"),
        ("So the total number of parameters is 61,706.", "", "params", "61,706"),
        ("Good. We have 1.2 million weights in total.", "", "weights", "1.2 million"),
        ("In total the convolutions have 448 params.", "convolutions", "params", "448"),
    ],
)
def test_a_sentence_that_counts(line, part, quantity, cell):
    (found,) = stated_in(line)

    assert (found.part, found.heading.quantities, found.cell) == (part, (quantity,), cell)


@pytest.mark.parametrize(
    "line",
    [
        "In total we trained 20 epochs.",
        "The total of 5 layers has 61,706 parameters.",
        "[Flops]: Dropout2d is not supported!",
        "Estimated Total Size (MB): 248.96",
    ],
)
def test_a_sentence_that_counts_something_else_or_several_things(line):
    assert stated_in(line) == ()


def test_a_text_of_sums_alone_is_read():
    contents = read_text("$$\\text{Weights} = 5 \\times 4 + 3 = 23$$", name="sheet")

    assert not contents.tables
    assert [one.heading.quantities for one in stated(contents)] == [("weights",)]


def test_the_number_of_a_section_is_no_amount():
    assert stated_in("### 5.4 Total parameters") == ()
