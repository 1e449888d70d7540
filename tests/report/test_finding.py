"""Findings: what a comparison layer by layer comes to."""

from __future__ import annotations

from archstat.report.finding import Agreement, Finding, compared

OURS = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}


def test_equal_numbers_agree():
    assert compared("w", "q", OURS, dict(OURS)) == Finding(
        "w", "q", Agreement.AGREES, "agrees on 6 layers"
    )


def test_a_witness_may_know_fewer_layers():
    assert compared("w", "q", OURS, {"b": 2}).words == "agrees on 1 of 6 layers"
    assert compared("w", "q", OURS, {"b": 2}, of=9).words == "agrees on 1 of 9 layers"


def test_a_witness_that_knows_none_agrees_on_nothing():
    finding = compared("w", "q", OURS, {})
    assert finding == Finding(
        "w", "q", Agreement.NOT_MEASURED, "not measured: it sees none of 6 layers"
    )


def test_a_difference_names_the_layer_and_both_numbers():
    finding = compared("w", "q", OURS, {**OURS, "b": 9})
    assert finding == Finding("w", "q", Agreement.DISAGREES, "disagrees on b 9, ours 2")


def test_of_many_differences_four_are_named():
    finding = compared("w", "q", OURS, dict.fromkeys(OURS, 0))
    assert finding.words == (
        "disagrees on a 0, ours 1; b 0, ours 2; c 0, ours 3; d 0, ours 4; and 2 more"
    )
