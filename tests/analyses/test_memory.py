"""Bytes of parameters and activations."""

from __future__ import annotations

from archstat.analyses.memory import activation_bytes, param_bytes
from tests.renderers.networks import branching, network


def test_a_parameter_has_four_bytes():
    assert param_bytes(0) == 0
    assert param_bytes(60_965_224) == 243_860_896


def test_an_activation_has_four_bytes_for_every_example():
    conv1, *_, fc = branching().nodes
    assert activation_bytes(conv1, batch_size=1) == 576  # 4·6·6 · 4
    assert activation_bytes(conv1, batch_size=128) == 73_728
    assert activation_bytes(fc, batch_size=3) == 120  # 10 · 4 · 3


def test_layers_in_place_count_like_others():
    graph = network(("a", "relu", {"inplace": True}), ("b", "relu", {"inplace": False}))
    first, second = graph.nodes
    assert activation_bytes(first, batch_size=1) == activation_bytes(second, batch_size=1) == 1_728
