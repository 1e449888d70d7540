"""torchscan 0.2.0, `modules/macs.py`: what it calls MACs, of modules by their class."""

from __future__ import annotations

from math import prod

from archstat.analyses.conventions.convention import Convention, Term, Unseen
from archstat.analyses.conventions.terms import (
    ADAPTIVE_AVERAGES,
    ADAPTIVE_POOLS,
    AVERAGE_POOLS,
    BATCH_NORMS,
    MAX_POOLS,
    TRANSPOSED,
    TRANSPOSED_BY_OUTPUT,
    has_scale,
    is_no_known_module,
    kind,
    outputs,
    values,
)
from archstat.graph import Node
from archstat.layers.base import Shape


def _norms(node: Node) -> int:
    if kind(node) not in BATCH_NORMS:
        return 0
    return values(node) * (2 if has_scale(node.layer) else 1)


def _window(node: Node) -> int:
    """Return what it takes for the values of a window: the side, where it is stated as one number.

    A kernel stated as a tuple of equal numbers looks the same here, and counts as their product
    there.
    """
    sides: Shape = node.layer.settings()["kernel_size"]
    is_number = len(set(sides)) == 1 and kind(node) != "avg_pool1d"
    return sides[0] if is_number else prod(sides)


def _pools(node: Node) -> int:
    if kind(node) in MAX_POOLS:
        return outputs(node) * (_window(node) - 1)
    if kind(node) in AVERAGE_POOLS:
        return outputs(node) * (_window(node) - 1 + len(node.out_shape) - 1)
    return 0


def _adaptive_pools(node: Node) -> int:
    """Return the operations of windows; where sides do not divide, of its guess at their size."""
    if kind(node) not in ADAPTIVE_POOLS:
        return 0
    sides = zip(node.in_shape[1:], node.out_shape[1:], strict=True)
    window = prod(
        before % after + 1 if before % after else before // after for before, after in sides
    )
    divisions = len(node.out_shape) - 1 if kind(node) in ADAPTIVE_AVERAGES else 0
    return outputs(node) * (window - 1 + divisions)


def _padding_sums(node: Node) -> int:
    return 4 * node.layer.axes if isinstance(node.layer, TRANSPOSED) else 0


TORCHSCAN = Convention(
    "torchscan",
    per_mac=1,
    terms=(
        Term("two operations per value of a batch norm", _norms),
        Term("one operation less than a window's side, per output of a pool", _pools),
        Term("one operation per further value of an adaptive window", _adaptive_pools),
        TRANSPOSED_BY_OUTPUT,
        Term("four operations per axis of a transposed convolution", _padding_sums),
    ),
    unseen=Unseen("functions and modules that it does not know", is_no_known_module),
    tool="torchscan",
    version="0.2.0",
)
