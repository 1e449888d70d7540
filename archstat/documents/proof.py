"""What witnesses say of a network's numbers, and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from archstat.documents.cells import Look, Sign
from archstat.documents.document import Column, Document, Line, Table
from archstat.report.finding import Agreement, Finding

MARKS = {
    Agreement.AGREES: Sign("✓", "agrees", "agrees", Look.GOOD),
    Agreement.EXPLAINED: Sign("≈", "explained", "differs as its convention says", Look.OTHER),
    Agreement.DISAGREES: Sign("✗", "disagrees", "disagrees", Look.BAD),
    Agreement.NOT_MEASURED: Sign("?", "not_measured", "could not be measured", Look.DOUBT),
}

COLUMNS = (
    Column("verdict", "", is_text=True),
    Column("witness", "witness", is_text=True, room=len("forward pass on cuda:0")),
    Column("quantity", "quantity", is_text=True, room=len("weights and biases")),
    Column("words", "what it says", is_text=True, wraps=True),
)


def proof_document(title: str, findings: Sequence[Finding]) -> Document:
    """Return all that witnesses say, a line each."""
    return Document(
        "proof",
        title,
        parts=(finding_table(findings),),
        conclusion=conclusion(findings),
        facts={"proved": is_proved(findings)},
    )


def finding_table(findings: Sequence[Finding]) -> Table:
    """Return findings; each has the place that it has among all, so that they may come singly."""
    lines = (Line((MARKS[one.verdict], one.witness, one.quantity, one.words)) for one in findings)
    return Table(COLUMNS, tuple(lines), has_titles=False)


def is_proved(findings: Sequence[Finding]) -> bool:
    """Return whether no witness disagrees."""
    return not any(finding.verdict is Agreement.DISAGREES for finding in findings)


def conclusion(findings: Sequence[Finding]) -> str:
    """Return in one sentence what all findings come to."""
    counts = Counter(finding.verdict for finding in findings)
    agree, disagree = counts[Agreement.AGREES], counts[Agreement.DISAGREES]
    explained, unmeasured = counts[Agreement.EXPLAINED], counts[Agreement.NOT_MEASURED]
    parts = [f"{agree} {'agrees' if agree == 1 else 'agree'}"]
    if explained:
        differ = "differs" if explained == 1 else "differ"
        parts.append(f"{explained} {differ} by a named convention, explained to the unit")
    if unmeasured:
        parts.append(f"{unmeasured} could not be measured")
    if disagree:
        parts.append(f"{disagree} {'disagrees' if disagree == 1 else 'disagree'}")
    verdict = "NOT PROVED" if disagree else "proved"
    many = f"{len(findings)} comparison{'s' * (len(findings) != 1)}"
    return f"{verdict}: of {many}, {', '.join(parts)}"
