"""Conventions of counting: what each term adds to a small layer, worked out by hand."""

from __future__ import annotations

import pytest

from archstat.analyses.conventions.convention import Convention, Term
from archstat.analyses.conventions.fvcore import FVCORE
from archstat.analyses.conventions.plain import FLOPS, MACS
from archstat.analyses.conventions.torchinfo import TORCHINFO
from archstat.models.spec.resolve import resolve
from tests.analyses.one_layer import CONV, assert_counts, one
from tests.renderers.networks import network

ADDITIONS = "one addition per output value, for its bias"
TRANSPOSED = "transposed convolutions by their output size"
ONE_POSITION = "linear layers at one position only"
OTHERS = "parameters of other layers, once each"
BATCH_NORM = "two operations per value of a batch norm"
OTHER_NORMS = "five operations per value of other norms"
ADAPTIVE = "one operation per input of adaptive pooling"
BY_WORD = "convolutions padded by a word, which it does not know"


@pytest.mark.parametrize(("convention", "count"), [(MACS, 972), (FLOPS, 1_944)])
def test_our_own_units_have_no_terms(convention, count):
    assert_counts(convention, one("conv2d", CONV, 2, 5, 5), count)
    assert convention.terms == ()


@pytest.mark.parametrize(
    ("kind", "settings", "shape", "count", "terms"),
    [
        ("conv2d", CONV, (2, 5, 5), 1_026, {ADDITIONS: 54}),
        ("conv2d", {**CONV, "bias": False}, (2, 5, 5), 972, {}),
        ("conv2d", {**CONV, "groups": 2}, (2, 5, 5), 540, {ADDITIONS: 54}),  # 54·9 + 54
        # 2·6·3 = 36 weights; 5 places in, 7 out: 180 MACs; (36 + 6) · 7 = 294 = 180 + 72 + 42
        ("conv_transpose1d", CONV, (2, 5), 294, {ADDITIONS: 42, TRANSPOSED: 72}),
        ("conv_transpose1d", {**CONV, "bias": False}, (2, 5), 252, {TRANSPOSED: 72}),
        # padding 2 leaves 3 places: fewer than go in
        ("conv_transpose1d", {**CONV, "padding": 2, "bias": False}, (2, 5), 108, {TRANSPOSED: -72}),
        ("linear", {"out_features": 3}, (7,), 24, {ADDITIONS: 3}),  # 21 weights, 3 biases
        ("linear", {"out_features": 3, "bias": False}, (7,), 21, {}),
        # 5 positions: 105 MACs and 15 additions; it counts 24
        (
            "linear",
            {"in_features": 7, "out_features": 3},
            (5, 7),
            24,
            {ADDITIONS: 15, ONE_POSITION: -96},
        ),
        ("batch_norm2d", {}, (4, 5, 5), 8, {OTHERS: 8}),
        ("batch_norm2d", {"affine": False}, (4, 5, 5), 0, {}),
        ("layer_norm", {"bias": False}, (4, 5), 5, {OTHERS: 5}),
        ("prelu", {"num_parameters": 4}, (4, 5, 5), 4, {OTHERS: 4}),
        ("relu", {}, (4, 5, 5), 0, {}),
    ],
)
def test_torchinfo_counts_parameters_times_positions(kind, settings, shape, count, terms):
    assert_counts(TORCHINFO, one(kind, settings, *shape), count, **terms)


@pytest.mark.parametrize(
    ("kind", "settings", "shape", "count", "terms"),
    [
        ("conv2d", CONV, (2, 5, 5), 972, {}),
        ("conv2d", {**CONV, "padding": "same"}, (2, 5, 5), 0, {BY_WORD: -2_700}),  # 108 · 5·5
        ("conv2d", {**CONV, "padding": "valid"}, (2, 5, 5), 0, {BY_WORD: -972}),
        ("conv_transpose1d", CONV, (2, 5), 180, {}),
        ("linear", {"in_features": 7, "out_features": 3}, (5, 7), 105, {}),
        ("batch_norm2d", {}, (4, 5, 5), 200, {BATCH_NORM: 200}),
        ("batch_norm1d", {}, (4,), 8, {BATCH_NORM: 8}),
        ("batch_norm2d", {"affine": False}, (4, 5, 5), 100, {BATCH_NORM: 100}),
        # inference takes mean and variance of the batch, as training does
        ("batch_norm2d", {"track_running_stats": False}, (4, 5, 5), 500, {OTHER_NORMS: 500}),
        ("layer_norm", {"normalized_axes": 3}, (4, 5, 5), 500, {OTHER_NORMS: 500}),
        ("group_norm", {"num_groups": 2}, (4, 5, 5), 500, {OTHER_NORMS: 500}),
        ("group_norm", {"num_groups": 2, "affine": False}, (4, 5, 5), 400, {OTHER_NORMS: 400}),
        ("adaptive_avg_pool2d", {"output_size": 1}, (4, 5, 5), 100, {ADAPTIVE: 100}),
        ("adaptive_max_pool2d", {"output_size": 1}, (4, 5, 5), 0, {}),
        ("max_pool2d", {"kernel_size": 2}, (4, 5, 5), 0, {}),
        ("local_response_norm", {"size": 3}, (4, 5, 5), 0, {}),
    ],
)
def test_fvcore_counts_norms_and_adaptive_pools(kind, settings, shape, count, terms):
    assert_counts(FVCORE, one(kind, settings, *shape), count, **terms)


def test_a_batch_norm_without_scale_is_one_operation_a_value():
    words = FVCORE.differences(one("batch_norm2d", {"affine": False}, 4, 5, 5))
    assert words == {BATCH_NORM: 100}


def test_torchinfo_adds_the_paper_s_neurons_to_alexnet():
    assert TORCHINFO.differences(resolve("paper-alexnet")) == {ADDITIONS: 659_272}
    assert FVCORE.differences(resolve("paper-alexnet")) == {}


def test_terms_are_summed_over_a_network_and_left_out_where_they_are_0():
    graph = network(("a", "conv2d", CONV), ("b", "relu", {}), ("c", "relu", {}))
    convention = Convention(
        "of this test", 3, (Term("nodes", lambda _: 5), Term("nothing", lambda _: 0))
    )
    # 6·3·9 = 162 weights on 10·10 places
    assert [convention.count(node) for node in graph.nodes] == [48_605, 5, 5]
    assert convention.differences(graph) == {"nodes": 15}
