"""DeepSpeed 0.19.8, `flops_profiler/profiler.py`, and calflops 0.3.2, which is made of it.

What they call flops; what they call MACs are those products among them that they know.
"""

from __future__ import annotations

from math import prod

from archstat.analyses.conventions.convention import FLOPS_PER_MAC, Convention, Term, Unseen
from archstat.analyses.conventions.ptflops import POOLS
from archstat.analyses.conventions.terms import (
    CONV_BIASES,
    CONVOLUTIONS,
    EVERY_POOL,
    OTHER_NORMS,
    RESPONSE_NORMS,
    RUNNING_NORMS,
    TRANSPOSED,
    by_first_factor,
    called,
    conv_bias_additions,
    is_operator,
    kind,
    mode,
    values,
)
from archstat.graph import Node
from archstat.layers.conv import sliding_out_size

ACTIVATIONS = frozenset({"relu", "prelu", "elu", "leaky_relu", "silu", "gelu", "softmax"})
KNOWN = frozenset(
    """
    addmm baddbmm bmm conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d einsum
    linear matmul mm scaled_dot_product_attention
    """.split()  # noqa: SIM905  a list of quoted words reads worse
)
NOT_OF_CALFLOPS = frozenset({"bmm", "mm", "scaled_dot_product_attention"})


def _activations(node: Node) -> int:
    if called(node):
        return values(node) if called(node) in ACTIVATIONS | {"relu6"} else 0
    is_counted = node.layer.kind in ACTIVATIONS and node.layer.has_formulas
    return values(node) if is_counted else 0


def _pools(node: Node) -> int:
    is_module = not called(node) and kind(node) in EVERY_POOL
    return values(node) if is_module or called(node) in POOLS else 0


def _sums_and_products(node: Node) -> int:
    return values(node) if called(node) in {"torch.add", "torch.mul"} else 0


def _up_sampled(node: Node) -> int:
    return values(node) if mode(node) else 0


def _narrow(node: Node) -> int:
    """Return what is left out where "same" padding is taken to be as much on both sides."""
    layer = node.layer
    if not isinstance(layer, CONVOLUTIONS) or layer.padding != "same":
        return 0
    sides = zip(node.in_shape[1:], layer.extents(), strict=True)
    places = prod(side - (extent - 1) % 2 for side, extent in sides)
    whole = FLOPS_PER_MAC * node.macs + conv_bias_additions(node)
    return whole // prod(node.out_shape[1:]) * places - whole


def _rounded(node: Node) -> int:
    """Return what rounding adds where twice the MACs are read from numpy's text."""
    flops = FLOPS_PER_MAC * node.macs
    return int(float(f"{flops:.3e}")) - flops if called(node) == "einsum" else 0


def _transposed_like_sliding(node: Node) -> int:
    """Return what is added where a transposed convolution has the outputs of a sliding one.

    Channels are divided by groups twice, and biases are added to the outputs of one group.
    """
    layer = node.layer
    if not isinstance(layer, TRANSPOSED):
        return 0
    channels = layer.out_channels // layer.groups
    flops = FLOPS_PER_MAC * node.in_shape[0] * prod(layer.kernel_size) * prod(node.in_shape[1:])
    axes = zip(
        node.in_shape[1:],
        layer.kernel_size,
        layer.stride,
        layer.padding,
        layer.dilation,
        strict=True,
    )
    places = prod(
        sliding_out_size(n, kernel_size=k, stride=s, padding=p, dilation=d)
        for n, k, s, p, d in axes
    )
    counted = flops * (channels // layer.groups) + (channels * places if layer.bias else 0)
    return counted - FLOPS_PER_MAC * node.macs - conv_bias_additions(node)


_TERMS = (
    CONV_BIASES,
    Term("one operation per value of an activation", _activations),
    Term("one operation per input of a pool", _pools),
    RUNNING_NORMS,
    OTHER_NORMS,
    RESPONSE_NORMS,
    Term("one operation per value of torch.add and torch.mul", _sums_and_products),
    Term("one operation per input of up-sampling", _up_sampled),
    Term('an even kernel with padding = "same" at one place less', _narrow),
    Term("einsum, which it rounds to four digits", _rounded),
    Term(
        "matrix products by the size of their first factor",
        lambda node: FLOPS_PER_MAC * by_first_factor(node),
    ),
)

DEEPSPEED = Convention(
    "deepspeed",
    per_mac=FLOPS_PER_MAC,
    terms=_TERMS,
    unseen=Unseen(
        "functions that it does not know",
        lambda node: bool(called(node)) and node.macs > 0 and called(node) not in KNOWN,
    ),
    tool="deepspeed",
    version="0.19.8",
)

CALFLOPS = Convention(
    "calflops",
    per_mac=FLOPS_PER_MAC,
    terms=(
        *_TERMS,
        Term("transposed convolutions by the places of sliding ones", _transposed_like_sliding),
    ),
    unseen=Unseen(
        "functions and operators that it does not know",
        lambda node: (
            bool(called(node))
            and node.macs > 0
            and (called(node) not in KNOWN - NOT_OF_CALFLOPS or is_operator(node))
        ),
    ),
    tool="calflops",
    version="0.3.2",
)
