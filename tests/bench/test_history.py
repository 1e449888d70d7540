"""Records of a folder over time, made by hand: what is told as a change, and what is not."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from archstat.bench.commit import commit_of
from archstat.bench.comparing.ratio import Answer
from archstat.bench.history import KeptRecord, history, places_for
from archstat.bench.record import Result
from archstat.cli.benchmarks.bench_output import keep_in
from tests.bench.records import MS, cpu, record, result, work


def kept(day, *call_ns, case=None, **changes):
    """Return a record of a day: three processes, each with its latency."""
    whole = changes.pop("result", None) or result(case or cpu(1), *call_ns)
    began = f"2026-07-{day:02}T12:00:00Z"
    return KeptRecord(Path(f"{day}.json"), record(whole, began=began, commit=f"c{day}", **changes))


def answers(*records, **how):
    [found] = history(records, **how)
    return [(moment.kept.record.commit, moment.changed) for moment in found.moments]


def test_a_change_is_told_where_it_came_and_only_there():
    # 2 ms, then 3 ms: 1.5 times as long, with no scatter at all; and 2 ms again
    slow = (3 * MS,) * 3
    fast = (2 * MS,) * 3
    assert answers(kept(1, *fast), kept(2, *slow), kept(3, *slow), kept(4, *fast)) == [
        ("c1", None),
        ("c2", Answer.SLOWER),
        ("c3", None),
        ("c4", Answer.FASTER),
    ]


def test_a_slow_drift_is_told_once_it_is_beyond_the_tolerance_in_all():
    # 2 % a day against a tolerance of 5 %: 1.02, 1.04, 1.06 of the first
    days = [kept(day, *(round(2 * MS * 1.02 ** (day - 1)),) * 3) for day in range(1, 6)]
    assert [change for _, change in answers(*days)] == [None, None, None, Answer.SLOWER, None]


def test_what_the_interval_does_not_say_is_no_change():
    # processes of 1.6, 2 and 2.4 ms: another run may be anywhere between
    wide = (1_600_000, 2 * MS, 2_400_000)
    assert [change for _, change in answers(kept(1, *wide), kept(2, 2_300_000, *wide[1:]))] == [
        None,
        None,
    ]


def test_a_smaller_tolerance_tells_more():
    first, then = kept(1, *(2 * MS,) * 3), kept(2, *(2 * MS * 103 // 100,) * 3)
    assert answers(first, then)[1] == ("c2", None)
    assert answers(first, then, tolerance=0.02)[1] == ("c2", Answer.SLOWER)


def test_another_network_or_device_begins_anew():
    first = kept(1, *(2 * MS,) * 3)
    bigger = replace(result(cpu(1), *(4 * MS,) * 3), work=work(2))
    elsewhere = {"environment": {"cpu": {"name": "Another Processor"}}}
    [found] = history(
        [
            first,
            kept(2, result=bigger),
            kept(3, *(4 * MS,) * 3),
            kept(4, *(4 * MS,) * 3, **elsewhere),
        ]
    )
    assert [moment.anew for moment in found.moments] == [
        "",
        "another network",
        "another network",
        "another device",
    ]
    assert [moment.changed for moment in found.moments] == [None] * 4


def test_what_no_longer_works_is_a_change():
    failed = Result(cpu(1), work(1), failure="does not fit in memory")
    [found] = history([kept(1, *(2 * MS,) * 3), kept(2, result=failed)])
    assert found.moments[-1].changed is Answer.FAILED
    assert found.is_slower


def test_a_record_never_takes_the_place_of_another(tmp_path):
    whole = kept(1, *(2 * MS,) * 3).record
    for _ in range(2):
        keep_in(str(tmp_path), whole)
    names = sorted(path.name for path in tmp_path.iterdir())  # of one second the later is the last
    assert names == ["2026-07-01T120000Z-c1.json", "2026-07-01T120000Z-c1_0002.json"]
    changed = next(places_for(replace(whole, commit="abc+"), tmp_path))
    assert changed.name.endswith("abc-changed.json")


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_the_commit_is_that_of_the_folder_and_changes_are_marked(tmp_path):
    def git(*words):
        words = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words)
        done = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "--quiet")
    assert commit_of(tmp_path) == ""  # there is none yet
    (tmp_path / "net.py").write_text("a = 1\n", encoding="utf-8")
    git("add", ".")
    git("commit", "--quiet", "--message", "one")
    assert commit_of(tmp_path) == git("rev-parse", "--short=12", "HEAD")
    (tmp_path / "net.py").write_text("a = 2\n", encoding="utf-8")
    assert commit_of(tmp_path) == git("rev-parse", "--short=12", "HEAD") + "+"


def test_where_no_repository_is_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit_of(tmp_path) == ""
