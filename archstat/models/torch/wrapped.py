"""Models as they can be traced: taken out of what wraps them, and their lazy parameters made."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from copy import deepcopy
from io import StringIO
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from archstat.errors import UsageError
from archstat.models.torch.apart import Copier
from archstat.models.torch.kept import process_kept
from archstat.models.torch.keras import is_unbuilt, register_anew, symbol
from archstat.models.torch.private import compiled_from, every_module, held_tensors, tree_map_only
from archstat.models.torch.remarks import modules_by_path
from archstat.models.torch.scripted import opened


def unwrapped(model: nn.Module) -> nn.Module:
    """Return the model inside of nn.DataParallel, or of what torch.compile has made of one."""
    if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        return unwrapped(model.module)
    inner = compiled_from(model)
    return opened(model) if inner is None else unwrapped(inner)


def materialized(model: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any]) -> nn.Module:
    """Return a model whose lazy parameters have the shapes that these inputs give them.

    The model is left as it is: what is made is a copy of it, on meta unless it is of Keras.

    Raises:
        UsageError: It cannot be copied.
    """
    modules = every_module(model)
    tensors = held_tensors(modules.values())
    if is_unbuilt(modules.values()):
        return _built(model, tensors, args, kwargs)
    if not any(map(is_lazy, tensors)):
        return model
    try:
        copy = deepcopy(model, {id(tensor): _on_meta(tensor) for tensor in tensors})
    except Exception as error:  # noqa: BLE001  the user's attributes may refuse anything
        raise UsageError(
            f"{type(model).__name__} has lazy layers and cannot be copied: {error}",
            hint="run it once on an example before",
        ) from None
    examples = tree_map_only(Tensor, lambda tensor: tensor.to("meta"), (tuple(args), dict(kwargs)))
    with (
        torch.no_grad(),
        torch.random.fork_rng(devices=[]),
        warnings.catch_warnings(action="ignore"),
        redirect_stdout(StringIO()),
        redirect_stderr(StringIO()),
        suppress(Exception, SystemExit),  # it is run again, and tells again
    ):
        copy.eval()(*examples[0], **examples[1])
    return copy


def _built(
    model: nn.Module, tensors: Sequence[Tensor], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> nn.Module:
    """Return a copy of a model of Keras, with what its layers make at their first call."""
    made: nn.Module = Copier(memo={id(tensor): tensor for tensor in tensors}).copy(model)
    given = tree_map_only(Tensor, symbol, (tuple(args), dict(kwargs)))
    with (
        process_kept(),
        redirect_stdout(StringIO()),
        redirect_stderr(StringIO()),
        suppress(Exception, SystemExit),  # it is run again, and tells again
    ):
        made(*given[0], **given[1])
    register_anew(modules_by_path(made).values())
    return made


def _on_meta(tensor: Tensor) -> Tensor:
    if is_lazy(tensor):
        lazy: Any = type(tensor)
        return lazy(requires_grad=tensor.requires_grad, device="meta", dtype=tensor.dtype)
    moved = tensor.detach().to("meta")
    return nn.Parameter(moved, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else moved
