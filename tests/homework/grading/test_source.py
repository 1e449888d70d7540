"""What is in a folder or an archive: all of it, nothing outside of it, and no more than a limit."""

from __future__ import annotations

import os
import stat
import zipfile

import pytest

from archstat.errors import SheetError, UsageError
from archstat.homework.grading import source as module
from archstat.homework.grading.source import Member, open_source
from tests.homework.grading.places import archive, folder

needs_links = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")


def test_a_folder_lists_all_files_in_the_order_of_their_paths(tmp_path):
    root = folder(tmp_path / "in", "b.md", "a/2.md", "a/1.md")
    assert [member.parts for member in open_source(root).members] == [
        ("a", "1.md"),
        ("a", "2.md"),
        ("b.md",),
    ]


def test_what_is_no_submission_is_left_out(tmp_path):
    root = folder(tmp_path / "in", "a.md", "results/class.csv", "roster.csv")
    found = open_source(root, without=(root / "results", root / "roster.csv")).members
    assert [member.parts for member in found] == [("a.md",)]


@needs_links
def test_links_are_listed_and_neither_followed_nor_read(tmp_path):
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    root = folder(tmp_path / "in", "inside.md")
    (root / "file.md").symlink_to(secret)
    (root / "folder").symlink_to(tmp_path)
    (root / "near.md").symlink_to(root / "inside.md")
    refused = {member.parts[0]: member.refusal for member in open_source(root).members}
    assert refused == {
        "file.md": "is a link, which is not followed",
        "folder": "is a link, which is not followed",
        "inside.md": "",
        "near.md": "is a link, which is not followed",
    }


@needs_links
def test_a_file_that_became_a_link_after_it_was_listed_is_not_read(tmp_path):
    root = folder(tmp_path / "in", "a.md")
    source = open_source(root)
    (root / "a.md").unlink()
    (root / "a.md").symlink_to("/etc/passwd")
    with pytest.raises(SheetError, match=r"^cannot be read: "):
        source.read(source.members[0])


@needs_links
def test_a_pipe_keeps_nobody_waiting(tmp_path):
    root = folder(tmp_path / "in")
    os.mkfifo(root / "pipe.md")
    source = open_source(root)
    assert source.members == (Member(("pipe.md",), "is not an ordinary file"),)
    with pytest.raises(SheetError, match=r"^is not an ordinary file$"):
        source.read(Member(("pipe.md",)))


def test_a_file_is_read_up_to_a_limit(tmp_path):
    root = folder(tmp_path / "in", "a.md", content=b"12345")
    source = open_source(root)
    assert source.read(source.members[0], 5) == b"12345"
    with pytest.raises(SheetError, match=r"^has 5 bytes; at most 4 are read$"):
        source.read(source.members[0], 4)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    root = folder(tmp_path / "in", "a.md")
    (root / "a.md").chmod(0)
    source = open_source(root)
    with pytest.raises(SheetError, match=r"^cannot be read: Permission denied$"):
        source.read(source.members[0])


def test_a_folder_that_may_not_be_looked_into_is_told(tmp_path, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UsageError, match="cannot be looked into: Permission denied"):
        open_source(folder(tmp_path / "in", "a.md"))


def test_there_may_be_only_so_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_FILES", 2)
    root = folder(tmp_path / "in", "a", "b", "c")
    with pytest.raises(UsageError, match=r"^there are more than 2 files$"):
        open_source(root)


def test_an_archive_lists_its_files_and_no_folders(tmp_path):
    path = archive(tmp_path / "in.zip", {"b.md": "2", "a/": "", "a/c.md": "1"})
    source = open_source(path)
    assert [member.parts for member in source.members] == [("a", "c.md"), ("b.md",)]
    assert [source.read(member) for member in source.members] == [b"1", b"2"]


def test_names_in_an_archive_do_not_climb_out_of_it(tmp_path):
    names = ["../../up.md", "/root.md", "..\\back.md", "./here.md", "a/../b.md"]
    path = archive(tmp_path / "in.zip", dict.fromkeys(names, "x"))
    assert [member.parts for member in open_source(path).members] == [
        ("a", "b.md"),
        ("back.md",),
        ("here.md",),
        ("root.md",),
        ("up.md",),
    ]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["in.zip"]


def test_two_files_of_one_name_are_both_read(tmp_path):
    path = archive(tmp_path / "in.zip", {"a.md": "1", "/a.md": "2"})
    source = open_source(path)
    assert [source.read(member) for member in source.members] == [b"1", b"2"]


def test_a_link_in_an_archive_is_refused(tmp_path):
    path = archive(tmp_path / "in.zip", {"a.md": "/etc/passwd"}, mode=0o777 | stat.S_IFLNK)
    (member,) = open_source(path).members
    assert member.refusal == "is a link, which is not followed"


def test_a_bomb_in_an_archive_is_refused(tmp_path):
    path = archive(tmp_path / "in.zip", {"a.md": bytes(40 << 20)})
    source = open_source(path)
    # 40 MiB of zeros are packed in about 40 KiB, which may unpack to 300 times as much
    with pytest.raises(SheetError, match=r"^unpacks to more than 1\d,\d{3},\d{3} bytes$"):
        source.read(source.members[0])


def test_a_damaged_file_in_an_archive_is_told(tmp_path):
    path = archive(tmp_path / "in.zip", {"a.md": os.urandom(100)})
    data = bytearray(path.read_bytes())
    data[60] ^= 255  # within the content, behind a header of 30 bytes and a name of 4
    path.write_bytes(data)
    source = open_source(path)
    with pytest.raises(SheetError, match=r"^cannot be unpacked: it is damaged$"):
        source.read(source.members[0])


def test_a_name_in_the_encoding_of_korean_windows_is_read(tmp_path):
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("AAAAAA.md", "x")
    korean = "홍길동".encode("cp949")
    assert len(korean) == 6
    path.write_bytes(path.read_bytes().replace(b"AAAAAA", korean))
    (member,) = open_source(path).members
    assert member.parts == ("홍길동.md",)


def test_an_encrypted_file_in_an_archive_is_refused(tmp_path):
    path = archive(tmp_path / "in.zip", {"a.md": "x"})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 8  # the flags, in the directory
    data[at] |= 1
    path.write_bytes(data)
    (member,) = open_source(path).members
    assert member.refusal == "is encrypted"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none", "there is no folder 'none'"),
        ("a.md", "'a.md' is neither a folder nor a zip file"),
        ("bad.zip", "'bad.zip' is a damaged archive: Bad magic number for central directory"),
    ],
)
def test_what_is_neither_is_refused(tmp_path, monkeypatch, name, message):
    monkeypatch.chdir(folder(tmp_path, "a.md"))
    data = archive(tmp_path / "bad.zip", {"a.md": "x"}).read_bytes()
    (tmp_path / "bad.zip").write_bytes(data.replace(b"PK\x01\x02", b"PK\x09\x09"))
    with pytest.raises(UsageError) as caught:
        open_source(module.Path(name))
    assert str(caught.value).splitlines()[0] == message


def test_a_name_in_an_archive_that_starts_with_nothing_is_a_name(tmp_path):
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("kim.md", b"x")
        made.writestr("Zb", b"y")
    path.write_bytes(path.read_bytes().replace(b"Zb", b"\0b"))
    assert [member.parts for member in open_source(path).members] == [("b",), ("kim.md",)]
