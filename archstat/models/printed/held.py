"""What a printed module is and holds: by its class where it is torch's, or by its settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from archstat.errors import ShapeError
from archstat.layers import Layer, layer_kinds
from archstat.layers.base import Shape
from archstat.layers.norm import GroupNorm, LayerNorm
from archstat.models.printed.text import Printed
from archstat.models.tensors import shape_held
from archstat.record import record

KINDS: Mapping[str, type[Layer]] = {
    kind.torch_name: kind for kind in layer_kinds().values() if hasattr(kind, "torch_name")
}

BARE = re.compile(
    r"(?:\w*Dropout\w*|DropPath|StochasticDepth|\w*Pool\w*|\w*Pad[123]d|\w*Activation|Up\w*sample\w*"
    r"|UpsamplingBilinear2d|PixelShuffle|PixelUnshuffle|ChannelShuffle|Unflatten|Fold|Unfold"
    r"|\w*(?:ReLU|ELU|GELU|SiLU|LU|[Ss]wish|Mish|[Ss]igmoid|Tanh|tanh|[Ss]oftmax|Softmin|Softplus"
    r"|Softsign|shrink|Threshold|Hardswish)\w*|\w*RotaryEmbedding|\w*Loss|CosineSimilarity|Permute"
    r"|FrozenBatchNorm2d|Identity|Flatten|ModuleList|ModuleDict|Sequential)"
)
"""Classes that hold no parameters."""

MOST_RECURRENT = 10_000
"""Layers of a recurrent one."""

HIDING = frozenset({"MultiheadAttention"})
"""Classes of torch that hold parameters beside the modules that they print."""

GATES: Mapping[str, int] = {"LSTM": 4, "GRU": 3, "RNN": 1}
"""The gates of a recurrent layer, each with a matrix of its own."""


@record
class PrintedFacts:
    """What is known of a printed module.

    Attributes:
        layer: The kind that it is, with its settings; None if it is none.
        params: The shapes of the parameters that it holds itself.
        is_told: Whether that is all that it can hold itself.
    """

    layer: Layer | None
    params: Mapping[str, Shape]
    is_told: bool = True


def held_by(module: Printed) -> PrintedFacts:
    """Return what a module is and holds itself."""
    if module.tensors:
        return PrintedFacts(None, module.tensors)
    kind = KINDS.get(module.kind)
    if kind is not None and kind.kind != "zero_pad2d":
        try:
            return _of_kind(kind, module)
        except (ShapeError, TypeError, IndexError):
            pass  # printed otherwise than torch does
    found = _countable(module)
    if found is not None:
        return PrintedFacts(None, found)
    is_told = module.kind not in HIDING and any(map(_may_hold, module.children))
    return PrintedFacts(None, {}, is_told or BARE.fullmatch(module.kind) is not None)


def _countable(module: Printed) -> Mapping[str, Shape] | None:
    """Return the parameters that settings tell, where they are numbers that settings can be."""
    try:
        found = _by_settings(module)
        return None if found is None else {name: shape_held(found[name]) for name in found}
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def _may_hold(module: Printed) -> bool:
    """Return whether a module is more than an activation and the like.

    One that holds nothing but such has a reason to be: parameters of its own, as layers of experts
    have, which no print shows.
    """
    return bool(module.children) or BARE.fullmatch(module.kind) is None


def _of_kind(kind: type[Layer], module: Printed) -> PrintedFacts:
    names = kind.setting_names()
    positional, given = list(module.positional), dict(module.named)
    shape: Shape = ()
    if kind is LayerNorm:
        shape = tuple(positional.pop(0))
        given["normalized_axes"] = len(shape)
    elif kind is GroupNorm:
        given["num_groups"], channels = positional[:2]
        positional, shape = [], (channels,)
    given |= dict(zip(names, positional, strict=False))
    if "bias" in names and "bias" not in given:
        given["bias"] = True
    settings = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if name in names and value is not None
    }
    layer = kind.from_settings(settings)
    stated = next((settings[name] for name in kind.inferred if name in settings), None)
    shape = shape or ((stated,) if isinstance(stated, int) else ())
    return PrintedFacts(layer, layer.param_shapes(shape) if shape or not kind.inferred else {})


def _by_settings(module: Printed) -> Mapping[str, Shape] | None:
    """Return the parameters that settings tell, for classes that are like torch's."""
    given, name = module.named, module.kind
    numbers = [each for each in module.positional if type(each) is int]
    sizes = next((each for each in module.positional if isinstance(each, tuple)), None)
    has_bias = given.get("bias", True) not in {False, None}
    if {"in_features", "out_features"} <= given.keys():
        size: int = given["out_features"]
        return _with_bias({"weight": (size, given["in_features"])}, size, has_bias=has_bias)
    if {"nf", "nx"} <= given.keys():  # as in GPT-2
        return _with_bias({"weight": (given["nx"], given["nf"])}, given["nf"], has_bias=True)
    return _by_order(name, numbers, sizes, given)


def _by_order(
    name: str, numbers: Sequence[int], sizes: Shape | None, given: Mapping[str, Any]
) -> Mapping[str, Shape] | None:
    """Return the parameters that settings without names tell."""
    if "Embedding" in name and len(numbers) > 1:
        return {"weight": (numbers[0], numbers[1])}
    if name in GATES and len(numbers) > 1:
        return _recurrent(numbers[0], numbers[1], GATES[name], given)
    if "kernel_size" in given and len(numbers) > 1 and "Conv" in name:
        return _convolution(numbers[0], numbers[1], given, is_transposed="Transpose" in name)
    if "Norm" in name and "Frozen" not in name and (sizes or numbers):
        shape = sizes or (numbers[-1],)
        learns = given.get("affine", given.get("elementwise_affine", True))
        shapes = {"weight": shape, "bias": shape} if "RMS" not in name else {"weight": shape}
        return shapes if learns else {}
    return None


def _with_bias(shapes: dict[str, Shape], size: int, *, has_bias: bool) -> dict[str, Shape]:
    return {**shapes, "bias": (size,)} if has_bias else shapes


def _convolution(
    inputs: int, outputs: int, given: Mapping[str, Any], *, is_transposed: bool
) -> dict[str, Shape]:
    kernel = given["kernel_size"]
    groups = given.get("groups", 1)
    first, second = (inputs, outputs) if is_transposed else (outputs, inputs)
    shapes: dict[str, Shape] = {"weight": (first, second // groups, *kernel)}
    return _with_bias(shapes, outputs, has_bias=given.get("bias", True) is not False)


def _recurrent(inputs: int, states: int, gates: int, given: Mapping[str, Any]) -> dict[str, Shape]:
    """Return the parameters of a recurrent layer, of each layer and direction."""
    ways = 2 if given.get("bidirectional") else 1
    out = given.get("proj_size") or states
    shapes: dict[str, Shape] = {}
    if given.get("num_layers", 1) > MOST_RECURRENT:
        raise ValueError("no recurrent layer")
    for layer in range(given.get("num_layers", 1)):
        for end in ("", "_reverse")[:ways]:
            own = f"l{layer}{end}"
            shapes[f"weight_ih_{own}"] = (gates * states, inputs if layer == 0 else ways * out)
            shapes[f"weight_hh_{own}"] = (gates * states, out)
            if given.get("bias", True):
                shapes[f"bias_ih_{own}"] = shapes[f"bias_hh_{own}"] = (gates * states,)
            if given.get("proj_size"):
                shapes[f"weight_hr_{own}"] = (out, states)
    return shapes
