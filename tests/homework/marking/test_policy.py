"""Policies: what each setting does, and what is said of one that cannot be."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archstat.errors import UsageError
from archstat.homework.marking.policy import Policy, read_policy
from tests.homework.networks import marked, sheet

SETTINGS = (
    "follow_through, other_convention, diagnosed, conventions, any_convention, asked, points, "
    "out_of, feedback, cells, bonus, late, attempts, rubric"
)


@pytest.fixture
def policy(tmp_path):
    """Return a function that reads a policy from its text."""
    path = tmp_path / "policy.toml"

    def read(text):
        path.write_text(text, encoding="utf-8")
        try:
            return read_policy(path)
        except UsageError as error:
            problems = [str(problem).removeprefix(f"{path}: ") for problem in error.problems]
            raise UsageError("\n".join(problems)) from None

    return read


def test_without_settings_it_is_the_usual_one(policy):
    assert policy("") == Policy()


def test_every_setting_is_read(policy):
    assert policy(
        "follow_through = 0.25\nother_convention = 1\ndiagnosed = 0.1\nconventions = ['flops']\n"
        "any_convention = true\nout_of = 100\nfeedback = 'full'\n[points]\nweights = 2\n"
    ) == Policy(
        follow_through=Fraction(1, 4),
        other_convention=Fraction(1),
        diagnosed=Fraction(1, 10),
        conventions=("flops",),
        any_convention=True,
        points={"weights": Fraction(2)},
        out_of=Fraction(100),
        feedback="full",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("follow_through = 2", "follow_through: must be between 0 and 1, got 2"),
        ("diagnosed = true", "diagnosed: must be a number of points, got True"),
        ("other_convention = -1", "other_convention: must be a number of points, got -1"),
        ("out_of = inf", "out_of: must be a number of points, got inf"),
        ("conventions = 'flops'", "conventions: must be a list of conventions, got 'flops'"),
        (
            "conventions = ['flop']",
            (
                "conventions: there is no convention 'flop'\n"
                "  hint: did you mean 'flops' or 'ptflops'?"
            ),
        ),
        ("any_convention = 1", "any_convention: must be true or false, got 1"),
        ("points = 3", "points: must be points by column, got 3"),
        (
            "points = {weight = 2}",
            (
                "points: there is no column 'weight'\n"
                "  hint: did you mean 'weight_shape' or 'weights' or 'weight_bytes'?"
            ),
        ),
        ("points = {weights = nan}", "points: weights: must be a number of points, got nan"),
        ("feedback = 'all'", "feedback: must be one of none, score, hint, full, got 'all'"),
        (
            "folow_through = 1",
            "there is no setting 'folow_through'\n  hint: did you mean 'follow_through'?",
        ),
        ("x = 1", f"there is no setting 'x'\n  hint: there are {SETTINGS}"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(policy, text, message):
    with pytest.raises(UsageError) as caught:
        policy(text)
    assert str(caught.value) == message


def test_all_problems_are_told_at_once(policy):
    with pytest.raises(UsageError) as caught:
        policy("diagnosed = 3\nany_convention = 0\n")
    assert str(caught.value).splitlines() == [
        "diagnosed: must be between 0 and 1, got 3",
        "any_convention: must be true or false, got 0",
    ]


def test_a_file_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "none.toml"
    with pytest.raises(UsageError) as caught:
        read_policy(path)
    assert str(caught.value) == f"{path}: cannot be read: No such file or directory"


def points(table, **settings):
    result = marked(table, "paper-alexnet", Policy(**settings))
    return result.points


def test_a_wrong_cell_whose_mistake_is_known_earns_what_is_said():
    table = sheet("layer | weights", "conv2 | 614,400")  # without its groups
    assert points(table) == 0
    assert points(table, diagnosed=Fraction(1, 4)) == Fraction(1, 4)


def test_one_of_which_nobody_knows_a_mistake_earns_nothing():
    table = sheet("layer | weights", "conv2 | 123,456,789")
    assert points(table, diagnosed=Fraction(1, 4)) == 0


def test_a_cell_under_another_convention_earns_half_or_all():
    table = sheet("layer | MACs", "conv1 | 210,830,400", "conv2 | 447,897,600", "fc8 | 8,192,000")
    assert points(table) == Fraction(3, 2)
    assert points(table, other_convention=Fraction(0)) == 0
    assert points(table, conventions=("flops",)) == 3
    assert points(table, any_convention=True) == 3


def test_the_help_names_every_convention():
    from typing import get_args

    from archstat.cli.homework.marking import Conventions
    from archstat.homework.answers.quantities import READINGS

    help_text = get_args(Conventions)[1].help
    assert set(help_text.partition(": ")[2].strip(".").replace(";", ",").split(", ")) == set(
        READINGS
    )


def test_single_cells_may_be_worth_more_and_others_may_be_a_bonus(policy):
    rules = policy(
        'bonus = ["fc8.weights"]\n[cells]\n"conv1.weights" = 3\n"weights of conv2" = 2\n'
    )
    rows = ("Conv1 | 34,848", "Conv2 | 614,400", "FC8 | 4,096,000")
    result = marked(sheet("Layer | # of weights", *rows), "paper-alexnet", rules)
    # 3 + 2 + 5 others of one, FC8's beside them; Conv1 and FC8 are right, and nothing else is there
    assert (result.points, result.out_of) == (4, 10)
    worths = {mark.layer: mark.worth for mark in result.marks}
    assert worths == {"conv1": 3, "conv2": 2, "fc8": 1}


def test_a_bonus_is_scaled_with_what_it_stands_beside(policy):
    rules = policy('bonus = ["fc8.weights"]\nout_of = 70\nasked = ["weights"]\n')
    everything = (34_848, 307_200, 884_736, 663_552, 442_368, 37_748_736, 16_777_216, 4_096_000)
    names = ("Conv1", "Conv2", "Conv3", "Conv4", "Conv5", "FC6", "FC7", "FC8")
    rows = [f"{name} | {count}" for name, count in zip(names, everything, strict=True)]
    result = marked(sheet("Layer | # of weights", *rows), "paper-alexnet", rules)
    assert (result.points, result.out_of) == (80, 70)  # 7 cells are 70 points, the eighth 10 more


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[cells]\n"weights" = 1', 'cells: weights: names no layer\n  hint: write "conv2.weights"'),
        ('[cells]\n"conv1.wieghts" = 1', "there is no column 'wieghts'"),
        ('bonus = "x"', "bonus: must be a list of cells or columns, got 'x'"),
        ("[late]\nper_week = 1", "late: must state per_day, at_most, grace_hours"),
        ("[late]\nper_day = 2", "late: per_day: must be between 0 and 1, got 2"),
        ('attempts = "first"', "attempts: must be one of best, last, got 'first'"),
        ('[rubric]\nx = "y"', "rubric: there is no mistake 'x'"),
        ("[rubric]\ndigit = 1", "rubric: must be texts by mistake"),
    ],
)
def test_a_part_of_a_course_that_cannot_be_is_refused(policy, text, message):
    with pytest.raises(UsageError) as caught:
        policy(text)
    assert message in str(caught.value)
