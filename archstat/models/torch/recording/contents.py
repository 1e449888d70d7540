"""What tensors on meta hold, made when somebody asks: calls are kept, and run in their order."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from archstat.models.torch.private import without_modes
from archstat.models.torch.recording.facts import is_on_meta
from archstat.models.torch.recording.tensors import tensors_in

MOST_VALUES = 1 << 24
"""Tensors of more values than these are not known."""


class NotKnownError(Exception):
    """What a tensor holds turned out not to be known."""


class Content:
    """What a tensor on meta holds.

    Args:
        make: Returns it, on the CPU; it is called once, when somebody asks.
        is_assumed: Whether it follows from a choice that values decide which are not known.
    """

    __slots__ = ("_make", "_values", "is_assumed")

    def __init__(self, make: Callable[[], Tensor], *, is_assumed: bool = False) -> None:
        self._make = make
        self._values: Tensor | None = None
        self.is_assumed = is_assumed

    @property
    def values(self) -> Tensor:
        """What the tensor holds, on the CPU.

        Raises:
            NotKnownError: Nobody knows.
        """
        if self._values is None:
            self._values = self._make()
        return self._values

    def hold(self, values: Tensor) -> None:
        """Say what the tensor holds."""
        self._values = values


def waiting(*, is_assumed: bool) -> Content:
    """Return a content that will be held, or never be known."""
    return Content(_not_known, is_assumed=is_assumed)


def _not_known() -> Tensor:
    raise NotKnownError


@dataclass(frozen=True, slots=True)
class ShapeAlone:
    """A tensor that is taken for its shape and its type alone."""

    shape: torch.Size
    dtype: torch.dtype

    @property
    def values(self) -> Tensor:
        """A tensor of this shape and type."""
        return torch.empty((), dtype=self.dtype).expand(self.shape)


Held = Content | ShapeAlone


def held(values: Any, of: Callable[[Tensor], Content | None]) -> Any:
    """Return arguments of a call, with what tensors hold in place of them."""
    if isinstance(values, Tensor):
        return of(values) or ShapeAlone(values.shape, values.dtype)
    if isinstance(values, (list, tuple)):
        return [held(each, of) for each in values]
    if isinstance(values, dict):
        return {key: held(each, of) for key, each in values.items()}
    return values


def _given(values: Any) -> Any:
    """Return arguments of a call on the CPU."""
    if isinstance(values, Held):
        return values.values
    if isinstance(values, list):
        return [_given(each) for each in values]
    if isinstance(values, dict):
        return {key: _given(each) for key, each in values.items()}
    return values


@dataclass(frozen=True, slots=True)
class LateCall:
    """A call that runs when somebody asks for what it makes, or for what is made of that.

    Attributes:
        operator: What is called.
        args: Its arguments, with what tensors hold in place of them.
        kwargs: Its arguments by name, likewise.
        made: The tensors on meta that it made, or has written into.
        contents: What those hold that it made.
        shapes: Their shapes.
        is_filled: Whether it fills what it makes with zeros, which is not filled yet.
    """

    operator: Any
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    made: Sequence[weakref.ref[Tensor]]
    contents: Sequence[Content] = ()
    shapes: Sequence[torch.Size] = ()
    is_filled: bool = False

    def run(self) -> bool:
        """Run it on the CPU; return whether it has made all, which the CPU may refuse."""
        kwargs = _given(self.kwargs)
        if is_on_meta(kwargs):
            kwargs["device"] = torch.device("cpu")
        try:
            made = tensors_in(self.operator(*_given(self.args), **kwargs))
        except Exception:  # noqa: BLE001  the CPU may not have it for this type
            return False
        for content, shape, values in zip(self.contents, self.shapes, made, strict=False):
            if values.shape != shape:
                return False
            content.hold(values.zero_() if self.is_filled else values)
        return len(made) >= len(self.contents)


class LateCalls:
    """Calls that wait until somebody asks.

    Args:
        forget: Is told of tensors that nobody knows what they hold.
    """

    def __init__(self, forget: Callable[[Iterable[Tensor]], None]) -> None:
        self._forget = forget
        self._waiting: list[LateCall] = []

    def wait(self, call: LateCall) -> None:
        """Let a call wait."""
        self._waiting.append(call)

    def run(self) -> None:
        """Run all that waits, in order, as later calls may write into what earlier ones made.

        Where one that writes cannot run, nothing is known of what comes after it.
        """
        if not self._waiting:
            return
        calls, self._waiting = self._waiting, []
        is_lost = False
        with without_modes(), torch.no_grad():
            for call in calls:
                if not is_lost and call.run():
                    continue
                is_lost = is_lost or not call.contents
                self._forget([tensor for link in call.made if (tensor := link()) is not None])


def held_by(
    buffers: Iterable[Tensor], standins: Mapping[int, Tensor]
) -> list[tuple[Tensor, Callable[[], Tensor]]]:
    """Return the stand-ins of buffers, with how to copy what these hold, if they do."""
    return [
        (standins[id(buffer)], partial(copied, buffer))
        for buffer in buffers
        if not buffer.is_meta and buffer.layout is torch.strided and buffer.numel() <= MOST_VALUES
    ]


def copied(tensor: Tensor) -> Tensor:
    """Return what a tensor holds in memory of its own, on the CPU."""
    return tensor.detach().cpu().clone()
