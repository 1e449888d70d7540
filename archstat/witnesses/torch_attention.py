"""What torch's own attention computes, as the calls of which it is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from archstat.graph import Node
from archstat.layers.opaque import Called

NAME = "multi_head_attention_forward"


def attention_nodes(given: Mapping[str, Any], macs: Counter[str]) -> Iterator[Node]:
    """Yield the calls inside of `torch.nn.functional.multi_head_attention_forward`.

    Args:
        given: What it was called with, by the names of its parameters.
        macs: What ran inside, by operator.
    """
    query, key, heads = given["query"], given["key"], given["num_heads"]
    length, *batch, features = query.shape
    weights = (*batch, heads, length, key.shape[0])
    if given.get("need_weights", True):  # the products are calls of their own, and so is softmax
        for kind, count in macs.items():
            yield _inside(kind, tuple(query.shape), count)
        yield _inside("softmax", weights)
        return
    projections = macs["mm"] + macs["addmm"]
    outputs = projections // features
    has_bias = given.get("in_proj_bias") is not None
    yield Node(
        NAME,
        Called(
            kind="linear", shape=(outputs,), macs_seen=projections, is_unit=True, inside_of=NAME
        ),
        (),
        tuple(query.shape),
        (outputs,),
        examples=1,
        params={"bias": (4 * features,)} if has_bias else {},
        is_call=True,
    )
    attention = macs.total() - projections
    yield _inside("scaled_dot_product_attention", tuple(query.shape), attention)
    yield _inside("fused softmax", weights)


def _inside(kind: str, shape: tuple[int, ...], macs: int = 0) -> Node:
    layer = Called(kind=kind, shape=(), macs_seen=macs, inside_of=NAME)
    return Node(NAME, layer, (), shape, shape, examples=1, is_call=True)
