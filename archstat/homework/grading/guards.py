"""What keeps a process in bounds, as far as the system can."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

PATIENCE = 5.0
"""How many times its processor time a submission may take on the clock: the machine is busy."""


@dataclass(frozen=True)
class Limits:
    """What one submission may take.

    Attributes:
        time_s: Seconds of processor time.
        memory_bytes: Of the process that grades it.
    """

    time_s: float = 30.0
    memory_bytes: int = 1 << 30

    @property
    def clock_s(self) -> float:
        """Seconds on the clock, for what waits instead of working."""
        return PATIENCE * self.time_s

    @property
    def too_long(self) -> str:
        """What is said of a submission that takes longer."""
        return f"takes more than {self.time_s:g} s"

    @property
    def too_much(self) -> str:
        """What is said of a submission that takes more memory."""
        return f"takes more than {self.memory_bytes >> 20:,} MiB of memory"


def limit(most: Mapping[str, int]) -> None:
    """Limit this process and its children, by the names of limits, as far as this system can."""
    try:
        resource = importlib.import_module("resource")
    except ModuleNotFoundError:  # Windows
        return
    for name, value in most.items():
        end = value + 1 if name == "RLIMIT_CPU" else value  # there, the first signal tells why
        with suppress(AttributeError, ValueError, OSError):  # one that it does not know
            resource.setrlimit(getattr(resource, name), (value, end))
