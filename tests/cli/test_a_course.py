"""A course from the hand-out to the grade book; `benchmarks/course.py` plays it with sixty."""

from __future__ import annotations

import pytest

from benchmarks.course import play


@pytest.mark.slow
def test_a_course_comes_out_as_it_was_worked_out(tmp_path):
    figures = play(tmp_path, 12)
    # 12 students: one hands in junk, one nothing, one copies; two gradings of the other nine
    assert figures["grades compared with those worked out"] == 18
    assert figures["pages of feedback"] == 11
