"""Networks that differ from the one that is asked for by one change, as variants and slips do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from archstat.graph import Node
from archstat.homework.answers.truth import Truth
from archstat.homework.mistakes.slips import USUAL_SIDES
from archstat.homework.sheet.labels import general_family
from archstat.layers.base import Shape, shortest, times
from archstat.models.spec.build import Settings
from archstat.models.spec.resolve import Variant

USUAL_CLASSES = (10, 100, 1000, 2)
USUAL_CHANNELS = (1, 3)
USUAL_POOLS = ((2, 2), (3, 2))
"""Kernels and strides."""


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
class OneChange:
    """One change.

    Attributes:
        variant: All that is changed of what the model's argument names, this among it.
        words: What the network is called then, with {model} and other names.
        names: These other names.
    """

    variant: Variant
    words: str
    names: Mapping[str, str] = field(default_factory=dict)


def changes_of(truth: Truth, variant: Variant, seen: Seen) -> Iterator[OneChange]:
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
            yield OneChange(replace(variant, input=shape), words, {"size": times(shape)})
    for classes in dict.fromkeys((*seen.classes, *USUAL_CLASSES)):
        words = "{model} with {count} classes"
        yield OneChange(replace(variant, classes=classes), words, {"count": str(classes)})
    for words, settings in _settings(truth.graph.nodes, seen):
        if settings:
            layers = dict.fromkeys((*variant.settings, *settings))
            merged = {
                name: {**variant.settings.get(name, {}), **settings.get(name, {})}
                for name in layers
            }
            yield OneChange(replace(variant, settings=merged), words)


def _inputs(own: Shape) -> Iterator[Shape]:
    channels, *sides = own
    if len(sides) == 2:  # noqa: PLR2004  an image
        yield from ((channels, side, side) for side in USUAL_SIDES)
        yield from ((other, *sides) for other in USUAL_CHANNELS)


def _settings(nodes: tuple[Node, ...], seen: Seen) -> Iterator[tuple[str, Settings]]:
    """Yield changes of settings, with words for the network that has them."""
    stated = {node.name: node.layer.settings() for node in nodes}
    family = {node.name: general_family(node.layer.kind) for node in nodes}
    convs = {name: stated[name] for name in stated if family[name] == "conv"}
    pools = {name: stated[name] for name in stated if family[name] == "pool"}
    yield "{model} without groups", _changed(convs, "groups", lambda _: 1)
    yield "{model} with other groups", dict(_groups(nodes, convs, seen))
    yield "{model} without biases", _changed(stated, "bias", lambda _: False)
    yield "{model} with biases", _changed(stated, "bias", lambda _: True)
    yield "{model} without padding", _changed(convs, "padding", lambda _: 0)
    yield "{model} with padding that keeps the size", _changed(convs, "padding", _that_keeps)
    for kernel, stride in USUAL_POOLS:
        words = f"{{model}} with pools of {kernel}×{kernel} at a stride of {stride}"
        sizes = {"kernel_size": kernel, "stride": stride}
        yield (
            words,
            {
                name: sizes
                for name, own in pools.items()
                if own.keys() >= sizes.keys()
                and any(shortest(own[key]) != size for key, size in sizes.items())
            },
        )
    yield "{model} with norms that learn nothing", _changed(stated, "affine", lambda _: False)


def _changed(
    layers: Mapping[str, Mapping[str, object]],
    key: str,
    value: Callable[[Mapping[str, object]], object],
) -> Settings:
    """Return another value of one setting for the layers that have it, and another one."""
    return {
        name: {key: value(own)}
        for name, own in layers.items()
        if key in own and shortest(own[key]) != value(own)
    }


def _that_keeps(conv: Mapping[str, object]) -> object:
    """Return the padding with which a map keeps its size at a stride of 1."""
    sizes = conv["kernel_size"]
    return shortest(tuple((k - 1) // 2 for k in sizes)) if isinstance(sizes, tuple) else 0


def _groups(
    nodes: tuple[Node, ...], convs: Mapping[str, Mapping[str, object]], seen: Seen
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the groups under which layers have the weights that a sheet states."""
    for node in nodes:
        own, stated = convs.get(node.name, {}).get("groups"), seen.weights.get(node.name)
        if isinstance(own, int) and stated:
            groups, rest = divmod(node.weights * own, stated)
            if not rest and groups and groups != own:
                yield node.name, {"groups": groups}
