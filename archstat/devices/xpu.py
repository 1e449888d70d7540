"""Intel's graphics processors."""

from __future__ import annotations

from archstat.devices.device import Queue, Section


class Xpu(Queue):
    """An Intel GPU."""

    kind = "xpu"
    title = "XPU device"

    @property
    def cache_bytes(self) -> int:
        """See `Device.cache_bytes`; torch before 2.14 does not tell."""
        return getattr(self._properties, "last_level_cache_size", 0)

    def environment(self) -> Section:
        """See `Device.environment`."""
        known = self._properties
        return {
            "name": known.name,
            "processors": getattr(known, "max_compute_units", None),
            "memory_bytes": known.total_memory,
            "driver": getattr(known, "driver_version", None),
        }
