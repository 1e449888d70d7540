"""torch's device of shapes alone."""

from __future__ import annotations

from typing import Any

from archstat.devices.device import Device


class Meta(Device):
    """Tensors without values, which every machine has."""

    kind = "meta"
    title = "meta device"
    computes = False

    @classmethod
    def count(cls, torch: Any) -> int:
        """See `Device.count`."""
        del torch
        return 1
