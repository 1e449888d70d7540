"""A stand-in for what grades a submission: what a file says is what happens."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from archstat.homework.grading.outcome import Outcome, Status


def obey(files):
    (_, data), *more = files
    said = DEEDS[data.decode()](more)
    return said if isinstance(said, Outcome) else Outcome(Status.OK, str(said or ""))


def loop(_):
    while True:
        pass


def fail(_):
    raise ZeroDivisionError("by \x1b[31mzero")


def answer(_):
    sys.stdout.write('{"status": "error"}')
    sys.stdout.flush()
    os.write(1, b"more")


DEEDS = {
    "ok": lambda _: "",
    "loop": loop,
    "fail": fail,
    "print": answer,
    "sleep": lambda _: time.sleep(60),
    "memory": lambda _: bytearray(1 << 40),
    "die": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda _: os._exit(0),
    "long": lambda _: Outcome(Status.OK, feedback="x" * (8 << 20)),
    "longer": lambda _: Outcome(Status.OK, "x" * (8 << 20)),
    "environment": lambda _: " ".join(set(os.environ) - {"LC_CTYPE"}),  # which Python itself sets
    "modules": lambda _: " ".join({"numpy", "rich", "torch", "typer"} & set(sys.modules)),
    "write": lambda more: Path(more[0][0]).write_bytes(b"x"),
    "process": lambda _: os.getpid(),
    "tag": lambda more: more[0][0],
}


def dawdle(files):
    """Take a tenth of a second."""
    time.sleep(0.1)
    return obey(files)
