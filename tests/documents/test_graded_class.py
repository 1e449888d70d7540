"""A graded class in every format: whole, harmless, and as other systems take it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from fractions import Fraction

from archstat.documents.homework.graded_class import class_document
from archstat.formats import format_named
from archstat.formats.special.grades import file_name, grades_of
from archstat.homework.grading.outcome import Outcome, Slip, Status
from archstat.homework.grading.roster import Roster, Student
from tests.homework.grading.classes import CANVAS, CLASS, DIGIT, JANE, graded, report, sheet


def written(format_name, report):
    return format_named(format_name).write(class_document(report))


def rows(written):
    return list(csv.reader(io.StringIO(written.removeprefix("\ufeff"))))


def test_the_class_as_csv_has_a_row_for_each_submission():
    assert written("csv", CLASS) == (
        "student,id,email,submission,late,file,status,points,out_of,percent,mistakes,message,"
        "marked,taken_off_late,decided,fits\n"
        '"Doe, Jane",s1,jane@x.edu,doejane_123,yes,hw.md,ok,13.5,20,67.5,one digit is wrong (1),'
        ",13.5,,,\n"
        '"Kim, Chul",s2,kim@x.edu,kim_124,,hw.md,ok,20,20,100.0,the groups are left out (2),'
        "hw.md fits best,20,,,\n"
        "'=cmd|x,,,'=cmd|x,,hw.md,ok,0,20,0.0,"
        "one digit is wrong (1); the groups are left out (2),,0,,,\n"
        "lee,,,lee,,,no_table,,,,,a.txt: holds no table,,,,\n"
        "red,,,red,,,timeout,,,,,takes more than 30 s,,,,\n"
    )


def test_a_group_is_one_row_with_all_names():
    one = graded("g", sheet(1), students=CANVAS.students[:2])
    (row,) = rows(written("csv", report(one)))[1:]
    assert row[:3] == ["Doe, Jane, Kim, Chul", "s1, s2", "jane@x.edu, kim@x.edu"]


def test_the_report_as_text():
    assert (
        written("text", CLASS)
        == """\
5 submissions against paper-alexnet: 3 graded, 1 without a table, 1 took too long

Points
  90–100 %  1  ██████████████████████████████
   80–90 %  0
   70–80 %  0
   60–70 %  1  ██████████████████████████████
   50–60 %  0
   40–50 %  0
   30–40 %  0
   20–30 %  0
   10–20 %  0
    0–10 %  1  ██████████████████████████████
  Half of the sheets have 68 % or more; the best has 100 %, the last 0 %.

Mistakes, by how many sheets have them
  2 of 3  the groups are left out  4  weights of conv2 = 614,400
  2 of 3  one digit is wrong       2  weights of conv1 = 34,849

The hardest cells
  2 of 3  weights of conv1
  1 of 3  MACs of conv2
  1 of 3  weights of conv2

Sheets that are alike
  Kim, Chul; =cmd|x  the same files
  Wrong values that no known mistake gives. This is no proof of anything.

Not graded
  lee  no_table  a.txt: holds no table
  red  timeout   takes more than 30 s

Several files
  Kim, Chul  hw.md fits best

Nothing handed in
  Zoe, Z  s3

Not on the roster
  =cmd|x  =cmd|x
  lee     lee
  red     red
"""
    )


def test_the_report_as_markdown_shows_names_as_they_are():
    evil = graded("<img src=x> | [a](b)", Outcome(Status.ERROR, "*x* \x1b[2J"))
    assert (
        written("markdown", report(evil))
        == r"""# 1 submission against paper-alexnet: 1 failed

## Not graded

| submission | status | why |
| :--- | :--- | :--- |
| \<img src=x\> \| \[a\](b) | error | \*x\* |
"""
    )


def test_the_report_as_markdown_lines_numbers_up():
    lines = written("markdown", CLASS).splitlines()
    at = lines.index("## Mistakes, by how many sheets have them")
    assert lines[at + 2 : at + 5] == [
        "| sheets | mistake | cells | such as |",
        "| ---: | :--- | ---: | :--- |",
        "| 2 of 3 | the groups are left out | 4 | weights of conv2 = 614,400 |",
    ]


def test_what_shows_no_mistake_stands_apart():
    unknown = Slip("unknown", "no known mistake leads here", 3)
    text = written("text", report(("a", sheet(1, slips=[DIGIT, unknown]))))
    mistakes, _, others = text.partition("\nWhat shows no mistake\n")
    assert "one digit is wrong" in mistakes
    assert others.splitlines()[0].split() == ["1", "of", "1", "no", "known", "mistake", "leads",
                                              "here", "3"]  # fmt: skip


def test_long_sections_are_cut_on_a_terminal_only():
    many = [(f"{number:03}", Outcome(Status.NO_TABLE, "x")) for number in range(30)]
    assert "  019  no_table  x\n  and 10 more\n" in written("text", report(*many))
    assert "| 029 | no\\_table | x |" in written("markdown", report(*many))


def test_canvas_takes_percent_where_nothing_says_of_how_many_points():
    assert file_name(CANVAS) == "canvas.csv"
    assert grades_of(CLASS, CANVAS, "Homework 3 (4711)") == (
        "Student,ID,SIS User ID,SIS Login ID,Section,Homework 3 (4711)\n"
        "Points Possible,,,,,100\n"
        '"Doe, Jane",123,s1,jdoe,A,67.5\n'
        '"Kim, Chul",124,s2,ckim,A,100\n'
        '"Zoe, Z",125,s3,zz,B,\n'
    )


def test_canvas_takes_points_where_the_policy_says_of_how_many():
    found = rows(grades_of(replace(CLASS, out_of=Fraction(20)), CANVAS, "Homework 3"))
    assert [row[-1] for row in found] == ["Homework 3", "20", "13.5", "20", ""]


def test_canvas_keeps_the_points_that_its_own_row_says():
    header = (*CANVAS.header, "Homework 3 (4711)")
    possible = ("    Points Possible", "", "", "", "", "47")
    students = tuple(replace(one, cells=(*one.cells, "")) for one in CANVAS.students)
    listed = Roster("canvas", header, students, possible)
    assert listed.out_of("homework 3") == 47
    found = rows(grades_of(CLASS, listed, "Homework 3"))
    assert [row[-1] for row in found] == ["Homework 3 (4711)", "47", "31.73", "47", ""]  # 47·0.675


def test_gradescope_is_given_its_own_columns():
    header = ("First Name", "Last Name", "SID", "Email", "Total Score", "Max Points", "Status")
    cells = ("Jane", "Doe", "s1", "jane@x.edu", "", "10.0", "Ungraded")
    listed = Roster("gradescope", header, (replace(JANE, cells=cells),))
    assert file_name(listed) == "gradescope.csv"
    assert listed.out_of("") == 10
    assert rows(grades_of(CLASS, listed, ""))[1][4:] == ["6.75", "10.0", "Graded"]


def test_a_comment_says_what_the_student_reads():
    outcome = replace(CLASS.graded[0].record.outcome, comment="13.5 of 20 points. Weights of …")
    record = replace(CLASS.graded[0].record, outcome=outcome)
    listed, submission = moodle("10.00")
    found = report(replace(CLASS.graded[0], submission=submission, record=record), roster=listed)
    assert rows(grades_of(found, listed, ""))[1][-1] == "13.5 of 20 points. Weights of …"


def test_other_assignments_of_the_grade_book_are_left_alone():
    header = (*CANVAS.header, "Homework 2 (4710)")
    student = replace(JANE, cells=(*JANE.cells, "17"))
    found = rows(grades_of(CLASS, Roster("canvas", header, (student,)), "Homework 3"))
    assert found[0] == [*CANVAS.header, "Homework 3"]


MOODLE_HEADER = ("Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments")


def moodle(maximum):
    student = Student("Jane", lms_id="9", cells=("Participant 9", "Jane", "-", maximum, ""))
    other = Student("Kim", lms_id="8", cells=("Participant 8", "Kim", "-", maximum, ""))
    listed = Roster("moodle", MOODLE_HEADER, (student, other))
    return listed, replace(CLASS.graded[0].submission, students=(student,))


def test_moodle_takes_grades_on_its_own_scale():
    listed, submission = moodle("10.00")
    found = report(replace(CLASS.graded[0], submission=submission), roster=listed)
    assert file_name(listed) == "moodle.csv"
    assert rows(grades_of(found, listed, "")) == [
        list(MOODLE_HEADER),
        # 13.5 of 20 is 6.75 of 10
        ["Participant 9", "Jane", "6.75", "10.00", "one digit is wrong (1)"],
        ["Participant 8", "Kim", "-", "10.00", ""],
    ]


def test_moodle_is_given_its_own_decimal_sign():
    listed, submission = moodle("10,00")
    found = report(replace(CLASS.graded[0], submission=submission), roster=listed)
    assert rows(grades_of(found, listed, ""))[1][2] == "6,75"


def test_comments_tell_no_mistakes_below_the_level_of_hints():
    listed, submission = moodle("10")
    found = report(replace(CLASS.graded[0], submission=submission), roster=listed, level="score")
    assert rows(grades_of(found, listed, ""))[1][2:] == ["6.75", "10", ""]


def test_any_other_roster_is_given_points_beside_what_it_says():
    students = tuple(replace(one, cells=(one.name, one.number)) for one in CANVAS.students)
    listed = Roster("plain", ("name", "id"), students)
    assert file_name(listed) == "grades.csv"
    assert rows(grades_of(replace(CLASS, roster=listed), listed, "")) == [
        ["name", "id", "points", "out_of", "percent", "status", "comment"],
        ["Doe, Jane", "s1", "13.5", "20", "67.5", "ok", "one digit is wrong (1)"],
        ["Kim, Chul", "s2", "20", "20", "100.0", "ok", "the groups are left out (2)"],
        ["Zoe, Z", "s3", "", "", "", "", ""],
    ]


def test_a_roster_comes_back_as_it_was_but_for_what_a_spreadsheet_would_run():
    cells = ("=HYPERLINK(A1)", "@kim", "-5", "+82 10")
    students = (replace(CANVAS.students[0], cells=cells),)
    listed = Roster("plain", ("name", "id", "team", "phone"), students)
    found = rows(grades_of(replace(CLASS, roster=listed), listed, ""))
    assert found[1][:4] == ["'=HYPERLINK(A1)", *cells[1:]]


def test_a_sheet_that_could_not_be_graded_has_no_grade():
    one = graded("a", Outcome(Status.NO_TABLE, "-x.md: holds no table"), students=(JANE,))
    assert [row[-1] for row in rows(grades_of(report(one), CANVAS, "H"))][2:] == ["", "", ""]
    listed, submission = moodle("10")
    found = report(replace(one, submission=submission), roster=listed)
    assert rows(grades_of(found, listed, ""))[1][2:] == ["", "10", "'-x.md: holds no table"]
