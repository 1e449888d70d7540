"""torchstat 0.0.7: its columns Flops, of `compute_flops.py`, and MAdd, of `compute_madd.py`.

Both look at modules by their class, and have no rule for most of them.
"""

from __future__ import annotations

from math import prod

from archstat.analyses.conventions.convention import FLOPS_PER_MAC, Convention, Term, Unseen
from archstat.analyses.conventions.terms import (
    CONV_BIASES,
    bias_additions,
    has_scale,
    is_no_known_module,
    outputs,
    values,
)
from archstat.graph import Node

CONVOLUTIONS = frozenset({"conv2d", "conv3d"})
TRANSPOSED = frozenset({"conv_transpose2d", "conv_transpose3d"})
NORMS = frozenset({"batch_norm2d", "batch_norm3d"})
MAX_POOLS = frozenset({"max_pool2d", "max_pool3d"})
AVERAGE_POOLS = frozenset({"avg_pool2d", "avg_pool3d"})
ACTIVATIONS = frozenset({"relu", "relu6"})
MORE_ACTIVATIONS = ACTIVATIONS | {"prelu", "leaky_relu"}


def _is(node: Node, kinds: frozenset[str]) -> bool:
    return node.layer.kind in kinds and not is_no_known_module(node)


def _norm_operations(node: Node) -> int:
    return values(node) * (1 + has_scale(node.layer)) if _is(node, NORMS) else 0


def _pool_additions(node: Node) -> int:
    """Return the comparisons of a window's values, or their additions and a division."""
    if not _is(node, MAX_POOLS | AVERAGE_POOLS):
        return 0
    window: int = prod(node.layer.settings()["kernel_size"])
    return outputs(node) * (window if _is(node, AVERAGE_POOLS) else window - 1)


def _softmax(node: Node) -> int:
    """Return n exponentials, n − 1 additions and n divisions of all n values."""
    return 3 * values(node) - 1 if _is(node, frozenset({"softmax"})) else 0


def _first_additions(node: Node) -> int:
    """Return the additions that k products do not take, where no convolution's bias takes one.

    A transposed convolution has its products where values go in.
    """
    if not node.macs or (node.layer.kind != "linear" and bias_additions(node)):
        return 0
    if _is(node, TRANSPOSED):
        return -prod(node.in_shape[1:]) * node.out_shape[0]
    return -node.neurons


def _unseen(*kinds: frozenset[str]) -> Unseen:
    known = frozenset({"linear"}).union(*kinds)
    return Unseen(
        "products that it has no rule for", lambda node: node.macs > 0 and not _is(node, known)
    )


TORCHSTAT = Convention(
    "torchstat",
    per_mac=1,
    terms=(
        CONV_BIASES,
        Term("two operations per value of a batch norm", _norm_operations),
        Term(
            "one operation per value of an activation",
            lambda node: outputs(node) if _is(node, MORE_ACTIVATIONS) else 0,
        ),
        Term(
            "one operation per input of a pool",
            lambda node: values(node) if _is(node, MAX_POOLS | AVERAGE_POOLS) else 0,
        ),
    ),
    unseen=_unseen(CONVOLUTIONS),
    tool="torchstat",
    version="0.0.7",
)

TORCHSTAT_MADD = Convention(
    "torchstat-madd",
    per_mac=FLOPS_PER_MAC,
    terms=(
        Term("k products take k − 1 additions", _first_additions),
        Term(
            "four operations per value of a batch norm",
            lambda node: 4 * values(node) if _is(node, NORMS) else 0,
        ),
        Term(
            "one operation per value of a ReLU",
            lambda node: outputs(node) if _is(node, ACTIVATIONS) else 0,
        ),
        Term("comparisons, additions and divisions of pools", _pool_additions),
        Term("three operations per value of a softmax", _softmax),
    ),
    unseen=_unseen(CONVOLUTIONS, TRANSPOSED),
    tool="torchstat",
    version="0.0.7",
)
