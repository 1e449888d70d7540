"""Whether a model, and what belongs to the whole process, is as it was: all that can be seen."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules import module as shared

MOST = 6  # levels of plain objects that are looked into


def likeness(model: nn.Module, given: Any = None) -> dict[str, str]:
    """Return what can be seen of a model, of its inputs and of the process, one text each."""
    seen: dict[str, str] = {}
    for path, module in model.named_modules():
        for name, value in vars(module).items():
            seen[f"{path}.{name}"] = "; ".join(_told(value, MOST, set()))
        seen[f"{path} is"] = f"{type(module).__name__} {id(module)}"
    seen["what it was given"] = "; ".join(_told(given, MOST, set()))
    seen |= {name: repr(value) for name, value in of_process().items()}
    return seen


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the names of what is not as it was."""
    names = [*before, *(name for name in after if name not in before)]
    return [name for name in names if before.get(name) != after.get(name)]


def of_process() -> dict[str, object]:
    """Return what belongs to the whole process."""
    legacy: Any = np.random.get_state()  # noqa: NPY002  the state that legacy code uses
    return {
        "random state of torch": _digest(torch.get_rng_state().numpy().tobytes()),
        "random state of numpy": _digest(legacy[1].tobytes()),
        "random state of Python": hash(random.getstate()),
        "default type": torch.get_default_dtype(),
        "default device": torch.get_default_device(),
        "threads": torch.get_num_threads(),
        "determinism": (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
            torch.backends.cudnn.deterministic,
            torch.backends.cudnn.benchmark,
        ),
        "precision of products": torch.get_float32_matmul_precision(),
        "autocast": [
            (torch.is_autocast_enabled(kind), torch.get_autocast_dtype(kind))
            for kind in ("cpu", "cuda")
        ],
        "gradient mode": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "anomaly mode": torch.is_anomaly_enabled(),
        "fused attention": torch.backends.mha.get_fastpath_enabled(),
        "hooks for all modules": {
            name: len(value) for name, value in vars(shared).items() if name.endswith("_hooks")
        },
    }


def _told(value: Any, deep: int, above: set[int]) -> Iterator[str]:
    """Yield what can be seen of a value: types, contents, and which objects they are."""
    if isinstance(value, Tensor):
        yield _of_tensor(value)
    elif isinstance(value, (bool, bytes, complex, float, int, str, type(None))):
        yield repr(value)
    elif deep == 0 or id(value) in above:
        yield f"{type(value).__name__} {id(value)}"
    elif isinstance(value, Mapping):
        yield f"{type(value).__name__} {id(value)} of {len(value)}"
        for key, part in value.items():
            yield repr(key) if isinstance(key, (str, int)) else str(id(key))
            yield from _told(part, deep - 1, above | {id(value)})
    elif isinstance(value, (list, tuple)):
        parts = [*iter(value)]  # not every class of its author's tells its length
        yield f"{type(value).__name__} {id(value)} of {len(parts)}"
        for part in parts:
            yield from _told(part, deep - 1, above | {id(value)})
    elif isinstance(value, nn.Module):
        yield f"module {id(value)}"
    elif hasattr(value, "__dict__") and not isinstance(value, type) and not callable(value):
        yield f"{type(value).__name__} {id(value)}"
        yield from _told(vars(value), deep - 1, above | {id(value)})
    else:
        yield f"{type(value).__name__} {id(value)}"


def _of_tensor(tensor: Tensor) -> str:
    whole = tensor.detach()
    if tensor.device.type == "meta" or whole.layout is not torch.strided or whole.is_quantized:
        values = "?"
    elif type(tensor).__name__.startswith("Uninitialized"):
        return f"{type(tensor).__name__} {id(tensor)}"
    else:
        values = _digest(whole.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    gradient = "none" if tensor.grad_fn or tensor.grad is None else _of_tensor(tensor.grad)
    return (
        f"{type(tensor).__name__} {id(tensor)} {tuple(tensor.shape)} {tensor.dtype} "
        f"{tensor.device} {tensor.requires_grad} {values} {gradient}"
    )


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()
