"""The invariants of a graph, each broken once, and what is said about sizes that do not fit."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from archstat.errors import ShapeError
from archstat.graph import INPUT, Graph, GraphBuilder
from archstat.layers import Layer
from archstat.layers.activation import ReLU
from archstat.layers.combine import Add
from archstat.layers.conv import Conv1d, Conv2d
from archstat.layers.linear import Linear
from archstat.layers.norm import BatchNorm1d, BatchNorm2d
from archstat.layers.pool import AdaptiveAvgPool2d, MaxPool2d
from archstat.layers.reshape import Flatten


def builder_of(input_shape: tuple[int, ...], layers: Mapping[str, Layer]) -> GraphBuilder:
    """Return a builder that holds layers behind one another."""
    builder = GraphBuilder(input_shape)
    previous = INPUT
    for name, layer in layers.items():
        previous = builder.add(name, layer, [previous]).name
    return builder


def assert_refuses(
    builder: GraphBuilder, layer: Layer, inputs: list[str], message: str, *, name: str = "new"
) -> None:
    """Check that a layer is not added, and why."""
    with pytest.raises(ShapeError) as caught:
        builder.add(name, layer, inputs)
    assert str(caught.value) == message
    assert len(builder.build("network").nodes) == len(builder._nodes)


def residual() -> Graph:
    builder = GraphBuilder((3, 8, 8))
    builder.add("conv1", Conv2d(out_channels=4, kernel_size=3, padding=1), [INPUT])
    builder.add("conv2", Conv2d(out_channels=4, kernel_size=3, padding=1), ["conv1"])
    builder.add("add", Add(), ["conv2", "conv1"])
    return builder.build("residual", title="A residual block", notes=["small"])


def test_a_graph_reads_as_text():
    assert str(residual()) == (
        "residual: 3×8×8\n"
        "  conv1(input): conv2d -> 4×8×8\n"
        "  conv2(conv1): conv2d -> 4×8×8\n"
        "  add(conv2, conv1): add -> 4×8×8"
    )


def test_a_graph_keeps_what_is_said_about_it():
    graph = residual()
    said = (graph.name, graph.title, graph.source, graph.notes)
    assert said == ("residual", "A residual block", "", ("small",))


def test_a_node_counts_by_its_layer():
    node = residual().nodes[0]
    # weights 4·3·3·3, one bias a channel, MACs 108 · 8·8, neurons 4·8·8
    assert (node.weights, node.biases, node.macs, node.neurons) == (108, 4, 6_912, 256)


def test_a_join_works_on_what_it_made_of_its_inputs():
    node = residual().nodes[2]
    assert (node.in_shape, node.out_shape) == ((4, 8, 8), (4, 8, 8))


def test_a_node_has_a_place_in_messages():
    assert residual().nodes[0].place == "layer 'conv1' (conv2d)"


def test_names_are_unique():
    builder = builder_of((3, 8, 8), {"relu": ReLU()})
    assert_refuses(builder, ReLU(), ["relu"], "the name 'relu' is taken", name="relu")


def test_no_node_is_called_as_the_input():
    assert_refuses(
        GraphBuilder((3, 8, 8)), ReLU(), [INPUT], "the name 'input' is taken", name="input"
    )


def test_a_node_reads_only_nodes_before_it():
    builder = builder_of((3, 8, 8), {"relu": ReLU()})
    assert_refuses(
        builder, Add(), ["relu", "later"], "reads 'later', which is not a layer before it"
    )


def test_a_node_does_not_read_itself():
    assert_refuses(
        GraphBuilder((3, 8, 8)), ReLU(), ["new"], "reads 'new', which is not a layer before it"
    )


def test_a_node_has_a_shape():
    assert_refuses(
        GraphBuilder((3, 8, 8)),
        Linear(out_features=10),
        [INPUT],
        "expects one axis, got 3×8×8\n  hint: put a flatten layer before it",
    )


def test_the_values_of_a_map_can_be_numbered():
    # 2·10⁹ channels of 10⁵·10⁵ places: 2·10¹⁹, and 2⁶³ is 9·10¹⁸
    builder = GraphBuilder((1, 100_000, 100_000))
    assert_refuses(
        builder,
        Conv2d(out_channels=2_000_000_000, kernel_size=1),
        [INPUT],
        "a map of 2000000000×100000×100000 has more values than a tensor can number",
    )


def test_the_values_of_the_input_can_be_numbered():
    with pytest.raises(ShapeError) as caught:
        GraphBuilder((2**21, 2**21, 2**21))
    message = "a map of 2097152×2097152×2097152 has more values than a tensor can number"
    assert str(caught.value) == message


# What AlexNet's classifier is given: 256 channels of 6×6, from conv5, which reads 384 channels.
FEATURES = {
    "conv5": Conv2d(out_channels=256, kernel_size=3, padding=1),
    "pool5": MaxPool2d(kernel_size=3, stride=2),
    "flatten": Flatten(),
}


def assert_explains(layer: Layer, message: str) -> None:
    """Check what is said about a layer behind AlexNet's features."""
    assert_refuses(builder_of((384, 13, 13), FEATURES), layer, ["flatten"], message)


def test_features_of_an_earlier_layer_are_recognized():
    # a mistake of many a port: conv5's input channels instead of its output channels
    assert_explains(
        Linear(in_features=13_824, out_features=4096),
        "states in_features = 13824 = 384·6·6, but is given 9216 = 256·6·6\n"
        "  hint: 'conv5' turned 384 channels into 256; leave in_features out, or write 9216",
    )


def test_features_of_no_earlier_layer_are_divided_all_the_same():
    assert_explains(
        Linear(in_features=3_600, out_features=4096),
        "states in_features = 3600 = 100·6·6, but is given 9216 = 256·6·6\n"
        "  hint: leave in_features out, or write 9216",
    )


def test_features_of_a_map_of_another_size_are_recognized():
    assert_explains(
        Linear(in_features=12_544, out_features=4096),
        "states in_features = 12544 = 256·7·7, but is given 9216 = 256·6·6\n"
        # (15 + 2 − 3) + 1 = 15 behind conv5, (15 − 3) // 2 + 1 = 7 behind pool5
        "  hint: the map is 6×6 here, and 7×7 for an input of 384×15×15; "
        "leave in_features out, or write 9216",
    )


def test_features_of_an_earlier_layer_and_of_another_size_are_recognized():
    conv4 = Conv2d(out_channels=384, kernel_size=3, padding=1)
    assert_refuses(
        builder_of((256, 13, 13), {"conv4": conv4, **FEATURES}),
        Linear(in_features=18_816, out_features=4096),
        ["flatten"],
        "states in_features = 18816 = 384·7·7, but is given 9216 = 256·6·6\n"
        "  hint: 'conv5' turned 384 channels into 256 and the map is 6×6 here, and 7×7 for an "
        "input of 256×15×15; leave in_features out, or write 9216",
    )


def test_the_input_that_alexnet_was_made_for_is_found():
    layers = {  # the paper's convolutions and pools
        "conv1": Conv2d(out_channels=96, kernel_size=11, stride=4),
        "pool1": MaxPool2d(kernel_size=3, stride=2),
        "conv2": Conv2d(out_channels=256, kernel_size=5, padding=2),
        "pool2": MaxPool2d(kernel_size=3, stride=2),
        **FEATURES,
    }
    assert_refuses(  # 224 → 54 → 26 → 26 → 12 → 12 → 5; 227 → 55 → 27 → 27 → 13 → 13 → 6
        builder_of((3, 224, 224), layers),
        Linear(in_features=9_216, out_features=4096),
        ["flatten"],
        "states in_features = 9216 = 256·6·6, but is given 6400 = 256·5·5\n"
        "  hint: the map is 5×5 here, and 6×6 for an input of 3×227×227; "
        "leave in_features out, or write 6400",
    )


def test_no_input_is_proposed_where_none_gives_such_a_map():
    layers = {"pool": AdaptiveAvgPool2d(output_size=6), "flatten": Flatten()}
    assert_refuses(
        builder_of((256, 6, 6), layers),
        Linear(in_features=12_544, out_features=4096),
        ["flatten"],
        "states in_features = 12544 = 256·7·7, but is given 9216 = 256·6·6\n"
        "  hint: the map is 6×6 here: look at input size, strides and paddings; "
        "leave in_features out, or write 9216",
    )


def test_features_like_no_map_are_only_refused():
    assert_explains(
        Linear(in_features=10_000, out_features=4096),
        "states in_features = 10000, but is given 9216 = 256·6·6\n"
        "  hint: leave in_features out, or write 9216",
    )


def test_other_settings_are_explained_by_their_names():
    assert_explains(
        BatchNorm1d(num_features=13_824),
        "states num_features = 13824 = 384·6·6, but is given 9216 = 256·6·6\n"
        "  hint: 'conv5' turned 384 channels into 256; leave num_features out, or write 9216",
    )


def test_features_of_the_input_are_divided_too():
    assert_refuses(
        builder_of((1, 28, 28), {"flatten": Flatten()}),
        Linear(in_features=1_024, out_features=10),
        ["flatten"],
        "states in_features = 1024 = 1·32·32, but is given 784 = 1·28·28\n"
        "  hint: the map is 28×28 here, and 32×32 for an input of 1×32×32; "
        "leave in_features out, or write 784",
    )


def test_a_map_of_one_axis_is_not_taken_for_a_square():
    # 36 = 1·6·6, but there are no rows here
    layers = {"conv": Conv1d(out_channels=1, kernel_size=3), "flatten": Flatten()}
    assert_refuses(
        builder_of((1, 9), layers),
        Linear(in_features=36, out_features=10),
        ["flatten"],
        "states in_features = 36, but is given 7 = 1·7\n  hint: leave in_features out, or write 7",
    )


def test_features_behind_another_linear_layer_come_from_no_map():
    builder = builder_of((384, 13, 13), {**FEATURES, "fc6": Linear(out_features=4096)})
    assert_refuses(
        builder,
        Linear(in_features=9_216, out_features=4096),
        ["fc6"],
        "states in_features = 9216, but is given 4096\n"
        "  hint: leave in_features out, or write 4096",
    )


def test_channels_of_a_map_come_from_no_flattening():
    builder = builder_of((3, 8, 8), {"relu": ReLU()})
    assert_refuses(
        builder,
        BatchNorm2d(num_features=64),
        ["relu"],
        "states num_features = 64, but is given 3\n  hint: leave num_features out, or write 3",
    )


@pytest.mark.parametrize(
    ("input_shape", "layer", "message"),
    [
        (
            (227,),
            Conv2d(out_channels=1, kernel_size=3),
            (
                "expects a map C×H×W, got 227\n  hint: the input of the network is 227; "
                "an image has channels, rows and columns, as in 3×227×227"
            ),
        ),
        (
            (3, 227),
            Conv2d(out_channels=1, kernel_size=3),
            (
                "expects a map C×H×W, got 3×227\n  hint: the input of the network is 3×227; "
                "an image has channels, rows and columns, as in 3×227×227"
            ),
        ),
        (
            (3, 227, 227),
            Conv1d(out_channels=1, kernel_size=3),
            "expects a map C×W, got 3×227×227\n  hint: the input of the network is 3×227×227",
        ),
    ],
    ids=["one size", "two sizes", "three sizes for one axis"],
)
def test_an_input_with_other_axes_is_the_inputs_fault(input_shape, layer, message):
    assert_refuses(builder_of(input_shape, {"relu": ReLU()}), layer, ["relu"], message)


def test_a_flattened_map_is_the_flattening_layers_fault():
    builder = builder_of((384, 13, 13), FEATURES)
    assert_refuses(
        builder,
        Conv2d(out_channels=1, kernel_size=3),
        ["flatten"],
        "expects a map C×H×W, got 9216\n  hint: put it before the layer that flattens the map",
    )
