"""Convolutions, and the gradients that a forward pass may ask for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from torch import Tensor

from archstat.layers import Layer
from archstat.layers.conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from archstat.models.torch.operators.call import Call
from archstat.models.torch.operators.entry import Formula, Operator
from archstat.models.torch.operators.reads import untold

KINDS: Mapping[tuple[bool, int], type[Layer]] = {
    (False, 1): Conv1d,
    (False, 2): Conv2d,
    (False, 3): Conv3d,
    (True, 1): ConvTranspose1d,
    (True, 2): ConvTranspose2d,
    (True, 3): ConvTranspose3d,
}
"""The kinds that torch's one operator stands for: whether transposed, along how many axes."""


def _convolution(image: Tensor, weight: Tensor, out: Tensor, *, is_transposed: bool) -> int:
    """Return the cost: every output value, or every input value, meets its share of the weights."""
    values = image if is_transposed else out
    return int(values.numel() * prod(weight.shape[1:]))


def _with_word(place: int) -> Formula:
    """Return the formula where an argument says whether it is transposed."""
    return lambda args, out: _convolution(args[0], args[1], out, is_transposed=args[place])


def _plain(args: Sequence[Any], out: Tensor) -> int:
    return _convolution(args[0], args[1], out, is_transposed=False)


def _transposed(args: Sequence[Any], out: Tensor) -> int:
    return _convolution(args[0], args[1], out, is_transposed=True)


def _backward(args: Sequence[Any], _: Any) -> int:
    """Return the cost of the gradients that are wanted: each is that of the forward pass."""
    gradient, image, weight, *_, is_transposed, _padding, _groups, wanted = args
    once = _convolution(image, weight, gradient, is_transposed=is_transposed)
    return once * sum(wanted[:2])


def _deformed(args: Sequence[Any], out: Tensor) -> int:
    return int(out.numel() * prod(args[1].shape[1:]))


def _quantized(args: Sequence[Any], out: Tensor) -> int:
    weight = args[1].unpack()[0]
    return int(out.numel() * prod(weight.shape[1:]))


def _layer(call: Call) -> Layer | None:
    """Return the layer, where the image and nothing else comes from the network's input."""
    if call.roles() != ["input"]:
        return None
    given = call.given
    weight, groups, is_transposed = given["weight"], given["groups"], given["transposed"]
    settings = {
        **given,
        "out_channels": weight.shape[1] * groups if is_transposed else weight.shape[0],
        "kernel_size": list(weight.shape[2:]),
        "bias": given["bias"] is not None,
    }
    return with_settings(KINDS[is_transposed, weight.dim() - 2], settings)


def with_settings(kind: type[Layer], given: Mapping[str, Any]) -> Layer:
    """Return a layer with those of a function's arguments that are settings of its kind."""
    known = {name: given[name] for name in kind.setting_names() if name in given}
    stated = {name: value for name, value in known.items() if value is not None and value != []}
    return kind.from_settings(stated)


def as_layer(kind: type[Layer]) -> Callable[[Call], Layer | None]:
    """Return what makes a layer of a call with one input, by its arguments of the same names."""
    return lambda call: with_settings(kind, call.given) if len(call.inputs) == 1 else None


OPERATORS = (
    Operator("convolution", _with_word(6), untold, factors=(0, 1), layer=_layer),
    Operator("_convolution", _with_word(6), untold, factors=(0, 1), layer=_layer),
    Operator("convolution_overrideable", _with_word(6), untold),
    Operator("convolution_backward", _backward, untold),
    Operator("mkldnn_convolution", _plain, untold),
    Operator("cudnn_convolution", _plain, untold),
    Operator("cudnn_convolution_transpose", _transposed, untold),
    Operator("miopen_convolution", _plain, untold),
    Operator("miopen_depthwise_convolution", _plain, untold),
    Operator("miopen_convolution_transpose", _transposed, untold),
    Operator("torchvision.deform_conv2d", _deformed, untold),
    *(
        Operator(f"quantized.{name}", _quantized, untold)
        for name in ("conv1d", "conv1d_relu", "conv2d", "conv2d_relu", "conv3d", "conv3d_relu")
    ),
)
