"""Which mistake is told, which perhaps, and which is not, on the AlexNet of 2012."""

from __future__ import annotations

from math import exp

import pytest

from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.written import written
from archstat.homework.marking.marks import Verdict
from archstat.homework.mistakes.likelihood import counted, log_chance, log_often, log_prior
from archstat.homework.mistakes.slips import slips
from tests.homework.networks import marked, sheet

NAME = "paper-alexnet"
MAPS = "Layer | Feature map"
RIGHT = ("Conv1 | 55x55x96", "Pool1 | 27x27x96", "Conv2 | 27x27x256", "Pool2 | 13x13x256")
FIELDS = ("Conv1 | 11x11", "Pool1 | 19x19", "Conv2 | 51x51", "Pool2 | 67x67", "Conv3 | 99x99")


def causes(header, *rows):
    result = marked(sheet(header, *rows), NAME)
    return [(one.key, one.is_certain, len(one.cells)) for one in result.causes]


def test_two_rows_whose_values_are_exchanged_are_one_slip():
    rows = (
        "Conv3 | 13x13x384 | 663,552",
        "Conv4 | 13x13x384 | 884,736",
        "Conv5 | 13x13x256 | 442,368",
    )
    assert causes("Layer | Feature map | Weights", *rows) == [("rows-exchanged", True, 2)]


def test_two_columns_that_are_exchanged_are_one_slip():
    header = "Layer | Kernel size | Stride | Weights"
    rows = (
        "Conv1 | 4 | 11 | 34,848",
        "Pool1 | 2 | 3 | 0",
        "Conv2 | 1 | 5 | 307,200",
        "Conv3 | 1 | 3 | 884,736",
    )
    assert causes(header, *rows) == [("columns-exchanged", True, 8)]


def test_a_column_that_stands_a_row_too_low_is_one_slip():
    rows = (
        "Conv1 | 34,848",
        "Conv2 | 34,848",
        "Conv3 | 307,200",
        "Conv4 | 884,736",
        "Conv5 | 663,552",
    )
    assert causes("Layer | Weights", *rows) == [("row-shifted", True, 4)]


def test_two_cells_of_the_same_other_row_are_one_slip():
    # conv5's weights and neurons: 3·3·192·256 and 13·13·256
    rows = ("Conv3 | 884,736 | 64,896", "Conv4 | 442,368 | 43,264", "Conv5 | 442,368 | 43,264")
    assert causes("Layer | Weights | Neurons", *rows) == [("row-skipped", True, 2)]


def test_one_layer_without_its_padding_is_told_where_the_next_ones_follow():
    # 27 - 5 + 1 = 23, (23 - 3) // 2 + 1 = 11
    rows = (*RIGHT[:2], "Conv2 | 23x23x256", "Pool2 | 11x11x256", "Conv3 | 11x11x384")
    (cause,) = causes(MAPS, *rows)
    assert cause[0] == "padding-left-out"


def test_a_k_that_stands_for_1024_is_told_of_the_whole_column():
    # 307,200 / 1,024 = 300, 884,736 / 1,024 = 864, 663,552 / 1,024 = 648
    rows = ("Conv2 | 300K", "Conv3 | 864K", "Conv4 | 648K")
    assert causes("Layer | Weights", *rows) == [("unit", True, 3)]


def test_one_small_number_that_chance_may_give_is_no_more_than_perhaps():
    rows = (*FIELDS[:3], "Pool2 | 66x66", FIELDS[4])
    (cause,) = causes("Layer | Receptive field", *rows)
    assert cause[:2] != ("off-by-one", True)


def test_a_mistake_that_other_cells_of_the_column_contradict_is_not_told():
    # 11 + 5 - 1 = 15 of conv2 alone: the pool before it was counted, with its stride
    rows = (*FIELDS[:2], "Conv2 | 23x23", *FIELDS[3:])
    assert not [
        key
        for key, is_told, _ in causes("Layer | Receptive field", *rows)
        if "pool" in key and is_told
    ]


@pytest.mark.parametrize(
    ("text", "quantity", "answer", "values"),
    [
        ("54x54x96", "feature_map", (96, 55, 55), 55),  # one size is wrong, of up to 55
        ("55x55x48", "feature_map", (96, 55, 55), 40),  # a number of channels
        ("54x56x96", "feature_map", (96, 55, 55), 55 * 56 * 10),  # two sizes that should be one
        ("163", "receptive_field", (99, 99), 163),
        ("34,007", "weights", 34_848, 90_000),  # five digits
        ("34,000", "weights", 34_848, 90),  # two, and noughts
        ("35M", "weights", 34_848, 90),  # two digits that were written
    ],
)
def test_how_many_values_chance_has_to_choose_from(text, quantity, answer, values):
    assert 1 / exp(log_chance(written(text), quantity, answer)) == pytest.approx(values)


def test_a_mistake_that_is_made_always_is_likelier_than_one_that_is_made_here_and_there():
    # four of ten make it in one place; the others in each as often as not, or always, or seldom:
    # 0.6·1/2 + 0.4, 0.6·3/8, 0.6·1/8 + 0.4/2
    assert exp(log_often(1, 0)) == pytest.approx(0.7)
    assert exp(log_often(2, 0)) == pytest.approx(0.225)
    assert exp(log_often(1, 1)) == pytest.approx(0.275)


def test_what_was_seen_more_often_is_likelier():
    for about, seen in counted().items():
        often = max(seen, key=lambda key: seen[key])
        assert log_prior(often, about) > log_prior("never-seen", about)


def test_a_rule_that_nobody_knows_is_not_taken_for_one_that_gives_some_of_its_cells():
    # behind conv1, every layer adds its kernel less one, three times: 11 + 2·3, 17 + 4·3, …
    fields = {"Pool1": 17, "Conv2": 29, "Pool2": 35, "Conv3": 41, "Conv4": 47, "Conv5": 53}
    rows = [f"{name} | {field}" for name, field in fields.items()]
    found = causes("Layer | Receptive field", "Conv1 | 11", *rows, "Pool5 | 59")
    assert [key for key, is_told, _ in found if is_told and key != "unknown"] == []


def test_the_nearest_stride_alone_is_one_mistake():
    # 11 + 2·2, 15 + 4·2, 23 + 2·2, …: strides of 2 are the nearest, at all layers but the first
    fields = {"Pool1": 15, "Conv2": 23, "Pool2": 27, "Conv3": 31, "Conv4": 35, "Conv5": 39}
    rows = [f"{name} | {field}" for name, field in fields.items()]
    found = causes("Layer | Receptive field", "Conv1 | 11", *rows, "Pool5 | 43")
    assert found == [("nearest-stride-only", True, 7)]


@pytest.mark.parametrize(
    "cell",
    [
        "256*(5*5*32+1)",  # for 48 channels
        "256*(5*4*48+1) = 246,016",  # for 5 rows
    ],
)
def test_one_number_of_a_calculation_that_is_not_the_layers_is_told(cell):
    result = marked(sheet("Layer | Params", "Conv1 | 34,944", f"Conv2 | {cell}"), NAME)
    (cause,) = result.causes
    number = "32" if "32" in cell else "4"
    assert (cause.key, cause.is_certain) == ("wrong-factor", True)
    assert cause.words == f"{number} in the calculation is not the number of this layer"


def test_a_calculation_that_several_numbers_would_make_right_is_left_open():
    # 384·(2·3·256 + 1): for the 2 a 3, and for nothing else; for 7·7·40, nothing alone
    assert causes("Layer | Params", "Conv3 | 384*(7*7*40+1)")[0][0] == "unknown"


def test_a_setting_that_may_be_one_of_a_mistake_is_another_setting_in_any_case():
    rows = ("Conv1 | 0 | 34,848", "Conv2 | 0 | 307,200", "Conv3 | 1 | 884,736")
    result = marked(sheet("Layer | Padding | Weights", *rows), NAME)
    (cause,) = result.causes
    assert (cause.key, cause.is_certain) == ("other-setting", True)


def test_one_wrong_digit_of_a_sum_may_be_wrongly_added_as_well():
    rows = ("conv1 | 34,944", "conv2 | 307,456", "conv3 | 885,120", "conv4 | 663,936")
    rest = ("conv5 | 442,624", "fc6 | 37,752,832", "fc7 | 16,781,312", "fc8 | 4,097,000")
    found = causes("Layer | Parameters", *rows, *rest, "Total | 60,965,234")  # not …224
    assert [(key, is_told) for key, is_told, _ in found] == [("arithmetic", False)]


def total_of(stated, **changes):
    """Return the causes that are told of a total alone, which stands under two right rows."""
    table = sheet("Layer | Params", "conv1 | 34,944", "fc7 | 16,781,312", f"Total | {stated}")
    result = marked(table, NAME, **changes)
    return [(one.key, one.is_certain) for one in result.causes]


@pytest.mark.parametrize(
    ("stated", "cause"),
    [
        (60_965_224 + 2, "optimizer-counted"),  # how often it was used, and its rate
        (3 * 60_965_224 + 2, "optimizer-counted"),  # two more for each that learns: Adam's
        (2 * 60_965_224 + 2, "optimizer-counted"),  # one more: of a moving average
        (60_965_224 - 37_752_832, "layers-left-out"),  # fc6: 9,216·4,096 + 4,096
        (60_965_224 - 58_631_144, "layers-left-out"),  # all that are fully connected
        (60_965_224 + 3 * 227 * 227, "input-counted"),
    ],
)
def test_what_is_counted_too_much_or_too_little_in_a_total(stated, cause):
    assert total_of(f"{stated:,}") == [(cause, True)]


def test_what_a_block_leaves_out_is_told_of_the_block():
    # 9·128·256 + 9·256·256, a shortcut of 128·256, and three norms of 512 are 919,040
    rows = ("layer1.0 | 73,984", "layer2.1 | 295,424", "layer3.0 | 886,272")
    result = marked(sheet("Block | Params", *rows), "resnet18")
    assert [(one.key, one.is_certain) for one in result.causes] == [("layers-left-out", True)]


def test_the_calculation_that_a_result_belongs_to_may_stand_in_another_column():
    rows = ("conv1 | 34,944 | 11×11×3×96 + 96", "conv3 | 885,210 | 3×3×256×384 + 384")
    result = marked(sheet("Layer | Params | How", *rows), NAME)
    (cause,) = result.causes
    assert (cause.key, cause.is_certain) == ("arithmetic", True)
    assert cause.words.startswith("the calculation is right, its result is not: 3×3×256×384")


def test_a_cell_of_which_two_rows_hold_the_value_is_copied_from_the_one_or_the_other():
    # conv1's 34,848 weights; the map of 4,096 units is that of fc6 and of fc7
    rows = ("fc6 | 4096 | 37,748,736", "fc7 | 4096 | 16,777,216", "fc8 | 4096 | 4,096,000")
    (cause,) = marked(sheet("Layer | Neurons | Weights", *rows), NAME).causes
    assert (cause.key, cause.is_certain) == ("copied", True)


def test_a_map_of_no_pixel_is_one_that_is_off_by_one():
    quantity = QUANTITIES["feature_map"]
    assert [one.key for one in slips(quantity, written("0"), (16, 1, 1))] == ["off-by-one"]
    assert not list(slips(quantity, written("0"), (16, 2, 2)))


def test_a_digit_of_a_flattened_map_is_seen():
    quantity = QUANTITIES["feature_map"]
    assert "digit" in [one.key for one in slips(quantity, written("(None, 9316)"), (9216,))]


def test_a_pool_that_multiplies_the_field_is_told_where_the_layers_behind_it_go_on():
    # 11 · 2 for 11 + 2·4; behind it 22 + 4·8, and 54 · 2; behind that 108 + 2·16
    rows = ("Conv1 | 11", "Pool1 | 22", "Conv2 | 54", "Pool2 | 108", "Conv3 | 140")
    assert causes("Layer | Receptive field", *rows) == [("pools-double", True, 2)]


def test_numbers_that_a_paper_prints_are_one_cause():
    # table 1 of the paper on GoogLeNet
    printed = {"3a": 159, "3b": 380, "4a": 364, "4b": 437, "4c": 463, "4d": 580, "4e": 840}
    rows = [f"inception_{name} | {number}K" for name, number in printed.items()]
    result = marked(sheet("Layer | Params", "conv1 | 2.7K", *rows), "googlenet")
    assert [(one.key, one.is_certain) for one in result.causes] == [("paper-misprint", True)]


def test_a_map_of_one_pixel_is_no_map_of_any_size():
    rows = (*RIGHT[:3], "Pool2 | 256@1x1")
    assert [size for _, _, size in causes(MAPS, *rows)] == [1]


def test_a_pool_that_is_forgotten_on_the_way_makes_all_behind_it_wrong():
    # 11 + 4·4, + 2·4, then 3×3 kernels 8 apart: pool1's 2·4 and its stride of 2 are missing
    rows = ("conv1 | 11", "conv2 | 27", "pool2 | 35", "conv3 | 51", "conv4 | 67", "conv5 | 83")
    result = marked(sheet("layer | receptive field", *rows), "paper-alexnet")
    assert [cause.key for cause in result.causes] == ["layer-skipped"]
    assert result.causes[0].words == "on the way, pool1 is left out"
    assert len(result.causes[0].cells) == 5


def test_a_layer_that_is_forgotten_may_make_the_flattened_map_wrong():
    # pool5 makes 6×6 of 13×13: 13·13·256 are 43,264, not 9,216
    rows = ("pool2 | 13x13x256", "conv5 | 13x13x256", "pool5 | 6x6x256", "flatten | 43264")
    (cause,) = marked(sheet("layer | feature map", *rows), "paper-alexnet").causes
    assert (cause.key, cause.is_certain) == ("layer-skipped", True)
    assert cause.words == "on the way, pool5 is left out"


BRANCHES = """
name = "branches"
input = [4, 8, 8]
layers = [
  {name="conv1", kind="conv2d", out_channels=2, kernel_size=1, inputs=["input"]},
  {name="conv2", kind="conv2d", out_channels=3, kernel_size=3, padding=1, inputs=["input"]},
  {name="conv3", kind="conv2d", out_channels=2, kernel_size=5, padding=2, inputs=["input"]},
  {name="concat", kind="concat", inputs=["conv1", "conv2", "conv3"]},
  {name="conv4", kind="conv2d", out_channels=40, kernel_size=3, padding=1},
]
"""


def test_branches_worked_out_behind_one_another_are_one_mistake(tmp_path):
    (tmp_path / "branches.toml").write_text(BRANCHES, encoding="utf-8")
    rows = (
        "conv1 | 1 | 8",
        "conv2 | 3 | 54",  # 3·3·2·3 of the two channels above, not 3·3·4·3
        "conv3 | 7 | 150",  # 3 + 4 and 5·5·3·2 of the three, not 5 and 5·5·4·2
        "concat | 7 | 0",
        "conv4 | 9 | 2,520",
    )
    table = sheet("layer | receptive field | weights", *rows)
    result = marked(table, str(tmp_path / "branches.toml"))
    assert [cause.key for cause in result.causes] == ["branches-chained"]


def test_a_linear_layer_sees_the_map_that_the_sheet_states():
    # 195 + (5 - 1)·32 behind a map of 5×5, where the true one is 6×6
    rows = ("pool5 | 5×5×256 | 195", "flatten | 6400 | 195", "fc6 | 4096 | 323")
    result = marked(sheet("layer | feature map | receptive field", *rows), "paper-alexnet")
    field = next(one for one in result.marks if one.place == ("fc6", "receptive_field"))
    assert field.verdict is Verdict.FOLLOWS
    assert ("flatten", "feature_map") in field.follows_from
