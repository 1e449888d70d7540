"""A place in a network that a row of a sheet may be about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

WHOLE = "network"
"""The name of the block of all layers, as tools print it first."""

TOTAL = "total"
"""The name of the sum over all layers."""

WEIGHTED = frozenset({"conv", "conv_transpose", "linear"})


@dataclass(frozen=True, eq=False)
class Place:
    """What a row may be about.

    Attributes:
        name: The name of the layer or module; of other blocks, the first and the last layer.
        members: The layers that it holds.
        span: The numbers of its first layer and of the first behind it; None of a sum.
        family: What kind of layer it is, or all that count in it are.
        general: The same, pools of either kind in one.
        numbers: What may tell it from others of its family: its place among them, its name's end.
        classes: What its kind or class is called.
        holds_several: Whether it is a block of several layers with weights.
        times: How many modules alike it holds.
        is_dense: Whether it may be called a convolution or a linear layer: it reads a whole map.
    """

    name: str
    members: tuple[str, ...]
    span: tuple[int, int] | None
    family: str = ""
    general: str = ""
    numbers: tuple[str, ...] = ()
    classes: frozenset[str] = frozenset()
    is_dense: bool = False
    holds_several: bool = False
    times: int = 1

    @cached_property
    def is_layer(self) -> bool:
        """Whether it is one layer."""
        return self.span is not None and len(self.members) == 1

    @property
    def is_sum(self) -> bool:
        """Whether it adds up layers that are no block."""
        return self.span is None

    @cached_property
    def spelled(self) -> frozenset[str]:
        """Its name, and the ends of its path, without what people write differently."""
        parts = self.name.split(".")
        ends = {".".join(parts[at:]) for at in range(len(parts)) if len(parts) - at > 1 or at == 0}
        return frozenset(map(spelled, {self.name, *ends})) - {""}


@lru_cache(maxsize=65_536)  # every row of a sheet is held against every place
def spelled(text: str) -> str:
    """Return a name without what people write differently.

    >>> spelled("Conv 2_1")
    'conv21'
    """
    return re.sub(r"[\W_]+", "", text).casefold()
