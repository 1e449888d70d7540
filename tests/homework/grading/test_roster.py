"""Who is in the class, and whom a name speaks of."""

from __future__ import annotations

import pytest

from archstat.errors import UsageError
from archstat.homework.grading.naming import Person
from archstat.homework.grading.roster import Roster, Student, read_roster

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework 3 (4711)
,,,,,Manual Posting
    Points Possible,,,,,20
"Doe, Jane",12345,s-0001,jdoe,01,
"Kim, Chul Soo",777,s-0002,cskim,01,
"Student, Test",99,,abc,01,
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments
Participant 12345,Jane Doe,jane@example.edu,Submitted,,20.00,
Participant 777,김철수,kim@example.edu,Submitted,,20.00,
"""


def roster(path, text, encoding="utf-8"):
    path = path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return read_roster(path)


def test_the_grade_book_of_canvas_lists_its_students_and_nobody_else(tmp_path):
    found = roster(tmp_path, CANVAS)
    assert found.kind == "canvas"
    assert found.students == (
        Student("Doe, Jane", "s-0001", "jdoe", lms_id="12345"),
        Student("Kim, Chul Soo", "s-0002", "cskim", lms_id="777"),
    )
    assert found.students[0].cells == ("Doe, Jane", "12345", "s-0001", "jdoe", "01", "")


def test_the_worksheet_of_moodle_lists_its_participants(tmp_path):
    found = roster(tmp_path, MOODLE)
    assert found.kind == "moodle"
    assert found.students == (
        Student("Jane Doe", email="jane@example.edu", lms_id="12345"),
        Student("김철수", email="kim@example.edu", lms_id="777"),
    )


@pytest.mark.parametrize(
    ("text", "student"),
    [
        pytest.param("name,id\nJane,7\n", Student("Jane", "7"), id="name and id"),
        pytest.param(
            "First Name;Last Name;SID;E-Mail\nJane;Doe;7;j@x.edu\n",
            Student("Jane Doe", "7", email="j@x.edu"),
            id="semicolons",
        ),
        pytest.param("학번\t이름\n2021-1\t홍길동\n", Student("홍길동", "2021-1"), id="Korean"),
        pytest.param("Username\njdoe\n\n", Student("", login="jdoe"), id="logins alone"),
        pytest.param("\ufeffname\nJane\n", Student("Jane"), id="byte order mark"),
        pytest.param("name,id\nJane\n", Student("Jane"), id="a short row"),
        pytest.param("name,id\nJane,7\nJane,7\n", Student("Jane", "7"), id="listed twice"),
    ],
)
def test_any_list_with_titles_will_do(tmp_path, text, student):
    found = roster(tmp_path, text)
    assert (found.kind, found.students) == ("plain", (student,))


def test_a_list_in_the_encoding_of_korean_windows_is_read(tmp_path):
    found = roster(tmp_path, "학번,이름\n20211234,홍길동\n", "cp949")
    assert found.students == (Student("홍길동", "20211234"),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'roster.csv': is empty"),
        ("a,b\n1,2\n", "'roster.csv': has no column that says who somebody is: 'a', 'b'"),
        ("\0\1\2\3", "'roster.csv': is neither text nor a format that can be read"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(Exception, match="roster") as caught:
        read_roster(type(tmp_path)("roster.csv"))
    assert str(caught.value).splitlines()[0] == message


def test_a_list_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        read_roster(type(tmp_path)("none.csv"))
    assert str(caught.value) == "'none.csv': cannot be read: No such file or directory"


JANE = Student("Doe, Jane", "2021-1001", "jdoe", "jane@x.edu", "12345")
CHUL = Student("Kim Chul Soo", "2021-1002", "cskim", "kim@x.edu", "777")
KIM = Student("Kim Chul Soo", "2021-1003", "cskim2", "kim2@x.edu", "778")
HONG = Student("홍길동", "2021-1004")
CLASS = Roster("canvas", (), (JANE, CHUL, KIM, HONG))


@pytest.mark.parametrize(
    ("person", "student"),
    [
        pytest.param(Person("somebody", "777"), CHUL, id="by the system's number"),
        pytest.param(Person("doejane", "9"), JANE, id="by Canvas's short name"),
        pytest.param(Person("Jane Doe"), JANE, id="by name"),
        pytest.param(Person("Jane Doe", number="20211003"), KIM, id="the number counts first"),
        pytest.param(Person(email="Kim@X.edu"), CHUL, id="by e-mail address"),
        pytest.param(Person("Kim Chul Soo"), None, id="a name that two have"),
        pytest.param(Person("Nobody"), None, id="a name that nobody has"),
        pytest.param(Person(), None, id="nothing known"),
    ],
)
def test_who_an_exported_name_is(person, student):
    assert CLASS.find(person) == student


def test_the_numbers_of_another_system_say_nothing():
    assert Roster("plain", (), (JANE,)).find(Person("", "12345")) is None


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("HW1_2021-1001_final", JANE),
        ("20211002", CHUL),
        ("homework of Jane Doe (1)", JANE),
        ("cskim2-alexnet", KIM),
        ("과제1_홍길동", HONG),
        ("jane@x.edu", JANE),
        ("Kim Chul Soo", None),
        ("Kim Chul Soo 2021-1003", KIM),
        ("Jane Doe for 2021-1002", CHUL),
        ("janedoeson", None),
        ("alexnet", None),
    ],
)
def test_whom_the_name_of_a_file_speaks_of(name, student):
    assert CLASS.find_in(name) == student


def test_a_short_number_among_other_words_is_nobody():
    short = Roster("plain", (), (Student("Jane", "3"),))
    assert short.find_in("homework 3") is None
    assert short.find_in("3") == Student("Jane", "3")


def test_two_of_one_name_are_two_and_a_row_that_recurs_is_one(tmp_path):
    found = roster(tmp_path, "name,section\nKim Lee,1\nJo,1\nKim Lee,2\n")
    assert [one.cells[1] for one in found.students] == ["1", "1", "2"]
    assert len(set(found.students)) == 3
    assert found.twins == ("Kim Lee",)
    assert found.find(Person("Kim Lee")) is None
    told = roster(tmp_path, "name,email\nKim Lee,a@b.c\nKim Lee,d@b.c\nKim Lee,a@b.c\n")
    assert [one.email for one in told.students] == ["a@b.c", "d@b.c"]
    assert told.twins == ()
