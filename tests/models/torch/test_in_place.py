"""Modules that write into what they are given, which is still what the module before has made."""

from __future__ import annotations

import pytest

from archstat.api import analyze

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402  only where torch is

from archstat.models.torch.private import tells_what_is_kept  # noqa: E402  likewise


@pytest.mark.parametrize("act", [nn.ReLU(inplace=True), nn.SiLU(inplace=True)])
def test_places_are_followed_through_a_module_that_works_in_place(act):
    # 3, the same, 3 + 2·1
    model = nn.Sequential(nn.Conv2d(3, 4, 3), act, nn.Conv2d(4, 4, 3))
    rows = analyze(model, (3, 16, 16)).layers
    assert [row.receptive_field.size for row in rows] == [(3, 3), (3, 3), (5, 5)]


@pytest.mark.skipif(not tells_what_is_kept(), reason="this torch does not tell what training keeps")
def test_gradients_are_followed_through_a_module_that_works_in_place():
    model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(inplace=True), nn.Linear(32, 16))
    rows = analyze(model, (16,), train=True).layers
    # the first layer's input is the network's, and learns nothing; 16·32 products a gradient
    assert [row.training.weight_gradient_macs for row in rows] == [512, 0, 512]
    assert [row.training.input_gradient_macs for row in rows] == [0, 0, 512]
