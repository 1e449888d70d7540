"""Grading a class: throughput, memory, the same results in any case, and what a kill costs.

Submissions are made from the table of a network, each with a mistake, in one of several formats and
under the names of one of several systems; one in twenty is junk. They are graded by the command, in
processes of their own, with one worker, with two, and with two that are killed halfway.

    python benchmarks/grade.py [SUBMISSIONS]
    python benchmarks/grade.py --soak [SUBMISSIONS] [KILLS]

The soak kills a run as often, at random, lets it go on a disk that takes no more, starts two at
once, and lets the last one end: every entry must have its one row.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path

from archstat.homework.answers.truth import Answer, Truth, truth_of
from archstat.homework.grading.ledger import NAME
from archstat.homework.mistakes import MISTAKES
from archstat.models.spec.resolve import Variant, resolve
from archstat.report.report import report_on

MODEL = "paper-alexnet"
SEED = 20_120_930
JUNK_SHARE = 0.05
MOST_WAIT_S = 60.0
SLIP_SHARE = 0.3
QUANTITIES = {
    "feature_map": "Feature map",
    "weights": "Weights",
    "neurons": "Neurons",
    "macs": "MACs",
    "receptive_field": "Receptive field",
}

Grid = list[list[str]]


def table(truth: Truth, chance: random.Random) -> Grid:
    """Return a sheet with one mistake, and a wrong digit in some."""
    mistake = chance.choice(MISTAKES)
    told = mistake.account(truth)
    grid = [["Layer", *QUANTITIES.values()]]
    for name, answers in truth.account.items():
        if not name.startswith(("conv", "pool", "fc")):
            continue
        wrong = told.get(name, {})
        cells = [
            wrong.get(key, answers[key]) if key in mistake.quantities else answers[key]
            for key in QUANTITIES
        ]
        grid.append([name, *map(written, cells)])
    if chance.random() < SLIP_SHARE:
        row, column = chance.randrange(1, len(grid)), chance.choice([2, 3, 4])
        grid[row][column] += chance.choice("0123456789")
    return grid


def written(answer: Answer) -> str:
    """Return an answer as students write it."""
    if isinstance(answer, tuple):
        sizes = (*answer[1:], answer[0]) if len(answer) > 2 else answer[:1]  # noqa: PLR2004  maps
        return "×".join(map(str, sizes))
    return "-" if not answer else f"{answer:,}"


def markdown(grid: Grid) -> str:
    lines = [f"| {' | '.join(row)} |" for row in grid]
    return "\n".join([lines[0], "|---" * len(grid[0]) + "|", *lines[1:]]) + "\n"


def delimited(grid: Grid) -> str:
    return "".join(";".join(row) + "\n" for row in grid)


def html(grid: Grid) -> str:
    rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in grid)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>\n"


def latex(grid: Grid) -> str:
    rows = " \\\\\n".join(" & ".join(row) for row in grid)
    return f"\\begin{{tabular}}{{{'l' * len(grid[0])}}}\n{rows} \\\\\n\\end{{tabular}}\n"


def notebook(grid: Grid) -> str:
    cell = {"cell_type": "markdown", "metadata": {}, "source": markdown(grid)}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def docx(grid: Grid) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    rows = "".join(
        "<w:tr>"
        + "".join(f"<w:tc><w:p><w:r><w:t>{escape(cell)}</w:t></w:r></w:p></w:tc>" for cell in row)
        + "</w:tr>"
        for row in grid
    )
    document = f"<w:document {space}><w:body><w:tbl>{rows}</w:tbl></w:body></w:document>"
    return packed({"[Content_Types].xml": "<Types/>", "word/document.xml": document})


def packed(members: dict[str, str]) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


FORMATS: dict[str, Callable[[Grid], str | bytes]] = {
    ".md": markdown,
    ".csv": delimited,
    ".html": html,
    ".tex": latex,
    ".ipynb": notebook,
    ".docx": docx,
}


def junk(chance: random.Random) -> bytes:
    """Return something that nobody can mark."""
    kinds: Sequence[Callable[[], bytes]] = (
        lambda: b"",
        lambda: b"%PDF-1.7\n" + chance.randbytes(2_000),
        lambda: chance.randbytes(5_000),
        lambda: b"I could not do it.\n",
        lambda: packed({"word/document.xml": "x"})[:-20],
        lambda: packed({"word/document.xml": "0" * (300 << 20 >> 4)}),
        lambda: b"<table>" * 5_000,
        lambda: b"Layer,Weights\nconv1,=10**10**10\n" + b"x," * 50_000,
    )
    return chance.choice(kinds)()


def junk_entry(folder: Path, chance: random.Random) -> None:
    """Hand in something that is no file: what people and systems leave."""
    kind = chance.randrange(5)
    folder.mkdir()
    if kind == 1:
        (folder / ".DS_Store").write_bytes(b"x")
    if kind == 2:  # noqa: PLR2004  the kinds are numbered
        deep = folder.joinpath(*"x" * 60)
        deep.mkdir(parents=True)
        (deep / "homework.md").write_text("too deep", encoding="utf-8")
    if kind == 3:  # noqa: PLR2004
        (folder / "submission_metadata.yml").write_bytes(b"submission_1:\n\0")
    if kind == 4:  # noqa: PLR2004
        (folder / "homework.md").symlink_to("/etc/hostname")


def hand_in(folder: Path, count: int) -> None:
    """Write the submissions of a class, each an entry of the folder."""
    truth = truth_of(graph := resolve(MODEL, Variant()), report_on(graph))
    chance = random.Random(SEED)  # noqa: S311  a seed makes it the same class each time
    for number in range(count):
        suffix = chance.choice(list(FORMATS))
        made = FORMATS[suffix](table(truth, chance))
        content = made.encode() if isinstance(made, str) else made
        if number % round(1 / JUNK_SHARE) == 0:
            content = junk(chance)
        path = folder / chance.choice(
            [
                f"student{number:05}{suffix}",
                f"student{number:05}/homework{suffix}",
                f"student{number:05}_{number}_{900_000 + number}_homework{suffix}",
                f"Student {number:05}_{number}_assignsubmission_file_/homework{suffix}",
            ]
        )
        if number % round(2 / JUNK_SHARE) == 1:
            junk_entry(folder / f"student{number:05}", chance)
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


@dataclass(frozen=True)
class Run:
    """What a run of the command took."""

    seconds: float
    cpu_seconds: float
    parent_bytes: int
    worker_bytes: int


def grade(folder: Path, output: Path, workers: int, *, stop_at: int | None = None) -> Run:
    """Grade a class; kill all of it at once when so many records are on the disk."""
    words = ["grade", folder, "--against", MODEL, "-o", output, "--workers", workers]
    start, before = time.perf_counter(), cpu_seconds()
    process = subprocess.Popen(
        [sys.executable, "-m", "archstat", *map(str, words)], stdout=subprocess.DEVNULL
    )
    peaks = {"parent": 0, "worker": 0}
    watcher = threading.Thread(target=watch, args=(process.pid, peaks))
    watcher.start()
    while process.poll() is None:
        time.sleep(0.05)
        if stop_at is not None and len(list(output.glob("feedback/*"))) >= stop_at:
            process.send_signal(signal.SIGKILL)
    watcher.join()
    if stop_at is None and process.returncode != 0:
        sys.exit(f"archstat grade ended with {process.returncode}")
    return Run(
        time.perf_counter() - start, cpu_seconds() - before, peaks["parent"], peaks["worker"]
    )


def cpu_seconds() -> float:
    """Return what all processes that we have started took of processors, whoever else did."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def watch(pid: int, peaks: dict[str, int]) -> None:
    """Note how much memory a process and its children had at most, as Linux knows it."""
    while (own := peak_bytes(pid)) is not None:
        peaks["parent"] = max(peaks["parent"], own)
        for child in children(pid):
            peaks["worker"] = max(peaks["worker"], peak_bytes(child) or 0)
        time.sleep(0.05)


def children(pid: int) -> Iterator[int]:
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            yield from map(int, path.read_text().split())
        except OSError:
            continue


def peak_bytes(pid: int) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM")), None)


def records(output: Path) -> list[str]:
    """Return the keys of the records on the disk."""
    path = output / NAME
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as database:
        return [json.loads(key) for (key,) in database.execute("SELECT key FROM graded")]


def wait_for_records(output: Path, count: int) -> None:
    """Wait until a run that has just begun has graded so many more, however busy the machine is."""
    folder, end = output / "feedback", time.monotonic() + MOST_WAIT_S

    def written() -> int:
        return len(list(folder.iterdir())) if folder.is_dir() else 0

    enough = written() + count
    while written() < enough and time.monotonic() < end:
        time.sleep(0.01)


def results(output: Path) -> dict[str, bytes]:
    """Return everything that a run has written for people."""
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file() and path.name != NAME
    }


def mib(count: int) -> str:
    return f"{count / (1 << 20):.0f} MiB"


REMOUNT, UNMOUNT, DISK = ("mount", "-o"), ("umount",), "remount,size=512m"


def mounted(folder: Path) -> bool:
    """Mount a disk of its own in a folder, if we may; a limit on files stands for it elsewhere."""
    words = ["mount", "-t", "tmpfs", "-o", "size=512m", "none", folder]
    with contextlib.suppress(FileNotFoundError):
        return subprocess.run(words, check=False, capture_output=True).returncode == 0
    return False


def soak(count: int, kills: int) -> bool:
    """Kill a run at random, fill its disk, start two at once; return whether all have one row."""
    chance = random.Random(SEED)  # noqa: S311  the same soak each time
    with tempfile.TemporaryDirectory() as name:
        folder, output = Path(name) / "submissions", Path(name) / "out"
        folder.mkdir()
        output.mkdir()
        disk = mounted(output)
        hand_in(folder, count)
        words = ["grade", folder, "--against", MODEL, "-o", output, "--workers", 2]
        command = [sys.executable, "-m", "archstat", *map(str, words)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        seen: set[str] = set()
        lost = 0
        for number in range(kills):
            process = subprocess.Popen(command, **quiet)
            if number % 5:  # the others, wherever they are
                wait_for_records(output, chance.randint(1, max(1, count // kills)))
            time.sleep(chance.uniform(0.0, 0.5 if number % 5 else 3.0))
            process.kill()
            process.wait()
            kept = set(records(output))
            lost += len(seen - kept)
            seen = kept
        print(f"{kills} kills: {len(seen)} of {count} graded, {lost} lost")

        def little_disk() -> None:
            if disk:
                left = shutil.disk_usage(output).used + (1 << 16)
                subprocess.run([*REMOUNT, f"remount,size={left}", output], check=True)
            else:
                resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, 8_192))

        full = subprocess.run(
            command, check=False, capture_output=True, text=True, preexec_fn=little_disk
        )
        print(f"a disk that takes no more: exit {full.returncode}: {full.stderr.strip()[:100]}")
        if disk:
            subprocess.run([*REMOUNT, DISK, output], check=True)
        first = subprocess.Popen(command, **quiet)
        second = subprocess.run(command, check=False, capture_output=True, text=True)
        codes = sorted([first.wait(), second.returncode])
        last = subprocess.run(command, check=False, **quiet).returncode
        with (output / "class.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = Counter(row["student"] for row in csv.DictReader(file))
        expected = len(list(folder.iterdir()))
        doubled = sum(number - 1 for number in rows.values())
        print(f"two at once: exits {codes}; the last run: exit {last}")
        print(f"{expected} entries, {len(rows)} rows, {doubled} doubled")
        if disk:
            subprocess.run([*UNMOUNT, output], check=True)
        return last == lost == doubled == 0 and len(rows) == expected and full.returncode == 2  # noqa: PLR2004


def main() -> None:
    """Print a table of the runs, and whether they agree."""
    if "--soak" in sys.argv:
        numbers = [int(word) for word in sys.argv[1:] if word != "--soak"]
        sys.exit(not soak(*numbers, *(2_000, 50)[len(numbers) :]))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folder = root / "submissions"
        folder.mkdir()
        hand_in(folder, count)
        print(f"{count} submissions against {MODEL}, {os.cpu_count()} cores\n")
        print("| workers | seconds | submissions/s | CPU, each | parent | a worker |")
        print("| ---: | ---: | ---: | ---: | ---: | ---: |")
        for workers in (1, 2):
            run = grade(folder, root / f"out{workers}", workers)
            print(
                f"| {workers} | {run.seconds:.0f} | {count / run.seconds:.0f} "
                f"| {1000 * run.cpu_seconds / count:.0f} ms "
                f"| {mib(run.parent_bytes)} | {mib(run.worker_bytes)} |"
            )
        again = grade(folder, root / "out2", 2)
        grade(folder, root / "killed", 2, stop_at=count // 2)
        before = records(root / "killed")
        grade(folder, root / "killed", 2)
        after = records(root / "killed")
        one, two, killed = (results(root / name) for name in ("out1", "out2", "killed"))
        print(f"\nthe same again, with nothing to do: {again.seconds:.1f} s")
        print(f"1 and 2 workers write the same {len(one)} files: {one == two}")
        print(f"killed at {len(before)} records, and gone on, the same: {killed == two}")
        print(f"records lost: {count - len(set(after))}, twice: {len(after) - len(set(after))}")


if __name__ == "__main__":
    main()
