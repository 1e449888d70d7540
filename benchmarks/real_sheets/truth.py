"""What is true of a network: a small calculator that shares nothing with archstat.

A network is a list of lines, each a layer: `NAME: KIND ARGUMENTS… [< FROM…]`.

    input 3x227x227
    conv1: conv 96 11 s4
    pool1: maxpool 3 s2
    conv2: conv 256 5 p2 g2
    fc: linear 1000

Arguments are numbers in the order of `KINDS`, then `s` stride, `p` padding, `d` dilation, `g`
groups, `o` output padding, and the words `same` (TensorFlow's padding), `ceil` and `nobias`; a size
of two axes is written `3x5`. A layer reads what stands above it, or what `<` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

WINDOWED = {"conv", "convT", "maxpool", "avgpool", "subsample"}
SHAPELESS = {
    *("relu", "relu6", "leaky_relu", "tanh", "sigmoid", "silu", "gelu", "softmax"),
    *("dropout", "lrn", "identity"),
}
KINDS: Mapping[str, tuple[str, ...]] = {
    "conv": ("out", "kernel"),
    "convT": ("out", "kernel"),
    "maxpool": ("kernel",),
    "avgpool": ("kernel",),
    "subsample": ("kernel",),  # LeNet's: a mean with one weight and one bias a map
    "adapt": ("size",),
    "gap": (),
    "up": ("factor",),
    "zeropad": ("pad",),
    "flatten": (),
    "linear": ("out",),
    "rbf": ("out",),  # LeNet's: distances to patterns that are not learned
    "bn": (),
    "ln": (),
    "concat": (),
    "add": (),
    "mul": (),
    **dict.fromkeys(SHAPELESS, ()),
}
LETTERS = {
    "s": "stride",
    "p": "padding",
    "d": "dilation",
    "g": "groups",
    "o": "out_pad",
    "links": "links",  # connections of maps with maps, where not all are connected
}
WORDS = {"same", "ceil", "nobias"}

Sizes = tuple[int, ...]


@dataclass(frozen=True)
class Field:
    """What a unit sees on one axis: size, distance to the next unit's, where the first begins."""

    size: int = 1
    jump: int = 1
    start: int = 0


@dataclass(frozen=True)
class Layer:
    """What is true of one layer.

    Attributes:
        seen: The map in front of a flattening, which a linear layer sees whole.
        sources: The layers that it reads.
        buffers: Numbers that a norm keeps and does not learn.
        second_biases: Biases that torch has beside Keras's, in recurrent layers.
    """

    name: str
    kind: str
    in_shape: Sizes
    out_shape: Sizes
    sources: tuple[str, ...] = ()
    settings: Mapping[str, Sizes] = field(default_factory=dict)
    weights: int = 0
    biases: int = 0
    buffers: int = 0
    second_biases: int = 0
    macs: int = 0
    fields: tuple[Field, ...] = ()
    seen: Sizes = ()


def network(lines: Iterable[str]) -> dict[str, Layer]:
    """Return the layers by name, `input` first."""
    layers: dict[str, Layer] = {}
    last = "input"
    for line in filter(None, map(str.strip, lines)):
        if line.startswith("input"):
            shape = _sizes(line.split()[1])
            fields = tuple(Field() for _ in shape[1:])
            layers["input"] = Layer("input", "input", (), shape, fields=fields)
            continue
        name, _, rest = line.partition(":")
        words, _, sources = rest.partition("<")
        read = [layers[one] for one in sources.split() or [last]]
        layers[name] = _layer(name, words.split(), read)
        last = name
    return layers


def _sizes(text: str) -> Sizes:
    return tuple(int(part) for part in text.split("x"))


def _arguments(kind: str, words: Sequence[str]) -> tuple[dict[str, Sizes], set[str]]:
    values: dict[str, Sizes] = {}
    flags = {word for word in words if word in WORDS}
    places = iter(KINDS[kind])
    for word in words:
        letters = re.match(r"[a-z]*", word)
        letter = letters.group() if letters else ""
        if word in flags:
            continue
        key = LETTERS[letter] if letter else next(places)
        values[key] = _sizes(word[len(letter) :])
    return values, flags


def _layer(name: str, words: Sequence[str], read: Sequence[Layer]) -> Layer:
    kind = words[0]
    values, flags = _arguments(kind, words[1:])
    first = read[0]
    layer = Layer(
        name,
        kind,
        first.out_shape,
        first.out_shape,
        tuple(one.name for one in read),
        fields=first.fields,
        seen=first.seen,
    )
    if kind in WINDOWED:
        return _windowed(layer, values, flags)
    if kind == "linear":
        return _linear(layer, values["out"][0], has_bias="nobias" not in flags)
    if kind in {"concat", "add", "mul"}:
        return _join(layer, read)
    if kind in {"bn", "ln"}:
        size = layer.in_shape[0 if kind == "bn" else -1]
        kept = 2 * size if kind == "bn" else 0
        return replace(layer, weights=size, biases=size, buffers=kept)
    if kind == "flatten":
        seen = layer.in_shape if len(layer.in_shape) > 1 else layer.seen
        return replace(layer, out_shape=(prod(layer.in_shape),), seen=seen)
    return _resized(layer, values)


def _resized(layer: Layer, values: Mapping[str, Sizes]) -> Layer:
    channels, *sides = layer.in_shape
    if layer.kind == "rbf":
        return replace(layer, out_shape=values["out"])
    if layer.kind in {"gap", "adapt"}:
        size = values.get("size", (1,))
        out = size * (len(sides) // len(size))
        fields = tuple(
            _reach(one, -(-side // to), side // to, 0)
            for one, side, to in zip(layer.fields, sides, out, strict=True)
        )
        return replace(layer, out_shape=(channels, *out), fields=fields)
    if layer.kind == "up":
        factor = values["factor"][0]
        return replace(layer, out_shape=(channels, *(side * factor for side in sides)))
    if layer.kind == "zeropad":
        pad = values["pad"][0]
        fields = tuple(replace(one, start=one.start - pad * one.jump) for one in layer.fields)
        out = tuple(side + 2 * pad for side in sides)
        return replace(layer, out_shape=(channels, *out), fields=fields)
    return layer


def _windowed(layer: Layer, values: Mapping[str, Sizes], flags: set[str]) -> Layer:
    channels, *sides = layer.in_shape
    axes = len(sides)

    def each(key: str, default: int) -> Sizes:
        size = values.get(key, (default,))
        return size * (axes // len(size))

    kernel = each("kernel", 1)
    pools = "pool" in layer.kind or layer.kind == "subsample"
    stride = values.get("stride", kernel if pools else (1,))
    stride = stride * (axes // len(stride))
    padding, dilation, more = each("padding", 0), each("dilation", 1), each("out_pad", 0)
    groups = values.get("groups", (1,))[0]
    filters = values.get("out", (channels,))[0]
    spans = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    out, starts = [], []
    for n, span, s, p, o in zip(sides, spans, stride, padding, more, strict=True):
        if layer.kind == "convT":
            out.append((n - 1) * s - 2 * p + span + o)
            starts.append(p)
        elif "same" in flags:
            out.append(-(-n // s))
            starts.append(max((out[-1] - 1) * s + span - n, 0) // 2)
        else:
            out.append(_places(n + 2 * p - span, s, n + p, is_up="ceil" in flags))
            starts.append(p)
    links = values.get("links", (channels // groups * filters,))[0]
    weights = links * prod(kernel) if layer.kind.startswith("conv") else 0
    biases = filters if weights and "nobias" not in flags else 0
    if layer.kind == "subsample":
        weights = biases = channels
    positions = prod(sides if layer.kind == "convT" else out)
    return replace(
        layer,
        out_shape=(filters, *out),
        settings={
            "kernel": kernel,
            "stride": stride,
            "padding": tuple(starts),
            "groups": (groups,),
        },
        weights=weights,
        biases=biases,
        macs=weights * positions if layer.kind.startswith("conv") else 0,
        fields=_fields(layer, spans, stride, starts),
        seen=(),
    )


def _fields(layer: Layer, *settings: Sequence[int]) -> tuple[Field, ...]:
    """Return the receptive fields behind a window; none is told behind a transposed one."""
    if layer.kind == "convT" or not layer.fields:
        return ()
    return tuple(_reach(*axis) for axis in zip(layer.fields, *settings, strict=True))


def _places(room: int, stride: int, end: int, *, is_up: bool) -> int:
    """Return how often a window fits; a last one must begin inside of the map."""
    if not is_up:
        return room // stride + 1
    places = -(-room // stride) + 1
    return places - 1 if (places - 1) * stride >= end else places


def _reach(one: Field, span: int, stride: int, padding: int) -> Field:
    return Field(
        one.size + (span - 1) * one.jump, one.jump * stride, one.start - padding * one.jump
    )


def _linear(layer: Layer, features: int, *, has_bias: bool) -> Layer:
    shape = layer.in_shape
    sides = layer.seen[1:]
    fields = tuple(_reach(one, side, 1, 0) for one, side in zip(layer.fields, sides, strict=False))
    weights = shape[-1] * features
    return replace(
        layer,
        out_shape=(*shape[:-1], features),
        weights=weights,
        biases=features if has_bias else 0,
        macs=weights * prod(shape[:-1]),
        fields=fields or layer.fields,
        seen=(),
    )


def _join(layer: Layer, read: Sequence[Layer]) -> Layer:
    shape = read[0].out_shape
    if layer.kind == "concat":
        shape = (sum(one.out_shape[0] for one in read), *shape[1:])
    if layer.kind == "mul":
        shape = max((one.out_shape for one in read), key=prod)
    fields = []
    for fields_of_axis in zip(*(one.fields for one in read), strict=False):
        start = min(one.start for one in fields_of_axis)
        end = max(one.start + one.size for one in fields_of_axis)
        fields.append(Field(end - start, max(one.jump for one in fields_of_axis), start))
    return replace(layer, out_shape=shape, fields=tuple(fields), seen=())
