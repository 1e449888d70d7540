"""Axes in another order, cut and joined, and values picked by their places."""

from __future__ import annotations

from archstat.layers import Layer
from archstat.layers.combine import Concat
from archstat.layers.reach import Unknown
from archstat.layers.reshape import Flatten
from archstat.models.torch.operators.call import Call
from archstat.models.torch.operators.entry import Operator, free, nothing
from archstat.models.torch.operators.reads import (
    PICKED,
    concatenated,
    flipped,
    in_place,
    indexed,
    over,
    permuted,
    repeated,
    reshaped,
    rolled,
    selected,
    sliced,
    stacked,
    transposed,
    unbound,
    untold,
)
from archstat.models.torch.operators.windows import padded, unfolded

CUT = over(Unknown("it cuts an axis of the image into pieces"))


def _flatten(call: Call) -> Layer | None:
    """Return the layer that makes a vector of each example's map."""
    is_flat = call.first.dim() > 2 and call.out.dim() == 2  # noqa: PLR2004  maps, then vectors
    is_one_each = call.first.shape[:1] == call.out.shape[:1]
    return Flatten() if is_flat and is_one_each and len(call.inputs) == 1 else None


def _concat(call: Call) -> Layer | None:
    """Return the join of all tensors along channels, where all come from the network's input."""
    is_of_all = 1 < len(call.inputs) == len(call.given["tensors"])
    return Concat() if is_of_all and call.given["dim"] == 1 else None


OPERATORS = (
    Operator("view", nothing, reshaped, layer=_flatten, is_passing=True),
    Operator("_unsafe_view", nothing, reshaped, layer=_flatten, is_passing=True),
    *free("_reshape_alias squeeze", reshaped, is_passing=True),
    *free("reshape unsqueeze", reshaped),
    Operator("expand", nothing, in_place, is_passing=True),
    Operator("slice", nothing, sliced, is_passing=True),
    Operator("cat", nothing, concatenated, layer=_concat),
    *free("permute", permuted),
    *free("t transpose", transposed),
    *free("select", selected),
    *free("unbind", unbound),
    *free("stack", stacked),
    *free("repeat", repeated),
    *free("roll", rolled),
    *free("im2col", unfolded),
    *free("flip", flipped),
    *free("glu split split_with_sizes unsafe_split unsafe_split_with_sizes", CUT),
    *free(
        """
        cummax cummin cumprod cumsum gather index_add index_copy index_fill index_reduce
        index_select logcumsumexp scatter scatter_add scatter_reduce select_scatter slice_scatter
        sort topk
        """,
        over(PICKED),
    ),
    *free("_unsafe_index index", indexed),
    *free(
        """
        constant_pad_nd reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d
        replication_pad2d replication_pad3d
        """,
        padded,
    ),
    *free(
        """
        _chunk_cat _embedding_bag _embedding_bag_forward_only _unique _unique2 _to_dense
        _unsafe_index_put _unsafe_masked_index _unsafe_masked_index_put_accumulate argsort
        as_strided as_strided_scatter block_diag bucketize col2im diag_embed diagonal
        diagonal_scatter embedding index_put isin masked_scatter masked_select narrow nonzero
        nonzero_static repeat_interleave rot90 searchsorted segment_reduce take unfold
        unique_consecutive unique_dim unsafe_chunk
        """,
        untold,
    ),
    *free(
        """
        embedding_dense_backward index_backward masked_scatter_backward select_backward
        slice_backward unfold_backward
        """,
        untold,
    ),
)
