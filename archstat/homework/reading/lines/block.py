"""A table within a text, and what readers of lines have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST_COLUMNS = 2

FIELD = re.compile(r"\S+(?:[ \u00a0\u2009\u202f]\S+)*")
"""Words with one blank between them, of any width."""


@dataclass(frozen=True)
class Block:
    """The lines that hold a table: from line `start` up to line `stop`, counted from 0.

    Attributes:
        heads: How many of the grid's first rows hold titles, if the format says so.
        tool: The tool that printed it, if one did.
    """

    start: int
    stop: int
    grid: Sequence[Sequence[str]]
    heads: int | None = None
    tool: str | None = None
