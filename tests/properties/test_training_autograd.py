"""Laws: on meta, autograd's operators multiply as often, and it keeps as much, as we say."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archstat.analyses.training import training
from archstat.errors import ShapeError
from archstat.graph import INPUT, Graph, GraphBuilder
from archstat.layers import Layer, Shape, layer_kinds
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import resolve
from archstat.report.finding import Agreement
from tests.models.kinds import JOINS, ONE, network_of
from tests.properties.test_torch_shapes import CHANNELS, GROUPS, layers, maps, sizes
from tests.renderers.networks import network

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.slow

BATCH_SIZE = 2
KINDS = layer_kinds()


def assert_trains_as_stated(graph: Graph) -> None:
    """Hold a spec against autograd's operators, and against what it keeps."""
    from archstat.witnesses.training import training_findings

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Using padding='same'")
        said = [*training_findings(graph)]
    assert [finding.words for finding in said if finding.verdict is Agreement.DISAGREES] == []
    assert len(said) == 3


def assert_layer_trains_as_stated(layer: Layer, in_shape: Shape) -> None:
    """Hold a layer between two that learn against autograd."""
    builder = GraphBuilder(in_shape)
    try:
        builder.add("before", KINDS["prelu"](), [INPUT])
        builder.add("layer", layer, ["before"])
        builder.add("after", KINDS["prelu"](), ["layer"])
    except ShapeError:
        return
    assert_trains_as_stated(builder.build("net"))


@pytest.mark.parametrize("name", catalogue())
def test_the_catalogue(name):
    assert_trains_as_stated(resolve(name))


@pytest.mark.parametrize("kind", ONE)
def test_every_kind(kind):
    shape, settings = ONE[kind]
    assert_layer_trains_as_stated(KINDS[kind].from_settings(settings), shape)


@pytest.mark.parametrize("kind", JOINS)
def test_every_join(kind):
    assert_trains_as_stated(network_of(kind))


def test_no_kind_is_left_out():
    assert {*ONE, *JOINS} == {*KINDS}


@pytest.mark.parametrize("kind", ["relu", "relu6", "leaky_relu", "silu"])
def test_layers_in_place(kind):
    assert_layer_trains_as_stated(KINDS[kind].from_settings({"inplace": True}), (4, 5, 5))


@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("inplace", [True, False])
@pytest.mark.parametrize("kind", ["dropout", "dropout2d"])
def test_dropout(kind, inplace, p):
    layer = KINDS[kind].from_settings({"p": p, "inplace": inplace})
    assert_layer_trains_as_stated(layer, (4, 5, 5))


@pytest.mark.parametrize("dims", [1, 2, 3])
@given(data=st.data())
def test_convolutions(dims, data):
    layer = data.draw(
        layers(
            f"conv{dims}d",
            out_channels=CHANNELS,
            kernel_size=sizes(dims, 1, 4),
            stride=sizes(dims, 1, 3),
            padding=sizes(dims, 0, 3) | st.just("same"),
            dilation=sizes(dims, 1, 3),
            groups=GROUPS,
            bias=st.booleans(),
        )
    )
    assert_layer_trains_as_stated(layer, data.draw(maps(dims)))


@pytest.mark.parametrize("dims", [1, 2, 3])
@given(data=st.data())
def test_transposed_convolutions(dims, data):
    layer = data.draw(
        layers(
            f"conv_transpose{dims}d",
            out_channels=CHANNELS,
            kernel_size=sizes(dims, 1, 4),
            stride=sizes(dims, 1, 3),
            padding=sizes(dims, 0, 3),
            dilation=sizes(dims, 1, 3),
            groups=GROUPS,
        )
    )
    assert_layer_trains_as_stated(layer, data.draw(maps(dims)))


@given(data=st.data())
def test_norms_and_pools(data):
    layer = data.draw(
        layers("local_response_norm", size=st.integers(1, 7))
        | layers("group_norm", num_groups=GROUPS, affine=st.booleans())
        | layers("layer_norm", normalized_axes=st.integers(1, 3))
        | layers("max_pool2d", kernel_size=sizes(2, 1, 3), padding=sizes(2, 0, 1))
        | layers("adaptive_avg_pool2d", output_size=sizes(2, 1, 3))
    )
    assert_layer_trains_as_stated(layer, data.draw(maps(2)))


ANYWHERE = [
    ("conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}),
    ("conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1, "groups": 2, "bias": False}),
    ("conv_transpose2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}),
    ("relu", {}), ("tanh", {}), ("gelu", {}), ("silu", {}), ("leaky_relu", {}), ("identity", {}),
    ("batch_norm2d", {}), ("local_response_norm", {"size": 3}), ("dropout", {}), ("prelu", {}),
    ("avg_pool2d", {"kernel_size": 3, "stride": 1, "padding": 1}),
    ("max_pool2d", {"kernel_size": 3, "stride": 1, "padding": 1}),
]  # fmt: skip
"""Layers that a map of 4 × 6 × 6 may meet in any order."""


@st.composite
def networks(draw):
    """Return a network with branches, joined in any order, of layers that keep the map's shape."""
    names, rows = [INPUT], []
    for number in range(draw(st.integers(1, 10))):
        name = f"n{number}"
        if draw(st.booleans()) and number > 1:
            joined = [draw(st.sampled_from(names)) for _ in range(draw(st.integers(2, 3)))]
            rows.append((name, draw(st.sampled_from(["add", "multiply"])), {}, joined))
        else:
            rows.append((name, *draw(st.sampled_from(ANYWHERE)), [draw(st.sampled_from(names))]))
        names.append(name)
    return network(*rows, ("fc", "conv2d", {"out_channels": 2, "kernel_size": 6}, [names[-1]]),
                   input_shape=(4, 6, 6))  # fmt: skip


@given(graph=networks())
def test_networks(graph):
    assert_trains_as_stated(graph)


@given(graph=networks())
def test_a_network_of_specs_is_traced_to_the_same_costs(graph):
    from archstat.api import analyze
    from archstat.models.torch.module import GraphModule

    with torch.device("meta"):
        model = GraphModule(graph)
    traced = analyze(model, (4, 6, 6), batch_size=BATCH_SIZE, train=True).totals.step
    costs = training(graph, batch_size=BATCH_SIZE).values()
    assert traced.kept_bytes == sum(cost.kept_bytes for cost in costs)
    assert traced.backward_macs == sum(cost.backward_macs for cost in costs)
