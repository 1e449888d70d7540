"""Laws of counting that need no torch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archstat.graph import INPUT, Graph, GraphBuilder
from archstat.layers import Layer, Shape, layer_kinds
from archstat.layers.activation import ReLU
from archstat.layers.conv import Conv2d, ConvTranspose2d, sliding_out_size
from archstat.layers.linear import Linear
from archstat.layers.norm import BatchNorm2d
from archstat.layers.pool import AvgPool2d, MaxPool2d, pooled_out_size

SMALL = st.integers(1, 6)


@given(
    size=st.integers(1, 300),
    kernel_size=SMALL,
    stride=SMALL,
    padding=st.integers(0, 5),
    dilation=SMALL,
)
def test_a_window_takes_as_many_positions_as_there_are_starts(
    size, kernel_size, stride, padding, dilation
):
    starts = range(0, size + 2 * padding - dilation * (kernel_size - 1), stride)
    positions = sliding_out_size(
        size, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation
    )
    assert positions == len(starts)


@given(size=st.integers(1, 300), kernel_size=SMALL, stride=SMALL, dilation=SMALL, data=st.data())
def test_rounding_up_takes_windows_until_one_reaches_the_end(
    size, kernel_size, stride, dilation, data
):
    padding = data.draw(st.integers(0, kernel_size // 2))
    extent = dilation * (kernel_size - 1) + 1
    starts = [
        start
        for start in range(0, size + padding, stride)  # none starts in the padding behind the end
        if start - stride + extent < size + 2 * padding  # the window before it left something
    ]
    positions = pooled_out_size(
        size,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=True,
    )
    assert positions == len(starts)


@pytest.mark.parametrize("kind", [Conv2d, ConvTranspose2d], ids=lambda kind: kind.kind)
@given(groups=SMALL, of_in=SMALL, of_out=SMALL, size=st.integers(3, 30))
def test_groups_divide_weights_and_macs(kind, groups, of_in, of_out, size):
    whole = kind(out_channels=of_out * groups, kernel_size=(3, 2))
    split = replace(whole, groups=groups)
    in_shape = (of_in * groups, size, size)
    weights = [weight_count(layer, in_shape) for layer in (whole, split)]
    assert weights[0] == groups * weights[1]
    assert whole.macs(in_shape) == groups * split.macs(in_shape)


def weight_count(layer: Layer, in_shape: Shape) -> int:
    """Return the number of weights by multiplying the shape of the tensor out."""
    product = 1
    for size in layer.param_shapes(in_shape)["weight"]:
        product *= size
    return product


@given(inputs=st.integers(1, 500), outputs=st.integers(1, 500), bias=st.booleans())
def test_a_convolution_of_one_pixel_is_a_linear_layer(inputs, outputs, bias):
    convolution = Conv2d(out_channels=outputs, kernel_size=1, bias=bias)
    linear = Linear(out_features=outputs, bias=bias)
    of_map, of_vector = (inputs, 1, 1), (inputs,)
    assert convolution.macs(of_map) == linear.macs(of_vector)
    assert convolution.neurons(of_map) == linear.neurons(of_vector)
    assert weight_count(convolution, of_map) == weight_count(linear, of_vector)


@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    inputs=st.integers(1, 40),
    outputs=st.integers(1, 40),
)
def test_a_linear_layer_behind_a_map_is_a_convolution_as_large_as_the_map(
    height, width, inputs, outputs
):
    convolution = Conv2d(out_channels=outputs, kernel_size=(height, width))
    linear = Linear(out_features=outputs)
    assert convolution.macs((inputs, height, width)) == linear.macs((inputs * height * width,))


@given(
    kernel_size=SMALL,
    stride=SMALL,
    ceil_mode=st.booleans(),
    size=st.integers(6, 40),
    data=st.data(),
)
def test_what_an_average_divides_by_changes_no_shape(kernel_size, stride, ceil_mode, size, data):
    padding = data.draw(st.integers(0, kernel_size // 2))
    pool = AvgPool2d(kernel_size=kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode)
    other = replace(pool, count_include_pad=False)
    assert other.out_shape((1, size, size)) == pool.out_shape((1, size, size))


@given(kind=st.sampled_from(list(layer_kinds().values())), data=st.data())
def test_a_layer_is_its_changed_settings(kind, data):
    needed = {"out_channels": 2, "kernel_size": 3, "out_features": 2, "output_size": 2, "size": 5}
    needed |= {"num_groups": 2, "padding": 1, "picks": [1, 0, 1]}
    optional = {"stride": 2, "bias": False, "ceil_mode": True, "dilation": 2, "affine": False}
    known = kind.__dataclass_fields__
    settings = data.draw(
        st.fixed_dictionaries(
            {name: st.just(value) for name, value in needed.items() if name in known},
            optional={name: st.just(value) for name, value in optional.items() if name in known},
        )
    )
    layer = kind.from_settings(settings)
    assert kind.from_settings(layer.changed_settings()) == layer


BLOCKS = st.lists(
    st.sampled_from(
        [
            Conv2d(out_channels=4, kernel_size=3, padding=1),
            Conv2d(out_channels=6, kernel_size=2, stride=2, groups=2, bias=False),
            MaxPool2d(kernel_size=2, ceil_mode=True),
            BatchNorm2d(),
            ReLU(),
        ]
    ),
    min_size=2,
    max_size=6,
)


def chain(layers: list[Layer], in_shape: Shape) -> Graph:
    """Return the graph of layers behind one another."""
    builder = GraphBuilder(in_shape)
    previous = INPUT
    for number, layer in enumerate(layers):
        previous = builder.add(f"layer{number}", layer, [previous]).name
    return builder.build("chain")


def totals(*graphs: Graph) -> tuple[int, int, int, int]:
    nodes = [node for graph in graphs for node in graph.nodes]
    return (
        sum(node.weights for node in nodes),
        sum(node.biases for node in nodes),
        sum(node.macs for node in nodes),
        sum(node.neurons for node in nodes),
    )


@given(layers=BLOCKS, data=st.data())
def test_splitting_a_network_in_two_changes_no_total(layers, data):
    whole = chain(layers, (2, 128, 128))
    cut = data.draw(st.integers(1, len(layers) - 1))
    first = chain(layers[:cut], (2, 128, 128))
    second = chain(layers[cut:], first.nodes[-1].out_shape)
    assert totals(first, second) == totals(whole)
