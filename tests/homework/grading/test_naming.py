"""Whose a file is, by the names that systems give, and by those of people."""

from __future__ import annotations

import pytest

from archstat.homework.grading.naming import (
    SYSTEMS,
    Owner,
    Person,
    exported,
    is_junk,
    squashed,
    stem,
    submitters,
)

JANE = Person("doejane", "12345")
MOODLE_JANE = Person("Jane Doe", "12345")


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        pytest.param(
            "doejane_12345_67890_hw.md",
            Owner("doejane_12345", (JANE,), "hw.md", returns="doejane_12345_67890_"),
            id="Canvas",
        ),
        pytest.param(
            "doejane_LATE_12345_67890_my_hw-1.xlsx",
            Owner(
                "doejane_12345",
                (JANE,),
                "my_hw-1.xlsx",
                is_late=True,
                returns="doejane_LATE_12345_67890_",
            ),
            id="Canvas, late, handed in again",
        ),
        pytest.param(
            "doejane_12345_text.html",
            Owner("doejane_12345", (JANE,), "text.html"),
            id="Canvas, typed into the page",
        ),
        pytest.param(
            "김철수_777_67890_과제.md",
            Owner("김철수_777", (Person("김철수", "777"),), "과제.md", returns="김철수_777_67890_"),
            id="Canvas, Korean",
        ),
        pytest.param(
            "Jane Doe_12345_assignsubmission_file_",
            Owner(
                "Jane Doe_12345",
                (MOODLE_JANE,),
                returns="Jane Doe_12345_assignsubmission_file_",
            ),
            id="Moodle, folder",
        ),
        pytest.param(
            "Jane Doe_12345_assignsubmission_file_hw.md",
            Owner(
                "Jane Doe_12345",
                (MOODLE_JANE,),
                "hw.md",
                returns="Jane Doe_12345_assignsubmission_file_",
            ),
            id="Moodle, file",
        ),
        pytest.param(
            "Jane Doe_12345_assignsubmission_onlinetext_onlinetext.html",
            Owner(
                "Jane Doe_12345",
                (MOODLE_JANE,),
                "onlinetext.html",
                returns="Jane Doe_12345_assignsubmission_onlinetext_",
            ),
            id="Moodle, typed into the page",
        ),
        pytest.param("submission_98765", Owner("submission_98765", ()), id="Gradescope"),
    ],
)
def test_an_exported_name_says_whose_it_is(name, owner):
    assert next(filter(None, (exported(name, one) for one in SYSTEMS))) == owner


@pytest.mark.parametrize(
    "name", ["alice", "homework_3_1_kim.md", "submission_a", "hw_1.md", "_12345_67890_x.md"]
)
def test_other_names_are_nobodys_export(name):
    assert not any(exported(name, one) for one in SYSTEMS)


@pytest.mark.parametrize(
    "path", [".DS_Store", "__MACOSX/a.md", "a/Thumbs.db", "a/._b.md", ".git/config", "~$a.docx"]
)
def test_what_systems_leave_is_junk(path):
    assert is_junk(tuple(path.split("/")))


def test_a_sheet_is_no_junk():
    assert not is_junk(("alice", "homework.md"))


def test_a_stem_keeps_what_is_no_suffix():
    assert [stem("a.tar.gz"), stem("Kim, Y. J"), stem("hw v1.2 final")] == [
        "a.tar",
        "Kim, Y. J",
        "hw v1.2 final",
    ]


def test_a_name_is_the_same_however_a_mac_spells_it():
    assert squashed("홍길동") == squashed("\u1112\u1169\u11bc\u1100\u1175\u11af\u1103\u1169\u11bc")


LIST = """---
submission_1:
  :submitters:
  - :name: Jane Doe
    :sid: '0123'
    :email: jane@example.edu
  :created_at: 2025-03-01 10:00:00.000000000 Z
  :results:
    tests:
    - :name: not a student
      output: |
        submission_9:
          :submitters:
          - :name: nor this
submission_2:
  :submitters:
  - :name: "Andr\\xE9 \\"A\\" B"
    :sid:
    :email: a@example.edu
  - :name: 'Pat O''Neil'
    :sid: 77
  :history:
  - :id: 5
    :submitters:
    - :name: nobody
submission_3:
  :submitters: []
"""


def test_the_list_of_gradescope_says_who_handed_in_what():
    assert submitters(LIST.encode()) == {
        "submission_1": (Person("Jane Doe", number="0123", email="jane@example.edu"),),
        "submission_2": (
            Person('André "A" B', email="a@example.edu"),
            Person("Pat O'Neil", number="77"),
        ),
        "submission_3": (),
    }


@pytest.mark.parametrize("text", ["", "---\n", "  :submitters:\n  - :name: a\n", "- a\n- b\n"])
def test_another_list_says_nothing(text):
    assert submitters(text.encode()) == {}
