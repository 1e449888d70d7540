"""What is known of the machine and the software."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any


def environment(torch: Any, device: str) -> Mapping[str, Mapping[str, Any]]:
    """Return what is known, by section and key."""
    return {"software": {"torch": torch.__version__}, "device": {"name": device}}


def physical_cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0))
