"""Which files are one submission, and which are none."""

from __future__ import annotations

import os

import pytest

from archstat.homework.grading import submissions as module
from archstat.homework.grading.naming import Person
from archstat.homework.grading.roster import Roster, Student
from archstat.homework.grading.source import open_source
from archstat.homework.grading.submissions import find_submissions, found_in, load
from tests.homework.grading.places import archive, folder, found

JANE, KIM = Student("Jane Doe", "2021-1001"), Student("Kim", "2021-1002")
CLASS = Roster("plain", (), (JANE, KIM))


def test_each_file_and_each_folder_at_the_top_is_a_submission(tmp_path):
    root = folder(tmp_path / "in", "bob.md", "alice/hw.md", "alice/sub/notes.txt", "carol.v2.csv")
    assert found(root) == {
        "alice": ["hw.md", "sub/notes.txt"],
        "bob": ["bob.md"],
        "carol.v2": ["carol.v2.csv"],
    }


def test_files_that_differ_in_their_suffix_are_one_submission(tmp_path):
    assert found(folder(tmp_path / "in", "bob.xlsx", "bob.md")) == {"bob": ["bob.md", "bob.xlsx"]}


def test_the_files_most_like_sheets_come_first(tmp_path):
    root = folder(tmp_path / "in", "a/1.png", "a/2.pth", "a/3.csv", "a/4.md", "b.md")
    assert found(root)["a"] == ["4.md", "3.csv", "1.png", "2.pth"]


def test_copies_of_a_sheet_stand_in_the_order_of_their_numbers(tmp_path):
    names = ("hw-10.md", "hw-2.md", "hw-1.md", "hw.md")  # "-" sorts before "."
    root = folder(tmp_path / "in", *(f"a/{name}" for name in names), "b.md")
    assert found(root)["a"] == ["hw.md", "hw-1.md", "hw-2.md", "hw-10.md"]


def test_folders_around_everything_are_no_submission(tmp_path):
    path = archive(tmp_path / "in.zip", {"hw1/all/alice.md": "", "hw1/all/bob.md": ""})
    assert found(path) == {"alice": ["alice.md"], "bob": ["bob.md"]}


def test_what_systems_leave_is_no_submission(tmp_path):
    root = folder(tmp_path / "in", ".DS_Store", "__MACOSX/._a.md", "Thumbs.db", "a.md", "b/.git/c")
    assert found(root) == {"a": ["a.md"], "b": ["b"]}  # who handed in something has a row


def test_all_files_of_a_student_in_an_export_of_canvas_are_one_submission(tmp_path):
    root = folder(
        tmp_path / "in",
        "doejane_LATE_123_4001_hw.md",
        "doejane_LATE_123_4002_notes.txt",
        "kim_124_4003_hw-2.docx",
    )
    first, second = find_submissions(open_source(root))
    assert [file.name for file in first.files] == ["hw.md", "notes.txt"]
    assert (first.key, first.people, first.is_late) == (
        "doejane_123",
        (Person("doejane", "123"),),
        True,
    )
    assert (second.key, second.is_late) == ("kim_124", False)


def test_folders_and_files_of_an_export_of_moodle_are_told_apart(tmp_path):
    root = folder(
        tmp_path / "in",
        "Jane Doe_123_assignsubmission_file_/sub/hw.md",
        "Jane Doe_123_assignsubmission_onlinetext_/onlinetext.html",
        "Kim_124_assignsubmission_file_hw.csv",
    )
    assert found(root) == {
        "Jane Doe_123": ["sub/hw.md", "onlinetext.html"],
        "Kim_124": ["hw.csv"],
    }


def test_the_list_of_an_export_of_gradescope_names_the_students(tmp_path):
    root = folder(tmp_path / "in", "export/submission_7/hw.md", "export/submission_8/hw.md")
    (root / "export" / "submission_metadata.yml").write_text(
        "submission_7:\n  :submitters:\n  - :name: Jane Doe\n    :sid: '2021-1001'\n"
        "  - :name: Kim\n    :sid: '2021-1002'\n"
    )
    first, second = find_submissions(open_source(root), CLASS)
    assert first.people == (
        Person("Jane Doe", number="2021-1001"),
        Person("Kim", number="2021-1002"),
    )
    assert (first.key, first.students) == ("submission_7", (JANE, KIM))
    assert (second.key, second.people, second.students) == ("submission_8", (), ())


def test_the_roster_finds_students_within_folders_of_sections(tmp_path):
    names = ["a/2021-1001 hw.md", "a/Kim/hw.md", "a/Kim/x/notes.md", "b/stranger.md"]
    root = folder(tmp_path / "in", *names)
    assert found(root, CLASS) == {
        "a/2021-1001 hw": ["2021-1001 hw.md"],
        "a/Kim": ["hw.md", "x/notes.md"],
        "b": ["stranger.md"],
    }
    submissions = find_submissions(open_source(root), CLASS)
    assert [one.students for one in submissions] == [(JANE,), (KIM,), ()]


def test_the_folder_of_the_only_student_is_a_submission(tmp_path):
    root = folder(tmp_path / "in", "Jane Doe/hw.md", "Jane Doe/notes.md")
    assert found(root, CLASS) == {"Jane Doe": ["hw.md", "notes.md"]}


def test_files_that_are_called_as_canvas_would_are_no_export(tmp_path):
    name = "hw_2_2024_alexnet.md"  # a student hw, if it stood beside others
    root = folder(tmp_path / "in", *(f"c/{who}/{name}" for who in ("kim", "lee", "park")))
    assert found(root) == {"kim": [name], "lee": [name], "park": [name]}


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["hw_2024_101_kim.md", "hw_2024_102_lee.md"], id="a homework and a year"),
        pytest.param(["a1_24_2101_kim.md", "a2_24_2102_lee.md", "a1_24_2103_j.md"], id="a year"),
        pytest.param(
            [
                *("Screen_20240315_142233_a.png", "Screen_20240315_142333_a.png"),
                *("Photo_20240316_091500_a.png", "Photo_20240316_091600_a.png"),
            ],
            id="what phones have taken",
        ),
        pytest.param(["hw_1_001_kim.md", "hw_1_002_lee.md", "ex_2_003_kim.md"], id="leading zeros"),
    ],
)
def test_names_of_files_that_are_no_people_are_no_export(tmp_path, names):
    root = folder(tmp_path / "in", *names)
    assert sorted(found(root).values()) == sorted([name] for name in names)


def test_all_files_of_a_student_in_an_export_of_blackboard_are_one_submission(tmp_path):
    first, second = "2024-03-01-10-00-00", "2024-03-02-23-59-01"
    root = folder(
        tmp_path / "in",
        f"Homework 1_jdoe_attempt_{first}_hw.md",
        f"Homework 1_jdoe_attempt_{first}.txt",
        f"Homework 1_jdoe_attempt_{second}_hw_attempt_2.md",
        f"Homework_1_kim.c_attempt_{first}_hw.md",
    )
    assert found(root) == {
        "jdoe": ["hw.md", "hw_attempt_2.md", f"{first}.txt"],
        "kim.c": ["hw.md"],
    }
    people = Roster("plain", (), (Student("Jane Doe", login="jdoe"), Student("Kim", login="x")))
    handed_in = find_submissions(open_source(root), people)
    assert [one.students for one in handed_in] == [(people.students[0],), ()]


def test_junk_alone_at_the_top_is_no_submission(tmp_path):
    assert found(folder(tmp_path / "in", ".DS_Store", "__MACOSX/hw.md")) == {}


def notes_of(path):
    return found_in(open_source(path)).notes


def test_an_archive_alone_may_hold_the_class(tmp_path):
    root = folder(tmp_path / "in", "all.zip")
    assert notes_of(root) == (
        "'all.zip' is one submission; if it holds those of a class, grade it itself",
    )
    assert notes_of(folder(tmp_path / "two", "kim.zip", "lee.zip")) == ()


def test_folders_of_sections_are_told_from_those_of_students(tmp_path):
    root = folder(tmp_path / "in", "A/kim/h.md", "A/lee/h.md", "B/kim/h.md", "B/park/h.md")
    (note,) = notes_of(root)
    assert note.startswith("each of 2 folders, as 'A', is one submission with several folders")
    names = [f"{who}/week{number}/h.md" for who in ("kim", "lee") for number in (1, 2)]
    assert notes_of(folder(tmp_path / "weeks", *names)) == ()


def test_a_folder_that_is_called_as_gradescope_would_is_no_export(tmp_path):
    names = ["kim/submission_1/hw.md", "kim/submission_2/hw.md", "lee/submission_1/hw.md"]
    assert found(folder(tmp_path / "in", *names)) == {
        "kim": ["submission_1/hw.md", "submission_2/hw.md"],
        "lee": ["submission_1/hw.md"],
    }


def test_one_name_like_canvas_among_others_is_a_name(tmp_path):
    shot = "Screenshot_20240315_142233_Gallery.png"
    root = folder(tmp_path / "in", shot, f"kim/{shot}", "kim/hw.md", f"lee/{shot}", "park.md")
    assert found(root) == {
        "Screenshot_20240315_142233_Gallery": [shot],
        "kim": ["hw.md", shot],
        "lee": [shot],
        "park": ["park.md"],
    }


def test_a_file_in_a_student_s_folder_is_that_student_s_whoever_it_names(tmp_path):
    root = folder(tmp_path / "in", "kim/hw.md", "lee/kim_777_8888_table.md")
    assert found(root) == {"kim": ["hw.md"], "lee": ["kim_777_8888_table.md"]}
    assert found(root, CLASS) == {"kim": ["hw.md"], "lee": ["kim_777_8888_table.md"]}


def test_names_with_points_are_told_apart(tmp_path):
    root = folder(tmp_path / "in", "hw1.kim", "hw1.lee", "bob.md", "bob/hw.md")
    assert found(root) == {
        "bob": ["hw.md"],
        "bob.md": ["bob.md"],
        "hw1.kim": ["hw1.kim"],
        "hw1.lee": ["hw1.lee"],
    }


def test_exports_of_sections_are_kept_apart(tmp_path):
    names = ["a/kim_11_4001_hw.md", "a/lee_12_4002_hw.md", "b/kim_13_4003_hw.md", "b/doe_14_4004_h"]
    root = folder(tmp_path / "in", *names)
    assert sorted(found(root)) == ["a/kim_11", "a/lee_12", "b/doe_14", "b/kim_13"]
    layout = found_in(open_source(root)).layout
    assert (str(layout), layout.depth) == ("names as Canvas writes them", 1)


def test_every_entry_at_the_top_is_a_submission(tmp_path):
    deep = "deep/" + "x/" * 60 + "hw.md"
    root = folder(tmp_path / "in", "kim/hw.md", "junk/.DS_Store", "junk/Thumbs.db", deep)
    (root / "empty").mkdir()
    source = open_source(root)
    submissions = {one.key: one for one in find_submissions(source)}
    assert sorted(submissions) == ["deep", "empty", "junk", "kim"]
    for key in ("empty", "junk"):
        ((_, content),) = load(submissions[key], source).files
        assert content == "holds nothing that a student has written"
    ((_, content),) = load(submissions["deep"], source).files
    assert content == "lies in more than 40 folders"


def test_an_empty_folder_in_a_zip_file_is_a_submission(tmp_path):
    path = archive(tmp_path / "in.zip", {"kim/": "", "kim/hw.md": "x", "lee/": ""})
    assert sorted(found(path)) == ["kim", "lee"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_folder_that_may_not_be_read_is_a_submission(tmp_path):
    root = folder(tmp_path / "in", "kim/hw.md", "lee/hw.md")
    (root / "lee").chmod(0)
    assert sorted(found(root)) == ["kim", "lee"]


def test_a_path_that_is_too_long_stops_nobody(tmp_path):
    root = folder(tmp_path / "in", "kim/hw.md")
    here, name = os.open(root, os.O_RDONLY), "y" * 250
    for _ in range(30):  # more than a path may have, made folder by folder
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    assert sorted(found(root)) == ["kim", name]


@pytest.mark.parametrize("content", [b"submission_7:\n\0", b"x" * 200])
def test_a_list_of_submitters_of_a_student_or_that_cannot_be_read_stops_nobody(
    tmp_path, monkeypatch, content
):
    monkeypatch.setattr(module, "MOST_LIST_BYTES", 100)
    root = folder(tmp_path / "in", "kim/submission_metadata.yml", "lee/hw.md", content=content)
    assert found(root) == {"kim": ["submission_metadata.yml"], "lee": ["hw.md"]}
    root = folder(tmp_path / "2", "submission_7/hw.md", "submission_8/hw.md")
    folder(root, "submission_metadata.yml", content=content)
    whole = found_in(open_source(root))
    assert [one.key for one in whole.submissions] == ["submission_7", "submission_8"]
    assert all("submission_metadata.yml" in note for note in whole.notes)


def test_results_of_ours_are_no_submission(tmp_path):
    results = ["class.csv", "report.md", "ledger.sqlite", "feedback/kim.md"]
    students = ["kim/hw.md", "lee/hw.md"]
    root = folder(tmp_path / "in", *students, *(f"old/{name}" for name in results))
    assert found(root) == {"kim": ["hw.md"], "lee": ["hw.md"]}


def test_what_is_not_read_is_told_instead(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_FILES", 2)
    root = folder(tmp_path / "in", "a/1.md", "a/2.md", "a/3.md", "b.md", content=b"x")
    source = open_source(root)
    first, _ = find_submissions(source)
    assert load(first, source).files == (
        ("1.md", b"x"),
        ("2.md", b"x"),
        ("3.md", "is not looked at: there is too much before it"),
    )


def test_a_submission_has_only_so_many_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1)
    root = folder(tmp_path / "in", "a/1.md", "a/2.md", "a/3.md", "b.md", content=b"xx")
    source = open_source(root)
    contents = [content for _, content in load(find_submissions(source)[0], source).files]
    assert contents == [b"xx", *["is not looked at: there is too much before it"] * 2]


def test_a_change_of_a_name_or_a_content_changes_the_digest(tmp_path):
    def digest(name, content):
        root = folder(tmp_path / f"{name}{len(content)}", f"a/{name}", "b", content=content)
        source = open_source(root)
        return load(find_submissions(source)[0], source).digest

    assert digest("1.md", b"x") == digest("1.md", b"x")
    assert len({digest("1.md", b"x"), digest("2.md", b"x"), digest("1.md", b"xy")}) == 3
