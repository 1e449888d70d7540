"""Where output goes: files, whole or not at all; pipes, terminals and full disks."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from archstat.cli.streams import say
from archstat.errors import shown
from tests.cli.running import ALL_SUFFIXES, assert_refused, environment, invoke, start


@pytest.mark.parametrize(
    ("suffix", "first_line"),
    [
        (".txt", "lenet5: LeNet-5 as it is"),
        (".md", "**lenet5: LeNet-5 as it is"),
        (".MD", "**lenet5: LeNet-5 as it is"),
        (".csv", "layer,kind,filters,filter_size"),
        (".tsv", "layer\tkind\tfilters\tfilter_size"),
        (".tex", r"% needs \usepackage{booktabs}"),
        (".json", "{"),
    ],
)
def test_the_suffix_of_a_file_decides_its_format(tmp_path, suffix, first_line):
    file = tmp_path / f"table{suffix}"
    result = invoke("table", "lenet5", "-o", file)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert file.read_text(encoding="utf-8").splitlines()[0].startswith(first_line)


def test_a_file_holds_what_stdout_would(tmp_path):
    file = tmp_path / "table.txt"
    invoke("table", "lenet5", "-o", file)
    assert file.read_bytes() == start("table", "lenet5").stdout


def test_format_wins_over_the_suffix(tmp_path):
    file = tmp_path / "table.md"
    assert invoke("table", "lenet5", "-o", file, "-f", "json").exit_code == 0
    assert json.loads(file.read_text(encoding="utf-8"))["model"] == "lenet5"


def test_a_dash_is_stdout():
    plain = invoke("table", "lenet5")
    assert invoke("table", "lenet5", "-o", "-").stdout == plain.stdout
    assert invoke("table", "lenet5", "-o", "-", "-f", "csv").stdout.startswith("layer,kind")


@pytest.mark.parametrize("name", ["table.bmp", "table", ".md", ""])
def test_a_suffix_that_says_no_format_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert_refused(
        invoke("table", "lenet5", "-o", name),
        f"error: -o {name!r}: the suffix says no format",
        f"  hint: use {ALL_SUFFIXES}, or state one with --format",
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    file = tmp_path / "no" / "t.md"
    result = invoke("table", "lenet5", "-o", file)
    assert result.exit_code == 2
    assert result.stderr.endswith("cannot be written: No such file or directory\n")


def test_a_folder_is_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_refused(
        invoke("table", "lenet5", "-o", ".", "-f", "csv"),
        "error: '.' cannot be written: Is a directory",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o555)
    result = invoke("table", "lenet5", "-o", "t.md")
    tmp_path.chmod(0o755)
    assert_refused(result, "error: 't.md' cannot be written: Permission denied")


def test_a_link_to_itself_is_refused_or_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("t.md").symlink_to("t.md")
    result = invoke("table", "lenet5", "-o", "t.md")
    assert result.exit_code in {0, 2}  # Python 3.13 follows such a link no further
    assert result.exit_code == 0 or "'t.md' cannot be written: it links to itself" in result.stderr


def test_the_longest_name_that_a_file_may_have_can_be_written(tmp_path):
    file = tmp_path / f"{'n' * 251}.csv"
    assert invoke("table", "lenet5", "-o", file).exit_code == 0
    assert file.exists()


def assert_untouched(file):
    """Check that a file is as it was, and that nothing lies beside it."""
    assert file.read_text(encoding="utf-8") == "precious"
    assert list(file.parent.iterdir()) == [file]


SPEC = 'input = [1, 4, 4]\nlayers = [ { name = "r", kind = "relu" } ]\n'


@pytest.fixture
def spec(tmp_path, monkeypatch):
    """Work in a folder with a spec file, and a link to it."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "my.toml"
    file.write_text(SPEC, encoding="utf-8")
    Path("link.csv").symlink_to("my.toml")
    return file


@pytest.mark.parametrize(("model", "output"), [("my.toml", "./my.toml"), ("my.toml", "link.csv")])
def test_the_spec_itself_is_not_overwritten(spec, model, output):
    assert_refused(
        invoke("table", model, "-o", output, "-f", "csv"),
        f"error: -o {str(Path(output))!r} would overwrite the model itself",
    )
    assert spec.read_text(encoding="utf-8") == SPEC


def test_a_copy_of_the_spec_may_be_overwritten(spec):
    copy = spec.with_name("copy.toml")
    copy.write_text(SPEC, encoding="utf-8")
    assert invoke("table", "my.toml", "-o", copy, "-f", "csv").exit_code == 0
    assert copy.read_text(encoding="utf-8").startswith("layer,kind")


def no_space(*_, **__):
    raise OSError(28, "No space left on device")


class FullFile:
    """A file on a disk that has become full."""

    def __init__(self, handle, *_, **__):
        self.handle = handle

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.handle)

    write = no_space


@pytest.mark.parametrize(
    ("place", "replacement"),
    [("os.fdopen", FullFile), ("pathlib.Path.replace", no_space), ("pathlib.Path.chmod", no_space)],
)
def test_a_file_stays_as_it_was_when_writing_fails(tmp_path, monkeypatch, place, replacement):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "t.md"
    file.write_text("precious", encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(place, replacement)
        result = invoke("table", "lenet5", "-o", "t.md")
    assert_refused(result, "error: 't.md' cannot be written: No space left on device")
    assert_untouched(file)


def test_a_file_stays_as_it_was_when_the_question_has_no_answer(tmp_path):
    file = tmp_path / "t.md"
    file.write_text("precious", encoding="utf-8")
    assert invoke("table", "lenet5", "--batch", 0, "-o", file).exit_code == 2
    assert_untouched(file)


def test_a_file_keeps_its_mode(tmp_path):
    file = tmp_path / "t.md"
    file.touch()
    file.chmod(0o640)
    invoke("table", "lenet5", "-o", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert file.stat().st_size > 0


def test_a_new_file_has_the_mode_of_new_files(tmp_path):
    before = os.umask(0o027)
    try:
        invoke("table", "lenet5", "-o", tmp_path / "t.md")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "t.md").stat().st_mode) == 0o640


@pytest.mark.parametrize("content", ["old", None])
def test_a_link_stays_and_its_target_is_written(tmp_path, content):
    target, link = tmp_path / "target.md", tmp_path / "link.md"
    if content:
        target.write_text(content, encoding="utf-8")
    link.symlink_to("target.md")
    assert invoke("table", "lenet5", "-o", link).exit_code == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("**lenet5")


def test_a_pipe_gets_a_workbook_as_it_is(tmp_path):
    file = tmp_path / "table.xlsx"
    invoke("table", "lenet5", "-o", file)
    assert start("table", "lenet5", "-f", "xlsx").stdout == file.read_bytes()


def test_a_pipe_can_be_named_as_a_file():
    done = start("table", "lenet5", "-f", "csv", "-o", "/dev/stdout")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"layer,kind")


def test_a_full_disk_behind_stdout_is_an_error_and_no_verdict():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "archstat", "table", "lenet5"],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.stderr == b"error: standard output cannot be written: No space left on device\n"
    assert done.returncode == 2


@pytest.mark.parametrize("command", ["table vgg16", "list", "show vgg16", "code vgg16"])
def test_a_reader_that_has_seen_enough_ends_a_command_silently(command):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "archstat", *command.split()],
        env=environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert done.stderr == b""


@pytest.mark.parametrize("changes", [{}, {"NO_COLOR": "1"}, {"TERM": "xterm-256color"}])
@pytest.mark.parametrize("command", ["table lenet5", "list", "show lenet5", "code lenet5"])
def test_a_pipe_gets_plain_text(command, changes):
    done = start(*command.split(), **changes)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout


def test_errors_are_plain_text():
    # no name of a library's model can have a hyphen, so none is imported to look
    assert start("table", "no-net").stderr == (
        b"error: there is no model 'no-net'\n"
        b"  hint: 'archstat list' shows the catalogue; a spec file ends in .toml\n"
    )


@pytest.mark.parametrize("command", ["table lenet5", "list", "show lenet5", "code lenet5", "-h"])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_letters_that_stdout_cannot_hold_become_those_nearest_to_them(command, encoding):
    done = start(*command.split(), PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    times = "x" if encoding == "ascii" else "×"
    if command == "table lenet5":
        assert done.stdout.decode(encoding).splitlines()[1] == (
            f"input 32{times}32{times}1, batch of 1, by formula"
        )


def test_errors_are_printed_in_ascii_too():
    done = start("table", "lenet5", "--input", "3", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: lenet5: layer 'C1' (conv2d): expects a map C")


def on_a_terminal(*words, **changes):
    """Return what a command prints on a terminal, and its exit code."""
    import pty

    main, terminal = pty.openpty()
    kept = {key: value for key, value in environment().items() if key != "PYTHONIOENCODING"}
    process = subprocess.Popen(
        [sys.executable, "-m", "archstat", *words],
        env={**kept, "TERM": "xterm", "COLUMNS": "80", **changes},
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    printed = b""
    try:
        while chunk := os.read(main, 1 << 16):
            printed += chunk
    except OSError:  # the terminal is closed with its last process
        pass
    os.close(main)
    return printed, process.wait()


def test_a_terminal_gets_colours():
    printed, code = on_a_terminal("table", "lenet5")
    assert code == 0
    assert b"\x1b[1m" in printed
    assert b"\x1b[2m" in printed


@pytest.mark.parametrize(("changes", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_marks_in_colours(tmp_path, changes, is_coloured):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("Layer,Weights\nC1,150\nC3,2401\nC5,48000\nF6,10080\nOutput,840\n")
    printed, code = on_a_terminal("check", str(sheet), "--against", "lenet5", **changes)
    assert code == 1
    assert "2401  ✗¹" in printed.decode()
    assert (b"\x1b[1;31m2401" in printed) is is_coloured
    assert (b"\x1b" in printed) is is_coloured


@pytest.mark.parametrize("changes", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_gets_no_colours_that_it_does_not_want(changes):
    printed, code = on_a_terminal("table", "lenet5", **changes)
    assert code == 0
    assert b"\x1b" not in printed
    assert b"lenet5" in printed


def test_a_terminal_gets_no_bytes_that_are_no_text():
    printed, code = on_a_terminal("table", "lenet5", "-f", "xlsx")
    assert code == 2
    assert printed.decode().splitlines() == [
        "error: a terminal cannot show this format",
        "  hint: write a file, with -o FILE",
    ]


def test_a_terminal_of_ascii_gets_the_nearest_letters():
    printed, code = on_a_terminal("table", "lenet5", NO_COLOR="1", PYTHONIOENCODING="ascii")
    assert code == 0
    assert b"input 32x32x1" in printed


def test_a_file_has_no_colours_even_if_a_terminal_looks_on(tmp_path):
    file = tmp_path / "t.txt"
    printed, code = on_a_terminal("table", "lenet5", "-o", str(file))
    assert (printed, code) == (b"", 0)
    assert b"\x1b" not in file.read_bytes()


def test_a_spec_cannot_send_commands_to_the_terminal(tmp_path):
    spec = tmp_path / "evil.toml"
    spec.write_text(
        'name = "a\\u001b[31m"\ntitle = "b\\u001b]0;c\\u0007"\nsource = "\\u009b31m"\n'
        'notes = ["d\\rerror: none"]\ninput = [1, 4, 4]\n'
        'layers = [ { name = "r", kind = "relu" }, { name = "\\u001b[1m", kind = "\\u001b" } ]\n',
        encoding="utf-8",
    )
    for command in ("table", "show", "code"):
        result = invoke(command, spec)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert [line for line in result.stderr.splitlines() if not line.isprintable()] == []
    assert "line 2: 'title': must be a text without control characters" in result.stderr


def test_a_title_of_several_lines_is_printed_on_one(tmp_path):
    spec = tmp_path / "net.toml"
    spec.write_text(
        'title = """\nTwo\n\tlines"""\ninput = [1, 4, 4]\n'
        'layers = [ { name = "r", kind = "relu" } ]\n',
        encoding="utf-8",
    )
    assert invoke("table", spec).stdout.splitlines()[0] == "net: Two lines"


@pytest.mark.parametrize(
    "words", [["table", "child.toml"], ["key", "child.toml"], ["explain", "child.toml", "r"]]
)
def test_a_spec_that_another_extends_is_not_overwritten(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    Path("parent.toml").write_text(SPEC, encoding="utf-8")
    Path("child.toml").write_text('extends = "parent.toml"\n', encoding="utf-8")
    assert_refused(
        invoke(*words, "-o", "parent.toml", "-f", "csv"),
        "error: 'parent.toml' would be overwritten, and this command reads it",
    )
    assert Path("parent.toml").read_text(encoding="utf-8") == SPEC


def test_names_of_files_tell_a_terminal_nothing(capsys):
    say("a\x1b[31mb\u202e:\nhint")
    assert capsys.readouterr().err == "a [31mb :\nhint\n"


def test_a_name_that_is_too_long_for_a_file_is_told(tmp_path):
    path, spec = tmp_path / f"{'x' * 300}.json", tmp_path / "net.toml"
    spec.write_text('extends = "lenet5"\n', encoding="utf-8")
    assert_refused(
        invoke("table", spec, "-o", path),
        f"error: {shown(str(path))} cannot be written: {os.strerror(errno.ENAMETOOLONG)}",
    )
