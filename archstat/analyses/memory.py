"""Bytes of what a network keeps: its parameters, and the outputs of its layers."""

from __future__ import annotations

from math import prod

from archstat.graph import BYTES_PER_NUMBER, Node


def activation_bytes(node: Node, *, batch_size: int) -> int:
    """Return the bytes of a node's output for one batch.

    In-place layers count like the others: the figure is what the layer returns, not what an
    allocator does about it.
    """
    return batch_size * prod(node.out_shape) * node.value_bytes


def param_bytes(params: int) -> int:
    """Return the bytes of so many learnable numbers, in float32."""
    return params * BYTES_PER_NUMBER
