"""Where a number comes from: published counts of AlexNet, and who counted them."""

from __future__ import annotations

import pytest

from archstat.models.spec.resolve import Variant as Changes
from archstat.models.spec.resolve import resolve
from archstat.report.reconciling import Variant, origins
from tests.cli.running import invoke


def named(value, *variants):
    found = origins(value, [Variant(resolve("paper-alexnet")), *variants])
    return [(origin.counted, origin.variant.words, origin.batch_size) for origin in found]


@pytest.mark.parametrize(
    ("value", "counted"),
    [
        (724_406_816, "macs, fvcore"),
        (1_448_813_632, "flops"),
        (725_066_088, "macs+bias, torchinfo, ptflops-aten"),  # + 659,272, the neurons
        (726_235_456, "torchstat"),  # what torchstat calls Flops
        (1_450_442_424, "torchstat-madd"),  # and MAdd
        (60_965_224, "parameters"),
        (60_954_656, "weights"),
        (659_272, "neurons"),
    ],
)
def test_who_counts_so(value, counted):
    assert named(value) == [(counted, "", 1)]


def test_another_batch():
    assert ("macs, fvcore", "", 32) in named(32 * 724_406_816)


def test_another_variant():
    whole = Variant(resolve("ungrouped-alexnet"), "without groups")
    assert named(1_135_256_096, whole) == [("macs, fvcore", "without groups", 1)]


def test_a_variant_that_is_the_same_is_not_named():
    same = Variant(resolve("paper-alexnet", Changes(classes=1000)), "with 1000 classes")
    assert named(724_406_816, same) == [("macs, fvcore", "", 1)]


def test_the_nearest_come_with_what_is_missing():
    found = origins(724_406_817, [Variant(resolve("paper-alexnet"))])
    assert (found[0].counted, found[0].off) == ("macs, fvcore", 1)
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
        ["error: --value: 'many' is not a whole number", "  hint: write 724406816 or 724.4M"],
    )
