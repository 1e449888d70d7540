"""The conventions of tools: what each counts in one layer and in AlexNet, worked out by hand."""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace
from pathlib import Path

import pytest

from archstat.analyses.conventions.registry import CONVENTIONS, convention_named
from archstat.errors import UsageError
from archstat.graph import Node
from archstat.layers.activation import ReLU
from archstat.layers.opaque import Called
from archstat.models.spec.resolve import resolve
from archstat.report.report import report_on
from tests.analyses.one_layer import CONV, one

OURS = {"macs", "flops", "macs+bias", "textbook"}
MAP = (4, 5, 5)  # 100 values
TRANSPOSED_1D = ("conv_transpose1d", CONV, (2, 5))  # 36 weights, 5 places in, 7 out
UP = {"scale_factor": 2}
LRN = ("local_response_norm", {"size": 3}, MAP)
# three steps on 100 values, and a pooling of 4 + 2 channels on 25 places: 300 + 150
LRN_STEPS = 450


BY_HAND = [
    ("thop", "conv2d", CONV, (2, 5, 5), 972),
    ("thop", "linear", {"out_features": 3}, (7,), 21),
    ("thop", *TRANSPOSED_1D, 252),  # 36 · 7
    ("thop", "batch_norm2d", {}, MAP, 400),
    ("thop", "batch_norm2d", {"affine": False}, MAP, 200),
    ("thop", "layer_norm", {}, (4, 5), 80),
    ("thop", "layer_norm", {"elementwise_affine": False}, (4, 5), 40),
    ("thop", "group_norm", {"num_groups": 2}, MAP, 0),
    ("thop", "avg_pool2d", {"kernel_size": 2}, (4, 6, 6), 36),  # 4·3·3 outputs
    ("thop", "max_pool2d", {"kernel_size": 2}, (4, 6, 6), 0),
    ("thop", "adaptive_avg_pool2d", {"output_size": 1}, MAP, 104),  # 4 · (25 + 1)
    ("thop", "adaptive_avg_pool2d", {"output_size": 2}, MAP, 116),  # 16 · (2.5² + 1)
    ("thop", "adaptive_max_pool2d", {"output_size": 1}, MAP, 0),
    ("thop", "softmax", {}, (10,), 29),  # 10 exponentials, 9 additions, 10 divisions
    ("thop", "softmax", {}, MAP, 275),  # 25 places · (4 + 3 + 4)
    ("thop", "log_softmax", {}, MAP, 0),
    ("thop", "prelu", {}, MAP, 100),
    ("thop", "relu", {}, MAP, 0),
    ("thop", "upsample", UP, MAP, 400),  # 4·10·10 outputs
    ("thop", "upsample", {**UP, "mode": "bilinear"}, MAP, 4_400),
    ("thop", "upsample", {**UP, "mode": "bicubic"}, MAP, 103_600),  # 400 · (224 + 35)
    ("thop", "upsample", {**UP, "mode": "nearest-exact"}, MAP, 0),  # which it does not know
    ("ptflops", "upsample", UP, MAP, 800),
    ("deepspeed", "upsample", UP, MAP, 100),
    ("fvcore", "upsample", UP, MAP, 400),
    ("fvcore", "upsample", {**UP, "mode": "bilinear"}, MAP, 1_600),
    ("fvcore", "upsample", {**UP, "mode": "bicubic"}, MAP, 0),
    ("ptflops", "conv2d", CONV, (2, 5, 5), 1_026),
    ("ptflops", "conv2d", {**CONV, "bias": False}, (2, 5, 5), 972),
    ("ptflops", *TRANSPOSED_1D, 222),  # 36 · 5 + 6 · 7
    ("ptflops", "linear", {"in_features": 7, "out_features": 3}, (5, 7), 120),  # 5 · (21 + 3)
    ("ptflops", "relu", {}, MAP, 200),  # the module, and the function that it calls
    ("ptflops", "prelu", {}, MAP, 200),
    ("ptflops", "gelu", {}, MAP, 200),
    ("ptflops", "relu6", {}, MAP, 100),  # calls hardtanh
    ("ptflops", "leaky_relu", {}, MAP, 100),
    ("ptflops", "silu", {}, MAP, 100),  # the function alone
    ("ptflops", "softmax", {}, MAP, 100),
    ("ptflops", "tanh", {}, MAP, 0),
    ("ptflops", "max_pool2d", {"kernel_size": 2}, MAP, 200),
    ("ptflops", "adaptive_avg_pool2d", {"output_size": 1}, MAP, 200),
    ("ptflops", "batch_norm2d", {}, MAP, 200),
    ("ptflops", "batch_norm2d", {"affine": False}, MAP, 100),
    ("ptflops", "layer_norm", {"normalized_axes": 3}, MAP, 100),  # its scale has another name
    ("ptflops", *LRN, LRN_STEPS),
    ("ptflops-aten", "conv2d", CONV, (2, 5, 5), 1_026),
    ("ptflops-aten", "linear", {"out_features": 3}, (7,), 24),
    ("ptflops-aten", "relu", {}, MAP, 0),
    ("ptflops-aten", *LRN, 0),
    ("torchscan", "conv2d", CONV, (2, 5, 5), 972),
    ("torchscan", *TRANSPOSED_1D, 256),  # 36 · 7 + 4
    ("torchscan", "batch_norm2d", {}, MAP, 200),
    ("torchscan", "layer_norm", {}, (4, 5), 0),
    ("torchscan", "max_pool2d", {"kernel_size": 3, "stride": 1}, MAP, 72),  # 36 · (3 − 1)
    ("torchscan", "max_pool2d", {"kernel_size": [3, 2], "stride": 1}, MAP, 240),  # 48 · (6 − 1)
    ("torchscan", "avg_pool2d", {"kernel_size": 2}, (4, 6, 6), 108),  # 36 · (2 − 1 + 2)
    ("torchscan", "avg_pool1d", {"kernel_size": 2}, (4, 6), 24),  # 12 · (2 − 1 + 1)
    ("torchscan", "adaptive_avg_pool2d", {"output_size": 1}, MAP, 104),  # 4 · (25 − 1 + 2)
    # 5 into 3 leaves 2: it takes windows of 2 + 1; 36 · (9 − 1 + 2)
    ("torchscan", "adaptive_avg_pool2d", {"output_size": 3}, MAP, 360),
    ("torchscan", "adaptive_max_pool2d", {"output_size": 1}, MAP, 96),  # 4 · (25 − 1)
    ("deepspeed", "conv2d", CONV, (2, 5, 5), 1_998),  # 2 · 972 + 54
    ("deepspeed", "linear", {"out_features": 3}, (7,), 42),  # no bias
    # 2·6·3·5 = 180 MACs, 6·7 = 42 outputs
    ("deepspeed", *TRANSPOSED_1D, 402),
    # "same" pads 0 and 1: it takes 4·4 of the 5·5 places; 16 · (2 · 6·2·4 + 6)
    (
        "deepspeed",
        "conv2d",
        {"out_channels": 6, "kernel_size": 2, "padding": "same"},
        (2, 5, 5),
        1_632,
    ),
    ("deepspeed", "conv2d", {**CONV, "padding": "same"}, (2, 5, 5), 5_550),  # 25 · (216 + 6)
    ("deepspeed", "relu", {}, MAP, 100),
    ("deepspeed", "silu", {}, MAP, 100),
    ("deepspeed", "relu6", {}, MAP, 0),
    ("deepspeed", "softmax", {}, MAP, 100),
    ("deepspeed", "log_softmax", {}, MAP, 0),
    ("deepspeed", "max_pool2d", {"kernel_size": 2}, MAP, 100),
    ("deepspeed", "batch_norm2d", {}, MAP, 200),
    ("deepspeed", "batch_norm2d", {"track_running_stats": False}, MAP, 500),
    ("deepspeed", "layer_norm", {}, (4, 5), 100),
    ("deepspeed", *LRN, LRN_STEPS),
    # a sliding kernel of 3 has 3·3 places on 5·5: 2 · 2·6·9·25 + 6·9
    ("calflops", "conv_transpose2d", CONV, (2, 5, 5), 5_454),
    # 3 channels a group, divided by 2 again: 2 · 2·1·9·25 + 3·9
    ("calflops", "conv_transpose2d", {**CONV, "groups": 2}, (2, 5, 5), 927),
    ("calflops", "conv2d", CONV, (2, 5, 5), 1_998),
    # what TensorFlow 2.21 says of the same layers of Keras 3.15
    ("tensorflow", "conv2d", CONV, (2, 5, 5), 1_998),
    ("tensorflow", "conv1d", CONV, (2, 5), 234),  # 18 outputs · (2 · 6 + 1)
    ("tensorflow", "conv3d", CONV, (2, 5, 5, 5), 17_658),  # 162 · (2 · 54 + 1)
    ("tensorflow", "conv2d", {**CONV, "groups": 2}, (4, 5, 5), 54),  # biases alone
    # depthwise: 36 outputs · (2 · 9 + 1)
    ("tensorflow", "conv2d", {**CONV, "out_channels": 4, "groups": 4}, MAP, 684),
    ("tensorflow", "linear", {"in_features": 7, "out_features": 3}, (5, 7), 225),  # 15 · 15
    # 11·11 places out at stride 2: 2 · 121 · 108 / 4 + 6 · 121
    ("tensorflow", "conv_transpose2d", {**CONV, "stride": 2}, (2, 5, 5), 7_260),
    ("tensorflow", *TRANSPOSED_1D, 546),  # 2 · 7 · 36 + 42
    ("tensorflow", "conv_transpose3d", CONV, (2, 5, 5, 5), 2_058),  # 6 · 7³ biases alone
    ("tensorflow", "max_pool2d", {"kernel_size": 3, "stride": 1}, MAP, 324),  # 36 · 9
    ("tensorflow", "max_pool1d", {"kernel_size": 2}, (4, 6), 24),  # 12 · 2
    ("tensorflow", "max_pool3d", {"kernel_size": 2}, (1, 4, 4, 4), 0),
    ("tensorflow", "adaptive_avg_pool2d", {"output_size": 1}, MAP, 100),
    ("tensorflow", "adaptive_avg_pool1d", {"output_size": 1}, (4, 6), 24),
    ("tensorflow", "adaptive_max_pool2d", {"output_size": 1}, MAP, 0),
    ("tensorflow", "softmax", {}, (10,), 50),
    ("tensorflow", "softmax", {}, MAP, 500),
    ("tensorflow", "log_softmax", {}, MAP, 0),
    ("tensorflow", "relu", {}, MAP, 0),
    ("tensorflow", "gelu", {}, MAP, 400),
    ("tensorflow", "silu", {}, MAP, 200),
    ("tensorflow", "prelu", {"num_parameters": 4}, MAP, 304),
    ("tensorflow", "batch_norm2d", {}, MAP, 224),
    ("tensorflow", "batch_norm1d", {}, (4,), 32),
    ("tensorflow", "batch_norm2d", {"affine": False}, MAP, 220),
    ("tensorflow", "layer_norm", {}, (5, 4), 200),  # 9 · 20 + 4 · 5
    ("tensorflow", "layer_norm", {"bias": False}, (5, 4), 180),
    ("tensorflow", "layer_norm", {"elementwise_affine": False}, (5, 4), 145),
    ("tensorflow", "layer_norm", {"normalized_axes": 3}, MAP, 904),
    ("tensorflow", "group_norm", {"num_groups": 2}, MAP, 620),
    ("macs", "conv2d", CONV, (2, 5, 5), 972),
    ("flops", "conv2d", CONV, (2, 5, 5), 1_944),
    ("macs+bias", "conv2d", CONV, (2, 5, 5), 1_026),
    ("macs+bias", "linear", {"out_features": 3}, (7,), 24),
    ("textbook", "conv2d", CONV, (2, 5, 5), 1_890),  # 54 outputs · (2 · 18 − 1)
    ("textbook", "linear", {"out_features": 3}, (7,), 39),  # 3 · (2 · 7 − 1)
    ("torchinfo", "conv2d", CONV, (2, 5, 5), 1_026),
    ("fvcore", "batch_norm2d", {}, MAP, 200),
    ("torchstat", "conv2d", CONV, (2, 5, 5), 1_026),
    ("torchstat", "conv2d", {**CONV, "bias": False}, (2, 5, 5), 972),
    ("torchstat", "linear", {"out_features": 3}, (7,), 21),
    ("torchstat", *TRANSPOSED_1D, 0),  # it has no rule for any but conv2d and conv3d
    ("torchstat", "conv1d", CONV, (2, 5), 0),
    ("torchstat", "batch_norm2d", {}, MAP, 200),
    ("torchstat", "batch_norm2d", {"affine": False}, MAP, 100),
    ("torchstat", "batch_norm1d", {}, (4,), 0),
    ("torchstat", "relu", {}, MAP, 100),
    ("torchstat", "prelu", {}, MAP, 100),
    ("torchstat", "gelu", {}, MAP, 0),
    ("torchstat", "avg_pool2d", {"kernel_size": 2}, (4, 6, 6), 144),  # its input
    ("torchstat", "max_pool1d", {"kernel_size": 2}, (4, 6), 0),
    ("torchstat", "softmax", {}, (10,), 0),
    ("torchstat-madd", "conv2d", CONV, (2, 5, 5), 1_944),  # 54 · (18 + 17 + 1)
    ("torchstat-madd", "conv2d", {**CONV, "bias": False}, (2, 5, 5), 1_890),
    ("torchstat-madd", "linear", {"out_features": 3}, (7,), 39),  # 3 · (7 + 6)
    ("torchstat-madd", "conv_transpose2d", CONV, (2, 5, 5), 5_400),  # 25 · 6 · (18 + 17 + 1)
    ("torchstat-madd", "conv_transpose2d", {**CONV, "bias": False}, (2, 5, 5), 5_250),
    ("torchstat-madd", *TRANSPOSED_1D, 0),
    ("torchstat-madd", "batch_norm2d", {"affine": False}, MAP, 400),
    ("torchstat-madd", "relu", {}, MAP, 100),
    ("torchstat-madd", "prelu", {}, MAP, 0),
    ("torchstat-madd", "max_pool2d", {"kernel_size": 2}, (4, 6, 6), 108),  # 36 · (4 − 1)
    ("torchstat-madd", "avg_pool2d", {"kernel_size": 2}, (4, 6, 6), 144),  # 36 · (3 + 1)
    ("torchstat-madd", "softmax", {}, (10,), 29),
]
"""What a convention counts in a layer: worked out by hand from the tool's source."""


@pytest.mark.parametrize(("name", "kind", "settings", "shape", "count"), BY_HAND)
def test_a_layer_by_hand(name, kind, settings, shape, count):
    (node,) = one(kind, settings, *shape).nodes
    assert CONVENTIONS[name].count(node) == count


@pytest.mark.parametrize(
    ("name", "total"),
    [
        # as the tools themselves count it, once the softmax at its end is set apart
        ("thop", 724_406_816 + 2_999),
        ("ptflops", 729_346_320 + 1_000),
        ("ptflops-aten", 725_066_088),
        ("torchscan", 724_651_744),
        ("deepspeed", 1_452_565_384 + 1_000),
        ("calflops", 1_452_565_384 + 1_000),
        ("torchinfo", 725_066_088),
        ("fvcore", 724_406_816),
    ],
)
def test_the_paper_s_alexnet(name, total):
    assert CONVENTIONS[name].total(resolve("paper-alexnet")) == total


def test_every_convention_has_a_number_that_was_worked_out_by_hand():
    assert {name for name, *_ in BY_HAND} == set(CONVENTIONS)


def test_every_convention_of_a_tool_names_the_version_that_it_was_held_against():
    page = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text(encoding="utf-8")
    for name, convention in CONVENTIONS.items():
        assert bool(convention.tool) == bool(convention.version) == (name not in OURS)
        row = next(
            line for line in page.splitlines() if line.startswith("| `") and f"`{name}`" in line
        )
        assert convention.version in row.split("|")[1]


@pytest.mark.parametrize(
    ("installed", "doubt"),
    [
        ("0.7.5", None),
        ("0.7.5.post1", None),
        ("0.7.50", "ptflops 0.7.50 is installed; how it counts was held against 0.7.5"),
        ("0.8", "ptflops 0.8 is installed; how it counts was held against 0.7.5"),
    ],
)
def test_another_version_that_is_installed_is_told(monkeypatch, installed, doubt):
    monkeypatch.setattr(importlib.metadata, "version", {"ptflops": installed}.__getitem__)
    assert CONVENTIONS["ptflops"].doubt() == CONVENTIONS["ptflops-aten"].doubt() == doubt
    report = report_on(resolve("lenet5"), convention=CONVENTIONS["ptflops"])
    assert (report.notes[-1] == doubt) == bool(doubt)


def test_a_tool_that_is_not_there_is_in_no_doubt(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert CONVENTIONS["ptflops"].doubt() is None
    assert CONVENTIONS["macs"].doubt() is None


@pytest.mark.parametrize(
    ("model", "total"),
    [
        # 30,960,211,824 with the softmax of keras.applications.VGG16, five for each of 1,000
        ("vgg16", 30_960_211_824 - 5_000),
        ("lenet5", 845_862),
    ],
)
def test_networks_as_tensorflow_says(model, total):
    assert CONVENTIONS["tensorflow"].total(resolve(model)) == total


def call(layer, *shape):
    return Node("call", layer, (), shape, shape, examples=1, is_call=True)


@pytest.mark.parametrize(
    ("name", "count"),
    [("thop", 0), ("torchscan", 0), ("ptflops", 100), ("deepspeed", 100), ("flops", 0)],
)
def test_a_relu_that_is_a_function(name, count):
    assert CONVENTIONS[name].count(call(ReLU(), *MAP)) == count
    assert CONVENTIONS[name].count(call(Called(kind="relu", shape=()), *MAP)) == count


@pytest.mark.parametrize(
    ("name", "count", "as_operator"),
    [
        ("macs", 60, 60),
        ("thop", 0, 0),
        ("ptflops", 60, 0),
        ("deepspeed", 120, 120),
        ("calflops", 120, 0),
        ("torchinfo", 0, 0),
    ],
)
def test_a_matrix_product(name, count, as_operator):
    product = Called(kind="matmul", shape=(3, 5), macs_seen=60)  # 3×4 times 4×5
    node = Node("call", product, (), (3, 4), (3, 5), examples=1, is_call=True)
    assert CONVENTIONS[name].count(node) == count
    written = replace(node, layer=replace(product, is_operator=True))
    assert CONVENTIONS[name].count(written) == as_operator


def test_what_a_tool_does_not_see_is_told():
    graph = one("relu", {}, *MAP)
    product = call(Called(kind="einsum", shape=(), macs_seen=60), 3, 4)
    graph = replace(graph, nodes=(*graph.nodes, product))
    assert CONVENTIONS["thop"].differences(graph) == {
        "functions and modules that it does not know": -60
    }
    assert CONVENTIONS["thop"].total(graph) == 0


@pytest.mark.parametrize("convention", CONVENTIONS.values(), ids=CONVENTIONS)
def test_terms_account_for_every_difference_from_macs(convention):
    for model in ("lenet5", "cifar-bn-alexnet", "nin"):
        graph = resolve(model)
        macs = convention.per_mac * sum(node.macs for node in graph.nodes)
        assert convention.total(graph) == macs + sum(convention.differences(graph).values())


def test_a_convention_that_is_not_there():
    with pytest.raises(UsageError) as caught:
        convention_named("thopp")
    (problem,) = caught.value.problems
    assert problem.what == "there is no convention 'thopp'"
    assert problem.hint == f"did you mean 'thop'? there are {', '.join(CONVENTIONS)}"


def test_examples_of_a_traced_layer_all_count():
    (node,) = one("linear", {"out_features": 3}, 7).nodes  # 21 MACs and 3 biases
    graph = replace(one("relu", {}, *MAP), nodes=(replace(node, examples=4),))
    assert CONVENTIONS["macs+bias"].total(graph) == 96
    assert list(CONVENTIONS["macs+bias"].differences(graph).values()) == [12]
