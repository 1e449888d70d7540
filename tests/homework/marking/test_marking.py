"""Marked sheets: the real ones that the project was made for, and what each verdict is."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from archstat.homework.marking.marking import mark
from archstat.homework.marking.marks import Verdict
from archstat.homework.marking.matching import marked as marked_of
from archstat.homework.marking.policy import Policy
from archstat.homework.reading import read_file
from archstat.homework.sheet.columns import columns_of
from archstat.homework.sheet.sheet import sheet_of
from tests.homework.networks import marked, sheet, truth, verdicts

SHEETS = Path(__file__).parent.parent / "sheets"


def real(name, model, policy=None):
    return marked_of(read_file(SHEETS / name), truth(model), policy or Policy())


def wrong(result):
    return [(one.layer, one.quantity) for one in result.marks if one.verdict is Verdict.WRONG]


def causes(result):
    """Return every cause with the layers whose cells are wrong by it."""
    layers = {one.cell: one.layer for one in result.marks}
    return {cause.key: [layers[cell] for cell in cause.cells] for cause in result.causes}


class TestTheTableOfACourse:
    """A student's table of AlexNet for CIFAR-10, with batch norm."""

    def test_its_weights_neurons_and_maps_are_right(self):
        result = real("cifar-bn-alexnet.md", "cifar-bn-alexnet")
        for one in result.marks:
            if one.quantity in {"params", "neurons", "feature_map", "filters", "kernel_size"}:
                assert one.verdict in {Verdict.RIGHT, Verdict.NOT_ASKED}, one

    def test_its_operations_are_those_of_torchstat(self):
        result = real("cifar-bn-alexnet.md", "cifar-bn-alexnet")
        reading = result.sheets[0].reads[6, "macs"].reading
        assert reading.name == "torchstat"
        column = [one for one in result.marks if one.entry.column == 6]
        right = {Verdict.CONVENTION, Verdict.RIGHT}  # of a linear layer, it counts the MACs
        assert {one.verdict for one in column} == {*right, Verdict.NOT_ASKED}
        assert column[-1].answer == 228_743_360  # the total that torchstat printed

    def test_its_receptive_fields_are_one_mistake_and_one_stride_is_wrong(self):
        result = real("cifar-bn-alexnet.md", "cifar-bn-alexnet")
        assert causes(result) == {
            "pools-left-out": ["conv2", "conv3", "conv4", "conv5"],
            "other-setting": ["pool3"],
        }
        answers = {
            one.layer: one.answer
            for one in result.marks
            if one.quantity == "receptive_field" and one.answer
        }
        fields = [answers[name][0] for name in ("conv1", "pool1", "conv2", "pool2", "conv3")]
        assert fields == [3, 4, 8, 10, 18]

    def test_its_sums_are_right(self):
        result = real("cifar-bn-alexnet.md", "cifar-bn-alexnet")
        totals = [one.answer for one in result.marks if one.layer == "total" and one.answer]
        assert totals == [14_869_598, 219_978, 228_743_360]


def test_a_printout_of_torchstat_names_both_of_its_conventions():
    result = real("torchstat.txt", "cifar-bn-alexnet")
    readings = {read.reading.name for read in result.sheets[0].reads.values() if read.reading}
    assert readings >= {"torchstat", "torchstat-madd"}


def test_a_row_that_was_copied_is_named():
    result = real("paper-alexnet.md", "paper-alexnet")
    assert wrong(result) == [("pool2", "feature_map")]  # 27x27x96 for 13×13×256
    assert causes(result) == {"copied": ["pool2"]}
    assert result.causes[0].words.endswith("pool1")


def test_a_wrong_digit_and_the_sum_that_follows_from_it():
    # a write-up's numbers of torchvision's AlexNet: fc6 is 37,752,832
    table = sheet(
        "Layer | # params",
        "conv1 | 23,296",
        "conv2 | 307,392",
        "conv3 | 663,936",
        "conv4 | 884,992",
        "conv5 | 590,080",
        "conv total | 2,469,696",
        "fc6 | 37,352,832",
        "fc7 | 16,781,312",
        "fc8 | 4,097,000",
        "fc total | 58,231,144",
    )
    result = marked(table, "torchvision-alexnet")
    assert verdicts(result) == list("✓✓✓✓✓✓✗✓✓→")
    assert causes(result) == {"digit": ["fc6"]}
    assert [cell[1] for cell in result.causes[0].following] == [9]


def test_a_layer_list_against_its_own_code():
    # a write-up says padding 2 where its code has 1, and its linear layer takes 384·6·6
    table = sheet(
        "layer | filters | kernel size | stride | padding | weights",
        "conv1 | 96 | 11 | 4 | - | 34,848",
        "conv2 | 256 | 5 | 1 | 2 | 614,400",
        "conv3 | 384 | 3 | 1 | 2 | 884,736",
        "conv4 | 384 | 3 | 1 | 2 | 1,327,104",
        "conv5 | 256 | 3 | 1 | 2 | 884,736",
        "fc6 | - | - | - | - | 56,623,104",  # 384·6·6·4096
    )
    result = marked(table, "notebook-alexnet")
    assert [place for place in wrong(result) if place[1] == "padding"] == [
        ("conv3", "padding"),
        ("conv4", "padding"),
        ("conv5", "padding"),
    ]
    assert ("fc6", "weights") in wrong(result)


def test_a_whole_sheet_that_is_right():
    table = sheet(
        "layer | feature map | weights | neurons | MACs | receptive field",
        "conv1 | 55×55×96 | 34,848 | 290,400 | 105,415,200 | 11",
        "pool1 | 27×27×96 | 0 | - | - | 19",
        "conv2 | 27×27×256 | 307,200 | 186,624 | 223,948,800 | 51",
        "pool2 | 13×13×256 | 0 | - | - | 67",
        "conv3 | 13×13×384 | 884,736 | 64,896 | 149,520,384 | 99",
        "conv4 | 13×13×384 | 663,552 | 64,896 | 112,140,288 | 131",
        "conv5 | 13×13×256 | 442,368 | 43,264 | 74,760,192 | 163",
        "pool5 | 6×6×256 | 0 | - | - | 195",
        "fc6 | 4096 | 37,748,736 | 4,096 | 37,748,736 | -",
        "fc7 | 4096 | 16,777,216 | 4,096 | 16,777,216 | -",
        "fc8 | 1000 | 4,096,000 | 1,000 | 4,096,000 | whole image",
        "total | | 60,954,656 | 659,272 | 724,406,816 |",
    )
    result = marked(table, "paper-alexnet")
    assert result.is_right
    assert result.causes == ()
    assert result.points == result.out_of


@pytest.mark.parametrize(
    ("cell", "verdict"),
    [
        pytest.param("105,415,200", Verdict.RIGHT, id="in full"),
        pytest.param("105.4M", Verdict.ROUNDED, id="to the digits written"),
        pytest.param("105415201", Verdict.WRONG, id="in full, and off by one"),
        pytest.param("", Verdict.MISSING, id="empty"),
        pytest.param("-", Verdict.MISSING, id="a dash where there is something"),
        pytest.param("many", Verdict.UNREADABLE, id="a word"),
    ],
)
def test_the_verdict_of_a_cell(cell, verdict):
    table = sheet("layer | MACs", f"conv1 | {cell}", "conv2 | 223,948,800")
    result = marked(table, "paper-alexnet")
    assert result.marks[0].verdict is verdict


def test_a_column_of_another_convention_is_named_and_earns_what_the_policy_says():
    table = sheet("layer | MACs", "conv1 | 210,830,400", "conv2 | 447,897,600")
    for policy, points in (
        (Policy(), Fraction(1)),
        (Policy(other_convention=Fraction(0)), Fraction(0)),
        (Policy(conventions=("flops",)), Fraction(2)),
        (Policy(any_convention=True), Fraction(2)),
    ):
        result = marked(table, "paper-alexnet", policy)
        assert result.sheets[0].reads[1, "macs"].reading.name == "flops"
        assert verdicts(result) == ["≡", "≡"]
        assert result.points == points


def test_biases_are_part_of_a_column_that_may_mean_them():
    table = sheet("layer | # of weights", "conv1 | 34,944", "conv2 | 307,456")
    result = marked(table, "paper-alexnet")
    assert [one.quantity for one in result.marks] == ["params", "params"]
    assert verdicts(result) == ["✓", "✓"]


def test_what_follows_from_a_wrong_map_is_no_second_mistake():
    # 54 for 55 in conv1: (54 - 3) // 2 + 1 = 26, and 26·26·256 neurons
    table = sheet(
        "layer | feature map | neurons",
        "conv1 | 54×54×96 | 279,936",
        "pool1 | 26×26×96 | -",
        "conv2 | 26×26×256 | 173,056",
    )
    result = marked(table, "paper-alexnet")
    assert verdicts(result) == ["✗→", "→·", "→→"]
    assert causes(result) == {"input-224": ["conv1", "conv1", "pool1", "conv2", "conv2"]}


def test_follow_through_earns_what_the_policy_says():
    table = sheet("layer | params", "fc6 | 37,352,832", "fc total | 37,352,832")
    half = marked(table, "paper-alexnet", Policy(follow_through=Fraction(1, 4)))
    assert half.points == Fraction(1, 4)


def test_a_layer_without_a_row_costs_its_points():
    table = sheet("layer | neurons", "conv1 | 290,400")
    result = marked(table, "paper-alexnet")
    assert result.missing == ("conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")
    assert (result.points, result.out_of) == (1, 8)
    assert not result.is_right


def test_marks_are_scaled_to_what_a_sheet_is_out_of():
    table = sheet("layer | neurons", "conv1 | 290,400", "conv2 | 1")
    result = marked(table, "paper-alexnet", Policy(out_of=Fraction(40)))
    assert (result.points, result.out_of) == (5, 40)  # one of eight


def test_points_by_column():
    table = sheet("layer | neurons | MACs", "fc8 | 1,000 | 1")
    policy = Policy(points={"neurons": Fraction(3), "macs": Fraction(0)})
    assert marked(table, "paper-alexnet", policy).points == 3


def test_rows_of_the_same_name_are_told_apart_by_their_place():
    table = sheet(
        "layer | feature map",
        "conv | 55×55×96",
        "maxpool | 27×27×96",
        "conv | 27×27×256",
        "maxpool | 13×13×256",
    )
    result = marked(table, "paper-alexnet")
    assert list(result.sheets[0].alignment.layers.values()) == ["conv1", "pool1", "conv2", "pool2"]


def test_a_row_at_another_place_is_found_and_said():
    table = sheet(
        "layer | params",
        "fc8 | 4,097,000",
        "conv1 | 34,944",
        "conv2 | 307,456",
        "conv3 | 885,120",
    )
    result = marked(table, "paper-alexnet")
    assert result.sheets[0].alignment.reordered == (0,)
    assert result.sheets[0].alignment.layers[0] == "fc8"
    assert verdicts(result) == list("✓✓✓✓")


def test_a_row_that_is_no_layer_is_said():
    table = sheet("layer | params", "conv1 | 34,944", "conv99 transposed | 5", "conv2 | 307,456")
    result = marked(table, "paper-alexnet")
    assert result.sheets[0].alignment.layers.get(1) is None or 1 in result.sheets[0].alignment.extra


def test_a_title_that_is_not_known_is_not_marked():
    table = sheet("layer | params | mood", "conv1 | 34,944 | fine")
    result = marked(table, "paper-alexnet")
    assert result.sheets[0].sheet.unrecognised == ("mood",)
    assert len(result.marks) == 1


def test_a_column_asks_for_what_somebody_says():
    table = sheet("layer | Größe", "conv1 | 55×55×96")
    columns = columns_of(table, {"Größe": "feature_map"})
    result = mark([sheet_of(table, columns)], truth("paper-alexnet"), Policy())
    assert [(one.quantity, one.verdict) for one in result.marks] == [("feature_map", Verdict.RIGHT)]


@pytest.mark.parametrize(
    ("written", "words"),
    [  # the weights of fc6 and their biases are 37,752,832
        pytest.param("37,352,832", "one digit is wrong", id="another"),
        pytest.param("37,572,832", "two neighbouring digits are swapped", id="swapped"),
        pytest.param("3,752,832", "one digit is missing", id="missing"),
        pytest.param("377,528,332", "one digit is too many", id="too many"),
        pytest.param("37,752,832,000", "it is a thousand times too large", id="thousand"),
        pytest.param("4,097,000", "this belongs in the row of fc8", id="copied"),
    ],
)
def test_a_slip_of_the_pen_says_what_was_done(written, words):
    result = marked(sheet("layer | params", f"fc6 | {written}"), "torchvision-alexnet")
    assert [cause.words for cause in result.causes] == [words]


def test_a_copied_value_names_the_row_as_the_sheet_does():
    table = sheet(
        "layer | params", "Dense A | 4,097,000", "Dense B | 16,781,312", "Dense C | 4,097,000"
    )
    result = marked(table, "torchvision-alexnet")
    assert list(result.sheets[0].alignment.layers.values()) == ["fc6", "fc7", "fc8"]
    assert [cause.words for cause in result.causes] == ["this belongs in the row of Dense C"]


def test_rows_that_are_called_the_same_are_named_as_in_the_network():
    table = sheet("layer | params", "Dense | 4,097,000", "Dense | 16,781,312", "Dense | 4,097,000")
    result = marked(table, "torchvision-alexnet")
    assert [cause.words for cause in result.causes] == ["this belongs in the row of fc8"]


def test_a_filter_without_its_groups_is_one_mistake_with_its_weights():
    # conv2, conv4 and conv5 have 2 groups: filters of 48, 192 and 192 channels
    table = sheet(
        "layer | kernel size | weights",
        "conv1 | 11×11×3 | 34,848",
        "conv2 | 5×5×96 | 614,400",
        "conv3 | 3×3×256 | 884,736",
        "conv4 | 3×3×384 | 1,327,104",
        "conv5 | 3×3×384 | 884,736",
    )
    result = marked(table, "paper-alexnet")
    assert causes(result) == {
        "groups-left-out": ["conv2", "conv2", "conv4", "conv4", "conv5", "conv5"]
    }


def test_an_equal_name_outweighs_the_family_that_its_letter_stands_for():
    # C5 reads as a convolution, and is a linear layer here: 400·120 + 120
    table = sheet("layer | params", "C3 | 2,416", "S4 | -", "C5 | 48,120", "F6 | 10,164")
    result = marked(table, "lenet5")
    assert list(result.sheets[0].alignment.layers.values()) == ["C3", "S4", "C5", "F6"]


def test_a_total_under_a_convention_that_counts_more_is_that_of_the_rows_there_are():
    # outputs of pools are counted as neurons; those of ReLUs, which have no row, are not added
    table = sheet(
        "layer | neurons",
        "conv1 | 290,400",
        "pool1 | 69,984",
        "conv2 | 186,624",
        "pool2 | 43,264",
        "conv3 | 64,896",
        "conv4 | 64,896",
        "conv5 | 43,264",
        "pool5 | 9,216",
        "fc6 | 4,096",
        "fc7 | 4,096",
        "fc8 | 1,000",
        "total | 781,736",
    )
    result = marked(table, "paper-alexnet")
    assert result.sheets[0].reads[1, "neurons"].reading.name == "every-output"
    assert verdicts(result) == list("✓≡✓≡✓✓✓≡✓✓✓≡")


KEY = (
    "layer | stride | feature map | weights | receptive field",
    "conv1 | 4 | 55×55×96 | | ",
    "conv2 | 1 | 27×27×256 | 307,200 | 51",
)


def test_what_is_given_with_a_layer_earns_nothing():
    table = sheet("layer | stride | weights", "conv1 | 4 | 34,848", "conv2 | 2 | 307,200")
    result = marked(table, "paper-alexnet", Policy(points={"weights": Fraction(1)}))
    assert [one.worth for one in result.marks] == [0, 1, 0, 1]
    assert result.marks[2].verdict is Verdict.WRONG


def test_columns_that_are_not_asked_for_earn_nothing():
    policy = Policy(asked=("weights", "receptive_field"))
    result = marked(sheet(*KEY), "paper-alexnet", policy)
    assert {one.quantity for one in result.marks if one.worth} == {"weights", "receptive_field"}
    assert result.points == 2


def test_a_column_that_is_asked_for_and_missing_costs_its_cells():
    table = sheet("layer | params", "fc6 | 37,752,832", "fc7 | 16,781,312", "fc8 | 4,097,000")
    result = marked(table, "paper-alexnet", Policy(asked=("weights", "neurons")))
    assert result.missing_columns == ("neurons",)
    assert result.points == 3  # biases may be among the weights
    # eight layers have weights and neurons: five rows are missing, and the whole other column
    assert result.out_of == 16
    assert not result.is_right


ASKED = "Layer | Weights | Feature map"
ANSWERS = (
    "conv1 | 34,848 | 55×55×96",
    "pool1 | - | 27×27×96",
    "conv2 | 307,200 | 27×27×256",
    "pool2 | - | 13×13×256",
    "conv3 | 884,736 | 13×13×384",
    "conv4 | 663,552 | 13×13×384",
    "conv5 | 442,368 | 13×13×256",
    "pool3 | - | 6×6×256",
    "fc6 | 37,748,736 | 4096",
    "fc7 | 16,777,216 | 4096",
    "fc8 | 4,096,000 | 1000",
)


def unanswered(how):
    """Return the points of a sheet without conv2's two answers, and of how many."""
    rows = [row for row in ANSWERS if how is not None or not row.startswith("conv2")]
    rows = [f"conv2 | {how} | {how}" if row.startswith("conv2") else row for row in rows]
    result = marked(sheet(ASKED, *rows), "paper-alexnet", Policy(asked=("weights", "feature_map")))
    return result.points, result.out_of


@pytest.mark.parametrize("how", ["", "-", "–", "?", "n/a", "TODO", None])
def test_however_an_answer_is_left_out_it_costs_the_same(how):
    """Asked are 8 layers' weights and 11 layers' maps: 19. Two are left out."""
    assert unanswered(how) == (17, 19)


def test_a_missing_column_costs_what_its_blanks_would():
    """Of 19 answers 11 are given."""
    policy = Policy(asked=("weights", "feature_map"))
    blank = [" | ".join((row.split(" | ")[0], "?", row.split(" | ")[2])) for row in ANSWERS]
    without = [" | ".join(row.split(" | ")[::2]) for row in ANSWERS]
    for table in (sheet(ASKED, *blank), sheet("Layer | Feature map", *without)):
        result = marked(table, "paper-alexnet", policy)
        assert (result.points, result.out_of) == (11, 19)


def test_weights_can_be_asked_for_without_biases():
    table = sheet("layer | weights", "conv1 | 34,944", "conv2 | 307,456")
    result = marked(table, "paper-alexnet", Policy(conventions=("weights-only",)))
    assert [one.quantity for one in result.marks] == ["weights", "weights"]
    assert Verdict.RIGHT not in {one.verdict for one in result.marks}


def test_a_calculation_alone_is_its_result():
    table = sheet("layer | weights", "conv3 | 384·3·3·256", "fc7 | 2^24")
    assert verdicts(marked(table, "paper-alexnet")) == ["✓", "✓"]


def test_a_pool_with_weights_costs_a_point():
    table = sheet("layer | weights", "conv1 | 34,848", "pool1 | 864")
    result = marked(table, "paper-alexnet")
    assert causes(result) == {"pool-with-weights": ["pool1"]}
    assert [(one.worth, one.points) for one in result.marks] == [(1, 1), (0, -1)]
    assert (result.points, result.out_of) == (0, 8)


def test_a_row_may_name_what_follows_its_layer():
    table = sheet(
        "layer | weights", "C1 + tanh | 150", "C3 (tanh) | 2,400", "C5 with tanh | 48,000"
    )
    result = marked(table, "lenet5")
    assert list(result.sheets[0].alignment.layers.values()) == ["C1", "C3", "C5"]
    assert verdicts(result) == ["✓", "✓", "✓"]


def test_a_layer_may_be_named_in_the_second_of_two_columns():
    table = sheet("Layer | Layer | weights", "Stage 1 | C1 | 150", "Stage 3 | C5 | 48,000")
    result = marked(table, "lenet5")
    assert list(result.sheets[0].alignment.layers.values()) == ["C1", "C5"]
