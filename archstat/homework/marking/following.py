"""What a cell should say if the cells before it in the same sheet were right.

A wrong cell whose value follows from an earlier one is no second mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from math import prod

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.errors import ShapeError
from archstat.graph import BYTES_PER_NUMBER, INPUT, Node
from archstat.homework.answers.quantities import QUANTITIES, WrittenCell, map_of
from archstat.homework.answers.reaching import reaches, true_rule
from archstat.homework.answers.truth import Answer, Told, Truth, retold
from archstat.homework.marking.marks import Spot
from archstat.layers.base import Layer, Shape


@dataclass(frozen=True)
class Consequence:
    """What follows, and from which cells."""

    answer: Answer
    sources: tuple[Spot, ...]


@dataclass(frozen=True)
class OwnWords:
    """What a sheet itself says of every layer.

    Attributes:
        written: What stands in the cells, by layer and quantity; the input is a layer here.
        of_blocks: The blocks of whose rows these cells are, where they are of none of the layers.
    """

    truth: Truth
    written: Mapping[Spot, WrittenCell]
    of_blocks: Mapping[Spot, Spot] = field(default_factory=dict)

    def shape(self, layer: str, quantity: str = "feature_map") -> Shape | None:
        """Return the map that the sheet states of a layer, channels first."""
        cell = self.written.get((layer, quantity))
        node = self.truth.nodes.get(layer)
        like = self.truth.graph.input_shape if node is None else node.out_shape
        if cell is None or not like:
            return None
        found = (map_of(dims, like) for dims in cell.shapes)
        return next((shape for shape in found if shape is not None), None)

    def number(self, layer: str, quantity: str) -> int | None:
        """Return the whole number that the sheet states of a layer."""
        cell = self.written.get((layer, quantity))
        value = None if cell is None else QUANTITIES[quantity].reads(cell)
        return value if isinstance(value, int) else None

    def sizes(self, layer: str, quantity: str, axes: int) -> Shape | None:
        """Return the sizes that the sheet states of a layer, one an axis."""
        cell = self.written.get((layer, quantity))
        value = None if cell is None else QUANTITIES[quantity].reads(cell)
        if not isinstance(value, tuple):
            return None
        return value * axes if len(value) == 1 else value[:axes] if len(value) >= axes else None

    @cached_property
    def maps(self) -> Mapping[str, Shape]:
        """The maps that the sheet states, by layer."""
        found = {name: self.shape(name) for name in self.truth.nodes}
        return {name: shape for name, shape in found.items() if shape is not None}

    @cached_property
    def told(self) -> Mapping[str, Told]:
        """Every layer, given the map that the sheet states before it."""
        graph = self.truth.graph
        first = self.shape(INPUT)
        told = retold(graph, input_shape=first or graph.input_shape, stated=self.maps)
        return {layer.node.name: layer for layer in told}

    @cached_property
    def fields(self) -> Mapping[str, Shape]:
        """Every layer's receptive field, given the one that the sheet states before it."""
        return self._reaches(jumps={})

    @cached_property
    def fields_by_own_strides(self) -> Mapping[str, Shape]:
        """The same, given the effective strides that the sheet states, too."""
        return self._reaches(jumps=self._per_axis("effective_stride"))

    @cached_property
    def fields_by_own_maps(self) -> Mapping[str, Shape]:
        """The same, where a layer reads a whole map as large as the sheet states it."""
        return self._reaches(jumps={}, maps=self.maps)

    def _reaches(
        self, jumps: Mapping[str, Shape], maps: Mapping[str, Shape] | None = None
    ) -> Mapping[str, Shape]:
        stated = self._per_axis("receptive_field")
        graph = self.truth.graph
        return reaches(graph, true_rule, stated=stated, jumps=jumps, sizes_of_maps=maps)

    def _per_axis(self, quantity: str) -> dict[str, Shape]:
        axes = len(self.truth.graph.input_shape) - 1
        found = {name: self.sizes(name, quantity, axes) for name in self.truth.nodes}
        return {name: sizes for name, sizes in found.items() if sizes is not None}

    def before(self, node: Node, quantity: str) -> Spot | None:
        """Return the nearest cell of a quantity before a layer, along any of its inputs."""
        sources = dict.fromkeys(node.inputs)
        known: set[str] = set()
        while sources:
            for source in sources:
                if (source, quantity) in self.written:
                    return source, quantity
            known.update(sources)
            above = [self.truth.nodes[source] for source in sources if source in self.truth.nodes]
            names = (name for one in above for name in one.inputs)
            sources = dict.fromkeys(name for name in names if name not in known)
        return None


def consequences(own: OwnWords, layer: str, quantity: str) -> Iterator[Consequence]:
    """Yield what a cell should say, given other cells of the same sheet."""
    node, told = own.truth.nodes[layer], own.told.get(layer)
    if quantity in BEHIND_OF:
        above = own.before(node, BEHIND_OF[quantity])
        if above is not None:
            axes = len(own.truth.graph.input_shape) - 1
            yield Consequence(own.sizes(*above, axes), (above,))
        return
    if quantity == "receptive_field":
        yield from _fields(own, node)
        return
    if quantity == "effective_stride":
        yield from _strides(own, node)
        return
    if told is None:
        return
    above = own.before(node, "feature_map")
    before = () if above is None else (above,)
    answers = told.answers()
    if quantity in {"feature_map", "in_shape", "filter_depth", "weights", "params"}:
        yield Consequence(answers[quantity], before)
        changed = _by_own_settings(own, told)
        if changed is not None:
            settings = tuple((layer, name) for name in _SETTINGS if (layer, name) in own.written)
            yield Consequence(changed.answers()[quantity], (*before, *settings))
    if quantity in _COUNTED:
        yield from _COUNTED[quantity](own, told, before)


BEHIND_OF = {
    "in_receptive_field": "receptive_field",
    "in_effective_stride": "effective_stride",
}
"""What stands before a layer as it stands behind the one before it."""


def _fields(own: OwnWords, node: Node) -> Iterator[Consequence]:
    """Yield what a receptive field should be, given those before it."""
    above = own.before(node, "receptive_field")
    strides = own.before(node, "effective_stride")
    sources = tuple(place for place in (above, strides) if place is not None)
    if sources and node.name in _stepwise(own.truth):
        yield Consequence(own.fields.get(node.name), sources)
        yield Consequence(own.fields_by_own_strides.get(node.name), sources)
        if (above := own.before(node, "feature_map")) is not None:
            yield Consequence(own.fields_by_own_maps.get(node.name), (*sources, above))
    joined = [name for name in node.inputs if (name, "receptive_field") in own.written]
    if len(node.inputs) > 1 and joined:
        axes = len(own.truth.graph.input_shape) - 1
        sizes = [found for name in joined if (found := own.sizes(name, "receptive_field", axes))]
        places = tuple((name, "receptive_field") for name in joined)
        yield Consequence(max(sizes, default=None), places)


def _strides(own: OwnWords, node: Node) -> Iterator[Consequence]:
    """Yield what an effective stride should be, given the one before the layer."""
    answers = own.truth.account[node.name]
    behind, before = answers.get("effective_stride"), answers.get("in_effective_stride")
    if not isinstance(behind, tuple) or not isinstance(before, tuple):
        return
    for spot in ((node.name, "in_effective_stride"), own.before(node, "effective_stride")):
        stated = None if spot is None else own.sizes(*spot, len(behind))
        if spot is not None and stated is not None:
            sizes = zip(stated, behind, before, strict=True)
            yield Consequence(tuple(at * b // a for at, b, a in sizes), (spot,))


@lru_cache(maxsize=16)
def _stepwise(truth: Truth) -> frozenset[str]:
    """Return the layers whose field comes of the one before, and not of branches off centre."""
    found = reaches(truth.graph, true_rule)
    fields = {name: answers.get("receptive_field") for name, answers in truth.account.items()}
    return frozenset(name for name, field in found.items() if fields.get(name) == field)


_SETTINGS = ("kernel_size", "stride", "padding")


def _by_own_settings(own: OwnWords, told: Told) -> Told | None:
    """Return a layer with the settings that the sheet states of it."""
    layer, name = told.layer, told.node.name
    changes: dict[str, object] = {}
    for setting in _SETTINGS:
        if hasattr(layer, setting):
            sizes = own.sizes(name, setting, layer.axes)
            if sizes is not None and sizes != getattr(layer, setting):
                changes[setting] = sizes
    filters = own.number(name, "filters")
    if filters is not None and getattr(layer, "out_channels", filters) != filters:
        changes["out_channels"] = filters
    if not changes:
        return None
    try:
        changed: Layer = replace(layer, **changes)
    except ShapeError:
        return None
    try:
        shape = changed.out_shape(told.in_shape)
    except ShapeError:  # weights have such a kernel all the same
        shape = told.out_shape
    return replace(told, layer=changed, out_shape=shape)


def _own_map(own: OwnWords, told: Told, before: tuple[Spot, ...]) -> tuple[Shape, tuple[Spot, ...]]:
    """Return the map that a row's counts are worked out from, and where it stands."""
    name = told.node.name
    if name in own.maps:
        return own.maps[name], ((name, "feature_map"),)
    return told.out_shape, before


def _neurons(own: OwnWords, told: Told, before: tuple[Spot, ...]) -> Iterator[Consequence]:
    shape, sources = _own_map(own, told, before)
    yield Consequence(prod(shape) if told.node.neurons else 0, sources)


def _activation_bytes(own: OwnWords, told: Told, before: tuple[Spot, ...]) -> Iterator[Consequence]:
    shape, sources = _own_map(own, told, before)
    yield Consequence(BYTES_PER_NUMBER * prod(shape), sources)


def _params(own: OwnWords, told: Told, _: tuple[Spot, ...]) -> Iterator[Consequence]:
    name = told.node.name
    weights, biases = own.number(name, "weights"), own.number(name, "biases")
    if weights is not None:
        sources = (
            ((name, "weights"), (name, "biases")) if biases is not None else ((name, "weights"),)
        )
        added = told.node.biases if biases is None else biases
        yield Consequence(weights + added, sources)


def _param_bytes(own: OwnWords, told: Told, _: tuple[Spot, ...]) -> Iterator[Consequence]:
    name = told.node.name
    for quantity in ("params", "weights"):
        number = own.number(name, quantity)
        if number is not None:
            yield Consequence(BYTES_PER_NUMBER * number, ((name, quantity),))


def _macs(own: OwnWords, told: Told, before: tuple[Spot, ...]) -> Iterator[Consequence]:
    """Yield products of weights and places, of which the sheet may state either."""
    if not told.node.neurons:
        return
    yield Consequence(told.answers().get("macs"), before)
    name, node = told.node.name, told.node
    shape, map_sources = _own_map(own, told, before)
    places = prod(shape[1:]) if len(shape) > 1 else 1
    true_weights = own.truth.account[name].get("weights")
    weights = told.answers()["weights"]
    for count, sources in (
        (weights, before),
        (true_weights, ()),
        (own.number(name, "weights"), ((name, "weights"),)),
        (_without_biases(own, node), ((name, "params"),)),
    ):
        if not isinstance(count, int):
            continue
        yield Consequence(count * places, (*map_sources, *sources))
        yield Consequence(count * prod(node.out_shape[1:]), sources)
    neurons = own.number(name, "neurons")
    if neurons is not None and isinstance(true_weights, int):
        yield Consequence(true_weights // node.out_shape[0] * neurons, ((name, "neurons"),))


def _without_biases(own: OwnWords, node: Node) -> int | None:
    params = own.number(node.name, "params")
    return None if params is None else params - node.biases


def _flops(own: OwnWords, told: Told, before: tuple[Spot, ...]) -> Iterator[Consequence]:
    for found in _macs(own, told, before):
        if isinstance(found.answer, int):
            yield Consequence(FLOPS_PER_MAC * found.answer, found.sources)
    macs = own.number(told.node.name, "macs")
    if macs is not None:
        yield Consequence(FLOPS_PER_MAC * macs, ((told.node.name, "macs"),))


_COUNTED = {
    "neurons": _neurons,
    "activation_bytes": _activation_bytes,
    "params": _params,
    "param_bytes": _param_bytes,
    "macs": _macs,
    "flops": _flops,
}
