"""Activations and dropout: the shape stays, and hardly anything is learned."""

from __future__ import annotations

import pytest

from archstat.layers.activation import (
    GELU,
    Dropout,
    Dropout2d,
    Identity,
    LeakyReLU,
    LogSoftmax,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Tanh,
)
from archstat.layers.naming import TorchModule
from tests.layers.table import Row, assert_refuses, assert_row

ROWS = {
    "ReLU": Row(ReLU(), (96, 55, 55), (96, 55, 55)),
    "ReLU6": Row(ReLU6(), (32, 112, 112), (32, 112, 112)),
    "leaky ReLU": Row(LeakyReLU(negative_slope=0.1), (64, 9, 9), (64, 9, 9)),
    "GELU": Row(GELU(), (197, 3072), (197, 3072)),
    "SiLU": Row(SiLU(), (32, 8, 8), (32, 8, 8)),
    "tanh": Row(Tanh(), (6, 28, 28), (6, 28, 28)),
    "sigmoid": Row(Sigmoid(), (120,), (120,)),
    "softmax": Row(Softmax(), (1000,), (1000,)),
    "log softmax": Row(LogSoftmax(), (1000,), (1000,)),
    "dropout": Row(Dropout(p=0.5), (4096,), (4096,)),
    "channel dropout": Row(Dropout2d(), (96, 9, 9), (96, 9, 9)),
    "identity": Row(Identity(), (3, 4, 5), (3, 4, 5)),
    "PReLU, one slope": Row(PReLU(), (64, 9, 9), (64, 9, 9), weights=1),
    "PReLU, a slope a channel": Row(PReLU(num_parameters=64), (64, 9, 9), (64, 9, 9), weights=64),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_activation(row):
    assert_row(row)


def test_prelu_refuses_slopes_that_fit_no_channels():
    assert_refuses(
        lambda: PReLU(num_parameters=3).out_shape((64, 9, 9)),
        "num_parameters 3 fits neither 1 nor the 64 channels of 64×9×9",
    )


@pytest.mark.parametrize("layer", [Softmax(), LogSoftmax()], ids=lambda layer: layer.kind)
def test_torch_takes_softmax_over_the_axis_behind_the_batch(layer):
    call = layer.torch_call((1000,))
    assert call == TorchModule(layer.torch_name, (), {"dim": 1})
