"""What witnesses say, as text."""

from __future__ import annotations

import pytest

from archstat.documents.document import Document
from archstat.documents.proof import conclusion, finding_table
from archstat.report.finding import Agreement, Finding
from tests.formats.writing import texts_of


def lines(finding, width=None):
    return texts_of(Document("proof", "", parts=(finding_table([finding]),)), width)


TWO_DIFFER = "2 differ by a named convention, explained to the unit"
FINDING = Finding("torchinfo", "mult-adds", Agreement.EXPLAINED, "differs as its convention says")


def findings(agree=0, explained=0, unmeasured=0, disagree=0):
    verdicts = [
        *[Agreement.AGREES] * agree,
        *[Agreement.EXPLAINED] * explained,
        *[Agreement.NOT_MEASURED] * unmeasured,
        *[Agreement.DISAGREES] * disagree,
    ]
    return [Finding("w", "q", verdict, "") for verdict in verdicts]


def test_a_finding_is_one_line_in_a_pipe():
    assert lines(FINDING) == [
        "≈  torchinfo               mult-adds           differs as its convention says"
    ]


def test_a_finding_is_broken_to_the_terminal():
    finding = Finding("autograd", "receptive fields", Agreement.DISAGREES, "one " * 9 + "two")
    assert lines(finding, width=80) == [
        "✗  autograd                receptive fields    one one one one one one one one",
        "                                               one two",
    ]


def test_a_narrow_terminal_breaks_no_word():
    finding = Finding("autograd", "receptive fields", Agreement.AGREES, "a" * 10 + " " + "b" * 19)
    assert lines(finding, width=20) == [
        "✓  autograd",
        "",
        "✓  receptive fields",
        "",
        "✓  aaaaaaaaaa",
        "   bbbbbbbbbbbbbbbbbbb",
    ]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (findings(agree=1), "proved: of 1 comparison, 1 agrees"),
        (findings(agree=9), "proved: of 9 comparisons, 9 agree"),
        (
            findings(agree=2, explained=2, unmeasured=1),
            f"proved: of 5 comparisons, 2 agree, {TWO_DIFFER}, 1 could not be measured",
        ),
        (
            findings(agree=7, disagree=1),
            "NOT PROVED: of 8 comparisons, 7 agree, 1 disagrees",
        ),
        (findings(disagree=2), "NOT PROVED: of 2 comparisons, 0 agree, 2 disagree"),
    ],
)
def test_the_conclusion_counts_the_verdicts(said, text):
    assert conclusion(said) == text
