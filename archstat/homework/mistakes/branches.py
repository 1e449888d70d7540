"""Mistakes where a network branches: branches read as a line, and fields added where they join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.graph import INPUT
from archstat.homework.answers.reaching import is_join, reaches, true_rule
from archstat.homework.answers.truth import Account, Answers, Truth
from archstat.homework.mistakes.base import COUNTS, Mistake
from archstat.homework.mistakes.facts import Facts, facts_of
from archstat.layers.base import Shape

FIELD = "receptive_field"


def _chained(truth: Truth) -> Account:
    """Return what is said of a network whose layers all stand behind one another."""
    nodes = truth.graph.nodes
    if not any(map(is_join, nodes)):
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
    if not any(map(is_join, truth.graph.nodes)):
        return {}
    fields = reaches(truth.graph, true_rule, joined=_sum)
    return {name: {FIELD: field} for name, field in fields.items()}


def _sum(fields: Sequence[Shape]) -> Shape:
    return tuple(map(sum, zip(*fields, strict=True)))


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
