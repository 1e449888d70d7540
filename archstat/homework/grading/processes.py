"""Starting our own processes, with nothing of this one's environment."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


def python(module: str) -> tuple[str, ...]:
    """Return the command that runs one of our modules."""
    return (sys.executable, "-P", "-B", "-X", "utf8", "-m", module)


def environment() -> dict[str, str]:
    """Return the environment of a process: where our modules are, and nothing else of ours."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}  # for Windows
    return {**kept, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


async def started(*words: str, **settings: Any) -> Process:
    """Start a process in a session of its own, which Ctrl-C does not reach.

    Who cancels us meanwhile leaves no process behind, as asyncio would.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(*words, start_new_session=True, **settings)
    )
    try:
        return await _surely(starting)
    except asyncio.CancelledError:
        await ended(starting.result())
        raise


def kill(process: Process) -> None:
    """End a process with all that it has started in its session."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):  # asyncio's kill() may take the exit code from its own wait()
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


async def ended(process: Process) -> None:
    """End a process, and wait until it is gone."""
    kill(process)
    await _surely(asyncio.ensure_future(_gone(process)))


async def _surely(task: asyncio.Future[T]) -> T:
    """Wait until something is done, also if we are cancelled meanwhile; we are, afterwards."""
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return task.result()


async def _gone(process: Process) -> None:
    """Close our ends of the pipes of a process that was ended, and wait for it.

    Pipes first: asyncio waits until each has ended, which one that nobody reads any more never
    does, nor one that a process of that process holds. And it leaves ours to the garbage
    collector, which may find them after its loop is closed.
    """
    transport = process._transport  # type: ignore[attr-defined]  # noqa: SLF001  no other way
    for end in map(transport.get_pipe_transport, range(3)):
        if end is None or end.is_closing():
            continue
        if isinstance(end, asyncio.WriteTransport):
            end.abort()  # its close() waits for a reader
        else:
            end.close()
    await process.wait()
    transport.close()
    await asyncio.sleep(0)
