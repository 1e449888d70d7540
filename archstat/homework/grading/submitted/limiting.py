"""The process in which submitted code is started: it builds walls, limits itself, and waits.

It imports next to nothing, as it is started for each file of Python that was handed in.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from archstat.homework.grading.guards import Limits, limit
from archstat.homework.grading.submitted.system import (
    MS_BIND,
    MS_NODEV,
    MS_NOSUID,
    MS_PRIVATE,
    MS_RDONLY,
    MS_REC,
    System,
)
from archstat.homework.grading.submitted.watching import end_all, wait_until_too_large

TORCH_BYTES = 1 << 30
"""Of memory that PyTorch takes before a network is built."""

MAPPED_BYTES = 32 << 30
"""Of addresses that PyTorch's libraries take, most of which are never touched."""

MOST_FILE_BYTES = 16 << 20
MOST_OPEN_FILES = 256

MOST_WRITTEN_BYTES = 64 << 20
"""Of all files that code leaves: its folder lies in memory."""

KILLED = 128
"""What shells add to the number of a signal that has ended a process."""


def build(inside: str) -> None:
    """Build the walls around what this process starts, the first of its namespaces.

    Args:
        inside: What `walls.Walls.inside` gives, in JSON: a folder, and what is hidden.

    Raises:
        OSError: The system refuses.
    """
    folder, *hidden = json.loads(inside) or [""]
    if not folder:
        return
    system = System()
    system.mount("", "/", "", MS_REC | MS_PRIVATE)
    system.close("/")
    content = {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}
    flags = MS_NOSUID | MS_NODEV
    for path in hidden:
        if Path(path).is_dir():
            system.mount("none", path, "tmpfs", flags | MS_RDONLY, "size=4k")
        else:
            system.mount(os.devnull, path, "", MS_BIND)
    _devices(system, flags)
    try:
        system.mount("proc", "/proc", "proc", flags)
    except OSError:  # a container may not show its own
        system.mount("none", "/proc", "tmpfs", flags | MS_RDONLY, "size=4k")
    system.mount("none", folder, "tmpfs", flags, f"size={MOST_WRITTEN_BYTES}")
    os.chdir(folder)
    for name, data in content.items():
        Path(name).write_bytes(data)
    system.give_up_rights()


DEVICES = ("null", "zero", "full", "random", "urandom")
SHARED = "/dev/shm"  # noqa: S108  where libraries keep what processes share


def _devices(system: System, flags: int) -> None:
    """Leave the few devices that any program may need, and memory that processes share."""
    found = {name: os.open(f"/dev/{name}", os.O_PATH) for name in DEVICES}
    system.mount("none", "/dev", "tmpfs", flags, f"size={MOST_WRITTEN_BYTES},mode=755")
    for name, handle in found.items():
        path = Path("/dev", name)
        path.touch()
        system.mount(f"/proc/self/fd/{handle}", str(path), "", MS_BIND)
        system.open_device(str(path))
        os.close(handle)
    Path(SHARED).mkdir()
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        Path("/dev", name).symlink_to(f"/proc/self/fd{target}")


def fence(system: System, folder: str) -> None:
    """Keep what this process starts from writing, signals and servers, also where no walls stand.

    Args:
        system: The system; what it cannot do is left out.
        folder: Where may be written.
    """
    folders, files = (folder, SHARED), tuple(f"/dev/{name}" for name in DEVICES)
    for step in (
        system.adopt,
        system.gain_no_rights,
        lambda: system.write_only_in(filter(os.path.isdir, folders), filter(os.path.exists, files)),
        system.refuse_calls,
    ):
        with suppress(OSError, AttributeError):  # an older Linux; another system
            step()


def main() -> None:
    """Build walls around a process with limits, and run the command that is given behind them."""
    time_s, most_bytes, processes = map(int, sys.argv[1:4])
    build(sys.argv[4])
    data_bytes = most_bytes + TORCH_BYTES
    if sys.platform == "linux":
        fence(System(), str(Path.cwd()))
    limit(
        {
            "RLIMIT_CPU": time_s,
            "RLIMIT_DATA": data_bytes,
            "RLIMIT_AS": data_bytes + MAPPED_BYTES,
            "RLIMIT_FSIZE": MOST_FILE_BYTES,
            **({"RLIMIT_NPROC": processes} if processes else {}),
            "RLIMIT_NOFILE": MOST_OPEN_FILES,
            "RLIMIT_CORE": 0,
        }
    )
    process = subprocess.Popen(sys.argv[5:], stdin=subprocess.DEVNULL)  # noqa: S603  our parent's
    guards: list[Callable[[], None]] = [partial(_end_of_memory, data_bytes, most_bytes)]
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        guards.append(_end_with_parent)
    for guard in guards:
        threading.Thread(target=guard, daemon=True).start()
    code = process.wait()
    end_all()
    sys.exit(code if code >= 0 else KILLED - code)


def _end_of_memory(most_bytes: int, said_bytes: int) -> None:
    """End what we have started when it takes too much memory, however many processes that are.

    Each has a limit of its own, which counts neither the others nor memory that they share.
    """
    wait_until_too_large(most_bytes)
    sys.stderr.write(f"error: {Limits(memory_bytes=said_bytes).too_much}\n")
    sys.stderr.flush()
    end_all()


def _end_with_parent() -> None:
    """End what we have started, with our session, when standard input ends: with our parent.

    We are the first process of a session, so that nobody else is hit.
    """
    while os.read(0, 1):
        pass
    end_all()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
