"""How wrong cells are worked out, on the sheet's own numbers, and how far."""

from __future__ import annotations

import pytest

from archstat.documents.homework.worked import letters, worked
from archstat.homework.marking.feedback import Feedback
from archstat.homework.marking.language import language_named
from tests.homework.networks import marked, sheet

HEADER = "Layer | Feature map | # of weights | MACs | Receptive field"


def told(*rows, header=HEADER, level="hint", **keywords):
    feedback = Feedback(marked(sheet(header, *rows), "paper-alexnet"), "hw.md", level, **keywords)
    return [said for remark in feedback.remarks if (said := worked(feedback, remark))], feedback


@pytest.mark.parametrize(
    ("row", "steps"),
    [
        (
            "Conv2 | 27x27x256 | 614,400 | |",
            ("weights of Conv2: C_out · (C_in/g) · k · k = 256 · (96/2) · 5 · 5, not 614,400."),
        ),
        # (27 + 2·2 − 5) / 1 + 1 from the map that the sheet states of Pool1
        (
            "Conv2 | 23x23x256 | 307,200 | |",
            (
                "feature map of Conv2 (rows): ⌊(n_in + 2 · p − k) / s⌋ + 1 = "
                "⌊(25 + 2 · 2 − 5) / 1⌋ + 1, not 23x23x256."
            ),
        ),
        # its own map, 26, stands in for the true 27
        (
            "Conv2 | 26x26x256 | 307,200 | 99,999 |",
            (
                "MACs of Conv2: C_out · n_out · n_out · (C_in/g) · k · k = "
                "256 · 26 · 26 · (96/2) · 5 · 5, not 99,999."
            ),
        ),
        # 13 is what the sheet says of Pool1, where 19 is right
        (
            "Conv2 | 27x27x256 | 307,200 | 223,948,800 | 30",
            "receptive field of Conv2: r + (k − 1) · j = 13 + (5 − 1) · 8, not 30.",
        ),
    ],
)
def test_a_wrong_cell_is_worked_out_on_the_numbers_of_the_sheet(row, steps):
    said, _ = told("Conv1 | 55x55x96 | 34,848 | 105,415,200 | 11", "Pool1 | 25x25x96 | | | 13", row)
    assert f"{steps[:1].upper()}{steps[1:]}" in " ".join(said)


def test_what_the_sheet_asks_for_and_does_not_say_keeps_its_letter():
    said, _ = told("Conv1 | 55x55x96 | 34,848 | |", "Pool1 | | | |", "Conv2 | | | 99,999 | 30")
    assert said == [
        (
            "MACs of Conv2: C_out · n_out · n_out · (C_in/g) · k · k = "
            "256 · n_out · n_out · (96/2) · 5 · 5, not 99,999. "
            "Receptive field of Conv2: r + (k − 1) · j = r + (5 − 1) · 8, not 30."
        )
    ]


def test_the_answer_stands_there_at_the_level_full_only():
    row = "Conv2 | | 614,400 | |"
    for level, is_told in (("hint", False), ("full", True)):
        [said, *_], _ = told(row, level=level, header=HEADER)
        assert ("= 307,200" in said) is is_told


def test_nothing_is_worked_out_of_a_slip_of_the_pen():
    said, _ = told("Conv1 | 34,884", header="Layer | # of weights")  # 34,848
    assert said == []


def test_the_letters_are_explained_once():
    _, feedback = told("Conv2 | 614,400", header="Layer | # of weights")
    assert letters(feedback) == (
        "C_in: channels of the input; C_out: filters; g: groups; k: kernel size"
    )


def test_it_is_said_in_the_language_of_the_course():
    korean = language_named("ko")
    [said], _ = told("Conv2 | 614,400", header="Layer | # of weights", language=korean)
    assert said == (
        "Conv2의 가중치: C_out · (C_in/g) · k · k = 256 · (96/2) · 5 · 5 (614,400 아님)."
    )
