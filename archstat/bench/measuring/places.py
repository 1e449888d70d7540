"""The devices of this machine, by their full names."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from archstat.devices import every_device, find


def device_names(wanted: Iterable[str] = ()) -> list[str]:
    """Return the full names of some devices, each once; of all on which time passes, for none.

    Raises:
        DeviceError: This machine has none of this name, or nothing can be measured on it.
    """
    named = dict.fromkeys(find(name.strip(), torch, measured=True).name for name in wanted)
    return list(named) or [device.name for device in every_device(torch)]
