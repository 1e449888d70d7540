"""thop 0.1.1, `vision/basic_hooks.py` and `calc_func.py`: modules by their class."""

from __future__ import annotations

from math import prod

from archstat.analyses.conventions.convention import Convention, Term, Unseen
from archstat.analyses.conventions.terms import (
    ADAPTIVE_AVERAGES,
    AVERAGE_POOLS,
    BATCH_NORMS,
    TRANSPOSED_BY_OUTPUT,
    has_scale,
    is_no_known_module,
    kind,
    mode,
    outputs,
    values,
)
from archstat.graph import Node


def _norms(node: Node) -> int:
    if kind(node) not in BATCH_NORMS | {"layer_norm"}:
        return 0
    return values(node) * (4 if has_scale(node.layer) else 2)


def _averages(node: Node) -> int:
    return outputs(node) if kind(node) in AVERAGE_POOLS else 0


def _adaptive_averages(node: Node) -> int:
    """Return the additions of each window, and a division; in floats, as it takes their ratio."""
    if kind(node) not in ADAPTIVE_AVERAGES:
        return 0
    sides = zip(node.in_shape[1:], node.out_shape[1:], strict=True)
    return int((prod(before / after for before, after in sides) + 1) * outputs(node))


def _softmax(node: Node) -> int:
    """Return n exponentials, n − 1 additions and n divisions for the n channels of each place."""
    if kind(node) != "softmax":
        return 0
    return 3 * values(node) - values(node) // node.in_shape[0]


def _slopes(node: Node) -> int:
    return values(node) if kind(node) == "prelu" else 0


UP_SAMPLED = {"nearest": 1, "bilinear": 11, "bicubic": 259}
"""How many operations it counts for each value, by the mode."""


def _up_sampled(node: Node) -> int:
    return 0 if node.is_call else UP_SAMPLED.get(mode(node), 0) * outputs(node)


THOP = Convention(
    "thop",
    per_mac=1,
    terms=(
        TRANSPOSED_BY_OUTPUT,
        Term("four operations per value of a norm", _norms),
        Term("one operation per output of average pooling", _averages),
        Term("one operation per input and output of adaptive averages", _adaptive_averages),
        Term("three operations per value of a softmax, one less per place", _softmax),
        Term("one operation per value of a PReLU", _slopes),
        Term("1, 11 or 259 operations per value of up-sampling, by its mode", _up_sampled),
    ),
    unseen=Unseen("functions and modules that it does not know", is_no_known_module),
    tool="thop",
    version="0.1.1",
)
