"""What torch calls, as layers: modules by their attributes, operators by their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from torch import Tensor, nn

from archstat.errors import ShapeError
from archstat.layers import Layer, layer_kinds
from archstat.layers.activation import Softmax
from archstat.layers.base import Shape
from archstat.layers.conv import AnyConvolution
from archstat.layers.norm import AnyBatchNorm, LayerNorm
from archstat.layers.opaque import UNTOLD, Observed
from archstat.layers.pool import AnyAdaptivePool, AnyPool, Upsample
from archstat.layers.reach import Reach, Reshaped, Unknown
from archstat.layers.reshape import Flatten, ZeroPad2d
from archstat.models.torch.operators.call import Call
from archstat.models.torch.operators.registry import REGISTRY
from archstat.models.torch.private import is_childless, own_parameters, whole

KINDS: Mapping[type[nn.Module], type[Layer]] = {
    getattr(nn, kind.torch_name): kind
    for kind in layer_kinds().values()
    if hasattr(kind, "torch_name") and kind is not ZeroPad2d
}


STATED: dict[Any, Layer] = {}
"""The layers that settings state, each checked once."""


@dataclass(frozen=True)
class Stated:
    """What the formulas of a layer say for one shape."""

    out_shape: Shape
    macs: int
    param_shapes: Mapping[str, Shape]


@lru_cache(maxsize=1 << 12)
def worked_out(layer: Layer, in_shape: Shape) -> Stated:
    """Return what a layer's formulas say; of equal layers that are given the same, once.

    Raises:
        ShapeError: The layer cannot work on this shape.
    """
    shape = layer.out_shape(in_shape)
    return Stated(shape, layer.macs(in_shape), layer.param_shapes(in_shape))


def layer_of(module: nn.Module, given: Tensor) -> Layer | None:
    """Return the layer that a module is; None if it is not exactly one of the known kinds.

    A subclass counts as its parent unless it changes `forward`; a module whose parameters are not
    those of its kind (weight norm, an adapter) is not known, and opens up into its operators.
    """
    layer = stated_layer(module)
    if layer is None or given.is_complex():
        return None
    try:
        in_shape, _ = example_shape(given, layer)
        stated = worked_out(layer, in_shape)
    except (ShapeError, IndexError):
        return None
    if isinstance(layer, Softmax) and not _is_over_channels(module, given, in_shape):
        return None
    is_whole = is_childless(module)
    params = own_parameters(module) if is_whole else dict(module.named_parameters())
    seen = {name: tuple(tensor.shape) for name, tensor in params.items()}
    return layer if seen == stated.param_shapes else None


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
        settings = _settings(module, KINDS[known])
        types = [*map(type, settings.values())]  # as 1 and True read alike to some
        key = KINDS[known], repr(settings), *types
        if key not in STATED:
            STATED[key] = KINDS[known].from_settings(settings)
        return STATED[key]
    except ShapeError:
        return None


def impossible_setting(module: nn.Module) -> ShapeError | None:
    """Return what is impossible about the settings of a convolution or a pool, if anything is."""
    kind = next((KINDS[base] for base in type(module).__mro__ if base in KINDS), None)
    if kind is None or not issubclass(kind, (AnyConvolution, AnyPool)):
        return None
    try:
        kind.from_settings(_settings(module, kind))
    except ShapeError as error:
        return error
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
            if kind is Upsample and name == "scale_factor":  # which torch keeps as fractions
                value = _whole(value)
            settings[name] = list(value) if isinstance(value, tuple) else value
    return settings


def _whole(value: Any) -> Any:
    """Return fractions without digits behind the point as the whole numbers that they are."""
    if isinstance(value, tuple):
        return tuple(map(_whole, value))
    return int(value) if value == int(value) else value


def example_shape(given: Tensor, layer: Layer) -> tuple[Shape, int]:
    """Return the shape of one example as a layer takes it, and the number of examples."""
    shape = tuple(given.shape)
    has_places = isinstance(layer, (AnyConvolution, AnyPool, AnyAdaptivePool, Upsample))
    is_single = len(shape) == layer.axes + 1 if has_places else len(shape) == 1
    if is_single and not isinstance(layer, AnyBatchNorm):
        return shape, 1
    return shape[1:], shape[0]


def is_leaf(module: nn.Module) -> bool:
    """Return whether a module is one row although it has no formula here: torch's own, taught."""
    if is_taught(module):
        return True
    if not type(module).__module__.startswith("torch.nn.modules."):
        return False
    is_container = isinstance(module, (nn.Sequential, nn.ModuleList, nn.ModuleDict))
    is_whole = is_childless(module) or isinstance(module, nn.MultiheadAttention)
    return is_whole and not is_container


def is_taught(module: nn.Module) -> bool:
    """Return whether a user has taught what a module costs."""
    return type(module) in REGISTRY.modules


def layer_of_call(call: Call, macs: int | None) -> Layer:
    """Return the layer that a call of an operator is.

    Args:
        call: The call.
        macs: Its multiply–accumulates; None if it is not in the ledger.
    """
    entry = REGISTRY.find(call.operator)
    has_inputs = bool(call.roles())
    known = entry.layer(call) if has_inputs and entry.layer is not None else None
    if known is not None:
        return known
    out = tuple(call.out.shape)
    examples = out[0] if out else 1
    return Observed(
        kind=call.name,
        shape=out[1:],
        macs_seen=(macs or 0) // max(1, examples),
        terms=(macs or 0) // max(1, call.out.numel()) if entry.factors else 0,
        uncounted=(call.name,) if macs is None else (),
        reads=reach_of(call) if has_inputs else UNTOLD,
    )


def read_by(call: Call) -> Reach:
    """Return what a call of an operator reads."""
    entry = REGISTRY.find(call.operator)
    layer = None if entry.layer is None else entry.layer(call)
    if layer is None:
        return reach_of(call)
    worked_on = call.out if len(call.inputs) > 1 else call.first
    return layer.reach(tuple(worked_on.shape[1:]))


def reach_of(call: Call) -> Reach:
    """Return what a call of an operator that is no layer reads."""
    parts = [argument for argument in call.given.values() if _is_part_of(argument, call.out)]
    if parts and not (call.first.numel() == parts[0].numel() == call.out.numel()):
        return Unknown("it writes into a part of a tensor")
    if parts:
        return Reshaped(tuple(call.first.shape), tuple(call.out.shape))
    return REGISTRY.find(call.operator).reach(call)


def _is_part_of(value: Any, out: Tensor) -> bool:
    """Return whether an argument is a view of a tensor."""
    return isinstance(value, Tensor) and value.shape != out.shape and whole(value) is out


def single_tensor(values: Any) -> Tensor | None:
    """Return the tensor, if there is exactly one and nothing else."""
    if isinstance(values, tuple) and len(values) == 1:
        values = values[0]
    return values if isinstance(values, Tensor) else None
