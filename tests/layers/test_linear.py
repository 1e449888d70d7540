"""Fully connected layers: numbers worked out by hand."""

from __future__ import annotations

import pytest

from archstat.layers.linear import Linear
from tests.layers.table import Row, assert_refuses, assert_row

ROWS = {
    # 256·6·6 = 9,216 inputs; weights 9,216·4,096
    "AlexNet fc6": Row(
        Linear(out_features=4096),
        (9216,),
        (4096,),
        weights=37_748_736,
        biases=4_096,
        macs=37_748_736,
        neurons=4_096,
    ),
    # 4,096·1,000
    "AlexNet fc8": Row(
        Linear(in_features=4096, out_features=1000),
        (4096,),
        (1000,),
        weights=4_096_000,
        biases=1_000,
        macs=4_096_000,
        neurons=1_000,
    ),
    # 84·10, no bias
    "without bias": Row(
        Linear(out_features=10, bias=False), (84,), (10,), weights=840, macs=840, neurons=10
    ),
    # one matrix of 768·3,072 for all 197 tokens; MACs 2,359,296 · 197
    "ViT-B/16 mlp": Row(
        Linear(in_features=768, out_features=3072),
        (197, 768),
        (197, 3072),
        weights=2_359_296,
        biases=3_072,
        macs=464_781_312,
        neurons=605_184,
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_linear(row):
    assert_row(row)


REFUSALS = {
    "map": (
        Linear(out_features=4096),
        (256, 6, 6),
        "expects one axis, got 256×6×6\n  hint: put a flatten layer before it",
    ),
    "map, other features stated": (
        Linear(in_features=9216, out_features=4096),
        (256, 6, 6),
        "expects one axis, got 256×6×6\n  hint: put a flatten layer before it",
    ),
    "other features than stated": (
        Linear(in_features=4096, out_features=10),
        (9216,),
        (
            "states in_features = 4096, but is given 9216\n"
            "  hint: leave in_features out, or write 9216"
        ),
    ),
}


@pytest.mark.parametrize(("layer", "in_shape", "message"), REFUSALS.values(), ids=REFUSALS)
def test_linear_refuses(layer, in_shape, message):
    assert_refuses(lambda: layer.out_shape(in_shape), message)
