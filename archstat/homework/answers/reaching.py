"""Receptive fields as somebody may work them out: by a rule, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from archstat.analyses.receptive_field.recurrence import field_behind
from archstat.graph import INPUT, Graph, Node
from archstat.layers.base import Shape
from archstat.layers.conv import AnyConvolution, TransposedConvolution
from archstat.layers.linear import Linear
from archstat.layers.pool import AnyAdaptivePool, AnyPool
from archstat.layers.window import Sliding


@dataclass(frozen=True)
class Reach:
    """What one unit sees along one axis, as receptive fields are worked out step by step."""

    size: int
    jump: int


@dataclass(frozen=True)
class Step:
    """A layer that widens what a unit sees, along one axis.

    Attributes:
        closer: By how much nearer units stand behind a layer that enlarges its map.
    """

    node: Node
    kernel_size: int
    stride: int
    padding: int
    dilation: int
    is_pool: bool
    closer: int = 1


Rule: TypeAlias = Callable[[Reach, Step], Reach]


def reaches(  # noqa: PLR0913  what may be stated instead
    graph: Graph,
    rule: Rule,
    *,
    start: int = 1,
    stated: Mapping[str, Shape] | None = None,
    jumps: Mapping[str, Shape] | None = None,
    sizes_of_maps: Mapping[str, Shape] | None = None,
    joined: Callable[[Sequence[Shape]], Shape] | None = None,
) -> dict[str, Shape]:
    """Return the receptive fields that a rule gives, along the widest input of every layer.

    A layer that reads the whole map is a window of the map's size, as everywhere. What lies behind
    an interpolation is left out.

    Args:
        graph: The network.
        rule: What a unit sees behind a layer, from what it saw before.
        start: What a pixel of the input sees.
        stated: What the layers behind are given instead, by the name of the layer.
        jumps: Effective strides that they are given instead.
        sizes_of_maps: Maps that they are given instead, channels first.
        joined: What a unit sees behind several layers, from what it sees behind each of them.
    """
    stated, jumps, sides = stated or {}, jumps or {}, sizes_of_maps or {}
    seen: dict[str, list[Reach]] = {INPUT: [Reach(start, 1) for _ in graph.input_shape[1:]]}
    maps: dict[str, Shape] = {INPUT: graph.input_shape[1:]}
    found: dict[str, Shape] = {}
    lost: set[str] = set()
    for node in graph.nodes:
        sources = [name for name in node.inputs if name in seen]
        if not sources or not lost.isdisjoint(node.inputs):
            lost.add(node.name)
            continue
        source = max(sources, key=lambda name: [reach.size for reach in seen[name]])
        after, maps[node.name] = seen[source], maps[source]
        steps = _steps(node, maps[source])
        if steps is None and _is_enlarged(node):
            lost.add(node.name)
            continue
        if steps is not None:
            after = [_behind(rule, *pair) for pair in zip(after, steps, strict=False)]
            own = sides.get(node.name, node.out_shape)[1:]
            maps[node.name] = own or tuple(1 for _ in after)
        found[node.name] = tuple(reach.size for reach in after)
        if joined is not None and is_join(node):
            fields = [tuple(reach.size for reach in seen[name]) for name in sources]
            found[node.name] = joined(fields)
        sizes = stated.get(node.name, found[node.name])
        strides = jumps.get(node.name, tuple(reach.jump for reach in after))
        seen[node.name] = [Reach(*pair) for pair in zip(sizes, strides, strict=False)]
    return found


def is_join(node: Node) -> bool:
    """Return whether a layer reads several others."""
    return len(set(node.inputs)) > 1


def one_step(graph: Graph, rule: Rule, stated: Mapping[str, Shape]) -> dict[str, Shape]:
    """Return the receptive fields that a rule gives behind those that are stated.

    The effective strides are the true ones.
    """
    seen: dict[str, list[Reach]] = {INPUT: [Reach(1, 1) for _ in graph.input_shape[1:]]}
    own: dict[str, Shape] = {INPUT: (1,) * (len(graph.input_shape) - 1)}
    maps: dict[str, Shape] = {INPUT: graph.input_shape[1:]}
    found: dict[str, Shape] = {}
    for node in graph.nodes:
        source = node.inputs[0] if node.inputs else ""
        if source not in seen:
            continue
        steps = _steps(node, maps[source])
        if steps is None and _is_enlarged(node):
            continue
        seen[node.name], maps[node.name] = seen[source], maps[source]
        before = [own[name] for name in node.inputs if name in own]
        if steps is not None:
            pairs = zip(seen[source], steps, strict=False)
            seen[node.name] = [_behind(true_rule, *pair) for pair in pairs]
            maps[node.name] = node.out_shape[1:] or tuple(1 for _ in seen[source])
            sizes = zip(before[0] if before else (), seen[source], strict=False)
            reached = [Reach(size, reach.jump) for size, reach in sizes]
            before = [tuple(rule(*pair).size for pair in zip(reached, steps, strict=False))]
        if before:
            found[node.name] = max(before)
            own[node.name] = stated.get(node.name, found[node.name])
    return found


def true_rule(reach: Reach, step: Step) -> Reach:
    """Return what a unit sees behind a layer."""
    window = Sliding(step.kernel_size, step.stride, step.padding, step.dilation)
    return Reach(*field_behind(reach.size, reach.jump, window))


def _behind(rule: Rule, reach: Reach, step: Step) -> Reach:
    """Return what a unit sees behind a layer by a rule; behind a larger map, units stand closer."""
    after = rule(reach, step)
    if step.closer == 1 and after.jump:
        return after
    return replace(after, jump=after.jump // step.closer or 1)


def _is_enlarged(node: Node) -> bool:
    """Return whether a layer returns a larger map than it reads."""
    return any(a > b for a, b in zip(node.out_shape[1:], node.in_shape[1:], strict=False))


def _steps(node: Node, sizes: Shape) -> list[Step] | None:
    """Return what a layer does along each axis; None if it widens nothing."""
    layer = node.layer
    if isinstance(layer, TransposedConvolution):  # an output value has every stride-th weight
        return [
            Step(node, -(-kernel // stride), 1, 0, 1, is_pool=False, closer=stride)
            for kernel, stride in zip(layer.kernel_size, layer.stride, strict=True)
        ]
    if isinstance(layer, (AnyConvolution, AnyPool)):
        dilation = getattr(layer, "dilation", (1,) * layer.axes)
        padding = layer.padding if isinstance(layer.padding, tuple) else (0,) * layer.axes
        axes = zip(layer.kernel_size, layer.stride, padding, dilation, strict=True)
        return [Step(node, *axis, is_pool="pool" in layer.kind) for axis in axes]
    if isinstance(layer, AnyAdaptivePool):
        outs = node.out_shape[1:]
        steps = [(size // out or 1) for size, out in zip(sizes, outs, strict=False)]
        return [Step(node, step, step, 0, 1, is_pool=True) for step in steps]
    if isinstance(layer, Linear):
        return [Step(node, size, 1, 0, 1, is_pool=False) for size in sizes]
    return None
