"""What a person is told who waits: what is being done, on a terminal and on stderr alone."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PATIENCE_S = 1.0
"""After this a person wants to know that something is done."""

EVERY_S = 1.0


@contextmanager
def waiting(words: str, *, after_s: float = PATIENCE_S) -> Iterator[None]:
    """Say on standard error what is being done inside, once it takes longer than a second or so.

    Nothing is said where standard error is no terminal, and nothing of it stays there.
    """
    if not _is_watched():
        yield
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(words, done, after_s), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _is_watched() -> bool:
    try:
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:  # it is closed
        return False


def _tell(words: str, done: threading.Event, after_s: float) -> None:
    started = time.monotonic()
    text = ""
    while not done.wait(EVERY_S if text else after_s):
        text = f"{words} … {time.monotonic() - started:.0f} s"
        _write(f"\r{text}")
    if text:
        _write(f"\r{' ' * len(text)}\r")


def _write(text: str) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
