"""What one unit of a layer sees, and what a layer's place in a network means for its field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from archstat.analyses.receptive_field import (
    Interval,
    ReceptiveField,
    Track,
    image_shape,
    receptive_fields,
)
from archstat.errors import UsageError, did_you_mean, listed, shown
from archstat.graph import INPUT, Graph, Node
from archstat.layers.base import Shape, times
from archstat.record import record

FEW_NAMES = 6
"""As many layers are named in a remark."""

AXES = {1: ("positions",), 2: ("rows", "columns"), 3: ("planes", "rows", "columns")}


@record
class SeenAxis:
    """What a unit sees along one axis of the image.

    Attributes:
        name: What the axis is called.
        unit: The place of the unit, from 0.
        units: How many units the map has.
        first: The first pixel that it sees; below 0 it is padding.
        last: The last one; beyond the image it is padding.
        size: The pixels that the widest unit sees.
        stride: Pixels from one unit to the next; None where that differs.
        pixels: How many pixels the image has.
    """

    name: str
    unit: int
    units: int
    first: int
    last: int
    size: int
    stride: Fraction | None
    pixels: int

    @property
    def before(self) -> int:
        """The pixels before the image that it would see."""
        return min(max(0, -self.first), self.last - self.first + 1)

    @property
    def after(self) -> int:
        """The same behind the image."""
        return min(max(0, self.last - self.pixels + 1), self.last - self.first + 1)

    @property
    def seen(self) -> int:
        """The pixels of the image that it sees."""
        return self.last - self.first + 1 - self.before - self.after

    @property
    def is_whole(self) -> bool:
        """Whether it sees the whole image."""
        return self.seen == self.pixels


@record
class UnitField:
    """What a unit sees.

    Attributes:
        source: Whose units are counted: the input, or a layer.
        field: What is known of all units of the layer.
    """

    model: str
    layer: str
    source: str
    axes: tuple[SeenAxis, ...]
    field: ReceptiveField

    @property
    def unit(self) -> tuple[int, ...]:
        """The place of the unit."""
        return tuple(axis.unit for axis in self.axes)

    @property
    def size(self) -> Shape:
        """The pixels that it sees along each axis, in the image or not."""
        return tuple(axis.last - axis.first + 1 for axis in self.axes)

    @property
    def image(self) -> Shape:
        """The pixels of the image."""
        return tuple(axis.pixels for axis in self.axes)

    @property
    def units(self) -> Shape:
        """The units of the map."""
        return tuple(axis.units for axis in self.axes)


@record
class Effective:
    """How much each pixel matters to a unit, from 0 to 1, rows of columns.

    Attributes:
        amounts: The mean size of gradients, the largest of which is 1.
        runs: Of so many random images.
        side: The root of the number of pixels that matter.
    """

    amounts: tuple[tuple[float, ...], ...]
    runs: int
    side: float


def behind(graph: Graph, layer: str) -> Graph:
    """Return the network that reads what a layer gives, as far as it reads nothing else.

    Raises:
        UsageError: There is no such layer.
    """
    start = node_named(graph, layer)
    names = {layer: INPUT}
    nodes = []
    for node in graph.nodes:
        if node.name != layer and node.inputs and all(name in names for name in node.inputs):
            nodes.append(replace(node, inputs=tuple(names[name] for name in node.inputs)))
            names[node.name] = node.name
    return replace(graph, input_shape=start.out_shape, nodes=tuple(nodes), more_inputs={})


def node_named(graph: Graph, layer: str) -> Node:
    """Return the node of a layer.

    Raises:
        UsageError: There is none.
    """
    names = [node.name for node in graph.nodes]
    if layer not in names:
        raise UsageError(
            f"{graph.name} has no layer {shown(layer)}",
            hint=did_you_mean(layer, names) or f"it has {listed(names)}",
        )
    return graph.nodes[names.index(layer)]


def unit_field(
    graph: Graph, layer: str, unit: Sequence[int] | None = None, *, source: str = INPUT
) -> UnitField:
    """Return what a unit of a layer sees.

    Args:
        graph: The network; the one behind a layer to count in units of that.
        layer: The layer.
        unit: The place of the unit along each axis; None for the one in the middle.
        source: What the graph's input is called.

    Raises:
        UsageError: There is no such layer or unit, or it is not known what it sees.
    """
    if source != INPUT and layer not in {node.name for node in graph.nodes}:
        raise UsageError(
            f"{graph.name} has no layer {shown(layer)} behind {source}",
            hint=f"{layer} does not read it, or reads something else, too",
        )
    node_named(graph, layer)
    fields = receptive_fields(graph)
    field = fields.by_name[layer]
    if field is None:
        why = next((note for note in fields.notes if "unknown" in note), "")
        raise UsageError(
            f"it is not known what {layer} sees",
            hint=why or "the input has no rows and columns, or it reads none of them",
        )
    return _unit_field(graph, layer, field, unit, source)


def _unit_field(
    graph: Graph, layer: str, field: ReceptiveField, unit: Sequence[int] | None, source: str
) -> UnitField:
    counts = tuple(track.units for track in field.tracks)
    places = tuple(count // 2 for count in counts) if unit is None else tuple(unit)
    is_there = len(places) == len(counts) and all(
        0 <= place < count for place, count in zip(places, counts, strict=True)
    )
    if not is_there:
        last = ",".join(str(count - 1) for count in counts)
        raise UsageError(
            f"{layer} has {times(counts)} units, and no unit {','.join(map(str, places))}",
            hint=f"the first is {','.join('0' for _ in counts)}, the last {last}",
        )
    views = [track.interval(place) for track, place in zip(field.tracks, places, strict=True)]
    if None in views:
        raise UsageError(f"unit {','.join(map(str, places))} of {layer} sees no pixel")
    names = AXES[len(counts)]
    axes = (
        SeenAxis(name, place, track.units, view[0], view[1], track.size, stride, pixels)
        for name, place, track, view, stride, pixels in zip(
            names,
            places,
            field.tracks,
            [view for view in views if view is not None],
            field.effective_stride,
            image_shape(graph)[1:],
            strict=True,
        )
    )
    return UnitField(graph.name, layer, source, tuple(axes), field)


def on_the_way(graph: Graph, whole: UnitField) -> list[UnitField]:
    """Return what units of all layers before a layer see, each the one nearest to its middle.

    Layers that see the same as the one before them are left out; the layer itself is the last.
    """
    fields = receptive_fields(graph).by_name
    needed = {whole.layer}
    for node in reversed(graph.nodes):
        if node.name in needed:
            needed |= {*node.inputs}
    middle = [Fraction(axis.first + axis.last, 2) for axis in whole.axes]
    found: list[UnitField] = []
    for node in graph.nodes:
        field = fields[node.name]
        if node.name not in needed or field is None or node.name == whole.layer:
            continue
        unit = [_nearest(track, at) for track, at in zip(field.tracks, middle, strict=True)]
        if None in unit:
            continue
        one = _unit_field(graph, node.name, field, [each or 0 for each in unit], whole.source)
        if not found or (one.size, one.units) != (found[-1].size, found[-1].units):
            found.append(one)
    if found and (found[-1].size, found[-1].units) == (whole.size, whole.units):
        found.pop()
    return [*found, whole]


def _nearest(track: Track, middle: Fraction) -> int | None:
    """Return the unit whose pixels have their middle nearest to a place; None if none sees any."""
    away = {
        unit: abs(Fraction(sum(seen), 2) - middle)
        for unit, seen in enumerate(track.intervals)
        if seen is not None
    }
    return min(away, key=away.__getitem__, default=None)


def reached(field: ReceptiveField, pixel: Sequence[int]) -> tuple[Interval | None, ...]:
    """Return the first and the last unit that a pixel reaches, along each axis; None for none."""
    found = []
    for track, place in zip(field.tracks, pixel, strict=True):
        units = [
            unit
            for unit, seen in enumerate(track.intervals)
            if seen is not None and seen[0] <= place <= seen[1]
        ]
        found.append((units[0], units[-1]) if units else None)
    return tuple(found)


@record
class Sight:
    """A layer with a window, and how much of the image what it reads has seen already.

    Attributes:
        before: The receptive field of what it reads, along each axis.
        size: Its own.
    """

    layer: str
    before: Shape
    size: Shape

    def sees_new(self, image: Shape) -> bool:
        """Return whether it brings together what one unit before it does not see, on an image."""
        return any(before < side for before, side in zip(self.before, image, strict=True))


def sights(graph: Graph) -> list[Sight]:
    """Return the layers of a network whose windows see several units of a map."""
    fields = receptive_fields(graph).by_name
    found = []
    for node in graph.nodes:
        own = fields[node.name]
        before = [fields[name] for name in node.inputs if name != INPUT]
        if own is None or None in before or not _has_window(node):
            continue
        sizes = [field.size for field in before if field is not None]
        sizes = sizes or [(1,) * len(own.size)]
        largest = tuple(max(along) for along in zip(*sizes, strict=True))
        found.append(Sight(node.name, largest, own.size))
    return found


def _has_window(node: Node) -> bool:
    """Return whether a layer slides a kernel; what reads all there is does so at any size."""
    kernel = node.layer.settings().get("kernel_size")
    return kernel is not None and max(kernel) > 1


def remarks(graph: Graph) -> Iterator[str]:
    """Yield what the size of the image means for the layers that have windows."""
    known = sights(graph)
    if not known:
        return
    image = image_shape(graph)[1:]
    idle = [sight for sight in known if not sight.sees_new(image)]
    if idle:
        names = [sight.layer for sight in idle]
        if len(names) > FEW_NAMES:
            names = [*names[: FEW_NAMES - 1], f"{len(names) - FEW_NAMES + 1} more"]
        yield (
            f"at {times(image)}, the receptive field of what {idle[0].layer} reads is as large as "
            f"the image already; nothing new is seen by "
            f"{' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))}"
        )
    else:
        yield f"at {times(image)}, every layer with a window sees something new"
    least = max(max(sight.before) for sight in known) + 1
    most = max(max(sight.size) for sight in known)
    last = next(sight.layer for sight in known if max(sight.size) == most)
    yield (
        f"every layer with a window sees something new from {least} pixels on; "
        f"beyond {most} no unit of {last} sees the whole image"
    )
