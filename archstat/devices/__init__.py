"""The devices that torch computes on: one class and one file each.

Every module of this folder that defines a `Device` is found by itself, so another device is another
file. torch is an argument here and imported nowhere: what a kind of device can do is known without.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from archstat.devices.device import Device
from archstat.errors import INSTEAD, DeviceError, did_you_mean, shown

__all__ = ["Device", "every_device", "find", "is_out_of_memory", "kind_of", "kinds", "with_dtype"]


@cache
def kinds() -> Mapping[str, type[Device]]:
    """Return the classes of devices by the names of their kinds, the CPU first."""
    found = {}
    for module in iter_modules(__path__):
        for known in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(known, type) and issubclass(known, Device) and "kind" in vars(known):
                found[known.kind] = known
    return dict(sorted(found.items(), key=lambda item: (item[0] != "cpu", item[0])))


def kind_of(name: str) -> type[Device]:
    """Return the class of a device of any machine; what all have in common, of an unknown one.

    >>> kind_of("cuda:3").title
    'CUDA device'
    """
    return kinds().get(name.partition(":")[0], Device)


def with_dtype(dtype: str) -> list[str]:
    """Return the kinds of devices that compute in a type."""
    return [kind for kind, known in kinds().items() if dtype in known.dtypes]


def every_device(torch: Any, *, measured: bool = True) -> list[Device]:
    """Return the devices that this machine has.

    Args:
        torch: The module.
        measured: Whether only those are wanted on which time can be measured.
    """
    return [
        known(torch, index)
        for known in kinds().values()
        if known.computes or not measured
        for index in range(known.count(torch))
    ]


def find(name: str, torch: Any, *, measured: bool = False) -> Device:
    """Return the device of this name.

    Args:
        name: As torch writes it: "cpu", "cuda", "cuda:1".
        torch: The module.
        measured: Whether time is to be measured on it.

    Raises:
        DeviceError: There is no such device, this machine has none, or nothing can be measured.
    """
    kind, colon, index = name.partition(":")
    known = kinds().get(kind)
    if known is None or (colon and not index.isdecimal()):
        raise DeviceError(
            f"there is no device {shown(name)}",
            hint=did_you_mean(kind, list(kinds())) or f"use {', '.join(kinds())}",
        )
    here = f"it has {', '.join(each.name for each in every_device(torch, measured=measured))}"
    if measured and not known.computes:
        raise DeviceError(f"the {kind} device computes nothing", hint=here)
    if index and not known.is_numbered:
        raise DeviceError(f"there is one {kind} device", instead={"device": kind})
    count = known.count(torch)
    if not count:
        what = f"torch {torch.__version__} finds no {known.title} on this machine"
        if measured:
            raise DeviceError(what, hint=here)
        same = f"use {INSTEAD}: the numbers are the same on every device"
        raise DeviceError(what, hint=same, instead={"device": "cpu"})
    if int(index or 0) >= count:
        raise DeviceError(
            f"there is no {kind}:{index}: this machine has {count} {known.title}"
            f"{f's, {kind}:0 to' if count > 1 else ','} {kind}:{count - 1}"
        )
    return known(torch, int(index or 0))


def is_out_of_memory(error: BaseException, torch: Any) -> bool:
    """Return whether an exception says that the memory of some device has run out."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    words = [text for known in kinds().values() for text in known.out_of_memory]
    return isinstance(error, RuntimeError) and any(text in str(error) for text in words)
