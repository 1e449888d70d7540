"""TensorFlow's profiler, 2.21, of a network as Keras 3 builds it for inference.

It counts operators by their name. Activations that are one operator have no rule, and count
nothing; norms fall apart into operators that have.
"""

from __future__ import annotations

from math import prod

from archstat.analyses.conventions.convention import FLOPS_PER_MAC, Convention, Term
from archstat.analyses.conventions.terms import (
    ADAPTIVE_AVERAGES,
    AVERAGE_POOLS,
    BATCH_NORMS,
    BIASES,
    CONVOLUTIONS,
    MAX_POOLS,
    TRANSPOSED,
    has_scale,
    kind,
    outputs,
    transposed_by_output,
    values,
)
from archstat.graph import Node
from archstat.layers.norm import GroupNorm, LayerNorm

MOST_AXES = 2
PER_VALUE = {"softmax": 5, "gelu": 4, "prelu": 3, "silu": 2}
"""The operations of activations that fall apart into operators, for each value."""


def _pools(node: Node) -> int:
    if kind(node) not in MAX_POOLS | AVERAGE_POOLS or len(node.out_shape) - 1 > MOST_AXES:
        return 0
    window: int = prod(node.layer.settings()["kernel_size"])
    return outputs(node) * window


def _global_averages(node: Node) -> int:
    is_average = kind(node) in ADAPTIVE_AVERAGES
    return values(node) if is_average and prod(node.out_shape[1:]) == 1 else 0


def _joins(node: Node) -> int:
    if kind(node) not in {"add", "multiply"}:
        return 0
    return outputs(node) * (len(node.inputs) - 1)


def _batch_norms(node: Node) -> int:
    """Return a product and a sum for each value; what makes their factors, for each channel."""
    if kind(node) not in BATCH_NORMS:
        return 0
    return 2 * values(node) + node.in_shape[0] * (6 if has_scale(node.layer) else 5)


def _other_norms(node: Node) -> int:
    """Return two means, squares, a product and a sum for each value; and what makes the factors."""
    layer = node.layer
    if isinstance(layer, LayerNorm):
        groups = prod(node.in_shape[: -layer.normalized_axes])
        if not layer.elementwise_affine:
            return 6 * values(node) + 5 * groups
        return values(node) * (9 if layer.bias else 8) + 4 * groups
    if isinstance(layer, GroupNorm):
        if not layer.affine:
            return 6 * values(node) + 5 * layer.num_groups
        return 6 * values(node) + 4 * layer.num_groups + 3 * node.in_shape[0]
    return 0


def _activations(node: Node) -> int:
    slopes = node.weights if kind(node) == "prelu" else 0
    return PER_VALUE.get(kind(node), 0) * values(node) + slopes


def _transposed(node: Node) -> int:
    """Return what is added where output places count, divided by the stride; 3d has no rule."""
    if not isinstance(node.layer, TRANSPOSED):
        return 0
    if node.layer.axes > MOST_AXES:
        return -FLOPS_PER_MAC * node.macs
    by_output = FLOPS_PER_MAC * (node.macs + transposed_by_output(node))
    return by_output // prod(node.layer.stride) - FLOPS_PER_MAC * node.macs


def _groups(node: Node) -> int:
    """Return what is left out of groups, which Keras compiles apart; it knows depthwise ones."""
    is_grouped = isinstance(node.layer, CONVOLUTIONS) and node.layer.groups > 1
    is_depthwise = is_grouped and node.layer.settings()["groups"] == node.in_shape[0]
    return -FLOPS_PER_MAC * node.macs if is_grouped and not is_depthwise else 0


TENSORFLOW = Convention(
    "tensorflow",
    per_mac=FLOPS_PER_MAC,
    terms=(
        BIASES,
        Term("one operation per value of a pool's windows", _pools),
        Term("one operation per input of a global average", _global_averages),
        Term("one operation per value of a sum or a product", _joins),
        Term("two operations per value of a batch norm, six per channel", _batch_norms),
        Term("six to nine operations per value of other norms", _other_norms),
        Term(
            "five operations per value of a softmax, two to four of other activations", _activations
        ),
        Term("transposed convolutions by their output size and stride", _transposed),
        Term("convolutions in groups, which are compiled apart", _groups),
    ),
    tool="tensorflow",
    version="2.21",
)
