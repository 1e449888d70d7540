"""How a command ends: what it prints where, and with which exit code, whatever goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from archstat.cli.shared import limited
from archstat.cli.streams import BROKEN_PIPE
from archstat.cli.wording import bug
from archstat.errors import UsageError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="descriptors are those of POSIX")

NET = """
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 4)
        {init}
    def forward(self, x):
        {forward}
        return self.fc(x)
"""


def archstat(*words, **more):
    command = [sys.executable, "-m", "archstat", *words]
    return subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True, **more)


def closed(*descriptors):
    return lambda: [os.close(each) for each in descriptors]


@pytest.mark.parametrize("words", [["show", "lenet5"], ["--version"]])
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no such device")  # noqa: PTH110
def test_standard_output_that_takes_nothing_is_told(words):
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123
        done = archstat(*words, stdout=full)
    assert done.returncode == 2
    assert done.stderr == "error: standard output cannot be written: No space left on device\n"


def test_standard_output_that_is_closed_is_told():
    done = archstat("show", "lenet5", preexec_fn=closed(1))
    assert done.returncode == 2
    assert done.stderr == "error: standard output cannot be written: Bad file descriptor\n"


def test_a_closed_standard_output_harms_no_file(tmp_path):
    path = tmp_path / "table.md"
    done = archstat("table", "lenet5", "-o", str(path), preexec_fn=closed(0, 1))
    assert (done.returncode, done.stderr) == (0, "")
    assert "OUTPUT" in path.read_text(encoding="utf-8")


def test_a_closed_standard_input_holds_nothing():
    done = archstat("check", "-", "--against", "lenet5", preexec_fn=closed(0))
    assert done.returncode == 2
    assert done.stderr.startswith("error: standard input: is empty\n")


def test_a_pipe_that_nobody_reads_is_no_answer_and_no_error():
    reads, writes = os.pipe()
    os.close(reads)
    done = archstat("table", "lenet5", stdout=writes)
    os.close(writes)
    assert (done.returncode, done.stderr) == (BROKEN_PIPE, "")


def test_a_folder_that_is_gone_is_told(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    words = [sys.executable, "-m", "archstat", "list"]
    script = f"import os, sys; os.rmdir({str(gone)!r}); os.execv(sys.executable, {words!r})"
    path = os.pathsep.join(each for each in sys.path if each)
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        cwd=gone,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: the folder that this was started in is gone\n")


def test_a_bug_is_told_in_two_lines():
    try:
        {}["network"]
    except KeyError as error:
        told = bug(error)
    assert told.startswith("error: archstat itself fails: \"KeyError: 'network'\"\n  hint: please ")
    assert "test_streams.py:" in told
    assert told.count("\n") == 2


@pytest.mark.slow
def test_nothing_that_a_model_leaves_running_keeps_us_or_reaches_an_answer(tmp_path):
    pytest.importorskip("torch")
    init = (
        "import atexit, threading, time; atexit.register(print, 'AT EXIT'); "
        "threading.Thread(target=lambda: [print('NOISE', flush=True) or time.sleep(.05) "
        "for _ in range(2_000)]).start()"
    )
    path = tmp_path / "net.py"
    path.write_text(NET.format(init=init, forward=""), encoding="utf-8")
    done = archstat(
        "table", f"{path}:Net", "--input", "3", "-f", "csv", stdout=subprocess.PIPE, timeout=60
    )
    assert done.returncode == 0
    assert "NOISE" in done.stderr
    assert "NOISE" not in done.stdout
    assert "AT EXIT" not in done.stdout
    assert done.stdout.startswith("layer,")


@pytest.mark.slow
def test_a_limit_on_time_ends_the_process_whatever_waits_at_exit(tmp_path):
    pytest.importorskip("torch")
    init = "import atexit, time; atexit.register(time.sleep, 100); time.sleep(100)"
    path = tmp_path / "net.py"
    path.write_text(NET.format(init=init, forward=""), encoding="utf-8")
    done = archstat("table", f"{path}:Net", "--input", "3", "--timeout", "1", timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith("error: no answer within 1 s\n")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer")
def test_a_limit_on_time_is_told_where_python_wraps_what_ends_it():
    class Slow:
        def __set_name__(self, owner, name):  # Python 3.11 makes a RuntimeError of what it raises
            time.sleep(60)

    with pytest.raises(UsageError, match=r"no answer within 0\.3 s"), limited(0.3):
        type("Owner", (), {"slow": Slow()})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("init", "forward"), [("raise BaseException('boo')", ""), ("", "raise BaseException('boo')")]
)
def test_whatever_a_model_raises_is_its_own(tmp_path, init, forward):
    pytest.importorskip("torch")
    path = tmp_path / "net.py"
    path.write_text(NET.format(init=init, forward=forward), encoding="utf-8")
    done = archstat("table", f"{path}:Net", "--input", "3", stdout=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "BaseException: boo" in done.stderr
    assert "archstat/" not in done.stderr


def test_ctrl_c_while_the_command_line_is_imported_prints_nothing(tmp_path):
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = archstat("list", stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path})
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
