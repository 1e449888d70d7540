"""Receptive fields measured in a PyTorch model itself, on an image of its own size.

The model runs with random weights in double precision, and with smooth functions in place of those
whose gradient is 0 somewhere. There the gradient of a unit is not 0 on exactly the pixels that it
sees, as far as the image goes. Modules are looked at from outside, and so is the model's output;
what an operator between them sees, the next module sees as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  the field's name for it
from torch import Tensor, nn
from torch.nn.modules import module as global_hooks
from torch.overrides import TorchFunctionMode

from archstat.analyses.receptive_field import (
    ReceptiveField,
    channels_axis,
    image_shape,
    receptive_fields,
)
from archstat.analyses.receptive_field.layout import Axis, AxisFactor, Medley, axes_of, padded
from archstat.errors import ArchstatError
from archstat.graph import Graph
from archstat.layers.naming import attribute_name
from archstat.models.inputs import InputSpec
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.private import tree_leaves, tree_map_only
from archstat.models.torch.running import run_untouched, standins_of
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

MOST_MACS = 5 * 10**9
"""The largest model that is run, in double precision and backwards."""

BUDGET = 60 * 10**9
"""As many multiply–accumulates may all backward passes take together."""

MOST_UNITS = 2
"""As many units are looked at of each layer."""

MOST_CORNERS = 3
"""Of as many convolutions it is looked at whether they read channels as channels."""


def _mean_for_max(pool: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return average pooling that reads what max pooling reads."""

    def mean(  # noqa: PLR0913, PLR0917  as torch calls it
        image: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,  # noqa: FBT001, FBT002  likewise
        **_: object,
    ) -> Tensor:
        if {*tree_leaves(dilation)} != {1}:
            raise NotMeasurableError("nothing smooth stands in for a dilated maximum")
        return pool(image, kernel_size, stride or kernel_size, padding, ceil_mode)

    return mean


FLAT = "relu relu_ relu6 hardtanh hardtanh_ hardshrink softshrink threshold threshold_ clamp clamp_"

SMOOTH: Mapping[str, Callable[..., Tensor]] = {
    **dict.fromkeys(FLAT.split(), lambda x, *_, **__: x * 1),
    "hardsigmoid": lambda x, *_, **__: torch.sigmoid(x),
    "hardswish": lambda x, *_, **__: F.silu(x),
    "amax": lambda x, dim, keepdim=False, **_: x.mean(dim, keepdim),
    "max_pool1d": _mean_for_max(F.avg_pool1d),
    "max_pool2d": _mean_for_max(F.avg_pool2d),
    "max_pool3d": _mean_for_max(F.avg_pool3d),
    "adaptive_max_pool2d": lambda x, size, *_, **__: F.adaptive_avg_pool2d(x, size),
}
"""What stands in for functions that are flat somewhere, by their names."""


class _Smooth(TorchFunctionMode):
    """Puts smooth functions in place of flat ones, and keeps what they save for gradients.

    A checkpoint would save nothing, and run the model once more: without any stand-in.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call a function, or what stands in for it."""
        with torch.autograd.graph.saved_tensors_hooks(_itself, _itself):
            return SMOOTH.get(getattr(func, "__name__", ""), func)(*args, **(kwargs or {}))


def _itself(tensor: Tensor) -> Tensor:
    return tensor


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
        seen, turned = _seen(source, inputs, graph, _Looker(image, channels, fields, units))
    except ArchstatError as error:
        words = f"not measured: {error.problems[0].what}"
        return Finding(WITNESS, QUANTITY, Agreement.NOT_MEASURED, words)
    if turned:
        words = (
            f"disagrees: places in the output of {turned} see different parts of the input's axis "
            "that is taken for its channels"
        )
        return Finding(WITNESS, QUANTITY, Agreement.DISAGREES, words)
    predicted = {name: described([stated(fields[name], u) for u in seen[name]]) for name in seen}
    measured = {name: described([*views.values()]) for name, views in seen.items()}
    rows = sum(not node.is_view for node in graph.nodes)
    finding = compared(WITNESS, QUANTITY, predicted, measured, of=rows)
    if finding.verdict is not Agreement.AGREES:
        return finding
    shown = [name for name in seen if is_shown(printed[name] or fields[name], seen[name], sides)]
    return _as_far_as_shown(len(shown), len(seen), rows)


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
    """Looks at what modules return, and asks for gradients while the model is as it ran.

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
        self._outputs: dict[str, Tensor] = {}
        self._convolutions: list[str] = []  # each value of which reads all channels
        self._is_done = False

    def keep(self, name: str, module: nn.Module | None, out: Any) -> None:
        """Keep what a module returns, if it is asked about."""
        tensors = [leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor)]
        if name in self.units and tensors and not self._is_done:
            self._outputs[name] = tensors[0]
            if getattr(module, "groups", None) == 1:
                self._convolutions.append(name)

    def look(self) -> None:
        """Ask for the gradients of all that was kept."""
        self._is_done = True
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
    read = {name for node in graph.nodes for name in node.inputs}
    ends = [node.name for node in graph.nodes if node.inputs and node.name not in read]
    rows = {attribute_name(node.name): node.name for node in graph.nodes}
    standins = _random(model, torch.Generator().manual_seed(0))
    try:
        run_untouched(
            model,
            args,
            kwargs,
            standins=standins,
            watcher=_watching(model, looker, rows, ends[0] if len(ends) == 1 else None),
        )
    except ArchstatError:
        raise
    except Exception as error:  # noqa: BLE001  it is the user's code, which may raise anything
        first_line = str(error).partition("\n")[0]
        raise NotMeasurableError(
            f"the forward pass in double precision fails: {first_line}"
        ) from None
    return looker.seen, looker.turned


@contextmanager
def _watching(
    model: nn.Module, looker: _Looker, rows: Mapping[str, str], end: str | None
) -> Iterator[None]:
    """Show the output of each module as it runs, by the name that the tracer gives it.

    Args:
        model: What runs.
        looker: What is shown them, and looks when the model is done.
        rows: What modules are called in the table, where they are built of its rows.
        end: The one row that nothing else reads, which is the model's output.
    """
    paths = {id(module): rows.get(path, path) for path, module in model.named_modules()}
    calls: Counter[str] = Counter()

    def leave(module: nn.Module, _: Any, out: Any) -> None:
        name = paths.get(id(module)) or type(module).__name__
        calls[name] += 1
        looker.keep(name if calls[name] == 1 else f"{name} ({calls[name]})", module, out)
        if module is model:
            if end is not None and end not in looker.seen:
                looker.keep(end, None, out)
            with torch.enable_grad():
                looker.look()

    handle = global_hooks.register_module_forward_hook(leave)
    try:
        with torch.enable_grad(), _Smooth():
            yield
    finally:
        handle.remove()


def _random(model: nn.Module, generator: torch.Generator) -> dict[str, Tensor]:
    """Return parameters that make no gradient cancel or vanish, and buffers that do nothing."""
    learned = {name for name, _ in model.named_parameters(remove_duplicate=False)}
    standins = standins_of(model, torch.device("cpu"))
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
        if field is not None and node.inputs and not any(map(_is_medley, field.layout)):
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
