"""The values of what does not come from parameters: known on meta, beside the tensors without any.

Masks, positions, lengths and routes are made of inputs and constants. Each operator on such tensors
runs twice: on meta, as all others do, and, as soon as somebody asks for a value, on the CPU, where
it gives the values. A forward pass gets what it asks for, and no parameter is ever allocated.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isinf
from typing import Any

import torch
from torch import Tensor

from archstat.models.torch.failures.users_code import running_line
from archstat.models.torch.operators.entry import Operator
from archstat.models.torch.private import storage_id, tree_map_only
from archstat.models.torch.recording.contents import (
    MOST_VALUES,
    Content,
    LateCall,
    LateCalls,
    held,
    waiting,
)
from archstat.models.torch.recording.facts import (
    BY_MASK,
    CHOICES,
    COPY,
    OF_ROWS,
    OperatorFacts,
    is_on_meta,
)
from archstat.models.torch.recording.meta import ANSWERS
from archstat.models.torch.recording.tensors import tensors_in

MOST_WORK = 1 << 28
"""Products of more multiply–accumulates than these are not computed."""

EMPTY = {"empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided"}
"""Operators whose output is not filled yet; here, it is filled with zeros."""

INDICES = (torch.int32, torch.int64)
"""The types of the numbers of rows."""

MOVING = {COPY, "copy", "set"}
"""Operators that take tensors from one device to another."""


class OutOfTableError(IndexError):
    """A row is asked for that a table has not."""

    def __init__(self, row: int, rows: int) -> None:
        super().__init__(f"index {row} is out of range for {rows} rows")
        self.row, self.rows = row, rows


class NestedTensorError(RuntimeError):
    """Rows of several lengths are in one tensor, which has no shape then."""


class Values:
    """Calls operators, and knows what tensors on meta hold as long as no parameter is in it.

    Args:
        is_on_meta: Whether the forward pass runs there; elsewhere, values are at hand.

    Attributes:
        asked: The line that was the first to ask for a value, of those that are known, and of those
            that follow from a choice that is assumed.
        strangers: Tensors that were not where the others are that they met.
        is_moving: Whether forward takes tensors elsewhere itself.
        unknown_branches: How many branches were chosen by values that are not known.
        is_unseen: Whether what runs now is not to be recorded.
    """

    def __init__(self, *, is_on_meta: bool) -> None:
        self._is_on_meta = is_on_meta
        self._known: dict[int, tuple[weakref.ref[Tensor], Content]] = {}
        self._aliases: dict[int, list[weakref.ref[Tensor]]] = {}
        self._late = LateCalls(self._forget)
        self.asked: dict[bool, str | None] = {}
        self.strangers: list[Tensor] = []
        self.is_moving = False
        self.unknown_branches = 0
        self.is_unseen = False

    def know(self, tensor: Tensor, values: Tensor, *, is_assumed: bool = False) -> None:
        """Note what a tensor on meta holds."""
        if values.shape == tensor.shape:
            self.know_how(tensor, lambda: values, is_assumed=is_assumed)

    def know_how(
        self, tensor: Tensor, make: Callable[[], Tensor], *, is_assumed: bool = False
    ) -> None:
        """Note how to make what a tensor on meta holds, which takes time and memory."""
        self._know(tensor, Content(make, is_assumed=is_assumed))

    def _know(self, tensor: Tensor, content: Content) -> None:
        if tensor.numel() > MOST_VALUES:
            return
        link = weakref.ref(tensor)
        self._known[id(tensor)] = link, content
        self._aliases.setdefault(storage_id(tensor), []).append(link)

    def of(self, tensor: Tensor) -> Content | None:
        """Return what a tensor holds, if that is known."""
        if not tensor.is_meta:
            return Content(lambda: tensor)
        link, known = self._known.get(id(tensor), (None, None))
        return known if link is not None and link() is tensor else None

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Let something run of which nothing is recorded."""
        self.is_unseen = True
        try:
            yield
        finally:
            self.is_unseen = False

    def read(self, tensor: Tensor) -> Tensor | None:
        """Return what a tensor holds, for somebody who asks for it; None if it is not known."""
        self._late.run()
        known = self.of(tensor)
        if known is None:
            return None
        self._note([known])
        return known.values.clone()

    def call(
        self,
        told: OperatorFacts,
        entry: Operator,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        tensors: Sequence[Tensor],
    ) -> Any:
        """Return what an operator gives for arguments with these tensors, and note what it holds.

        Raises:
            OutOfTableError: It picks rows that its table has not.
            NestedTensorError: A tensor has no shape.
        """
        require_shapes(tensors)
        if not self._passes_by(told, entry, tensors):
            return self._call(told, entry, args, kwargs, tensors)
        out = ANSWERS.call(told, entry, args, kwargs)
        if told.written:
            self._forget(told.written_by(args, kwargs))
        return out

    def _passes_by(self, told: OperatorFacts, entry: Operator, tensors: Sequence[Tensor]) -> bool:
        """Return whether nothing is known of what is given, and nothing of what will be made."""
        if not (told.passes_by and self._is_on_meta and tensors) or entry.is_factory:
            return False
        known = self._known
        return not any([id(each) in known or not each.is_meta for each in tensors])  # noqa: C419  a generator takes longer

    def _call(
        self,
        told: OperatorFacts,
        entry: Operator,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        tensors: Sequence[Tensor],
    ) -> Any:
        if not (self._is_on_meta and told.is_overload):
            return ANSWERS.call(told, entry, args, kwargs)
        if not (any(tensor.is_meta for tensor in tensors) or is_on_meta(kwargs)):
            return told.operator(*args, **kwargs)
        is_asked = told.reads(kwargs) or told.name in OF_ROWS or told.name in BY_MASK
        if is_asked or self._may_change(tensors):
            self._late.run()
        found = [self.of(tensor) for tensor in tensors]
        is_known = None not in found
        if told.reads(kwargs):
            return self._read(told, entry, args, kwargs, found)
        args = self._made_ready(told, args)
        written = told.written_by(args, kwargs) if told.written else ()
        if is_known and any(not tensor.is_meta for tensor in written):
            return self._computed(told.operator, args, kwargs)
        out = ANSWERS.call(told, entry, args, kwargs)
        if written:
            self._rewritten(told, args, kwargs, written, is_known=is_known)
        elif is_known or entry.is_factory:
            self._learn(told, entry, args, kwargs, out, found)
        else:
            self._assume(told.name, args, out)
        if self._may_change(tensors):
            self._late.run()
        return out

    def _may_change(self, tensors: Iterable[Tensor]) -> bool:
        """Return whether others may write into what tensors hold: it is then looked at now."""
        return bool(self.strangers) or not all(tensor.is_meta for tensor in tensors)

    def _made_ready(self, told: OperatorFacts, args: Sequence[Any]) -> Sequence[Any]:
        """Return the arguments as meta takes them."""
        args = args if told.written else self._together(told.name, args)
        if told.name in OF_ROWS:
            self._require_rows(args, *OF_ROWS[told.name])
        return self._without_masks(args) if told.name in BY_MASK else args

    def _together(self, name: str, args: Sequence[Any]) -> Sequence[Any]:
        """Return the arguments, those that are not on meta taken there to the others."""
        there = [arg for arg in args if isinstance(arg, Tensor)]
        if len(there) < 2 or name in MOVING or not any(tensor.is_meta for tensor in there):  # noqa: PLR2004  two places
            return args
        if not any(tensor.dim() and not tensor.is_meta for tensor in there):
            return args

        def moved(arg: Any) -> Any:
            if not isinstance(arg, Tensor) or arg.is_meta or not arg.dim():
                return arg
            self.strangers.append(arg)
            made = arg.detach().to("meta")
            self.know(made, arg)
            return made

        return [moved(arg) for arg in args]

    def _read(
        self,
        told: OperatorFacts,
        entry: Operator,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        found: Sequence[Any],
    ) -> Any:
        """Return what an operator gives that needs values."""
        if told.name == "masked_select" and found[-1] is not None and found[0] is None:
            mask = torch.broadcast_to(
                found[-1].values, torch.broadcast_shapes(*(each.shape for each in args[:2]))
            )
            self._note(found[-1:])
            return args[0].new_empty(int(mask.sum()))
        if None in found:
            return ANSWERS.call(told, entry, args, kwargs)
        self._note(found)
        out = self._computed(told.operator, args, kwargs)
        if told.name == COPY:  # away from meta
            self.is_moving = True
            return out.clone()
        is_assumed = any(each.is_assumed for each in found)

        def on_meta(tensor: Tensor) -> Tensor:
            made = torch.empty_strided(
                tensor.shape, tensor.stride(), dtype=tensor.dtype, device="meta"
            )
            self.know(made, tensor, is_assumed=is_assumed)
            return made

        return tree_map_only(Tensor, on_meta, out)

    def _note(self, found: Sequence[Content]) -> None:
        """Note that values were read, and where."""
        is_assumed = any(each.is_assumed for each in found)
        if is_assumed not in self.asked:
            self.asked[is_assumed] = running_line(sys._getframe())  # noqa: SLF001  traceback's own way

    def _computed(self, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what an operator gives on the CPU, of values that are known."""

        def values(tensor: Tensor) -> Tensor:
            known = self.of(tensor)
            if known is None:  # of a factory, which takes it for its shape
                return torch.empty((), dtype=tensor.dtype).expand(tensor.shape)
            return known.values

        places, named = tree_map_only(Tensor, values, (tuple(args), dict(kwargs)))
        if is_on_meta(named):
            named["device"] = torch.device("cpu")
        with torch.no_grad():
            return func(*places, **named)

    def _learn(  # noqa: PLR0913, PLR0917  a call has these parts
        self,
        told: OperatorFacts,
        entry: Operator,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        out: Any,
        found: Sequence[Content | None],
    ) -> None:
        """Note what an operator has made."""
        made = tensors_in(out)
        if not made or not told.is_told or sum(map(Tensor.numel, made)) > MOST_VALUES:
            return
        if (entry.macs(args, out) or 0) > MOST_WORK:
            return
        is_assumed = any(each is not None and each.is_assumed for each in found)
        contents = [waiting(is_assumed=is_assumed) for _ in made]
        self._late.wait(
            LateCall(
                told.operator,
                held(args, self.of),
                held(kwargs, self.of),
                [*map(weakref.ref, made)],
                contents,
                [tensor.shape for tensor in made],
                told.name in EMPTY,
            )
        )
        for tensor, content in zip(made, contents, strict=True):
            if tensor.is_meta:
                self._know(tensor, content)

    def _rewritten(
        self,
        told: OperatorFacts,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        written: Iterable[Tensor],
        *,
        is_known: bool,
    ) -> None:
        """Note what an operator has written into tensors, and into all that share their memory."""
        if is_known and told.is_told:
            given = held(args, self.of), held(kwargs, self.of)
            self._late.wait(LateCall(told.operator, *given, [*map(weakref.ref, written)]))
        else:
            self._forget(written)

    def _forget(self, written: Iterable[Tensor]) -> None:
        """Forget what tensors hold, and all that share their memory."""
        for tensor in written:
            for link in self._aliases.pop(storage_id(tensor), ()):
                each = link()
                if each is not None:
                    self._known.pop(id(each), None)

    def _assume(self, name: str, args: Sequence[Any], out: Any) -> None:
        """Let numbers be finite that are not known, and a choice among them take each in turn."""
        if name in {"eq", "ne"}:
            with_itself = args[1] is args[0]  # nothing else but itself is not equal to itself: NaN
            if with_itself or (isinstance(args[1], float) and isinf(args[1])):
                self.know(out, torch.full(out.shape, with_itself == (name == "eq")))
        if name == "isnan":
            self.know(out, torch.full(out.shape, fill_value=False))
        if name not in CHOICES or not args[1:] or (name == "max" and isinstance(out, Tensor)):
            return
        place = CHOICES[name]
        numbers = out if name == "argmax" else out[place]
        dim = (*args[2:], -1)[0] if name == "topk" else args[1]
        count = args[0].shape[-1 if dim is None else dim] if args[0].dim() else 1
        if name == "topk" and dim not in {-1, args[0].dim() - 1}:  # the chosen must differ
            return
        turn = torch.arange(numbers.numel()).reshape(numbers.shape) % max(1, count)
        self.know(numbers, turn, is_assumed=True)

    def _require_rows(self, args: Sequence[Any], table: int, numbers: int) -> None:
        """Check that rows are picked which a table has, and by numbers, which meta lets pass."""
        dtype = args[numbers].dtype
        if dtype not in INDICES:
            raise RuntimeError(f"rows are picked by int32 or int64, and not by {dtype}")
        known = self.of(args[numbers])
        if known is None or known.is_assumed or not known.values.numel():
            return
        rows = args[table].shape[0 if numbers == 1 else args[1]]
        low, high = int(known.values.min()), int(known.values.max())
        if high >= rows or low < 0:
            raise OutOfTableError(high if high >= rows else low, rows)

    def _without_masks(self, args: Sequence[Any]) -> Sequence[Any]:
        """Return the arguments with the numbers of the values that known masks choose."""
        indices: list[Any] = []
        for each in args[1]:
            known = None
            if each is not None and each.dtype in {torch.bool, torch.uint8} and each.is_meta:
                known = self.of(each)
            if known is None:
                indices.append(each)
                continue
            self._note([known])
            for numbers in known.values.nonzero(as_tuple=True):
                made = numbers.to("meta")
                self.know(made, numbers, is_assumed=known.is_assumed)
                indices.append(made)
        return (args[0], indices, *args[2:])


def require_shapes(tensors: Iterable[Tensor]) -> None:
    """Check that tensors have shapes.

    Raises:
        NestedTensorError: One has not.
    """
    if any([tensor.is_nested for tensor in tensors]):  # noqa: C419  likewise
        raise NestedTensorError
