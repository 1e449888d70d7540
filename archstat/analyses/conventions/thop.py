"""thop 0.1.1, `vision/basic_hooks.py` and `calc_func.py`: modules by their class."""

from __future__ import annotations

from math import prod

from archstat.analyses.conventions.convention import Convention, Term, Unseen
from archstat.analyses.conventions.terms import (
    TRANSPOSED_BY_OUTPUT,
    has_scale,
    is_no_known_module,
    outputs,
    values,
)
from archstat.graph import Node
from archstat.layers.activation import LogSoftmax, PReLU, Softmax
from archstat.layers.norm import AnyBatchNorm, LayerNorm
from archstat.layers.pool import AdaptiveAvgPool1d, AdaptiveAvgPool2d, AnyAvgPool


def _norms(node: Node) -> int:
    if not isinstance(node.layer, (AnyBatchNorm, LayerNorm)):
        return 0
    return values(node) * (4 if has_scale(node.layer) else 2)


def _averages(node: Node) -> int:
    return outputs(node) if isinstance(node.layer, AnyAvgPool) else 0


def _adaptive_averages(node: Node) -> int:
    """Return the additions of each window, and a division; in floats, as it takes their ratio."""
    if not isinstance(node.layer, (AdaptiveAvgPool1d, AdaptiveAvgPool2d)):
        return 0
    sides = zip(node.in_shape[1:], node.out_shape[1:], strict=True)
    return int((prod(before / after for before, after in sides) + 1) * outputs(node))


def _softmax(node: Node) -> int:
    """Return n exponentials, n − 1 additions and n divisions for the n channels of each place."""
    if not isinstance(node.layer, Softmax) or isinstance(node.layer, LogSoftmax):
        return 0
    return 3 * values(node) - values(node) // node.in_shape[0]


def _slopes(node: Node) -> int:
    return values(node) if isinstance(node.layer, PReLU) else 0


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
    ),
    unseen=Unseen("functions and modules that it does not know", is_no_known_module),
    tool="thop",
    version="0.1.1",
)
