"""What the backward pass of each node costs, once a forward pass has run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from archstat.graph import Node, Training
from archstat.models.torch.recording.tape import Cost


class Costs:
    """What autograd does for each node, as the forward pass goes on.

    Attributes:
        waiting: What was done since the last node, for the next one.
    """

    def __init__(self) -> None:
        self.waiting = Cost()
        self._of: dict[str, Cost] = {}
        self._leads_to: dict[str, set[str]] = {}

    def note(self, node: str, sources: set[str], cost: Cost | None = None) -> None:
        """Give a node its cost, or what is waiting, and the nodes to which gradients lead.

        What was kept before a node is kept for it in any case; products wait for who reads them.
        """
        if cost is None:
            cost, self.waiting = self.waiting, Cost()
        else:
            cost.kept_bytes += self.waiting.kept_bytes
            self.waiting.kept_bytes = 0
        self._of[node], self._leads_to[node] = cost, sources

    def trained(self, nodes: Sequence[Node], ends: Iterable[str | None]) -> Iterator[Node]:
        """Yield nodes with their costs: nothing where no output of the model depends on them."""
        reached = {*ends}
        for node in reversed(nodes):
            if node.name in reached:
                reached |= self._leads_to.get(node.name, set())
        for node in nodes:
            if node.name in reached:
                yield replace(node, training=self._of[node.name].training())
            else:
                yield replace(node, training=Training(), frozen=frozenset(node.param_shapes))
