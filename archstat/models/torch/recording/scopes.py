"""The modules that are running, and which of them are one row of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from archstat.models.torch.known import (
    KnownLayer,
    is_leaf,
    is_taught,
    known_layer,
    single_tensor,
)
from archstat.models.torch.private import is_transformed, pre_hooks
from archstat.models.torch.recording.inner import Inner
from archstat.models.torch.recording.provenance import NONE, ModuleRow, Provenance
from archstat.models.torch.recording.tape import Cost


@dataclass(slots=True)
class Scope:
    """A module that is running.

    Attributes:
        args: What it was called with, by place.
        known: The layer that it is, if it is one of the known kinds, and what its formulas say.
        row: Set if it is one row, so that what runs inside is only added up.
        inner: What runs inside of such a module, where no formula may be known for it.
        uncounted: The operators inside that nobody knows how to count.
        cost: What its backward pass costs, if it is one row of a model that is trained.
    """

    path: str
    module: nn.Module
    args: tuple[Any, ...] = ()
    known: KnownLayer | None = None
    row: ModuleRow | None = None
    inner: Inner | None = None
    macs: int = 0
    uncounted: frozenset[str] = NONE
    cost: Cost | None = None

    @property
    def is_row(self) -> bool:
        """Whether it is one row."""
        return self.row is not None


class Scopes:
    """The modules that are running, the innermost last.

    Args:
        paths: The modules' paths, by identity.
        each_operator: Whether every module opens up, also those that are known.
        is_training: Whether rows have costs of a backward pass.
    """

    def __init__(self, paths: Mapping[int, str], *, each_operator: bool, is_training: bool) -> None:
        self.paths = paths
        self.each_operator = each_operator
        self.is_training = is_training
        self.running: list[Scope] = []
        self.row: Scope | None = None  # the outermost that is a row

    def enter(self, module: nn.Module, args: tuple[Any, ...], provenance: Provenance) -> None:
        """Note that a module begins to run; one whose calls are transformed opens up."""
        scope = Scope(self.paths.get(id(module)) or type(module).__name__, module, args)
        if self.row is None and not is_transformed():
            self._look_at(scope, provenance)
            if scope.row is not None:
                self.row = scope
        self.running.append(scope)

    def _look_at(self, scope: Scope, provenance: Provenance) -> None:
        """Find out whether a module is a row, and which layer it is."""
        module, is_row = scope.module, is_taught(scope.module)
        if not (is_row or self.each_operator):
            given = single_tensor(scope.args)
            scope.known = None if given is None else known_layer(module, given)
            is_row = is_leaf(module)
        if scope.known is not None or is_row:
            scope.row = ModuleRow()
            scope.cost = Cost() if self.is_training else None
        hooks = pre_hooks(module)  # which may change what it is given
        if is_row and (scope.known is None or hooks):
            scope.inner = Inner(provenance)

    def leave(self) -> Scope:
        """Note that the innermost module is done, and return it."""
        scope = self.running.pop()
        if scope is self.row:
            self.row = None
        return scope

    def name(self, kind: str) -> str:
        """Return what a call of a kind is called where it runs now."""
        inner = reversed(self.running)  # a module that forward makes itself has no path
        known = (path for s in inner if (path := self.paths.get(id(s.module))) is not None)
        path = next(known, "")
        return f"{path}.{kind}" if path else kind
