"""A network described in plain data, and counted again by somebody who does not trust whoever did.

A description names layers with their settings, and which layers each reads. No number in it is
taken for an answer: what a layer gives, holds and costs follows from its kind here. What no kind
stands for keeps its shape and its parameters, which a network may choose as it likes; its products
are not counted, and what it reads is known of plain reshapings only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from archstat.errors import ShapeError, TraceError, shown, within
from archstat.graph import INPUT, Graph, Node
from archstat.layers import Layer, layer_kinds
from archstat.layers.base import Shape, times
from archstat.layers.opaque import UNTOLD, Observed
from archstat.layers.reach import Inside, Mixing, Permuted, Reach, ReachStep, Reshaped
from archstat.layers.settings import whole_number
from archstat.record import record

MOST_NODES = 10_000
MOST_AXES = 8
MOST_INPUTS = 1_000
LONGEST_NAME = 200
SCHEMA = 1


@record
class StoppedPass:
    """Where a forward pass stopped.

    Attributes:
        what: Why.
        hint: What helps; empty if nothing is known.
        node: The layer that was running, with the shape that it was given; None if none was.
    """

    what: str
    hint: str = ""
    node: Node | None = None


def described(graph: Graph, stop: StoppedPass | None = None) -> str:
    """Return the description of a network, or of what ran of it, in JSON."""
    said: dict[str, Any] = {"schema": SCHEMA, "layers": [*map(_described, graph.nodes)]}
    if stop is not None:
        node = None if stop.node is None else _described(stop.node)
        said["stop"] = {"what": stop.what, "hint": stop.hint, "layer": node}
    return json.dumps(said)


def stop_of(text: str | bytes) -> StoppedPass | None:
    """Return where a forward pass stopped, as a description says; None if it did not.

    Raises:
        TraceError: It says so of what cannot be.
    """
    said = json.loads(text).get("stop")
    if said is None:
        return None
    if not isinstance(said, dict):
        raise TraceError("describes no network")
    what, hint, layer = str(said.get("what")), str(said.get("hint") or ""), said.get("layer")
    return StoppedPass(what, hint, None if layer is None else _stopped_in(layer))


def _stopped_in(said: object) -> Node:
    if not isinstance(said, dict) or not isinstance(said.get("settings"), dict):
        raise TraceError("describes no layer")
    kind = _text(said.get("kind"))
    if kind not in layer_kinds():
        raise TraceError(f"there is no kind {shown(kind)}")
    try:
        layer = layer_kinds()[kind].from_settings(said["settings"])
    except ShapeError as error:
        raise TraceError.of(error.problems) from None
    return Node(_text(said.get("name")), layer, (), _shape(said.get("in_shape")), ())


def _described(node: Node) -> dict[str, Any]:
    layer = node.layer
    said: dict[str, Any] = {
        "name": node.name,
        "kind": layer.kind,
        "inputs": node.inputs,
        "in_shape": node.in_shape,
        "out_shape": node.out_shape,
        "examples": node.examples,
        "params": node.params,
    }
    if isinstance(layer, Observed):
        is_known = not node.macs and not layer.uncounted
        seen = {"is_view": layer.is_view, "is_counted": is_known, "reads": _reads(layer.reads)}
        return {**said, "seen": seen}
    settings = {key: value for key, value in layer.settings().items() if value is not None}
    return {**said, "settings": settings}


def _reads(reach: Reach) -> list[Any]:
    match reach:
        case Inside((ReachStep((0,), step, _),)):
            return _reads(step)
        case Mixing():
            return ["mixing", reach.name]
        case tuple() if all(isinstance(each, Mixing) for each in reach):
            return ["along", [each.name for each in reach if isinstance(each, Mixing)]]
        case Permuted(order):
            return ["permuted", order]
        case Reshaped(before, after):
            return ["reshaped", before, after]
    return []


def graph_of(text: str | bytes, *, name: str, input_shape: Shape) -> Graph:
    """Return the network that a description describes, every number worked out anew.

    Args:
        text: The description.
        name: What the network is to be called.
        input_shape: What it is given, which a description has no say in.

    Raises:
        TraceError: It is no description, or describes what cannot be.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise TraceError("describes no network") from None
    layers = document.get("layers") if isinstance(document, dict) else None
    if not isinstance(layers, list) or document.get("schema") != SCHEMA:
        raise TraceError("describes no network")
    if len(layers) > MOST_NODES:
        raise TraceError(f"describes {len(layers):,} layers; at most {MOST_NODES:,} are counted")
    nodes: dict[str, Node] = {}
    for said in layers:
        if not isinstance(said, dict):
            raise TraceError("describes no network")
        node = _Reading(said, nodes, input_shape).node()
        nodes[node.name] = node
    return Graph(name, input_shape, tuple(nodes.values()))


class _Reading:
    """One layer of a description, read without trust.

    Args:
        said: What the description says of it.
        nodes: The layers before it.
        input_shape: What the network is given.
    """

    def __init__(
        self, said: Mapping[str, Any], nodes: Mapping[str, Node], input_shape: Shape
    ) -> None:
        self._said = said
        self._nodes = nodes
        self._input_shape = input_shape
        self._name = _text(said.get("name"))

    def node(self) -> Node:
        """Return the layer at its place.

        Raises:
            TraceError: There can be no such layer.
        """
        with within(f"layer {shown(self._name)}"):
            if self._name == INPUT or self._name in self._nodes:
                raise TraceError("its name is taken")
            sources = self._sources()
            kind = _text(self._said.get("kind"))
            if "seen" in self._said:
                return self._observed(kind, sources)
            try:
                return self._known(kind, sources)
            except ShapeError as error:
                raise TraceError.of(error.problems) from None

    def _sources(self) -> tuple[str, ...]:
        inputs = self._said.get("inputs")
        if not isinstance(inputs, list) or len(inputs) > MOST_INPUTS:
            raise TraceError("says not what it reads")
        for each in inputs:
            if not isinstance(each, str) or (each != INPUT and each not in self._nodes):
                raise TraceError(f"reads {shown(each)}, which is not before it")
        return tuple(inputs)

    def _known(self, kind: str, sources: tuple[str, ...]) -> Node:
        """Return a layer of a kind that has formulas, which say all that is to be said of it."""
        if kind not in layer_kinds():
            raise TraceError(f"there is no kind {shown(kind)}")
        settings = self._said.get("settings")
        if not isinstance(settings, dict):
            raise TraceError("has no settings")
        layer = layer_kinds()[kind].from_settings(settings)
        examples = self._examples()
        if len(sources) == 1:
            in_shape = _shape(self._said.get("in_shape"))
            self._require_values(in_shape, examples, sources[0])
        else:
            try:
                in_shape = layer.combine([self._shape_of(each) for each in sources])
            except ShapeError:  # a sum with what is repeated, which only torch works out
                return self._observed(kind, sources)
        out_shape = layer.out_shape(in_shape)
        params = self._params()
        return Node(
            self._name,
            layer,
            sources,
            in_shape,
            out_shape,
            examples=examples,
            params=self._own(params, layer, in_shape),
        )

    def _require_values(self, in_shape: Shape, examples: int, source: str) -> None:
        """Check that a layer reads as many values as there are."""
        given, each = self._shape_of(source), self._examples_of(source)
        if prod(in_shape) * examples != prod(given) * each:
            raise TraceError(f"works on {times(in_shape)}, and is given {times(given)}")

    def _own(
        self, params: Mapping[str, Shape] | None, layer: Layer, in_shape: Shape
    ) -> Mapping[str, Shape] | None:
        """Return the parameters that count at a layer: its own, less those counted before."""
        own = layer.param_shapes(in_shape)
        if params is not None and not params.items() <= own.items():
            raise TraceError("holds other parameters than a layer of its kind")
        return params

    def _observed(self, kind: str, sources: tuple[str, ...]) -> Node:
        """Return something that no kind stands for: its shape is believed, its products are not."""
        seen = self._said.get("seen", {})
        is_counted = isinstance(seen, dict) and seen.get("is_counted", True) is True
        in_shape = _shape(self._said.get("in_shape"))
        out_shape = _shape(self._said.get("out_shape"))
        examples = self._examples(least=0)
        layer = Observed(
            kind=kind,
            shape=out_shape,
            uncounted=() if is_counted else (kind,),
            is_view=isinstance(seen, dict) and seen.get("is_view") is True,
            reads=self._reach(seen, sources, out_shape, examples),
        )
        return Node(
            self._name,
            layer,
            sources,
            in_shape,
            out_shape,
            examples=examples,
            params=self._params() or {},
        )

    def _reach(
        self, seen: object, sources: Sequence[str], out_shape: Shape, examples: int
    ) -> Reach:
        """Return what a reshaping reads, if it is one; nothing is believed of anything else."""
        said = seen.get("reads") if isinstance(seen, dict) else None
        given = [(self._examples_of(source), *self._shape_of(source)) for source in sources]
        made = (examples, *out_shape)
        match said:
            case ["mixing", "EVERYTHING"]:
                return Mixing.EVERYTHING
            case ["mixing", "NONE"] if _repeated(given) == made:
                return Mixing.NONE
            case ["along", [*words]] if len(given) == 1:
                return _along(words, given[0], made)
            case ["reshaped", before, after] if len(given) == 1:
                before, after = _shape(before), _shape(after)
                if prod(before) == prod(after) == prod(given[0]) == prod(made):
                    return Reshaped(before, after)
            case ["permuted", order] if len(given) == 1:
                return _permuted(_shape(order), given[0], made)
        return UNTOLD

    def _params(self) -> Mapping[str, Shape] | None:
        said = self._said.get("params")
        if said is None:
            return None
        if not isinstance(said, dict) or len(said) > MOST_INPUTS:
            raise TraceError("says not what it holds")
        return {_text(key): _shape(value) for key, value in said.items()}

    def _examples(self, *, least: int = 1) -> int:
        said = self._said.get("examples")
        return 1 if said is None else _whole(said, least)

    def _shape_of(self, source: str) -> Shape:
        return self._input_shape if source == INPUT else self._nodes[source].out_shape

    def _examples_of(self, source: str) -> int:
        return 1 if source == INPUT else self._nodes[source].examples or 1


def _repeated(shapes: Sequence[Shape]) -> Shape | None:
    """Return the shape of what is worked out value by value; None if the shapes do not fit."""
    if len({len(shape) for shape in shapes}) != 1:
        return None
    sizes = [{*axis} - {1} for axis in zip(*shapes, strict=True)]
    if any(len(several) > 1 for several in sizes):
        return None
    return tuple(max(several, default=1) for several in sizes)


def _along(words: Sequence[object], given: Shape, made: Shape) -> Reach:
    """Return what is read along the last axes, if their sizes let it be so."""
    if len(given) != len(made) or not 0 < len(words) <= len(made):
        return UNTOLD
    axes = []
    for word, before, after in zip(words, given[-len(words) :], made[-len(words) :], strict=True):
        may_be = {
            "NONE": before == after,
            "EVERYTHING": True,
            "EVERYTHING_IN_PLACE": before == after,
            "AMONG_OTHERS": before <= after,
        }
        if not isinstance(word, str) or not may_be.get(word, False):
            return UNTOLD
        axes.append(Mixing[word])
    return tuple(axes)


def _permuted(order: Shape, given: Shape, made: Shape) -> Reach:
    """Return a change of the order of axes, if it makes this of that."""
    if len(order) > len(given) or sorted(order) != [*range(len(order))]:
        return UNTOLD
    start = len(given) - len(order)
    turned = (*given[:start], *(given[start + place] for place in order))
    return Permuted(order) if turned == made else UNTOLD


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
        raise TraceError(f"has no name: {shown(value)}")
    return value


def _shape(value: object) -> Shape:
    if not isinstance(value, list) or len(value) > MOST_AXES:
        raise TraceError(f"{shown(value)} is no shape")
    return tuple(_whole(size, 0) for size in value)


def _whole(value: object, least: int) -> int:
    try:
        return whole_number(value, least)
    except ShapeError as error:
        raise TraceError.of(error.problems) from None
