"""Operators as they were called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from torch import Tensor

from archstat.models.torch.private import schema


@cache
def packet_name(operator: Any) -> str:
    """Return the name of an operator, without its overload and its in-place mark."""
    packet = getattr(operator, "overloadpacket", operator)  # a higher-order operator has none
    name = str(packet).rpartition(".")[2]
    return name.removesuffix("_") or name


@cache
def _defaults(operator: Any) -> dict[str, Any]:
    """Return the arguments of an operator by name, with their defaults."""
    return {argument.name: argument.default_value for argument in schema(operator).arguments}


class Call(NamedTuple):
    """A call of an operator.

    Attributes:
        given: Its arguments by torch's names, with those that were left out.
        inputs: The tensors among them that come from the network's input, in their order.
        out: Its first output.
    """

    operator: Any
    given: Mapping[str, Any]
    inputs: Sequence[Tensor]
    out: Tensor

    @classmethod
    def of(
        cls,
        operator: Any,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        inputs: Sequence[Tensor],
        out: Tensor,
    ) -> Call:
        """Return a call by the names that the operator's schema gives its arguments."""
        given = _defaults(operator).copy()
        given.update(zip(_defaults(operator), args, strict=False))
        given.update(kwargs)
        return cls(operator, given, inputs, out)

    @property
    def name(self) -> str:
        """The name of the operator."""
        return packet_name(self.operator)

    @property
    def first(self) -> Tensor:
        """The first input."""
        return self.inputs[0]

    def roles(self) -> list[str]:
        """Return for each input the name of the argument that it is."""
        inputs = set(map(id, self.inputs))
        return [
            name
            for name, value in self.given.items()
            for leaf in (value if isinstance(value, (list, tuple)) else (value,))
            if id(leaf) in inputs
        ]
