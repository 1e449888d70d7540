"""What came of one submission, small enough to keep thousands, and as plain as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

LONGEST_MESSAGE = 300

CODE_RUN = "its code was run"
"""How the message begins of a hand-in whose code was run."""


def clipped(message: str) -> str:
    """Return a message that is not too long."""
    return message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…"


class Status(StrEnum):
    """How far a submission could be graded."""

    OK = "ok"
    NO_TABLE = "no_table"
    UNREADABLE = "unreadable"
    TIMEOUT = "timeout"
    ERROR = "error"

    @property
    def is_final(self) -> bool:
        """Whether another try would end in the same way; what failed is tried again."""
        return self not in {Status.TIMEOUT, Status.ERROR}


@dataclass(frozen=True)
class Slip:
    """A mistake that somebody has made.

    Attributes:
        cells: How many cells are wrong by it.
    """

    key: str
    words: str
    cells: int


@dataclass(frozen=True)
class Fault:
    """A cell that is not right.

    Attributes:
        verdict: The word for what it is: "wrong", "follows", "missing" or "unreadable".
        value: What it says, in one form for all ways to write it; empty if it says nothing.
        slip: The key of the mistake behind it, if one is known.
    """

    layer: str
    quantity: str
    verdict: str
    value: str = ""
    slip: str = ""


@dataclass(frozen=True)
class Score:
    """What one cell earned.

    Attributes:
        verdict: The word for it; "missing" also where there is no row, or no column.
        worth: What it could earn.
        slip: The key of the mistake behind it, if one is known.
    """

    layer: str
    quantity: str
    verdict: str
    points: Fraction
    worth: Fraction
    slip: str = ""


@dataclass(frozen=True)
class Fitting:
    """The other network that a submission is rather of.

    Attributes:
        network: What it is called: in words, or as the sheets of the students whose it is.
        is_of_student: Whether it is that of another student, or of two that have the same there.
        right, of: How many cells are right for it, of how many.
        values: The cells that are wrong and right for it, as layers, quantities and values.
    """

    network: str
    is_of_student: bool
    right: int
    of: int
    values: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of one submission.

    Attributes:
        message: Why it could not be graded, or what else is to be said.
        file: Which of its files was graded.
        content: A digest of that file, whatever it is called.
        table: Where in that file the table stands.
        slips: The mistakes in it, the one behind most cells first.
        faults: The cells that are not right.
        scores: What each cell earned; they add up to the points, unless these would be below 0.
        feedback: What the student is told, rendered.
        comment: The same in a few sentences, for a grade book.
        fitting: The other network that it is rather of; None if of none that is known.
    """

    status: Status
    message: str = ""
    file: str = ""
    content: str = ""
    table: str = ""
    points: Fraction | None = None
    out_of: Fraction | None = None
    slips: tuple[Slip, ...] = ()
    faults: tuple[Fault, ...] = ()
    feedback: str = ""
    scores: tuple[Score, ...] = ()
    comment: str = ""
    fitting: Fitting | None = None

    @property
    def share(self) -> Fraction | None:
        """The part of the points that was earned; None if there were none to earn."""
        if self.points is None or not self.out_of:
            return None
        return self.points / self.out_of


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON has it."""
    document = {**asdict(outcome), "scores": [_compact(score) for score in outcome.scores]}
    for key in ("points", "out_of"):
        document[key] = None if document[key] is None else str(document[key])
    return document


def from_json(document: Mapping[str, Any]) -> Outcome:
    """Return the outcome that JSON states.

    Raises:
        KeyError, TypeError, ValueError: It states none.
    """
    return Outcome(
        **{
            **document,
            "status": Status(document["status"]),
            "points": None if document["points"] is None else Fraction(document["points"]),
            "out_of": None if document["out_of"] is None else Fraction(document["out_of"]),
            "slips": tuple(Slip(**slip) for slip in document["slips"]),
            "faults": tuple(Fault(**fault) for fault in document["faults"]),
            "scores": tuple(map(_score, document["scores"])),
            "fitting": _fitting(document.get("fitting")),
        }
    )


def _fitting(document: Mapping[str, Any] | None) -> Fitting | None:
    if document is None:
        return None
    values = tuple((layer, quantity, value) for layer, quantity, value in document["values"])
    return Fitting(**{**document, "values": values})


def _compact(score: Score) -> list[str]:
    own = (score.layer, score.quantity, score.verdict, str(score.points), str(score.worth))
    return [*own, score.slip]


def _score(document: Sequence[str]) -> Score:
    layer, quantity, verdict, points, worth, slip = document
    return Score(layer, quantity, verdict, Fraction(points), Fraction(worth), slip)
