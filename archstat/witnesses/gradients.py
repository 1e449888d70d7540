"""Receptive fields measured in a PyTorch model itself, on an image of its own size.

The model runs with random weights in double precision, and with smooth functions in place of those
whose gradient is 0 somewhere. There the gradient of a unit is not 0 on exactly the pixels that it
sees, as far as the image goes. Rows are modules and calls of functions, as the tracer has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod

import torch
from torch import Tensor, nn

from archstat.analyses.receptive_field import (
    ReceptiveField,
    channels_axis,
    image_shape,
    receptive_fields,
)
from archstat.analyses.receptive_field.layout import Axis, AxisFactor, Medley, axes_of, padded
from archstat.errors import ArchstatError
from archstat.graph import Graph, Node
from archstat.layers.naming import attribute_name
from archstat.models.inputs import InputSpec
from archstat.models.torch.apart import set_apart
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.private import every_tensor, tree_map_only
from archstat.models.torch.recording.recorder import recording
from archstat.models.torch.remarks import modules_by_path
from archstat.models.torch.running import apart, by_name, run_untouched, standins_of
from archstat.models.torch.source import Source
from archstat.report.finding import Agreement, Finding, compared, layers
from archstat.witnesses.pixels import (
    IN_FULL,
    QUANTITY,
    WITNESS,
    NotMeasurableError,
    Pixels,
    Unit,
    described,
    hull,
    is_shown,
    like_the_widest,
    spread,
    stated,
)
from archstat.witnesses.smooth import RowOutputs, Smooth

MOST_MACS = 5 * 10**9
"""The largest model that is run, in double precision and backwards."""

BUDGET = 60 * 10**9
"""As many multiply–accumulates may all backward passes take together."""

MOST_UNITS = 2
"""As many units are looked at of each layer."""

MOST_CORNERS = 3
"""Of as many convolutions it is looked at whether they read channels as channels."""


def gradient_finding(graph: Graph, source: Source, inputs: Sequence[InputSpec]) -> Finding:
    """Return what gradients in a model say of the receptive fields of its modules."""
    printed, clipped = (
        receptive_fields(graph, is_clipped=is_clipped).by_name for is_clipped in (False, True)
    )
    fields = {
        name: field for name, field in clipped.items() if field is not None and all(field.size)
    }
    try:
        _require_measurable(graph, source, fields)
        chosen = _chosen(graph, fields)
        sides = image_shape(graph)[1:]
        units = {name: _units(printed[name] or fields[name], sides) for name in chosen}
        image, channels = _image(source, inputs), channels_axis(graph) or 0
        looker = _Looker(image, channels, fields, units)
        seen, turned = _seen(source, inputs, graph, looker)
    except ArchstatError as error:
        words = f"not measured: {error.problems[0].what}"
        return Finding(WITNESS, QUANTITY, Agreement.NOT_MEASURED, words)
    if turned:
        words = (
            f"disagrees: places in the output of {turned} see different parts of the input's axis "
            "that is taken for its channels"
        )
        return Finding(WITNESS, QUANTITY, Agreement.DISAGREES, words)
    stepped = _behind(graph, looker.steps)
    seen = {
        name: views
        for name, views in seen.items()
        if name not in stepped or not _is_less(views, fields[name])
    }
    predicted = {name: described([stated(fields[name], u) for u in seen[name]]) for name in seen}
    measured = {name: described([*views.values()]) for name, views in seen.items()}
    rows = sum(not node.is_view for node in graph.nodes)
    finding = compared(WITNESS, QUANTITY, predicted, measured, of=rows)
    if finding.verdict is not Agreement.AGREES:
        return finding
    shown = [name for name in seen if is_shown(printed[name] or fields[name], seen[name], sides)]
    return _as_far_as_shown(len(shown), len(seen), rows)


def _behind(graph: Graph, steps: Iterable[str]) -> set[str]:
    """Return the rows that read what has no gradient, such as comparisons, and these themselves."""
    behind = set(steps)
    for node in graph.nodes:
        if not behind.isdisjoint(node.inputs):
            behind.add(node.name)
    return behind


def _is_less(seen: Mapping[Unit, Pixels], field: ReceptiveField) -> bool:
    """Return whether gradients show a part of what units are said to see, and nothing else."""
    pairs = [(stated(field, unit), pixels) for unit, pixels in seen.items()]
    return any(said != shown for said, shown in pairs) and all(
        shown is None or (said is not None and said[0] <= shown[0] and shown[1] <= said[1])
        for whole, part in pairs
        for said, shown in zip(whole, part, strict=True)
    )


def _as_far_as_shown(shown: int, agreed: int, rows: int) -> Finding:
    """Return what is proved where some rows agree, and of fewer the image shows all there is."""
    if not shown:
        words = f"not measured: on an image of its size, no view of {layers(agreed, rows)} ends"
        return Finding(WITNESS, QUANTITY, Agreement.NOT_MEASURED, words)
    words = f"agrees on {layers(shown, rows)}, in the model itself: {IN_FULL}"
    if agreed > shown:
        words += f"; on {agreed - shown} more as far as the image goes"
    return Finding(WITNESS, QUANTITY, Agreement.AGREES, words)


def _require_measurable(graph: Graph, source: Source, fields: Mapping[str, ReceptiveField]) -> None:
    """Check that a model is one that this witness can run.

    Raises:
        NotMeasurableError: It is not.
    """
    macs = sum((node.examples or 0) * node.macs for node in graph.nodes)
    if not fields:
        raise NotMeasurableError("the input has no rows and columns, or none that can be followed")
    if macs > MOST_MACS:
        raise NotMeasurableError(f"the model takes {macs:,} MACs, more than {MOST_MACS:,}")
    if source.takes_list:
        raise NotMeasurableError("the model takes a list of images")


def _image(source: Source, inputs: Sequence[InputSpec]) -> Tensor:
    """Return a random image, of which gradients are asked."""
    shape = (1, *stated_inputs(source, inputs)[0].shape)
    generator = torch.Generator().manual_seed(0)
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


class _Looker:
    """Looks at what rows return, and asks for their gradients.

    Args:
        image: What the model reads.
        channels: The axis of one example that holds its channels.
        fields: What is said of each row, within the image.
        units: The units of those that are looked at.
    """

    def __init__(
        self,
        image: Tensor,
        channels: int,
        fields: Mapping[str, ReceptiveField],
        units: Mapping[str, Sequence[Unit]],
    ) -> None:
        self.image = image
        self.channels = channels
        self.fields = fields
        self.units = units
        self.seen: dict[str, dict[Unit, Pixels]] = {}
        self.turned = ""
        self.steps: set[str] = set()  # rows that have no gradient: numbers that move by steps
        self._generator = torch.Generator().manual_seed(0)
        self._outputs: dict[str, Tensor] = {}
        self._convolutions: list[str] = []  # each value of which reads all channels

    def keep(self, node: Node, out: Tensor) -> None:
        """Keep what a row returns, if it is asked about."""
        if not (out.is_floating_point() or out.is_complex()):
            self.steps.add(node.name)
        if node.name in self.units:
            # the sum of a softmax is 1 whatever it reads; a sum with weights is not
            weights = torch.rand(out.shape, generator=self._generator, dtype=torch.float64)
            self._outputs[node.name] = out * (weights + 1)
            if getattr(node.layer, "groups", None) == 1:
                self._convolutions.append(node.name)

    def look(self) -> None:
        """Ask for the gradients of all that was kept."""
        for name, output in self._outputs.items():
            field = self.fields[name]
            self.seen[name] = {
                unit: hull(self._gradient(unit_value(output, field, unit)).sum(dim=0))
                for unit in self.units[name]
            }
        for name in self._convolutions[:MOST_CORNERS]:
            corners = [_corner(self._outputs[name], self.fields[name], end) for end in (0, -1)]
            read = [(self._gradient(value).flatten(1).sum(dim=1) > 0).tolist() for value in corners]
            if read[0] != read[1]:
                self.turned = self.turned or name

    def _gradient(self, value: Tensor) -> Tensor:
        """Return how much a value depends on each pixel of each channel, which come first."""
        if not value.requires_grad:  # it was made of parameters alone
            return torch.zeros_like(self.image[0]).movedim(self.channels, 0)
        (gradient,) = torch.autograd.grad(
            value, self.image, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        return gradient[0].abs().movedim(self.channels, 0)


def _seen(
    source: Source, inputs: Sequence[InputSpec], graph: Graph, looker: _Looker
) -> tuple[dict[str, dict[Unit, Pixels]], str]:
    """Return the pixels that units of each module see, and a module that mistakes the axes.

    Raises:
        NotMeasurableError: The model does not run in double precision.
    """
    model = source.model if source.make is None else source.make()
    stated_first, *_ = stated_inputs(source, inputs)
    args, kwargs = example_inputs(source, stated_inputs(source, inputs), 1, torch.device("cpu"))
    args, kwargs = tree_map_only(Tensor, _in_double, (args, kwargs))
    if stated_first.name is None:
        args[0] = looker.image
    else:
        kwargs[stated_first.name] = looker.image
    standins = _random(model, torch.Generator().manual_seed(0))
    try:
        with set_apart(model) as own:
            rows = _rows(own, graph, standins, looker)
            rows.begin(args, kwargs)
            run_untouched(own, args, kwargs, standins=standins, watcher=_watching(rows))
        with torch.enable_grad():
            looker.look()
    except ArchstatError:
        raise
    except Exception as error:  # noqa: BLE001  it is the user's code, which may raise anything
        first_line = str(error).partition("\n")[0]
        raise NotMeasurableError(
            f"the forward pass in double precision fails: {first_line}"
        ) from None
    return looker.seen, looker.turned


def _rows(
    model: nn.Module, graph: Graph, standins: Mapping[str, Tensor], looker: _Looker
) -> RowOutputs:
    """Return what records the rows of a model, and shows those that are rows of the graph too."""
    called = {attribute_name(node.name): node.name for node in graph.nodes}
    nodes = {node.name: node for node in graph.nodes}
    learned = dict(model.named_parameters())

    def see(node: Node, out: Tensor) -> None:
        there = nodes.get(node.name)
        if there is not None and (not node.is_call or _is_one_call(node, there)):
            looker.keep(node, out)

    return RowOutputs(
        see,
        paths={
            id(module): called.get(path, path) for path, module in modules_by_path(model).items()
        },
        params={name: tensor for name, tensor in standins.items() if name in learned},
    )


def _is_one_call(seen: Node, stated: Node) -> bool:
    """Return whether two passes mean one call by a name, which numbers calls of a kind."""
    return (seen.layer.kind, seen.inputs) == (stated.layer.kind, stated.inputs)


@contextmanager
def _watching(rows: RowOutputs) -> Iterator[None]:
    """Record rows while a model runs, with attention as the products that it is."""
    with torch.enable_grad(), apart(), recording(rows), Smooth(rows):
        yield


def _random(model: nn.Module, generator: torch.Generator) -> dict[str, Tensor]:
    """Return parameters that make no gradient cancel or vanish, and buffers that do nothing."""
    learned = {name for name, _ in model.named_parameters(remove_duplicate=False)}
    standins = by_name(model, standins_of(every_tensor(model), torch.device("cpu")))
    made: dict[int, Tensor] = {}

    def standin(name: str, tensor: Tensor) -> Tensor:
        if name in learned:
            values = torch.randn(tensor.shape, generator=generator, dtype=torch.float64)
            return values / max(1, prod(tensor.shape[1:])) ** 0.5 if tensor.dim() > 1 else values
        return torch.ones_like(tensor) if name.endswith("running_var") else tensor

    return {
        name: made.setdefault(id(tensor), _in_double(standin(name, tensor)))
        for name, tensor in standins.items()
    }


def _in_double(tensor: Tensor) -> Tensor:
    return tensor.double() if tensor.is_floating_point() else tensor


def _chosen(graph: Graph, fields: Mapping[str, ReceptiveField]) -> list[str]:
    """Return the layers that the budget allows to look at."""
    costs, cost = {}, 0
    for node in graph.nodes:
        cost += (node.examples or 0) * node.macs
        field = fields.get(node.name)
        if node.is_view or field is None or not node.inputs:
            continue
        if not any(map(_is_medley, field.layout)):
            costs[node.name] = MOST_UNITS * max(cost, 1)
    chosen = spread(costs, BUDGET)
    return [name for name in costs if name in chosen]


def _is_medley(axis: Axis) -> bool:
    return any(isinstance(factor, Medley) for factor in axis)


def _units(field: ReceptiveField, sides: Sequence[int]) -> list[Unit]:
    """Return two units that see as much as the widest: the first, and the one in the middle.

    Where the image ends in what the middle one sees, the last one instead: it shows where its view
    begins, and the first one where its own ends.
    """
    axes = [like_the_widest(track) for track in field.tracks]
    first, middle, last = (
        tuple(units[place(len(units))] for units in axes)
        for place in (lambda _: 0, lambda n: n // 2, lambda n: n - 1)
    )
    views = zip(stated(field, middle), sides, strict=True)
    is_inside = all(view and 0 < view[0] <= view[1] < side - 1 for view, side in views)
    return [*dict.fromkeys((middle, first) if is_inside else (first, last))]


def unit_value(output: Tensor, field: ReceptiveField, unit: Sequence[int]) -> Tensor:
    """Return the sum of all values that a unit has in a tensor, one for each channel."""
    for number, axis in enumerate(reversed(field.layout), 1):
        if axes_of(axis):
            places = torch.tensor(_places(axis, unit), device=output.device)
            output = output.index_select(-number, places)
    return output.sum()


def _places(axis: Axis, unit: Sequence[int]) -> list[int]:
    """Return where a unit is on an axis of a tensor: once for each channel that the axis has."""
    places = [0]
    for factor in axis:
        digits: Sequence[int] = range(factor.size)
        if isinstance(factor, AxisFactor) and factor.axis is not None:
            digits = [unit[factor.axis] // factor.step % factor.size]
        places = [place * factor.size + digit for place in places for digit in digits]
    return places


def _corner(output: Tensor, field: ReceptiveField, end: int) -> Tensor:
    """Return one value of the unit in the middle, the first or the last along all channels."""
    layout = padded(field.layout, output.dim())[-output.dim() :]
    index = [
        size // 2 if axes_of(axis) else range(size)[end]
        for axis, size in zip(layout, output.shape, strict=True)
    ]
    return output[tuple(index)]
