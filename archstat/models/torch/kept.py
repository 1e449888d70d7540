"""What belongs to the whole process, put back after a user's code has run."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

AUTOCAST = ("cpu", "cuda")


def _default_device() -> torch.device:
    """Return where tensors are made; torch 2.6 cannot tell once somebody has set it back."""
    try:
        return torch.get_default_device()
    except AttributeError:
        return torch.device("cpu")


def _set_back(device: torch.device) -> None:
    """Let tensors be made on a device again, so that every torch can tell which it is."""
    torch.set_default_device(None if device.type == "cpu" else device)
    try:
        torch.get_default_device()
    except AttributeError:
        torch.set_default_device(device)


@contextmanager
def process_kept(devices: Sequence[torch.device] = ()) -> Iterator[None]:
    """Put back what code may change for all: random states, default types, threads, modes, words.

    Args:
        devices: Those, beside the CPU, on which random numbers may be drawn.
    """
    numpy = sys.modules.get("numpy")
    drawn, words = random.getstate(), dict(os.environ)
    numbers = None if numpy is None else numpy.random.get_state()
    dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
    device = _default_device()
    algorithms = torch.are_deterministic_algorithms_enabled()
    warns = torch.is_deterministic_algorithms_warn_only_enabled()
    cudnn = torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark
    precision = torch.get_float32_matmul_precision()
    autocast = {kind: torch.is_autocast_enabled(kind) for kind in AUTOCAST}
    types = {kind: torch.get_autocast_dtype(kind) for kind in AUTOCAST}
    learns = torch.is_grad_enabled()
    state = torch.get_rng_state()
    states = [(each, torch.cuda.get_rng_state(each)) for each in devices]
    try:
        yield
    finally:
        random.setstate(drawn)
        if dict(os.environ) != words:
            os.environ.clear()
            os.environ.update(words)
        if numpy is not None and numbers is not None:
            numpy.random.set_state(numbers)
        torch.set_default_dtype(dtype)
        if _default_device() != device:
            _set_back(device)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(algorithms, warn_only=warns)
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = cudnn
        torch.set_float32_matmul_precision(precision)
        for kind in AUTOCAST:
            torch.set_autocast_enabled(kind, autocast[kind])
            torch.set_autocast_dtype(kind, types[kind])
        torch.set_grad_enabled(learns)
        torch.set_rng_state(state)
        for each, of_device in states:
            torch.cuda.set_rng_state(of_device, each)


@contextmanager
def autocast_on_meta() -> Iterator[None]:
    """Let `torch.autocast(x.device.type)` pass on meta, which torch refuses; nothing is cast."""
    autocast = torch.autocast
    begin = autocast.__init__

    def begun(self: Any, device_type: str, *args: Any, **kwargs: Any) -> None:
        begin(self, "cpu" if device_type == "meta" else device_type, *args, **kwargs)

    autocast.__init__ = begun
    try:
        yield
    finally:
        autocast.__init__ = begin
