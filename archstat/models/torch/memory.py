"""Whether a model that has to be run for real has room in this machine's memory."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from archstat.errors import INSTEAD, DeviceError
from archstat.models.torch.private import every_tensor, stored_bytes

COPIES = 2  # of the parameters: those of the model, and those that stand for them in a pass
GB = 1e9
LINUX = Path("/proc/meminfo")


def free_bytes() -> int | None:
    """Return the bytes of memory that can be had, where the system tells."""
    try:
        lines = LINUX.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    known = dict(line.split(":", 1) for line in lines if ":" in line)
    amount = known.get("MemAvailable", "").split()
    return int(amount[0]) * 1024 if amount else None


def require_memory(model: nn.Module, name: str, why: str) -> None:
    """Check that a model that meta cannot run would fit in memory with its values.

    Raises:
        DeviceError: It would not.
    """
    tensors = every_tensor(model)
    needed, free = COPIES * sum(map(stored_bytes, tensors)), free_bytes()
    if free is not None and needed > free:
        raise DeviceError(
            f"{name} does not fit: it would take {needed / GB:.1f} GB or more, and {free / GB:.1f} "
            f"GB are free; {why}",
            hint=f"leave out the input that makes it read values, or insist: {INSTEAD}",
            instead={"device": "cpu"},
        )
