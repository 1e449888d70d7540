"""Sheets of another network: which one, how it is said, and when nothing is said.

The numbers were worked out by hand: weights are C_out · C_in/g · k · k.
"""

from __future__ import annotations

import pytest

from archstat.homework.marking.marks import Verdict
from archstat.homework.marking.matching import marked as marked_of
from archstat.homework.marking.policy import Policy
from archstat.homework.marking.suspects import OTHER
from archstat.homework.others.other import Others
from archstat.homework.reading.table import Contents
from archstat.models.spec.resolve import Variant
from tests.homework.networks import marked, sheet, truth

VGG11 = sheet(
    "layer | feature map | weights",
    "conv1_1 | 224×224×64 | 1,728",  # 64·3·3·3
    "conv2_1 | 112×112×128 | 73,728",  # 128·64·9
    "conv3_1 | 56×56×256 | 294,912",  # 256·128·9
    "conv3_2 | 56×56×256 | 589,824",
    "conv4_1 | 28×28×512 | 1,179,648",
    "conv4_2 | 28×28×512 | 2,359,296",
    "conv5_1 | 14×14×512 | 2,359,296",
    "conv5_2 | 14×14×512 | 2,359,296",
    "fc6 | 4096 | 102,760,448",  # 7·7·512·4096
    "fc7 | 4096 | 16,777,216",
    "fc8 | 1000 | 4,096,000",
)
TORCHVISION = (
    "conv1 | 23,232",  # 64·3·11·11
    "conv2 | 307,200",  # 192·64·5·5
    "conv3 | 663,552",  # 384·192·9
    "conv4 | 884,736",  # 256·384·9
    "conv5 | 589,824",  # 256·256·9
    "fc6 | 37,748,736",
    "fc7 | 16,777,216",
    "fc8 | 4,096,000",
)


def fit(table, name, **changes):
    return marked(table, name, others=Others(name, Variant(**changes)), **changes).fit


def causes(table, name):
    return [cause.key for cause in marked(table, name, others=Others(name)).causes]


def test_a_network_of_the_catalogue_is_named():
    found = fit(VGG11, "zfnet")
    assert (found.name, found.right, found.of) == ("vgg11", 22, 22)
    assert found.own == 5  # the map of fc6, and all of fc7 and fc8, are the same in both
    assert causes(VGG11, "zfnet") == [OTHER]


def test_of_two_alexnets_the_one_is_named_whose_weights_they_are():
    table = sheet("layer | weights", *TORCHVISION)
    # conv2, fc6, fc7 and fc8 have as many in the network of the paper
    found = fit(table, "paper-alexnet")
    assert (found.name, found.right, found.own, found.of) == ("torchvision-alexnet", 8, 4, 8)
    assert causes(table, "paper-alexnet") == [OTHER]


def test_its_cells_earn_what_they_earn_of_the_network_that_is_asked_for():
    result = marked(sheet("layer | weights", *TORCHVISION), "paper-alexnet", others=Others())
    assert (result.points, result.out_of) == (4, 8)


def test_another_number_of_classes_is_one_change():
    table = sheet(
        "layer | feature map | weights",
        "fc6 | 4096 | 37,748,736",
        "fc7 | 4096 | 16,777,216",
        "fc8 | 17 | 69,632",  # 4096·17
    )
    found = fit(table, "paper-alexnet")
    assert found.name == "paper-alexnet with 17 classes"
    assert found.other.variant == Variant(None, 17)


def test_another_input_is_one_change_and_a_mistake_that_is_known():
    table = sheet(
        "layer | neurons | weights",
        "conv1 | 279,936 | 34,848",  # (224 - 11)/4 + 1 = 54, rounded down; 96·54·54
        "conv2 | 173,056 | 307,200",  # 256·26·26
        "conv3 | 55,296 | 884,736",  # 384·12·12
        "conv5 | 36,864 | 442,368",
        "fc6 | 4,096 | 26,214,400",  # 5·5·256·4096
    )
    found = fit(table, "paper-alexnet")
    assert found.name == "paper-alexnet with an input of 3×224×224"
    assert (found.right, found.own, found.of) == (10, 5, 10)
    assert causes(table, "paper-alexnet") == ["input-224"]


def test_a_change_goes_on_from_what_is_asked_for():
    rows = ("fc7 | 4096 | 16,777,216", "fc8 | 17 | 69,632")
    table = sheet("layer | feature map | weights", *rows)
    found = fit(table, "paper-alexnet", input=(3, 227, 227), settings={"conv2": {"groups": 1}})
    assert found.other.variant == Variant((3, 227, 227), 17, {"conv2": {"groups": 1}})


def test_a_mistake_that_explains_as_much_is_told_in_its_place():
    table = sheet(
        "layer | weights", "conv1 | 34,848", "conv2 | 614,400", "conv4 | 1,327,104",
        "conv5 | 884,736",
    )  # fmt: skip
    assert causes(table, "paper-alexnet") == ["groups-left-out"]
    assert fit(table, "paper-alexnet").name == "notebook-alexnet; ungrouped-alexnet"


def test_one_cell_from_which_the_others_follow_is_one_slip():
    table = sheet(
        "layer | feature map | neurons",
        "conv1 | 54×54×96 | 279,936",
        "pool1 | 26×26×96 | 0",
        "conv2 | 26×26×256 | 173,056",
        "conv3 | 12×12×384 | 55,296",
    )
    assert fit(table, "paper-alexnet") is None


@pytest.mark.parametrize(
    "table",
    [
        sheet("layer | weights", "conv1 | 34,848", "conv2 | 307,200", "fc8 | 4,096,000"),
        sheet("layer | weights", "conv1 | 34,849", "conv2 | 307,300", "conv3 | 884,636"),
        sheet("layer | weights", "pool1 | -"),
    ],
    ids=["right", "slips", "nothing"],
)
def test_nothing_is_said_of_a_sheet_of_no_other_network(table):
    assert fit(table, "paper-alexnet") is None


def test_a_table_may_be_of_another_network_alone():
    right = sheet(
        "layer | neurons", "conv1 | 290,400", "conv2 | 186,624", "conv3 | 64,896",
        "conv4 | 64,896", "conv5 | 43,264",
    )  # fmt: skip
    other = sheet("layer | weights", *TORCHVISION)
    result = marked_of(
        Contents((right, other)), truth("paper-alexnet"), Policy(), others=Others("paper-alexnet")
    )
    assert (result.fit.name, result.fit.tables) == ("torchvision-alexnet", {1})


class TestTheNetworksOfAClass:
    OWN = truth("paper-alexnet")
    OF_LEE = truth(
        "paper-alexnet", settings={"conv1": {"out_channels": 64}, "conv3": {"out_channels": 320}}
    )

    def fit(self, *rows):
        others = Others("paper-alexnet", truths={"kim": self.OWN, "lee": self.OF_LEE}, own="kim")
        return marked(sheet("layer | weights", *rows), "paper-alexnet", others=others)

    def test_it_is_said_whose_it_is(self):
        result = self.fit(
            "conv1 | 23,232",  # 64·3·11·11
            "conv2 | 204,800",  # 256·32·25
            "conv3 | 737,280",  # 320·256·9
            "conv4 | 552,960",  # 384·160·9
            "conv5 | 442,368",
        )
        assert (result.fit.name, result.fit.right, result.fit.of) == ("lee", 5, 5)
        assert [cause.words for cause in result.causes] == [
            "this is right for the network of another student"
        ]

    def test_also_where_it_is_of_some_layers_alone(self):
        result = self.fit(
            "conv1 | 34,848", "conv2 | 204,800", "conv3 | 737,280", "conv4 | 552,960",
            "conv5 | 442,367",
        )  # fmt: skip
        assert (result.fit.name, len(result.fit.cells)) == ("lee", 3)
        last = next(one for one in result.marks if one.layer == "conv5")
        assert last.verdict is Verdict.WRONG
        assert last.cell not in result.fit.cells

    def test_nobody_is_named_where_several_have_the_same(self):
        truths = {"kim": self.OWN} | dict.fromkeys(("lee", "park", "choi"), self.OF_LEE)
        others = Others(truths=truths, own="kim")
        table = sheet("layer | weights", "conv1 | 23,232", "conv3 | 737,280", "conv4 | 552,960")
        assert marked(table, "paper-alexnet", others=others).fit is None
