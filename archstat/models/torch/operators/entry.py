"""What we know of one of torch's operators: one entry each, of which every table is a view."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from archstat.layers import Layer
from archstat.models.torch.operators.call import Call
from archstat.models.torch.operators.reads import Rule

Formula: TypeAlias = Callable[[Sequence[Any], Any], int | None]
"""From an operator's arguments and its output to multiply–accumulates; None if not known."""


def nothing(_: Sequence[Any], __: Any) -> int:
    """Return 0: what works value by value multiplies and accumulates nothing."""
    return 0


def unknown(_: Sequence[Any], __: Any) -> None:
    """Return None: nobody has said what it costs."""


@dataclass(frozen=True)
class Operator:
    """An operator, by the name of its packet, without its in-place mark.

    Attributes:
        name: Its name; behind its namespace, unless that is torch's own, aten.
        macs: What one call costs.
        reach: What its output reads of its inputs.
        factors: The places of the arguments of whose values it sums products; then each of their
            gradients costs what it costs itself, once for each time that its place is named. None
            where it does something else.
        layer: The layer that a call of it is, if it has the form of one.
        is_passing: Whether its output is its input, where the shape is the same.
        is_factory: Whether it takes a tensor for its shape and type only, not for what it holds.
        is_pointwise: Whether it treats each value by itself.
        is_like_inputs: Whether its output is as its inputs are, where these are alike and hold
            fractions.
        needs_one_type: Whether devices refuse factors of several types, which meta lets pass.
    """

    name: str
    macs: Formula
    reach: Rule
    factors: tuple[int, ...] | None = None
    layer: Callable[[Call], Layer | None] | None = None
    is_passing: bool = False
    is_factory: bool = False
    is_pointwise: bool = False
    is_like_inputs: bool = False
    needs_one_type: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether it is known what it costs."""
        return self.macs is not unknown


def free(names: str, reach: Rule, **facts: Any) -> Iterator[Operator]:
    """Yield an entry for each of several operators that multiply and accumulate nothing."""
    for name in names.split():
        yield Operator(name, nothing, reach, **facts)
