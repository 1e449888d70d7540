"""Running Python that students have handed in, if somebody asks for that.

Each file is run in a process of its own: without our environment, in an empty folder, with limits
on time, memory, processes and the size of files, and without a network where the system can take
it away. The process may still read what the user may read, and remove what the user may remove.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path, PurePosixPath

from archstat.homework.grading.guards import Limits, limit
from archstat.homework.grading.outcome import clipped
from archstat.homework.grading.processes import ended, environment, kill, python, started
from archstat.homework.grading.submissions import CODE, Files
from archstat.homework.marking.feedback import line

MOST_TABLE_BYTES = 1 << 20
"""Of what a network's table may print."""

MOST_FILES = 5
"""Of a submission that are run."""

TORCH_BYTES = 1 << 30
"""Of memory that PyTorch takes before a network is built."""

MAPPED_BYTES = 32 << 30
"""Of addresses that PyTorch's libraries take, most of which are never touched."""

MOST_WRITTEN_BYTES = 16 << 20
MOST_PROCESSES = 256
MOST_OPEN_FILES = 256

UNSHARED = ("unshare", "--user", "--net", "--ipc", "--pid", "--fork", "--kill-child")
"""The command that takes away the network, and the sight of other processes."""


PASSING = (
    "Resource temporarily unavailable",
    "can't start new thread",
    "No space left on device",
    "Too many open files in system",
)
"""What says that the machine is full at the moment, and nothing of the code."""

KILLED = 128
"""What shells add to the number of a signal that has ended a process."""


class TimeIsUp(Exception):  # noqa: N818  it is told, not raised to a user
    """Submitted code took too long."""


class MachineIsFull(Exception):  # noqa: N818  likewise
    """Submitted code failed of something that passes; another try may end otherwise."""


@dataclass(frozen=True)
class Sandbox:
    """Runs submitted code.

    Attributes:
        command: What prints the table of the network in a file as CSV; behind it, the file's name.
        limits: What a sheet may take; code is allowed PyTorch beside it.
        network: What the network is called in the file; empty if the file has one only.
    """

    command: tuple[str, ...]
    limits: Limits
    network: str = ""

    @cached_property
    def is_cut_off(self) -> bool:
        """Whether this system can take the network away."""
        if shutil.which(UNSHARED[0]) is None:
            return False
        words = [*UNSHARED, sys.executable, "-c", ""]
        done = subprocess.run(words, capture_output=True, check=False)  # noqa: S603  our words
        return done.returncode == 0

    async def tables(self, files: Files) -> Files:
        """Return the tables of the networks in Python files, or why there are none.

        Raises:
            TimeIsUp: One takes too long.
            MachineIsFull: One fails of something that passes.
        """
        code = [
            (name, data)
            for name, data in files
            if isinstance(data, bytes) and PurePosixPath(name).suffix in CODE
        ]
        found: list[tuple[str, bytes | str]] = []
        for name, _ in code[:MOST_FILES]:
            table = await self._table(name, code)
            found.append((f"{name}.csv" if isinstance(table, bytes) else name, table))
        return tuple(found)

    async def _table(self, name: str, code: Sequence[tuple[str, bytes]]) -> bytes | str:
        with _folder(name, code) as folder:
            process = await self._start(_plain(name), folder)
            try:
                async with asyncio.timeout(self.limits.clock_s):
                    return await _printed(process, folder)
            except TimeoutError:
                raise TimeIsUp from None
            finally:
                await ended(process)

    async def _start(self, name: str, folder: str) -> Process:
        most = (str(ceil(self.limits.time_s)), str(self.limits.memory_bytes))
        return await started(
            *(
                *(UNSHARED if self.is_cut_off else ()),
                *python(__name__),
                *most,
                *self.command,
                f"{name}:{self.network}" if self.network else name,
            ),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            cwd=folder,
            env={**environment(), "HOME": folder, "TMPDIR": folder, "OMP_NUM_THREADS": "1"},
        )


@contextmanager
def _folder(name: str, code: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    """Make a folder of nothing but Python files; of two that are called the same, `name`."""
    with tempfile.TemporaryDirectory(prefix="archstat-", ignore_cleanup_errors=True) as made:
        for other, data in sorted(code, key=lambda file: file[0] == name):
            Path(made, _plain(other)).write_bytes(data)
        yield os.path.realpath(made)


def _plain(name: str) -> str:
    """Return a name for a Python file that Python can import."""
    return re.sub(r"\W", "_", PurePosixPath(name).stem) + ".py"


async def _printed(process: Process, folder: str) -> bytes | str:
    """Return what a process prints, or why it prints no table."""
    if process.stdout is None or process.stderr is None:
        raise TypeError
    table, said = await asyncio.gather(
        _read(process.stdout, process), _read(process.stderr, process)
    )
    if len(table) > MOST_TABLE_BYTES or len(said) > MOST_TABLE_BYTES:
        return "prints too much"
    code = await process.wait()
    if code == 0:
        return table
    if code == KILLED + signal.SIGXCPU:
        raise TimeIsUp
    why = said.decode("utf-8", "replace").removeprefix("error: ").replace(f"{folder}{os.sep}", "")
    if any(cause in why for cause in PASSING):
        raise MachineIsFull(next(cause for cause in PASSING if cause in why))
    lines = [text for text in map(line, why.splitlines()) if text]
    ends = dict.fromkeys(lines[:1] + lines[-1:])
    return clipped(" … ".join(ends) or "ends the process that runs it")


async def _read(pipe: asyncio.StreamReader, process: Process) -> bytes:
    """Return what a pipe holds; what prints more than is allowed is ended."""
    data = b""
    while more := await pipe.read(1 << 16):
        data += more
        if len(data) > MOST_TABLE_BYTES:
            kill(process)
            break
    return data


def _room_for_processes(proc: Path = Path("/proc")) -> dict[str, int]:
    """Return the limit on processes, which counts all that the account has anywhere, and threads.

    Where nobody tells how many these are, there is no limit: a fixed one would refuse correct code.
    """
    if not proc.joinpath("self/task").is_dir():
        return {}
    running = 0
    for process in proc.glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            if process.stat().st_uid == os.getuid():
                running += len(list((process / "task").iterdir()))
    return {"RLIMIT_NPROC": running + MOST_PROCESSES}


def main() -> None:
    """Limit this process, and run the command that is given behind the limits."""
    time_s, memory_bytes, *command = sys.argv[1:]
    data_bytes = int(memory_bytes) + TORCH_BYTES
    limit(
        {
            "RLIMIT_CPU": int(time_s),
            "RLIMIT_DATA": data_bytes,
            "RLIMIT_AS": data_bytes + MAPPED_BYTES,
            "RLIMIT_FSIZE": MOST_WRITTEN_BYTES,
            **_room_for_processes(),
            "RLIMIT_NOFILE": MOST_OPEN_FILES,
            "RLIMIT_CORE": 0,
        }
    )
    code = subprocess.call(command)  # noqa: S603  what our parent has chosen
    sys.exit(code if code >= 0 else KILLED - code)


if __name__ == "__main__":
    main()
