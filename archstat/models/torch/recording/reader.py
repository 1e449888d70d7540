"""What torch does with values before any operator runs: lists as indices, and arrays of numpy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from archstat.models.torch.recording.values import Values

MAKERS = {torch.as_tensor, torch.tensor}
"""Functions that make a tensor of numbers, on meta without them."""

INDEXING = {Tensor.__getitem__, Tensor.__setitem__}
OUT: Mapping[Callable[..., Any], Callable[[Tensor], Any]] = {
    Tensor.__array__: lambda values: values.numpy(),
    Tensor.numpy: lambda values: values.numpy(),
    Tensor.tolist: lambda values: values.tolist(),
}
"""Methods that take values out of torch."""


class Reader(TorchFunctionMode):
    """Hands out what is known of values, where no operator is asked for them.

    Args:
        values: What is known.
    """

    def __init__(self, values: Values) -> None:
        super().__init__()
        self._values = values

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        """Call a function of torch, with values where it needs them."""
        kwargs = kwargs or {}
        if func in OUT and args[0].is_meta:
            known = self._values.read(args[0])
            return func(*args, **kwargs) if known is None else OUT[func](known)
        if func in INDEXING and args[0].is_meta:
            args = (args[0], _with_tensors(args[1]), *args[2:])
        elif func in MAKERS and _is_meta(kwargs.get("device")) and not _is_tensor(args):
            return func(*args, **{**kwargs, "device": "cpu"}).to("meta")
        elif func is Tensor.new_tensor and args[0].is_meta and not _is_tensor(args[1:]):
            return torch.tensor(*args[1:], **{"dtype": args[0].dtype, **kwargs}).to("meta")
        return func(*args, **kwargs)


def _is_meta(device: Any) -> bool:
    return device is not None and torch.device(device).type == "meta"


def _is_tensor(values: Sequence[Any]) -> bool:
    return bool(values) and isinstance(values[0], Tensor)


def _with_tensors(index: Any) -> Any:
    """Return an index with tensors on meta, of known values, for the lists of numbers in it."""
    if isinstance(index, tuple):
        return tuple(map(_with_tensors, index))
    is_numbers = isinstance(index, list) and all(isinstance(each, int) for each in index)
    return torch.tensor(index).to("meta") if is_numbers and index else index
