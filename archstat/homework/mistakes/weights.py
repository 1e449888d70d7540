"""Mistakes in weights, biases and parameters, and in the operations that follow from them."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from archstat.homework.mistakes.base import COUNTS, Mistake, by_formula, by_weights, reckoned
from archstat.homework.mistakes.facts import Facts
from archstat.layers.base import Layer
from archstat.layers.conv import AnyConvolution


def _ungrouped(layer: Layer) -> Layer:
    return replace(layer, groups=1) if isinstance(layer, AnyConvolution) else layer


def _may_be_halved(facts: Facts) -> bool:
    return facts.is_conv and facts.groups == 1 and facts.c_in % 2 == 0


def _linear(weights: int, facts: Facts) -> int | None:
    return weights if facts.is_linear and facts.maps_before else None


def _before_the_pool(facts: Facts) -> int | None:
    if len(facts.maps_before) < 2:  # noqa: PLR2004  the flattened map, and the one before the pool
        return None
    return prod(facts.maps_before[1]) * facts.c_out


MISTAKES: tuple[Mistake, ...] = (
    by_weights(
        "depth-left-out",
        "the input's channels are left out",
        "a filter is as deep as its input: how many channels does it look at?",
        lambda f: f.taps * f.c_out if f.is_conv else None,
    ),
    by_weights(
        "filters-left-out",
        "only one filter is counted",
        "how many filters does the layer have?",
        lambda f: f.taps * f.c_in // f.groups if f.is_conv else None,
    ),
    by_weights(
        "kernel-only",
        "only the kernel's points are counted",
        "how deep is a filter, and how many are there?",
        lambda f: f.taps if f.is_conv else None,
    ),
    by_weights(
        "kernel-not-squared",
        "the kernel size is not squared",
        "a kernel has rows and columns",
        lambda f: f.k * f.c_in // f.groups * f.c_out if f.is_conv else None,
    ),
    by_weights(
        "kernel-not-counted",
        "the kernel is left out",
        "a convolution has a weight for every point of its kernel",
        lambda f: f.c_in // f.groups * f.c_out if f.is_conv else None,
    ),
    by_weights(
        "output-depth-for-input-depth",
        "the output's channels stand in for the input's",
        "a filter is as deep as the map that it reads",
        lambda f: f.taps * f.c_out * f.c_out // f.groups if f.is_conv else None,
    ),
    reckoned(
        "groups-left-out",
        "the groups are left out: every filter is as deep as its whole input",
        "with groups, a filter sees a part of the channels only",
        change=_ungrouped,
        quantities=COUNTS | {"filter_depth"},
    ),
    by_weights(
        "groups-twice",
        "the weights are divided by the groups twice",
        "groups make filters less deep; there are as many filters as before",
        lambda f: f.weights // f.groups if f.is_conv and f.groups > 1 else None,
    ),
    by_formula(
        "two-groups",
        "half of the input's channels are counted: this sheet has two groups",
        "how many of its input's channels does a filter see here?",
        {
            "filter_depth": lambda f: f.c_in // 2 if _may_be_halved(f) else None,
            "weights": lambda f: f.weights // 2 if _may_be_halved(f) else None,
            "params": lambda f: f.weights // 2 + f.biases if _may_be_halved(f) else None,
            "macs": lambda f: f.weights // 2 * f.places_out if _may_be_halved(f) else None,
            "flops": lambda f: f.weights * f.places_out if _may_be_halved(f) else None,
        },
        in_numbers="{half} is half of {depth}: this sheet has two groups",
    ),
    by_formula(
        "bias-left-out",
        "the biases are left out",
        "each filter or unit has a bias",
        {"params": lambda f: f.weights if f.biases else None},
    ),
    by_formula(
        "bias-added",
        "the biases are counted, too",
        "which of the learnable numbers are asked for?",
        {"weights": lambda f: f.weights + f.biases if f.biases else None},
    ),
    by_formula(
        "one-bias-a-layer",
        "one bias is counted for the whole layer",
        "each filter or unit has a bias of its own",
        {"params": lambda f: f.weights + 1 if f.biases else None},
    ),
    by_formula(
        "bias-a-slice",
        "a bias is counted for every channel of every filter",
        "a filter has one bias, however deep it is",
        {"params": lambda f: (f.taps + 1) * f.c_in * f.c_out if f.biases and f.is_conv else None},
    ),
    by_formula(
        "bias-an-input",
        "a bias is counted for every input channel",
        "biases belong to filters, not to channels of the input",
        {"params": lambda f: f.weights + f.c_in if f.biases else None},
    ),
    by_formula(
        "bias-depth-left-out",
        "the input's channels and the biases are left out",
        "a filter is as deep as its input, and has a bias",
        {"params": lambda f: f.taps * f.c_out if f.biases and f.is_conv else None},
    ),
    by_formula(
        "weights-not-shared",
        "every place of the map is given weights of its own",
        "a convolution uses the same weights at every place",
        {
            "weights": lambda f: f.weights * f.places_out if f.is_conv else None,
            "params": lambda f: (f.weights + f.biases) * f.places_out if f.is_conv else None,
        },
    ),
    by_formula(
        "pool-with-weights",
        "a pool is given weights, as if it were a convolution of each channel",
        "what does a pool learn?",
        {key: lambda f: f.taps * f.c_in if f.is_pool else None for key in ("weights", "params")},
    ),
    by_formula(
        "pool-as-convolution",
        "a pool is given weights, as if it were a convolution",
        "what does a pool learn?",
        {
            key: lambda f: f.taps * f.c_in * f.c_out if f.is_pool else None
            for key in ("weights", "params")
        },
    ),
    by_weights(
        "not-flattened",
        "only the channels of the map before are counted, not its rows and columns",
        "a linear layer reads every value of the flattened map",
        lambda f: _linear(f.maps_before[0][0] * f.c_out, f) if f.maps_before else None,
    ),
    by_weights(
        "map-before-the-pool",
        "the map before the last pool is flattened, not the one behind it",
        "which map does the first linear layer read?",
        _before_the_pool,
    ),
    by_weights(
        "outputs-left-out",
        "only the inputs of the layer are counted, not its outputs",
        "every output is connected to every input",
        lambda f: f.c_in if f.is_linear else None,
    ),
    by_weights(
        "inputs-left-out",
        "only the outputs of the layer are counted, not its inputs",
        "every output is connected to every input",
        lambda f: f.c_out if f.is_linear else None,
    ),
    by_formula(
        "bytes-for-numbers",
        "bytes are counted, four to a number",
        "numbers are asked for, not their bytes",
        {
            "weights": lambda f: 4 * f.weights if f.is_unit else None,
            "params": lambda f: 4 * (f.weights + f.biases) if f.is_unit else None,
        },
    ),
    by_weights(
        "square-of-outputs",
        "the units are counted as inputs, too",
        "how many inputs does the linear layer have?",
        lambda f: f.c_out * f.c_out if f.is_linear else None,
    ),
)
