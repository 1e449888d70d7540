"""The rules by which tools and papers turn a network into one number, one place each.

The package's own unit is the MAC: one multiplication and one addition, in convolutions, linear
layers and matrix products. Whatever else is called "FLOPs" is a named convention: so many for a
MAC, and terms for what else it counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from archstat.graph import Graph, Node
from archstat.layers.activation import ReLU
from archstat.layers.conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from archstat.layers.linear import Linear
from archstat.layers.norm import BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm, LayerNorm
from archstat.layers.opaque import Called
from archstat.layers.pool import AdaptiveAvgPool2d, AnyAvgPool, AnyMaxPool

FLOPS_PER_MAC = 2
"""A multiply–accumulate is a multiplication and an addition."""

_CONVOLUTIONS = (Conv1d, Conv2d, Conv3d)
_TRANSPOSED = (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)
_BATCH_NORMS = (BatchNorm1d, BatchNorm2d, BatchNorm3d)


@dataclass(frozen=True)
class Term:
    """Something that a convention counts beside MACs, for one example.

    Attributes:
        words: What it is, as it is told to people.
        count: How many of it a node has; negative where the convention leaves something out.
    """

    words: str
    count: Callable[[Node], int]


@dataclass(frozen=True)
class Convention:
    """A rule of counting.

    Attributes:
        name: Its name in messages and on the command line.
        per_mac: What a MAC counts for.
        terms: What it counts beside MACs.
    """

    name: str
    per_mac: int
    terms: tuple[Term, ...] = ()

    def count(self, node: Node) -> int:
        """Return what the convention counts in a node, for one example."""
        return self.per_mac * node.macs + sum(term.count(node) for term in self.terms)

    def differences(self, graph: Graph) -> dict[str, int]:
        """Return what each term adds over a whole network, terms that add nothing left out."""
        sums = {term.words: sum(term.count(node) for node in graph.nodes) for term in self.terms}
        return {words: count for words, count in sums.items() if count}


def _bias_additions(node: Node) -> int:
    return node.neurons if node.biases else 0


def _transposed_by_output(node: Node) -> int:
    """Return what is added where each *output* position counts, instead of each input position."""
    if not isinstance(node.layer, _TRANSPOSED):
        return 0
    return node.weights * prod(node.out_shape[1:]) - node.macs


def _linear_once(node: Node) -> int:
    """Return what is left out where a linear layer counts for one position only."""
    if not isinstance(node.layer, Linear):
        return 0
    return node.weights + node.biases - node.macs - _bias_additions(node)


def _params_of_other_layers(node: Node) -> int:
    counted = isinstance(node.layer, (*_CONVOLUTIONS, *_TRANSPOSED, Linear))
    return 0 if counted else node.weights + node.biases


def _padded_by_word(node: Node) -> int:
    """Return what is left out where convolutions with padding = "same" or "valid" do not count."""
    layer = node.layer
    is_left_out = isinstance(layer, _CONVOLUTIONS) and isinstance(layer.padding, str)
    return -node.macs if is_left_out or _call(node) == "_convolution_mode" else 0


def _batch_norm_elements(node: Node) -> int:
    """Return what is added for batch norms that use running statistics."""
    if not isinstance(node.layer, _BATCH_NORMS) or not node.layer.track_running_stats:
        return 0
    return prod(node.in_shape) * (2 if node.weights else 1)


def _other_norm_elements(node: Node) -> int:
    """Return what is added for norms that use mean and variance of what they are given."""
    if not isinstance(node.layer, (*_BATCH_NORMS, LayerNorm, GroupNorm)):
        return 0
    if isinstance(node.layer, _BATCH_NORMS) and node.layer.track_running_stats:
        return 0
    return prod(node.in_shape) * (5 if node.weights else 4)


def _adaptive_pool_inputs(node: Node) -> int:
    return prod(node.in_shape) if isinstance(node.layer, AdaptiveAvgPool2d) else 0


def _call(node: Node) -> str:
    """Return which function of torch a node is a call of; nothing for a layer."""
    return node.layer.kind if isinstance(node.layer, Called) else ""


def _nearest_outputs(node: Node) -> int:
    return prod(node.out_shape) if _call(node) == "upsample_nearest2d" else 0


def _bilinear_outputs(node: Node) -> int:
    return 4 * prod(node.out_shape) if _call(node) in {"upsample_bilinear2d", "grid_sampler"} else 0


def _by_first_factor(node: Node) -> int:
    """Return what is left out where a product's second factor has axes that the first has not."""
    if _call(node) != "matmul" or not node.out_shape:
        return 0
    return prod(node.in_shape) * node.out_shape[-1] - node.macs


def _rounded(node: Node) -> int:
    """Return what rounding adds where twice the MACs are read from numpy's text, and halved."""
    return int(float(f"{2 * node.macs:.3e}")) // 2 - node.macs if _call(node) == "einsum" else 0


_FVCORE_KNOWS = frozenset(
    """
    addmm bmm conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d einsum
    gru_cell linear lstm_cell matmul mm rnn_relu_cell rnn_tanh_cell _convolution_mode
    """.split()  # noqa: SIM905  a list of quoted words reads worse
)


def _unknown_calls(node: Node) -> int:
    return -node.macs if _call(node) and _call(node) not in _FVCORE_KNOWS else 0


def _conv_bias_additions(node: Node) -> int:
    return _bias_additions(node) if isinstance(node.layer, (*_CONVOLUTIONS, *_TRANSPOSED)) else 0


def _map_norm_elements(node: Node) -> int:
    """Return the values of a batch norm of maps, not of vectors."""
    is_of_maps = isinstance(node.layer, _BATCH_NORMS) and len(node.in_shape) > 1
    return prod(node.in_shape) if is_of_maps else 0


def _relu_outputs(node: Node) -> int:
    return prod(node.out_shape) if isinstance(node.layer, ReLU) else 0


def _pool_inputs(node: Node) -> int:
    return prod(node.in_shape) if isinstance(node.layer, (AnyMaxPool, AnyAvgPool)) else 0


def _pool_comparisons(node: Node) -> int:
    """Return the comparisons of a window's values, or their additions."""
    if not isinstance(node.layer, (AnyMaxPool, AnyAvgPool)):
        return 0
    return prod(node.out_shape) * (prod(node.layer.kernel_size) - 1)


def _first_additions(node: Node) -> int:
    """Return what is left out where k products take k − 1 additions."""
    return -node.neurons


def _first_additions_without_bias(node: Node) -> int:
    """Return the same, where the bias of a convolution takes the place of the missing addition."""
    return 0 if _conv_bias_additions(node) else -node.neurons


MACS = Convention("macs", per_mac=1)
FLOPS = Convention("flops", per_mac=FLOPS_PER_MAC)

TORCHINFO = Convention(
    "torchinfo",
    per_mac=1,
    terms=(
        Term("one addition per output value, for its bias", _bias_additions),
        Term("transposed convolutions by their output size", _transposed_by_output),
        Term("linear layers at one position only", _linear_once),
        Term("parameters of other layers, once each", _params_of_other_layers),
    ),
)
"""torchinfo 1.8, `LayerInfo.calculate_macs`: every parameter, times the output's positions."""

FVCORE = Convention(
    "fvcore",
    per_mac=1,
    terms=(
        Term("two operations per value of a batch norm", _batch_norm_elements),
        Term("five operations per value of other norms", _other_norm_elements),
        Term("one operation per input of adaptive pooling", _adaptive_pool_inputs),
        Term("one operation per value of nearest up-sampling", _nearest_outputs),
        Term("four operations per value of bilinear sampling", _bilinear_outputs),
        Term("einsum, which it rounds to four digits", _rounded),
        Term("matrix products by the size of their first factor", _by_first_factor),
        Term("convolutions padded by a word, which it does not know", _padded_by_word),
        Term("calls that it does not know", _unknown_calls),
    ),
)
"""fvcore 0.1.5, `flop_count.py` and `jit_handles.py`: what it calls a flop is a MAC.

It holds for layers and for calls of torch's functions; the operators of a traced model do not tell
what was called.
"""

MACS_AND_BIASES = Convention(
    "macs+bias",
    per_mac=1,
    terms=(Term("one addition per output value, for its bias", _bias_additions),),
)

TEXTBOOK = Convention(
    "textbook",
    per_mac=FLOPS_PER_MAC,
    terms=(Term("k products take k − 1 additions", _first_additions),),
)
"""2k²C − 1 operations an output value, as textbooks count a dot product."""

TORCHSTAT = Convention(
    "torchstat",
    per_mac=1,
    terms=(
        Term("one addition per output value of a convolution, for its bias", _conv_bias_additions),
        Term("two operations per value of a batch norm", lambda node: 2 * _map_norm_elements(node)),
        Term("one operation per value of a ReLU", _relu_outputs),
        Term("one operation per input of a pool", _pool_inputs),
    ),
)
"""torchstat 0.0.7, `compute_flops.py`: the column that it calls Flops."""

TORCHSTAT_MADD = Convention(
    "torchstat-madd",
    per_mac=FLOPS_PER_MAC,
    terms=(
        Term("k products take k − 1 additions", _first_additions_without_bias),
        Term(
            "four operations per value of a batch norm", lambda node: 4 * _map_norm_elements(node)
        ),
        Term("one operation per value of a ReLU", _relu_outputs),
        Term("one comparison or addition per further value of a pool", _pool_comparisons),
    ),
)
"""torchstat 0.0.7, `compute_madd.py`: the column that it calls MAdd."""

CONVENTIONS = {
    convention.name: convention
    for convention in (
        MACS,
        FLOPS,
        MACS_AND_BIASES,
        TEXTBOOK,
        TORCHINFO,
        FVCORE,
        TORCHSTAT,
        TORCHSTAT_MADD,
    )
}
"""Every convention by its name."""
