"""A user's code: what it prints, and where it fails, as its author would be told."""

from __future__ import annotations

import os
import sys
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from itertools import takewhile
from pathlib import Path
from traceback import FrameSummary
from types import FrameType

OURS = (str(Path(__file__).parents[3]) + os.sep, "<")  # and what has no file
LIBRARIES = (*OURS, *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")))
STANDARD = sysconfig.get_path("stdlib") + os.sep

RUNS = str(Path("archstat", "models", "torch", "running.py"))
"""Where a model's code is called from."""

INSTALLED = {"site-packages", "dist-packages"}
"""Folders of libraries, wherever they are: a user's own, or those of another environment."""


@contextmanager
def held_back() -> Iterator[StringIO]:
    """Show what goes to stderr when all is over; whoever tries again empties what this yields."""
    printed = StringIO()
    try:
        with redirect_stderr(printed):
            yield printed
    finally:
        sys.stderr.write(printed.getvalue())


def users_frames(error: BaseException) -> list[FrameSummary]:
    """Return the steps to an exception that are in files of the user's own."""
    frames = _outside(LIBRARIES, error)
    return [frame for frame in frames if INSTALLED.isdisjoint(Path(frame.filename).parts)]


def users_line(error: BaseException) -> str | None:
    """Return the last line of the user's own that led to an exception, if any."""
    frames = users_frames(error)
    if not frames:
        return None
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}: {frames[-1].line}"


def reading_line(error: BaseException) -> str | None:
    """Return the line that led to an exception: the user's last, or else a library's."""
    return _told(traceback.extract_tb(error.__traceback__))


def running_line(frame: FrameType) -> str | None:
    """Return the line that runs on this side of us: the user's innermost, or else a library's."""
    steps = traceback.StackSummary.extract(traceback.walk_stack(frame))
    inside = takewhile(lambda step: not step.filename.endswith(RUNS), steps)
    return _told([*inside][::-1])


def _told(steps: Iterable[FrameSummary]) -> str | None:
    """Return the last line of the user's own, or else of whatever library but torch."""
    torchs = str(Path(str(sys.modules["torch"].__file__)).parent) + os.sep
    found = [
        step
        for step in steps
        if not step.filename.startswith((*OURS, torchs))
        and (
            not step.filename.startswith(STANDARD)
            or not INSTALLED.isdisjoint(Path(step.filename).parts)
        )
    ]
    if not found:
        return None
    own = [step for step in found if INSTALLED.isdisjoint(Path(step.filename).parts)]
    found = own or found
    return f"{Path(found[-1].filename).name}, line {found[-1].lineno}: {found[-1].line}"


def users_traceback(error: BaseException) -> str:
    """Return a traceback of the user's own lines; of a library's, if none are."""
    frames = users_frames(error)
    if not frames and not isinstance(error, SyntaxError):  # which shows its line itself
        frames = _outside(OURS, error)
    lines = traceback.format_list(frames) + traceback.format_exception_only(error)
    return "".join(lines).rstrip()


def _outside(folders: tuple[str, ...], error: BaseException) -> list[FrameSummary]:
    frames = traceback.extract_tb(error.__traceback__)
    return [frame for frame in frames if not frame.filename.startswith(folders)]
