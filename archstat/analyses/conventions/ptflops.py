"""ptflops 0.7.5: its back ends pytorch, of `pytorch_ops.py`, and aten, of `aten_ops.py`.

The first watches modules and functions both, so that a module which calls a watched function
counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from archstat.analyses.conventions.convention import Convention, Term, Unseen
from archstat.analyses.conventions.terms import (
    BIASES,
    EVERY_POOL,
    FIRST_FACTORS,
    NORMS,
    RESPONSE_NORMS,
    called,
    has_scale,
    is_inside_attention,
    is_operator,
    kind,
    mode,
    outputs,
    values,
)
from archstat.graph import Node

PRODUCTS = frozenset({"matmul", "mm", "bmm", "addmm", "baddbmm"})
ACTIVATIONS: Mapping[str, tuple[int, int]] = {
    "relu": (2, 1),
    "prelu": (2, 1),
    "gelu": (2, 1),
    "elu": (2, 1),
    "relu6": (1, 1),
    "leaky_relu": (1, 0),
    "silu": (1, 1),
    "softmax": (1, 1),
    "fused softmax": (0, 1),
}
"""How often it counts each value: of a module, of a function."""

POOLS = frozenset(
    f"{adaptive}{kind}_pool{axes}d"
    for adaptive in ("", "adaptive_")
    for kind in ("max", "avg")
    for axes in (1, 2, 3)
)
"""The functions that pool."""


def _activations(node: Node) -> int:
    as_module, as_function = ACTIVATIONS.get(called(node) or node.layer.kind, (0, 0))
    if not (node.layer.has_formulas or called(node)):
        return 0
    return values(node) * (as_function if called(node) else as_module)


def _pools(node: Node) -> int:
    if called(node):
        return values(node) if called(node) in POOLS else 0
    return 2 * values(node) if kind(node) in EVERY_POOL else 0


def _norms(node: Node) -> int:
    if called(node) or kind(node) not in NORMS:
        return 0
    is_double = has_scale(node.layer) and kind(node) != "layer_norm"
    return values(node) * (2 if is_double else 1)


def _sums_and_products(node: Node) -> int:
    return values(node) if called(node) in {"torch.add", "torch.mul"} else 0


def _up_sampled(node: Node) -> int:
    return outputs(node) * (1 if node.is_call else 2) if mode(node) else 0


def _queries(node: Node) -> int:
    is_attention = called(node) == "scaled_dot_product_attention" and is_inside_attention(node)
    return values(node) if is_attention else 0


def _is_unseen(node: Node) -> bool:
    is_seen = is_inside_attention(node) or (called(node) in PRODUCTS and not is_operator(node))
    return bool(called(node)) and node.macs > 0 and not is_seen


PTFLOPS = Convention(
    "ptflops",
    per_mac=1,
    terms=(
        BIASES,
        Term("two operations per value of an activation, one where it is a function", _activations),
        Term("two operations per input of a pool, one where it is a function", _pools),
        Term(
            "two operations per value of a norm, one where it has no scale or is a layer norm",
            _norms,
        ),
        RESPONSE_NORMS,
        Term("one operation per value of torch.add and torch.mul", _sums_and_products),
        Term("two operations per value of up-sampling, one where it is a function", _up_sampled),
        FIRST_FACTORS,
        Term("one operation per value of torch's attention's queries", _queries),
    ),
    unseen=Unseen("functions and operators that it does not know", _is_unseen),
    tool="ptflops",
    version="0.7.5",
)

PTFLOPS_ATEN = Convention(
    "ptflops-aten",
    per_mac=1,
    terms=(BIASES,),
    unseen=Unseen(
        "fused attention, which it does not know",
        lambda node: called(node) == "scaled_dot_product_attention",
    ),
    tool="ptflops",
    version="0.7.5",
)
"""Where torch adds the bias of a linear layer apart, as to an input that is not contiguous, the
operator shows none; here it counts all the same.
"""
