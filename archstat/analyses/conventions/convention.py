"""What a rule of counting is: so much for a MAC, and terms for what else it counts.

The package's own unit is the MAC: one multiplication and one addition, in convolutions, linear
layers and matrix products. Whatever else is called "FLOPs" is a named convention.
"""

from __future__ import annotations

from collections.abc import Callable

from archstat.graph import Graph, Node
from archstat.record import record

FLOPS_PER_MAC = 2
"""A multiply–accumulate is a multiplication and an addition."""


@record
class Term:
    """Something that a convention counts beside MACs, for one example.

    Attributes:
        words: What it is, as it is told to people.
        count: How many of it a node has; negative where the convention leaves something out.
    """

    words: str
    count: Callable[[Node], int]


@record
class Unseen:
    """What a tool passes over, so that not even its MACs count.

    Attributes:
        words: What it is, as it is told to people.
        holds: Whether a node is such.
    """

    words: str
    holds: Callable[[Node], bool]


@record
class Convention:
    """A rule of counting.

    Attributes:
        name: Its name in messages and on the command line.
        per_mac: What a MAC counts for.
        terms: What it counts beside MACs.
        unseen: What it passes over.
        tool: The package whose rule it is, as pip calls it, if it is a tool's.
        version: The version of the tool that it was held against.
    """

    name: str
    per_mac: int
    terms: tuple[Term, ...] = ()
    unseen: Unseen | None = None
    tool: str = ""
    version: str = ""

    @property
    def title(self) -> str:
        """Its name, with the version of the tool that it was held against."""
        return f"{self.name} {self.version}".rstrip()

    def doubt(self) -> str | None:
        """Return what is to be said where another version of the tool is installed.

        `tool` 1.8 is the same as 1.8.0 and 1.8.post1.
        """
        if not self.tool:
            return None
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  start-up

        try:
            installed = version(self.tool)
        except PackageNotFoundError:
            return None
        if installed == self.version or installed.startswith(f"{self.version}."):
            return None
        return (
            f"{self.tool} {installed} is installed; how it counts was held against {self.version}"
        )

    def count(self, node: Node) -> int:
        """Return what the convention counts in a node, for one example."""
        return self.per_mac * node.macs + sum(self._parts(node).values())

    def total(self, graph: Graph) -> int:
        """Return what the convention counts in a whole network, for a batch of 1."""
        return sum(_examples(node) * self.count(node) for node in graph.nodes)

    def products(self, graph: Graph) -> int:
        """Return what it counts for the multiply–accumulates of a whole network."""
        return self.per_mac * sum(_examples(node) * node.macs for node in graph.nodes)

    def differences(self, graph: Graph) -> dict[str, int]:
        """Return what each term adds over a whole network, terms that add nothing left out."""
        sums: dict[str, int] = {}
        for node in graph.nodes:
            for words, count in self._parts(node).items():
                sums[words] = sums.get(words, 0) + _examples(node) * count
        return {words: count for words, count in sums.items() if count}

    def _parts(self, node: Node) -> dict[str, int]:
        """Return what is counted in a node beside its MACs."""
        if self.unseen is not None and self.unseen.holds(node):
            return {self.unseen.words: -self.per_mac * node.macs}
        return {term.words: term.count(node) for term in self.terms}


def _examples(node: Node) -> int:
    return 1 if node.examples is None else node.examples
