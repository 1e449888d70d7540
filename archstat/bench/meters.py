"""What else goes on while something is measured: waiting, faults, clocks and what slows them.

A reading takes tens of microseconds, outside of what is timed. What a system does not say is None.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from archstat.bench.protocol import SECOND, Meter
from archstat.bench.record import Reading
from archstat.devices.device import Gauge

PROC = Path("/proc")


class _Counters(NamedTuple):
    """What has been counted up to a moment, times in nanoseconds."""

    at: int
    waits: dict[str, int]
    stolen: int | None
    faults: int | None


class CpuMeter:
    """Says how long the threads of this process waited for a processor, by the kernel's own books.

    The waits of all threads are added, up to the whole time: a thread that waits holds up all that
    wait for it. Nothing else told a busy machine from a quiet one as well: the time that others
    compute says nothing of whether they are in the way.

    Source:
        Linux, Documentation/scheduler/sched-stats.rst: the second number of /proc/<pid>/schedstat.
    """

    def __init__(self, proc: Path = PROC, now_ns: Callable[[], int] = time.perf_counter_ns) -> None:
        self._proc = proc
        self._now_ns = now_ns
        self._before = self._look()

    def start(self) -> None:
        """See `Meter.start`."""
        self._before = self._look()

    def read(self) -> Reading:
        """See `Meter.read`."""
        before, after = self._before, self._look()
        elapsed = max(1, after.at - before.at)
        waited = sum(
            max(0, wait - before.waits.get(thread, 0)) for thread, wait in after.waits.items()
        )
        return Reading(
            wait=min(1.0, waited / elapsed) if after.waits else None,
            stolen=_share(before.stolen, after.stolen, elapsed),
            faults=None
            if before.faults is None or after.faults is None
            else after.faults - before.faults,
        )

    def _look(self) -> _Counters:
        return _Counters(self._now_ns(), self._waits(), self._stolen(), _faults())

    def _waits(self) -> dict[str, int]:
        """Return how long each thread has waited so far; empty where the kernel keeps no books."""
        tasks = self._proc / "self" / "task"
        waits = {}
        has_run = False
        with suppress(OSError):
            for thread in os.listdir(tasks):  # noqa: PTH208  much faster than Path.iterdir
                with suppress(OSError, ValueError):  # the thread has ended meanwhile
                    ran, wait, _ = (tasks / thread / "schedstat").read_bytes().split()
                    waits[thread] = int(wait)
                    has_run = has_run or int(ran) > 0
        return waits if has_run else {}

    def _stolen(self) -> int | None:
        """Return how long the host of a virtual machine has run something else so far."""
        with suppress(OSError, ValueError, IndexError):
            with (self._proc / "stat").open("rb") as file:
                ticks = [int(field) for field in file.readline().split()[1:]]
            if any(ticks):  # sandboxes have the file, and count nothing
                return ticks[7] * SECOND // os.sysconf("SC_CLK_TCK")
        return None


def _faults() -> int | None:
    """Return the page faults of this process so far that needed no disk."""
    try:
        import resource  # noqa: PLC0415  Windows has none
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def _share(before: int | None, after: int | None, elapsed: int) -> float | None:
    if before is None or after is None:
        return None
    return min(1.0, max(0, after - before) / elapsed)


class DeviceMeter:
    """Says what a gauge of a device says, and all that a meter of the host says."""

    def __init__(self, gauge: Gauge, host: Meter) -> None:
        self._gauge = gauge
        self._host = host

    def start(self) -> None:
        """See `Meter.start`."""
        self._gauge.start()
        self._host.start()

    def read(self) -> Reading:
        """See `Meter.read`."""
        return replace(self._host.read(), **self._gauge.read())


def meter_of(gauge: Gauge | None) -> Meter:
    """Return what says most, given what tells of the device."""
    return CpuMeter() if gauge is None else DeviceMeter(gauge, CpuMeter())
