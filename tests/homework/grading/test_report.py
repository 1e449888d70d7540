"""What a class got wrong: by mistake, by cell, and in the same way as others."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archstat.homework.grading.outcome import Outcome, Score, Status
from archstat.homework.grading.report import Alike, Common
from tests.homework.grading.classes import (
    CANVAS,
    CLASS,
    DIGIT,
    GROUPS,
    JANE,
    KIM,
    ZOE,
    graded,
    report,
    sheet,
    wrong,
)


def test_submissions_are_counted_by_status():
    assert dict(CLASS.counts) == {Status.OK: 3, Status.NO_TABLE: 1, Status.TIMEOUT: 1}


def test_mistakes_are_told_by_how_many_made_them():
    assert CLASS.mistakes == (
        Common(
            "the groups are left out",
            ("kim_124", "=cmd|x"),
            4,
            "groups-left-out",
            (("conv2", "weights"), "614400"),
        ),
        Common(
            "one digit is wrong",
            ("doejane_123", "=cmd|x"),
            2,
            "digit",
            (("conv1", "weights"), "34849"),
        ),
    )


def test_a_mistake_that_one_sheet_has_twice_is_one_submission():
    found = report(("a", sheet(1, slips=[DIGIT, DIGIT]))).mistakes
    assert found == (Common("one digit is wrong", ("a",), 2, "digit"),)


def test_the_hardest_cells_are_those_that_most_got_wrong():
    assert CLASS.hardest == (
        (("conv1", "weights"), 2),
        (("conv2", "macs"), 1),
        (("conv2", "weights"), 1),
    )


def test_a_cell_that_earns_nothing_is_none_of_the_hardest():
    scores = (Score("c", "weights", "wrong", Fraction(0), Fraction(1)),)
    faults = wrong("c", "1"), wrong("c", "2", quantity="macs")
    assert report(("a", sheet(0, *faults, scores=scores))).hardest == ((("c", "weights"), 1),)


def test_a_cell_that_stands_twice_in_a_sheet_counts_once():
    assert report(("a", sheet(1, wrong("c", "1"), wrong("c", "2")))).hardest == (
        (("c", "weights"), 1),
    )


@pytest.mark.parametrize(
    ("points", "band"), [(0, 0), (1, 0), (2, 1), (19, 9), (20, 9), ("3.98", 1), (4, 2)]
)
def test_sheets_are_counted_in_bands_of_a_tenth(points, band):
    # of 20 points, a band is 2 wide
    assert report(("a", sheet(points))).bands.index(1) == band


def test_a_sheet_of_which_nothing_counts_has_no_share():
    found = report(("a", sheet(0, out_of=0)), ("b", Outcome(Status.ERROR)))
    assert found.shares == ()
    assert report(("a", sheet(15))).shares == (Fraction(3, 4),)


def alike(*sheets):
    keys = "abcdefghijkl"
    outcomes = [sheet(1, *faults, content=str(n)) for n, faults in enumerate(sheets)]
    return report(*zip(keys, outcomes, strict=False)).alike


TWO = (wrong("conv1", "34849"), wrong("conv2", "307201"))


def test_sheets_that_share_two_large_wrong_numbers_are_alike():
    (found,) = alike(TWO, TWO, [TWO[0]])
    assert found == Alike(
        ("a", "b"), ((("conv1", "weights"), "34849"), (("conv2", "weights"), "307201"))
    )


def test_more_than_two_sheets_may_be_alike():
    (found,) = alike(TWO, TWO, TWO)
    assert found.keys == ("a", "b", "c")


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(TWO[:1], id="one value"),
        pytest.param(
            [wrong("conv2", "614400", slip="groups-left-out"), TWO[0]], id="a known mistake"
        ),
        pytest.param([TWO[0], wrong("conv2", "1", verdict="follows")], id="what follows"),
        pytest.param([TWO[0], wrong("conv2", "", verdict="missing")], id="nothing written"),
        pytest.param(
            [wrong(f"conv{n}", "13", "receptive_field") for n in range(3)], id="small numbers"
        ),
    ],
)
def test_sheets_that_share_less_are_not_alike(faults):
    assert alike(faults, faults) == ()


def test_a_value_that_many_have_tells_nothing():
    assert alike(*[TWO] * 8) != ()
    assert alike(*[TWO] * 9) == ()


def test_the_same_file_twice_is_told():
    found = report(("a", sheet(1, content="1")), ("b", sheet(1, content="1"))).alike
    assert found == (Alike(("a", "b"), is_same=True),)


def test_the_roster_tells_who_is_missing_and_who_is_unknown():
    assert CLASS.absent == (ZOE,)
    assert [one.submission.key for one in CLASS.unknown] == ["=cmd|x", "lee", "\x1b[31mred"]
    assert report(("a", sheet(1))).unknown == ()


def test_of_two_submissions_of_a_student_the_better_counts():
    found = report(
        graded("a", sheet(10), students=(JANE,)),
        graded("b", sheet(12), students=(JANE, KIM)),
        graded("c", Outcome(Status.NO_TABLE), students=(JANE,)),
        roster=CANVAS,
    )
    assert [one.submission.key for one in found.by_student[JANE]] == ["b", "a", "c"]
    assert list(found.repeated) == [JANE]


def test_nobody_has_handed_in_anything():
    found = report(roster=CANVAS)
    assert (found.counts, found.mistakes, found.hardest, found.alike) == ({}, (), (), ())
    assert found.absent == (JANE, KIM, ZOE)


def test_a_mistake_of_all_is_before_one_with_more_cells():
    first, second = ("a", sheet(1, slips=[GROUPS, DIGIT])), ("b", sheet(1, slips=[DIGIT]))
    assert report(first, second).mistakes[0].words == "one digit is wrong"
