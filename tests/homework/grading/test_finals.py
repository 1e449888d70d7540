"""Points in the end: late, decided by hand, and changed since the last grading."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from archstat.errors import UsageError
from archstat.homework.grading.finals import beyond, changes, finals_of, read_overrides
from archstat.homework.grading.outcome import Outcome, Score, Status, from_json, to_json
from archstat.homework.grading.roster import read_roster
from archstat.homework.marking.policy import Late
from tests.homework.grading.classes import CANVAS, JANE, KIM, ZOE, graded, report, sheet

TENTH = Late(Fraction(1, 10), Fraction(1, 2), Fraction(1))
"""A tenth of the points for each day, half at most, and an hour for free."""

SCORES = (
    Score("conv1", "weights", "right", Fraction(4), Fraction(4)),
    Score("conv2", "weights", "wrong", Fraction(0), Fraction(4), "groups-left-out"),
    Score("conv2", "macs", "follows", Fraction(2), Fraction(4)),
)


def hand_in(key="jane", *, student=JANE, digest="", **known):
    one = graded(key, sheet(6, out_of=12, scores=SCORES), students=(student,), **known)
    return replace(one, record=replace(one.record, digest=digest))


def decisions(tmp_path, *lines):
    path = tmp_path / "override.csv"
    path.write_text("\n".join(["student,cell,points,reason", *lines]), encoding="utf-8")
    return read_overrides(path)


NOTHING = "student,cell,points,reason"


@pytest.mark.parametrize(
    ("late_s", "points"),
    [
        (None, "6"),
        (3_600, "6"),  # the hour for free
        (3_601, "27/5"),  # a day has begun: 6 − 0.6
        (3_600 + 86_400, "27/5"),
        (3_601 + 86_400, "24/5"),  # 6 − 1.2
        (40 * 86_400, "3"),  # half at most
    ],
)
def test_what_comes_late_loses_a_share_for_each_day_that_has_begun(tmp_path, late_s, points):
    one = hand_in(student=replace(JANE, late_s=late_s))
    [final] = finals_of([one], TENTH, decisions(tmp_path)).graded
    assert final.record.outcome.points == Fraction(points)


def test_where_nobody_says_how_late_it_is_a_day(tmp_path):
    finals = finals_of([hand_in(is_late=True)], TENTH, decisions(tmp_path))
    assert finals.by_key["jane"].is_estimated
    assert finals.by_key["jane"].points == Fraction("5.4")


def test_a_cell_and_a_total_may_be_decided_by_hand(tmp_path):
    decided = decisions(
        tmp_path,
        "s1,conv2.weights,3,the hand-out was wrong",
        '"Doe, Jane",MACs of conv2,4,so this follows',
        "kim@x.edu,total,11.5,medical",
    )
    kim = hand_in("kim", student=KIM)
    finals = finals_of([hand_in(), kim], Late(), decided)
    # 6 − 0 + 3 − 2 + 4
    assert [one.record.outcome.points for one in finals.graded] == [11, Fraction("11.5")]
    assert finals.by_key["jane"].reasons == ("the hand-out was wrong", "so this follows")


def test_what_was_decided_of_all_is_not_less_for_being_late(tmp_path):
    decided = decisions(tmp_path, "s1,total,9,")
    finals = finals_of([hand_in(is_late=True)], TENTH, decided)
    assert finals.by_key["jane"].points == 9


def test_points_may_be_given_to_whoever_handed_in_nothing(tmp_path):
    decided = decisions(tmp_path, "s2,total,7,medical", "nobody,total,7,?", "s2,conv1.weights,1,")
    finals = finals_of([hand_in()], Late(), decided)
    found = report(*finals.graded, decided=decided)
    assert found.outcome_of(KIM) == Outcome(
        Status.NO_TABLE, "nothing was handed in", points=Fraction(7), out_of=Fraction(12),
        comment="medical",
    )  # fmt: skip
    from tests.homework.grading.classes import CANVAS

    left = decided.unused([hand_in()], CANVAS)
    assert [(one.student, one.line) for one in left] == [("nobody", 3), ("s2", 4)]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("s1,conv2.wieghts,1,",), "line 2: there is no column 'wieghts'"),
        (("s1,weights,1,",), "line 2: 'weights' is no cell"),
        (("s1,total,many,", "s1,total,,"), "line 3: '' is no number of points"),
    ],
)
def test_a_decision_that_cannot_be_read_is_refused(tmp_path, lines, message):
    with pytest.raises(UsageError) as caught:
        decisions(tmp_path, *lines)
    assert message in str(caught.value)


def test_a_decision_on_a_cell_that_earns_nothing_is_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        finals_of([hand_in()], Late(), decisions(tmp_path, "s1,conv3.weights,1,"))
    assert str(caught.value) == (
        "line 2: no cell 'conv3.weights' earns points\n"
        "  hint: did you mean 'conv2.weights' or 'conv1.weights'?"
    )


@pytest.mark.parametrize("points", ["1e400", "-1e10", "1e999999999", "1" * 60])
def test_so_many_points_are_refused(tmp_path, points):
    with pytest.raises(UsageError, match=r"line 2: '.* is more than 1,000,000,000 points"):
        decisions(tmp_path, f"s1,conv2.weights,{points},")


@pytest.mark.parametrize("points", ["nan", "much", "1/0"])
def test_what_is_no_number_of_points_is_refused(tmp_path, points):
    with pytest.raises(UsageError, match=r"line 2: '.*' is no number of points"):
        decisions(tmp_path, f"s1,conv2.weights,{points},")


def test_a_total_below_nothing_is_refused(tmp_path):
    with pytest.raises(UsageError, match="line 2: a total must be at least 0, got '-5'"):
        decisions(tmp_path, "s1,total,-5,")


def test_a_name_that_two_of_the_roster_have_decides_nothing(tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text('Name,Student ID\n"Kim, A",7\n"Kim, A",8\n', encoding="utf-8")
    path = tmp_path / "override.csv"
    path.write_text(f'{NOTHING}\n8,total,3,\n"Kim, A",total,4,\n', encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        read_overrides(path, read_roster(roster))
    [problem] = refused.value.problems
    assert problem.what.endswith("'Kim, A' is what 2 of the roster are called")
    assert problem.hint == "write which of them it is: 7, 8"


def test_a_file_without_its_columns_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("name,points\n", encoding="utf-8")
    with pytest.raises(UsageError, match="has not the columns student, cell, points, reason"):
        read_overrides(path)


# Changes.


def why(tmp_path, before, after, late=Late(), lines=()):  # noqa: B008  a value
    then = finals_of([before], Late(), decisions(tmp_path)).facts
    return [
        (one.before, one.after, one.why)
        for one in changes(then, finals_of([after], late, decisions(tmp_path, *lines)))
    ]


def rescored(*scores, points):
    one = hand_in()
    outcome = replace(one.record.outcome, scores=scores, points=Fraction(points))
    return replace(one, record=replace(one.record, outcome=outcome))


def test_nothing_is_said_where_nothing_has_changed(tmp_path):
    assert why(tmp_path, hand_in(), hand_in()) == []


def test_it_is_said_why_points_have_changed(tmp_path):
    new_key = replace(SCORES[1], verdict="right", points=Fraction(4), slip="")
    assert why(tmp_path, hand_in(), rescored(SCORES[0], new_key, SCORES[2], points=10)) == [
        (6, 10, "conv2.weights was wrong, is right")
    ]
    more = replace(SCORES[2], points=Fraction(3))
    assert why(tmp_path, hand_in(), rescored(*SCORES[:2], more, points=7)) == [
        (6, 7, "1 cell earns other points")
    ]
    assert why(tmp_path, hand_in(), rescored(*SCORES[:2], points=4)) == [
        (6, 4, "other cells are asked for")
    ]
    assert why(tmp_path, hand_in(digest="1"), rescored(*SCORES[:2], points=4)) == [
        (6, 4, "it was handed in again")
    ]
    assert why(tmp_path, hand_in(is_late=True), hand_in(is_late=True), TENTH) == [
        (6, Fraction("5.4"), "taken off for being late: 0.6, before 0")
    ]
    assert why(tmp_path, hand_in(), hand_in(), lines=["s1,total,9,medical"]) == [
        (6, 9, "decided by hand: medical")
    ]


# Where lateness is said.


def test_gradescope_and_moodle_say_how_late_it_was(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(
        "First Name,Last Name,SID,Total Score,Max Points,Status,Lateness (H:M:S)\n"
        "Ada,A,1,,10,Ungraded,00:00:00\nBea,B,2,,10,Ungraded,25:00:01\n",
        encoding="utf-8",
    )
    assert [one.late_s for one in read_roster(path).students] == [None, 90_001]
    path.write_text(
        "Identifier,Full name,Status,Grade,Maximum Grade\n"
        "Participant 1,Ada,Submitted for grading,,10\n"
        "Participant 2,Bea,Submitted for grading - 1 day 2 hours late,,10\n",
        encoding="utf-8",
    )
    assert [one.late_s for one in read_roster(path).students] == [None, 93_600]


def test_scores_go_through_json():
    outcome = sheet(6, scores=SCORES, comment="x")
    assert from_json(to_json(outcome)) == outcome


def test_what_is_decided_beyond_what_there_is_to_earn_is_told(tmp_path):
    decided = decisions(
        tmp_path,
        "jdoe,conv2.weights,5,more than its 4",
        "jdoe,conv2.macs,4,all of it",
        "ckim,total,13,more than 12",
        "zz,total,12.5,handed in nothing",
    )
    finals = finals_of([hand_in(), hand_in("kim", student=KIM)], Late(), decided)
    found = [(one.line, worth) for one, worth in beyond(finals, decided, CANVAS)]
    assert found == [(2, 4), (4, 12), (5, 12)]


def test_points_for_nothing_handed_in_are_explained(tmp_path):
    decided = decisions(tmp_path, "zz,total,8,medical")
    found = report(hand_in(), roster=CANVAS, decided=decided, out_of=Fraction(12))
    given, final = found.absent_called("zz")
    assert (given.submission.students, final.points, final.out_of) == ((ZOE,), 8, 12)
    assert found.absent_called("jdoe") is None
    assert found.absent_called("ckim") is None
