"""Ending processes, whatever they have left in their pipes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE

import pytest

from archstat.homework.grading.processes import ended, started

PRINTS = "import os\nwhile True: os.write(1, bytes(1 << 16))"

HELD = """
import os, time
if os.fork() == 0:
    os.setsid()
    print(os.getpid(), flush=True)
    time.sleep(60)
time.sleep(60)
"""


def killed(code, read):
    """Return what a process printed first, and its exit code once it was killed."""

    async def end():
        process = await started(sys.executable, "-c", code, stdin=PIPE, stdout=PIPE)
        process.stdin.write(bytes(1 << 20))  # which it does not read
        printed = await read(process.stdout)
        async with asyncio.timeout(30):
            await ended(process)
        return printed, process.returncode

    return asyncio.run(end())


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system ends otherwise")
def test_a_process_is_gone_though_nobody_reads_what_it_printed():
    async def read(_):
        await asyncio.sleep(0.5)  # until both its pipe and our buffer are full

    assert killed(PRINTS, read) == (None, -signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_process_is_gone_though_another_holds_its_pipe():
    start = time.monotonic()
    pid, code = killed(HELD, asyncio.StreamReader.readline)
    os.kill(int(pid), signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert time.monotonic() - start < 30


def test_who_is_cancelled_while_a_process_ends_leaves_none_behind():
    async def end():
        process = await started(sys.executable, "-c", "import time; time.sleep(60)", stdout=PIPE)
        task = asyncio.ensure_future(ended(process))
        for _ in range(3):
            await asyncio.sleep(0)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return process.returncode

    assert asyncio.run(end()) == -signal.SIGKILL
