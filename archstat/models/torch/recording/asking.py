"""What can be told of a call of an operator before it runs: does it need values, does it write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from archstat.models.torch.operators.call import packet_name
from archstat.models.torch.private import OpOverload, schema
from archstat.models.torch.recording.tensors import tensors_in

READING = (torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape)
"""Tags of the operators whose output cannot be told without values."""

BY_MASK = {"index", "index_put", "_index_put_impl", "_unsafe_index", "_unsafe_index_put"}
"""Operators that a mask tells which values to take; `indices` are at their second place."""


@cache
def _always_reads(func: OpOverload) -> bool:
    name = packet_name(func)
    has_tag = any(tag in func.tags for tag in READING)
    return name == "equal" or (has_tag and name not in BY_MASK)


def reads(func: OpOverload, kwargs: Mapping[str, Any]) -> bool:
    """Return whether an operator needs values: those that do by nature, and copies from meta."""
    if _always_reads(func):
        return True
    device = kwargs.get("device") if packet_name(func) == "_to_copy" else None
    return device is not None and torch.device(device).type != "meta"


@cache
def is_told(func: OpOverload) -> bool:
    """Return whether an operator gives the same for the same values."""
    return torch.Tag.nondeterministic_seeded not in func.tags


def is_on_meta(kwargs: Mapping[str, Any]) -> bool:
    """Return whether a call says that what it makes is to be on meta."""
    device = kwargs.get("device")
    return device is not None and torch.device(device).type == "meta"


@cache
def places_written(func: OpOverload) -> tuple[tuple[int, str], ...]:
    """Return the places and the names of the arguments that an operator writes into."""
    if not schema(func).is_mutable:
        return ()
    return tuple(
        (place, each.name)
        for place, each in enumerate(schema(func).arguments)
        if each.alias_info is not None and each.alias_info.is_write
    )


def written_by(func: OpOverload, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Tensor]:
    """Return the tensors that an operator writes into."""
    places = places_written(func)
    given = [kwargs.get(name, args[place] if place < len(args) else None) for place, name in places]
    return tensors_in(given)
