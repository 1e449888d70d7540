"""A network beside its export: only what holds parameters or multiplies is held against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archstat.documents.comparison import comparison_document
from archstat.formats import format_named
from archstat.report.export import compare_export
from archstat.report.report import report_on
from tests.renderers.networks import network

CONV = {"out_channels": 4, "kernel_size": 3, "padding": 1}
BARE = {**CONV, "bias": False}


def net(*layers):
    return report_on(network(*layers, input_shape=(3, 8, 8)))


def renamed(report, *names):
    """Return a report whose layers have other names."""
    rows = [replace(row, name=name) for row, name in zip(report.layers, names, strict=True)]
    return replace(report, layers=tuple(rows))


def test_operators_that_hold_nothing_are_not_compared():
    ours = net(("conv", "conv2d", CONV), ("gelu", "gelu", {}), ("fc", "flatten", {}))
    theirs = net(("conv", "conv2d", CONV), ("mul", "relu", {}), ("mul2", "relu", {}))
    found = compare_export([ours, theirs], 1)
    assert (found.differs, len(found.slots), found.left_out) == (False, 1, 2)
    text = format_named("text").write(comparison_document(found))
    assert "the export has changed nothing that counts" in text
    assert "2 other operators of the file are not" in text


def test_a_batch_norm_is_folded_into_the_convolution_before():
    ours = net(("conv", "conv2d", BARE), ("bn", "batch_norm2d", {}), ("relu", "relu", {}))
    theirs = net(("conv", "conv2d", CONV), ("relu", "relu", {}))
    found = compare_export([ours, theirs], 1)
    assert (found.differs, found.folded) == (False, ("bn",))
    unbiased = net(("conv", "conv2d", BARE), ("relu", "relu", {}))  # a new norm shifts by 0
    assert not compare_export([ours, unbiased], 1).differs
    assert "folded into the layer before" in format_named("text").write(comparison_document(found))


def test_a_batch_norm_that_was_dropped_is_missing():
    ours = net(("conv", "conv2d", BARE), ("relu", "relu", {}), ("bn", "batch_norm2d", {}))
    found = compare_export([ours, net(("conv", "conv2d", BARE), ("relu", "relu", {}))], 1)
    assert [slot.name for slot in found.slots if slot.differs] == ["bn"]


def test_a_layer_that_is_written_out_is_all_that_stands_under_its_path():
    ours = net(
        ("block.attn", "conv2d", CONV),
        ("head", "flatten", {}),
        ("fc", "linear", {"out_features": 5}),
    )
    theirs = net(
        ("block.attn.a", "conv2d", {**CONV, "kernel_size": 1, "padding": 0}),
        ("block.attn.b", "flatten", {}),
        ("fc", "linear", {"out_features": 5}),
    )
    found = compare_export([ours, theirs], 1)
    assert [(slot.name, slot.differs) for slot in found.slots] == [
        ("block.attn / block.attn.a", True),  # 112 parameters against 16
        ("fc", False),
    ]
    part = replace(theirs.layers[0], params=12, macs=7_000)
    rest = replace(theirs.layers[0], name="block.attn.c", params=100, macs=27 * 4 * 64 - 7_000)
    theirs = replace(theirs, layers=(part, rest, theirs.layers[2]))
    assert not compare_export([ours, theirs], 1).differs


def test_calls_of_functions_are_joined_by_what_they_hold_and_multiply():
    ours = renamed(net(("a", "conv2d", CONV), ("b", "conv2d", CONV)), "attn.bmm", "attn.bmm (2)")
    theirs = renamed(net(("a", "conv2d", CONV), ("b", "conv2d", CONV)), "attn.mm", "attn.mm (2)")
    assert not compare_export([ours, theirs], 1).differs
    one = replace(theirs.layers[0], params=112 + 148, macs=(27 + 36) * 4 * 64)
    assert not compare_export([ours, replace(theirs, layers=(one,))], 1).differs


def test_numbers_that_are_stored_once_for_two_layers_are_not_missing():
    ours = net(("a", "conv2d", CONV), ("b", "conv2d", {**CONV, "kernel_size": 1, "padding": 0}))
    first, second = ours.layers
    stored_once = replace(second, params=16, read_again=4)
    assert not compare_export([ours, replace(ours, layers=(first, stored_once))], 1).differs
    missing = replace(second, params=16)
    assert compare_export([ours, replace(ours, layers=(first, missing))], 1).differs


def test_a_bias_that_is_not_in_the_file_is_a_difference_that_is_explained():
    ours, theirs = net(("a", "conv2d", CONV)), net(("a", "conv2d", BARE))
    found = compare_export([ours, theirs], 1)
    assert (found.differs, found.unbiased) == (True, ("a",))
    assert "leave out those that are 0: a" in format_named("text").write(comparison_document(found))


@pytest.mark.parametrize("place", [0, 1])
def test_the_file_may_come_first(place):
    ours, theirs = net(("a", "conv2d", CONV)), net(("a", "conv2d", BARE))
    both = [ours, theirs] if place else [theirs, ours]
    (slot,) = compare_export(both, place).slots
    assert [row.params for row in slot.rows] == ([112, 108] if place else [108, 112])
    assert slot.differs
