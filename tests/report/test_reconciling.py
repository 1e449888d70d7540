"""Where a number comes from: published counts of AlexNet, and who counted them."""

from __future__ import annotations

import pytest

from archstat.errors import UsageError
from archstat.models.spec.resolve import Variant as Changes
from archstat.models.spec.resolve import resolve
from archstat.report.quoted import Fit, quoted
from archstat.report.reconciling import LikelyVariant, origins
from tests.cli.running import invoke


def named(value, *variants, model="paper-alexnet"):
    found = origins(quoted(str(value)), [LikelyVariant(resolve(model)), *variants])
    return [(origin.counted, origin.variant.words, origin.batch_size) for origin in found]


@pytest.mark.parametrize(
    ("value", "counted"),
    [
        (724_406_816, "macs, fvcore"),
        (1_448_813_632, "flops"),
        (725_066_088, "macs+bias, torchinfo, ptflops-aten"),  # + 659,272, the neurons
        (726_235_456, "torchstat"),  # what torchstat calls Flops
        (1_450_445_423, "torchstat-madd"),  # and MAdd, 2,999 of it the softmax
        (60_965_224, "parameters"),
        (60_954_656, "weights"),
        (659_272, "neurons"),
    ],
)
def test_who_counts_so(value, counted):
    assert named(value) == [(counted, "", 1)]


def test_another_batch():
    assert named(32 * 724_406_816) == [("macs, fvcore", "", 32), ("flops", "", 16)]


# 64·3·11·11 + 64; then 192·64·5·5 + 192, 384·192·3·3 + 384, 256·384·3·3 + 256, 256·256·3·3 + 256
LAYERS = {
    23_296: "parameters of conv1",
    2_469_696: "parameters of all convolutions",  # 23,296 + 307,392 + 663,936 + 884,992 + 590,080
    58_631_144: "parameters of all linear layers",  # 37,752,832 + 16,781,312 + 4,097,000
    70_276_800: "macs of conv1",  # 23,232 weights at 55·55 places
    140_553_600: "flops of conv1",
}


@pytest.mark.parametrize(("value", "counted"), LAYERS.items())
def test_a_layer_and_a_group_of_layers(value, counted):
    assert named(value, model="torchvision-alexnet") == [(counted, "", 1)]


def test_a_module_of_a_network_is_a_group():
    # layer1 of ResNet-18: four times 64·64·3·3, and four batch norms of 64 scales and shifts
    assert named(147_968, model="resnet18") == [("parameters of layer1", "", 1)]


@pytest.mark.parametrize(
    ("text", "counted", "fit"),
    [
        ("61M", "parameters, weights", Fit.ROUNDED),  # 60,965,224 and 60,954,656
        ("60M", "parameters, weights", Fit.CUT),
        ("60.97 million", "parameters", Fit.ROUNDED),
        ("60,960,000", "parameters", Fit.CUT),
        ("243.9MB", "parameter memory", Fit.ROUNDED),  # 4 · 60,965,224 = 243,860,896
        ("232.6 MB", "parameter memory", Fit.ROUNDED),  # 232.56 · 1,048,576
        ("232.6MiB", "parameter memory", Fit.ROUNDED),
    ],
)
def test_numbers_as_they_are_quoted(text, counted, fit):
    found = origins(quoted(text), [LikelyVariant(resolve("paper-alexnet"))])
    assert (", ".join(origin.counted for origin in found), found[0].fit) == (counted, fit)


def test_a_number_of_few_digits_is_not_looked_for_in_layers_and_variants():
    # 885,120 parameters of conv3 would be 0.9M
    whole = LikelyVariant(resolve("ungrouped-alexnet"), "without groups")
    found = origins(quoted("0.9M"), [LikelyVariant(resolve("paper-alexnet")), whole])
    assert {origin.fit for origin in found} == {None}


def test_other_networks_count_only_if_they_give_exactly_the_number():
    vgg = LikelyVariant(resolve("vgg16"), "as vgg16", is_other=True)
    assert named("138,357,544", vgg) == [("parameters", "as vgg16", 1)]
    found = origins(quoted("138.4M"), [LikelyVariant(resolve("paper-alexnet")), vgg])
    assert {origin.fit for origin in found} == {None}
    assert {origin.variant.words for origin in found} == {""}


@pytest.mark.parametrize("text", ["", "many", "1.5", "0", "-3", "5 apples", "1,5", "0.2kB x"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(UsageError, match="value: "):
        quoted(text)


def test_another_variant():
    whole = LikelyVariant(resolve("ungrouped-alexnet"), "without groups")
    assert named(1_135_256_096, whole) == [("macs, fvcore", "without groups", 1)]


def test_a_variant_that_is_the_same_is_not_named():
    same = LikelyVariant(resolve("paper-alexnet", Changes(classes=1000)), "with 1000 classes")
    assert named(724_406_816, same) == [("macs, fvcore", "", 1)]


def test_the_nearest_come_with_what_is_missing():
    found = origins(quoted("724406817"), [LikelyVariant(resolve("paper-alexnet"))])
    assert (found[0].counted, found[0].off, found[0].fit) == ("macs, fvcore", 1, None)
    assert len(found) == 5


def test_a_number_is_told_with_its_parts():
    result = invoke("reconcile", "paper-alexnet", "--value", "725066088")
    assert result.exit_code == 0
    assert result.stdout == (
        "725,066,088 is exactly this:\n\n"
        "macs+bias, torchinfo, ptflops-aten: 725,066,088 = 724,406,816 (MACs)"
        " + 659,272 (one addition per output value, for its bias)\n"
    )


def test_a_rounded_number_is_met_by_what_rounds_to_it():
    result = invoke("reconcile", "vgg16", "--value", "30.94G")
    # 2 * 15,470,264,320 = 30,940,528,640
    assert result.exit_code == 0
    assert result.stdout.startswith("30,940,000,000 is this, rounded:\n\nflops: 30,940,528,640 = ")


def test_a_number_that_nobody_counts_is_exit_code_1():
    result = invoke("reconcile", "lenet5", "--value", "123457")
    assert result.exit_code == 1
    assert result.stdout.startswith("123,457 is no count of lenet5 that is known; the nearest are:")


def test_a_word_is_no_number():
    result = invoke("reconcile", "lenet5", "--value", "many")
    assert (result.exit_code, result.stderr.splitlines()) == (
        2,
        [
            "error: --value: 'many' is not a number",
            "  hint: write 724406816, 724.4M or 232.6MB",
        ],
    )
