"""The processes that one has started, and what they take together."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from archstat.homework.grading.submitted.watching import descendants, memory_bytes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells of processes in /proc")

MIB = 1 << 20


def test_descendants_are_those_of_those_too_and_none_that_has_ended():
    code = "import os, sys; os.fork(); print(flush=True); sys.stdin.read(1)"
    words = [sys.executable, "-c", code]
    with (
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,
        subprocess.Popen([sys.executable, "-c", ""]) as ended,
    ):
        os.waitid(
            os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT
        )  # it is there until it is waited for
        assert process.stdout.read(2) == b"\n\n"
        found = descendants()
        assert process.pid in found
        assert ended.pid not in found
        assert len(found) >= 2
        process.stdin.close()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([("RssAnon: 2048 kB\nRssShmem: 1024 kB\nRssFile: 9999 kB\nVmSwap: 512 kB", "")], 3.5),
        ([("RssAnon: 900 kB", "Pss_Anon: 1 kB")], 900 / 1024),
        (
            [
                ("RssAnon: 8192 kB", "Pss: 7000 kB\nPss_Anon: 4096 kB\nPss_Shmem: 512 kB"),
                ("RssAnon: 8192 kB", "Pss_Anon: 4096 kB\nSwapPss: 512 kB"),
            ],
            9.0,
        ),
        ([("RssAnon: 1024 kB", "Pss_Anon: 1 kB"), ("RssAnon: 1024 kB", "Pss_Anon: 1 kB")], 2.0),
    ],
    ids=["no file", "one shares nothing", "what is shared counts once", "few are not looked into"],
)
def test_memory_is_that_of_all_processes_together(tmp_path, files, expected):
    for number, (status, shares) in enumerate(files):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "status").write_text(status, encoding="utf-8")
        (tmp_path / str(number) / "smaps_rollup").write_text(shares, encoding="utf-8")
    numbers = [*range(len(files)), 77]  # which has ended
    assert memory_bytes(numbers, tmp_path, most=4 * MIB) == expected * MIB
