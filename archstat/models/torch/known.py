"""What torch calls, as layers: modules by their attributes, operators by their arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn

from archstat.errors import ShapeError
from archstat.layers import Layer, layer_kinds
from archstat.layers.activation import ReLU, Softmax
from archstat.layers.base import Shape
from archstat.layers.combine import Add, Concat, Multiply
from archstat.layers.conv import (
    AnyConvolution,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from archstat.layers.norm import AnyBatchNorm, LayerNorm
from archstat.layers.opaque import UNTOLD, Observed
from archstat.layers.pool import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AnyAdaptivePool,
    AnyPool,
    AvgPool2d,
    AvgPool3d,
    MaxPool2d,
    MaxPool3d,
)
from archstat.layers.reach import Reach
from archstat.layers.reshape import Flatten, ZeroPad2d
from archstat.models.torch.calls import Call
from archstat.models.torch.reads import reach_of

KINDS: Mapping[type[nn.Module], type[Layer]] = {
    getattr(nn, kind.torch_name): kind
    for kind in layer_kinds().values()
    if hasattr(kind, "torch_name") and kind is not ZeroPad2d
}

JOINS: Mapping[str, type[Layer]] = {"add": Add, "mul": Multiply}

FUNCTIONS: Mapping[str, type[Layer]] = {
    "relu": ReLU,
    "max_pool2d_with_indices": MaxPool2d,
    "max_pool3d_with_indices": MaxPool3d,
    "avg_pool2d": AvgPool2d,
    "avg_pool3d": AvgPool3d,
    "_adaptive_avg_pool2d": AdaptiveAvgPool2d,
    "adaptive_max_pool2d": AdaptiveMaxPool2d,
}
"""Operators of one input that are a layer, with the settings of the same names."""

CONVOLUTIONS: Mapping[tuple[bool, int], type[Layer]] = {
    (False, 1): Conv1d,
    (False, 2): Conv2d,
    (False, 3): Conv3d,
    (True, 1): ConvTranspose1d,
    (True, 2): ConvTranspose2d,
    (True, 3): ConvTranspose3d,
}
"""The kinds that torch's one operator stands for: whether transposed, along how many axes."""

TAUGHT: dict[type[nn.Module], Callable[[nn.Module, Any, Any], int]] = {}
"""Modules that users have taught: from the module, its inputs and its output to MACs."""

PASSING = frozenset(
    """
    _reshape_alias _to_copy _unsafe_view alias clone copy detach expand lift_fresh slice squeeze
    view
    """.split()  # noqa: SIM905  a list of quoted words reads worse
)
"""Operators whose output is their input, where the shape is the same."""


def layer_of(module: nn.Module, given: Tensor) -> Layer | None:
    """Return the layer that a module is; None if it is not exactly one of the known kinds.

    A subclass counts as its parent unless it changes `forward`; a module whose parameters are not
    those of its kind (weight norm, an adapter) is not known, and opens up into its operators.
    """
    layer = stated_layer(module)
    if layer is None:
        return None
    try:
        in_shape, _ = example_shape(given, layer)
        layer.out_shape(in_shape)
    except (ShapeError, IndexError):
        return None
    if isinstance(layer, Softmax) and not _is_over_channels(module, given, in_shape):
        return None
    seen = {name: tuple(tensor.shape) for name, tensor in module.named_parameters()}
    return layer if seen == layer.param_shapes(in_shape) else None


def _is_over_channels(module: nn.Module, given: Tensor, in_shape: Shape) -> bool:
    """Return whether a softmax is one over channels, as the kind is."""
    dim = module.dim
    if dim is None:  # torch's own choice, which it warns of
        dim = 0 if given.dim() in {1, 3} else 1
    return bool(dim % given.dim() == given.dim() - len(in_shape))


def stated_layer(module: nn.Module) -> Layer | None:
    """Return the layer that a module's class and settings state, whatever it is given."""
    known = next((base for base in type(module).__mro__ if base in KINDS), None)
    if known is None or type(module).forward is not getattr(known, "forward"):  # noqa: B009  untyped
        return None
    try:
        return KINDS[known].from_settings(_settings(module, KINDS[known]))
    except ShapeError:
        return None


def _settings(module: nn.Module, kind: type[Layer]) -> dict[str, Any]:
    if kind is Flatten and (module.start_dim, module.end_dim) != (1, -1):
        raise ShapeError("flattens some axes only")
    settings: dict[str, Any] = {}
    for name in kind.setting_names():
        if kind is LayerNorm and name == "normalized_axes":
            settings[name] = len(module.normalized_shape)
        elif name == "bias":
            settings[name] = module.bias is not None
        elif getattr(module, name, None) is not None:
            value = getattr(module, name)
            settings[name] = list(value) if isinstance(value, tuple) else value
    return settings


def example_shape(given: Tensor, layer: Layer) -> tuple[Shape, int]:
    """Return the shape of one example as a layer takes it, and the number of examples."""
    shape = tuple(given.shape)
    has_places = isinstance(layer, (AnyConvolution, AnyPool, AnyAdaptivePool))
    is_single = len(shape) == layer.axes + 1 if has_places else len(shape) == 1
    if is_single and not isinstance(layer, AnyBatchNorm):
        return shape, 1
    return shape[1:], shape[0]


def is_leaf(module: nn.Module) -> bool:
    """Return whether a module is one row although it has no formula here: torch's own, taught."""
    if is_taught(module):
        return True
    is_torchs = type(module).__module__.startswith("torch.nn.modules.")
    is_container = isinstance(module, (nn.Sequential, nn.ModuleList, nn.ModuleDict))
    has_children = any(True for _ in module.children())
    is_whole = not has_children or isinstance(module, nn.MultiheadAttention)
    return is_torchs and is_whole and not is_container


def is_taught(module: nn.Module) -> bool:
    """Return whether a user has taught what a module costs."""
    return type(module) in TAUGHT


def layer_of_call(call: Call, macs: int | None) -> Layer:
    """Return the layer that a call of an operator is.

    Args:
        call: The call.
        macs: Its multiply–accumulates; None if it is not in the ledger.
    """
    out = tuple(call.out.shape)
    known = _known_layer(call)
    if known is not None:
        return known
    examples = out[0] if out else 1
    return Observed(
        kind=call.name,
        shape=out[1:],
        macs_seen=(macs or 0) // max(1, examples),
        uncounted=(call.name,) if macs is None else (),
        reads=reach_of(call) if call.roles() else UNTOLD,
    )


def read_by(call: Call) -> Reach:
    """Return what a call of an operator reads."""
    layer = _known_layer(call)
    if layer is None:
        return reach_of(call)
    worked_on = call.out if len(call.inputs) > 1 else call.first
    return layer.reach(tuple(worked_on.shape[1:]))


def _known_layer(call: Call) -> Layer | None:
    """Return the layer that a function like F.conv2d is; None if it is none that has a formula."""
    name, shapes = call.name, {tuple(tensor.shape) for tensor in call.inputs}
    if len(call.inputs) > 1:
        if name in JOINS and shapes == {tuple(call.out.shape)}:
            return JOINS[name]()
        is_of_all = name == "cat" and len(call.inputs) == len(call.given["tensors"])
        return Concat() if is_of_all and call.given["dim"] == 1 else None
    if name in FUNCTIONS:
        return _with_settings(FUNCTIONS[name], call.given)
    if name == "convolution" and call.roles() == ["input"]:
        return _convolution(call)
    is_flat = call.first.dim() > 2 and call.out.dim() == 2  # noqa: PLR2004  maps, then vectors
    is_view = name in {"view", "_unsafe_view"} and call.first.shape[0] == call.out.shape[0]
    return Flatten() if is_flat and is_view else None


def _with_settings(kind: type[Layer], given: Mapping[str, Any]) -> Layer:
    """Return a layer with those of a function's arguments that are settings of its kind."""
    known = {name: given[name] for name in kind.setting_names() if name in given}
    stated = {name: value for name, value in known.items() if value is not None and value != []}
    return kind.from_settings(stated)


def _convolution(call: Call) -> Layer:
    given = call.given
    weight, groups, is_transposed = given["weight"], given["groups"], given["transposed"]
    kind = CONVOLUTIONS[is_transposed, weight.dim() - 2]
    settings = {
        **given,
        "out_channels": weight.shape[1] * groups if is_transposed else weight.shape[0],
        "kernel_size": list(weight.shape[2:]),
        "bias": given["bias"] is not None,
    }
    return _with_settings(kind, settings)


def single_tensor(values: Any) -> Tensor | None:
    """Return the tensor, if there is exactly one and nothing else."""
    if isinstance(values, tuple) and len(values) == 1:
        values = values[0]
    return values if isinstance(values, Tensor) else None
