"""Looking after the processes that submitted code starts, as Linux tells of them."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
KIB = 1 << 10
OWN = ("RssAnon", "RssShmem", "VmSwap")
"""Memory of a process that lies in no file."""
SHARE = ("Pss_Anon", "Pss_Shmem", "SwapPss")
"""Likewise, with the part that falls to it of what several have; this takes longer to find out."""

ENDED = {"Z", "X"}
"""States of processes for which somebody is still to wait."""

LOOK_S = 0.1
LAST_LOOKS = 50
"""How often is looked for processes that start others while they are ended."""


def descendants(proc: Path = PROC) -> list[int]:
    """Return the processes that this one has started, and those that they have."""
    children: dict[int, list[int]] = {}
    for process in proc.glob("[0-9]*"):
        with suppress(OSError, ValueError):  # it has ended meanwhile
            line = (process / "stat").read_text(encoding="utf-8", errors="replace")
            state, parent, *_ = line.rpartition(")")[2].split()
            if state not in ENDED:
                children.setdefault(int(parent), []).append(int(process.name))
    found = children.get(os.getpid(), [])
    for one in found:  # which grows
        found += children.get(one, [])
    return found


def memory_bytes(processes: list[int], proc: Path = PROC, *, most: int) -> int:
    """Return the memory that processes take together; exactly, if it may be more than `most`."""
    taken = sum(_taken(proc / str(one) / "status", OWN) for one in processes)
    if taken <= most or len(processes) < 2:  # noqa: PLR2004  one shares with nobody
        return taken
    return sum(
        _taken(proc / str(one) / "smaps_rollup", SHARE) or _taken(proc / str(one) / "status", OWN)
        for one in processes
    )


def _taken(file: Path, names: tuple[str, ...]) -> int:
    """Return the sum of lines of a file that tell how many KiB there are; 0 if nobody does."""
    with suppress(OSError):
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        return KIB * sum(int(line.split()[1]) for line in lines if line.partition(":")[0] in names)
    return 0


def wait_until_too_large(most: int) -> None:
    """Wait until the processes that this one has started take more memory together."""
    while memory_bytes(descendants(), most=most) <= most:
        time.sleep(LOOK_S)


def end_all() -> None:
    """End the processes that this one has started, whoever is their parent by now."""
    for _ in range(LAST_LOOKS):
        found = descendants()
        for one in found:
            with suppress(OSError):
                os.kill(one, signal.SIGKILL)
        if not found:
            return
        time.sleep(LOOK_S / 100)
