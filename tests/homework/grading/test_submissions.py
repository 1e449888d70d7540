"""Which files are one submission, and which are none."""

from __future__ import annotations

from archstat.homework.grading import submissions as module
from archstat.homework.grading.naming import Person
from archstat.homework.grading.roster import Roster, Student
from archstat.homework.grading.source import open_source
from archstat.homework.grading.submissions import find_submissions, load
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


def test_folders_around_everything_are_no_submission(tmp_path):
    path = archive(tmp_path / "in.zip", {"hw1/all/alice.md": "", "hw1/all/bob.md": ""})
    assert found(path) == {"alice": ["alice.md"], "bob": ["bob.md"]}


def test_what_systems_leave_is_no_submission(tmp_path):
    root = folder(tmp_path / "in", ".DS_Store", "__MACOSX/._a.md", "Thumbs.db", "a.md", "b/.git/c")
    assert found(root) == {"a": ["a.md"]}


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
