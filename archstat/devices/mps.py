"""The graphics processor of a Mac."""

from __future__ import annotations

from typing import Any

from archstat.devices.device import EAGER, Device


class Mps(Device):
    """Apple's Metal; its events may hang, so that only the host's clock is read.

    Source:
        github.com/pytorch/pytorch/issues/196395 for the events.
    """

    kind = "mps"
    title = "MPS device"
    modes = (EAGER,)

    @classmethod
    def count(cls, torch: Any) -> int:
        """See `Device.count`."""
        return int(torch.backends.mps.is_available())

    @property
    def queues(self) -> bool:
        """See `Device.queues`."""
        return True

    def wait(self) -> None:
        """See `Device.wait`."""
        self._torch.mps.synchronize()

    def free_bytes(self) -> int | None:
        """See `Device.free_bytes`; Metal advises how much to use at most."""
        mps = self._torch.mps
        left: int = mps.recommended_max_memory() - mps.driver_allocated_memory()
        return max(0, left)
