"""Help: every command ends its own with examples, and every example works."""

from __future__ import annotations

import shlex
import zipfile
from pathlib import Path

import pytest

from archstat.cli.app import application
from tests.bench.processes import started
from tests.bench.records import usual
from tests.cli.running import invoke, start
from tests.documents.bench.writing import render

app = application()
COMMANDS = [command.name for command in app.registered_commands]
EPILOGS = [app.info.epilog, *(command.epilog for command in app.registered_commands)]


SLOW = ("verify", "--device", "--latency")


def examples():
    """Return every example of every epilog: the words behind `archstat`."""
    lines = dict.fromkeys(line.strip() for epilog in EPILOGS for line in epilog.splitlines())
    for line in lines:
        if line.startswith("archstat "):
            ours = line.partition(" | ")[0].partition(" > ")[0].partition(" && ")[0]
            ours, _, stdin = ours.partition(" < ")
            yield pytest.param(
                shlex.split(ours)[1:],
                stdin,
                id=line,
                marks=[pytest.mark.slow] if any(word in ours for word in SLOW) else [],
            )


def test_these_are_the_commands():
    assert COMMANDS == [
        "table",
        "verify",
        "explain",
        "reconcile",
        "compare",
        "budget",
        "check",
        "grade",
        "key",
        "mistakes",
        "bench",
        "report",
        "draw",
        "field",
        "ceilings",
        "limit",
        "sweep",
        "results",
        "atlas",
        "mcp",
        "list",
        "show",
        "kinds",
        "code",
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_ends_with_examples(command):
    result = invoke(command, "--help")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.startswith(f"Usage: archstat {command} ")
    last = result.stdout.rpartition("\n\n")[2].splitlines()
    assert last[0] == "  Examples:"
    assert all(line.startswith(f"    archstat {command} ") or line == f"    archstat {command}"
               for line in last[1:])  # fmt: skip
    assert len(last) >= 3


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_help_of_all_names_every_command_and_where_to_start(option):
    result = invoke(option)
    assert result.exit_code == 0
    assert [name for name in COMMANDS if f"\n  {name} " not in result.stdout] == []
    assert result.stdout.endswith(
        "  Start with:\n"
        "    archstat table paper-alexnet --input 3x227x227\n"
        "    archstat verify paper-alexnet\n"
    )


def test_without_a_command_help_is_shown_and_nothing_was_answered():
    result = invoke()
    assert result.exit_code == 2
    assert "Usage: archstat" in result.stdout + result.stderr


@pytest.mark.parametrize("command", [*COMMANDS, ""])
def test_help_fits_a_terminal_of_80_columns(command):
    done = start(*command.split(), "--help", COLUMNS="80")
    lines = done.stdout.decode().partition("Examples:")[0].splitlines()
    assert [line for line in lines if len(line) > 80] == []


SHEET = """
| Layer | Weights    |
|-------|------------|
| conv1 | 34,848     |
| conv2 | 307,200    |
| conv3 | 884,736    |
| conv4 | 663,552    |
| conv5 | 442,368    |
| fc6   | 37,748,736 |
| fc7   | 16,777,216 |
| fc8   | 4,096,000  |
"""
NET = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(7200, 10))
"""
FILES = {
    "homework.md": SHEET,
    "sheet.docx": SHEET,  # its content tells what it is
    "sheet.xlsx": SHEET,
    "pasted.txt": SHEET,
    "sheet.csv": "Layer,Weights\nconv,216\nfc,72000\n",  # 8·3·3·3 and 30·30·8·10
    "net.py": NET,
    "submissions/": SHEET,
    "submissions.zip": SHEET,
    "roster.csv": "name\nAlice\n",
    "main.toml": 'extends = "vgg16"\n',
    "branch.toml": 'extends = "vgg16"\n',
    "old.json": render(usual(), "json"),
    "new.json": render(usual(), "json"),
    "plan.toml": '[[cases]]\nmodels = "lenet5"\nwhat = "table"\nbatch = 32\n',
    "bench/": None,
    "h200.json": None,
    "cpu.json,h200.json": None,
    "cat.jpg": b"\xff\xd8\xff",  # all that is looked at; a browser draws the rest
    "store": None,
    "h200": None,
    "cpu": None,
}
"""What the examples read."""


def make(name):
    """Write a file that an example reads, or one within the folder or the archive that it reads."""
    if name == "bench/":
        make("old.json")
        Path(name).mkdir()
        Path("old.json").rename("bench/old.json")
        return
    if name.endswith(".json") and FILES[name] is None:
        for each in name.split(","):
            assert invoke("ceilings", "--device", "cpu", "-o", each).exit_code == 0
        return
    if FILES.get(name, SHEET) is None:  # what a sweep has kept
        make("plan.toml")
        assert invoke("sweep", "plan.toml", "-o", name).exit_code == 0
        return
    if name.endswith("/"):
        Path(name).mkdir()
        name = f"{name}alice.md"
    if name.endswith(".zip"):
        with zipfile.ZipFile(name, "w") as archive:
            archive.writestr("alice.md", FILES[name])
    elif isinstance(FILES.get(name), bytes):
        Path(name).write_bytes(FILES[name])
    else:
        Path(name).write_text(FILES.get(name, SHEET), encoding="utf-8")


def skip_what_is_not_here(words):
    """Skip an example that this machine, or this torch, cannot answer."""
    if "--device" in words or words[0] == "verify" or "net.py:Net" in words:
        torch = pytest.importorskip("torch")
        if "cuda" in words and not torch.cuda.is_available():
            pytest.skip("this machine has no CUDA device")
    if "--train" in words and any(word.startswith("torchvision/") for word in words):
        from archstat.models.torch.private import tells_what_is_kept

        if not tells_what_is_kept():
            pytest.skip("this torch does not tell what training keeps")
    if words[0] == "mcp":
        pytest.skip("it serves until its client hangs up: tests/cli/test_mcp.py")
    if "ray" in words:
        pytest.importorskip("ray", reason="Ray is not installed")
        pytest.skip("tests/sweep/test_ray.py has a cluster")
    if "--min-share" in words:
        pytest.skip("its answer is of one record on one device: tests/cli/test_ceilings.py")
    if "trace.json" in words or ("results" in words and "--compare" in words):
        pytest.skip("what it reads is measured: tests/cli/test_trace.py, sweep/test_comparing.py")


@pytest.mark.parametrize(("words", "stdin"), list(examples()))
def test_an_example_works(words, stdin, tmp_path, monkeypatch):
    skip_what_is_not_here(words)
    if words[0] in {"bench", "ceilings", "limit"}:
        pytest.importorskip("torch")
        monkeypatch.setattr("archstat.bench.run.started", started)
    monkeypatch.chdir(tmp_path)
    for name in FILES.keys() & {*words, stdin, *(word.partition(":")[0] for word in words)}:
        make(name)
    before = set(tmp_path.iterdir()) - ({tmp_path / "store"} if words[0] == "sweep" else set())
    result = invoke(*words, stdin=FILES.get(stdin))
    is_told = "--save" in words or (words[0] == "sweep" and "-o" in words)
    assert (result.exit_code, bool(result.stderr)) == (0, is_told), result.stderr
    written = {path for path in tmp_path.iterdir() if path.name != "__pycache__"} - before
    # printed, or written to a file; what takes long does both
    is_both = bool({"grade", "--variants"} & {*words}) or (
        words[0] in {"atlas", "bench", "sweep"} and "-o" in words
    )
    assert (bool(result.stdout), bool(written)) in {(True, is_both), (False, True)}


def test_version_is_that_of_the_package():
    import archstat

    result = invoke("--version")
    assert (result.exit_code, result.stdout) == (0, f"archstat {archstat.__version__}\n")
    assert archstat.__version__ == "0.1.0"


def test_the_package_runs_as_a_module():
    assert start("--version").stdout == b"archstat 0.1.0\n"
    done = start("table")
    assert done.stderr.startswith(b"Usage: archstat table ")
    assert done.returncode == 2
