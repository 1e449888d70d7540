"""What the backward pass of each node costs, once a forward pass has run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from torch import Tensor
from torch.autograd.function import BackwardCFunction

from archstat.graph import Node, Training
from archstat.models.torch.recording.provenance import Provenance
from archstat.models.torch.recording.tape import Cost, reached_from


class Costs:
    """What autograd does for each node, as the forward pass goes on.

    Attributes:
        waiting: What was done since the last node, for the next one.
        claimed: By node and by their names there, the tensors that stand for its parameters.
    """

    def __init__(self) -> None:
        self.waiting = Cost()
        self.claimed: dict[str, dict[str, Tensor]] = {}
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

    def trained(
        self, nodes: Sequence[Node], ends: Sequence[Tensor], provenance: Provenance
    ) -> Iterator[Node]:
        """Yield nodes with their costs: nothing where no output of the model depends on them."""
        wanted = reached_from(ends)
        reached = {provenance.name_of(end) for end in ends}
        reached |= {name for name, cost in self._of.items() if cost.is_reached(wanted)}
        for node in reversed(nodes):
            if node.name in reached:
                reached |= self._leads_to.get(node.name, set())
        learning = {id(getattr(each, "variable", None)) for each in wanted}
        hides = any(isinstance(each, BackwardCFunction) for each in wanted)  # whose parts learn
        for node in nodes:
            own = self.claimed.get(node.name, {})
            frozen = frozenset(name for name, tensor in own.items() if id(tensor) not in learning)
            if node.name not in reached:
                idle = frozenset(node.param_shapes) - own.keys()
                yield replace(node, training=Training(), frozen=frozen | idle)
            else:
                cost = self._of[node.name].training(wanted)
                yield replace(node, training=cost, frozen=node.frozen if hides else frozen)
