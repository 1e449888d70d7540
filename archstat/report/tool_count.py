"""What a tool counts in a network, and what of it its convention explains."""

from __future__ import annotations

from archstat.record import record
from archstat.report.itemizing import CountPart, total


@record
class LayerOff:
    """A layer in which a tool counts more than its convention does, or less."""

    name: str
    kind: str
    off: int


@record
class ToolCount:
    """A tool's own number.

    Attributes:
        tool: The tool, or its back end.
        unit: What it calls what it counts.
        model: What it counts in.
        count: The number.
        items: The parts of what its convention counts, MACs first.
        layers: The layers that it counts otherwise.
        doubt: What is to be said where the installed version is another than the convention's.
    """

    tool: str
    unit: str
    model: str
    count: int
    items: tuple[CountPart, ...]
    layers: tuple[LayerOff, ...] = ()
    doubt: str | None = None

    @property
    def remainder(self) -> int:
        """What the convention does not explain."""
        return self.count - total(self.items)

    @property
    def elsewhere(self) -> int:
        """What no layer alone accounts for of the remainder."""
        return self.remainder - sum(layer.off for layer in self.layers)
