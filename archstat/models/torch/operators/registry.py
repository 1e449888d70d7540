"""The ledger of operators: the entry of each, and what users teach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, TypeAlias

import torch

from archstat.models.torch.operators import (
    convolutions,
    factories,
    pointwise,
    pooling,
    products,
    reductions,
    sequences,
    transforms,
    views,
)
from archstat.models.torch.operators.call import packet_name
from archstat.models.torch.operators.entry import Formula, Operator, nothing, unknown
from archstat.models.torch.operators.reads import untold

FAMILIES = (
    convolutions,
    factories,
    pointwise,
    pooling,
    products,
    reductions,
    sequences,
    transforms,
    views,
)
"""The modules that each list a family of operators."""

ModuleFormula: TypeAlias = Callable[[Any, Any, Any], int]
"""From a module, its inputs and its output to multiply–accumulates."""


class Registry:
    """What operators and modules cost, and what they do; more can be taught.

    Args:
        entries: The operators that are known.

    Raises:
        ValueError: Two entries have one name.
    """

    def __init__(self, entries: Iterable[Operator]) -> None:
        listed = [*entries]
        twice = [name for name, count in Counter(each.name for each in listed).items() if count > 1]
        if twice:
            raise ValueError(f"more than one entry: {', '.join(twice)}")
        self.operators: Mapping[str, Operator] = {entry.name: entry for entry in listed}
        self.taught: dict[str, Formula] = {}
        self.modules: dict[type, ModuleFormula] = {}
        self._found: dict[int, tuple[Any, Operator]] = {}  # as hashing an overload takes Python

    def teach(self, name: str, macs: Formula) -> None:
        """Let an operator, by namespace and name, cost what a function says."""
        self.taught[name] = macs
        self._found.clear()

    def forget(self, name: str) -> None:
        """Let an operator cost what it did before it was taught."""
        self.taught.pop(name, None)
        self._found.clear()

    def teach_module(self, kind: type, macs: ModuleFormula) -> None:
        """Let a module of exactly this class be one row, and cost what a function says."""
        self.modules[kind] = macs

    def find(self, overload: Any) -> Operator:
        """Return the entry of an operator; of one that is not listed, one that does not count."""
        found = self._found.get(id(overload))
        if found is None:
            found = self._found[id(overload)] = overload, self._look_up(overload)
        return found[1]

    def _look_up(self, overload: Any) -> Operator:
        name, namespace = packet_name(overload), getattr(overload, "namespace", "")
        whole = f"{namespace}.{name}"
        entry = self.operators.get(name if namespace == "aten" else whole)
        if entry is None:
            entry = _by_its_tags(overload, name, namespace)
        if namespace == "prims" and (same := self.operators.get(name)) and same.is_pointwise:
            entry = same  # of which it is a part
        if whole in self.taught:  # which may do anything
            return replace(entry, macs=self.taught[whole], factors=None)
        return entry


def _by_its_tags(overload: Any, name: str, namespace: str) -> Operator:
    """Return the entry of an operator that is not listed, by what torch says of it."""
    if torch.Tag.pointwise in getattr(overload, "tags", ()):
        return pointwise.pointwise(name)
    is_free = namespace == "prim" or getattr(overload, "is_view", False)
    return Operator(name, nothing if is_free else unknown, untold)


REGISTRY = Registry(chain.from_iterable(family.OPERATORS for family in FAMILIES))
"""What is used where no other is named."""
