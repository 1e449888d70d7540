"""Receptive fields measured: the input pixels on which a unit's value depends.

The network is rebuilt with one channel, equal positive weights, and a mean for every maximum, on an
image so large that nothing is clipped. There the gradient of a unit is not 0 on exactly the pixels
that it sees. A linear layer is rebuilt as the convolution that it is: its kernel is the whole map.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, lcm, prod

import torch
from torch import Tensor

from archstat.analyses.receptive_field.tracks import Track
from archstat.analyses.receptive_field.walk import ReceptiveField, receptive_fields
from archstat.errors import ArchstatError
from archstat.graph import INPUT, Graph, GraphBuilder, Node
from archstat.layers import Layer, activation, combine, conv, linear, norm, pool, reshape
from archstat.layers.base import Shape
from archstat.layers.opaque import Observed
from archstat.layers.reach import Mixing
from archstat.models.torch.module import build_module, outputs
from archstat.report.finding import Finding, Verdict, compared

WITNESS, QUANTITY = "autograd", "receptive fields"

MOST_PIXELS = 1 << 24
"""The largest image that is tried."""

CONVOLUTIONS: Mapping[int, type[Layer]] = {1: conv.Conv1d, 2: conv.Conv2d, 3: conv.Conv3d}
MEANS: Mapping[int, type[Layer]] = {1: pool.AvgPool1d, 2: pool.AvgPool2d, 3: pool.AvgPool3d}
NORMS: Mapping[int, type[Layer]] = {
    1: norm.BatchNorm1d,
    2: norm.BatchNorm2d,
    3: norm.BatchNorm3d,
}


class NotMeasurableError(ArchstatError):
    """A receptive field that this witness cannot measure."""


@dataclass(frozen=True)
class Part:
    """A node of the one-channel network."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]


def autograd_findings(graph: Graph) -> Iterator[Finding]:
    """Yield what gradients say of the receptive fields of all layers that can be measured."""
    fields = {name: f for name, f in receptive_fields(graph).by_name.items() if f is not None}
    try:
        parts, remark = _parts(graph, fields)
        twin, measured = _measured_unclipped(graph.input_shape, parts, fields)
    except ArchstatError as error:
        words = f"not measured: {error.problems[0].what}"
        yield Finding(WITNESS, QUANTITY, Verdict.NOT_MEASURED, words)
        return
    predicted = {
        node.name: described([_view(fields[node.name], unit) for unit in _units(node)])
        for node in twin.nodes
    }
    finding = compared(WITNESS, QUANTITY, predicted, measured)
    if finding.verdict is Verdict.AGREES:
        finding = replace(finding, words=f"{finding.words}: size, stride and padding")
    yield finding
    if remark:
        yield Finding(WITNESS, QUANTITY, Verdict.NOT_MEASURED, f"not measured {remark}")


def _parts(graph: Graph, fields: Mapping[str, ReceptiveField]) -> tuple[list[Part], str | None]:
    """Return the one-channel network as far as it can be built, and why no further.

    Raises:
        NotMeasurableError: Not even the first layer can be.
    """
    parts: list[Part] = []
    sizes: dict[str, tuple[int, ...]] = {INPUT: graph.input_shape[1:]}
    remark = None
    for node in graph.nodes:
        if node.name not in fields or not sizes.keys() >= set(node.inputs):
            continue
        try:
            parts.append(Part(node.name, _standin(node, sizes[node.inputs[0]]), node.inputs))
        except NotMeasurableError as error:
            remark = remark or f"from {node.name} on: {error.problems[0].what}"
            continue
        # the sizes of the last map, which flattening hides from the shape
        sizes[node.name] = tuple(track.units for track in fields[node.name].tracks)
    if not parts:
        raise NotMeasurableError(remark or "the input has no rows and columns")
    return parts, remark


def _standin(  # noqa: C901, PLR0911, PLR0912  one case a kind
    node: Node, sizes: tuple[int, ...]
) -> Layer:
    """Return a layer of one channel that reads the same places.

    Raises:
        NotMeasurableError: There is none.
    """
    axes = len(sizes)
    match node.layer:
        case conv.AnyConvolution() as layer:
            return replace(layer, in_channels=None, out_channels=1, groups=1)
        case linear.Linear() | activation.Softmax() if len(node.in_shape) == 1:
            return CONVOLUTIONS[axes].from_settings({"out_channels": 1, "kernel_size": sizes})
        case linear.Linear():
            raise NotMeasurableError("it has no stand-in of one channel")
        case pool.AnyMaxPool() as layer:
            kept = ("kernel_size", "stride", "padding")
            settings = {name: getattr(layer, name) for name in kept}
            if set(layer.dilation) == {1}:
                return MEANS[axes].from_settings({**settings, "ceil_mode": layer.ceil_mode})
            dilated = {**settings, "dilation": layer.dilation, "out_channels": 1}
            return CONVOLUTIONS[axes].from_settings(dilated)
        case pool.AnyAdaptivePool() as layer:
            pairs = list(zip(sizes, layer.output_size, strict=True))
            if any(before % after for before, after in pairs):
                raise NotMeasurableError("its windows differ in size, and would on a larger image")
            kernel = [before // after for before, after in pairs]
            strides = [1 if after == 1 else before // after for before, after in pairs]
            return MEANS[axes].from_settings({"kernel_size": kernel, "stride": strides})
        case norm.AnyBatchNorm() if node.layer.reach(node.in_shape) is Mixing.NONE:
            return NORMS[axes].from_settings({})
        case Observed():
            raise NotMeasurableError("it has no stand-in of one channel")
        case norm.AnyBatchNorm() | norm.GroupNorm() | norm.LayerNorm():
            raise NotMeasurableError("it reads the whole map, which a larger image would change")
        case reshape.Flatten() | activation.Softmax() | activation.PReLU():
            return activation.Identity()
        case combine.Concat():
            return combine.Add()
        case layer if "inplace" in layer.settings():  # it would overwrite what gradients need
            return type(layer).from_settings({**layer.settings(), "inplace": False})
        case layer:
            return layer


def _measured_unclipped(
    image: Shape, parts: Sequence[Part], fields: Mapping[str, ReceptiveField]
) -> tuple[Graph, dict[str, str]]:
    """Return the one-channel network on an image on which no view is clipped, and its views.

    The image grows by whole strides of all branches, so that branches keep fitting together.

    Raises:
        NotMeasurableError: It would take too large an image.
        ShapeError: The branches do not fit together on a larger image.
    """
    tracks = zip(*(fields[part.name].tracks for part in parts), strict=True)
    steps = [lcm(*(_advance(track) for track in axis)) for axis in tracks]
    growth = 1.0
    while True:
        growth *= 1.25
        pairs = zip(image[1:], steps, strict=True)
        sides = [side + step * ceil((growth - 1) * side / step) for side, step in pairs]
        if prod(sides) > MOST_PIXELS:
            raise NotMeasurableError(f"it takes an image of more than {MOST_PIXELS:,} pixels")
        builder = GraphBuilder((1, *sides))
        for part in parts:
            builder.add(part.name, part.layer, part.inputs)
        twin = builder.build("one channel")
        if all(_is_inside(node, fields[node.name], sides) for node in twin.nodes):
            measured = _measured(twin)
            if measured is not None:
                return twin, measured


def _advance(track: Track) -> int:
    """Return by how many pixels an image must grow for a map to grow by whole units.

    Raises:
        NotMeasurableError: The map would be another one on a larger image.
    """
    periods = [branch.period for branch in track.branches if branch.period is not None]
    if len(periods) < len(track.branches):
        raise NotMeasurableError("it is resized by another factor on a larger image")
    moves = zip(track.branches, periods, strict=True)
    return lcm(*(int(branch.stride * period) or 1 for branch, period in moves))


def _view(field: ReceptiveField, unit: int) -> list[tuple[int, int] | None]:
    """Return the pixels of a unit along each axis: none at all, if along one it sees none."""
    view = [track.interval(unit) for track in field.tracks]
    return [None] * len(view) if None in view else view


def _is_inside(node: Node, field: ReceptiveField, sides: Sequence[int]) -> bool:
    """Return whether a node has two units in its middle whose views should be in the image."""
    if any(unit >= size for unit in _units(node) for size in node.out_shape[1:]):
        return False
    views = (
        (track.interval(unit), side)
        for track, side in zip(field.tracks, sides, strict=True)
        for unit in _units(node)
    )
    return not any(_is_clipped(view, side) for view, side in views)


def _measured(twin: Graph) -> dict[str, str] | None:
    """Return what two units of each node see; None if the image clips a view."""
    module = build_module(twin, torch.device("cpu")).double()
    with torch.no_grad():
        for name, tensor in (*module.named_parameters(), *module.named_buffers()):
            if name.endswith(("weight", "running_var")):
                tensor.fill_(1 / max(1, prod(tensor.shape[1:])))
    image = torch.ones((1, *twin.input_shape), dtype=torch.float64, requires_grad=True)
    measured = {}
    with torch.enable_grad():
        seen = list(outputs(twin, module, image))
    for node, output in seen:
        views = []
        for unit in _units(node):
            value = output[(0, 0, *(unit for _ in node.out_shape[1:]))]
            (gradient,) = torch.autograd.grad(value, image, retain_graph=True)
            view = hull(gradient[0, 0])
            if any(_is_clipped(*pair) for pair in zip(view, twin.input_shape[1:], strict=True)):
                return None
            views.append(view)
        measured[node.name] = described(views)
    return measured


def _units(node: Node) -> tuple[int, int]:
    """Return two neighbouring units in the middle of a map."""
    middle = min(node.out_shape[1:]) // 2
    return middle, middle + 1


def hull(gradient: Tensor) -> list[tuple[int, int] | None]:
    """Return the first and the last place along each axis where a gradient is not 0."""
    places = gradient.nonzero()
    if not len(places):
        return [None] * gradient.dim()
    first, last = places.min(dim=0).values.tolist(), places.max(dim=0).values.tolist()
    return list(zip(first, last, strict=True))


def _is_clipped(view: tuple[int, int] | None, side: int) -> bool:
    return view is not None and (view[0] <= 0 or view[1] >= side - 1)


def described(views: Sequence[Sequence[tuple[int, int] | None]]) -> str:
    """Return what units see in words: the size, and the pixels along each axis."""
    sizes = [0 if view is None else view[1] - view[0] + 1 for view in views[0]]
    ranges = [
        " × ".join("nothing" if view is None else f"{view[0]}…{view[1]}" for view in unit)
        for unit in views
    ]
    return f"{'×'.join(map(str, sizes))} (pixels {', then '.join(ranges)})"
