"""fvcore 0.1.5, `flop_count.py` and `jit_handles.py`: what it calls a flop is a MAC.

It holds for layers and for calls of torch's functions; the operators of a traced model do not tell
what was called.
"""

from __future__ import annotations

from archstat.analyses.conventions.convention import Convention, Term
from archstat.analyses.conventions.terms import (
    CONVOLUTIONS,
    FIRST_FACTORS,
    OTHER_NORMS,
    RUNNING_NORMS,
    called,
    kind,
    mode,
    outputs,
    values,
)
from archstat.graph import Node

KNOWN = frozenset(
    """
    addmm bmm conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d einsum
    gru_cell linear lstm_cell matmul mm rnn_relu_cell rnn_tanh_cell _convolution_mode
    """.split()  # noqa: SIM905  a list of quoted words reads worse
)


def _padded_by_word(node: Node) -> int:
    """Return what is left out where convolutions with padding = "same" or "valid" do not count."""
    layer = node.layer
    is_left_out = isinstance(layer, CONVOLUTIONS) and isinstance(layer.padding, str)
    return -node.macs if is_left_out or called(node) == "_convolution_mode" else 0


def _adaptive_pool_inputs(node: Node) -> int:
    return values(node) if kind(node) == "adaptive_avg_pool2d" else 0


def _nearest_outputs(node: Node) -> int:
    return outputs(node) if "nearest" in (mode(node), _called_mode(node)) else 0


def _bilinear_outputs(node: Node) -> int:
    is_sampled = "bilinear" in (mode(node), _called_mode(node)) or called(node) == "grid_sampler"
    return 4 * outputs(node) if is_sampled else 0


def _called_mode(node: Node) -> str:
    """Return in which mode a call of a function up-samples an image."""
    return called(node).removeprefix("upsample_").removesuffix("2d")


def _rounded(node: Node) -> int:
    """Return what rounding adds where twice the MACs are read from numpy's text, and halved."""
    return int(float(f"{2 * node.macs:.3e}")) // 2 - node.macs if called(node) == "einsum" else 0


def _unknown_calls(node: Node) -> int:
    return -node.macs if called(node) and called(node) not in KNOWN else 0


FVCORE = Convention(
    "fvcore",
    per_mac=1,
    terms=(
        RUNNING_NORMS,
        OTHER_NORMS,
        Term("one operation per input of adaptive pooling", _adaptive_pool_inputs),
        Term("one operation per value of nearest up-sampling", _nearest_outputs),
        Term("four operations per value of bilinear sampling", _bilinear_outputs),
        Term("einsum, which it rounds to four digits", _rounded),
        FIRST_FACTORS,
        Term("convolutions padded by a word, which it does not know", _padded_by_word),
        Term("calls that it does not know", _unknown_calls),
    ),
    tool="fvcore",
    version="0.1.5",
)
