"""What torch says of an operator, whatever it is given: does it need values, does it write.

These are facts of torch, and stay what they are from model to model: each operator is looked at
once in a process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from archstat.models.torch.operators.call import packet_name
from archstat.models.torch.private import HigherOrderOperator, OpOverload, schema
from archstat.models.torch.recording.tensors import tensors_in

READING = (torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape)
"""Tags of the operators whose output cannot be told without values."""

BY_MASK = {"index", "index_put", "_index_put_impl", "_unsafe_index", "_unsafe_index_put"}
"""Operators that a mask tells which values to take; `indices` are at their second place."""

OF_ROWS: Mapping[str, tuple[int, int]] = {"embedding": (0, 1), "index_select": (0, 2)}
"""Operators that pick rows of a table: the places of the table and of the rows' numbers."""

CHOICES = {"argmax": 0, "max": 1, "topk": 1}
"""Operators that choose by values, and which of their outputs has the numbers of the chosen."""

FINITE = {"eq", "ne", "isnan"}
"""Operators that ask of numbers, among other things, whether they are any."""

COPY = "_to_copy"
"""The operator that takes a tensor to another device."""


class OperatorFacts:
    """What is known of an operator before it is called.

    Attributes:
        operator: The operator.
        name: Its name.
        is_higher_order: Whether it is given functions.
        is_overload: Whether it is one of torch's, or of a library's, that works on tensors.
        is_view: Whether it shows what it is given otherwise.
        written: The places and the names of the arguments that it writes into.
        is_told: Whether it gives the same for the same values.
        always_reads: Whether it needs values by nature.
        passes_by: Whether nothing is to be known of what it gives, where nothing is known of what
            it is given.
        makes_new: Whether it makes new tensors, of nothing but sizes, strides and types.
    """

    __slots__ = (
        "always_reads",
        "is_higher_order",
        "is_overload",
        "is_told",
        "is_view",
        "makes_new",
        "name",
        "operator",
        "passes_by",
        "written",
    )

    def __init__(self, operator: Any) -> None:
        self.operator = operator
        self.name = name = packet_name(operator)
        self.is_higher_order = isinstance(operator, HigherOrderOperator)
        self.is_overload = isinstance(operator, OpOverload)
        tags = operator.tags if self.is_overload else ()
        self.is_view = self.is_overload and operator.is_view
        self.written = _places_written(operator) if self.is_overload else ()
        self.is_told = torch.Tag.nondeterministic_seeded not in tags
        has_tag = any(tag in tags for tag in READING)
        self.always_reads = name == "equal" or (has_tag and name not in BY_MASK)
        is_asked = name == COPY or name in BY_MASK or name in OF_ROWS
        is_assumed = name in CHOICES or name in FINITE
        self.passes_by = self.is_overload and not (self.always_reads or is_asked or is_assumed)
        self.makes_new = self.is_overload and not has_tag and _makes_new(operator)

    def reads(self, kwargs: Mapping[str, Any]) -> bool:
        """Return whether a call needs values: by nature, or as a copy from meta."""
        if self.always_reads or self.name != COPY:
            return self.always_reads
        device = kwargs.get("device")
        return device is not None and torch.device(device).type != "meta"

    def written_by(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Tensor]:
        """Return the tensors that a call writes into."""
        given = [
            kwargs.get(name, args[place] if place < len(args) else None)
            for place, name in self.written
        ]
        return tensors_in(given)


_FACTS: dict[int, OperatorFacts] = {}


def facts_of(operator: Any) -> OperatorFacts:
    """Return what is known of an operator; each is one object, and hashing it takes Python."""
    found = _FACTS.get(id(operator))
    if found is None:
        found = _FACTS[id(operator)] = OperatorFacts(operator)
    return found


def is_on_meta(kwargs: Mapping[str, Any]) -> bool:
    """Return whether a call says that what it makes is to be on meta."""
    device = kwargs.get("device")
    return device is not None and torch.device(device).type == "meta"


def _places_written(operator: OpOverload) -> tuple[tuple[int, str], ...]:
    if not schema(operator).is_mutable:
        return ()
    return tuple(
        (place, each.name)
        for place, each in enumerate(schema(operator).arguments)
        if each.alias_info is not None and each.alias_info.is_write
    )


def _makes_new(operator: OpOverload) -> bool:
    stated = schema(operator)
    return not (
        stated.is_mutable
        or any(each.alias_info is not None for each in (*stated.arguments, *stated.returns))
        or any(str(each.type) != "Tensor" for each in stated.returns)
    )
