"""Standard output, which holds answers and nothing else, and how the process ends.

Whatever else writes to it, a library, a child or what a model file has left running, writes to
standard error instead.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import typer

from archstat.cli.plain_letters import register_nearest
from archstat.documents.letters import printable_lines

CANNOT_ANSWER = 2
BROKEN_PIPE = 141
"""What shells say of a program that wrote to a pipe that nobody reads any more."""

STDIN, STDOUT, STDERR = range(3)


class _Lost(SystemExit):
    """Standard output takes no more: the process ends, as nobody sees what it would say."""


class _Sink(io.FileIO):
    """A file descriptor that is written to until it takes no more, which is told once.

    Args:
        descriptor: Where it goes.
        lost: Told why it takes no more.
    """

    def __init__(self, descriptor: int, lost: Callable[[OSError], None]) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self._lost = lost
        self._is_lost = False

    def write(self, data: object) -> int:
        """Write, or pretend to."""
        size = memoryview(data).nbytes  # type: ignore[arg-type]  # whatever has bytes
        if self._is_lost:
            return size
        try:
            return super().write(data)  # type: ignore[arg-type]  # likewise
        except OSError as error:
            self._is_lost = True
            self._lost(error)
            return size


def _tell(error: OSError) -> None:
    if isinstance(error, BrokenPipeError):  # its reader has seen enough
        raise _Lost(BROKEN_PIPE)
    sys.stderr.write(f"error: standard output cannot be written: {error.strerror}\n")
    raise _Lost(CANNOT_ANSWER)


def _text(descriptor: int, before: object, lost: Callable[[OSError], None]) -> io.TextIOWrapper:
    """Return a stream to a descriptor, with the encoding of the one that was there."""
    encoding = getattr(before, "encoding", None) or "utf-8"
    is_terminal = os.isatty(descriptor)
    buffer = io.BufferedWriter(_Sink(descriptor, lost))
    errors = register_nearest(is_exact=descriptor == STDERR)
    return io.TextIOWrapper(
        buffer, encoding, errors, line_buffering=is_terminal or descriptor == STDERR
    )


class _Streams:
    """Where answers go, once it is clear that this process is a command."""

    def __init__(self) -> None:
        self.answers: io.TextIOWrapper | None = None
        self.is_limited = False


_STREAMS = _Streams()


def answers() -> TextIO:
    """Return the stream that answers are written to."""
    return _STREAMS.answers or sys.stdout


def prepare() -> None:
    """Take standard output for answers, and let nothing be opened in the place of what is closed.

    On Windows, where descriptors are not what a console is, letters alone are looked after.
    """
    if sys.platform == "win32":
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors=register_nearest())
        return
    for descriptor in (STDIN, STDOUT, STDERR):
        try:
            os.fstat(descriptor)
        except OSError:  # writing to the first two fails, as it should; the last forgets
            os.open(os.devnull, os.O_WRONLY if descriptor == STDERR else os.O_RDONLY)
    if sys.stdin is None:  # it was closed, and holds nothing
        sys.stdin = os.fdopen(STDIN, encoding="utf-8")
    with suppress(AttributeError, OSError, ValueError):
        sys.stderr.flush()
    sys.stderr = sys.__stderr__ = _text(STDERR, sys.stderr, lambda _: None)  # type: ignore[misc]
    kept = os.dup(STDOUT)
    _STREAMS.answers = _text(kept, sys.stdout, _tell)
    sys.stdout = sys.__stdout__ = _STREAMS.answers  # type: ignore[misc]
    os.dup2(STDERR, STDOUT)


def keep_answers() -> None:
    """Let only answers reach standard output from now on: a user's code is about to run."""
    if _STREAMS.answers is not None and sys.stdout is _STREAMS.answers:
        sys.stdout = sys.__stdout__ = sys.stderr  # type: ignore[assignment, misc]


@contextmanager
def stdout_kept() -> Iterator[None]:
    """Let nothing inside reach standard output, whatever a user's file starts; stderr gets it.

    As a command, nor anything behind: what it has started may still be running.
    """
    if _STREAMS.answers is not None:
        keep_answers()
        yield
        return
    try:
        streams = (sys.__stdout__, sys.__stderr__)
        out, err = (stream.fileno() for stream in streams if stream is not None)
    except (OSError, ValueError):  # there are no such files, as where a program runs us
        yield
        return
    kept = os.dup(out)
    os.dup2(err, out)
    try:
        yield
    finally:
        if sys.__stdout__ is not None:
            sys.__stdout__.flush()
        os.dup2(kept, out)
        os.close(kept)


def say(text: str) -> None:
    """Write a line to standard error, without what a terminal would obey: names are people's."""
    typer.echo("\n".join(printable_lines(text)), err=True)


def end_at_once() -> None:
    """Let the process end as soon as it has answered: there is a limit on its time."""
    _STREAMS.is_limited = True


def leave(code: int) -> None:
    """End the process: nothing that was left running keeps it, nor writes where answers are."""
    with suppress(OSError, ValueError):
        answers().flush()
    keep_answers()
    others = [each for each in threading.enumerate() if not each.daemon]
    if len(others) > 1 or _STREAMS.is_limited:  # nor what it does at exit
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
