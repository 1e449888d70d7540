"""A process that grades submissions one after the other, guarded by limits.

It is started with nothing of its parent's environment, and told what to do through a pipe: first
the function that grades and the limits, then one submission after the other. It answers each with
an outcome in JSON. A submission that takes too much processor time ends the process.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, TypeAlias

from archstat.errors import shown
from archstat.homework.grading.guards import Limits, limit
from archstat.homework.grading.outcome import Outcome, Status, to_json
from archstat.homework.grading.submissions import Files

Work: TypeAlias = Callable[[Files], Outcome]

LENGTH_BYTES = 8
"""Of the number before each message."""

MOST_ANSWER_BYTES = 4 << 20
"""Of an outcome: one with its feedback has some ten thousand."""

TOO_LONG = "The feedback on this sheet is too long to be shown.\n"


def framed(message: bytes) -> bytes:
    """Return a message as it goes through a pipe."""
    return len(message).to_bytes(LENGTH_BYTES) + message


def main() -> None:
    """Answer requests until there are none."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing else may answer
    requests = sys.stdin.buffer
    first = _received(requests)
    if first is None:
        return
    work, limits = pickle.loads(first)  # noqa: S301  our parent's
    limit(
        {
            "RLIMIT_AS": limits.memory_bytes,
            "RLIMIT_FSIZE": 0,  # a sheet makes us write no file
            "RLIMIT_CORE": 0,
        }
    )
    _send(answers, b"{}")
    while (request := _received(requests)) is not None:
        with timed(limits.time_s):
            answer = answered(work, request, limits)
        _send(answers, answer)


def _received(pipe: IO[bytes]) -> bytes | None:
    head = pipe.read(LENGTH_BYTES)
    return pipe.read(int.from_bytes(head)) if len(head) == LENGTH_BYTES else None


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(framed(message))
    pipe.flush()


def answered(work: Work, request: bytes, limits: Limits) -> bytes:
    """Return what comes of a submission in JSON, whatever happens."""
    try:
        return _bounded(work(pickle.loads(request)))  # noqa: S301  our parent's
    except MemoryError:
        return _json(Outcome(Status.ERROR, limits.too_much))
    except Exception as error:  # noqa: BLE001  whatever a sheet does to us, it gets its row
        what = shown(f"{type(error).__name__}: {error}")
        return _json(Outcome(Status.ERROR, f"archstat fails on it: {what}"))


def _bounded(outcome: Outcome) -> bytes:
    answer = _json(outcome)
    if len(answer) > MOST_ANSWER_BYTES:
        answer = _json(replace(outcome, feedback=TOO_LONG))
    if len(answer) > MOST_ANSWER_BYTES:
        answer = _json(Outcome(Status.ERROR, "there is too much to be said of it"))
    return answer


def _json(outcome: Outcome) -> bytes:
    return json.dumps(to_json(outcome)).encode()


@contextmanager
def timed(seconds: float) -> Iterator[None]:
    """End this process if what runs inside takes more processor time."""
    if not hasattr(signal, "setitimer"):  # the parent's clock must do
        yield
        return
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    main()
