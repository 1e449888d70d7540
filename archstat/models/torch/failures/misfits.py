"""Why a layer cannot work on what it is given, in torch's words.

Each cause is a function that looks at the layer, at the tensor and at the layers before, and says
what is wrong, or None if it is another cause. They are asked in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from archstat.errors import INSTEAD, Problem, ShapeError
from archstat.graph import INPUT, Graph, GraphBuilder, Node
from archstat.layers import Layer
from archstat.layers.base import Shape, StatedSizeError, times
from archstat.layers.conv import AnyConvolution
from archstat.layers.linear import Linear
from archstat.layers.naming import TorchModule
from archstat.layers.norm import AnyBatchNorm
from archstat.layers.pool import AnyAdaptivePool, AnyPool
from archstat.layers.reach import Mixing
from archstat.layers.reshape import Flatten
from archstat.models.torch.known import example_shape, stated_layer

AXES = ("depth", "rows", "columns")
"""The places of a map, as many of the last as it has."""

NEW = " "  # a name that no layer has


@dataclass(frozen=True)
class Misfit:
    """A layer of a known kind that refuses a tensor.

    Attributes:
        in_shape: The shape of one example, as the layer would take it.
        source: The node that made the tensor; None if it does not come from the network's input.
    """

    module: nn.Module
    layer: Layer
    given: Tensor
    in_shape: Shape
    source: str | None
    graph: Graph

    @classmethod
    def of(cls, module: nn.Module, given: Any, source: str | None, graph: Graph) -> Misfit | None:
        """Return the misfit, if the module is of a known kind and was given a tensor."""
        layer = stated_layer(module)
        if layer is None or not isinstance(given, Tensor) or not given.dim():
            return None
        return cls(module, layer, given, example_shape(given, layer)[0], source, graph)

    @property
    def is_first(self) -> bool:
        """Whether the layer reads the network's input."""
        return self.source == INPUT

    def call(self, in_shape: Shape) -> str:
        """Return how torch makes the layer for what it is given; the rest is as it was."""
        made = self.layer.torch_call(in_shape)
        assert isinstance(made, TorchModule)  # noqa: S101  it was made of one
        words = [*map(str, made.positional), *(["…"] if made.keywords else [])]
        return f"nn.{made.name}({', '.join(words)})"

    def history(self) -> Iterator[Node]:
        """Yield the nodes that lead to the tensor, latest first, along first inputs."""
        nodes = {node.name: node for node in self.graph.nodes}
        name = self.source
        while name in nodes:
            yield nodes[name]
            name = nodes[name].inputs[0] if nodes[name].inputs else None

    def is_map(self) -> bool:
        """Return whether the tensor still has channels, rows and columns, in this order."""
        for node in self.history():
            if isinstance(node.layer, (AnyConvolution, AnyPool, AnyAdaptivePool)):
                return True
            if not isinstance(node.layer.reach(node.in_shape), (Mixing, tuple)):
                return False
        return len(self.graph.input_shape) == len(self.in_shape) > 2  # noqa: PLR2004  an image

    def refusal(self, *before: Layer) -> ShapeError | None:
        """Return what the formulas have against the layer behind `before`, if anything."""
        shapes = {INPUT: self.graph.input_shape}
        shapes |= {node.name: node.out_shape for node in self.graph.nodes}
        builder, source = GraphBuilder.resume(self.graph), self.source or ""
        if shapes.get(source) != self.in_shape:  # another batch; then without a history
            builder, source = GraphBuilder(self.in_shape), INPUT
        try:
            for number, layer in enumerate((*before, self.layer), 1):
                source = builder.add(NEW * number, layer, [source]).name
        except ShapeError as error:
            return error
        return None


def problem_of(misfit: Misfit) -> Problem | None:
    """Return what is wrong with a layer and its input, if one of the known causes is."""
    return next((problem for cause in CAUSES if (problem := cause(misfit))), None)


def word(dtype: torch.dtype) -> str:
    """Return the name of a type.

    >>> word(torch.float32)
    'float32'
    """
    return str(dtype).removeprefix("torch.")


def _other_type(misfit: Misfit) -> Problem | None:
    theirs = word(misfit.given.dtype)
    types = {name: word(parameter.dtype) for name, parameter in misfit.module.named_parameters()}
    others = {name: its for name, its in types.items() if its != theirs}
    if not others:
        return None
    name, its = next(iter(others.items()))
    who = "its parameters are" if len(others) == len(types) > 1 else f"its {name} is"
    what = f"{who} {its}, but it is given {theirs}"
    if misfit.given.is_floating_point():
        return Problem(what, f"convert one: x.to(torch.{its}), or model.to(torch.{theirs})")
    hint = f"convert it: x.to(torch.{its})"
    if not misfit.is_first:
        return Problem(what, hint)
    stated = f"{its}:{'x'.join(map(str, misfit.in_shape))}"
    return Problem(what, f"{hint}, or {INSTEAD}", instead={"input": stated})


def _other_axes(misfit: Misfit) -> Problem | None:
    """A map of one axis for Conv2d, or of two for BatchNorm1d: there is a class for each."""
    layer, given = misfit.layer, misfit.given
    axes = given.dim() - 2
    if isinstance(layer, AnyBatchNorm):  # its class for one axis takes vectors too
        axes = max(axes, 1)
    fitting = f"{layer.torch_name[:-2]}{axes}d"
    if axes == layer.axes or axes < 1 or not hasattr(nn, fitting):
        return None
    if given.shape[1] != _channels(layer):
        return None
    return Problem(_expected(misfit), f"use nn.{fitting}")


def _behind_flatten(misfit: Misfit) -> Problem | None:
    if misfit.given.dim() != 2 or not isinstance(misfit.layer, (AnyConvolution, AnyPool)):  # noqa: PLR2004  batch and features
        return None
    flat = next((node for node in misfit.history() if isinstance(node.layer, Flatten)), None)
    hint = flat and f"{flat.name!r} has made the map a vector: put this layer before it"
    return Problem(_expected(misfit), hint) if hint else None


def _missing_axis(misfit: Misfit) -> Problem | None:
    layer, given = misfit.layer, misfit.given
    if not isinstance(layer, AnyConvolution) or given.dim() > layer.axes + 1:
        return None
    if given.dim() == layer.axes + 1 and given.shape[0] == layer.in_channels:
        return None  # a map without a batch, which torch takes
    maker, image = next(misfit.history(), None), misfit.graph.input_shape
    if misfit.is_first and len(image) == layer.axes:
        meant = {"input": (layer.in_channels, *image)}
        return Problem(_expected(misfit), f"the channels are missing: {INSTEAD}", instead=meant)
    if maker is not None and maker.layer.kind == "select":
        hint = f"{maker.name!r} took an axis away: x[0] does, x[0:1] keeps it"
    else:
        hint = "an axis is missing: x.unsqueeze(0) adds one for the batch, (1) for the channels"
    return Problem(_expected(misfit), hint)


def _channels_last(misfit: Misfit) -> Problem | None:
    layer, in_shape = misfit.layer, misfit.in_shape
    channels = _channels(layer)
    if len(in_shape) != layer.axes + 1 or not in_shape[0] != channels == in_shape[-1]:
        return None
    if misfit.is_map() and not misfit.is_first:
        return None
    meant = (in_shape[-1], *in_shape[:-1])
    order = ", ".join(map(str, (0, layer.axes + 1, *range(1, layer.axes + 1))))
    what = f"expects {channels} channels, got {times(in_shape)}"
    if misfit.is_first:
        return Problem(what, f"channels come first: {INSTEAD}", instead={"input": meant})
    return Problem(what, f"channels come first: x.permute({order})")


def _no_flatten(misfit: Misfit) -> Problem | None:
    layer, in_shape = misfit.layer, misfit.in_shape
    size = prod(in_shape)
    if not isinstance(layer, Linear) or len(in_shape) == 1:
        return None
    if size != layer.in_features and not misfit.is_map():
        return None
    what = f"expects {layer.in_features} features, but is given a map of {times(in_shape)}"
    if in_shape[0] == layer.in_features:
        hint = "a mean over all places is missing before it: nn.AdaptiveAvgPool2d(1), and "
        return Problem(what, f"{hint}torch.flatten(x, 1)")
    hint = "put torch.flatten(x, 1), or nn.Flatten(), before it"
    if size == layer.in_features:
        return Problem(f"{what} = {size}", hint)
    refusal = misfit.refusal(Flatten())
    reason = refusal.reason if isinstance(refusal, StatedSizeError) else None
    why = f"{reason}; " if reason else ""
    return Problem(f"{what} = {size}", f"{why}{hint}, and write {misfit.call((size,))}")


def _other_features(misfit: Misfit) -> Problem | None:
    """Rows of features, such as tokens, of which each is longer or shorter than stated."""
    layer, in_shape = misfit.layer, misfit.in_shape
    if not isinstance(layer, Linear) or len(in_shape) == 1 or layer.in_features == in_shape[-1]:
        return None
    what = (
        f"states in_features = {layer.in_features}, but is given {times(in_shape)}, "
        f"whose last axis has {in_shape[-1]}"
    )
    if layer.in_features in in_shape:
        axis = in_shape.index(layer.in_features) + 1
        return Problem(what, f"x.transpose({axis}, -1) puts the {layer.in_features} last")
    return Problem(what, f"write {misfit.call(in_shape)}")


def _other_size(misfit: Misfit) -> Problem | None:
    refusal = misfit.refusal()
    if not isinstance(refusal, StatedSizeError):
        return None
    reason = refusal.reason or _origin(misfit, refusal.given)
    why = f"{reason}; " if reason else ""
    hint = f"{why}write {misfit.call(misfit.in_shape)}"
    what = refusal.problems[0].what
    if not misfit.is_first:
        return Problem(what, hint)
    axis = misfit.in_shape.index(refusal.given)
    meant = (*misfit.in_shape[:axis], refusal.stated, *misfit.in_shape[axis + 1 :])
    return Problem(what, f"{hint}, or state {INSTEAD}", instead={"input": meant})


def _origin(misfit: Misfit, given: int) -> str | None:
    """Return which layer made so many channels or features, if one states them."""
    for node in misfit.history():
        for name in ("out_channels", "out_features"):
            if node.layer.settings().get(name) == given:
                return f"{node.name!r} has {name} = {given}"
        if node.out_shape[:1] != (given,):
            return None
    return None


def _other_parameters(misfit: Misfit) -> Problem | None:
    """A norm over other channels or features than it has weights for."""
    if misfit.refusal() is not None:
        return None
    needed = misfit.layer.param_shapes(misfit.in_shape)
    for name, parameter in misfit.module.named_parameters():
        if name in needed and tuple(parameter.shape) != needed[name]:
            what = (
                f"its {name} has {parameter.numel()} values, "
                f"but {times(misfit.in_shape)} needs {prod(needed[name])}"
            )
            return Problem(what, f"write {misfit.call(misfit.in_shape)}")
    return None


def _formula(misfit: Misfit) -> Problem | None:
    """Whatever else the formulas of the kind have against it."""
    refusal = misfit.refusal()
    return None if refusal is None else refusal.problems[0]


CAUSES: tuple[Callable[[Misfit], Problem | None], ...] = (
    _other_type,
    _other_axes,
    _behind_flatten,
    _missing_axis,
    _channels_last,
    _no_flatten,
    _other_features,
    _other_size,
    _other_parameters,
    _formula,
)


def _channels(layer: Layer) -> int | None:
    """Return the channels that a layer states to read, if it is of a kind that states them."""
    if isinstance(layer, AnyConvolution):
        return layer.in_channels
    return layer.num_features if isinstance(layer, AnyBatchNorm) else None


def _expected(misfit: Misfit) -> str:
    expected = times(("batch", "channels", *AXES[-misfit.layer.axes :]))
    return f"expects {expected}, got {times(tuple(misfit.given.shape))}"


def _written(shape: tuple[Any, ...]) -> str:
    return "x".join(map(str, shape))
