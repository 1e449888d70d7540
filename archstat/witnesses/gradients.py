"""Receptive fields measured in a PyTorch model itself, on an image of its own size.

The model runs with random weights in double precision, and with smooth functions in place of those
whose gradient is 0 somewhere. There the gradient of a unit is not 0 on exactly the pixels that it
sees, as far as the image goes. Modules are looked at from outside, and so is the model's output;
what an operator between them sees, the next module sees as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from math import ceil, prod
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  the field's name for it
from torch import Tensor, nn
from torch.nn.modules import module as global_hooks
from torch.overrides import TorchFunctionMode

from archstat.analyses.receptive_field.layout import Axis, Factor, Medley, axes_of
from archstat.analyses.receptive_field.walk import ReceptiveField, receptive_fields
from archstat.errors import ArchstatError
from archstat.graph import Graph
from archstat.models.inputs import InputSpec
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.private import tree_leaves, tree_map_only
from archstat.models.torch.running import run_untouched, standins_of
from archstat.models.torch.source import Source
from archstat.report.finding import Finding, Verdict, compared
from archstat.witnesses.autograd import QUANTITY, WITNESS, NotMeasurableError, described, hull

MOST_MACS = 5 * 10**9
"""The largest model that is run, in double precision and backwards."""

MOST_LAYERS = 8
"""As many layers are measured, evenly spread over those that see anything new."""


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
    """Puts smooth functions in place of flat ones."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call a function, or what stands in for it."""
        return SMOOTH.get(getattr(func, "__name__", ""), func)(*args, **(kwargs or {}))


def gradient_finding(graph: Graph, source: Source, inputs: Sequence[InputSpec]) -> Finding:
    """Return what gradients in a model say of the receptive fields of its modules."""
    fields = {
        name: field
        for name, field in receptive_fields(graph, is_clipped=True).by_name.items()
        if field is not None and any(field.size)
    }
    try:
        _require_measurable(graph, source, fields)
        image, values = _values(source, inputs, graph, fields)
    except ArchstatError as error:
        words = f"not measured: {error.problems[0].what}"
        return Finding(WITNESS, QUANTITY, Verdict.NOT_MEASURED, words)
    chosen = _chosen(fields, values)
    predicted = {
        name: described([_view(fields[name], unit) for unit in _units(fields[name])])
        for name in chosen
    }
    measured = {name: described([_seen(value, image) for value in values[name]]) for name in chosen}
    finding = compared(WITNESS, QUANTITY, predicted, measured)
    if finding.verdict is Verdict.AGREES:
        finding = replace(finding, words=f"{finding.words}: the pixels of two units of each")
    return finding


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


def _values(
    source: Source, inputs: Sequence[InputSpec], graph: Graph, fields: Mapping[str, ReceptiveField]
) -> tuple[Tensor, dict[str, list[Tensor]]]:
    """Return an image, and two units of the output of each module for it.

    Raises:
        NotMeasurableError: The model does not run in double precision.
    """
    model = source.model if source.make is None else source.make()
    stated = stated_inputs(source, inputs)
    args, kwargs = example_inputs(source, stated, 1, torch.device("cpu"))
    generator = torch.Generator().manual_seed(0)
    image = torch.randn((1, *stated[0].shape), generator=generator, dtype=torch.float64)
    args, kwargs = tree_map_only(Tensor, _in_double, (args, kwargs))
    if stated[0].name is None:
        args[0] = image
    else:
        kwargs[stated[0].name] = image
    values: dict[str, list[Tensor]] = {}

    def keep(name: str, out: Any) -> None:
        tensors = [leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor)]
        if name in fields and tensors and not any(map(_is_medley, fields[name].layout)):
            values[name] = [_value(tensors[0], fields[name], unit) for unit in _units(fields[name])]

    image.requires_grad_()
    standins = _random(model, generator)
    try:
        out = run_untouched(model, args, kwargs, standins=standins, watcher=_watching(model, keep))
    except ArchstatError:
        raise
    except Exception as error:  # noqa: BLE001  it is the user's code, which may raise anything
        first_line = str(error).partition("\n")[0]
        raise NotMeasurableError(
            f"the forward pass in double precision fails: {first_line}"
        ) from None
    read = {name for node in graph.nodes for name in node.inputs}
    ends = [node.name for node in graph.nodes if node.inputs and node.name not in read]
    if len(ends) == 1:
        with torch.enable_grad():
            keep(ends[0], out)
    return image, values


@contextmanager
def _watching(model: nn.Module, keep: Callable[[str, Any], None]) -> Iterator[None]:
    """Show the output of each module as it runs, by the name that the tracer gives it."""
    paths = {id(module): path for path, module in model.named_modules()}
    calls: Counter[str] = Counter()

    def leave(module: nn.Module, _: Any, out: Any) -> None:
        name = paths.get(id(module)) or type(module).__name__
        calls[name] += 1
        keep(name if calls[name] == 1 else f"{name} ({calls[name]})", out)

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


def _is_medley(axis: Axis) -> bool:
    return any(isinstance(factor, Medley) for factor in axis)


def _chosen(fields: Mapping[str, ReceptiveField], names: Iterable[str]) -> list[str]:
    """Return a few layers, evenly spread: each the last of those in a row that see the same."""
    runs = groupby(names, key=lambda name: fields[name].tracks)
    last = [[*run][-1] for _, run in runs]
    return last[:: -max(1, ceil(len(last) / MOST_LAYERS))][::-1]


def _units(field: ReceptiveField) -> list[tuple[int, ...]]:
    """Return a unit in the middle of a map, and the first one."""
    middle = tuple(track.units // 2 for track in field.tracks)
    return [middle, tuple(0 for _ in middle)]


def _view(field: ReceptiveField, unit: Sequence[int]) -> list[tuple[int, int] | None]:
    """Return the pixels of a unit along each axis: none at all, if along one it sees none."""
    view = [track.interval(place) for track, place in zip(field.tracks, unit, strict=True)]
    return [None] * len(view) if None in view else view


def _value(output: Tensor, field: ReceptiveField, unit: Sequence[int]) -> Tensor:
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
        if isinstance(factor, Factor) and factor.axis is not None:
            digits = [unit[factor.axis] // factor.step % factor.size]
        places = [place * factor.size + digit for place in places for digit in digits]
    return places


def _seen(value: Tensor, image: Tensor) -> list[tuple[int, int] | None]:
    """Return the pixels that a value depends on, along each axis."""
    (gradient,) = torch.autograd.grad(value, image, retain_graph=True)
    return hull(gradient[0].abs().sum(dim=0))
