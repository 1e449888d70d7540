"""What is known of the machine and the software, by section and key, as records hold it.

Nothing in it says who measured: no host, no user, no paths of a home. What nobody knows is None.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from archstat.bench.meters import ask
from archstat.bench.processor import ROOT, brand, physical_cores, processor, text_of

Section: TypeAlias = dict[str, Any]

VARIABLES = (
    "CUDA_",
    "GLIBC_TUNABLES",
    "GOMP_",
    "KMP_",
    "LD_PRELOAD",
    "MALLOC_",
    "MKL_",
    "NVIDIA_TF32_OVERRIDE",
    "OMP_",
    "PYTORCH_",
    "THP_MEM_ALLOC_ENABLE",
    "TORCH_",
)
"""How the names of environment variables begin that change how fast something runs."""

HOMES = re.compile(r"(/home|/Users|[A-Z]:\\Users)[/\\][^/\\:;\s]+|/root\b")

PRECISIONS = (
    "cuda.matmul",
    "cudnn.conv",
    "cudnn.rnn",
    "mkldnn.matmul",
    "mkldnn.conv",
    "mkldnn.rnn",
)
ATTENTIONS = ("flash", "mem_efficient", "math", "cudnn")

NO_METERS = "pip install nvidia-ml-py to see clocks, power and heat"


def environment(torch: Any, device: str, nvml: Any = None) -> dict[str, Section]:
    """Return all that is known where a device is measured.

    Args:
        torch: The module.
        device: Its section has its name.
        nvml: What `meters.nvml` found.
    """
    sections = {
        "software": {**software(), **software_of(torch)},
        "cpu": {**processor(), "capability": torch.backends.cpu.get_cpu_capability()},
        "flags": flags_of(torch),
        "variables": variables(os.environ),
        "process": {**process(), **process_of(torch)},
    }
    if device.startswith("cuda"):
        sections[device] = gpu(torch, device, nvml)
    elif device != "cpu":
        sections[device] = {"name": brand()}
    return sections


def software() -> Section:
    """Return what runs, torch aside."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()).strip() or None,
    }


def software_of(torch: Any) -> Section:
    """Return what torch is, and what it was built with."""
    cudnn = torch.backends.cudnn
    return {
        "torch": torch.__version__,
        "torch_git": torch.version.git_version,
        "torch_build": hashlib.sha256(torch.__config__.show().encode()).hexdigest()[:16],
        "cuda": torch.version.cuda,
        "cudnn": cudnn.version() if cudnn.is_available() else None,
        **_libraries(torch.__config__.show()),
    }


def _libraries(config: str) -> Section:
    """Return the versions of what computes on a CPU, by what torch says that it was built with."""
    names = {"mkl": "Math Kernel Library Version", "onednn": "MKL-DNN"}
    return {
        key: next(
            (line.split(name)[1].split()[0] for line in config.splitlines() if name in line), None
        )
        for key, name in names.items()
    }


def flags_of(torch: Any) -> Section:
    """Return the switches of torch that change a figure."""
    backends = torch.backends
    return {
        "float32_matmul_precision": torch.get_float32_matmul_precision(),
        **{f"{name}.precision": _precision(backends, name) for name in PRECISIONS},
        "cudnn.benchmark": backends.cudnn.benchmark,
        "cudnn.deterministic": backends.cudnn.deterministic,
        "deterministic_algorithms": torch.are_deterministic_algorithms_enabled(),
        "mkldnn": getattr(backends.mkldnn, "enabled", None),  # torch 2.6 has no such switch
        **{
            f"attention.{name}": getattr(backends.cuda, f"{name}_sdp_enabled")()
            for name in ATTENTIONS
        },
        "flush_denormal": (torch.tensor([1e-40]) * 0.5).item() == 0,
    }


def _precision(backends: Any, name: str) -> str | None:
    """Return in what convolutions or matrix products of a library may compute float32."""
    library, _, _ = name.partition(".")
    operation: Any = backends
    for part in name.split("."):
        operation = getattr(operation, part, None)
    known: str | None = getattr(operation, "fp32_precision", None)
    if known is not None:
        return known
    if library == "mkldnn":
        return None
    old = backends.cuda.matmul if library == "cuda" else backends.cudnn  # torch before 2.9
    return "tf32" if old.allow_tf32 else "ieee"


def variables(known: Mapping[str, str]) -> Section:
    """Return the environment variables that change how fast something runs, no user named."""
    return {
        name: HOMES.sub("~", value)
        for name, value in sorted(known.items())
        if name.startswith(VARIABLES)
    }


def process(root: Path = ROOT) -> Section:
    """Return what differs from run to run."""
    load = (text_of(root / "proc/loadavg") or "").split()
    return {"default_threads": physical_cores(root), "load": float(load[0]) if load else None}


def process_of(torch: Any) -> Section:
    """Return how many threads torch has in this process."""
    return {"threads": torch.get_num_threads(), "interop_threads": torch.get_num_interop_threads()}


def uuid_of(torch: Any, device: str) -> str | None:
    """Return how the driver names a GPU, whatever its number here; None for another device."""
    if not device.startswith("cuda"):
        return None
    uuid = str(getattr(torch.cuda.get_device_properties(device), "uuid", ""))
    if not uuid:
        return None
    return uuid if uuid.startswith(("GPU-", "MIG-")) else f"GPU-{uuid}"


def gpu(torch: Any, device: str, nvml: Any) -> Section:
    """Return what is known of a GPU."""
    known = torch.cuda.get_device_properties(device)
    section = {
        "name": known.name,
        "uuid": uuid_of(torch, device),
        "processors": known.multi_processor_count,
        "capability": f"{known.major}.{known.minor}",
        "memory_bytes": known.total_memory,
        "l2_bytes": getattr(known, "L2_cache_size", None),
    }
    if nvml is None:
        return {**section, "meters": NO_METERS}
    return {**section, **_by_driver(nvml, section["uuid"])}


def _by_driver(nvml: Any, uuid: str | None) -> Section:
    """Return what the driver says of a GPU."""
    card = ask(nvml, "nvmlDeviceGetHandleByUUID", uuid)
    power_mw = ask(nvml, "nvmlDeviceGetEnforcedPowerLimit", card)
    running = ask(nvml, "nvmlDeviceGetComputeRunningProcesses", card)
    return {
        "driver": ask(nvml, "nvmlSystemGetDriverVersion"),
        "power_limit_w": None if power_mw is None else power_mw / 1000,
        "most_clock_mhz": ask(nvml, "nvmlDeviceGetMaxClockInfo", card, nvml.NVML_CLOCK_SM),
        "memory_clock_mhz": ask(nvml, "nvmlDeviceGetClockInfo", card, nvml.NVML_CLOCK_MEM),
        "ecc": _first(ask(nvml, "nvmlDeviceGetEccMode", card)),
        "mig": _first(ask(nvml, "nvmlDeviceGetMigMode", card)),
        "persistence": ask(nvml, "nvmlDeviceGetPersistenceMode", card),
        "pcie": _link(nvml, card, "Curr"),
        "most_pcie": _link(nvml, card, "Max"),
        "programs": None if running is None else len(running),
    }


def _first(pair: Any) -> Any:
    """Return how a switch stands, of that and how it will stand after the next start."""
    return None if pair is None else pair[0]


def _link(nvml: Any, card: Any, which: str) -> str | None:
    """Return how a card is connected: generation and lanes."""
    generation = ask(nvml, f"nvmlDeviceGet{which}PcieLinkGeneration", card)
    lanes = ask(nvml, f"nvmlDeviceGet{which}PcieLinkWidth", card)
    return None if generation is None else f"{generation} x{lanes}"
