"""Models of Keras 3 on torch, which keeps lists of its own layers, and a device of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

STATE = "keras.src.backend.common.global_state"
"""Where Keras keeps the device on which it makes tensors, and to which it takes those it is given.

The public `keras.device` takes a name, which is equal to no device of a tensor: what is there
already would be made anew, and where it comes from would be lost.
"""

SEED = "seed_generator_state"
"""What Keras calls the state of a dropout, which it keeps as a parameter of torch."""


def keras_name(module: nn.Module) -> str | None:
    """Return the name of a layer of Keras, by which its models know it; None for any other."""
    layer = getattr(sys.modules.get("keras"), "Layer", None)
    return str(module.name) if layer is not None and isinstance(module, layer) else None


def is_unbuilt(modules: Iterable[nn.Module]) -> bool:
    """Return whether any of them is a layer of Keras that waits for its first call to be built."""
    return any(keras_name(each) is not None and not each.built for each in modules)


def register_anew(modules: Iterable[nn.Module]) -> None:
    """Let torch know the parameters of layers; those built on symbols have told it of others."""
    for module in modules:
        if keras_name(module) is not None:
            module._track_variables()  # noqa: SLF001  there is no public way


def without_seeds(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the parameters that Keras counts, too."""
    return {name: each for name, each in parameters.items() if not name.endswith(SEED)}


def symbol(tensor: Tensor) -> Any:
    """Return what stands for a tensor where layers of Keras are built by a call."""
    kind = str(tensor.dtype).removeprefix("torch.")
    return sys.modules["keras"].KerasTensor(tuple(tensor.shape), kind)


@contextmanager
def keras_on(device: torch.device) -> Iterator[None]:
    """Let Keras work on a device, if it is there."""
    state = sys.modules.get(STATE)
    if state is None:
        yield
        return
    before = state.get_global_attribute("torch_device")
    state.set_global_attribute("torch_device", device)
    try:
        yield
    finally:
        state.set_global_attribute("torch_device", before)
