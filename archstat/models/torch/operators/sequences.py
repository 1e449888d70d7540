"""Attention, and recurrent layers, as one operator each.

Attention is queries times keys, and the weights times values. In a recurrent layer, each row of the
input meets all matrices of its layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from archstat.layers.reach import Mixing
from archstat.models.torch.operators.entry import Formula, Operator, free
from archstat.models.torch.operators.reads import met, untold

MATRIX = 2


def _pairs_and_values(args: Sequence[Any], _: Any) -> int:
    """Return the cost for every query head; axes are (…, tokens, features)."""
    query, key, value = args[:3]
    pairs = query.numel() // query.shape[-1] * key.shape[-2]
    return int(pairs * (query.shape[-1] + value.shape[-1]))


def _tokens_first(args: Sequence[Any], _: Any) -> int | None:
    """Return the cost where axes are (batch, tokens, heads, features).

    Sequences that are packed into one have lengths that only values tell.
    """
    query, key, value = args[:3]
    if any(each is not None for each in args[4:6]) or query.dim() != key.dim():
        return None
    pairs = query.numel() // query.shape[-1] * key.shape[-3]
    return int(pairs * (query.shape[-1] + value.shape[-1]))


READS = met(
    {
        "query": (Mixing.EVERYTHING,),
        "key": (Mixing.EVERYTHING, Mixing.EVERYTHING),
        "value": (Mixing.EVERYTHING, Mixing.EVERYTHING),
    }
)


def _rows(given: Tensor) -> int:
    return int(given.numel() // given.shape[-1])


def _matrices(tensors: Sequence[Tensor]) -> int:
    return sum(tensor.numel() for tensor in tensors if tensor.dim() == MATRIX)


def _one_layer(args: Sequence[Any], _: Any) -> int:
    """Return the cost of one layer in one direction, which is given its four tensors."""
    return _rows(args[0]) * _matrices(args[1:5])


def _all_layers(place: int) -> Formula:
    """Return the formula of all layers in all directions, of the list of tensors at a place."""
    return lambda args, _: _rows(args[0]) * _matrices(args[place])


OPERATORS = (
    *(
        Operator(f"_scaled_dot_product_{name}", _pairs_and_values, READS)
        for name in (
            "cudnn_attention",
            "efficient_attention",
            "flash_attention",
            "flash_attention_for_cpu",
            "fused_attention_overrideable",
        )
    ),
    Operator("_efficient_attention_forward", _tokens_first, untold),
    Operator("mkldnn_rnn_layer", _one_layer, untold),
    Operator("_cudnn_rnn", _all_layers(1), untold),
    Operator("miopen_rnn", _all_layers(1), untold),
    Operator("_lstm_mps", _all_layers(2), untold),
    *free("_pack_padded_sequence _thnn_fused_gru_cell _thnn_fused_lstm_cell", untold),
)
