"""The report: rows, totals and notes, and the JSON contract."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import Variant, resolve
from archstat.report.report import report_on
from tests.renderers.networks import branching, network

SEES_ALL = "a unit sees the whole image: its receptive field of"

REPORT_KEYS = [
    "schema",
    "model",
    "input",
    "more_inputs",
    "batch_size",
    "traced_on",
    "layers",
    "totals",
    "notes",
]
LAYER_KEYS = [
    "name",
    "kind",
    "depth",
    "in_shape",
    "out_shape",
    "kernel_size",
    "stride",
    "padding",
    "groups",
    "weights",
    "biases",
    "params",
    "neurons",
    "macs",
    "activation_bytes",
    "receptive_field",
]
FIELD_KEYS = ["size", "effective_stride", "effective_padding"]
TOTAL_KEYS = [
    "weights",
    "biases",
    "params",
    "neurons",
    "macs",
    "activation_bytes",
    "param_bytes",
    "uncounted",
]


@pytest.mark.parametrize("name", catalogue())
def test_the_contract_has_exactly_these_keys_in_this_order(name):
    document = report_on(resolve(name)).to_dict()
    assert list(document) == REPORT_KEYS
    assert document["schema"] == 1
    assert list(document["totals"]) == TOTAL_KEYS
    for layer in document["layers"]:
        assert list(layer) == LAYER_KEYS
        assert list(layer["receptive_field"]) == FIELD_KEYS


@pytest.mark.parametrize("name", catalogue())
def test_the_contract_is_made_of_plain_values(name):
    document = report_on(resolve(name)).to_dict()
    assert json.loads(json.dumps(document)) == document
    whole = {"weights", "biases", "params", "neurons", "macs", "activation_bytes", "depth"}
    for layer in document["layers"]:
        assert {type(layer[key]) for key in whole} == {int}
        assert {type(size) for key in ("in_shape", "out_shape") for size in layer[key]} == {int}
        assert layer["depth"] == layer["name"].count(".")  # in a block it is 1 or more
    totals = dict(document["totals"])
    assert totals.pop("uncounted") == []
    assert {type(value) for value in totals.values()} == {int}


def test_a_layer_in_full():
    first = report_on(resolve("paper-alexnet")).to_dict()["layers"][0]
    assert first == {
        "name": "conv1",
        "kind": "conv2d",
        "depth": 0,
        "in_shape": [3, 227, 227],
        "out_shape": [96, 55, 55],
        "kernel_size": [11, 11],
        "stride": [4, 4],
        "padding": [0, 0],
        "groups": 1,
        "weights": 34_848,
        "biases": 96,
        "params": 34_944,
        "neurons": 290_400,
        "macs": 105_415_200,
        "activation_bytes": 1_161_600,  # 290,400 · 4
        "receptive_field": {
            "size": [11, 11],
            "effective_stride": [4, 4],
            "effective_padding": [0, 0],
        },
    }


def test_totals_are_sums():
    totals = report_on(branching()).totals
    # conv1 108 + 4, norm1 4 + 4, wide 120 + 4, fc 360
    assert (totals.weights, totals.biases, totals.params) == (592, 12, 604)
    assert totals.neurons == 298  # 144 + 144 + 10
    assert totals.macs == 8_568  # 108·36 + 120·36 + 360
    assert totals.activation_bytes == 3_208  # (5·144 + 36 + 36 + 10) · 4
    assert totals.param_bytes == 2_416
    assert totals.uncounted == ()


def test_rows_say_what_filters_see():
    rows = {row.name: row for row in report_on(branching()).layers}
    assert (rows["wide"].filters, rows["wide"].filter_depth, rows["wide"].groups) == (4, 2, 2)
    assert (rows["pool"].filters, rows["pool"].filter_depth) == (None, None)
    assert (rows["pool"].kernel_size, rows["pool"].stride) == ((3, 3), (2, 2))
    assert rows["lrn"].kernel_size is None
    assert rows["fc"].filters is None
    assert rows["norm1"].label == "batch norm"


def test_a_batch_multiplies_macs_and_activations_alone():
    one, many = (report_on(branching(), batch_size=size) for size in (1, 32))
    assert many.batch_size == 32
    assert many.totals.macs == 274_176  # 32 · 8,568
    assert many.totals.activation_bytes == 102_656  # 32 · 3,208
    for before, after in zip(one.layers, many.layers, strict=True):
        assert after.macs == 32 * before.macs
        assert after.activation_bytes == 32 * before.activation_bytes
        assert (after.weights, after.biases, after.params) == (
            before.weights, before.biases, before.params,
        )  # fmt: skip
        assert (after.neurons, after.in_shape, after.out_shape, after.receptive_field) == (
            before.neurons, before.in_shape, before.out_shape, before.receptive_field,
        )  # fmt: skip
    assert many.totals.params == one.totals.params
    assert many.totals.param_bytes == one.totals.param_bytes
    assert many.totals.neurons == one.totals.neurons


def test_a_fractional_stride_is_a_number_in_json():
    graph = network(("up", "conv_transpose2d", {"out_channels": 2, "kernel_size": 2, "stride": 2}))
    report = report_on(graph)
    assert report.layers[0].receptive_field.effective_stride == (Fraction(1, 2),) * 2
    field = report.to_dict()["layers"][0]["receptive_field"]
    assert field == {"size": [1, 1], "effective_stride": [0.5, 0.5], "effective_padding": [0, 0]}


def test_a_stride_that_is_no_one_number_is_null():
    conv = {"out_channels": 2, "kernel_size": 1}
    graph = network(
        ("half", "conv2d", {**conv, "stride": 2}),
        ("up", "conv_transpose2d", {**conv, "kernel_size": 2, "stride": 2}),
        ("small", "conv2d", {**conv, "stride": 2}, ["up"]),
        ("join", "concat", {}, ["half", "small"]),
        ("global", "adaptive_avg_pool2d", {"output_size": 5}, ["input"]),
        ("six", "conv_transpose2d", {**conv, "kernel_size": 2}, ["global"]),
        ("uneven", "add", {}, ["six", "half"]),
    )
    layer = report_on(graph).to_dict()["layers"][-1]
    assert layer["receptive_field"]["effective_stride"] == [None, None]


def test_an_unknown_receptive_field_is_null():
    graph = network(("tokens", "linear", {"in_features": 8, "out_features": 2}), input_shape=(5, 8))
    assert report_on(graph).layers[0].receptive_field is None
    assert report_on(graph).to_dict()["layers"][0]["receptive_field"] is None


def test_same_padding_stays_a_word():
    graph = network(("c", "conv2d", {"out_channels": 2, "kernel_size": 3, "padding": "same"}))
    assert report_on(graph).to_dict()["layers"][0]["padding"] == "same"


def test_kinds_without_a_setting_have_null():
    layer = report_on(resolve("lenet5")).to_dict()["layers"][1]
    assert [layer[key] for key in ("kernel_size", "stride", "padding", "groups")] == [None] * 4


def test_to_dicts_is_the_layers():
    report = report_on(resolve("lenet5"))
    assert report.to_dicts() == report.to_dict()["layers"]
    assert len(report.to_dicts()) == 12


@pytest.mark.parametrize("device", [None, "meta", "cuda:0"])
def test_the_device_is_passed_on(device):
    assert report_on(branching(), traced_on=device).to_dict()["traced_on"] == device


def test_notes_of_the_spec_come_first():
    notes = report_on(branching()).notes
    assert notes == (
        "a note with *stars*",
        f"from fc on, {SEES_ALL} 23×19 pixels is not clipped to the image's 12×12",
    )


def test_an_image_with_its_channels_last_is_noted():
    notes = report_on(network(("r", "relu", {}), input_shape=(32, 24, 3))).notes
    assert notes == ("the input is 32 channels of 24×3; channels come first: 3×32×24?",)


@pytest.mark.parametrize("shape", [(3, 32, 32), (64, 8, 8), (4, 4, 4), (3, 3, 1), (784,), (8, 3)])
def test_an_image_with_its_channels_first_is_not_noted(shape):
    assert report_on(network(("r", "relu", {}), input_shape=shape)).notes == ()


def test_the_first_layer_that_sees_all_is_named_once():
    notes = report_on(resolve("paper-alexnet", Variant(input=(3, 224, 224)))).notes
    # pool5 sees 195 pixels, 32 apart, and is 5×5 there: 195 + 4·32
    assert [note for note in notes if "sees the whole image" in note] == [
        f"from fc6 on, {SEES_ALL} 323 pixels is not clipped to the image's 224×224"
    ]


def test_a_view_as_large_as_the_image_is_not_larger():
    exact = network(("c", "conv2d", {"out_channels": 1, "kernel_size": 12}))
    assert report_on(exact).notes == ()
    larger = network(("c", "conv2d", {"out_channels": 1, "kernel_size": 13, "padding": 1}))
    assert len(report_on(larger).notes) == 1
    one_axis = network(
        ("c", "conv2d", {"out_channels": 1, "kernel_size": (13, 12), "padding": (1, 0)})
    )
    assert report_on(one_axis).notes == ()
