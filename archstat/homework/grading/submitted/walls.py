"""What keeps submitted code from the network, other processes and the files of its user.

Two ways are tried, each with namespaces of Linux: bubblewrap, which some systems allow where they
allow it to nobody else, and the command `unshare`. Behind either, all files can be read and none
can be written but those in the folder of the code, the class and its results are empty folders, and
no other process is seen.
"""

from __future__ import annotations

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

from archstat.files import resolved
from archstat.homework.grading.processes import environment, python
from archstat.homework.grading.submitted import limiting

UNSHARE = (
    *("unshare", "--user", "--map-root-user", "--mount", "--net", "--ipc", "--pid"),
    *("--fork", "--kill-child"),
)
BUBBLEWRAP = (
    *("bwrap", "--unshare-all", "--die-with-parent", "--new-session"),
    *("--cap-drop", "ALL"),
)
PROBE_S = 20.0
LEAST, TRUE = ("20", str(1 << 28), "0"), (sys.executable, "-c", "")
"""Limits, and a command, that show whether walls stand."""

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
            words = (*self.around(folder, kind), *python(limiting.__name__), *LEAST, inside, *TRUE)
            done = subprocess.run(  # noqa: S603  our words
                words,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                env=environment(),
                timeout=PROBE_S,
                start_new_session=True,
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
        for path in map(resolved, self.hidden):
            if path.exists() and not any(one.is_relative_to(path) for one in needed):
                yield path


def _bound(folder: str, hidden: Iterable[Path]) -> Iterator[str]:
    """Yield what bubblewrap is told: how every part of the system is seen."""
    yield from ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    for path in hidden:
        yield from ("--tmpfs",) if path.is_dir() else ("--ro-bind", os.devnull)
        yield str(path)
    yield from ("--bind", folder, folder, "--chdir", folder)
