"""What torch calls, as layers: modules by their attributes, operators by their arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from torch import Tensor, nn

from archstat.errors import ShapeError
from archstat.frontends.operators import is_pointwise, packet_name
from archstat.layers import Layer, layer_kinds
from archstat.layers.activation import ReLU
from archstat.layers.base import Shape
from archstat.layers.combine import Add, Concat, Multiply
from archstat.layers.conv import AnyConvolution
from archstat.layers.norm import AnyBatchNorm, LayerNorm
from archstat.layers.opaque import Observed
from archstat.layers.pool import AnyAdaptivePool, AnyPool, MaxPool2d
from archstat.layers.reshape import Flatten, ZeroPad2d
from archstat.layers.window import Mixing, Nearest, Reach, Sliding

KINDS: Mapping[type[nn.Module], type[Layer]] = {
    getattr(nn, kind.torch_name): kind
    for kind in layer_kinds().values()
    if hasattr(kind, "torch_name") and kind is not ZeroPad2d
}

JOINS: Mapping[str, type[Layer]] = {"add": Add, "mul": Multiply}

TAUGHT: dict[type[nn.Module], Callable[[nn.Module, Any, Any], int]] = {}
"""Modules that users have taught: from the module, its inputs and its output to MACs."""

PASSING = frozenset(
    {"alias", "clone", "copy", "detach", "_to_copy", "lift_fresh", "expand"}
    | {"_unsafe_view", "_reshape_alias"}
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
    seen = {name: tuple(tensor.shape) for name, tensor in module.named_parameters()}
    return layer if seen == layer.param_shapes(in_shape) else None


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


def layer_of_call(
    operator: Any,
    args: Sequence[Any],
    inputs: Sequence[Tensor],
    out: Tensor,
    macs: int | None,
) -> Layer:
    """Return the layer that a call of an operator is.

    Args:
        operator: The operator.
        args: All that it was called with.
        inputs: The tensors among it that come from the network's input.
        out: Its first output.
        macs: Its multiply–accumulates; None if it is not in the ledger.
    """
    name = packet_name(operator)
    shapes = {tuple(tensor.shape) for tensor in inputs}
    if name in JOINS and len(inputs) > 1 and shapes == {tuple(out.shape)}:
        return JOINS[name]()
    if name == "relu":
        return ReLU()
    if name == "cat" and len(inputs) == len(args[0]) and len(args) > 1 and args[1] == 1:
        return Concat()
    if name == "max_pool2d_with_indices":
        return _max_pool(args)
    if name in {"view", "_unsafe_view"} and _is_flattened(inputs[0], out):
        return Flatten()
    examples = out.shape[0] if out.dim() else 1
    reads: Reach = Mixing.UNKNOWN
    if is_pointwise(operator) and shapes == {tuple(out.shape)}:
        reads = Mixing.NONE
    elif name == "mean" and len(args) > 1:
        reads = _mean(inputs[0], out)
    elif name in {"upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d"}:
        pairs = zip(inputs[0].shape[2:], out.shape[2:], strict=True)
        reads = tuple(Nearest(*pair) for pair in pairs)
    elif name == "slice" and len(args) > 1 and args[1] == 1:
        reads = Mixing.NONE
    return Observed(
        kind=name,
        shape=tuple(out.shape[1:]),
        macs_seen=(macs or 0) // max(1, examples),
        uncounted=(name,) if macs is None else (),
        reads=reads,
    )


def _max_pool(args: Sequence[Any]) -> Layer:
    """Return the layer that F.max_pool2d is: kernel, stride, padding, dilation, ceil_mode."""
    names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
    given = dict(zip(names, args[1:], strict=False))
    sizes = {name: value or None for name, value in given.items() if name == "stride"}
    settings = {**given, **sizes}
    return MaxPool2d.from_settings({key: v for key, v in settings.items() if v is not None})


def _is_flattened(before: Tensor, after: Tensor) -> bool:
    return (
        before.dim() > 2  # noqa: PLR2004  a batch of maps
        and after.dim() == 2  # noqa: PLR2004  a batch of vectors
        and tuple(after.shape) == (before.shape[0], prod(before.shape[1:]))
    )


def _mean(before: Tensor, after: Tensor) -> Reach:
    """Return what a mean over all places reads."""
    sizes = tuple(before.shape[2:])
    if tuple(after.shape) == (*before.shape[:2], *(1 for _ in sizes)):
        return tuple(Sliding(kernel_size=size, stride=size) for size in sizes)
    if tuple(after.shape) == tuple(before.shape[:2]):
        return Mixing.EVERYTHING
    return Mixing.UNKNOWN


def single_tensor(values: Any) -> Tensor | None:
    """Return the tensor, if there is exactly one and nothing else."""
    if isinstance(values, tuple) and len(values) == 1:
        values = values[0]
    return values if isinstance(values, Tensor) else None
