"""Mistakes where a network branches: branches read as a line, and fields added where they join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.graph import INPUT, Node
from archstat.homework.answers.truth import Account, Answers, Truth, reaches, true_rule
from archstat.homework.mistakes.base import COUNTS, Mistake
from archstat.homework.mistakes.facts import Facts, facts_of
from archstat.layers.base import Shape

FIELD = "receptive_field"


def _is_join(node: Node) -> bool:
    return len(set(node.inputs)) > 1


def _chained(truth: Truth) -> Account:
    """Return what is said of a network whose layers all stand behind one another."""
    nodes = truth.graph.nodes
    if not any(map(_is_join, nodes)):
        return {}
    names = [node.name for node in nodes]
    before = dict(zip(names, [INPUT, *names], strict=False))
    line = tuple(replace(node, inputs=(before[node.name],)) for node in nodes)
    fields = reaches(replace(truth.graph, nodes=line), true_rule)
    found: dict[str, Answers] = {name: {FIELD: field} for name, field in fields.items()}
    for name, facts in facts_of(truth).items():
        above = truth.nodes.get(before[name])
        if facts.is_conv and above is not None and above.out_shape[0] != facts.c_in:
            found[name] = {**found.get(name, {}), **_counts(facts, above.out_shape[0])}
    return found


def _counts(facts: Facts, channels: int) -> Answers:
    """Return what is counted of a convolution of so many channels; nothing if it has no such."""
    weights, rest = divmod(facts.weights * channels, facts.c_in)
    if rest:
        return {}
    macs = weights * facts.places_out
    return {
        "weights": weights,
        "params": weights + facts.biases,
        "macs": macs,
        "flops": FLOPS_PER_MAC * macs,
    }


def _added(truth: Truth) -> Account:
    """Return the fields of a network where a join sees as many pixels as its inputs together."""
    joins = {node.name: node.inputs for node in truth.graph.nodes if _is_join(node)}
    if not joins:
        return {}
    stated = _AddedUp(joins, (1,) * (len(truth.graph.input_shape) - 1))
    reaches(truth.graph, true_rule, stated=stated)
    return {name: {FIELD: field} for name, field in stated.items() if name != INPUT}


class _AddedUp(dict[str, Shape]):
    """The fields of layers as they are asked for along a network, those of joins added up."""

    def __init__(self, joins: Mapping[str, Sequence[str]], pixel: Shape) -> None:
        super().__init__({INPUT: pixel})
        self.joins = joins

    def get(self, name: str, default: Any = None) -> Any:
        """Return the field of a layer: what it would be otherwise, or the sum of what it joins."""
        if name in self.joins:
            joined = (self[one] for one in self.joins[name] if one in self)
            default = tuple(map(sum, zip(*joined, strict=False)))
        self[name] = default
        return default


MISTAKES = (
    Mistake(
        "branches-chained",
        "branches are read as if they stood behind one another",
        "what does each branch read?",
        COUNTS - {"param_bytes"} | {FIELD},
        _chained,
    ),
    Mistake(
        "joins-added",
        "the fields of the branches are added where they join",
        "a unit behind a join sees what the widest of the branches sees",
        frozenset({FIELD}),
        _added,
    ),
)
