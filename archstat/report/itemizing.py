"""What a count is made of, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archstat.analyses.conventions.convention import Convention
from archstat.graph import Graph


@dataclass(frozen=True)
class Item:
    """A part of a count."""

    count: int
    words: str


def items(convention: Convention, graph: Graph) -> tuple[Item, ...]:
    """Return what a convention counts in a network, its MACs first; of one example."""
    terms = convention.differences(graph).items()
    unit = "MACs" if convention.per_mac == 1 else f"{convention.per_mac} a MAC"
    products = convention.total(graph) - sum(count for _, count in terms)
    return (Item(products, unit), *(Item(count, words) for words, count in terms))


def total(parts: Sequence[Item]) -> int:
    """Return what parts add up to."""
    return sum(item.count for item in parts)


def itemized(parts: Sequence[Item], *, batch_size: int = 1) -> str:
    """Return a count with its parts.

    >>> itemized([Item(972, "MACs"), Item(54, "biases")])
    '1,026 = 972 (MACs) + 54 (biases)'
    """
    first, *others = parts
    added = f"{first.count:,} ({first.words})"
    for item in others:
        added += f" {'−' if item.count < 0 else '+'} {abs(item.count):,} ({item.words})"
    if batch_size > 1:
        added = f"{batch_size} × ({added})"
    return f"{batch_size * total(parts):,} = {added}"
