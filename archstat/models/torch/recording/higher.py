"""Operators that are given functions: branches, loops, and attention with rules of its own.

Each is taken apart into what it runs, so that its functions are seen like everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from torch.utils.flop_counter import FlopCounterMode

from archstat.models.torch.private import without_modes
from archstat.models.torch.recording.values import Values

MOST_ROUNDS = 10_000


class UnseenError(RuntimeError):
    """An operator that is given functions does what nobody has stated."""


def run_higher_order(
    func: Any, args: Sequence[Any], seen: AbstractContextManager[Any], values: Values
) -> Any:
    """Return what such an operator gives, its functions run where they are seen.

    Raises:
        UnseenError: It is another one, or how often it runs something depends on parameters.
    """
    run = WAYS.get(func.name())
    if run is None:
        raise UnseenError(f"{func.name()} runs functions that cannot be looked into")
    with seen:
        return run(values, *args)


def _branch(
    values: Values, condition: Any, yes: Callable[..., Any], no: Callable[..., Any], operands: Any
) -> Any:
    """Run a branch: the one that is taken, or the one that costs more where nobody knows."""
    known = values.read(condition) if isinstance(condition, Tensor) else torch.tensor(condition)
    if known is None:
        with values.unseen():
            costs = [_cost(branch, operands) for branch in (yes, no)]
        values.unknown_branches += 1
        return (yes if costs[0] >= costs[1] else no)(*operands)
    return (yes if known.item() else no)(*operands)


def _cost(branch: Callable[..., Any], operands: Sequence[Any]) -> int:
    """Return what torch counts in a branch, beside what is seen."""
    counter = FlopCounterMode(display=False)
    with without_modes(), counter:
        branch(*operands)
    return int(counter.get_total_flops())


def _while(
    values: Values,
    goes_on: Callable[..., Any],
    body: Callable[..., Any],
    carried: Sequence[Any],
    more: Sequence[Any],
) -> Any:
    """Run a loop as often as its condition says."""
    for _ in range(MOST_ROUNDS):
        known = values.read(goes_on(*carried, *more))
        if known is None:
            raise UnseenError("how often while_loop runs depends on values that are not known")
        if not known.item():
            return tuple(carried)
        carried = body(*carried, *more)
    raise UnseenError(f"while_loop runs more than {MOST_ROUNDS:,} times")


def _scan(
    _: Values,
    combine: Callable[..., Any],
    carried: Sequence[Any],
    rows: Sequence[Tensor],
    more: Sequence[Any] = (),
) -> Any:
    """Run a loop over the rows, and return what it carries at last and what it made of each."""
    made = []
    for place in range(len(rows[0])):
        out = combine(*carried, *(row[place] for row in rows), *more)
        carried, each = out[: len(carried)], out[len(carried) :]
        made.append(each)
    return [*carried, *(torch.stack(column) for column in zip(*made, strict=True))]


def _map(
    _: Values, each: Callable[..., Any], rows: Sequence[Tensor], more: Sequence[Any] = ()
) -> Any:
    """Run a function on every row, and return what it made of them."""
    made = [each(*(row[place] for row in rows), *more) for place in range(len(rows[0]))]
    if isinstance(made[0], Tensor):
        return torch.stack(made)
    return [torch.stack(column) for column in zip(*made, strict=True)]


def _attention(  # noqa: PLR0913, PLR0917  as torch calls it
    _: Values,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    score: Any,  # noqa: ARG001  likewise
    block_mask: Any,  # noqa: ARG001  likewise
    scale: float,
    *__: Any,
) -> Any:
    """Return attention of all pairs, whatever its rules leave out: as a mask does not count."""
    is_shared = query.shape[1] != key.shape[1]
    out = scaled_dot_product_attention(query, key, value, scale=scale, enable_gqa=is_shared)
    sums = query.new_empty(query.shape[:-1], dtype=torch.float32)
    return out, sums, sums.clone()


WAYS: Mapping[str, Callable[..., Any]] = {
    "cond": _branch,
    "flex_attention": _attention,
    "map_impl": _map,
    "scan": _scan,
    "while_loop": _while,
}
"""How each of them is run, by its name."""
