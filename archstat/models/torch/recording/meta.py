"""What operators give on the meta device, where most of torch's own time goes into Python.

An operator that makes new tensors makes them alike wherever it is given the same: so it is asked
once in a process, and its answer is made again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from archstat.models.torch.operators.entry import Operator
from archstat.models.torch.private import OpOverload, schema, storage_id
from archstat.models.torch.recording.answers import answer
from archstat.models.torch.recording.tensors import tensors_in

Like: TypeAlias = tuple[torch.Size, tuple[int, ...], torch.dtype]
"""A new tensor: its sizes, its strides and its type."""

PLAIN = (int, float, str, type(None), torch.dtype, torch.layout, torch.memory_format)
"""The types of settings that tell two calls apart."""

MOST_ANSWERS = 1 << 14
"""As many are remembered; then all are forgotten."""


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
            return answer(operator, args, kwargs)
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
    own = storage_id(out)
    if any(storage_id(tensor) == own for tensor in tensors_in(args)):
        return None
    last = sum([(size - 1) * step for size, step in zip(out.shape, out.stride(), strict=True)])
    needed = (last + 1) * out.element_size() if out.numel() else 0
    return (out.shape, out.stride(), out.dtype) if storage.nbytes() == needed else None


def _made(like: Any) -> Any:
    if type(like[0]) is torch.Size:
        shape, strides, dtype = like
        return torch.empty_strided(shape, strides, dtype=dtype, device="meta")
    return tuple(None if each is None else _made(each) for each in like)
