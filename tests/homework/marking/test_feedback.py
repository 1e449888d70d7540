"""What is said of a marked sheet, word by word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archstat.homework.marking.causes import Cause
from archstat.homework.marking.feedback import Feedback
from archstat.homework.marking.matching import marked as marked_of
from archstat.homework.marking.policy import Policy
from archstat.homework.reading import Contents
from tests.homework.networks import marked, sheet, truth

FULL = "Layer | Feature map | # of weights"
RIGHT = (
    "Conv1 | 55x55x96 | 34,848",
    "Pool1 | 27x27x96 | 0",
    "Conv2 | 27x27x256 | 307,200",
    "Pool2 | 13x13x256 | 0",
    "Conv3 | 13x13x384 | 884,736",
    "Conv4 | 13x13x384 | 663,552",
    "Conv5 | 13x13x256 | 442,368",
    "Pool5 | 6x6x256 | 0",
    "FC6 | 4096 | 37,748,736",
    "FC7 | 4096 | 16,777,216",
    "FC8 | 1000 | 4,096,000",
)


def told(*rows, header=FULL, level="hint", policy=None, **keywords):
    result = marked(sheet(header, *rows), "paper-alexnet", policy)
    return Feedback(result, "hw.md", level, **keywords)


def remarks(*rows, **keywords):
    return [(r.where, r.words, r.hint) for r in told(*rows, **keywords).remarks]


def changed(old, new):
    return [line.replace(old, new) for line in RIGHT]


def test_nothing_is_said_of_a_right_sheet():
    assert told(*RIGHT).marked.is_right
    assert remarks(*RIGHT) == []


def test_a_certain_mistake_is_a_sentence():
    assert remarks(*changed("307,200", "614,400")) == [
        (
            "weights of Conv2",
            "The groups are left out: every filter is as deep as its whole input.",
            "With groups, a filter sees a part of the channels only.",
        )
    ]


def test_a_mistake_that_chance_could_explain_is_said_with_care():
    cause = Cause("k", "the padding is left out", "look again", ((0, 0, 1, "feature_map"),))
    result = told(*RIGHT).marked

    def words(**changes):
        causes = (replace(cause, **changes),)
        [remark] = Feedback(replace(result, causes=causes), "hw.md", "hint").remarks
        return remark.words

    two = ((0, 0, 1, "feature_map"), (0, 1, 1, "feature_map"))
    others = ("it is rounded up",)
    assert words() == "The padding is left out."
    assert words(others=others) == "Either the padding is left out, or it is rounded up."
    assert words(is_certain=False) == (
        "Perhaps the padding is left out; the cell is consistent with that."
    )
    assert words(is_certain=False, cells=two, others=others) == (
        "Perhaps the padding is left out, or it is rounded up; the cells are consistent with that."
    )


def test_a_copied_row_is_named():
    assert remarks(*changed("13x13x256 | 0", "27x27x96 | 0")) == [
        ("feature map of Pool2", "This belongs in the row of Pool1.", "Compare the two rows.")
    ]


def test_cells_that_nothing_explains_are_named_together():
    rows = [line.replace("34,848", "5").replace("884,736", "7") for line in RIGHT]
    assert remarks(*rows) == [
        (
            "weights of Conv1 and Conv3",
            "No known mistake leads here.",
            "Work it out again, step by step.",
        )
    ]


def test_quantities_of_the_same_rows_share_their_names():
    rows = [line.replace("34,848", "5").replace("55x55x96", "1x2x3") for line in RIGHT]
    assert told(*rows).remarks[0].where == "feature map and weights of Conv1"


def test_a_long_list_of_rows_is_cut():
    header = "Layer | # of weights"
    rows = [f"{line.split(' | ')[0]} | 5" for line in RIGHT if "Pool" not in line]
    assert (
        told(*rows, header=header).remarks[0].where == "weights of Conv1, Conv2, Conv3 and 5 more"
    )


@pytest.mark.parametrize(
    ("blank", "words"),
    [("", "weights of FC8"), (None, "weights of FC7 and FC8")],
)
def test_blank_cells_are_missing(blank, words):
    rows = changed("4,096,000", "")
    if blank is None:
        rows = [line.replace("16,777,216", "-") for line in rows]
    assert remarks(*rows) == [(words, "No value is given.", "")]


def test_a_cell_that_cannot_be_read_is_told_how_to_be_written():
    assert remarks(*changed("55x55x96", "dunno")) == [
        (
            "feature map of Conv1",
            "No number or shape can be read.",
            "Write it as in 1,234 or 12×34×56.",
        )
    ]


def test_layers_without_rows_are_named():
    one = [line for line in RIGHT if "Conv4" not in line]
    assert remarks(*one) == [("conv4", "There is no row for this layer.", "")]
    two = [line for line in one if "FC7" not in line]
    assert remarks(*two) == [("conv4 and fc7", "There are no rows for these layers.", "")]


def test_rows_without_layers_are_named():
    one = [*RIGHT, "Magic | |"]
    assert remarks(*one) == [("Magic", "This row is no layer of the network.", "")]
    two = [*one, "More magic | |"]
    assert remarks(*two) == [
        ("Magic and More magic", "These rows are no layers of the network.", "")
    ]


def test_a_row_at_another_place_is_named():
    rows = [RIGHT[-1], *RIGHT[:-1]]
    assert remarks(*rows) == [("FC8", "This row stands at another place than its layer.", "")]


def test_what_follows_is_named_beside_its_cause():
    header = "Layer | # of weights | MACs"
    right = ["Conv1 | 34,848 | 105,415,200", "Conv3 | 884,736 | 149,520,384"]

    def where(conv2):
        remark = told(right[0], conv2, right[1], header=header).remarks[0]
        return remark.where, remark.where_following

    # both are what filters without groups give
    assert where("Conv2 | 614,400 | 447,897,600") == ("weights and MACs of Conv2", "")
    # one digit is wrong; 307,201 weights at 27·27 places
    assert where("Conv2 | 307,201 | 223,949,529") == ("weights of Conv2", "MACs of Conv2")


def test_answers_are_there_at_full_only():
    rows = changed("55x55x96", "dunno")
    assert told(*rows).remarks[0].answers == ()
    assert told(*rows, level="full").remarks[0].answers == (("feature map of Conv1", (96, 55, 55)),)


def test_rows_without_a_name_have_their_number():
    rows = [line.replace("Conv1", "") for line in RIGHT]
    assert told(*rows).row_name(0, 0) == "row 1"


@pytest.mark.parametrize("level", ["hint", "score"])
def test_an_undeclared_convention_is_noted(level):
    header = "Layer | Weights | MACs"
    rows = ["Conv1 | 34,848 | 210,830,400", "Conv3 | 884,736 | 299,040,768"]
    read = "'MACs' is read as two operations a multiply–accumulate"
    other = f"{read}; to count it as right: --convention flops"
    assert told(*rows, header=header, level=level).notes == (other,)
    assert replace(told(*rows, header=header), title="Homework 3").notes == (read,)
    declared = Policy(conventions=("flops",))
    assert told(*rows, header=header, policy=declared).notes == (read,)


def test_a_column_that_asks_for_something_else_is_noted():
    header = "Layer | # of weights"
    rows = ["Conv1 | 34,944", "Conv3 | 885,120"]  # 34,848 + 96 and 884,736 + 384
    assert told(*rows, header=header).notes == ("'# of weights' is read as parameters",)


def test_a_column_read_as_its_title_says_is_not_noted():
    header = "Layer | Filter size | Stride"
    assert told("Conv1 | 11x11x3 | 4", "Conv3 | 3x3x256 | 1", header=header).notes == ()


def test_titles_that_are_not_known_are_noted():
    header = "Layer | Weights | Mood | Zodiac"
    assert told("Conv1 | 34,848 | good | Leo", header=header).notes == (
        "titles that name nothing known are not marked: 'Mood' and 'Zodiac'",
    )


def test_tables_about_something_else_and_tools_are_noted():
    table = replace(sheet(FULL, *RIGHT), tool="torchinfo")
    other = replace(sheet("Layer | # of weights", "Conv1 | 1", "Conv2 | 2"), place="table 2")
    result = marked_of(Contents((table, other)), truth("paper-alexnet"), Policy())
    assert Feedback(result, "hw.md", "hint").notes == (
        "rather not about this network, and not marked: table 2",
        "the table is one that torchinfo prints",
    )


def test_a_column_that_turns_out_to_ask_for_a_setting_is_marked():
    header = "Layer | Feature map | Weights"  # a "feature map" may be the number of maps
    rows = ["Conv1 | 96 | 34,848", "Conv2 | 256 | 307,200", "Pool2 | 3x3 | 0"]
    assert told(*rows, header=header).notes == ("'Feature map' is read as number of filters",)


def test_half_of_a_depth_is_told_in_numbers_where_answers_are():
    """conv2 reads conv1's 96 channels, conv4 and conv5 384 each."""
    table = sheet(
        "layer | filter depth",
        "conv1 | 3",
        "conv2 | 48",
        "conv3 | 256",
        "conv4 | 192",
        "conv5 | 192",
    )
    result = marked(table, "ungrouped-alexnet")
    words = {level: Feedback(result, "hw.md", level).remarks[0].words for level in ("hint", "full")}
    assert words == {
        "hint": "Half of the input's channels are counted: this sheet has two groups.",
        "full": "48 is half of 96: this sheet has two groups.",
    }
