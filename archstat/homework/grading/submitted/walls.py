"""What keeps submitted code from the network, other processes and the files of its user.

Two ways are tried, each with namespaces of Linux: bubblewrap, which some systems allow where they
allow it to nobody else, and the command `unshare`. Behind either, all files can be read and none
can be written but those in the folder of the code, the class and its results are empty folders, and
no other process is seen.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from archstat.homework.grading.processes import environment, python

MOST_WRITTEN_BYTES = 64 << 20
"""Of all files that code leaves: its folder lies in memory."""

UNSHARE = (
    *("unshare", "--user", "--map-root-user", "--mount", "--net", "--ipc", "--pid"),
    *("--fork", "--kill-child"),
)
BUBBLEWRAP = (
    *("bwrap", "--unshare-all", "--die-with-parent", "--new-session"),
    *("--cap-drop", "ALL"),
)
PROBE_S = 20.0

IN_MEMORY, ON_DISK = "unshare", "bwrap"
"""The kinds of walls, by where the folder of the code lies behind them."""


@dataclass(frozen=True)
class Walls:
    """What stands around submitted code.

    Attributes:
        hidden: Folders and files of which the code sees nothing: the class, and its results.
    """

    hidden: tuple[Path, ...] = ()

    @cached_property
    def kind(self) -> str:
        """The command that builds the walls on this system; empty if none can."""
        for kind in (IN_MEMORY, ON_DISK):
            if shutil.which(kind) is not None and self._stand(kind):
                return kind
        return ""

    def _stand(self, kind: str) -> bool:
        """Return whether a command can build them here."""
        with suppress(OSError, subprocess.TimeoutExpired), tempfile.TemporaryDirectory() as made:
            folder = os.path.realpath(made)
            inside = json.dumps(self.inside(folder, kind))
            words = (*self.around(folder, kind), *python(__name__), inside)
            done = subprocess.run(  # noqa: S603  our words
                words, capture_output=True, check=False, env=environment(), timeout=PROBE_S
            )
            return done.returncode == 0
        return False

    def around(self, folder: str, kind: str | None = None) -> tuple[str, ...]:
        """Return the words before the command that limits what runs in a folder."""
        kind = self.kind if kind is None else kind
        if kind == ON_DISK:
            return (*BUBBLEWRAP, *_bound(folder, self._hidden(folder)), "--")
        return UNSHARE if kind == IN_MEMORY else ()

    def inside(self, folder: str, kind: str | None = None) -> list[str]:
        """Return what is left to that command: a folder, and what is hidden, for `build`."""
        kind = self.kind if kind is None else kind
        return [folder, *map(str, self._hidden(folder))] if kind == IN_MEMORY else []

    def _hidden(self, folder: str) -> Iterator[Path]:
        """Yield what is hidden: nothing in which Python, this package or the code lies."""
        needed = [
            Path(path).resolve()
            for path in (folder, sys.prefix, sys.base_prefix, *sys.path)
            if path
        ]
        for path in map(Path.resolve, self.hidden):
            if path.exists() and not any(one.is_relative_to(path) for one in needed):
                yield path


def _bound(folder: str, hidden: Iterable[Path]) -> Iterator[str]:
    """Yield what bubblewrap is told: how every part of the system is seen."""
    yield from ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    for path in hidden:
        yield from ("--tmpfs",) if path.is_dir() else ("--ro-bind", os.devnull)
        yield str(path)
    yield from ("--bind", folder, folder, "--chdir", folder)


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
        inside: What `Walls.inside` gives, in JSON.

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


if __name__ == "__main__":
    build(sys.argv[1])
