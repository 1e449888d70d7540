"""Joins: one shape from several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from archstat.layers import Layer, Shape
from archstat.layers.activation import ReLU
from archstat.layers.combine import Add, Concat, Multiply
from archstat.layers.naming import TorchFunction, TorchOperator
from tests.layers.table import Row, assert_refuses, assert_row


@dataclass(frozen=True)
class Join:
    """A join, the shapes of its inputs, and the shape that it returns."""

    layer: Layer
    in_shapes: Sequence[Shape]
    out_shape: Shape


ROWS = {
    "ResNet residual": Join(Add(), [(64, 56, 56), (64, 56, 56)], (64, 56, 56)),
    "gated linear unit": Join(Multiply(), [(32, 7, 7), (32, 7, 7)], (32, 7, 7)),
    "squeeze and excite": Join(Multiply(), [(32, 7, 7), (32, 1, 1)], (32, 7, 7)),
    "attention to places": Join(Multiply(), [(1, 7, 7), (32, 7, 7)], (32, 7, 7)),
    # 64 + 128 + 32 + 32 channels
    "GoogLeNet 3a": Join(
        Concat(), [(64, 28, 28), (128, 28, 28), (32, 28, 28), (32, 28, 28)], (256, 28, 28)
    ),
    "concatenated vectors": Join(Concat(), [(10,), (3,)], (13,)),
}


@pytest.mark.parametrize("join", ROWS.values(), ids=ROWS)
def test_a_join_makes_one_shape_and_learns_nothing(join):
    in_shape = join.layer.combine(join.in_shapes)
    assert_row(Row(join.layer, in_shape, join.out_shape))


REFUSALS = {
    "one input": (
        Add(),
        [(64, 56, 56)],
        'joins two or more inputs, got 1\n  hint: name them, as in inputs = ["conv1", "relu2"]',
    ),
    "one input to concatenate": (
        Concat(),
        [(64, 56, 56)],
        'joins two or more inputs, got 1\n  hint: name them, as in inputs = ["conv1", "relu2"]',
    ),
    "other channels": (
        Add(),
        [(64, 56, 56), (256, 56, 56)],
        (
            "its inputs differ in shape: 64×56×56 and 256×56×56\n"
            "  hint: both branches must end in the same channels, rows and columns"
        ),
    ),
    "other axes": (
        Multiply(),
        [(32, 7, 7), (32,)],
        (
            "its inputs differ in shape: 32×7×7 and 32\n"
            "  hint: they must end in the same channels, rows and columns, or in one of these"
        ),
    ),
    "a gate of other channels": (
        Multiply(),
        [(32, 7, 7), (16, 1, 1)],
        (
            "its inputs differ in shape: 32×7×7 and 16×1×1\n"
            "  hint: they must end in the same channels, rows and columns, or in one of these"
        ),
    ),
    "other rows": (
        Concat(),
        [(64, 28, 28), (32, 27, 28)],
        (
            "its inputs differ in more than channels: 64×28×28 and 32×27×28\n"
            "  hint: all branches must end in the same rows and columns"
        ),
    ),
    "several inputs for a layer of one": (
        ReLU(),
        [(64, 28, 28), (64, 28, 28)],
        "takes one input, got 2\n  hint: join them first, with an add or a concat layer",
    ),
}


@pytest.mark.parametrize(("layer", "in_shapes", "message"), REFUSALS.values(), ids=REFUSALS)
def test_inputs_that_do_not_fit_are_refused(layer, in_shapes, message):
    assert_refuses(lambda: layer.combine(in_shapes), message)


@pytest.mark.parametrize(
    ("layer", "call"),
    [
        (Add(), TorchOperator("+")),
        (Multiply(), TorchOperator("*")),
        (Concat(), TorchFunction("cat", {"dim": 1})),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_torch_joins_by_an_operator_or_a_function(layer, call):
    assert layer.torch_call((64, 28, 28)) == call
