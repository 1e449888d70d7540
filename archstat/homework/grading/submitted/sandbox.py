"""Running Python that students have handed in, if somebody asks for that.

Each file is run in a process of its own: without our environment, in an empty folder, with limits
on time, memory, processes and the size of files, and behind walls where the system can build them.
What the process answers is a description of a network, which another process counts that has never
run the code: whoever forges it has handed in the network that it describes.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path, PurePosixPath

from archstat.homework.grading.guards import Limits
from archstat.homework.grading.outcome import clipped
from archstat.homework.grading.processes import ended, environment, kill, python, started
from archstat.homework.grading.submissions import CODE, WHOSE, Described, Files
from archstat.homework.grading.submitted import limiting
from archstat.homework.grading.submitted.limiting import KILLED
from archstat.homework.grading.submitted.walls import IN_MEMORY, Walls
from archstat.homework.marking.feedback import line

MOST_ANSWER_BYTES = 4 << 20
"""Of a description: a network of some thousand layers takes a tenth."""

NOTEBOOK = ".ipynb"
"""A notebook is read as a table first; where it holds none, its definitions may make a network."""

MOST_FILES = 5
"""Of a submission that are run."""

MOST_PROCESSES = 64
"""Beside those that run already: one that only starts others is to keep nobody from working."""

PASSING = (
    "Resource temporarily unavailable",
    "can't start new thread",
    "Too many open files in system",
)
"""What says that the machine is full at the moment, and nothing of the code."""
FULL_DISK = "No space left on device"
"""Likewise, but of a folder that lies on a disk."""


FIRST_ERROR = re.compile(r"^error: ", re.MULTILINE)
"""Where a process begins to say why it has no answer."""


class TimeIsUp(Exception):  # noqa: N818  it is told, not raised to a user
    """Submitted code took too long."""


class MachineIsFull(Exception):  # noqa: N818  likewise
    """Submitted code failed of something that passes; another try may end otherwise."""


@dataclass(frozen=True)
class Sandbox:
    """Runs submitted code.

    Attributes:
        command: What prints the description of the network in a file; behind it, the file's name.
        limits: What a sheet may take; code is allowed PyTorch beside it.
        network: What the network is called in the file; empty if the file has one only.
        walls: What stands around the code.
        of_each: The commands for those who have a network of their own, by the names of what they
            were given.
    """

    command: tuple[str, ...]
    limits: Limits
    network: str = ""
    walls: Walls = field(default_factory=Walls)
    of_each: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    async def networks(self, files: Files) -> Files:
        """Return what is said of the networks in Python files and notebooks, or why nothing is.

        Raises:
            TimeIsUp: One takes too long.
            MachineIsFull: One fails of something that passes.
        """
        first, whose = files[0] if files else ("", b"")
        if first == WHOSE and isinstance(whose, bytes):
            own = replace(self, command=self.of_each.get(whose.decode(), self.command))
            return await own.networks(files[1:])
        code = [
            (name, data)
            for name, data in files
            if isinstance(data, bytes) and PurePosixPath(name).suffix in (*CODE, NOTEBOOK)
        ]
        found: list[tuple[str, bytes | str]] = []
        for name, _ in code[:MOST_FILES]:
            said = await self._said(name, code)
            found.append((name, Described(said) if isinstance(said, bytes) else said))
        return tuple(found)

    async def _said(self, name: str, code: Sequence[tuple[str, bytes]]) -> bytes | str:
        with _folder(name, code) as folder:
            plain = _plain(name)
            said = await self._ran(f"{plain}:{self.network}" if self.network else plain, folder)
        return said if isinstance(said, bytes) else _shortened(said, folder, plain)

    async def said_of(self, model: str) -> bytes | str:
        """Return what is said of a network whose file stays where it is; or what is said instead.

        Raises:
            TimeIsUp: It takes too long.
            MachineIsFull: It fails of something that passes.
        """
        with _folder("", ()) as folder:
            return await self._ran(model, folder)

    async def _ran(self, model: str, folder: str) -> bytes | str:
        process = await self._start(model, folder)
        try:
            async with asyncio.timeout(self.limits.clock_s):
                is_in_memory = self.walls.kind == IN_MEMORY
                passing = PASSING if is_in_memory else (*PASSING, FULL_DISK)
                return await _printed(process, passing)
        except TimeoutError:
            raise TimeIsUp from None
        finally:
            await ended(process)

    async def _start(self, model: str, folder: str) -> Process:
        most = (ceil(self.limits.time_s), self.limits.memory_bytes, _room_for_processes())
        return await started(
            *(
                *self.walls.around(folder),
                *python(limiting.__name__),
                *map(str, most),
                json.dumps(self.walls.inside(folder)),
                *self.command,
                model,
            ),
            stdin=PIPE,  # which ends with us, and then ends the code
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
    """Return a name for a file of code: of a Python file, one that Python can import."""
    path = PurePosixPath(name)
    return re.sub(r"\W", "_", path.stem) + (NOTEBOOK if path.suffix == NOTEBOOK else ".py")


async def _printed(process: Process, passing: Sequence[str]) -> bytes | str:
    """Return what a process prints; if that is nothing of use, what it says instead."""
    if process.stdout is None or process.stderr is None:
        raise TypeError
    answer, said = await asyncio.gather(
        _read(process.stdout, process), _read(process.stderr, process)
    )
    if len(answer) > MOST_ANSWER_BYTES or len(said) > MOST_ANSWER_BYTES:
        return "prints too much"
    code = await process.wait()
    if code == 0:
        return answer
    if code == KILLED + signal.SIGXCPU:
        raise TimeIsUp
    why = said.decode("utf-8", "replace")
    if causes := [cause for cause in passing if cause in why]:
        raise MachineIsFull(causes[0])
    return why


def _shortened(why: str, folder: str, name: str) -> str:
    """Return what a process says in place of an answer, on a line, and without folder and file."""
    _, *problems = FIRST_ERROR.split(why, maxsplit=1)  # before them stands what the code prints
    plain = (problems or [why])[0].replace(f"{folder}{os.sep}", "")
    plain = re.sub(rf"{re.escape(name)}(:\w+)?: ", "", plain, count=1)
    lines = [text for text in map(line, plain.splitlines()) if text]
    ends = dict.fromkeys(lines[:1] + lines[-1:])
    return clipped(" … ".join(ends) or "ends the process that runs it")


async def _read(pipe: asyncio.StreamReader, process: Process) -> bytes:
    """Return what a pipe holds; what prints more than is allowed is ended."""
    data = b""
    while more := await pipe.read(1 << 16):
        data += more
        if len(data) > MOST_ANSWER_BYTES:
            kill(process)
            break
    return data


def _room_for_processes(proc: Path = Path("/proc")) -> int:
    """Return how many processes the account may have, with all that it has anywhere, and threads.

    Where nobody tells how many these are, it is 0, for no limit: a fixed one would refuse correct
    code.
    """
    if not proc.joinpath("self/task").is_dir():
        return 0
    running = 0
    for process in proc.glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            if process.stat().st_uid == os.getuid():
                running += len(list((process / "task").iterdir()))
    return running + MOST_PROCESSES
