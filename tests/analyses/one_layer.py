"""Networks of one layer, and what a convention counts in them."""

from __future__ import annotations

from tests.renderers.networks import network


def one(kind, settings, *input_shape):
    """Return a network of one layer."""
    return network(("layer", kind, settings), input_shape=input_shape)


def assert_counts(convention, graph, total, **terms):
    (node,) = graph.nodes
    assert convention.count(node) == total
    assert convention.differences(graph) == terms


CONV = {"out_channels": 6, "kernel_size": 3}
"""On 2×5×5: 6·2·3·3 = 108 weights, 3·3 = 9 places, 972 MACs, 54 outputs."""
