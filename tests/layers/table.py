"""What a row of a layer table says, and how it is held against the layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from archstat.errors import ShapeError
from archstat.layers import Layer, Shape
from archstat.layers.base import param_count


@dataclass(frozen=True)
class Row:
    """A layer, what it is given, and what was worked out by hand."""

    layer: Layer
    in_shape: Shape
    out_shape: Shape
    weights: int = 0
    biases: int = 0
    macs: int = 0
    neurons: int = 0


def assert_row(row: Row) -> None:
    assert row.layer.out_shape(row.in_shape) == row.out_shape
    counts = param_count(row.layer.param_shapes(row.in_shape))
    assert counts == (row.weights, row.biases)
    assert row.layer.macs(row.in_shape) == row.macs
    assert row.layer.neurons(row.in_shape) == row.neurons


def assert_refuses(call: Callable[[], object], message: str) -> None:
    """Check that a call ends in a ShapeError, and all of its text."""
    with pytest.raises(ShapeError) as caught:
        call()
    assert str(caught.value) == message
