"""Running a file of Python as submitted code is run, by Python itself."""

from __future__ import annotations

import asyncio
import shutil
import sys

import pytest

from archstat.homework.grading.guards import Limits
from archstat.homework.grading.submitted.sandbox import Sandbox
from archstat.homework.grading.submitted.walls import IN_MEMORY, ON_DISK, Walls

LIMITS = Limits(time_s=1.0, memory_bytes=1 << 28)
WALLS = Walls()


class NoWalls(Walls):
    """A system that can build none."""

    kind = ""


def run(code, *others, limits=LIMITS, walls=WALLS):
    """Return what a file says when Python itself runs it, or why that is nothing."""
    sandbox = Sandbox((sys.executable, "-B"), limits, walls=walls)
    files = (("net.py", code.encode()), *others)
    return dict(asyncio.run(sandbox.networks(files)))


def walls_of(kind, hidden=()):
    """Return walls of a kind; a test of a system that builds none is skipped."""
    walls = NoWalls(hidden)
    if kind and not (
        shutil.which({IN_MEMORY: "unshare", ON_DISK: "bwrap"}[kind]) and Walls()._stand(kind)
    ):
        pytest.skip(f"this system builds no walls with {kind}")
    vars(walls)["kind"] = kind
    return walls
