"""What students are given: the points that count stand on top, with how they came about."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archstat.formats.special.feedback import ForStudents
from archstat.homework.grading.finals import Final, Override
from archstat.homework.marking.feedback import Feedback
from archstat.homework.marking.matching import marked as marked_of
from archstat.homework.marking.policy import Policy
from archstat.homework.reading import read_bytes
from tests.homework.networks import truth

SHEET = b"| layer | weights |\n|---|---|\n| C1 | 150 |\n| C3 | 2400 |\n| C5 | 48001 |\n"
LATE = Final(
    Fraction(2), Fraction(5), late_s=9, lost=Fraction(1, 2),
    total=Override("kim", None, Fraction(3), "shown in class"),
)  # fmt: skip
WHY = "Marked: 2 of 5 points. Late: 0.5 points are taken off. Decided by hand: shown in class."


def given(render, final, level="hint"):
    marked = marked_of(read_bytes(SHEET, name="sheet.md"), truth("lenet5"), Policy())
    return render.with_final(render(Feedback(marked, "sheet.md", level)), final)


@pytest.mark.parametrize(
    ("format_name", "on_top"),
    [
        ("html", f'<p class="conclusion">3 of 5 points.</p>\n<p>{WHY}</p>\n'),
        ("markdown", f"3 of 5 points.\n\n{WHY}\n"),
        ("text", f"3 of 5 points\n\n{WHY}\n"),
    ],
)
def test_the_points_that_count_stand_in_place_of_those_that_were_marked(format_name, on_top):
    text = given(ForStudents(format_name, "Homework 3"), LATE)
    assert on_top in text
    assert text.count("2 of 5 points") == 1
    assert text.count("3 of 5 points") == 1


def test_the_same_on_pages():
    pytest.importorskip("typst")
    render = ForStudents("pdf", "Homework 3")
    text = given(render, LATE)
    assert f'#strong("3 of 5 points.")\n#par("{WHY}")\n' in text
    assert render.file(text).startswith(b"%PDF")


def test_nothing_changes_where_nothing_was_decided():
    render = ForStudents("html", "Homework 3")
    assert given(render, Final(Fraction(2), Fraction(5))).count("2 of 5 points") == 1
    assert "Marked" not in given(render, Final(Fraction(2), Fraction(5)))


def test_in_korean():
    text = given(ForStudents("html", "숙제 3", "ko"), LATE)
    assert '<p class="conclusion">5점 만점에 3점.</p>\n<p>채점 결과: 5점 만점에 2점.' in text
