"""Bugs of our own, kept apart from what a user's model does while we look at it."""

from __future__ import annotations

import platform
import sys
import traceback
from pathlib import Path

import torch

from archstat.errors import OwnError, ShapeError

MOST_STEPS = 4
"""As many lines of our own code are named."""


class Watch:
    """Remembers an exception that our own code raised while a model was running.

    The model's code may catch it: then the model goes on, and what we saw of it is worth nothing.
    """

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __enter__(self) -> None:
        """Remember what goes wrong from here on."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Remember it, if anything did."""
        if isinstance(error, Exception):
            self.met(error)

    def met(self, error: Exception) -> None:
        """Remember what went wrong, unless it is the model's own fault.

        One that calls itself without end may end in our code; a kernel of 0 is seen there first.
        """
        if not isinstance(error, (RecursionError, ShapeError)):
            self.error = self.error or error

    def require_none(self) -> None:
        """Check that our own code went well.

        Raises:
            OwnError: It did not; the error says what to report.
        """
        if self.error is not None:
            raise _told(self.error) from self.error


def _told(error: Exception) -> OwnError:
    steps = traceback.extract_tb(error.__traceback__)[-MOST_STEPS:]
    where = ", ".join(f"{Path(step.filename).name}:{step.lineno}" for step in steps)
    what = traceback.format_exception_only(error)[-1].strip()
    versions = (
        f"archstat {sys.modules['archstat'].__version__}, torch {torch.__version__}, "
        f"Python {platform.python_version()}"
    )
    return OwnError(
        f"archstat itself fails, not the model: {what}",
        hint=f"please report it with the model and these lines: {versions}, {where}",
    )
