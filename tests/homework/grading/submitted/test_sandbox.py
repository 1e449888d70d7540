"""Submitted Python: what it can do, and what it cannot."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from archstat.homework.grading.processes import environment, python
from archstat.homework.grading.submissions import Described
from archstat.homework.grading.submitted import limiting
from archstat.homework.grading.submitted.sandbox import (
    MachineIsFull,
    Sandbox,
    TimeIsUp,
    _room_for_processes,
)
from archstat.homework.grading.submitted.walls import IN_MEMORY, ON_DISK, Walls
from tests.homework.grading.submitted.running import LIMITS, WALLS, NoWalls, run, walls_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are those of Linux")


def test_what_a_file_says_is_told_from_what_was_handed_in():
    found = run("print('a,b')")
    assert found == {"net.py": b"a,b\n"}
    assert type(found["net.py"]) is Described


def test_a_network_is_named_behind_its_file():
    sandbox = Sandbox(("echo",), LIMITS, "Net")
    (found,) = asyncio.run(sandbox.networks((("net.py", b""),)))
    assert found == ("net.py", b"net.py:Net\n")


def test_of_what_a_process_prints_its_error_alone_is_told_once():
    said = (
        "import sys; print('hello', file=sys.stderr); print('note: 3 statements', file=sys.stderr);"
        "sys.exit('error: net.py:Net: the forward pass fails: broken\\n  hint: line 9')"
    )
    assert run(said)["net.py"] == "the forward pass fails: broken … hint: line 9"


def test_what_is_no_python_is_not_run():
    sandbox = Sandbox((sys.executable, "-B"), LIMITS)
    assert asyncio.run(sandbox.networks((("a.md", b"x"), ("b.py", "is a link")))) == ()


def test_a_file_may_import_its_neighbours_and_sees_no_other_file():
    code = (
        "import os, sys; sys.path.insert(0, ''); import layers; "
        "print(sorted(set(os.listdir()) - {'__pycache__'}))"
    )
    others = (("sub/layers.py", b""), ("../../up and away.py", b""), ("hw.md", b"x"))
    assert run(code, *others)["net.py"] == b"['layers.py', 'net.py', 'up_and_away.py']\n"


def test_a_file_has_nothing_of_our_environment(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    (printed,) = run("import os; print(*sorted(os.environ))").values()
    assert set(printed.decode().split()) == {
        *("HOME", "LC_CTYPE", "OMP_NUM_THREADS", "PYTHONPATH", "TMPDIR"),
    }


def test_a_file_lies_in_a_folder_that_is_gone_afterwards():
    (printed,) = run("import os; open('x', 'w'); print(os.getcwd(), os.environ['HOME'])").values()
    folder, home = printed.decode().split()
    assert folder == home
    assert not os.path.exists(folder)  # noqa: PTH110  a name, not a path of ours


@pytest.mark.parametrize(
    ("code", "why"),
    [
        pytest.param("1/0", "ZeroDivisionError: division by zero", id="raises"),
        pytest.param("import os; os._exit(7)", "ends the process that runs it", id="exits"),
        pytest.param("import os; os.kill(os.getpid(), 9)", "ends the process", id="dies"),
        pytest.param("x = bytearray(4 << 30)", "MemoryError", id="memory"),
        pytest.param("open('x', 'wb').write(bytes(17 << 20))", "File too large", id="files"),
        pytest.param("print('x' * (5 << 20))", "prints too much", id="prints"),
        pytest.param(
            "import sys; sys.stderr.write('x' * (5 << 20))", "prints too much", id="complains"
        ),
        pytest.param(
            "for n in range(300): globals()[f'f{n}'] = open('x', 'w')",
            "Too many open files",
            id="open files",
        ),
        pytest.param("raise SystemExit('\\x1b[31mred')", "red", id="terminal"),
    ],
)
def test_what_a_file_cannot_do_is_told(code, why):
    (found,) = run(code).values()
    assert isinstance(found, str)
    assert why in found
    assert len(found) <= 300
    assert found.isprintable()


@pytest.mark.parametrize(
    "code",
    [
        'raise RuntimeError("can\'t start new thread")',
        "raise BlockingIOError(11, 'Resource temporarily unavailable')",
        "raise OSError(28, 'No space left on device')",
    ],
)
def test_what_fails_as_the_machine_is_full_says_nothing_of_the_code(code):
    with pytest.raises(MachineIsFull):
        run(code, walls=NoWalls())


def test_the_room_for_processes_is_beside_those_that_run_already(tmp_path):
    for process, threads in ((1, 3), (20, 300)):
        for thread in range(threads):
            (tmp_path / str(process) / "task" / str(thread)).mkdir(parents=True)
    (tmp_path / "self" / "task").mkdir(parents=True)
    assert _room_for_processes(tmp_path) == 303 + 64
    assert _room_for_processes(tmp_path / "nowhere") == 0


def test_messages_do_not_name_the_folder():
    (found,) = run("raise ValueError(__file__)").values()
    assert found == "Traceback (most recent call last): … ValueError: net.py"


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        pytest.param("while True: pass", id="works"),
        pytest.param("import time; time.sleep(100)", id="waits"),
    ],
)
def test_a_file_has_only_so_much_time(code):
    with pytest.raises(TimeIsUp):
        run(code)


@pytest.mark.slow
def test_a_file_that_does_not_listen_ends_all_the_same():
    code = "import signal; signal.signal(signal.SIGXCPU, lambda *_: None)\nwhile True: pass"
    with suppress(TimeIsUp):  # on a busy machine, the clock is first
        assert run(code) == {"net.py": "ends the process that runs it"}


def test_a_file_has_no_network_where_the_system_allows_that():
    if not WALLS.kind:
        pytest.skip("this system does not")
    code = "print(open('/proc/net/dev').read().count(':'))"
    assert run(code) == {"net.py": b"1\n"}  # that to itself


def test_what_a_file_leaves_behind_ends_with_it_where_the_system_allows_that():
    if not WALLS.kind:
        pytest.skip("this system does not")
    code = "import os, time\nif os.fork() == 0:\n os.setsid(); time.sleep(60)"
    assert run(code) == {"net.py": b""}


def test_a_file_does_not_see_other_processes_where_the_system_allows_that():
    if not WALLS.kind:
        pytest.skip("this system does not")
    code = f"import os; os.kill({os.getpid()}, 0)"
    (found,) = run(code).values()
    assert "ProcessLookupError" in found


@pytest.fixture(params=[IN_MEMORY, ON_DISK])
def behind(request):
    """Run code behind each kind of walls that this system can build."""

    def run_behind(code, *hidden):
        (found,) = run(code, walls=walls_of(request.param, hidden)).values()
        return found

    return run_behind


def test_code_can_write_nowhere_but_in_its_own_folder(behind, tmp_path):
    inside = behind("open('x', 'w').write('a'); print(open('x').read())")
    assert inside == b"a\n"
    outside = behind(f"open({str(tmp_path / 'x')!r}, 'w')")
    assert "Read-only file system" in outside
    assert not (tmp_path / "x").exists()


def test_code_sees_neither_the_class_nor_its_results(behind, tmp_path):
    results, packed = tmp_path / "results", tmp_path / "class.zip"
    results.mkdir()
    (results / "class.csv").write_text("kim", encoding="utf-8")
    packed.write_text("secret", encoding="utf-8")
    assert behind(f"import os; print(os.listdir({str(results)!r}))", results, packed) == b"[]\n"
    found = behind(f"print(open({str(packed)!r}).read())", results, packed)
    assert "secret" not in str(found)


def test_code_has_no_right_to_take_its_walls_down(behind):
    code = (
        "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('Cap')])"
    )
    assert set(eval(behind(code))) == {"0" * 16}  # noqa: S307  our own list


def test_code_can_use_the_devices_that_programs_need_and_no_other(behind):
    code = (
        "import os; open('/dev/null', 'w').write('x'); random = open('/dev/urandom', 'rb'); "
        "print(len(random.read(3)), "
        "[name for name in os.listdir('/dev') if name[:2] in ('sd', 'vd', 'nv', 'km', 'me')])"
    )
    assert behind(code) == b"3 []\n"


def test_nothing_is_hidden_that_python_lies_in():
    assert list(Walls((Path(sys.prefix).parent, Path("/")))._hidden("/x")) == []


def test_code_ends_with_whoever_has_started_it():
    words = (*python(limiting.__name__), "20", str(1 << 28), "0", "[]")
    waits = (sys.executable, "-c", "import time; time.sleep(100)")
    process = subprocess.Popen(
        [*words, *waits], stdin=subprocess.PIPE, env=environment(), start_new_session=True
    )
    process.stdin.close()  # as it is when its parent is gone
    assert process.wait(timeout=60) in {-signal.SIGKILL, limiting.KILLED + signal.SIGKILL}
