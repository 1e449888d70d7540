"""Explanations: the printed arithmetic comes to the printed result, everywhere."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import pytest

from archstat.analyses.training import training
from archstat.documents.formulas import SYMBOLS, VALUES
from archstat.errors import UsageError
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import Variant, resolve
from archstat.report.explanation import OF_TRAINING, QUANTITIES, explain
from archstat.report.report import report_on
from tests.renderers.networks import branching, network

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402  torch first

from archstat.models.inputs import InputSpec  # noqa: E402
from archstat.models.torch.source import Source  # noqa: E402
from archstat.models.torch.tracing import trace_source  # noqa: E402


def load_module(module, shape):
    source = Source("module", module)
    return trace_source(source, [InputSpec(shape)], batch_size=1, device_name="none")[0]


ARITHMETIC = re.compile(r"(?:[0-9]+|[-+*/() ]|floor|ceil|F)*")


def evaluated(text):
    """Return what printed arithmetic comes to, worked out by Python in fractions."""
    for sign, python in {"·": "*", "−": "-", ",": "", "⌊": "floor(", "⌈": "ceil("}.items():
        text = text.replace(sign, python)
    text = re.sub("[0-9]+", r"F(\g<0>)", re.sub("[⌋⌉]", ")", text))
    assert ARITHMETIC.fullmatch(text)
    return eval(text, {"F": Fraction, "floor": math.floor, "ceil": math.ceil})  # noqa: S307


def written(name, layer, **changes):
    """Return symbols, values and result of one layer, by quantity and axis."""
    (explained,) = explain(resolve(name, Variant(**changes)), layer=layer)
    return {
        (line.quantity, line.axis): (
            SYMBOLS.write(line.formula),
            VALUES.write(line.formula),
            line.result,
        )
        for line in explained.lines
        if line.formula is not None
    }


@pytest.mark.parametrize("name", catalogue())
def test_the_printed_arithmetic_comes_to_the_printed_result(name):
    for explained in explain(resolve(name)):
        for line in explained.lines:
            if line.formula is not None:
                assert evaluated(VALUES.write(line.formula)) == line.result, line


@pytest.mark.parametrize("name", catalogue())
def test_every_number_of_the_table_is_explained(name):
    graph = resolve(name)
    rows = {row.name: row for row in report_on(graph).layers}
    for explained in explain(graph):
        row = rows[explained.node.name]
        found = {line.quantity: line.result for line in explained.lines}
        for quantity in ("weights", "biases", "params", "neurons", "macs", "activation_bytes"):
            assert found.get(quantity, 0) == getattr(row, quantity)
        axes = [line.result for line in explained.lines if line.quantity == "feature_map"]
        assert axes in ([*row.out_shape], [*row.out_shape[:2]])  # rows stand for equal columns


def test_the_second_convolution_of_alexnet():
    found = written("paper-alexnet", "conv2")
    assert found["feature_map", "rows"] == (
        "⌊(n_in + 2 · p − k) / s⌋ + 1",
        "⌊(27 + 2 · 2 − 5) / 1⌋ + 1",
        27,
    )
    assert found["params", ""] == (
        "C_out · (C_in/g) · k · k + C_out",
        "256 · (96/2) · 5 · 5 + 256",
        307_456,
    )
    assert found["receptive_field", ""] == ("r + (k − 1) · j", "19 + (5 − 1) · 8", 51)


@pytest.mark.parametrize("name", catalogue())
def test_the_arithmetic_of_training_comes_to_what_it_costs(name):
    graph = resolve(name)
    costs = training(graph, batch_size=1)
    for explained in explain(graph, columns=OF_TRAINING):
        lines = {line.quantity: line for line in explained.lines}
        for quantity in OF_TRAINING:
            count = getattr(costs[explained.node.name], quantity)
            assert (quantity in lines) == (count > 0)
            if count:
                assert lines[quantity].result == count
                assert evaluated(VALUES.write(lines[quantity].formula)) == count


def test_what_training_costs_is_explained_where_it_is_asked_for():
    (explained,) = explain(resolve("paper-alexnet"), layer="pool1", columns=["kept_bytes"])
    (line,) = explained.lines
    assert (SYMBOLS.write(line.formula), VALUES.write(line.formula), line.result) == (
        "4 · C_in · n_in · n_in + 8 · C_out · n_out · n_out",
        "4 · 96 · 55 · 55 + 8 · 96 · 27 · 27",
        1_721_472,
    )
    (plain,) = explain(resolve("paper-alexnet"), layer="pool1")
    assert set(OF_TRAINING).isdisjoint(line.quantity for line in plain.lines)


def test_a_linear_layer_is_a_window_of_the_whole_map():
    # pool5 sees 195 pixels and is 6×6; its units are 32 pixels apart
    found = written("paper-alexnet", "fc6")
    assert found["receptive_field", ""] == ("r + (k − 1) · j", "195 + (6 − 1) · 32", 355)


def test_the_sides_of_an_image_that_is_not_square_are_told_apart():
    found = written("paper-alexnet", "conv1", input=(3, 227, 195))
    # (195 - 11) / 4 + 1 = 47 columns
    assert found["feature_map", "rows"][1:] == ("⌊(227 + 2 · 0 − 11) / 4⌋ + 1", 55)
    assert found["feature_map", "columns"][1:] == ("⌊(195 + 2 · 0 − 11) / 4⌋ + 1", 47)


def test_channels_of_a_concatenation_are_a_sum():
    graph = network(
        ("a", "conv2d", {"out_channels": 2, "kernel_size": 1}),
        ("b", "conv2d", {"out_channels": 5, "kernel_size": 1}, ["input"]),
        ("join", "concat", {}, ["a", "b"]),
        input_shape=(3, 4, 4),
    )
    (explained,) = explain(graph, layer="join")
    line = explained.lines[0]
    assert (SYMBOLS.write(line.formula), VALUES.write(line.formula)) == ("C_1 + C_2", "2 + 5")


def test_a_field_where_branches_meet_has_no_one_formula():
    for explained in explain(branching()):
        if len(explained.node.inputs) > 1:
            assert "receptive_field" not in {line.quantity for line in explained.lines}


class Heads(nn.Module):
    """Two heads of four features each, of five tokens; and a layer that works on each head."""

    def __init__(self):
        super().__init__()
        self.each = nn.Linear(4, 3)

    def forward(self, x):
        x = x.unflatten(-1, (2, 4)).transpose(1, 2)
        return self.each(x @ x.mT @ x)


def test_what_is_done_for_each_head_is_explained_for_all_of_them():
    model = load_module(Heads(), (5, 8))
    rows = {row.name: row for row in report_on(model).layers}
    for explained in explain(model):
        found = {line.quantity: line.result for line in explained.lines}
        row = rows[explained.node.name]
        for quantity in ("neurons", "macs", "activation_bytes"):
            assert found.get(quantity, 0) == getattr(row, quantity)
    lines = {
        (explained.node.name, line.quantity): line
        for explained in explain(model)
        for line in explained.lines
    }
    # of each head 5×5 values, each a sum over its 4 features
    assert VALUES.write(lines["bmm", "macs"].formula) == "2 · 5 · 5 · 4"
    assert SYMBOLS.write(lines["bmm", "macs"].formula) == "m · C_out · n_out · K"
    assert lines["bmm", "macs"].result == 200


def test_one_quantity_of_all_layers():
    explained = explain(resolve("vgg16"), columns=["macs"])
    assert {line.quantity for layer in explained for line in layer.lines} == {"macs"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"layer": "conv22"},
            "paper-alexnet has no layer 'conv22'\n  hint: did you mean 'conv2'?",
        ),
        (
            {"columns": ["latency"]},
            (
                "column: there is nothing to explain of 'latency'\n"
                f"  hint: there are {', '.join((*QUANTITIES, *OF_TRAINING))}"
            ),
        ),
    ],
)
def test_what_there_is_not_is_said(options, message):
    with pytest.raises(UsageError) as caught:
        explain(resolve("paper-alexnet"), **options)
    assert str(caught.value) == message


def test_features_of_tokens_are_their_last_axis():
    # 10 tokens of 16 features: a norm, a linear layer to 8, a ReLU
    graph = load_module(nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 8), nn.ReLU()), (10, 16))
    norm, linear, relu = explain(graph)
    assert [(line.axis, line.result) for line in relu.lines if line.quantity == "feature_map"] == [
        ("places", 10), ("features", 8),
    ]  # fmt: skip
    assert norm.lines[2].result == 16
    said = {
        line.quantity: SYMBOLS.write(line.formula)
        for line in linear.lines
        if line.formula is not None
    }
    assert (said["macs"], said["neurons"]) == ("n_in · F_in · F_out", "n_out · F_out")


def test_channels_of_a_map_are_its_first_axis():
    graph = load_module(nn.Sequential(nn.Conv1d(3, 4, 3), nn.ReLU()), (3, 10))
    assert [line.axis for line in explain(graph)[1].lines if line.quantity == "feature_map"] == [
        "channels", "places",
    ]  # fmt: skip
