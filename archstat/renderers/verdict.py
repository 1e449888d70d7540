"""What witnesses say, a line each."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence

from archstat.renderers.grid import padded
from archstat.report.finding import Finding, Verdict

WITNESS_WIDTH = len("forward pass on cuda:0")
QUANTITY_WIDTH = len("weights and biases")
NARROWEST = 30


def line(finding: Finding, *, width: int | None) -> str:
    """Return a finding; its words are broken to a width, or not at all where it is None."""
    head = "  ".join(
        [
            finding.verdict.value,
            padded(finding.witness, WITNESS_WIDTH, is_text=True),
            padded(finding.quantity, QUANTITY_WIDTH, is_text=True),
            "",
        ]
    )
    if width is None:
        return f"{head}{finding.words}"
    room = max(NARROWEST, width - len(head))
    return f"\n{' ' * len(head)}".join(
        f"{head if number == 0 else ''}{part}"
        for number, part in enumerate(textwrap.wrap(finding.words, room))
    )


def conclusion(findings: Sequence[Finding]) -> str:
    """Return in one sentence what all findings come to."""
    counts = Counter(finding.verdict for finding in findings)
    agree, disagree = counts[Verdict.AGREES], counts[Verdict.DISAGREES]
    explained, unmeasured = counts[Verdict.EXPLAINED], counts[Verdict.NOT_MEASURED]
    parts = [f"{agree} {'agrees' if agree == 1 else 'agree'}"]
    if explained:
        differ = "differs" if explained == 1 else "differ"
        parts.append(f"{explained} {differ} by a named convention, explained to the unit")
    if unmeasured:
        parts.append(f"{unmeasured} could not be measured")
    if disagree:
        parts.append(f"{disagree} {'disagrees' if disagree == 1 else 'disagree'}")
    verdict = "NOT PROVED" if disagree else "proved"
    return f"{verdict}: of {len(findings)} comparisons, {', '.join(parts)}"
