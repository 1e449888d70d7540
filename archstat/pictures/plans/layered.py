"""Where the nodes of a graph stand, in ranks from top to bottom.

Each node stands below all that it reads. What is read from further above goes through a place of
its own in every rank between, so that no line crosses a box. Within a rank, nodes stand in the
order of what they read and of what reads them (Sugiyama, Tagawa & Toda, 1981), and each as near to
these as its neighbours leave room for, in the sense of least squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from archstat.record import record

SWEEPS = 8
STRAIGHT = 12.0
"""How much more a line that passes wants its place than a box does."""

PASSING_WIDTH = 14
"""The room of a line that passes a rank."""


@record
class RankedGraph:
    """Nodes in ranks.

    Attributes:
        ranks: The numbers of the nodes of each rank, from left to right; those from `count` on are
            lines that pass.
        centres: The middle of each node, from left to right.
        routes: For each edge, the nodes that it leads through, its ends included.
    """

    count: int
    ranks: tuple[tuple[int, ...], ...]
    centres: tuple[float, ...]
    routes: tuple[tuple[int, ...], ...]


def layered(widths: Sequence[float], edges: Sequence[tuple[int, int]], gap: float) -> RankedGraph:
    """Return where nodes stand, which are numbered so that edges lead to higher numbers."""
    rank_of = _ranks(len(widths), edges)
    sizes = [*widths]
    ranks: list[list[int]] = [[] for _ in range(max(rank_of, default=-1) + 1)]
    for node, rank in enumerate(rank_of):
        ranks[rank].append(node)
    routes: list[tuple[int, ...]] = []
    for source, target in edges:
        way = [source]
        for rank in range(rank_of[source] + 1, rank_of[target]):
            way.append(len(sizes))
            ranks[rank].append(len(sizes))
            sizes.append(PASSING_WIDTH)
        routes.append((*way, target))
    above: list[list[int]] = [[] for _ in sizes]
    below: list[list[int]] = [[] for _ in sizes]
    for route in routes:
        for upper, lower in pairwise(route):
            above[lower].append(upper)
            below[upper].append(lower)
    _sort(ranks, above, below)
    centres = _place(ranks, above, below, sizes, gap, len(widths))
    return RankedGraph(len(widths), tuple(map(tuple, ranks)), tuple(centres), tuple(routes))


def _ranks(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return how many nodes there are at most on the way to each."""
    ranks = [0] * count
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        ranks[target] = max(ranks[target], ranks[source] + 1)
    return ranks


def _sort(
    ranks: list[list[int]], above: Sequence[Sequence[int]], below: Sequence[Sequence[int]]
) -> None:
    """Put the nodes of each rank in an order in which few lines cross."""
    best = _crossings(ranks, below), [[*rank] for rank in ranks]
    for sweep in range(SWEEPS):
        near, turns = (above, ranks) if sweep % 2 == 0 else (below, ranks[::-1])
        for rank in turns:
            places = {node: at for each in ranks for at, node in enumerate(each)}
            means = {
                node: sum(places[other] for other in near[node]) / len(near[node])
                if near[node]
                else places[node]
                for node in rank
            }
            rank.sort(key=means.__getitem__)
        if (crossings := _crossings(ranks, below)) < best[0]:
            best = crossings, [[*rank] for rank in ranks]
    ranks[:] = best[1]


def _crossings(ranks: Sequence[Sequence[int]], below: Sequence[Sequence[int]]) -> int:
    found = 0
    for upper, lower in pairwise(ranks):
        places = {node: at for at, node in enumerate(lower)}
        ends = [
            places[other] for node in upper for other in sorted(below[node], key=places.__getitem__)
        ]
        found += sum(first > second for at, first in enumerate(ends) for second in ends[at + 1 :])
    return found


def _place(  # noqa: PLR0913, PLR0917  the graph, and what its nodes take
    ranks: Sequence[Sequence[int]],
    above: Sequence[Sequence[int]],
    below: Sequence[Sequence[int]],
    sizes: Sequence[float],
    gap: float,
    count: int,
) -> list[float]:
    """Return the middle of each node, the leftmost end at 0."""
    centres = [0.0] * len(sizes)
    for rank in ranks:
        _settle(rank, [(0.0, 1.0)] * len(rank), sizes, gap, centres)
    for sweep in range(SWEEPS):
        near, turns = (above, ranks) if sweep % 2 == 0 else (below, ranks[::-1])
        for rank in turns:
            wanted = [_wanted(node, near[node], centres, count) for node in rank]
            _settle(rank, wanted, sizes, gap, centres)
    left = min((centres[node] - sizes[node] / 2 for rank in ranks for node in rank), default=0.0)
    return [centre - left for centre in centres]


def _wanted(
    node: int, near: Sequence[int], centres: Sequence[float], count: int
) -> tuple[float, float]:
    """Return where a node wants to be and how much: a line that passes wants to be straight."""
    passing = [other for other in near if other >= count] if node >= count else []
    others = passing or near or (node,)
    return sum(centres[other] for other in others) / len(others), STRAIGHT if passing else 1.0


def _settle(
    rank: Sequence[int],
    wanted: Sequence[tuple[float, float]],
    sizes: Sequence[float],
    gap: float,
    centres: list[float],
) -> None:
    """Put nodes as near as can be to where they want to be, in their order and apart."""
    offsets = [0.0]
    for first, second in pairwise(rank):
        offsets.append(offsets[-1] + (sizes[first] + sizes[second]) / 2 + gap)
    pools: list[tuple[float, float, int]] = []  # weighted places less offsets, weights, nodes
    for (want, weight), offset in zip(wanted, offsets, strict=True):
        total, weights, nodes = weight * (want - offset), weight, 1
        while pools and pools[-1][0] / pools[-1][1] > total / weights:
            before = pools.pop()
            total, weights, nodes = total + before[0], weights + before[1], nodes + before[2]
        pools.append((total, weights, nodes))
    at = 0
    for total, weights, nodes in pools:
        for node, offset in zip(rank[at : at + nodes], offsets[at : at + nodes], strict=True):
            centres[node] = total / weights + offset
        at += nodes
