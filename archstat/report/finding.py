"""What a witness says about one quantity."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from archstat.record import record

MOST_NAMED = 4


class Agreement(Enum):
    """How a witness's numbers relate to ours; the value is the mark that people see."""

    AGREES = "✓"
    EXPLAINED = "≈"
    DISAGREES = "✗"
    NOT_MEASURED = "?"


@record
class Finding:
    """What one witness says about one quantity.

    Attributes:
        witness: The tool, or what was done.
        quantity: What it measured, in its own words where they differ from ours.
        words: The verdict in words, with the numbers.
    """

    witness: str
    quantity: str
    verdict: Agreement
    words: str


def compared(
    witness: str,
    quantity: str,
    ours: Mapping[str, object],
    theirs: Mapping[str, object],
    *,
    of: int | None = None,
) -> Finding:
    """Return the finding of a comparison layer by layer; `theirs` may know fewer layers.

    Args:
        witness: See `Finding`.
        quantity: See `Finding`.
        ours: What we say of each layer.
        theirs: What the witness says of the layers that it knows.
        of: How many layers there are, if there are more than we say anything of.
    """
    differing = [name for name, value in theirs.items() if ours[name] != value]
    if differing:
        named = [f"{name} {theirs[name]}, ours {ours[name]}" for name in differing[:MOST_NAMED]]
        more = f"; and {len(differing) - MOST_NAMED} more" if len(differing) > MOST_NAMED else ""
        words = f"disagrees on {'; '.join(named)}{more}"
        return Finding(witness, quantity, Agreement.DISAGREES, words)
    if not theirs:
        words = f"not measured: it sees {layers(0, of or len(ours))}"
        return Finding(witness, quantity, Agreement.NOT_MEASURED, words)
    words = f"agrees on {layers(len(theirs), of or len(ours))}"
    return Finding(witness, quantity, Agreement.AGREES, words)


def layers(some: int, number: int) -> str:
    """Return how many layers of all, in words.

    >>> layers(3, 3), layers(1, 3), layers(0, 3)
    ('3 layers', '1 of 3 layers', 'none of 3 layers')
    """
    if some == number:
        return f"{number} layer{'' if number == 1 else 's'}"
    return f"{some or 'none'} of {number} layer{'' if number == 1 else 's'}"
