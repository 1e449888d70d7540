"""What several tools count beside MACs, node by node."""

from __future__ import annotations

from math import prod

from archstat.analyses.conventions.convention import Term
from archstat.graph import Node
from archstat.layers.base import Layer
from archstat.layers.conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from archstat.layers.opaque import Called
from archstat.layers.pool import Upsample

CONVOLUTIONS = (Conv1d, Conv2d, Conv3d)
TRANSPOSED = (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)


BATCH_NORMS = frozenset({"batch_norm1d", "batch_norm2d", "batch_norm3d"})
NORMS = BATCH_NORMS | {"layer_norm", "group_norm"}
MAX_POOLS = frozenset({"max_pool1d", "max_pool2d", "max_pool3d"})
AVERAGE_POOLS = frozenset({"avg_pool1d", "avg_pool2d", "avg_pool3d"})
ADAPTIVE_AVERAGES = frozenset({"adaptive_avg_pool1d", "adaptive_avg_pool2d"})
ADAPTIVE_POOLS = ADAPTIVE_AVERAGES | {"adaptive_max_pool2d"}
EVERY_POOL = MAX_POOLS | AVERAGE_POOLS | ADAPTIVE_POOLS


def kind(node: Node) -> str:
    """Return which kind of layer a node is; nothing for what was only observed."""
    return node.layer.kind if node.layer.has_formulas else ""


def called(node: Node) -> str:
    """Return which function of torch a node is a call of; nothing for a module.

    Nor for the operators of a traced model, which do not tell what was called.
    """
    if isinstance(node.layer, Called):
        return node.layer.kind
    return node.layer.kind if node.is_call and node.layer.has_formulas else ""


def mode(node: Node) -> str:
    """Return in which mode a layer up-samples; nothing where it does not."""
    return node.layer.mode if isinstance(node.layer, Upsample) else ""


def is_operator(node: Node) -> bool:
    """Return whether a node is a call that was written as an operator, as in x @ y."""
    return isinstance(node.layer, Called) and node.layer.is_operator


def is_inside_attention(node: Node) -> bool:
    """Return whether a node is a call that torch's own attention makes."""
    return isinstance(node.layer, Called) and node.layer.inside_of == "multi_head_attention_forward"


def is_no_known_module(node: Node) -> bool:
    """Return whether tools that look at modules by their class do not know what this is."""
    return node.is_call or not node.layer.has_formulas


def has_scale(layer: Layer) -> bool:
    """Return whether a norm multiplies by something that it has learned."""
    settings = layer.settings()
    return bool(settings.get("affine", settings.get("elementwise_affine", False)))


def is_convolution(node: Node) -> bool:
    """Return whether a node is a convolution, transposed ones included, or a call of one."""
    is_call = called(node).strip("_").startswith("conv")
    return is_call or isinstance(node.layer, (*CONVOLUTIONS, *TRANSPOSED))


def values(node: Node) -> int:
    """Return how many values go in."""
    return prod(node.in_shape)


def outputs(node: Node) -> int:
    """Return how many values come out."""
    return prod(node.out_shape)


def bias_additions(node: Node) -> int:
    """Return one addition per output value, where a bias is added."""
    has_bias = node.layer.settings().get("bias", node.biases > 0)
    return node.neurons if has_bias else 0


def conv_bias_additions(node: Node) -> int:
    """Return the same for convolutions alone."""
    return bias_additions(node) if is_convolution(node) else 0


def transposed_by_output(node: Node) -> int:
    """Return what is added where each *output* position counts, instead of each input position."""
    if not isinstance(node.layer, TRANSPOSED):
        return 0
    weights = prod(node.layer.param_shapes(node.in_shape)["weight"])
    return weights * prod(node.out_shape[1:]) - node.macs


def running_norm(node: Node) -> int:
    """Return what is added for batch norms that use running statistics."""
    if not node.layer.settings().get("track_running_stats"):
        return 0
    return values(node) * (2 if has_scale(node.layer) else 1)


def other_norm(node: Node) -> int:
    """Return what is added for norms that use mean and variance of what they are given."""
    if kind(node) not in NORMS or node.layer.settings().get("track_running_stats"):
        return 0
    return values(node) * (5 if has_scale(node.layer) else 4)


def response_norm(node: Node) -> int:
    """Return the element-wise steps of torch's local response norm that functions show.

    It squares, pools the squares over channels padded by size − 1, and multiplies and adds; its
    power and its division are not among the functions that tools watch.
    """
    if kind(node) != "local_response_norm":
        return 0
    padding: int = (node.layer.settings()["size"] - 1) * prod(node.in_shape[1:])
    return 3 * values(node) + (values(node) + padding)


def by_first_factor(node: Node) -> int:
    """Return what is left out where a product's second factor has axes that the first has not."""
    if called(node) != "matmul" or not node.out_shape:
        return 0
    return values(node) * node.out_shape[-1] - node.macs


def is_linear(node: Node) -> bool:
    """Return whether a node is a linear layer."""
    return kind(node) == "linear"


BIASES = Term("one addition per output value, for its bias", bias_additions)
CONV_BIASES = Term(
    "one addition per output value of a convolution, for its bias", conv_bias_additions
)
RUNNING_NORMS = Term("two operations per value of a batch norm", running_norm)
OTHER_NORMS = Term("five operations per value of other norms", other_norm)
TRANSPOSED_BY_OUTPUT = Term("transposed convolutions by their output size", transposed_by_output)
RESPONSE_NORMS = Term("four operations per value of an LRN, and its padding", response_norm)
FIRST_FACTORS = Term("matrix products by the size of their first factor", by_first_factor)
