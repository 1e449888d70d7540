"""Small pickles that would take gigabytes, or for ever."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

import archstat
from archstat.errors import UsageError
from archstat.models.weights import pickled
from archstat.models.weights.pickled import read_pickled

HEAD, END = b"\x80\x02", b"."
TWICE = b"2\x86"  # the last thing twice, in a tuple
NESTED = b")" + TWICE * 40  # which holds 2^40 empty tuples
WEIGHT = (
    b"}(X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n%s"
    b"X\x03\0\0\0cpuK\x05tQK\0%sK\x01\x85\x89}tRu"
)


def written(path, pickle):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", HEAD + pickle + END)
    return path


@pytest.mark.parametrize(
    "pickle",
    [
        pytest.param(b"}" + NESTED + b"K\1s", id="a key"),
        pytest.param(WEIGHT % (NESTED, b"K\x05\x85"), id="the place of a tensor"),
        pytest.param(WEIGHT % (b"K\0", NESTED), id="the size of a tensor"),
    ],
)
def test_what_holds_itself_many_times_is_refused(tmp_path, pickle):
    with pytest.raises(UsageError, match="cannot be read: ValueError"):
        archstat.analyze(str(written(tmp_path / "net.pt", pickle)))


def test_a_tensor_like_those_is_read(tmp_path):
    report = archstat.analyze(str(written(tmp_path / "net.pt", WEIGHT % (b"K\0", b"K\x05\x85"))))
    assert report.totals.params == 5


def test_a_number_under_which_something_is_kept_takes_no_room(tmp_path):
    pytest.importorskip("resource", reason="this system has no limits on memory")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "from pathlib import Path; from archstat.models.weights.pickled import read_pickled\n"
        "read_pickled(Path(sys.argv[1]))"
    )
    path = written(tmp_path / "net.pt", b"}r\xff\xff\xff\x3f")  # 8 GiB of numbers below
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


CLAIMED = b"\x96" + (1 << 40).to_bytes(8, "little") + b"a"


def test_bytes_that_a_pickle_claims_are_made_no_room_for(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: ValueError"):
        read_pickled(written(tmp_path / "net.pt", CLAIMED))


@pytest.mark.parametrize(("count", "is_read"), [(99, True), (100, False)])
def test_a_pickle_has_only_so_many_words(tmp_path, monkeypatch, count, is_read):
    monkeypatch.setattr(pickled._Words, "left", 101)  # with the first and the last
    path = written(tmp_path / "net.pt", b"}" * count)
    if is_read:
        assert read_pickled(path) == {}
    else:
        with pytest.raises(UsageError, match="cannot be read: ValueError"):
            read_pickled(path)


def test_a_pickle_names_only_so_many_classes(tmp_path, monkeypatch):
    monkeypatch.setattr(pickled, "MOST_CLASSES", 2)
    assert read_pickled(written(tmp_path / "two.pt", b"ca\nA\nca\nB\n" * 9)).__name__ == "B"
    with pytest.raises(UsageError, match="cannot be read: ValueError"):
        read_pickled(written(tmp_path / "three.pt", b"ca\nA\nca\nB\nca\nC\n"))
