"""The processor of this machine, and how much of it this process may use."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path("/")
SYSCTL = Path("/usr/sbin/sysctl")


def physical_cores(root: Path = ROOT) -> int:
    """Return the cores that this process may use: what torch computes fastest with.

    Two threads of one core share what computes, and beyond the quota of a container all threads are
    stopped for a while; so neither makes anything faster.
    """
    cores = len(_cores(root))
    quota = quota_of(root)
    return cores if quota is None else max(1, min(cores, int(quota)))


def logical_cores() -> list[int]:
    """Return the numbers of the processors that this process may use, as the system counts them."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _cores(root: Path) -> set[str]:
    """Return the physical cores, each by the processors that it appears as."""
    cpus = root / "sys/devices/system/cpu"
    return {
        text_of(cpus / f"cpu{number}/topology/thread_siblings_list") or str(number)
        for number in logical_cores()
    }


def quota_of(root: Path = ROOT) -> float | None:
    """Return how many processors' time the process may take, by its control groups; None for all.

    Source:
        Linux, Documentation/admin-guide/cgroup-v2.rst, "cpu.max", and, for the control groups of
        version 1, Documentation/scheduler/sched-bwc.rst.
    """
    quotas = (_quota(group) for group in _groups(root))
    return min((quota for quota in quotas if quota is not None), default=None)


def _quota(group: Path) -> float | None:
    limit = text_of(group / "cpu.max")
    if limit is None:
        files = "cpu.cfs_quota_us", "cpu.cfs_period_us"
        limit = " ".join(text_of(group / name) or "" for name in files)
    try:
        most_us, period_us = map(int, limit.split())
    except ValueError:  # "max", or nothing
        return None
    return most_us / period_us if most_us > 0 else None  # version 1 says -1 for no quota


def _groups(root: Path) -> Iterator[Path]:
    """Yield the folders of the control groups that hold this process, where they are mounted."""
    for line in (text_of(root / "proc/self/cgroup") or "").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        mount = root / "sys/fs/cgroup" / ("cpu" if controllers else "")
        inner = PurePosixPath(path.lstrip("/"))
        for group in (inner, *inner.parents):
            yield mount / group


def processor(root: Path = ROOT) -> dict[str, Any]:
    """Return what is known of the processor, and stays as it is from run to run."""
    words = dict(_words(root))
    folder = root / "sys/devices/system/cpu/cpu0"
    return {
        "name": words.get("model name") or brand(),
        "architecture": platform.machine(),
        "cores": len(_cores(root)),
        "logical_cores": len(logical_cores()),
        "quota": quota_of(root),
        "caches": ", ".join(_caches(folder / "cache")) or None,
        "governor": text_of(folder / "cpufreq/scaling_governor"),
        "boost": text_of(folder.parent / "cpufreq/boost"),
        "is_virtual": "hypervisor" in words["flags"].split() if "flags" in words else None,
        "huge_pages": _chosen(text_of(root / "sys/kernel/mm/transparent_hugepage/enabled")),
        "numa_nodes": text_of(root / "sys/devices/system/node/online"),
    }


def brand() -> str:
    """Return what the system calls the processor, where no file tells it."""
    if platform.system() == "Darwin" and SYSCTL.exists():
        command = [str(SYSCTL), "-n", "machdep.cpu.brand_string"]
        known = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        return known.stdout.strip()  # of a program of the system, with words of ours
    return platform.processor() or platform.machine()


def _words(root: Path) -> Iterator[tuple[str, str]]:
    """Yield what the kernel says of the first processor."""
    text = text_of(root / "proc/cpuinfo") or ""
    for line in text.partition("\n\n")[0].splitlines():
        key, _, value = line.partition(":")
        yield key.strip(), value.strip()


def _caches(folder: Path) -> Iterator[str]:
    for cache in sorted(folder.glob("index*")):
        level, kind, size = (text_of(cache / key) for key in ("level", "type", "size"))
        yield f"L{level} {kind} {size}"


def _chosen(text: str | None) -> str | None:
    """Return the word that the kernel puts in brackets, of those that could be chosen."""
    words = (text or "").split()
    return next((word.strip("[]") for word in words if word.startswith("[")), None)


def text_of(path: Path) -> str | None:
    """Return what a file of the kernel says; None if there is none, or it may not be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
