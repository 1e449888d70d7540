"""Where tensors come from: a node of the graph, the model's input, or parameters alone."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from torch import Tensor

from archstat.layers.base import Shape

NONE: frozenset[str] = frozenset()


@dataclass
class ModuleRow:
    """A module that is one row of the table, and the name of its node when it has one."""

    node: str | None = None


class Origin(NamedTuple):
    """Where one tensor comes from.

    Attributes:
        node: The node that made it, or the input that it is.
        row: The row inside of which it was made.
        is_data: Whether it depends on the network's input.
        is_learned: Whether it depends on parameters.
        params: The parameters from which it was made outside of any node.
    """

    node: str | None = None
    row: ModuleRow | None = None
    is_data: bool = False
    is_learned: bool = False
    params: frozenset[str] = NONE

    @property
    def source(self) -> str | None:
        """The node that made it, or the one whose inside it was made in."""
        return self.node if self.node is not None or self.row is None else self.row.node


UNKNOWN = Origin()


class Provenance:
    """Knows the origins of tensors, and which parameters no node has claimed yet.

    Tensors are known by identity for as long as they live.

    Args:
        params: The tensors that stand for the parameters; shared ones once, by their first name.
    """

    def __init__(self, params: Mapping[str, Tensor]) -> None:
        self._origins: dict[int, tuple[weakref.ref[Tensor], Origin]] = {}
        self.unclaimed: dict[str, Shape] = {}
        for name, tensor in params.items():
            self.unclaimed[name] = tuple(tensor.shape)
            self._set(tensor, Origin(is_learned=True, params=frozenset({name})))

    def _set(self, tensor: Tensor, origin: Origin) -> None:
        self._origins[id(tensor)] = weakref.ref(tensor), origin

    def of(self, tensor: Tensor) -> Origin:
        """Return where a tensor comes from."""
        known = self._origins.get(id(tensor))
        return known[1] if known is not None and known[0]() is tensor else UNKNOWN

    def is_given(self, tensor: Tensor, name: str) -> None:
        """Note that a tensor is an input of the model, of this name."""
        self._set(tensor, Origin(name, is_data=True))

    def is_made(
        self,
        given: Sequence[Tensor],
        outputs: Iterable[Tensor],
        row: ModuleRow | None,
        *,
        is_fresh: bool,
    ) -> None:
        """Note what an operator has made; what is fresh holds nothing of what was given.

        What a row writes into in place is still what its node before has made, until it returns.
        """
        is_data = is_learned = False
        params = NONE
        for tensor in () if is_fresh else given:
            origin = self.of(tensor)
            is_data = is_data or origin.is_data
            is_learned = is_learned or origin.is_learned
            if row is None and origin.params:
                params |= origin.params
        for tensor in outputs:
            node = None if row is None else self.of(tensor).node
            self._set(tensor, Origin(node, row, is_data, is_learned, params))

    def is_output(self, tensors: Iterable[Tensor], node: str) -> None:
        """Note that a node has made tensors."""
        for tensor in tensors:
            own = self.of(tensor)
            self._set(tensor, Origin(node, None, own.is_data, own.is_learned))

    def is_same(self, tensors: Iterable[Tensor], source: Tensor) -> None:
        """Note that tensors are what another one is."""
        for tensor in tensors:
            self._set(tensor, self.of(source))

    def inputs(self, tensors: Iterable[Tensor]) -> list[Tensor]:
        """Return the tensors that come from the network's input, or else those of other nodes."""
        data: list[Tensor] = []
        others: list[Tensor] = []
        for tensor in tensors:
            origin = self.of(tensor)
            if origin.source is not None:
                (data if origin.is_data else others).append(tensor)
        return data or others

    def sources(self, tensors: Iterable[Tensor]) -> set[str]:
        """Return the nodes that made tensors, to which gradients lead."""
        found = (self.of(tensor).source for tensor in tensors)
        return {source for source in found if source is not None}

    def source(self, tensor: Tensor) -> str:
        """Return the node that made a tensor.

        Raises:
            LookupError: None did.
        """
        source = self.of(tensor).source
        if source is None:
            raise LookupError("no node made this tensor")
        return source

    def params(self, tensors: Iterable[Tensor]) -> frozenset[str]:
        """Return the parameters from which tensors come that no node has made."""
        return NONE.union(*[self.of(tensor).params for tensor in tensors])

    def claim(self, names: Iterable[str]) -> dict[str, Shape]:
        """Return those of the parameters that nobody has claimed before, with their shapes."""
        return {name: self.unclaimed.pop(name) for name in sorted(names) if name in self.unclaimed}

    def name_of(self, tensor: Tensor) -> str | None:
        """Return the node that made a tensor, or the parameter that it is."""
        origin = self.of(tensor)
        own = next(iter(origin.params)) if len(origin.params) == 1 else None
        return origin.source or own

    def __contains__(self, tensor: Any) -> bool:
        """Return whether a tensor was made by a node, or is an input."""
        return self.of(tensor).source is not None
