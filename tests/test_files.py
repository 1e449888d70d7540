"""Files that a command reads, and those that it writes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import archstat
from archstat.errors import UsageError
from archstat.files import (
    is_file,
    is_folder,
    is_there,
    no_file,
    note_read,
    noting,
    read_file,
    read_so_far,
    require_unread,
    resolved,
    write_file,
    write_new,
)


def test_what_was_read_is_not_written(tmp_path):
    path, link, other = tmp_path / "a.toml", tmp_path / "link.toml", tmp_path / "b.toml"
    path.write_text("x", encoding="utf-8")
    other.write_text("y", encoding="utf-8")
    link.symlink_to(path)
    with noting():
        assert read_file(path, 10) == b"x"
        for target in (path, link):
            with pytest.raises(UsageError, match="would be overwritten, and this command reads it"):
                require_unread(target)
        require_unread(other)
        require_unread(tmp_path / "new.toml")
    require_unread(path)  # another command


def test_nothing_is_noted_where_no_command_runs(tmp_path):
    note_read(tmp_path)
    assert read_so_far() == ()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (".", "is a folder"),
        ("none", "cannot be read: No such file or directory"),
        ("a\0b", "is not a file name"),
        ("large", "has more than 10 bytes"),
        ("pipe", "is not an ordinary file"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path, name, why):
    (tmp_path / "large").write_bytes(b"x" * 11)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError) as refused:
        read_file(tmp_path / name, 10)
    assert str(refused.value) == why


def test_letters_that_no_file_can_hold_become_question_marks(tmp_path):
    write_file("a\ud800b", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"a?b"


def test_a_new_file_never_takes_the_place_of_another(tmp_path, monkeypatch):
    assert write_new("a", tmp_path / "x")
    assert not write_new("b", tmp_path / "x")
    assert (tmp_path / "x").read_text(encoding="utf-8") == "a"
    monkeypatch.setattr(Path, "hardlink_to", refuse)  # on a disk without links
    assert write_new("c", tmp_path / "y")
    assert not write_new("d", tmp_path / "y")
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        "x": "a",
        "y": "c",
    }


def refuse(*_):
    raise OSError(95, "Operation not supported")


READS = re.compile(r"\.read_(?:bytes|text)\(|\.open\(\"rb|open\(path, \"rb")
BY_ITSELF = {
    "bench/limits/datasheets.py": "ours",
    "bench/meters.py": "files of Linux",
    "devices/cpu.py": "files of Linux",
    "devices/processor.py": "files of Linux",
    "models/torch/memory.py": "files of Linux",
    "homework/marking/language.py": "ours",
    "homework/mistakes/likelihood.py": "ours",
    "pages/page.py": "ours",
    "sweep/nursery.py": "what our child has written",
    "testing.py": "what a test has written",
    "formats/special/feedback.py": "what we have written",
    "homework/grading/run.py": "what we have written",
    "homework/grading/submitted/limiting.py": "what our parent has written",
    "homework/grading/submitted/watching.py": "files of Linux",
    "homework/grading/source.py": "within its limits, and without following links",
    "models/spec/resolve.py": "a spec that was read before",
    "models/strangers.py": "its first 2,048 bytes",
    "models/torch/listing.py": "files of an installed library",
    "models/weights/gguf.py": "its head, within a limit",
    "models/weights/pickled.py": "as far as the pickles in it go",
    "models/weights/safetensors.py": "its header, within a limit",
    "cli/scale/atlas.py": "the head of a page",
    "files.py": "here",
}


def test_files_are_read_within_a_limit():
    home = Path(archstat.__file__).parent
    found = {
        path.relative_to(home).as_posix()
        for path in home.rglob("*.py")
        if READS.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(BY_ITSELF)


def test_no_name_is_too_long_to_be_asked(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    names = ("a", "b", ".", "a" * 5_000, "a\0b")
    assert [is_file(tmp_path / name) for name in names] == [True, *[False] * 4]


def test_links_that_lead_in_a_circle_are_where_they_are(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert resolved(tmp_path / "a") == tmp_path / "a"
    (tmp_path / "c").symlink_to(".")
    assert resolved(tmp_path / "c" / "x") == tmp_path.resolve() / "x"


@pytest.mark.parametrize("ask", [is_file, is_folder, is_there])
def test_a_name_that_no_file_can_have_is_that_of_none(tmp_path, ask):
    assert not ask(tmp_path / ("x" * 300))
    assert not ask(Path("\0"))


def test_no_file_is_offered_in_its_own_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("net.onnx").symlink_to("nowhere.onnx")
    Path("nets.onnx").mkdir()
    Path("nes.onnx").touch()

    def told(name):
        problem = no_file(name, [".onnx"]).problems[0]
        return problem.what, problem.hint

    meant = "did you mean 'nes.onnx'?"
    assert told("net.onnx") == ("'net.onnx' is a link to a file that is not there", None)
    assert told("nets.onnx") == ("there is no file 'nets.onnx'", meant)
    assert told("nest.onnx") == ("there is no file 'nest.onnx'", meant)
    assert told("a\0b.onnx")[0].startswith("there is no file ")
