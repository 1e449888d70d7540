"""What operators give on the meta device that torch works out there at length.

On meta, torch takes activations, sums and norms apart into elementary operators, in Python, which
takes up to a millisecond a call; what they give follows from what they are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor

from archstat.models.torch.operators.entry import Operator
from archstat.models.torch.recording.facts import OperatorFacts

MATRIX = 2
ADDMM = torch.ops.aten.addmm.default
CAT = torch.ops.aten.cat.default
BATCH_NORM = torch.ops.aten.native_batch_norm.default
GROUP_NORM = torch.ops.aten.native_group_norm.default
LAYER_NORM = torch.ops.aten.native_layer_norm.default
NORMS = (BATCH_NORM, LAYER_NORM, GROUP_NORM)
GROUPED = getattr(getattr(torch.ops.aten, "_grouped_mm", None), "default", None)
"""None where this torch has none, as 2.6."""

WHOLE = {torch.float32, torch.float64}
"""The types whose norms have statistics of the same type."""


def answer(
    told: OperatorFacts, entry: Operator, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """Return what an operator gives on meta where that is plain; None where it is to be asked."""
    operator = told.operator
    if entry.is_like_inputs and not kwargs and _are_alike(args):
        return args[0] if told.written else _like(args[0])
    if operator in NORMS and (shape := _statistics(operator, args)) is not None:
        image = args[0]
        return torch.empty_like(image), image.new_empty(shape), image.new_empty(shape)
    if operator is ADDMM and _fit(*args[:3]) and not kwargs:
        return args[1].new_empty((args[1].shape[0], args[2].shape[1]))
    if operator is CAT and _fit_together(*args) and not kwargs:
        return _joined(*args)
    if operator is GROUPED and args[0].is_meta:  # which takes but some types there
        return _grouped(*args, **kwargs)
    return None


def _statistics(operator: Any, args: Sequence[Any]) -> tuple[int, ...] | None:
    """Return the shape of a norm's statistics; None for what is no norm, or no plain one.

    In evaluation mode, a batch norm has none.
    """
    if operator is BATCH_NORM and _fits_channels(args):
        return (args[0].shape[1] if args[5] else 0,)
    if operator is LAYER_NORM and _fits_axes(*args[:4]):
        axes = len(args[1])
        return (*args[0].shape[:-axes], *(1 for _ in range(axes)))
    if operator is GROUP_NORM and _fits_groups(*args[:7]):
        return args[3], args[6]
    return None


def _like(tensor: Tensor) -> Tensor:
    return torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="meta")


def _are_alike(args: Sequence[Any]) -> bool:
    """Return whether tensors of fractions on meta have one shape, one layout and one type."""
    first, *others = args
    if not (isinstance(first, Tensor) and _is_plain(first)):
        return False
    return all(
        _is_plain(other)
        and other.shape == first.shape
        and other.stride() == first.stride()
        and other.dtype == first.dtype
        if isinstance(other, Tensor)
        else isinstance(other, int | float)
        for other in others
    )


def _is_plain(tensor: Tensor) -> bool:
    """Return whether a tensor of fractions on meta has its values side by side."""
    return (
        tensor.is_meta
        and tensor.dtype.is_floating_point
        and tensor.layout is torch.strided
        and tensor.is_contiguous()
    )


def _are_like(image: Tensor, params: Sequence[Tensor | None], shape: Sequence[int]) -> bool:
    """Return whether the parameters of a norm have a shape, and the type of what it is given."""
    return all(
        each is None
        or (each.is_meta and tuple(each.shape) == tuple(shape) and each.dtype == image.dtype)
        for each in params
    )


def _fit(bias: Tensor, left: Tensor, right: Tensor) -> bool:
    """Return whether a product of matrices on meta and a bias for its columns can be added."""
    return (
        left.is_meta
        and right.is_meta
        and bias.is_meta
        and left.dim() == right.dim() == MATRIX
        and left.shape[1] == right.shape[0]
        and bias.shape == right.shape[1:]
        and left.dtype == right.dtype == bias.dtype
    )


def _fit_together(parts: Sequence[Tensor], axis: int = 0) -> bool:
    """Return whether tensors are alike but for their sizes along an axis, which they have."""
    if not (parts and all(map(_is_plain, parts))):
        return False
    first = parts[0]
    if not -first.dim() <= axis < first.dim():
        return False
    return all(
        part.dtype == first.dtype
        and part.dim() == first.dim()
        and _without(part.shape, axis) == _without(first.shape, axis)
        for part in parts[1:]
    )


def _joined(parts: Sequence[Tensor], axis: int = 0) -> Tensor:
    shape = [*parts[0].shape]
    shape[axis] = sum([part.shape[axis] for part in parts])
    return parts[0].new_empty(shape)


def _without(shape: Sequence[int], axis: int) -> list[int]:
    sizes = [*shape]
    del sizes[axis]
    return sizes


def _grouped(
    left: Tensor,
    right: Tensor,
    offs: Tensor | None = None,
    bias: Tensor | None = None,  # noqa: ARG001  as torch calls it
    out_dtype: torch.dtype | None = None,
) -> Tensor:
    """Return the products of several groups; where both sides are parted, one for each group."""
    groups = [offs.shape[0]] if offs is not None and left.dim() == right.dim() == MATRIX else []
    groups = [left.shape[0]] if left.dim() == right.dim() > MATRIX else groups
    rows = [*groups, left.shape[-2], right.shape[-1]]
    return left.new_empty(rows, dtype=out_dtype or left.dtype)


def _fits_channels(args: Sequence[Any]) -> bool:
    """Return whether the arguments of a batch norm are on meta, and its parameters fit."""
    image, *params, is_training, _, _ = args
    return (
        image.is_meta
        and image.dim() > 1
        and (is_training or params[2] is not None)
        and all(param is None or param.shape == image.shape[1:2] for param in params)
        and all(param is None or param.dtype == image.dtype for param in params)
    )


def _fits_axes(
    image: Tensor, axes: Sequence[int], weight: Tensor | None, bias: Tensor | None
) -> bool:
    """Return whether a layer norm on meta is over the last axes, with parameters of their shape."""
    return (
        _is_plain(image)
        and image.dtype in WHOLE
        and len(axes) > 0
        and tuple(image.shape[-len(axes) :]) == tuple(axes)
        and _are_like(image, (weight, bias), axes)
    )


def _fits_groups(  # noqa: PLR0913, PLR0917  as torch calls it
    image: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    examples: int,
    channels: int,
    places: int,
    groups: int,
) -> bool:
    """Return whether a group norm on meta is over the channels that its input has."""
    return (
        _is_plain(image)
        and image.dtype in WHOLE
        and image.dim() > 1
        and (*image.shape[:2], prod(image.shape[2:])) == (examples, channels, places)
        and groups > 0
        and channels % groups == 0
        and _are_like(image, (weight, bias), (channels,))
    )
