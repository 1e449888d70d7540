"""What operators give on the meta device, where most of torch's own time goes into Python.

An operator that makes new tensors makes them alike wherever it is given the same: so it is asked
once in a process, and its answer is made again. Batch norm, which torch works out value by value
even so, is answered by us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from archstat.models.torch.operators.entry import Operator
from archstat.models.torch.private import OpOverload, schema, storage_id, tree_leaves

Like: TypeAlias = tuple[torch.Size, tuple[int, ...], torch.dtype]
"""A new tensor: its sizes, its strides and its type."""

PLAIN = (int, float, str, type(None), torch.dtype, torch.layout, torch.memory_format)
"""The types of settings that tell two calls apart."""

MOST_ANSWERS = 1 << 14
"""As many are remembered; then all are forgotten."""

MATRIX = 2
ADDMM = torch.ops.aten.addmm.default
BATCH_NORM = torch.ops.aten.native_batch_norm.default
GROUPED = getattr(getattr(torch.ops.aten, "_grouped_mm", None), "default", None)
"""None where this torch has none, as 2.6."""


def require_one_type(entry: Operator, args: Sequence[Any]) -> None:
    """Check what a product on meta does not: that its factors are of one type.

    Raises:
        RuntimeError: They are not; what a device raises, too.
    """
    tensors = [arg for arg in args if isinstance(arg, Tensor)]
    types = {str(tensor.dtype).removeprefix("torch."): None for tensor in tensors}
    if entry.needs_one_type and len(types) > 1 and tensors[0].is_meta:
        raise RuntimeError(f"a product of {' and '.join(types)}")


class Answers:
    """Calls operators, and remembers what they give on meta."""

    def __init__(self) -> None:
        self._known: dict[Any, tuple[Like | None, ...] | Like | None] = {}

    def forget(self) -> None:
        """Forget all answers."""
        self._known.clear()

    def call(self, operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what an operator gives."""
        key = _key(operator, args, kwargs) if _makes_new(operator) else None
        if key is None:
            return operator(*args, **kwargs)
        if (like := self._known.get(key)) is not None:
            return _made(like)
        out = answer(operator, args, kwargs)
        if len(self._known) >= MOST_ANSWERS:
            self.forget()
        self._known[key] = _likeness(out, args)
        return out


ANSWERS = Answers()
"""What operators have given in this process."""


@cache
def _makes_new(operator: Any) -> bool:
    """Return whether an operator makes new tensors, of nothing but sizes, strides and types."""
    if not isinstance(operator, OpOverload):
        return False
    stated = schema(operator)
    is_told_by_values = torch.Tag.data_dependent_output in operator.tags
    is_any_size = torch.Tag.dynamic_output_shape in operator.tags
    return not (
        stated.is_mutable
        or is_told_by_values
        or is_any_size
        or any(each.alias_info is not None for each in (*stated.arguments, *stated.returns))
        or any(str(each.type) != "Tensor" for each in stated.returns)
    )


def _key(operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Return what tells a call on meta from others; None where that is not all that matters."""
    parts: list[Any] = [operator, torch.get_default_dtype()]  # which a quotient of integers has
    has_tensor = False
    for value in (*args, *kwargs.items()):
        kind = type(value)
        if kind is Tensor or kind is nn.Parameter:
            if not value.is_meta or value.layout is not torch.strided or value.is_complex():
                return None
            has_tensor = True
            parts.append((value.shape, value.stride(), value.dtype))
        elif kind is list or kind is tuple:
            inner = _key(kind, value, {}) if value else (kind,)
            if inner is None:
                return None
            has_tensor = has_tensor or inner[-1] is True
            parts.append(inner)
        elif isinstance(value, PLAIN):
            parts.append((kind, value))
        else:
            return None
    if isinstance(operator, OpOverload):
        return tuple(parts) if has_tensor else None
    return (*parts, has_tensor)


def _likeness(out: Any, args: Sequence[Any]) -> tuple[Like | None, ...] | Like | None:
    """Return what makes tensors as these again; None where they are no new ones."""
    if isinstance(out, tuple):
        each = [None if tensor is None else _likeness(tensor, args) for tensor in out]
        is_whole = all(like or tensor is None for like, tensor in zip(each, out, strict=True))
        return tuple(each) if is_whole else None  # type: ignore[arg-type]
    if type(out) is not Tensor or not out.is_meta or out.layout is not torch.strided:
        return None
    storage = out.untyped_storage()
    given = [arg for arg in tree_leaves(args) if isinstance(arg, Tensor)]
    if any(storage_id(out) == storage_id(tensor) for tensor in given):
        return None
    last = sum((size - 1) * step for size, step in zip(out.shape, out.stride(), strict=True))
    needed = (last + 1) * out.element_size() if out.numel() else 0
    return (out.shape, out.stride(), out.dtype) if storage.nbytes() == needed else None


def _made(like: Any) -> Any:
    if type(like[0]) is torch.Size:
        shape, strides, dtype = like
        return torch.empty_strided(shape, strides, dtype=dtype, device="meta")
    return tuple(None if each is None else _made(each) for each in like)


def answer(operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Return what an operator gives; of a batch norm on meta, without asking it.

    The output is like the input, and in evaluation mode there are no statistics.
    """
    if operator is BATCH_NORM and _fits(args):
        image, is_training = args[0], args[5]
        statistics = image.new_empty(image.shape[1] if is_training else 0)
        return torch.empty_like(image), statistics, statistics.clone()
    if operator is ADDMM and _fit(*args[:3]) and not kwargs:
        return args[1].new_empty((args[1].shape[0], args[2].shape[1]))
    if operator is GROUPED and args[0].is_meta:  # which takes but some types there
        return _grouped(*args, **kwargs)
    return operator(*args, **kwargs)


def _fit(bias: Tensor, left: Tensor, right: Tensor) -> bool:
    """Return whether a product of matrices on meta and a bias for its columns can be added."""
    return (
        left.is_meta
        and right.is_meta
        and bias.is_meta
        and left.dim() == right.dim() == MATRIX
        and left.shape[1] == right.shape[0]
        and bias.shape == right.shape[1:]
        and left.dtype == right.dtype == bias.dtype
    )


def _grouped(
    left: Tensor,
    right: Tensor,
    offs: Tensor | None = None,
    bias: Tensor | None = None,  # noqa: ARG001  as torch calls it
    out_dtype: torch.dtype | None = None,
) -> Tensor:
    """Return the products of several groups; where both sides are parted, one for each group."""
    groups = [offs.shape[0]] if offs is not None and left.dim() == right.dim() == MATRIX else []
    groups = [left.shape[0]] if left.dim() == right.dim() > MATRIX else groups
    rows = [*groups, left.shape[-2], right.shape[-1]]
    return left.new_empty(rows, dtype=out_dtype or left.dtype)


def _fits(args: Sequence[Any]) -> bool:
    """Return whether the arguments of a batch norm are on meta, and its parameters fit."""
    image, *params, is_training, _, _ = args
    return (
        image.is_meta
        and image.dim() > 1
        and (is_training or params[2] is not None)
        and all(param is None or param.shape == image.shape[1:2] for param in params)
        and all(param is None or param.dtype == image.dtype for param in params)
    )
