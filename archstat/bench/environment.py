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
from typing import Any

from archstat.devices import Device, kinds
from archstat.devices.device import Section
from archstat.devices.processor import ROOT, physical_cores, text_of

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


def environment(torch: Any, device: Device) -> dict[str, Section]:
    """Return all that is known where a device is measured, which has a section of its name."""
    return {
        "software": {**software(), **software_of(torch)},
        "cpu": kinds()["cpu"](torch).environment(),
        "flags": flags_of(torch),
        "variables": variables(os.environ),
        "process": {**process(), **process_of(torch)},
        **({} if device.kind == "cpu" else {device.name: device.environment()}),
    }


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
