"""Starting our own processes, with nothing of this one's environment."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from typing import Any


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
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        process = await starting
        process.kill()
        await gone(process)
        raise


async def gone(process: Process) -> None:
    """Wait for a process that was ended, and close our ends of its pipes.

    asyncio leaves these to the garbage collector, which may find them after its loop is closed.
    """
    await process.wait()
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001  it has no other way
    await asyncio.sleep(0)
