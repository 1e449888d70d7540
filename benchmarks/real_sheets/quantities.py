"""What a cell may ask for, and what is true there: of a layer, of a block, of the whole network."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import prod

from truth import Layer, Sizes

Value = int | Fraction | Sizes | None
Layers = Mapping[str, Layer]


def members(layers: Layers, place: str) -> list[Layer]:
    """Return the layers of a place: `conv1`, `a+b`, `a..b` (all between), or `*` (all)."""
    if place in layers:
        return [layers[place]]
    names = [name for name in layers if name != "input"]
    if place == "*":
        return [layers[name] for name in names]
    found: list[Layer] = []
    for part in place.split("+"):
        first, dots, last = part.partition("..")
        if dots:
            found += [layers[name] for name in names[names.index(first) : names.index(last) + 1]]
        else:
            found.append(layers[part])
    return found


def _sum(key: Callable[[Layer], int]) -> Callable[[Layers, str], Value]:
    return lambda layers, place: sum(key(one) for one in members(layers, place))


def _first(layers: Layers, place: str) -> Layer:
    return members(layers, place)[0]


def _last(layers: Layers, place: str) -> Layer:
    return members(layers, place)[-1]


def _in_shape(layers: Layers, place: str) -> Value:
    return _first(layers, place).in_shape


def _feature_map(layers: Layers, place: str) -> Value:
    return _last(layers, place).out_shape


def _per_axis(read: Callable[[Layer], Sequence[int]]) -> Callable[[Layers, str], Value]:
    def value(layers: Layers, place: str) -> Value:
        return tuple(read(_last(layers, place)))

    return value


def _setting(key: str) -> Callable[[Layers, str], Value]:
    return lambda layers, place: tuple(_only(layers, place).settings.get(key, ()))


def _only(layers: Layers, place: str) -> Layer:
    """Return the first layer of a place that has a window; such are settings told of."""
    of_place = members(layers, place)
    return next((one for one in of_place if one.settings), of_place[0])


def _before(read: Callable[[Layer], Sequence[int]]) -> Callable[[Layers, str], Value]:
    def value(layers: Layers, place: str) -> Value:
        return tuple(read(layers[_first(layers, place).sources[0]]))

    return value


def _neurons(one: Layer) -> int:
    return prod(one.out_shape) if one.weights and one.kind in {"conv", "convT", "linear"} else 0


def _connections(one: Layer) -> int:
    if one.kind == "subsample":
        return (prod(one.settings["kernel"]) + 1) * prod(one.out_shape)
    return one.macs + (_neurons(one) if one.biases else 0)


def _params(one: Layer) -> int:
    return one.weights + one.biases


def _fields(layer: Layer, key: str) -> list[int]:
    return [getattr(one, key) for one in layer.fields]


QUANTITIES: Mapping[str, Callable[[Layers, str], Value]] = {
    "in_shape": _in_shape,
    "feature_map": _feature_map,
    "kernel_size": _setting("kernel"),
    "stride": _setting("stride"),
    "padding": _setting("padding"),
    "groups": _setting("groups"),
    "filters": lambda layers, place: _only(layers, place).out_shape[0],
    "filter_depth": lambda layers, place: _only(layers, place).in_shape[0],
    "channels": lambda layers, place: _last(layers, place).out_shape[0],
    "weights": _sum(lambda one: one.weights),
    "biases": _sum(lambda one: one.biases),
    "params": _sum(_params),
    "buffers": _sum(lambda one: one.buffers),
    "neurons": _sum(_neurons),
    "activations": _sum(lambda one: prod(one.out_shape)),
    "in_units": lambda layers, place: prod(_first(layers, place).in_shape),
    "out_units": lambda layers, place: prod(_last(layers, place).out_shape),
    "macs": _sum(lambda one: one.macs),
    "flops": _sum(lambda one: 2 * one.macs),
    "connections": _sum(_connections),
    "receptive_field": _per_axis(lambda one: _fields(one, "size")),
    "effective_stride": _per_axis(lambda one: _fields(one, "jump")),
    "receptive_field_before": _before(lambda one: _fields(one, "size")),
    "effective_stride_before": _before(lambda one: _fields(one, "jump")),
    "params_share": lambda layers, place: _share(layers, place, _params),
    "macs_share": lambda layers, place: _share(layers, place, lambda one: one.macs),
    "param_bytes": _sum(lambda one: 4 * (_params(one) + one.buffers)),
    "weight_bytes": _sum(lambda one: 4 * one.weights),
    "activation_bytes": _sum(lambda one: 4 * prod(one.out_shape)),
    "start": _per_axis(lambda one: [2 * field.start + field.size for field in one.fields]),
}
"""Each quantity as a function of the network and a place. `start` is twice the centre of the first
unit's receptive field, from the left edge of the image."""


def _share(layers: Layers, place: str, key: Callable[[Layer], int]) -> Fraction:
    whole = sum(key(one) for one in layers.values())
    return Fraction(100 * sum(key(one) for one in members(layers, place)), whole)


def _clipped(layers: Layers, place: str) -> Value:
    seen = _fields(_last(layers, place), "size")
    return tuple(min(pair) for pair in zip(seen, layers["input"].out_shape[1:], strict=False))


def _torchstat(one: Layer) -> int:
    """What torchstat calls Flops: biases of convolutions, norms, ReLUs and pools, too."""
    if one.kind == "bn":
        return 2 * prod(one.in_shape)
    if one.kind == "relu" or "pool" in one.kind or one.kind == "gap":
        return prod(one.in_shape)
    return one.macs + (prod(one.out_shape) if one.kind == "conv" and one.biases else 0)


def _torchstat_madd(one: Layer) -> int:
    """What torchstat calls MAdd: products and sums apart, norms, ReLUs and pools, too."""
    if one.kind == "bn":
        return 4 * prod(one.in_shape)
    if one.kind in {"relu", "gap"}:
        return prod(one.in_shape)
    if "pool" in one.kind:
        window = prod(one.settings["kernel"])
        return (window - (one.kind == "maxpool")) * prod(one.out_shape)
    saved = 0 if one.kind == "conv" and one.biases else prod(one.out_shape)
    return 2 * one.macs - (saved if one.macs else 0)


def _darknet(one: Layer) -> int:
    """What darknet prints: two operations a multiply–accumulate, one for each value in a pool."""
    if "pool" in one.kind:
        return prod(one.settings["kernel"]) * prod(one.out_shape)
    return 2 * one.macs


def _tensorflow(one: Layer) -> int:
    """What TensorFlow's profiler counts: products and sums, biases, the window of each pool."""
    added = prod(one.out_shape) if one.biases else 0
    return _darknet(one) + (added if one.macs else 0)


def _binary_units(key: str) -> Callable[[Layers, str], Value]:
    """Return a number of bytes for a reader to whom KB says 1,024 of them."""

    def value(layers: Layers, place: str) -> Value:
        number = QUANTITIES[key](layers, place)
        return Fraction(1000 * number, 1024) if isinstance(number, int) else number

    return value


CONVENTIONS: Mapping[str, Callable[[Layers, str], Value]] = {
    "with-biases": QUANTITIES["params"],
    "weights-only": QUANTITIES["weights"],
    "every-output": QUANTITIES["activations"],
    "clipped": _clipped,
    "flops": QUANTITIES["flops"],
    "macs": QUANTITIES["macs"],
    "macs+bias": QUANTITIES["connections"],
    "darknet": _sum(_darknet),
    "tensorflow": _sum(_tensorflow),
    "torchstat": _sum(_torchstat),
    "torchstat-madd": _sum(_torchstat_madd),
    "keras-lstm": _sum(lambda one: _params(one) - one.second_biases),
    "keras-batch-norm": _sum(lambda one: _params(one) + one.buffers),
    "weights-in-kib": _binary_units("weight_bytes"),
    "activations-in-kib": _binary_units("activation_bytes"),
    "keras": _sum(lambda one: _params(one) + one.buffers - one.second_biases),
}
"""Readings of a quantity that are right, too: a usual convention, or one that the sheet states."""


def also_right(layers: Layers, place: str, quantity: str) -> Value:
    """Return another way to say it: what a linear layer reads, before it is flattened."""
    if quantity != "in_shape":
        return None
    first = _first(layers, place)
    before = layers.get(first.sources[0]) if first.sources else None
    return before.in_shape if before and before.kind == "flatten" else None


def true_value(layers: Layers, place: str, quantity: str, convention: str = "") -> Value:
    """Return what is true; a convention `batch-7` multiplies, `batch-7,macs+bias` another one."""
    batch = re.fullmatch(r"batch-(\d+)(?:,(.*))?", convention)
    if batch:
        value = true_value(layers, place, quantity, batch[2] or "")
        return int(batch[1]) * value if isinstance(value, (int, Fraction)) else value
    return (CONVENTIONS[convention] if convention else QUANTITIES[quantity])(layers, place)
