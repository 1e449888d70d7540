"""Networks side by side: which layers belong together, what differs, and the ratios."""

from __future__ import annotations

from fractions import Fraction

from archstat.documents.comparison import comparison_document
from archstat.formats import format_named
from archstat.models.spec.resolve import resolve
from archstat.report.comparison import compare
from archstat.report.report import report_on
from tests.renderers.networks import network

CONV = {"out_channels": 4, "kernel_size": 3, "padding": 1}


def compared(*names):
    return compare([report_on(resolve(name)) for name in names])


def names(comparison):
    return [tuple(row and row.name for row in slot.rows) for slot in comparison.slots]


def net(*layers):
    return report_on(network(*layers, input_shape=(3, 8, 8)))


def test_a_network_does_not_differ_from_itself():
    comparison = compared("vgg16", "vgg16", "vgg16")
    assert not comparison.differs
    assert comparison.ratios("macs") == (1, 1, 1)


def test_groups_make_three_layers_of_alexnet_differ():
    comparison = compared("paper-alexnet", "ungrouped-alexnet")
    assert [slot.name for slot in comparison.slots if slot.differs] == ["conv2", "conv4", "conv5"]
    assert comparison.totals("macs") == (724_406_816, 1_135_256_096)
    assert comparison.ratios("macs")[1] == Fraction(1_135_256_096, 724_406_816)


def test_a_layer_that_one_network_has_not_stands_alone():
    plain = net(("conv", "conv2d", CONV), ("relu", "relu", {}))
    normed = net(("conv", "conv2d", CONV), ("bn", "batch_norm2d", {}), ("relu", "relu", {}))
    assert names(compare([plain, normed])) == [("conv", "conv"), (None, "bn"), ("relu", "relu")]
    assert names(compare([normed, plain])) == [("conv", "conv"), ("bn", None), ("relu", "relu")]


def test_layers_of_other_names_are_aligned_by_kind():
    ours = net(("conv", "conv2d", CONV), ("relu", "relu", {}))
    theirs = net(("0", "conv2d", CONV), ("1", "relu", {}))
    comparison = compare([ours, theirs])
    assert names(comparison) == [("conv", "0"), ("relu", "1")]
    assert not comparison.differs
    assert comparison.slots[0].name == "conv / 0"


def test_three_networks_stand_beside_each_other():
    one = net(("conv", "conv2d", CONV), ("relu", "relu", {}))
    two = net(("conv", "conv2d", CONV))
    assert names(compare([one, two, one])) == [("conv",) * 3, ("relu", None, "relu")]


def test_a_renamed_and_changed_layer_of_the_same_kind_stays_beside_the_other():
    ours = net(("stem", "relu", {}), ("a", "conv2d", CONV))
    theirs = net(("stem", "relu", {}), ("b", "conv2d", {**CONV, "out_channels": 8}))
    comparison = compare([ours, theirs])
    assert names(comparison) == [("stem", "stem"), ("a", "b")]
    assert [slot.differs for slot in comparison.slots] == [False, True]


def test_text_shows_the_same_once_and_marks_what_differs():
    ours = net(("a", "conv2d", CONV), ("b", "conv2d", CONV))
    theirs = net(("a", "conv2d", CONV), ("b", "conv2d", {**CONV, "bias": False}))
    # a: 4*27 + 4 = 112 parameters, 108 * 64 MACs; b: 4*36 + 4 = 148 and 144
    lines = format_named("text").write(comparison_document(compare([ours, theirs]))).splitlines()
    assert lines[2].split() == ["a", "8×8×4", "=", "112", "=", "6,912", "="]
    assert lines[3].split() == ["≠", "b", "8×8×4", "=", "148", "144", "9,216", "="]
    assert lines[-1] == "1 of 2 layers differs"


def test_layers_that_are_the_same_can_be_left_out():
    comparison = compared("paper-alexnet", "ungrouped-alexnet").changes()
    assert [slot.name for slot in comparison.slots] == ["conv2", "conv4", "conv5"]
    assert (
        format_named("text").write(comparison_document(comparison)).splitlines()[-1]
        == "3 of 24 layers differ"
    )
