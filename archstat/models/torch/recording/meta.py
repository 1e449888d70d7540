"""What operators give on the meta device, where most of torch's own time goes into Python.

An operator that makes new tensors makes them alike wherever it is given the same: so it is asked
once in a process, and its answer is made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from archstat.models.torch.operators.entry import Operator
from archstat.models.torch.private import storage_id
from archstat.models.torch.recording.answers import answer
from archstat.models.torch.recording.facts import OperatorFacts
from archstat.models.torch.recording.tensors import tensors_in

Like: TypeAlias = tuple[torch.Size, tuple[int, ...], torch.dtype]
"""A new tensor: its sizes, its strides and its type."""

PLAIN = frozenset(
    {int, float, str, bool, type(None), torch.dtype, torch.layout, torch.memory_format}
)
"""The types of settings that tell two calls apart."""

MOST_ANSWERS = 1 << 14
"""As many are remembered; then all are forgotten."""


def require_one_type(args: Sequence[Any]) -> None:
    """Check what a product on meta does not: that its factors are of one type.

    Raises:
        RuntimeError: They are not; what a device raises, too.
    """
    tensors = [arg for arg in args if isinstance(arg, Tensor)]
    types = dict.fromkeys([tensor.dtype for tensor in tensors])
    if len(types) > 1 and tensors[0].is_meta:
        names = [str(each).removeprefix("torch.") for each in types]
        raise RuntimeError(f"a product of {' and '.join(names)}")


class Answers:
    """Calls operators, and remembers what they give on meta."""

    def __init__(self) -> None:
        self._known: dict[Any, tuple[Like | None, ...] | Like | None] = {}

    def forget(self) -> None:
        """Forget all answers."""
        self._known.clear()

    def call(
        self, told: OperatorFacts, entry: Operator, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Return what an operator gives."""
        if (out := answer(told, entry, args, kwargs)) is not None:
            return out
        key = _key(told, args, kwargs) if told.makes_new else None
        if key is None:
            return told.operator(*args, **kwargs)
        if (like := self._known.get(key)) is not None:
            return _made(like)
        out = told.operator(*args, **kwargs)
        if len(self._known) >= MOST_ANSWERS:
            self.forget()
        self._known[key] = _likeness(out, args)
        return out


ANSWERS = Answers()
"""What operators have given in this process."""


def _key(told: OperatorFacts, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Return what tells a call on meta from others; None where that is not all that matters."""
    parts: list[Any] = [told, torch.get_default_dtype()]  # which a quotient of integers has
    has_tensor = _tell(parts, (*args, *kwargs.items()) if kwargs else args)
    return tuple(parts) if has_tensor else None


def _tell(parts: list[Any], values: Iterable[Any]) -> bool | None:
    """Add what tells values apart; return whether a tensor is among them, None if it is not all."""
    has_tensor = False
    for value in values:
        kind = type(value)
        if kind is Tensor or kind is nn.Parameter:
            if not value.is_meta or value.layout is not torch.strided or value.is_complex():
                return None
            has_tensor = True
            parts += (value.shape, value.stride(), value.dtype)
        elif kind in PLAIN:
            parts += (kind, value)
        elif kind is list or kind is tuple:
            parts += (kind, len(value))
            inner = _tell(parts, value)
            if inner is None:
                return None
            has_tensor = has_tensor or inner
        else:
            return None
    return has_tensor


def _likeness(out: Any, args: Sequence[Any]) -> tuple[Like | None, ...] | Like | None:
    """Return what makes tensors as these again; None where they are no new ones."""
    if isinstance(out, tuple):
        each = [None if tensor is None else _likeness(tensor, args) for tensor in out]
        is_whole = all(like or tensor is None for like, tensor in zip(each, out, strict=True))
        return tuple(each) if is_whole else None  # type: ignore[arg-type]
    if type(out) is not Tensor or not out.is_meta or out.layout is not torch.strided:
        return None
    own = storage_id(out)
    if own in map(storage_id, tensors_in(args)):
        return None
    shape, strides = out.shape, out.stride()
    if out.is_contiguous():
        numbers = out.numel()
    else:
        last = sum([(size - 1) * step for size, step in zip(shape, strides, strict=True)])
        numbers = last + 1 if out.numel() else 0
    is_whole = out.untyped_storage().nbytes() == numbers * out.element_size()
    return (shape, strides, out.dtype) if is_whole else None


def _made(like: Any) -> Any:
    if type(like[0]) is torch.Size:
        shape, strides, dtype = like
        return torch.empty_strided(shape, strides, dtype=dtype, device="meta")
    return tuple(None if each is None else _made(each) for each in like)
