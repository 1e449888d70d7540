"""What NVIDIA's driver says of a card: how fast it runs, why no faster, and what it is."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from archstat.devices.device import Gauge, Section

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

NO_METERS = "pip install nvidia-ml-py to see clocks, power and heat"


class Card:
    """Says how fast a card runs, and why no faster.

    It looks before and after a sample and not meanwhile: samples are short against all that
    changes a clock, and a thread that looked would take the interpreter from what is timed.
    """

    def __init__(self, nvml: Any, uuid: str) -> None:
        self._nvml = nvml
        self._card = nvml.nvmlDeviceGetHandleByUUID(uuid)
        self._before = 0

    def start(self) -> None:
        """See `Gauge.start`."""
        self._before = self._slowdowns()

    def read(self) -> Mapping[str, Any]:
        """See `Gauge.read`."""
        nvml, card = self._nvml, self._card
        bits = self._before | self._slowdowns()
        return {
            "clock_mhz": ask(nvml, "nvmlDeviceGetClockInfo", card, nvml.NVML_CLOCK_SM),
            "power_w": _watts(ask(nvml, "nvmlDeviceGetPowerUsage", card)),
            "temperature_c": ask(nvml, "nvmlDeviceGetTemperature", card, nvml.NVML_TEMPERATURE_GPU),
            "throttled": tuple(name for bit, name in SLOWDOWNS.items() if bits & bit),
        }

    def _slowdowns(self) -> int:
        bits: int | None = ask(self._nvml, "nvmlDeviceGetCurrentClocksEventReasons", self._card)
        if bits is None:  # drivers before 535
            bits = ask(self._nvml, "nvmlDeviceGetCurrentClocksThrottleReasons", self._card)
        return bits or 0


def library() -> Any:
    """Return NVIDIA's library of meters, at work; None without the package or without a driver."""
    try:
        nvml = importlib.import_module("pynvml")
    except ImportError:
        return None
    try:
        nvml.nvmlInit()
    except nvml.NVMLError:
        return None
    return nvml


def gauge(nvml: Any, uuid: str | None) -> Gauge | None:
    """Return what tells of a card; None where the driver does not show it, as in containers."""
    if nvml is None or uuid is None:
        return None
    try:
        return Card(nvml, uuid)
    except nvml.NVMLError:
        return None


def ask(nvml: Any, question: str, *about: Any) -> Any:
    """Return what the driver answers; None if it, the card or the package does not know."""
    try:
        return getattr(nvml, question)(*about)
    except (nvml.NVMLError, AttributeError):
        return None


def card(nvml: Any, uuid: str | None) -> Section:
    """Return what the driver says that a card is; how to get to know it, without the library."""
    if nvml is None:
        return {"meters": NO_METERS}
    handle = ask(nvml, "nvmlDeviceGetHandleByUUID", uuid)
    running = ask(nvml, "nvmlDeviceGetComputeRunningProcesses", handle)
    return {
        "driver": ask(nvml, "nvmlSystemGetDriverVersion"),
        "power_limit_w": _watts(ask(nvml, "nvmlDeviceGetEnforcedPowerLimit", handle)),
        "most_clock_mhz": ask(nvml, "nvmlDeviceGetMaxClockInfo", handle, nvml.NVML_CLOCK_SM),
        "memory_clock_mhz": ask(nvml, "nvmlDeviceGetClockInfo", handle, nvml.NVML_CLOCK_MEM),
        "ecc": _first(ask(nvml, "nvmlDeviceGetEccMode", handle)),
        "mig": _first(ask(nvml, "nvmlDeviceGetMigMode", handle)),
        "persistence": ask(nvml, "nvmlDeviceGetPersistenceMode", handle),
        "pcie": _link(nvml, handle, "Curr"),
        "most_pcie": _link(nvml, handle, "Max"),
        "programs": None if running is None else len(running),
    }


def _watts(milliwatts: int | None) -> float | None:
    return None if milliwatts is None else milliwatts / 1000


def _first(pair: Any) -> Any:
    """Return how a switch stands, of that and how it will stand after the next start."""
    return None if pair is None else pair[0]


def _link(nvml: Any, handle: Any, which: str) -> str | None:
    """Return how a card is connected: generation and lanes."""
    generation = ask(nvml, f"nvmlDeviceGet{which}PcieLinkGeneration", handle)
    lanes = ask(nvml, f"nvmlDeviceGet{which}PcieLinkWidth", handle)
    return None if generation is None else f"{generation} x{lanes}"
