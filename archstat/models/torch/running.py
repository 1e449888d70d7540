"""A forward pass of somebody's model, which is left exactly as it was."""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import (
    AbstractContextManager,
    ExitStack,
    contextmanager,
    nullcontext,
    redirect_stdout,
)
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.modules import module as global_hooks
from torch.nn.parameter import is_lazy

from archstat.models.torch.kept import autocast_on_meta, process_kept
from archstat.models.torch.keras import keras_on
from archstat.models.torch.private import every_module, every_tensor, forget_compiled_scripts
from archstat.models.torch.recording.tensors import tensors_in


def run_untouched(  # noqa: PLR0913  a run has these parts
    model: nn.Module,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    watcher: AbstractContextManager[Any],
    standins: Mapping[str, Tensor] | None = None,
    autograd: AbstractContextManager[Any] | None = None,
) -> Any:
    """Run a model while something watches, and leave it exactly as it was.

    It runs in evaluation mode, and without autograd unless something hears of that: then it runs
    as in training.

    Attention's fused path is off meanwhile: it runs, on some devices and in some modes, as one
    operator that tells nothing. In training, so are others that hide from autograd of which
    products they are made, and that do not run on meta either. What the model prints goes to
    stderr; warnings would be about zeros and about meta, not about the model.

    Args:
        model: The model.
        args: What it is given, by place.
        kwargs: What it is given by name.
        watcher: What watches.
        standins: What stands in for parameters and buffers, by name, where it is not there already.
        autograd: What hears of autograd.
    """
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    if autograd is not None:
        forget_compiled_scripts()
    try:
        with (
            process_kept(_random_devices(model, standins)),
            autocast_on_meta(),
            keras_on(_device_of(args, kwargs)),
            exhausted(model),
            torch.set_grad_enabled(autograd is not None),
            in_mode(model, training=autograd is not None),
            torch.jit.optimized_execution(should_optimize=False),  # which fuses what it runs
            warnings.catch_warnings(action="ignore"),
            nullcontext() if autograd is None else apart(),
            autograd or nullcontext(),
            redirect_stdout(sys.stderr),
            watcher,
        ):
            if not standins:
                return model(*args, **kwargs)
            return torch.func.functional_call(model, dict(standins), tuple(args), dict(kwargs))
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)


@contextmanager
def exhausted(model: nn.Module) -> Iterator[None]:
    """Let a model whose forward pass is a generator run to its end, and return what it yields."""

    def listed(module: nn.Module, _: Any, out: Any) -> Any:
        return [*out] if module is model and isinstance(out, types.GeneratorType) else None

    hook = global_hooks.register_module_forward_hook(listed)
    try:
        yield
    finally:
        hook.remove()


@contextmanager
def apart() -> Iterator[None]:
    """Let attention and recurrent layers run as the operators of which they are made."""
    with ExitStack() as stack:
        stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        for library in (torch.backends.mkldnn, torch.backends.cudnn):
            stack.enter_context(library.flags(enabled=False))
        yield


def _device_of(args: Sequence[Any], kwargs: Mapping[str, Any]) -> torch.device:
    """Return the device of what a model is given."""
    given = tensors_in((tuple(args), dict(kwargs)))
    return given[0].device if given else torch.device("cpu")


def _random_devices(model: nn.Module, standins: Mapping[str, Tensor] | None) -> list[torch.device]:
    """Return the devices on which dropout may draw, beside the CPU."""
    if not torch.cuda.is_initialized():
        return []
    tensors = standins.values() if standins else every_tensor(model)
    return [*{tensor.device for tensor in tensors if tensor.is_cuda}]


@contextmanager
def in_mode(model: nn.Module, *, training: bool) -> Iterator[None]:
    """Put a model into training or evaluation mode, and every module back into its own."""
    modes = [(module, module.training) for module in every_module(model).values()]
    for module, before in modes:  # `train` is a method that an author may make mean something else
        if before != training:
            module.training = training
    try:
        yield
    finally:
        for module, before in modes:
            if module.training != before:
                module.training = before


def standins_of(
    tensors: Iterable[Tensor], device: torch.device, *, learn: bool = False
) -> dict[int, Tensor]:
    """Return what stands in for each of a model's parameters and buffers, by identity.

    Where they are to learn, those do that would learn in the model.
    On meta they hold nothing. On a device they are copies, and zeros where the model has no values.
    """

    def standin(tensor: Tensor) -> Tensor:
        if is_lazy(tensor):
            return tensor
        if device.type == "meta" and tensor.layout is torch.strided:
            made = torch.empty_strided(
                tensor.shape, tensor.stride(), dtype=tensor.dtype, device=device
            )
        elif tensor.device.type == "meta":
            made = torch.zeros_like(tensor, device=device)
        else:
            made = tensor.detach().to(device, copy=True)
        return made.requires_grad_(learn and tensor.requires_grad)

    return {id(tensor): standin(tensor) for tensor in tensors}


def by_name(model: nn.Module, standins: Mapping[int, Tensor]) -> dict[str, Tensor]:
    """Return stand-ins by the names of what they stand for; a shared one under all its names."""
    named = [*model.named_parameters(remove_duplicate=False)]
    named += [*model.named_buffers(remove_duplicate=False)]
    return {name: standins[id(tensor)] for name, tensor in named if not is_lazy(tensor)}
