"""What a count is made of, part by part; and the settings behind it that have no column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from archstat.analyses.conventions.convention import Convention
from archstat.graph import Graph, Node
from archstat.layers.base import Layer
from archstat.record import record


@record
class CountPart:
    """A part of a count."""

    count: int
    words: str


def items(convention: Convention, graph: Graph) -> tuple[CountPart, ...]:
    """Return what a convention counts in a network, its MACs first; of one example."""
    terms = convention.differences(graph).items()
    unit = "MACs" if convention.per_mac == 1 else f"{convention.per_mac} a MAC"
    return (
        CountPart(convention.products(graph), unit),
        *(CountPart(count, words) for words, count in terms),
    )


@record
class Counting:
    """What a convention counts in a pass over a batch.

    Attributes:
        convention: The convention.
        parts: What it counts for one example, or for all that a traced graph holds.
        examples: How often that is.
    """

    convention: Convention
    parts: tuple[CountPart, ...]
    examples: int

    @property
    def words(self) -> str:
        """The count and its parts, in a sentence."""
        return f"by {self.convention.title}: {itemized(self.parts, batch_size=self.examples)}"

    @property
    def notes(self) -> tuple[str, ...]:
        """The count and its parts, and whether the tool that is installed may count otherwise."""
        doubt = self.convention.doubt()
        return (self.words, doubt) if doubt else (self.words,)

    def to_dict(self) -> dict[str, Any]:
        """Return it as the JSON contract has it."""
        of, (_, *terms) = self.convention, self.parts
        return {
            "name": self.convention.name,
            **({"tool": of.tool, "version": of.version} if of.tool else {}),
            "per_mac": self.convention.per_mac,
            "terms": {item.words: self.examples * item.count for item in terms},
        }


def counting_of(convention: Convention, graph: Graph, batch_size: int) -> Counting:
    """Return what a convention counts in a network; a traced one has the batch in it already."""
    is_traced = any(node.examples is not None for node in graph.nodes)
    return Counting(convention, items(convention, graph), 1 if is_traced else batch_size)


def total(parts: Sequence[CountPart]) -> int:
    """Return what parts add up to."""
    return sum(item.count for item in parts)


def itemized(parts: Sequence[CountPart], *, batch_size: int = 1) -> str:
    """Return a count with its parts.

    >>> itemized([CountPart(972, "MACs"), CountPart(54, "biases")])
    '1,026 = 972 (MACs) + 54 (biases)'
    """
    first, *others = parts
    added = f"{first.count:,} ({first.words})"
    for item in others:
        added += f" {'−' if item.count < 0 else '+'} {abs(item.count):,} ({item.words})"
    if batch_size > 1:
        added = f"{batch_size} × ({added})"
    return f"{batch_size * total(parts):,} = {added}"


OF_NO_NUMBER = frozenset({"in_channels", "in_features", "inplace", "p", "eps", "momentum"})
"""Settings that follow from the input, or that change no number of a table."""


@lru_cache(maxsize=1 << 10)
def more_settings(layer: Layer) -> Mapping[str, object]:
    """Return the settings that are not their defaults, and that no column of a report holds."""
    has_window = "stride" in layer.settings()
    held = {"out_channels", "kernel_size", "groups", *(("stride", "padding") if has_window else ())}
    held |= OF_NO_NUMBER
    return {key: value for key, value in layer.changed_settings().items() if key not in held}


def past(views: Mapping[str, Node], names: Iterable[str]) -> Iterator[str]:
    """Yield what is read, in place of a view without a row what that shows."""
    for name in names:
        if name in views:
            yield from past(views, views[name].inputs)
        else:
            yield name
