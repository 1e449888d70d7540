"""The modules that are running, and which of them are one row of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from archstat.layers import Layer
from archstat.models.torch.known import is_leaf, is_taught, layer_of, single_tensor
from archstat.models.torch.private import is_transformed, pre_hooks
from archstat.models.torch.recording.inner import Inner
from archstat.models.torch.recording.provenance import ModuleRow, Provenance
from archstat.models.torch.recording.tape import Cost


@dataclass
class Scope:
    """A module that is running.

    Attributes:
        args: What it was called with, by place.
        given: The tensor that it was called with, if that was all.
        layer: The kind that it is, if it is one of the known ones.
        row: Set if it is one row, so that what runs inside is only added up.
        inner: What runs inside of such a module, where no formula may be known for it.
        cost: What its backward pass costs, if it is one row.
    """

    path: str
    module: nn.Module
    args: tuple[Any, ...] = ()
    given: Tensor | None = None
    layer: Layer | None = None
    row: ModuleRow | None = None
    inner: Inner | None = None
    macs: int = 0
    uncounted: set[str] = field(default_factory=set)
    cost: Cost = field(default_factory=Cost)

    @property
    def is_row(self) -> bool:
        """Whether it is one row."""
        return self.row is not None


class Scopes:
    """The modules that are running, the innermost last.

    Args:
        paths: The modules' paths, by identity.
        each_operator: Whether every module opens up, also those that are known.
    """

    def __init__(self, paths: Mapping[int, str], *, each_operator: bool) -> None:
        self.paths = paths
        self.each_operator = each_operator
        self.running: list[Scope] = []
        self.row: Scope | None = None  # the outermost that is a row

    def enter(self, module: nn.Module, args: tuple[Any, ...], provenance: Provenance) -> None:
        """Note that a module begins to run; one whose calls are transformed opens up."""
        scope = Scope(self.paths.get(id(module)) or type(module).__name__, module, args)
        if self.row is None and not is_transformed():
            self._look_at(scope, provenance)
            if scope.is_row:
                self.row = scope
        self.running.append(scope)

    def _look_at(self, scope: Scope, provenance: Provenance) -> None:
        """Find out whether a module is a row, and which layer it is."""
        module = scope.module
        scope.given = single_tensor(scope.args)
        if scope.given is not None and not self.each_operator and not is_taught(module):
            scope.layer = layer_of(module, scope.given)
        is_whole = is_taught(module) if self.each_operator else is_leaf(module)
        if scope.layer is not None or is_whole:
            scope.row = ModuleRow()
        hooks = pre_hooks(module)  # which may change what it is given
        if is_whole and (scope.layer is None or hooks):
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
