"""The processor."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from archstat.devices.device import Device, ProbeSize, Section
from archstat.devices.processor import processor

MEMINFO = Path("/proc/meminfo")


class Cpu(Device):
    """The processor, which is done when a call returns."""

    kind = "cpu"
    title = "CPU"
    out_of_memory = ("not enough memory", "DefaultCPUAllocator")
    probe = ProbeSize(1, 64, (1024, 2048))

    @classmethod
    def count(cls, torch: Any) -> int:
        """See `Device.count`."""
        del torch
        return 1

    def free_bytes(self) -> int | None:
        """See `Device.free_bytes`."""
        if not MEMINFO.exists():
            return None
        found = re.search(r"MemAvailable:\s+(\d+) kB", MEMINFO.read_text(encoding="ascii"))
        return None if found is None else int(found[1]) << 10

    def environment(self) -> Section:
        """See `Device.environment`."""
        return {**processor(), "capability": self._torch.backends.cpu.get_cpu_capability()}
