"""What a command uses in this process, and an end of those that would not end."""

from __future__ import annotations

import resource
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass

LONGEST_S = 10
"""Of a processor, for one command."""

MOST_BYTES = 1 << 30
"""That the process may grow by."""

WAIT_S = 60


class Waiting(BaseException):
    """A command waits for what never comes."""


@dataclass
class Used:
    """What a command has used: seconds of a processor, and bytes by which the process has grown."""

    seconds: float = 0.0
    bytes: int = 0


def largest():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


@contextmanager
def watched():
    """Note what is used inside, and end what waits for ever: a test that hangs tells not where."""

    def stop(*_):
        raise Waiting

    used, start, size = Used(), time.process_time(), largest()
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(WAIT_S)
    try:
        yield used
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        used.seconds, used.bytes = time.process_time() - start, largest() - size
