"""How a case runs: in a fresh process, alone on its device, within its time."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from archstat.errors import UsageError, shown
from archstat.sweep.case import BENCH, SweepCase
from archstat.sweep.outcome import DONE, FAILED, CaseOutcome

MOST_REASON = 500
"""Letters of what a process says at its end."""

NO_MEMORY = ("does not fit", "out of memory", "cannot allocate memory", "can't allocate memory")
KILLED = -signal.SIGKILL
WAIT_S = 0.2
MODULE = "archstat"


class Ended(NamedTuple):
    """A process has ended.

    Attributes:
        code: Its exit code; None where its time was up.
        out: What it answered.
        said: What it said on standard error.
    """

    code: int | None
    out: bytes
    said: str


@dataclass(frozen=True)
class CaseLimits:
    """What a case may take.

    Attributes:
        seconds: Of time.
        smaller: Whether a batch that does not fit is tried with half of it, and so on.
    """

    seconds: float = 900.0
    smaller: bool = True


Asker = Callable[[Sequence[str], float], Ended]
"""Runs `archstat` with some words in a fresh process, for so many seconds at most."""


def run_case(
    case: SweepCase, limits: CaseLimits, ask: Asker | None = None, engine: str = "local"
) -> CaseOutcome:
    """Run a case, and return what came of it; a failure is an outcome, too.

    Where a batch does not fit in memory, half of it is tried, down to one, and said.
    """
    began, start = datetime.now(UTC), time.monotonic()
    tried, notes = case, []
    while True:
        status, answer, reason = _attempt(tried, limits, ask or ask_process)
        if not (_is_memory(reason) and limits.smaller and tried.batch_size > 1):
            break
        notes.append(f"a batch of {tried.batch_size:,} does not fit in memory")
        tried = replace(tried, batch_size=tried.batch_size // 2)
    return CaseOutcome(
        case,
        status,
        answer,
        reason,
        tuple(notes),
        began.isoformat(timespec="seconds").replace("+00:00", "Z"),
        round(time.monotonic() - start, 3),
        socket.gethostname(),
        engine,
        str(sys.modules["archstat"].__version__),
    )


def _attempt(case: SweepCase, limits: CaseLimits, ask: Asker) -> tuple[str, Mapping[str, Any], str]:
    with alone_on(case.device if case.what == BENCH else ""):
        ended = ask([*case.words, "--format", "json"], limits.seconds)
    if ended.code is None:
        return FAILED, {}, f"took longer than {limits.seconds:g} s"
    if ended.code == KILLED:
        return FAILED, {}, "out of memory: the system ended the process"
    if ended.code != 0:
        return FAILED, {}, _last_words(ended)
    try:
        answer = json.loads(ended.out)
    except ValueError:
        return FAILED, {}, "answered with something that is no JSON"
    if case.what == BENCH and (failure := _failure(answer)):
        return FAILED, {}, failure
    return DONE, answer, ""


def _failure(record: Mapping[str, Any]) -> str:
    """Return why a record of one case has no figure; empty if it has one."""
    results = record.get("results") or [{"failure": "the record has no result"}]
    return str(results[0].get("failure", ""))


def _is_memory(reason: str) -> bool:
    return any(words in reason.lower() for words in NO_MEMORY)


def _last_words(ended: Ended) -> str:
    """Return the error that a process ended with, in one line."""
    lines = [line.strip() for line in ended.said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error: ")]
    told = errors[-1].removeprefix("error: ") if errors else (lines[-1] if lines else "")
    told = told if len(told) <= MOST_REASON else told[:MOST_REASON] + "…"
    return told or f"ended with exit code {ended.code}"


def ask_process(words: Sequence[str], seconds: float) -> Ended:
    """Ask a fresh process; it ends when its time is up, with all that it has started."""
    command = [sys.executable, "-P", "-m", MODULE, *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603  our own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=said,
            env=environment,
            start_new_session=True,
            close_fds=False,  # so that the lock of its device lives as long as it does
        )
        try:
            code: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(process)
        return Ended(code, _content(out), _content(said).decode(errors="replace"))


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it has started."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


@contextmanager
def alone_on(device: str) -> Iterator[None]:
    """Wait until no other case runs on a device of this machine, and keep others away.

    A process that this one starts keeps it, too: after a kill, the next sweep waits for its end.
    """
    if not device or not _can_lock():
        yield
        return
    import fcntl  # noqa: PLC0415  not on every system

    seen = os.environ.get("CUDA_VISIBLE_DEVICES", "") if device.startswith("cuda") else ""
    name = "".join(letter if letter.isalnum() else "-" for letter in f"{device}-{seen}")
    path = Path(tempfile.gettempdir()) / f"archstat-{_user()}-{name}.lock"
    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        handle = os.open(path, flags, 0o600)
    except OSError as error:
        raise UsageError(
            f"{shown(str(path))}, which keeps two from measuring at once, cannot be opened: "
            f"{error.strerror}",
            hint="remove it, or name a folder of yours in TMPDIR",
        ) from None
    os.set_inheritable(handle, True)  # noqa: FBT003  its only argument
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(WAIT_S)
            else:
                break
        yield
    finally:
        os.close(handle)


def _can_lock() -> bool:
    try:
        import fcntl  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
