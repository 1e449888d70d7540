"""What is said of one cell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TypeAlias

from archstat.homework.answers.truth import Answer
from archstat.homework.marking.following import Place
from archstat.homework.sheet.sheet import Entry

TOTAL = "total"
"""The layer of rows that add up."""

Cell: TypeAlias = tuple[int, int, str]
"""A row, a column, and the quantity that was asked for."""


class Verdict(Enum):
    """What is said of a cell; the value is the mark that people see."""

    RIGHT = "✓"
    ROUNDED = "≈"
    CONVENTION = "≡"
    FOLLOWS = "→"
    WRONG = "✗"
    MISSING = "○"
    UNREADABLE = "?"
    NOT_ASKED = "·"

    @property
    def is_right(self) -> bool:
        """Whether the cell says what is true."""
        return self in {Verdict.RIGHT, Verdict.ROUNDED, Verdict.CONVENTION}

    @property
    def word(self) -> str:
        """The verdict as a word, for records."""
        return self.name.lower()


@dataclass(frozen=True)
class Mark:
    """What is said of one cell.

    Attributes:
        layer: The layer that its row is; INPUT and TOTAL for rows that are none.
        quantity: What it was taken to ask for.
        answer: What is right there, under the reading of the column.
        follows_from: The cells that it follows from.
        worth: What it earns if it is right.
        points: What it earns.
    """

    entry: Entry
    layer: str
    quantity: str
    verdict: Verdict
    answer: Answer
    follows_from: tuple[Place, ...] = ()
    worth: Fraction = Fraction(0)
    points: Fraction = Fraction(0)

    @property
    def place(self) -> Place:
        """Where the cell belongs."""
        return self.layer, self.quantity

    @property
    def cell(self) -> Cell:
        """Where it stands in the table."""
        return self.entry.row, self.entry.column, self.entry.quantity
