"""The process in which submitted code is started: it builds walls, limits itself, and waits.

It imports next to nothing, as it is started for each file of Python that was handed in.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

from archstat.homework.grading.guards import limit

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

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 4096, 16384, 1 << 18
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE = 442, -100, 0x8000
"""The system call that makes all mounts read-only, the same on all processors."""
PR_CAPBSET_DROP, PR_SET_SECUREBITS, PR_SET_NO_NEW_PRIVS = 24, 28, 38
ROOT_IS_NOBODY = 0b11_11_11
"""That a user called root has no rights by that name, now and for ever."""
CAPABILITIES = 64


class _System:
    """The calls of Linux that build walls; Python has no words for them.

    Raises:
        OSError: Each, if the system refuses.
    """

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)

    def mount(self, source: str, path: str, kind: str, flags: int, options: str = "") -> None:
        """Mount a file system."""
        words = (text.encode() or None for text in (source, path, kind))
        self._check(self._libc.mount(*words, ctypes.c_ulong(flags), options.encode() or None))

    def close(self, path: str) -> None:
        """Let nothing be written below a path, on whatever disk it lies, nor any device be used."""
        self._set(path, AT_RECURSIVE, MS_RDONLY | MS_NOSUID | MS_NODEV, 0)

    def open_device(self, path: str) -> None:
        """Let one device be used."""
        self._set(path, 0, 0, MS_RDONLY | MS_NODEV)

    def _set(self, path: str, flags: int, wanted: int, unwanted: int) -> None:
        settings = (ctypes.c_uint64 * 4)(wanted, unwanted, 0, 0)
        size = ctypes.c_size_t(ctypes.sizeof(settings))
        where = (ctypes.c_int(AT_FDCWD), path.encode(), ctypes.c_uint(flags))
        self._check(
            self._libc.syscall(ctypes.c_long(MOUNT_SETATTR), *where, ctypes.byref(settings), size)
        )

    def give_up_rights(self) -> None:
        """Let what we start have no right to take the walls down."""
        words = [ctypes.c_ulong(0)] * 3
        for what, value in ((PR_SET_SECUREBITS, ROOT_IS_NOBODY), (PR_SET_NO_NEW_PRIVS, 1)):
            self._check(self._libc.prctl(what, ctypes.c_ulong(value), *words))
        for number in range(CAPABILITIES):
            if self._libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(number), *words):
                return  # there are no more

    @staticmethod
    def _check(result: int) -> None:
        if result:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


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
    system = _System()
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


def _devices(system: _System, flags: int) -> None:
    """Leave the few devices that any program may need, and memory that processes share."""
    found = {name: os.open(f"/dev/{name}", os.O_PATH) for name in DEVICES}
    system.mount("none", "/dev", "tmpfs", flags, f"size={MOST_WRITTEN_BYTES},mode=755")
    for name, handle in found.items():
        path = Path("/dev", name)
        path.touch()
        system.mount(f"/proc/self/fd/{handle}", str(path), "", MS_BIND)
        system.open_device(str(path))
        os.close(handle)
    Path("/dev/shm").mkdir()  # noqa: S108  in a /dev of our own
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        Path("/dev", name).symlink_to(f"/proc/self/fd{target}")


def main() -> None:
    """Build walls around a process with limits, and run the command that is given behind them."""
    time_s, memory_bytes, processes = map(int, sys.argv[1:4])
    build(sys.argv[4])
    data_bytes = memory_bytes + TORCH_BYTES
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
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=_end_with_parent, args=(process,), daemon=True).start()
    code = process.wait()
    sys.exit(code if code >= 0 else KILLED - code)


def _end_with_parent(process: subprocess.Popen[bytes]) -> None:
    """End a process, with all in its session, when our standard input does: with our parent.

    It is the first process of a session, so that nobody else is hit.
    """
    while os.read(0, 1):
        pass
    process.kill()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
