"""Receptive fields measured: the input pixels on which a unit's value depends.

The network is rebuilt with one channel, equal positive weights, and a mean for every maximum, one
axis after the other, on an image so large that nothing is clipped. There the gradient of a unit is
not 0 on exactly the pixels that it sees. A linear layer is rebuilt as the convolution that it is:
its kernel is the whole map.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, lcm, prod

import torch

from archstat.analyses.receptive_field import ReceptiveField, image_shape, receptive_fields
from archstat.analyses.receptive_field.branches import Interval
from archstat.analyses.receptive_field.tracks import Track
from archstat.errors import ArchstatError
from archstat.graph import INPUT, Graph, GraphBuilder, Node
from archstat.layers import Layer, activation, combine, conv, linear, norm, pool, reshape
from archstat.layers.base import Shape
from archstat.layers.opaque import Observed
from archstat.layers.reach import Mixing
from archstat.models.torch.module import build_module, outputs
from archstat.report.finding import Agreement, Finding, compared
from archstat.witnesses.pixels import (
    IN_FULL,
    QUANTITY,
    WITNESS,
    NotMeasurableError,
    described,
    hull,
    like_the_widest,
)

MOST_PIXELS = 1 << 17
"""The largest image that is tried, along one axis."""

CONVOLUTIONS: Mapping[int, type[Layer]] = {1: conv.Conv1d, 2: conv.Conv2d, 3: conv.Conv3d}
MEANS: Mapping[int, type[Layer]] = {1: pool.AvgPool1d, 2: pool.AvgPool2d, 3: pool.AvgPool3d}
NORMS: Mapping[int, type[Layer]] = {
    1: norm.BatchNorm1d,
    2: norm.BatchNorm2d,
    3: norm.BatchNorm3d,
}


@dataclass(frozen=True)
class Part:
    """A node of the one-channel network.

    Attributes:
        is_taken: Whether it is taken to do what is said of it, and shows nothing.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    is_taken: bool = False


def autograd_findings(graph: Graph) -> Iterator[Finding]:
    """Yield what gradients say of the receptive fields of all layers that can be measured."""
    fields = {
        name: field for name, field in receptive_fields(graph).by_name.items() if field is not None
    }
    try:
        parts, remark = _parts(graph, fields)
        twins = [_twin(image_shape(graph), parts, fields, axis) for axis in _axes(graph)]
    except ArchstatError as error:
        words = f"not measured: {error.problems[0].what}"
        yield Finding(WITNESS, QUANTITY, Agreement.NOT_MEASURED, words)
        return
    shown = [part.name for part in parts if not part.is_taken]
    along = [_measured(twin, shown, fields, axis) for axis, twin in enumerate(twins)]
    measured = {name: _views([views[name] for views in along]) for name in shown}
    predicted = {
        name: _views([_stated(twin, fields[name], name, axis) for axis, twin in enumerate(twins)])
        for name in shown
    }
    rows = sum(not node.is_view for node in graph.nodes)
    finding = compared(WITNESS, QUANTITY, predicted, measured, of=rows)
    if finding.verdict is Agreement.AGREES:
        finding = replace(finding, words=f"{finding.words}: {IN_FULL}")
    yield finding
    if remark:
        yield Finding(WITNESS, QUANTITY, Agreement.NOT_MEASURED, f"not measured {remark}")


def _axes(graph: Graph) -> range:
    return range(len(graph.input_shape) - 1)


def _views(along: Sequence[Sequence[Interval | None]]) -> str:
    """Return what units see in words, from what they see along each axis."""
    return described([[*pixels] for pixels in zip(*along, strict=True)])


def _require_repeats(field: ReceptiveField) -> None:
    """Check that all units see the same, moved along, by turns: on a larger image as well.

    Raises:
        NotMeasurableError: They do not.
    """
    for track in field.tracks:
        if len(track.branches) > 1 or track.branches[0].period is None:
            raise NotMeasurableError("what its units see differs by their place")


def _parts(graph: Graph, fields: Mapping[str, ReceptiveField]) -> tuple[list[Part], str | None]:
    """Return the one-channel network as far as it can be built, and why no further.

    Raises:
        NotMeasurableError: Not even the first layer can be.
    """
    parts: list[Part] = []
    sizes: dict[str, tuple[int, ...]] = {INPUT: image_shape(graph)[1:]}
    remark = None
    for node in graph.nodes:
        if node.name not in fields or not node.inputs or not sizes.keys() >= set(node.inputs):
            continue
        try:
            _require_repeats(fields[node.name])
            layer, is_taken = _standin(node, sizes[node.inputs[0]]), _is_in_place(node)
            parts.append(Part(node.name, layer, node.inputs, is_taken))
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
        case pool.Upsample() as layer if layer.align_corners:
            raise NotMeasurableError("it would stretch a larger image by another factor")
        case norm.AnyBatchNorm() if node.layer.reach(node.in_shape) is Mixing.NONE:
            return NORMS[axes].from_settings({})
        case Observed() if _is_in_place(node):
            return activation.Identity()
        case Observed():
            raise NotMeasurableError("it has no stand-in of one channel")
        case norm.AnyBatchNorm() | norm.GroupNorm() | norm.LayerNorm():
            raise NotMeasurableError("it reads the whole map, which a larger image would change")
        case (
            reshape.Flatten()
            | reshape.Select()
            | activation.Softmax()
            | activation.PReLU()
            | activation.ReLU6()
        ):
            return activation.Identity()
        case combine.Concat():
            return combine.Add()
        case layer if "inplace" in layer.settings():  # it would overwrite what gradients need
            return type(layer).from_settings({**layer.settings(), "inplace": False})
        case layer:
            return layer


def _is_in_place(node: Node) -> bool:
    """Return whether a node is an operator that is said to move nothing."""
    if node.layer.has_formulas or node.out_shape != node.in_shape:
        return False
    reach = node.layer.reach(node.in_shape)
    along = reach if isinstance(reach, tuple) else (reach,)
    return len(node.inputs) == 1 and {*along} <= {Mixing.NONE, Mixing.AMONG_OTHERS}


def _twin(
    image: Shape, parts: Sequence[Part], fields: Mapping[str, ReceptiveField], axis: int
) -> Graph:
    """Return the network of one channel along one axis, of so many pixels that nothing is clipped.

    The image grows by whole strides of all branches, so that branches keep fitting together.

    Raises:
        NotMeasurableError: It would take too many pixels.
        ShapeError: The branches do not fit together on a larger image.
    """
    tracks = {part.name: fields[part.name].tracks[axis] for part in parts}
    step = lcm(*map(_advance, tracks.values()))
    side = image[1 + axis]
    while True:
        side += step * ceil(side / 4 / step)
        if side > MOST_PIXELS:
            raise NotMeasurableError(f"it takes an image of more than {MOST_PIXELS:,} pixels")
        builder = GraphBuilder(
            (1, *(side if each == axis else 1 for each in range(len(image) - 1)))
        )
        for part in parts:
            builder.add(part.name, _along(part.layer, axis), part.inputs)
        twin = builder.build("one channel")
        if all(_is_inside(node, tracks[node.name], axis, side) for node in twin.nodes):
            return twin


NEUTRAL: Mapping[str, int] = {
    "kernel_size": 1,
    "stride": 1,
    "padding": 0,
    "dilation": 1,
    "output_padding": 0,
    "scale_factor": 1,
}
"""The settings with which a window moves nothing."""


def _along(layer: Layer, axis: int) -> Layer:
    """Return a layer that does along one axis what it did, and nothing along the others."""
    settings = {
        name: tuple(each if number == axis else NEUTRAL[name] for number, each in enumerate(value))
        for name, value in layer.settings().items()
        if name in NEUTRAL and isinstance(value, tuple)
    }
    return replace(layer, **settings)


def _advance(track: Track) -> int:
    """Return by how many pixels an image must grow for a map to grow by whole periods."""
    (branch,) = track.branches
    return abs(int(branch.stride * (branch.period or 1))) or 1


def _is_inside(node: Node, track: Track, axis: int, side: int) -> bool:
    """Return whether an image has room for what is said of the units that are looked at."""
    size = node.out_shape[1 + axis]
    units = _units(track, size)
    views = map(track.interval, units)
    return max(units) < size and all(0 < view[0] <= view[1] < side - 1 for view in views if view)


def _measured(
    twin: Graph, chosen: Container[str], fields: Mapping[str, ReceptiveField], axis: int
) -> dict[str, list[Interval | None]]:
    """Return the pixels that two units of each chosen node see along an axis."""
    module = build_module(twin, torch.device("cpu")).double()
    with torch.no_grad():
        for name, tensor in (*module.named_parameters(), *module.named_buffers()):
            if name.endswith(("weight", "running_var")):
                tensor.fill_(1 / max(1, prod(tensor.shape[1:])))
    images = torch.ones((2, *twin.input_shape), dtype=torch.float64, requires_grad=True)
    measured = {}
    with torch.enable_grad():
        for node, output in outputs(twin, module, images):
            if node.name in chosen:
                first, second = _units(fields[node.name].tracks[axis], node.out_shape[1 + axis])
                one, other = output.flatten(1)  # there is but one channel, and one axis
                (gradient,) = torch.autograd.grad(
                    one[first] + other[second], images, retain_graph=True
                )
                measured[node.name] = [hull(each.flatten())[0] for each in gradient]
    return measured


def _stated(twin: Graph, field: ReceptiveField, name: str, axis: int) -> list[Interval | None]:
    """Return what is said that the same two units see."""
    size = next(node.out_shape[1 + axis] for node in twin.nodes if node.name == name)
    track = field.tracks[axis]
    return [track.interval(unit) for unit in _units(track, size)]


def _units(track: Track, size: int) -> tuple[int, int]:
    """Return a unit in the middle of a map that sees as much as the widest, and the next such."""
    period = track.branches[0].period or 1
    unit = size // 2 // period * period + like_the_widest(track)[0]
    return unit, unit + period
