"""What a training step costs, worked out by hand."""

from __future__ import annotations

import pytest

from archstat.analyses.training import OPTIMIZERS, training
from archstat.graph import Training
from archstat.models.spec.resolve import resolve
from archstat.report.report import report_on
from tests.renderers.networks import network

CONV = {"out_channels": 4, "kernel_size": 3, "padding": 1}


def kept(graph, batch_size=1):
    """Return the bytes that each layer is the first to keep, those that keep nothing left out."""
    costs = training(graph, batch_size=batch_size)
    return {name: cost.kept_bytes for name, cost in costs.items() if cost.kept_bytes}


def step(graph):
    return report_on(graph).totals.step


def test_the_first_layer_needs_no_gradient_of_its_input():
    costs = training(resolve("lenet5"), batch_size=1)
    # each gradient takes the products of the forward pass: C1 6·25·28·28, C3 16·150·10·10
    assert costs["C1"].input_gradient_macs == 0
    assert costs["C1"].weight_gradient_macs == 117_600
    assert costs["C3"].input_gradient_macs == 240_000
    assert costs["C3"].weight_gradient_macs == 240_000


def test_lenet5_trains_for_less_than_three_forward_passes():
    cost = step(resolve("lenet5"))
    # forward 117,600 + 240,000 + 48,000 + 10,080 + 840; gradients of inputs are those without C1
    assert cost.forward_macs == cost.weight_gradient_macs == 416_520
    assert cost.input_gradient_macs == 298_920
    assert cost.backward_macs == 715_440
    assert cost.step_macs == 1_131_960


def test_alexnet_trains_for_two_billion_macs_an_image():
    cost = step(resolve("paper-alexnet"))
    assert cost.weight_gradient_macs == 724_406_816
    assert cost.input_gradient_macs == 618_991_616  # 724,406,816 − 105,415,200 of conv1
    assert cost.step_macs == 2_067_805_248


def test_a_value_is_kept_once_by_the_first_that_needs_it():
    assert kept(resolve("lenet5")) == {
        "C1": 4_096,  # the image, 32·32 · 4
        "tanh1": 18_816,  # its output, 6·28·28 · 4, which S2 keeps too
        "C3": 4_704,  # the output of S2, 6·14·14 · 4
        "tanh3": 6_400,  # 16·10·10 · 4
        "C5": 1_600,  # 400 · 4, flattened
        "tanh5": 480,  # 120 · 4, which F6 keeps too
        "tanh6": 336,  # 84 · 4
    }


def test_alexnet_keeps_squares_masks_and_places():
    layers = kept(resolve("paper-alexnet"))
    assert layers["norm1"] == 3_533_200  # padded squares 100·55·55, and twice 96·55·55, · 4
    assert layers["pool1"] == 1_721_472  # norm1's output 96·55·55 · 4, and places 96·27·27 · 8
    assert layers["pool5"] == 73_728  # places 256·6·6 · 8; its input is relu5's output
    assert layers["drop6"] == 16_384  # a mask of 4,096 · 4
    assert "conv4" not in layers  # its input is relu3's output
    assert sum(layers.values()) == 12_482_988


def test_statistics_of_a_batch_do_not_grow_with_it():
    graph = network(("conv", "conv2d", CONV), ("norm", "batch_norm2d", {}), input_shape=(3, 6, 6))
    assert kept(graph)["norm"] == 608  # 4·6·6 · 4, and 2 · 4 channels · 4
    assert kept(graph, batch_size=10)["norm"] == 5_792  # 10 · 576 + 32


def test_what_nothing_learns_before_costs_nothing():
    graph = network(("pool", "max_pool2d", {"kernel_size": 2}), ("relu", "relu", {}))
    assert training(graph, batch_size=1) == {"pool": Training(), "relu": Training()}


def test_a_view_lies_where_its_input_does():
    graph = network(
        ("conv", "conv2d", CONV), ("relu", "relu", {}), ("flat", "flatten", {}),
        ("fc", "linear", {"out_features": 2}), input_shape=(3, 6, 6),
    )  # fmt: skip
    assert kept(graph) == {"conv": 432, "relu": 576}  # 3·6·6 · 4; 4·6·6 · 4 is what fc keeps


def test_a_layer_in_place_keeps_what_it_overwrites():
    graph = network(
        ("conv", "conv2d", CONV), ("relu6", "relu6", {"inplace": True}),
        ("next", "conv2d", CONV), input_shape=(3, 6, 6),
    )  # fmt: skip
    assert kept(graph) == {"conv": 432, "relu6": 576, "next": 576}  # relu6: a copy of its input


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({"p": 0.0}, {}), ({"p": 0.5}, {"drop": 576}), ({"p": 1.0}, {"drop": 4})],
)
def test_a_mask_is_kept_where_there_is_one(settings, expected):
    graph = network(("conv", "conv2d", CONV), ("drop", "dropout", settings), input_shape=(3, 6, 6))
    assert kept(graph) == {"conv": 432, **expected}


def test_a_product_keeps_the_factors_of_what_learns():
    graph = network(
        ("one", "conv2d", {**CONV, "out_channels": 3}),
        ("two", "conv2d", {**CONV, "out_channels": 3}, ["input"]),
        ("join", "multiply", {}, ["input", "one", "two"]),
        input_shape=(3, 6, 6),
    )
    # one keeps the image; join keeps one's partner, the image, again, two, and image · one
    assert kept(graph) == {"one": 432, "join": 864}


def test_optimizers_remember_numbers_for_every_parameter():
    cost = step(resolve("lenet5"))
    assert cost.gradient_bytes == cost.param_bytes == 246_824  # 61,706 · 4
    assert cost.optimizer_bytes == {
        "sgd": 0,
        "momentum": 246_824,
        "adam": 493_688,  # 2 · 246,824, and a count of steps for each of ten tensors, 4 bytes each
    }
    assert cost.memory_bytes("adam") == 1_023_768  # 2 · 246,824 + 493,688 + 36,432 kept


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_torchs_optimizers_remember_as_much(name):
    torch = pytest.importorskip("torch")
    from archstat.models.torch.module import GraphModule

    model = GraphModule(resolve("lenet5"))
    optimizer = {
        "sgd": lambda params: torch.optim.SGD(params, lr=0.1),
        "momentum": lambda params: torch.optim.SGD(params, lr=0.1, momentum=0.9),
        "adam": torch.optim.Adam,
    }[name](model.parameters())
    for param in model.parameters():
        param.grad = torch.zeros_like(param)
    optimizer.step()
    held = [
        value.numel() * value.element_size()
        for state in optimizer.state.values()
        for value in state.values()
        if isinstance(value, torch.Tensor)
    ]
    assert sum(held) == step(resolve("lenet5")).optimizer_bytes[name]
