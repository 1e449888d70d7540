"""What is no file of the right kind, given to everything that reads one: told in a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer

from archstat.bench.record import to_dict
from archstat.cli.app import application
from archstat.cli.streams import CANNOT_ANSWER
from tests.bench.records import usual
from tests.bench.traces.writing import passes, trace
from tests.cli.everything import PLAN, SHEET
from tests.cli.running import environment, invoke
from tests.cli.watching import LONGEST_S, MOST_BYTES, WAIT_S, watched

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")

GRADE = "grade class --against lenet5 --workers 1"
CHECK = "check sheet.md --against lenet5"
READS = {
    "table model": [
        *("table FILE.toml", "table FILE", "table FILE.txt", "table FILE.json", "table FILE.npz"),
        *("table FILE.safetensors", "table FILE.gguf", "table FILE.index.json"),
    ],
    "table --input-file": [
        "table net.py:Net --input-file FILE.pt",
        "table net.py:Net --input-file FILE",
    ],
    "verify model": ["verify FILE.toml"],
    "explain model": ["explain FILE.toml C1"],
    "explain --input-file": ["explain net.py:Net relu --input-file FILE.npz"],
    "reconcile model": ["reconcile FILE.toml --value 1M"],
    "compare models": ["compare lenet5 FILE.toml", "compare FILE.txt lenet5"],
    "budget model": ["budget FILE.toml --max-params 1k"],
    "budget --input-file": ["budget net.py:Net --max-params 1k --input-file FILE.pt"],
    "check file": [
        f"check FILE{suffix} --against lenet5"
        for suffix in ("", ".md", ".csv", ".ipynb", ".docx", ".xlsx", ".ods", ".pdf", ".html")
    ],
    "check --against": ["check sheet.md --against FILE.toml"],
    "check --policy": [f"{CHECK} --policy FILE.toml"],
    "grade folder": [f"{GRADE.replace('class', 'FILE' + end)}" for end in ("", ".zip")],
    "grade --against": [f"{GRADE.replace('lenet5', 'FILE.toml')}"],
    "grade --roster": [f"{GRADE} --roster FILE.csv"],
    "grade --variants": [f"{GRADE} --variants FILE"],
    "grade --policy": [f"{GRADE} --policy FILE.toml"],
    "grade --override": [f"{GRADE} --override FILE.csv"],
    "key model": ["key FILE.toml"],
    "key --variants": ["key lenet5 --variants FILE.csv --vary channels -o variants"],
    "mistakes model": ["mistakes FILE.toml"],
    "bench models": ["bench FILE.toml --quick", "bench FILE.json", "bench FILE.json lenet5"],
    "bench --vs": ["bench record.json --vs FILE.json", "bench record.json --baseline FILE.json"],
    "bench --on": ["bench trace.json lenet5 --on FILE.json"],
    "bench --against-limit": ["bench record.json --against-limit FILE.json"],
    "report models": ["report FILE.toml -o page.html", "report lenet5 FILE.toml -o page.html"],
    "report --bench": ["report lenet5 -o page.html --bench FILE.json"],
    "report --input-file": ["report net.py:Net -o page.html --input-file FILE.npz"],
    "draw model": ["draw FILE.toml"],
    "draw --bench": ["draw lenet5 --color-by time --bench FILE.json"],
    "field model": ["field FILE.toml C1"],
    "field --image": ["field lenet5 C1 --image FILE.png -o field.svg"],
    "limit model": ["limit FILE.toml --on amd-epyc-2-cores"],
    "limit --on": ["limit lenet5 --on FILE.json"],
    "sweep plan": ["sweep FILE.toml -o store", "sweep FILE.toml --list"],
    "results stores": ["results FILE"],
    "results --compare": ["results store --compare FILE"],
    "atlas stores": ["atlas FILE -o pages"],
    "show name": ["show FILE.toml"],
    "code model": ["code FILE.toml"],
}
"""Each argument and option that may name a file, in words that have an answer else."""

WRITTEN = {"-o", "--save"}
"""What names a place that is written to."""

UNDER_A_GIB = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from archstat.__main__ import main
main()
"""


def folder(path):
    path.mkdir()


def endless(path):
    path.symlink_to("/dev/zero")


def large(path):
    with path.open("wb") as file:
        file.truncate(300 << 20)


def long_lines(path):
    path.write_bytes(b'name = "net"  # 1, 2, "3"\n' * 2_700_000)


FILES = {
    "a pipe that nobody writes to": os.mkfifo,
    "a device without an end": endless,
    "a folder": folder,
    "300 MiB of nothing": large,
    "70 MB of text": long_lines,
    "nothing": lambda path: path.write_bytes(b""),
    "a NUL": lambda path: path.write_bytes(b'name = "a\0b"\nname,\0\n{"a\0": 1}\n'),
    "Latin-1": lambda path: path.write_bytes('name = "Grüße"\nStraße,1\n'.encode("latin-1")),
    "a BOM alone": lambda path: path.write_bytes(b"\xef\xbb\xbf"),
    "UTF-16": lambda path: path.write_bytes('name = "x"\nname,points\n'.encode("utf-16")),
    "half a pair in UTF-16": lambda path: path.write_bytes(b"\xff\xfe\x00\xd8a\x00"),
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
}
"""Strange things that may lie where a file is asked for."""


def test_whatever_may_name_a_file_is_tried():
    named = set()
    for name, command in typer.main.get_command(application()).commands.items():
        for each in command.params:
            what = f"{each.metavar} {type(each.type).__name__}"
            words = ("FILE", "FOLDER", "MODEL", "STORE", "PLAN", "ROSTER", "Path")
            if any(word in what for word in words) and WRITTEN.isdisjoint(each.opts):
                is_option = each.param_type_name == "option"
                named.add(f"{name} {each.opts[0] if is_option else each.name}")
    assert named - READS.keys() == set()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Work where there are a sheet, a class, a plan, a store and a record."""
    monkeypatch.chdir(tmp_path)
    Path("sheet.md").write_text(SHEET, encoding="utf-8")
    Path("class").mkdir()
    Path("class/ada.md").write_text(SHEET, encoding="utf-8")
    Path("plan.toml").write_text(PLAN, encoding="utf-8")
    Path("net.py").write_text("from torch import nn\nNet = nn.ReLU\n", encoding="utf-8")
    Path("record.json").write_text(json.dumps(to_dict(usual())), encoding="utf-8")
    Path("trace.json").write_text(json.dumps(trace(passes(100, 100))), encoding="utf-8")
    return tmp_path


LEGAL = {
    ("nothing", "check --policy"),
    ("nothing", "grade --policy"),
}
"""What may be so: a policy that says nothing."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_file_of_its_kind_is_told_in_a_sentence(kind, place):
    wrong = []
    for what, commands in READS.items():
        for words in commands:
            if "net.py" in words and find_spec("torch") is None:
                continue
            name = next(word for word in words.split() if word.startswith("FILE"))
            strange = place / name.replace("FILE", "strange")
            if not (strange.is_symlink() or strange.exists()):
                FILES[kind](strange)
            with watched() as used:
                result = invoke(*words.replace("FILE", "strange").split())
            is_told = result.exit_code == CANNOT_ANSWER and result.stderr.startswith("error: ")
            is_told &= result.stderr.count("error: ") == 1 and result.stdout == ""
            is_told &= "strange" in result.stderr
            is_told |= (kind, what) in LEGAL
            if not is_told or used.seconds > LONGEST_S or used.bytes > MOST_BYTES:
                wrong.append((words, result.exit_code, result.stderr, used.seconds))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    ["check - --against lenet5", "check sheet.md --against lenet5 --policy /dev/stdin"],
)
def test_standard_input_without_an_end_is_read_up_to_a_limit(words, place):
    with Path("/dev/zero").open("rb") as zeros:
        done = subprocess.run(
            [sys.executable, "-c", UNDER_A_GIB, *words.split()],
            stdin=zeros,
            capture_output=True,
            check=False,
            text=True,
            timeout=WAIT_S,
            cwd=place,
            env=environment(),
        )
    assert done.returncode == CANNOT_ANSWER
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("error: ") == 1
