"""torchstat 0.0.7: its columns Flops, of `compute_flops.py`, and MAdd, of `compute_madd.py`."""

from __future__ import annotations

from math import prod

from archstat.analyses.conventions.convention import FLOPS_PER_MAC, Convention, Term
from archstat.analyses.conventions.terms import CONV_BIASES, conv_bias_additions, outputs, values
from archstat.graph import Node
from archstat.layers.activation import ReLU
from archstat.layers.norm import AnyBatchNorm
from archstat.layers.pool import AnyAvgPool, AnyMaxPool


def _map_norm_elements(node: Node) -> int:
    """Return the values of a batch norm of maps, not of vectors."""
    is_of_maps = isinstance(node.layer, AnyBatchNorm) and len(node.in_shape) > 1
    return values(node) if is_of_maps else 0


def _relu_outputs(node: Node) -> int:
    return outputs(node) if isinstance(node.layer, ReLU) else 0


def _pool_inputs(node: Node) -> int:
    return values(node) if isinstance(node.layer, (AnyMaxPool, AnyAvgPool)) else 0


def _pool_comparisons(node: Node) -> int:
    """Return the comparisons of a window's values, or their additions."""
    if not isinstance(node.layer, (AnyMaxPool, AnyAvgPool)):
        return 0
    return outputs(node) * (prod(node.layer.kernel_size) - 1)


def _first_additions(node: Node) -> int:
    """Return the additions that k products do not take, where no convolution's bias takes one."""
    return 0 if conv_bias_additions(node) else -node.neurons


RELUS = Term("one operation per value of a ReLU", _relu_outputs)

TORCHSTAT = Convention(
    "torchstat",
    per_mac=1,
    terms=(
        CONV_BIASES,
        Term("two operations per value of a batch norm", lambda node: 2 * _map_norm_elements(node)),
        RELUS,
        Term("one operation per input of a pool", _pool_inputs),
    ),
)

TORCHSTAT_MADD = Convention(
    "torchstat-madd",
    per_mac=FLOPS_PER_MAC,
    terms=(
        Term("k products take k − 1 additions", _first_additions),
        Term(
            "four operations per value of a batch norm", lambda node: 4 * _map_norm_elements(node)
        ),
        RELUS,
        Term("one comparison or addition per further value of a pool", _pool_comparisons),
    ),
)
