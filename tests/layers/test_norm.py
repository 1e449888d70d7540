"""Normalization: scale counts as weights, shift as biases; numbers worked out by hand."""

from __future__ import annotations

import pytest

from archstat.layers.norm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    GroupNorm,
    LayerNorm,
    LocalResponseNorm,
)
from tests.layers.table import Row, assert_refuses, assert_row

ROWS = {
    # one scale and one shift a channel
    "ResNet bn1": Row(BatchNorm2d(), (64, 112, 112), (64, 112, 112), weights=64, biases=64),
    "batch norm, nothing learned": Row(BatchNorm2d(affine=False), (64, 9, 9), (64, 9, 9)),
    "batch norm of a vector": Row(
        BatchNorm1d(num_features=4096), (4096,), (4096,), weights=4_096, biases=4_096
    ),
    "batch norm, one axis": Row(BatchNorm1d(), (16, 50), (16, 50), weights=16, biases=16),
    "batch norm, three axes": Row(
        BatchNorm3d(), (64, 16, 8, 8), (64, 16, 8, 8), weights=64, biases=64
    ),
    "AlexNet norm1": Row(LocalResponseNorm(size=5, k=2.0), (96, 55, 55), (96, 55, 55)),
    # one scale and one shift a feature, the same for all 197 tokens
    "ViT-B/16 norm": Row(LayerNorm(), (197, 768), (197, 768), weights=768, biases=768),
    # 3·4·5 = 60 values are normalized together
    "layer norm of a map": Row(
        LayerNorm(normalized_axes=3), (3, 4, 5), (3, 4, 5), weights=60, biases=60
    ),
    "layer norm without shift": Row(LayerNorm(bias=False), (197, 768), (197, 768), weights=768),
    "layer norm, nothing learned": Row(LayerNorm(elementwise_affine=False), (197, 768), (197, 768)),
    "group norm": Row(GroupNorm(num_groups=32), (64, 9, 9), (64, 9, 9), weights=64, biases=64),
    "group norm, nothing learned": Row(
        GroupNorm(num_groups=32, affine=False), (64, 9, 9), (64, 9, 9)
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_normalization(row):
    assert_row(row)


REFUSALS = {
    "other features than stated": (
        BatchNorm2d(num_features=96),
        (64, 9, 9),
        "states num_features = 96, but is given 64\n  hint: leave num_features out, or write 64",
    ),
    "vector, other features than stated": (
        BatchNorm1d(num_features=9),
        (8,),
        "states num_features = 9, but is given 8\n  hint: leave num_features out, or write 8",
    ),
    "vector for images": (
        BatchNorm2d(),
        (4096,),
        "expects a map C×H×W, got 4096\n  hint: put it before the layer that flattens the map",
    ),
    "image for vectors": (
        BatchNorm1d(),
        (64, 9, 9),
        "expects a vector or C×W, got 64×9×9\n  hint: use batch_norm2d",
    ),
    "volume for vectors": (
        BatchNorm1d(),
        (64, 9, 9, 9),
        "expects a vector or C×W, got 64×9×9×9\n  hint: use batch_norm3d",
    ),
    "response norm of a vector": (
        LocalResponseNorm(size=5),
        (4096,),
        "expects a map C×H×W, got 4096\n  hint: put it before the layer that flattens the map",
    ),
    "more axes than there are": (
        LayerNorm(normalized_axes=3),
        (197, 768),
        "normalizes the last 3 axes, but is given 197×768",
    ),
    "groups that do not divide": (
        GroupNorm(num_groups=32),
        (48, 9, 9),
        "48 channels cannot be split into 32 groups\n  hint: num_groups must divide 48",
    ),
}


@pytest.mark.parametrize(("layer", "in_shape", "message"), REFUSALS.values(), ids=REFUSALS)
def test_normalization_refuses(layer, in_shape, message):
    assert_refuses(lambda: layer.out_shape(in_shape), message)
