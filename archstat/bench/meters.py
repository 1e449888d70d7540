"""What else goes on while something is measured: waiting, faults, clocks and what slows them.

A reading takes tens of microseconds, outside of what is timed. What a system does not say is None.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from archstat.bench.protocol import SECOND, Meter
from archstat.bench.record import Reading

PROC = Path("/proc")

SLOWDOWNS = {
    0x04: "SwPowerCap",
    0x08: "HwSlowdown",
    0x10: "SyncBoost",
    0x20: "SwThermalSlowdown",
    0x40: "HwThermalSlowdown",
    0x80: "HwPowerBrakeSlowdown",
}
"""Why clocks are low, by the names and bits of nvml.h; an idle GPU, or clocks that somebody has
set, are no slowdown."""


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


class GpuMeter:
    """Says how fast an NVIDIA GPU runs, and why no faster, and all that a meter of the host says.

    It looks before and after a sample and not meanwhile: samples are short against all that
    changes a clock, and a thread that looked would take the interpreter from what is timed.
    """

    def __init__(self, nvml: Any, uuid: str, host: Meter) -> None:
        self._nvml = nvml
        self._gpu = nvml.nvmlDeviceGetHandleByUUID(uuid)
        self._host = host
        self._before = 0

    def start(self) -> None:
        """See `Meter.start`."""
        self._before = self._slowdowns()
        self._host.start()

    def read(self) -> Reading:
        """See `Meter.read`."""
        reading = self._host.read()
        power_mw = ask(self._nvml, "nvmlDeviceGetPowerUsage", self._gpu)
        bits = self._before | self._slowdowns()
        return replace(
            reading,
            clock_mhz=ask(
                self._nvml, "nvmlDeviceGetClockInfo", self._gpu, self._nvml.NVML_CLOCK_SM
            ),
            power_w=None if power_mw is None else power_mw / 1000,
            temperature_c=ask(
                self._nvml, "nvmlDeviceGetTemperature", self._gpu, self._nvml.NVML_TEMPERATURE_GPU
            ),
            throttled=tuple(name for bit, name in SLOWDOWNS.items() if bits & bit),
        )

    def _slowdowns(self) -> int:
        bits: int | None = ask(self._nvml, "nvmlDeviceGetCurrentClocksEventReasons", self._gpu)
        if bits is None:  # drivers before 535
            bits = ask(self._nvml, "nvmlDeviceGetCurrentClocksThrottleReasons", self._gpu)
        return bits or 0


def ask(nvml: Any, question: str, *about: Any) -> Any:
    """Return what the driver answers; None if it, the card or the package does not know."""
    try:
        return getattr(nvml, question)(*about)
    except (nvml.NVMLError, AttributeError):
        return None


def nvml() -> Any:
    """Return NVIDIA's library of meters, at work; None without the package or without a driver."""
    try:
        library = importlib.import_module("pynvml")
    except ImportError:
        return None
    try:
        library.nvmlInit()
    except library.NVMLError:
        return None
    return library


def meter_of(uuid: str | None = None, library: Any = None) -> Meter:
    """Return what says most.

    Args:
        uuid: Of the NVIDIA GPU that is measured; None for another device.
        library: What `nvml` found.
    """
    host = CpuMeter()
    if uuid is None or library is None:
        return host
    try:
        return GpuMeter(library, uuid, host)
    except library.NVMLError:  # the driver does not show it, as in some containers
        return host
