"""What is said of one cell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TypeAlias

from archstat.homework.answers.truth import Answer
from archstat.homework.sheet.sheet import CellEntry

Cell: TypeAlias = tuple[int, int, int, str]
"""A table, a row, a column, and the quantity that was asked for."""

Spot: TypeAlias = tuple[str, str]
"""A layer and a quantity: where a cell belongs."""


class Verdict(Enum):
    """What is said of a cell; the value is the mark that people see."""

    RIGHT = "✓"
    ROUNDED = "≈"
    CONVENTION = "≡"
    NOT_SURE = "¿"
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


WORST_LAST = (
    Verdict.NOT_ASKED,
    Verdict.RIGHT,
    Verdict.ROUNDED,
    Verdict.CONVENTION,
    Verdict.NOT_SURE,
    Verdict.MISSING,
    Verdict.UNREADABLE,
    Verdict.FOLLOWS,
    Verdict.WRONG,
)
"""The verdicts; of a cell with several parts, the last is told."""


@dataclass(frozen=True)
class Mark:
    """What is said of one cell.

    Attributes:
        layer: What its row is about: a layer, a block or a sum; INPUT for the network's input.
        quantity: What it was taken to ask for.
        answer: What is right there, under the reading of the column.
        members: The layers that it answers for.
        follows_from: The cells that it follows from.
        worth: What it earns if it is right.
        points: What it earns.
    """

    entry: CellEntry
    layer: str
    quantity: str
    verdict: Verdict
    answer: Answer
    members: tuple[str, ...] = ()
    follows_from: tuple[Spot, ...] = ()
    worth: Fraction = Fraction(0)
    points: Fraction = Fraction(0)

    @property
    def place(self) -> Spot:
        """Where the cell belongs."""
        return self.layer, self.quantity

    @property
    def cell(self) -> Cell:
        """Where it stands in the hand-in."""
        return self.entry.table, self.entry.row, self.entry.column, self.entry.quantity
