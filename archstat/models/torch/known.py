"""What torch calls, as layers: modules by their attributes, operators by their arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

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
from archstat.models.torch.operators.entry import Operator
from archstat.models.torch.operators.registry import REGISTRY
from archstat.models.torch.private import is_childless, own_parameters, whole

KINDS: Mapping[type[nn.Module], type[Layer]] = {
    getattr(nn, kind.torch_name): kind
    for kind in layer_kinds().values()
    if hasattr(kind, "torch_name") and kind is not ZeroPad2d
}


STATED: dict[Any, Layer] = {}
"""The layers that settings state, each checked once."""


class Stated(NamedTuple):
    """What the formulas of a layer say for one shape."""

    out_shape: Shape
    macs: int
    neurons: int
    param_shapes: Mapping[str, Shape]


@lru_cache(maxsize=1 << 12)
def worked_out(layer: Layer, in_shape: Shape) -> Stated:
    """Return what a layer's formulas say; of equal layers that are given the same, once.

    Raises:
        ShapeError: The layer cannot work on this shape.
    """
    shape = layer.out_shape(in_shape)
    layer = layer.returning(shape)
    macs, neurons = layer.macs(in_shape), layer.neurons(in_shape)
    return Stated(shape, macs, neurons, layer.param_shapes(in_shape))


class KnownLayer(NamedTuple):
    """The layer that a module is, and what it is given: examples of a shape."""

    layer: Layer
    in_shape: Shape
    examples: int
    stated: Stated


def known_layer(module: nn.Module, given: Tensor) -> KnownLayer | None:
    """Return the layer that a module is; None if it is not exactly one of the known kinds.

    A subclass counts as its parent unless it changes `forward`; a module whose parameters are not
    those of its kind (weight norm, an adapter) is not known, and opens up into its operators.
    """
    layer = stated_layer(module)
    if layer is None or given.is_complex():
        return None
    try:
        in_shape, examples = example_shape(given, layer)
        stated = worked_out(layer, in_shape)
    except (ShapeError, IndexError):
        return None
    if isinstance(layer, Softmax) and not _is_over_channels(module, given, in_shape):
        return None
    is_whole = is_childless(module)
    params = own_parameters(module) if is_whole else dict(module.named_parameters())
    seen = {name: tensor.shape for name, tensor in params.items()}
    return KnownLayer(layer, in_shape, examples, stated) if seen == stated.param_shapes else None


def _is_over_channels(module: nn.Module, given: Tensor, in_shape: Shape) -> bool:
    """Return whether a softmax is one over channels, as the kind is."""
    dim = module.dim
    if dim is None:  # torch's own choice, which it warns of
        dim = 0 if given.dim() in {1, 3} else 1
    return bool(dim % given.dim() == given.dim() - len(in_shape))


def stated_layer(module: nn.Module) -> Layer | None:
    """Return the layer that a module's class and settings state, whatever it is given."""
    own = type(module)
    known = own if own in KINDS else next((base for base in own.__mro__ if base in KINDS), None)
    if known is None or own.forward is not getattr(known, "forward"):  # noqa: B009  untyped
        return None
    kind = KINDS[known]
    try:
        settings = _settings(module, kind)
        key = kind, repr(settings), *map(type, settings)  # as 1 and True read alike to some
        if key not in STATED:
            STATED[key] = kind.from_settings(_named(kind, settings))
        return STATED[key]
    except ShapeError:
        return None


def impossible_setting(module: nn.Module) -> ShapeError | None:
    """Return what is impossible about the settings of a convolution or a pool, if anything is."""
    kind = next((KINDS[base] for base in type(module).__mro__ if base in KINDS), None)
    if kind is None or not issubclass(kind, (AnyConvolution, AnyPool)):
        return None
    try:
        kind.from_settings(_named(kind, _settings(module, kind)))
    except ShapeError as error:
        return error
    return None


def _settings(module: nn.Module, kind: type[Layer]) -> list[Any]:
    """Return what a module has for each setting of a kind."""
    if kind is Flatten and (module.start_dim, module.end_dim) != (1, -1):
        raise ShapeError("flattens some axes only")
    state = vars(module)
    settings = [
        state[name] if name in state else getattr(module, name, None) for name in _names(kind)
    ]
    if (place := _place(kind, "bias")) is not None:
        settings[place] = settings[place] is not None
    if kind is LayerNorm and (place := _place(kind, "normalized_axes")) is not None:
        settings[place] = len(module.normalized_shape)
    if kind is Upsample and (place := _place(kind, "scale_factor")) is not None:
        settings[place] = _whole(settings[place])  # torch keeps it as fractions
    return settings


def _whole(value: Any) -> Any:
    """Return fractions without digits behind the point as the whole numbers that they are."""
    if isinstance(value, tuple):
        return tuple(map(_whole, value))
    return int(value) if value is not None and value == int(value) else value


def _named(kind: type[Layer], settings: Sequence[Any]) -> dict[str, Any]:
    """Return the settings that there are, by name, as a spec states them."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in zip(_names(kind), settings, strict=True)
        if value is not None
    }


@cache
def _names(kind: type[Layer]) -> tuple[str, ...]:
    return kind.setting_names()


@cache
def _place(kind: type[Layer], name: str) -> int | None:
    """Return the place of a setting among those of a kind, if it has such a one."""
    return _names(kind).index(name) if name in _names(kind) else None


def example_shape(given: Tensor, layer: Layer) -> tuple[Shape, int]:
    """Return the shape of one example as a layer takes it, and the number of examples."""
    shape = tuple(given.shape)
    if len(shape) == _axes_of_one(type(layer)):
        return shape, 1
    return shape[1:], shape[0]


@cache
def _axes_of_one(kind: type[Layer]) -> int | None:
    """Return the axes of one example that torch takes without a batch; None if it takes none."""
    if issubclass(kind, AnyBatchNorm):
        return None
    has_places = issubclass(kind, (AnyConvolution, AnyPool, AnyAdaptivePool, Upsample))
    return kind.axes + 1 if has_places else 1


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


def layer_of_call(call: Call, entry: Operator) -> Layer | None:
    """Return the layer that a call of an operator is, if it has the form of one."""
    return entry.layer(call) if entry.layer is not None and call.roles() else None


def observed(  # noqa: PLR0913  what is seen of a call
    call: Call,
    entry: Operator,
    macs: int | None,
    *,
    shape: Shape,
    examples: int,
    is_unit: bool,
    is_view: bool,
) -> Observed:
    """Return a call of an operator as it was seen.

    Args:
        call: The call.
        entry: The entry of its operator.
        macs: Its multiply–accumulates; None if it is not in the ledger.
        shape: The shape of an example of its output.
        examples: How many there are.
        is_unit: Whether it connects units by weights.
        is_view: Whether it only arranges values anew.
    """
    each = (macs or 0) // max(1, examples)
    return Observed(
        kind=call.name,
        shape=shape,
        macs_seen=each,
        terms=(macs or 0) // max(1, call.out.numel()) if entry.factors else 0,
        uncounted=(call.name,) if macs is None else (),
        is_unit=is_unit and each > 0,
        is_view=is_view,
        reads=reach_of(call, entry) if call.roles() else UNTOLD,
    )


def read_by(call: Call, entry: Operator) -> Reach:
    """Return what a call of an operator reads."""
    layer = None if entry.layer is None else entry.layer(call)
    if layer is None:
        return reach_of(call, entry)
    worked_on = call.out if len(call.inputs) > 1 else call.first
    return layer.reach(tuple(worked_on.shape[1:]))


def reach_of(call: Call, entry: Operator) -> Reach:
    """Return what a call of an operator that is no layer reads."""
    parts = [argument for argument in call.given.values() if _is_part_of(argument, call.out)]
    if parts and not (call.first.numel() == parts[0].numel() == call.out.numel()):
        return Unknown("it writes into a part of a tensor")
    if parts:
        return Reshaped(tuple(call.first.shape), tuple(call.out.shape))
    return entry.reach(call)


def _is_part_of(value: Any, out: Tensor) -> bool:
    """Return whether an argument is a view of a tensor."""
    return isinstance(value, Tensor) and value.shape != out.shape and whole(value) is out


def single_tensor(values: Any) -> Tensor | None:
    """Return the tensor, if there is exactly one and nothing else."""
    if isinstance(values, tuple) and len(values) == 1:
        values = values[0]
    return values if isinstance(values, Tensor) else None
