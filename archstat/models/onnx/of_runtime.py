"""Operators of onnxruntime that are no plain ones: their outputs' shapes, and their products."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple, TypeAlias

Shapes: TypeAlias = Sequence[tuple[int, ...] | None]
"""The shapes of the inputs, None where one is not there."""


class Rule(NamedTuple):
    """What is known of an operator.

    Attributes:
        shape: The shape of its first output, by its inputs' shapes and its attributes; None if
            they do not tell.
        macs: Its multiply–accumulates, likewise.
    """

    shape: Callable[[Shapes, Mapping[str, Any]], tuple[int, ...] | None]
    macs: Callable[[Shapes, Mapping[str, Any]], int | None] = lambda *_: 0


def _first(shapes: Shapes, _: Mapping[str, Any]) -> tuple[int, ...] | None:
    return shapes[0]


def _attention_shape(shapes: Shapes, stated: Mapping[str, Any]) -> tuple[int, ...] | None:
    """Return the shape of what attention gives that makes queries, keys and values itself."""
    given, weights = shapes[:2]
    if given is None or weights is None:
        return None
    sizes = stated.get("qkv_hidden_sizes") or [weights[1] // 3] * 3
    return (*given[:2], sizes[2])


def _attention_macs(shapes: Shapes, stated: Mapping[str, Any]) -> int | None:
    given, weights = shapes[:2]
    past = shapes[4] if len(shapes) > 4 else None  # noqa: PLR2004  what was kept from before
    if given is None or weights is None:
        return None
    sizes = stated.get("qkv_hidden_sizes") or [weights[1] // 3] * 3
    batch, queries, features = given
    keys = queries + (past[-2] if past else 0)
    wide = int(sizes[0]) + int(sizes[2])
    return batch * queries * (features * weights[1] + keys * wide)


def _heads_shape(shapes: Shapes, _: Mapping[str, Any]) -> tuple[int, ...] | None:
    query, value = shapes[0], shapes[2] if len(shapes) > 2 else None  # noqa: PLR2004  values
    if query is None or value is None or len(query) != 3 or len(value) != 3:  # noqa: PLR2004  packed otherwise
        return None
    return (*query[:2], value[2])


def _heads_macs(shapes: Shapes, stated: Mapping[str, Any]) -> int | None:
    out, query, key = _heads_shape(shapes, stated), shapes[0], shapes[1]
    past = shapes[6] if len(shapes) > 6 else None  # noqa: PLR2004  keys that were kept
    if out is None or query is None or key is None:
        return None
    keys = key[1] + (past[-2] if past else 0)
    return prod(query[:2]) * keys * (query[2] + out[2])


def _grouped_shape(shapes: Shapes, _: Mapping[str, Any]) -> tuple[int, ...] | None:
    query, key = shapes[:2]
    return query if key is not None else None


def _grouped_macs(shapes: Shapes, _: Mapping[str, Any]) -> int | None:
    query, key = shapes[:2]
    past = shapes[3] if len(shapes) > 3 else None  # noqa: PLR2004  keys that were kept
    if query is None or key is None:
        return None
    keys = key[1] + (past[-2] if past else 0)
    return 2 * prod(query) * keys


def _blocks_shape(shapes: Shapes, stated: Mapping[str, Any]) -> tuple[int, ...] | None:
    return None if shapes[0] is None else (*shapes[0][:-1], stated["N"])


def _blocks_macs(shapes: Shapes, stated: Mapping[str, Any]) -> int | None:
    return None if shapes[0] is None else prod(shapes[0]) * stated["N"]


def _turned(shapes: Shapes, stated: Mapping[str, Any]) -> tuple[list[int], list[int]] | None:
    """Return the shapes of two matrices as a product has them that turns them around."""
    left, right = shapes[:2]
    if left is None or right is None or stated.get("transBatchA") or stated.get("transBatchB"):
        return None
    a, b = [*left], [*right]
    a[-2:] = a[:-3:-1] if stated.get("transA") and len(a) > 1 else a[-2:]
    b[-2:] = b[:-3:-1] if stated.get("transB") and len(b) > 1 else b[-2:]
    return a, b


def _product_shape(shapes: Shapes, stated: Mapping[str, Any]) -> tuple[int, ...] | None:
    both = _turned(shapes, stated)
    if both is None:
        return None
    left, right = both
    batch = left[:-2] if len(left) >= len(right) else right[:-2]
    return (*batch, *left[-2:-1], *right[-1:])


def _product_macs(shapes: Shapes, stated: Mapping[str, Any]) -> int | None:
    both, out = _turned(shapes, stated), _product_shape(shapes, stated)
    return None if both is None or out is None else prod(out) * both[0][-1]


def _embedded(shapes: Shapes, _: Mapping[str, Any]) -> tuple[int, ...] | None:
    tokens, table = shapes[0], shapes[2]
    return None if tokens is None or table is None else (*tokens, table[1])


PRODUCT = Rule(_product_shape, _product_macs)

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(
        """
        BiasGelu DequantizeLinear FastGelu Gelu QuantizeLinear QuickGelu RotaryEmbedding
        SimplifiedLayerNormalization SkipLayerNormalization SkipSimplifiedLayerNormalization
        """.split(),  # noqa: SIM905  a list of names
        Rule(_first),
    ),
    "Attention": Rule(_attention_shape, _attention_macs),
    "EmbedLayerNormalization": Rule(_embedded),
    "FusedMatMul": PRODUCT,
    "GroupQueryAttention": Rule(_grouped_shape, _grouped_macs),
    "MatMulBnb4": Rule(_blocks_shape, _blocks_macs),
    "MatMulNBits": Rule(_blocks_shape, _blocks_macs),
    "MultiHeadAttention": Rule(_heads_shape, _heads_macs),
    "TransposeMatMul": PRODUCT,
}
"""What is known of onnxruntime's operators, by their names."""
