"""The wrong values that mistakes yield, on the AlexNet of 2012 at 227 pixels.

Its windows: conv1 11/4, pool1 3/2, conv2 5/1 pad 2 (2 groups), pool2 3/2, conv3, conv4, conv5 3/1
pad 1 (conv4 and conv5 2 groups), pool5 3/2; then 9216 → 4096 → 4096 → 1000.
"""

from __future__ import annotations

import pytest

from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.mistakes import MISTAKES
from archstat.homework.mistakes.base import SaidBefore
from archstat.models.spec.catalogue import catalogue
from tests.homework.networks import truth

BY_KEY = {mistake.key: mistake for mistake in MISTAKES}
DILATED = {"settings": {"conv2": {"dilation": 2}}}
WINDOWS = ("conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5")


def account(key, name="paper-alexnet", **changes):
    return BY_KEY[key].account(truth(name, **changes))


def rows(key, **changes):
    """Return the rows of the maps that a mistake gives along AlexNet."""
    told = account(key, **changes)
    return [told[name]["feature_map"][1] for name in WINDOWS if name in told]


MAPS = [
    # (224 - 11) // 4 + 1 = 54, (54 - 3) // 2 + 1 = 26, ...
    pytest.param("input-224", [54, 26, 26, 12, 12, 12, 12, 5], id="224 for 227"),
    # 27 - 5 + 1 = 23, (23 - 3) // 2 + 1 = 11, 9, 7, 5, 2
    pytest.param("padding-left-out", [55, 27, 23, 11, 9, 7, 5, 2], id="no padding"),
    # 27 + 2 - 5 + 1 = 25, (25 - 3) // 2 + 1 = 12, 12 + 1 - 3 + 1 = 11, 10, 9, 4
    pytest.param("padding-once", [55, 27, 25, 12, 11, 10, 9, 4], id="padding on one side"),
    # ⌈227 / 4⌉ = 57, ⌈57 / 2⌉ = 29, 29, 15, 15, 15, 15, 8
    pytest.param("same-assumed", [57, 29, 29, 15, 15, 15, 15, 8], id="same padding"),
    # 55 → (55 + 2 - 3) // 2 + 1 = 28, 28 → 14, 14 → 7
    pytest.param("pools-padded", [55, 28, 28, 14, 14, 14, 14, 7], id="padded pools"),
    # (55 - 3) // 3 + 1 = 18, (18 - 3) // 3 + 1 = 6, (6 - 3) // 3 + 1 = 2
    pytest.param("pool-stride-is-kernel", [55, 18, 18, 6, 6, 6, 6, 2], id="stride 3"),
    # 227 - 11 = 216, 216 // 4 = 54; (54 - 3) // 2 = 25; 25 + 4 - 5 = 24; (24 - 3) // 2 = 10
    pytest.param("one-missing", [54, 25, 24, 10, 9, 8, 7, 2], id="no + 1"),
    # 227 // 4 = 56, 28, 28, 14, ..., 7
    pytest.param("kernel-left-out", [56, 28, 28, 14, 14, 14, 14, 7], id="no kernel"),
    # (256 - 11) // 4 + 1 = 62, (62 - 3) // 2 + 1 = 30, 30, 14, 14, 14, 14, 6
    pytest.param("input-256", [62, 30, 30, 14, 14, 14, 14, 6], id="256 for 227"),
    # (299 - 11) // 4 + 1 = 73, (73 - 3) // 2 + 1 = 36, 36, 17, 17, 17, 17, 8
    pytest.param("input-299", [73, 36, 36, 17, 17, 17, 17, 8], id="299 for 227"),
    # 227 - 11 + 1 = 217, (217 - 3) // 2 + 1 = 108, 108, 53, 53, 53, 53, 26
    pytest.param("stride-left-out", [217, 108, 108, 53, 53, 53, 53, 26], id="no stride"),
    # 54 + 2, 26 + 2, 28 - 1 + 2, 13 + 2, 15 - 1 + 2, 17, 18, 7 + 2
    pytest.param("one-too-many", [56, 28, 29, 15, 16, 17, 18, 9], id="1 too often"),
]
"""The rows of the maps along AlexNet, by mistake."""


@pytest.mark.parametrize(("key", "sizes"), MAPS)
def test_the_sizes_of_a_mistake(key, sizes):
    assert rows(key) == sizes


ELSEWHERE = [
    # AlexNet at 224 pixels, as the paper has it; its sizes are those of 227
    ("input-227", "paper-alexnet", {"input": (3, 224, 224)}, "conv1", "feature_map", (96, 55, 55)),
    # 32 - 5 + 1 and 28 - 5 + 1
    ("input-32", "lenet5", {"input": (1, 28, 28)}, "C1", "feature_map", (6, 28, 28)),
    ("input-28", "lenet5", {}, "C1", "feature_map", (6, 24, 24)),
    # (112 - 3) / 2 = 54.5: 55 + 1 = 56 as its author has it, 54 + 1 rounded down
    ("rounded-down", "googlenet", {}, "pool1", "feature_map", (64, 55, 55)),
    ("rounded-up", "paper-alexnet", {"input": (3, 224, 224)}, "conv1", "feature_map", (96, 55, 55)),
    # dilated it spans 2·4 + 1 = 9: 27 + 4 - 9 + 1 = 23; not dilated 27
    ("dilation-left-out", "paper-alexnet", DILATED, "conv2", "feature_map", (256, 27, 27)),
    ("dilation-not-seen", "paper-alexnet", DILATED, "conv2", "receptive_field", (51, 51)),
    # what pool1 makes of 55×55: (55 - 3) / 2 + 1
    ("map-behind-the-pool", "paper-alexnet", {}, "conv1", "feature_map", (96, 27, 27)),
    # conv1 7/2 and maxpool 3/2 see 11 pixels, 4 apart; two 3×3 then 11 + 8 + 8; and the 11 again
    ("joins-added", "resnet18", {}, "layer1.0.add", "receptive_field", (38, 38)),
    # layer1 sees 43; 43 + 8 and + 16 behind the stride; the shortcut, read behind these, makes
    # their 8 pixels 16: 67 + 2·16
    ("branches-chained", "resnet18", {}, "layer2.1.conv1", "receptive_field", (99, 99)),
    # the 96 filters of 1×1 read pool2's 192 channels, not the 64 of the branch written before
    ("branches-chained", "googlenet", {}, "inception_3a.reduce3x3", "weights", 64 * 96),
    # conv1's stride of 4 and pool1's of 2, and 2 of the dilation
    ("dilation-as-stride", "paper-alexnet", DILATED, "conv2", "effective_stride", (16, 16)),
    # table 1 of the paper; 7·7·3·64 + 64 are 9,472
    ("paper-misprint", "googlenet", {}, "conv1", "params", 2_700),
    # what stands before the pool behind conv1's stride of 4
    ("before-for-after", "paper-alexnet", {}, "pool1", "effective_stride", (4, 4)),
]
"""Mistakes that show in networks of another kind: with what changes, in which layer, and how."""


@pytest.mark.parametrize("case", ELSEWHERE, ids=[f"{case[0]} {case[4]}" for case in ELSEWHERE])
def test_a_mistake_in_another_network(case):
    key, name, changes, layer, quantity, value = case
    assert account(key, name, **changes)[layer][quantity] == value
    assert truth(name, **changes).account[layer][quantity] != value


def test_rounding_up_shows_where_a_window_hangs_over():
    # at 224: (224 - 11) / 4 = 53.25 → 54 + 1 = 55 instead of 54, and so on as at 227
    assert rows("rounded-up", input=(3, 224, 224))[:2] == [55, 27]


def test_what_is_behind_a_stride_is_taken_for_what_is_before_it():
    told = account("before-for-after")
    strides = [told[name]["effective_stride"][0] for name in WINDOWS]
    assert strides == [1, 4, 8, 8, 16, 16, 16, 16]


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("growth-left-out", 11),
        ("kernel-not-less-one", 11 + 3 * 4),
        ("own-stride-applied", 11 + 2 * 4 * 2),
    ],
)
def test_the_field_of_a_mistake_in_one_step_from_the_one_before(key, field):
    _, told = BY_KEY[key].own(truth("paper-alexnet"), SaidBefore({}, {"conv1": (11, 11)}))
    assert told["pool1"]["receptive_field"] == (field, field)


def test_sizes_carry_over_to_what_is_worked_out_from_them():
    told = account("padding-left-out")
    assert told["conv2"]["neurons"] == 23 * 23 * 256
    assert told["conv2"]["macs"] == 5 * 5 * 48 * 256 * 23 * 23
    assert told["fc6"]["weights"] == 256 * 2 * 2 * 4096  # pool5 is 2×2×256


FIELDS = [
    pytest.param("growth-left-out", [1, 1, 1, 1, 1, 1, 1, 1], id="no kernel grows"),
    pytest.param("strides-left-out", [11, 13, 17, 19, 21, 23, 25, 27], id="no strides"),
    pytest.param("strides-and-pools-left-out", [11, 11, 15, 15, 17, 19, 21, 21], id="convs"),
    pytest.param("pool-strides-left-out", [11, 19, 35, 43, 51, 59, 67, 75], id="no pool strides"),
    pytest.param("conv-strides-left-out", [11, 13, 21, 25, 33, 41, 49, 57], id="pool strides"),
    pytest.param("pools-left-out", [11, 11, 27, 27, 35, 43, 51, 51], id="no pools"),
    pytest.param(
        "pool-kernels-left-out", [11, 11, 43, 43, 75, 107, 139, 139], id="no pool kernels"
    ),
    # 11, ·2, + 4, ·2, + 2, + 2, + 2, ·2
    pytest.param("pools-double", [11, 22, 26, 52, 54, 56, 58, 116], id="pools double"),
    pytest.param("kernel-size-only", [11, 3, 5, 3, 3, 3, 3, 3], id="kernels"),
    # 11, + 2·4, + 4·2, + 2·1, + 2·2, + 2, + 2, + 2
    pytest.param("last-stride-only", [11, 19, 27, 29, 33, 35, 37, 39], id="last stride"),
    pytest.param("kernels-multiplied", [11, 33, 165, 495, 1485, 4455, 13365, 40095], id="product"),
    pytest.param("starts-at-zero", [10, 18, 50, 66, 98, 130, 162, 194], id="from 0"),
    # 1 + 11, + 3·4, + 5·8, + 3·8, + 3·16 three times, + 3·16
    pytest.param("kernel-not-less-one", [12, 24, 64, 88, 136, 184, 232, 280], id="k"),
    # 1 + 10·4, + 2·8, + 4·8, + 2·16, + 2·16 three times, + 2·32
    pytest.param("own-stride-applied", [41, 57, 89, 121, 153, 185, 217, 281], id="own stride"),
    # 11, + 2·2, + 4·2, + 2·2, + 2·2 three times, + 2·2
    pytest.param("nearest-stride-only", [11, 15, 23, 27, 31, 35, 39, 43], id="nearest stride"),
    # (1 + 10)·1, (11 + 2)·4, (52 + 4)·8, (448 + 2)·8, (3,600 + 2)·16, and so on
    pytest.param(
        "brackets-misplaced",
        [11, 52, 448, 3_600, 57_632, 922_144, 14_754_336, 236_069_408],
        id="brackets",
    ),
    # steps 1, 4, 4 + 1, 5, 5 + 1: + 10·1, + 2·4, + 4·5, + 2·5, + 2·6 three times, + 2·6
    pytest.param("strides-added", [11, 19, 39, 49, 61, 73, 85, 97], id="sum of strides"),
    # + 10, + 2·4, + (4 + 4)·8, + 2·8, + (2 + 2)·16 three times, + 2·16
    pytest.param("padding-added", [11, 19, 83, 99, 163, 227, 291, 323], id="padding"),
]
"""The receptive fields along AlexNet, by mistake."""


@pytest.mark.parametrize(("key", "sizes"), FIELDS)
def test_the_receptive_fields_of_a_mistake(key, sizes):
    told = account(key)
    assert [told[name]["receptive_field"] for name in WINDOWS] == [(size, size) for size in sizes]


VALUES = [
    pytest.param("depth-left-out", "conv2", "weights", 5 * 5 * 256, id="depth"),
    pytest.param("filters-left-out", "conv2", "weights", 5 * 5 * 48, id="filters"),
    pytest.param("kernel-only", "conv2", "weights", 25, id="kernel only"),
    pytest.param("kernel-not-squared", "conv2", "weights", 5 * 48 * 256, id="k for k²"),
    pytest.param("output-depth-for-input-depth", "conv3", "weights", 9 * 384 * 384, id="Co²"),
    pytest.param("groups-left-out", "conv2", "weights", 614_400, id="groups"),
    pytest.param("groups-left-out", "conv2", "macs", 614_400 * 27 * 27, id="groups in MACs"),
    pytest.param("groups-left-out", "conv2", "filter_depth", 96, id="groups in depth"),
    pytest.param("two-groups", "conv3", "filter_depth", 128, id="half of the depth"),
    pytest.param("two-groups", "conv3", "weights", 442_368, id="half of the weights"),
    pytest.param("two-groups", "conv3", "params", 442_368 + 384, id="and all biases"),
    pytest.param("two-groups", "conv3", "macs", 442_368 * 169, id="half of the MACs"),
    pytest.param("places-kept", "fc7", "feature_map", (4096, 6, 6), id="fc7 on a map"),
    pytest.param("groups-twice", "conv2", "weights", 153_600, id="groups twice"),
    pytest.param("bias-left-out", "fc7", "params", 16_777_216, id="no bias"),
    pytest.param("bias-added", "fc7", "weights", 16_781_312, id="bias"),
    pytest.param("one-bias-a-layer", "conv1", "params", 34_849, id="one bias"),
    pytest.param("bias-a-slice", "conv1", "params", (121 + 1) * 3 * 96, id="bias a slice"),
    pytest.param("weights-not-shared", "conv1", "weights", 105_415_200, id="not shared"),
    pytest.param("pool-with-weights", "pool1", "weights", 9 * 96, id="pool"),
    pytest.param("not-flattened", "fc6", "weights", 256 * 4096, id="not flattened"),
    pytest.param("map-before-the-pool", "fc6", "weights", 177_209_344, id="before the pool"),
    pytest.param("square-of-outputs", "fc6", "weights", 16_777_216, id="4096²"),
    pytest.param("outputs-left-out", "fc8", "weights", 4_096, id="inputs alone"),
    pytest.param("inputs-left-out", "fc8", "weights", 1_000, id="outputs alone"),
    pytest.param("bytes-for-numbers", "conv1", "weights", 139_392, id="bytes"),
    pytest.param("one-tower", "conv1", "weights", 17_424, id="weights of one tower"),
    pytest.param("one-tower", "conv1", "feature_map", (48, 55, 55), id="maps of one tower"),
    pytest.param("channels-left-out", "conv1", "neurons", 3_025, id="one channel"),
    pytest.param("rows-only", "conv1", "neurons", 55 * 96, id="rows"),
    pytest.param("input-units", "conv1", "neurons", 154_587, id="input"),
    pytest.param("one-tower", "conv1", "neurons", 145_200, id="one tower"),
    pytest.param("paper-misprint", "conv1", "neurons", 253_440, id="misprint"),
    pytest.param("twice-a-mac", "conv1", "macs", 210_830_400, id="two a MAC"),
    pytest.param("input-places", "conv1", "macs", 34_848 * 227 * 227, id="input places"),
    pytest.param("places-left-out", "conv1", "macs", 34_848, id="no places"),
    pytest.param("rows-of-places", "conv1", "macs", 34_848 * 55, id="rows of places"),
    pytest.param("bias-operations", "conv1", "macs", 105_705_600, id="biases"),
    pytest.param("textbook-operations", "conv1", "flops", (2 * 363 - 1) * 290_400, id="2k²C − 1"),
    pytest.param("input-map-copied", "conv1", "feature_map", (96, 227, 227), id="input map"),
    pytest.param("input-copied", "pool2", "feature_map", (256, 27, 27), id="input copied"),
    pytest.param("input-channels-kept", "conv2", "feature_map", (96, 27, 27), id="channels"),
    pytest.param("kernel-not-counted", "conv2", "weights", 48 * 256, id="no kernel"),
    pytest.param("bias-an-input", "conv1", "params", 34_848 + 3, id="bias an input"),
    pytest.param("bias-depth-left-out", "conv1", "params", 121 * 96, id="neither"),
    pytest.param("pool-as-convolution", "pool1", "weights", 9 * 96 * 96, id="pool as conv"),
    pytest.param("pool-units", "pool1", "neurons", 27 * 27 * 96, id="units of a pool"),
    pytest.param("once-a-mac", "conv1", "flops", 105_415_200, id="one a MAC"),
    pytest.param("four-times", "conv1", "macs", 421_660_800, id="four a MAC"),
    pytest.param("half-a-mac", "conv1", "macs", 52_707_600, id="half a MAC"),
    pytest.param("pool-operations", "pool1", "macs", 9 * 96 * 27 * 27, id="MACs of a pool"),
    pytest.param("stride-for-padding", "conv1", "padding", (4, 4), id="stride for padding"),
    pytest.param("padding-for-stride", "conv2", "stride", (2, 2), id="padding for stride"),
]
"""The value of one cell of AlexNet's table, by mistake."""


@pytest.mark.parametrize(("key", "layer", "quantity", "value"), VALUES)
def test_the_value_of_a_mistake(key, layer, quantity, value):
    assert account(key)[layer][quantity] == value


@pytest.mark.parametrize("name", catalogue())
def test_mistakes_speak_of_quantities_and_layers_that_there_are(name):
    known = truth(name)
    for mistake in MISTAKES:
        assert mistake.quantities <= set(QUANTITIES)
        assert set(mistake.account(known)) <= set(known.account)


def test_every_mistake_shows_in_some_network():
    hidden = {mistake.key for mistake in MISTAKES}
    for name in catalogue():
        known = truth(name)
        for mistake in MISTAKES:
            for layer, answers in mistake.account(known).items():
                true = known.account[layer]
                if any(true.get(key) != value for key, value in answers.items()):
                    hidden.discard(mistake.key)
    # no network of the catalogue is dilated
    assert hidden <= {"dilation-left-out", "dilation-not-seen", "dilation-as-stride"}


def test_every_mistake_has_a_number_that_was_worked_out_by_hand():
    worked_out = {row.values[0] for row in (*MAPS, *FIELDS, *VALUES)}
    assert worked_out | {key for key, *_ in ELSEWHERE} == set(BY_KEY)


def test_a_mistake_has_one_place():
    keys = [mistake.key for mistake in MISTAKES]
    assert len(keys) == len(set(keys))


def test_a_hint_has_no_number():
    assert not [mistake.key for mistake in MISTAKES if any(map(str.isdigit, mistake.hint))]
