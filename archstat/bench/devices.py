"""The devices of this machine, and how one waits for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from archstat.bench.case import FLOAT32, TF32
from archstat.errors import DeviceError, shown
from archstat.models.torch.module import find_device

CPU = "cpu"

MEMINFO = Path("/proc/meminfo")


def every_device() -> list[str]:
    """Return the names of all devices that this machine has."""
    cuda = range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return [CPU, *(f"cuda:{index}" for index in cuda), *mps]


def device_named(name: str) -> str:
    """Return the full name of a device.

    Raises:
        DeviceError: This machine has none of this name, or nothing can be measured on it.
    """
    if name == "mps" and torch.backends.mps.is_available():
        return name
    kind = name.partition(":")[0]
    has_kind = kind == CPU or (kind == "cuda" and torch.cuda.is_available())
    if not has_kind:
        what = "computes nothing" if kind == "meta" else "is no device of this machine"
        raise DeviceError(f"{shown(name)} {what}", hint=f"it has {', '.join(every_device())}")
    return str(find_device(name))


def waiting(device: str) -> Callable[[], None]:
    """Return what waits until a device has done all that it was given."""
    if device.startswith("cuda"):
        index = torch.device(device)
        return lambda: torch.cuda.synchronize(index)
    return torch.mps.synchronize if device == "mps" else _nothing


def free_bytes(device: str) -> int | None:
    """Return the memory that a device has left; None where nothing says it."""
    if device.startswith("cuda"):
        free: int = torch.cuda.mem_get_info(device)[0]
        return free
    if device != CPU or not MEMINFO.exists():
        return None
    found = re.search(r"MemAvailable:\s+(\d+) kB", MEMINFO.read_text(encoding="ascii"))
    return None if found is None else int(found[1]) << 10


def _nothing() -> None:
    """Wait for nothing: the CPU is done when a call returns."""


@contextmanager
def precision(device: str, dtype: str) -> Iterator[None]:
    """Let CUDA compute in TF32 where that is asked for; else leave everything as torch has it."""
    if dtype != TF32 or not device.startswith("cuda"):
        yield
        return
    flags = torch.backends.cuda.matmul, torch.backends.cudnn.conv
    if not all(hasattr(flag, "fp32_precision") for flag in flags):  # torch before 2.9
        flags = torch.backends.cuda.matmul, torch.backends.cudnn
        before = [flag.allow_tf32 for flag in flags]
        for flag in flags:
            flag.allow_tf32 = True
        try:
            yield
        finally:
            for flag, kept in zip(flags, before, strict=True):
                flag.allow_tf32 = kept
        return
    known = [flag.fp32_precision for flag in flags]
    for flag in flags:
        flag.fp32_precision = "tf32"
    try:
        yield
    finally:
        for flag, was in zip(flags, known, strict=True):
            flag.fp32_precision = was


def type_of(dtype: str) -> torch.dtype:
    """Return torch's type of the numbers in memory."""
    found: torch.dtype = getattr(torch, FLOAT32 if dtype == TF32 else dtype)
    return found


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory has run out."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    words = str(error)
    return isinstance(error, RuntimeError) and (
        "not enough memory" in words or "DefaultCPUAllocator" in words or "out of memory" in words
    )
