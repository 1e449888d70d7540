"""TensorFlow's profiler, `flops_registry.py`, of a network as Keras builds it for inference.

It counts operators by their name. Those of batch norm (fused), activations, response norm and of
anything with three spatial axes have no rule, and count nothing.
"""

from __future__ import annotations

from math import prod

from archstat.analyses.conventions.convention import FLOPS_PER_MAC, Convention, Term, Unseen
from archstat.analyses.conventions.terms import BIASES, outputs, transposed_by_output, values
from archstat.graph import Node
from archstat.layers.activation import LogSoftmax, Softmax
from archstat.layers.combine import Add, Multiply
from archstat.layers.conv import AnyConvolution, ConvTranspose2d
from archstat.layers.pool import AdaptiveAvgPool2d, AnyAvgPool, AnyMaxPool

MOST_AXES = 2


def _softmax(node: Node) -> int:
    is_one = isinstance(node.layer, Softmax) and not isinstance(node.layer, LogSoftmax)
    return 5 * values(node) if is_one else 0


def _pools(node: Node) -> int:
    is_one = isinstance(node.layer, (AnyMaxPool, AnyAvgPool)) and node.layer.axes <= MOST_AXES
    return outputs(node) * prod(node.layer.settings()["kernel_size"]) if is_one else 0


def _global_averages(node: Node) -> int:
    is_global = isinstance(node.layer, AdaptiveAvgPool2d) and prod(node.out_shape[1:]) == 1
    return values(node) if is_global else 0


def _joins(node: Node) -> int:
    return outputs(node) if isinstance(node.layer, (Add, Multiply)) else 0


def _strided(node: Node) -> int:
    """Return what is added where output places count, divided by the stride."""
    if not isinstance(node.layer, ConvTranspose2d):
        return 0
    by_output = FLOPS_PER_MAC * (node.macs + transposed_by_output(node))
    return by_output // prod(node.layer.stride) - FLOPS_PER_MAC * node.macs


TENSORFLOW = Convention(
    "tensorflow",
    per_mac=FLOPS_PER_MAC,
    terms=(
        BIASES,
        Term("one operation per value of a pool's windows", _pools),
        Term("one operation per input of a global average", _global_averages),
        Term("one operation per value of a sum or a product", _joins),
        Term("five operations per value of a softmax", _softmax),
        Term("transposed convolutions by their output size and stride", _strided),
    ),
    unseen=Unseen(
        "convolutions with three axes, which it does not know",
        lambda node: isinstance(node.layer, AnyConvolution) and node.layer.axes > MOST_AXES,
    ),
)
