"""The parent's side of the workers: some of them, each with one submission at a time.

Not a pool of a library: the workers of pebble 5.2, which was tried, see the whole environment, and
answer in pickles of any length, by which a sheet that has taken a worker over would run code here.
Ours answer in JSON, see nothing, and write no file: `tests/homework/grading/test_local.py`.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from archstat.errors import ArchstatError
from archstat.homework.grading import worker
from archstat.homework.grading.guards import Limits
from archstat.homework.grading.outcome import CODE_RUN, Outcome, Status, clipped, from_json
from archstat.homework.grading.processes import ended, environment, python, started
from archstat.homework.grading.submissions import WHOSE, Files
from archstat.homework.grading.submitted.sandbox import MachineIsFull, Sandbox, TimeIsUp
from archstat.homework.grading.worker import LENGTH_BYTES, MOST_ANSWER_BYTES, Work, framed

T = TypeVar("T")

START_S = 120.0
"""Seconds that a worker may take to be there."""

DYING_S = 5.0
"""Seconds that a worker that answers no more may take to end."""


def grade_each(  # noqa: PLR0913  what, how, and whom to tell
    jobs: Iterator[tuple[T, Files]],
    work: Work,
    limits: Limits,
    *,
    workers: int,
    done: Callable[[T, Outcome], None],
    sandbox: Sandbox | None = None,
) -> None:
    """Grade submissions in so many worker processes at a time; see `GradeEach`.

    Raises:
        ArchstatError: A worker cannot be started.
    """
    question = pickle.dumps((work, limits))

    async def serve() -> None:
        worker = Worker(question, limits)
        try:
            for what, files in jobs:  # shared: each takes what is next
                outcome = await worker.grade(files)
                if sandbox is not None and outcome.status in {Status.NO_TABLE, Status.UNREADABLE}:
                    outcome = await _run(files, sandbox, worker) or outcome
                done(what, outcome)
        finally:
            await worker.stop()

    asyncio.run(_all(serve, workers))


async def _all(serve: Callable[[], Coroutine[None, None, None]], workers: int) -> None:
    """Serve as many times at once; if one fails, all stop."""
    tasks = [asyncio.create_task(serve()) for _ in range(workers)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run(files: Files, sandbox: Sandbox, worker: Worker) -> Outcome | None:
    """Return what comes of the networks in Python files; None if there are none."""
    try:
        networks = await sandbox.networks(files)
    except TimeIsUp:
        return Outcome(Status.TIMEOUT, sandbox.limits.too_long)
    except MachineIsFull as error:
        return Outcome(Status.ERROR, f"its code could not be run: {error}; try again")
    if not networks:
        return None
    whose = files[:1] if files[0][0] == WHOSE else ()
    outcome = await worker.grade((*whose, *networks))
    said = f"{CODE_RUN}; {outcome.message}" if outcome.message else CODE_RUN
    return replace(outcome, message=clipped(said))


class Worker:
    """A worker process, started when it is needed and again when it has died."""

    def __init__(self, question: bytes, limits: Limits) -> None:
        self._question = question
        self._limits = limits
        self._process: Process | None = None

    async def grade(self, files: Files) -> Outcome:
        """Return what comes of a submission, also if the worker dies of it."""
        process = self._process or await self._start()
        try:
            async with asyncio.timeout(self._limits.clock_s):
                outcome = from_json(await _asked(process, pickle.dumps(files)))
        except TimeoutError:
            await self.stop()
            return self._timed_out()
        except (EOFError, OSError):
            with suppress(TimeoutError):
                async with asyncio.timeout(DYING_S):
                    await process.wait()
            await self.stop()
            return self._died(process.returncode)
        if outcome.status is Status.ERROR:
            await self.stop()  # what is left of its memory may be in pieces
        return outcome

    def _timed_out(self) -> Outcome:
        return Outcome(Status.TIMEOUT, self._limits.too_long)

    def _died(self, code: int | None) -> Outcome:
        if code == -getattr(signal, "SIGPROF", 0):
            return self._timed_out()
        return Outcome(Status.ERROR, "ends the process that grades it")

    async def _start(self) -> Process:
        self._process = process = await started(
            *python(worker.__name__),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=environment(),
        )
        try:
            async with asyncio.timeout(START_S):
                await _asked(process, self._question)
        except (TimeoutError, EOFError, OSError):
            await self.stop()
            raise ArchstatError(
                "no process that grades can be started", hint="allow more memory"
            ) from None
        return process

    async def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            await ended(process)


async def _asked(process: Process, request: bytes) -> Mapping[str, Any]:
    """Return what a worker answers to a request.

    Raises:
        EOFError: It does not answer, or not as a worker does.
        OSError: It is gone.
    """
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(framed(request))
    await process.stdin.drain()
    length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES))
    if length > 2 * MOST_ANSWER_BYTES:
        raise EOFError
    answer: Mapping[str, Any] = json.loads(await process.stdout.readexactly(length))
    return answer
