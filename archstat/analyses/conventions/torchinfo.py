"""torchinfo 1.8, `LayerInfo.calculate_macs`: every parameter, times the output's positions."""

from __future__ import annotations

from archstat.analyses.conventions.convention import Convention, Term, Unseen
from archstat.analyses.conventions.terms import (
    BIASES,
    TRANSPOSED_BY_OUTPUT,
    bias_additions,
    called,
    is_convolution,
    is_linear,
)
from archstat.graph import Node


def _linear_once(node: Node) -> int:
    """Return what is left out where a linear layer counts for one position only."""
    if not is_linear(node):
        return 0
    return node.weights + node.biases - node.macs - bias_additions(node)


def _params_of_other_layers(node: Node) -> int:
    return 0 if is_convolution(node) or is_linear(node) else node.weights + node.biases


TORCHINFO = Convention(
    "torchinfo",
    per_mac=1,
    terms=(
        BIASES,
        TRANSPOSED_BY_OUTPUT,
        Term("linear layers at one position only", _linear_once),
        Term("parameters of other layers, once each", _params_of_other_layers),
    ),
    unseen=Unseen(
        "functions, which it does not see", lambda node: bool(called(node)) and node.macs > 0
    ),
    tool="torchinfo",
    version="1.8",
)
