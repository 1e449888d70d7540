"""What a witness says about one quantity."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from archstat.record import record

MOST_NAMED = 4


class Verdict(Enum):
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
    verdict: Verdict
    words: str


def compared(
    witness: str, quantity: str, ours: Mapping[str, object], theirs: Mapping[str, object]
) -> Finding:
    """Return the finding of a comparison layer by layer; `theirs` may know fewer layers."""
    differing = [name for name, value in theirs.items() if ours[name] != value]
    if not differing:
        of_all = f" of {len(ours)}; it does not see the others" if len(theirs) < len(ours) else ""
        layers = "1 layer" if len(theirs) == 1 else f"{len(theirs)} layers"
        return Finding(witness, quantity, Verdict.AGREES, f"agrees on {layers}{of_all}")
    named = [f"{name} {theirs[name]}, ours {ours[name]}" for name in differing[:MOST_NAMED]]
    more = f"; and {len(differing) - MOST_NAMED} more" if len(differing) > MOST_NAMED else ""
    words = f"disagrees on {'; '.join(named)}{more}"
    return Finding(witness, quantity, Verdict.DISAGREES, words)
