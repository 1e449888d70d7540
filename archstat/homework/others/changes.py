"""Networks that differ from the one that is asked for by one change, as variants and slips do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from archstat.graph import Node
from archstat.homework.answers.truth import Truth
from archstat.homework.mistakes.slips import USUAL_SIDES
from archstat.layers.base import Shape, times
from archstat.layers.conv import SlidingConvolution
from archstat.layers.linear import Linear
from archstat.layers.pool import AnyPool
from archstat.models.spec.build import Settings
from archstat.models.spec.resolve import Variant

USUAL_CLASSES = (10, 100, 1000, 2)
USUAL_CHANNELS = (1, 3)
USUAL_POOLS = ((2, 2), (3, 2))
"""Kernels and strides."""

LEARNS = "affine"


@dataclass(frozen=True)
class Seen:
    """What a sheet says that helps to guess of which network it is.

    Attributes:
        inputs: The shapes that it states of the input.
        classes: The numbers that it states of what comes out in the end.
        weights: The weights that it states of layers, where they are wrong.
    """

    inputs: tuple[Shape, ...] = ()
    classes: tuple[int, ...] = ()
    weights: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        variant: All that is changed of what the model's argument names, this among it.
        words: What the network is called then, with {model} and other names.
        names: These other names.
    """

    variant: Variant
    words: str
    names: Mapping[str, str] = field(default_factory=dict)


def changes_of(truth: Truth, variant: Variant, seen: Seen) -> Iterator[Change]:
    """Yield the changes that may have been made to a network.

    Args:
        truth: What is right of it.
        variant: How it is changed already.
        seen: What a sheet says.
    """
    own = truth.graph.input_shape
    for shape in dict.fromkeys((*seen.inputs, *_inputs(own))):
        if shape != own:
            words = "{model} with an input of {size}"
            yield Change(replace(variant, input=shape), words, {"size": times(shape)})
    for classes in dict.fromkeys((*seen.classes, *USUAL_CLASSES)):
        words = "{model} with {count} classes"
        yield Change(replace(variant, classes=classes), words, {"count": str(classes)})
    for words, settings in _settings(truth.graph.nodes, seen):
        if settings:
            layers = dict.fromkeys((*variant.settings, *settings))
            merged = {
                name: {**variant.settings.get(name, {}), **settings.get(name, {})}
                for name in layers
            }
            yield Change(replace(variant, settings=merged), words)


def _inputs(own: Shape) -> Iterator[Shape]:
    channels, *sides = own
    if len(sides) == 2:  # noqa: PLR2004  an image
        yield from ((channels, side, side) for side in USUAL_SIDES)
        yield from ((other, *sides) for other in USUAL_CHANNELS)


def _settings(nodes: tuple[Node, ...], seen: Seen) -> Iterator[tuple[str, Settings]]:
    """Yield changes of settings, with words for the network that has them."""
    convs = {node.name: node.layer for node in nodes if isinstance(node.layer, SlidingConvolution)}
    grouped = {name: {"groups": 1} for name, conv in convs.items() if conv.groups > 1}
    yield "{model} without groups", grouped
    yield "{model} with other groups", dict(_groups(nodes, seen))
    biased = dict(convs.items()) | {
        node.name: node.layer for node in nodes if isinstance(node.layer, Linear)
    }
    yield (
        "{model} without biases",
        {name: {"bias": False} for name, layer in biased.items() if layer.bias},
    )
    yield (
        "{model} with biases",
        {name: {"bias": True} for name, layer in biased.items() if not layer.bias},
    )
    yield (
        "{model} without padding",
        {name: {"padding": 0} for name, conv in convs.items() if conv.padding != (0,) * conv.axes},
    )
    half = {name: [(k - 1) // 2 for k in conv.kernel_size] for name, conv in convs.items()}
    yield (
        "{model} with padding that keeps the size",
        {name: {"padding": pads} for name, pads in half.items() if [*convs[name].padding] != pads},
    )
    pools = {node.name: node.layer for node in nodes if isinstance(node.layer, AnyPool)}
    for kernel, stride in USUAL_POOLS:
        words = f"{{model}} with pools of {kernel}×{kernel} at a stride of {stride}"
        yield (
            words,
            {
                name: {"kernel_size": kernel, "stride": stride}
                for name, pool in pools.items()
                if {*pool.kernel_size} != {kernel} or {*pool.stride} != {stride}
            },
        )
    yield (
        "{model} with norms that learn nothing",
        {node.name: {LEARNS: False} for node in nodes if node.layer.settings().get(LEARNS)},
    )


def _groups(nodes: tuple[Node, ...], seen: Seen) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the groups under which layers have the weights that a sheet states."""
    for node in nodes:
        layer, stated = node.layer, seen.weights.get(node.name)
        if isinstance(layer, SlidingConvolution) and stated:
            groups, rest = divmod(node.weights * layer.groups, stated)
            if not rest and groups and groups != layer.groups:
                yield node.name, {"groups": groups}
