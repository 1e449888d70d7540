"""Submitted Python: what it can do, and what it cannot."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress

import pytest

from archstat.homework.grading.guards import Limits
from archstat.homework.grading.sandbox import (
    MachineIsFull,
    Sandbox,
    TimeIsUp,
    _room_for_processes,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are those of Linux")

LIMITS = Limits(time_s=1.0, memory_bytes=1 << 28)


def run(code, *others, limits=LIMITS):
    """Return what a file prints when Python itself runs it, or why that is nothing."""
    sandbox = Sandbox((sys.executable, "-B"), limits)
    files = (("net.py", code.encode()), *others)
    return dict(asyncio.run(sandbox.tables(files)))


def test_what_a_file_prints_is_its_table():
    assert run("print('a,b')") == {"net.py.csv": b"a,b\n"}


def test_a_network_is_named_behind_its_file():
    sandbox = Sandbox(("echo",), LIMITS, "Net")
    (found,) = asyncio.run(sandbox.tables((("net.py", b""),)))
    assert found == ("net.py.csv", b"net.py:Net\n")


def test_what_is_no_python_is_not_run():
    sandbox = Sandbox((sys.executable, "-B"), LIMITS)
    assert asyncio.run(sandbox.tables((("a.md", b"x"), ("b.py", "is a link")))) == ()


def test_a_file_may_import_its_neighbours_and_sees_no_other_file():
    code = "import os, sys; sys.path.insert(0, ''); import layers; print(sorted(os.listdir()))"
    others = (("sub/layers.py", b""), ("../../up and away.py", b""), ("hw.md", b"x"))
    assert run(code, *others)["net.py.csv"] == b"['layers.py', 'net.py', 'up_and_away.py']\n"


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
        pytest.param("print('x' * (2 << 20))", "prints too much", id="prints"),
        pytest.param(
            "import sys; sys.stderr.write('x' * (2 << 20))", "prints too much", id="complains"
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
        run(code)


def test_the_room_for_processes_is_beside_those_that_run_already(tmp_path):
    for process, threads in ((1, 3), (20, 300)):
        for thread in range(threads):
            (tmp_path / str(process) / "task" / str(thread)).mkdir(parents=True)
    (tmp_path / "self" / "task").mkdir(parents=True)
    assert _room_for_processes(tmp_path) == {"RLIMIT_NPROC": 303 + 256}
    assert _room_for_processes(tmp_path / "nowhere") == {}


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
    if not Sandbox((), LIMITS).is_cut_off:
        pytest.skip("this system does not")
    code = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    (found,) = run(code).values()
    assert found.endswith("OSError: [Errno 101] Network is unreachable")
    assert run("print(len(__import__('socket').if_nameindex()))") == {"net.py.csv": b"1\n"}


def test_what_a_file_leaves_behind_ends_with_it_where_the_system_allows_that():
    if not Sandbox((), LIMITS).is_cut_off:
        pytest.skip("this system does not")
    code = "import os, time\nif os.fork() == 0:\n os.setsid(); time.sleep(60)"
    assert run(code) == {"net.py.csv": b""}


def test_a_file_does_not_see_other_processes_where_the_system_allows_that():
    if not Sandbox((), LIMITS).is_cut_off:
        pytest.skip("this system does not")
    code = f"import os; os.kill({os.getpid()}, 0)"
    (found,) = run(code).values()
    assert "ProcessLookupError" in found
