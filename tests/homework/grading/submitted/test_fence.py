"""What submitted code cannot do on any Linux, with walls around it and without."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from archstat.homework.grading.guards import Limits
from archstat.homework.grading.submitted.system import CALLS, LANDLOCK_CREATE, SCOPED, WRITES
from archstat.homework.grading.submitted.walls import IN_MEMORY, ON_DISK
from tests.homework.grading.submitted.running import LIMITS, run, walls_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fence is of Linux's calls")

refuses_calls = pytest.mark.skipif(
    platform.machine() not in CALLS, reason="the numbers of this processor's calls are not known"
)


def landlock():
    """Return which version of Landlock this system has; below 1 for none."""
    libc = ctypes.CDLL(None)
    return libc.syscall(ctypes.c_long(LANDLOCK_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint(1))


@pytest.fixture(params=["", IN_MEMORY, ON_DISK], ids=["no walls", IN_MEMORY, ON_DISK])
def said(request):
    """Run code behind walls of a kind."""

    def run_behind(code, limits=LIMITS):
        (found,) = run(code, limits=limits, walls=walls_of(request.param)).values()
        return found

    return run_behind


@refuses_calls
def test_code_asks_no_server_on_this_machine_to_do_its_work(said):
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{folder}/server")
        server.listen()
        code = f"import socket; socket.socket(socket.AF_UNIX).connect({folder + '/server'!r})"
        assert said(code).endswith("PermissionError: [Errno 13] Permission denied")


@refuses_calls
def test_code_asks_no_server_elsewhere(said):
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = f"import socket; socket.create_connection({server.getsockname()!r}, 1)"
        assert said(code).endswith("PermissionError: [Errno 13] Permission denied")


@pytest.mark.skipif(landlock() < min(WRITES), reason="this Linux has no Landlock")
def test_code_writes_nothing_outside_its_folder(said, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("a", encoding="utf-8")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    for act in (
        f"os.open({str(tmp_path / 'pipe')!r}, os.O_WRONLY)",
        f"open({str(tmp_path / 'file')!r}, 'w')",
        f"os.unlink({str(tmp_path / 'file')!r})",
        f"os.mkdir({str(tmp_path / 'folder')!r})",
    ):
        assert "Error: [Errno" in said(f"import os; {act}")
    os.close(reader)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "a"
    assert said("open('x', 'w').write('b'); print(open('x').read())") == b"b\n"


@pytest.mark.skipif(landlock() < min(SCOPED), reason="this Linux lets signals out of Landlock")
def test_code_ends_no_other_process(said):
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"]) as other:
        why = said(f"import os; os.kill({other.pid}, 9)")
        assert other.poll() is None
        other.send_signal(signal.SIGKILL)
    assert "PermissionError" in why or "ProcessLookupError" in why


@refuses_calls
@pytest.mark.parametrize(
    "call",
    [
        pytest.param("unshare(0x10000000)", id="a space of its own for users"),
        pytest.param("syscall(56 if x86 else 220, 0x10000011, 0, 0, 0, 0)", id="likewise by clone"),
        pytest.param("shmget(0, 4096, 0o1600)", id="memory of no process"),
        pytest.param("semget(0, 1, 0o1600)", id="semaphores of no process"),
        pytest.param("mq_open(b'/x', 0o102, 0o600, 0)", id="a queue of no process"),
        pytest.param("memfd_create(b'x', 0)", id="a file of no folder"),
        pytest.param("ptrace(16, 1, 0, 0)", id="another process"),
        pytest.param("syscall(438, 0, 0, 0)", id="a descriptor of another process"),
        pytest.param("process_vm_readv(1, 0, 0, 0, 0, 0)", id="memory of another process"),
        pytest.param("mount(b'none', b'/tmp', b'tmpfs', 0, 0)", id="another disk"),
        pytest.param("syscall(425, 1, 0)", id="calls by another way"),
    ],
)
def test_calls_that_no_network_needs_are_refused(call):
    code = (
        "import ctypes, platform; x86 = platform.machine() == 'x86_64'\n"
        f"libc = ctypes.CDLL(None, use_errno=True); print(libc.{call}, ctypes.get_errno())"
    )
    assert run(code, walls=walls_of("")) == {"net.py": b"-1 13\n"}


def test_code_shares_memory_and_starts_processes_as_libraries_do(said):
    code = (
        "import multiprocessing, threading; multiprocessing.Lock()\n"
        "thread = threading.Thread(target=print); thread.start(); thread.join()\n"
        "from multiprocessing.shared_memory import SharedMemory\n"
        "SharedMemory(create=True, size=9).unlink()\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool: print(pool.map(abs, [-1, -2]))"
    )
    assert said(code) == b"\n[1, 2]\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        pytest.param(
            "import mmap\nmemory = mmap.mmap(-1, 2 << 30)\n"
            "for start in range(0, 2 << 30, 4096): memory[start] = 1",
            id="shared",
        ),
        pytest.param(
            "import os, time\nfor n in range(3):\n if os.fork() == 0:\n  os.setsid()\n"
            "  taken = b'x' * (600 << 20); time.sleep(60)\ntime.sleep(60)",
            id="in several processes",
        ),
    ],
)
def test_memory_has_one_limit_whatever_it_lies_in(said, code):
    limits = Limits(time_s=20.0, memory_bytes=1 << 28)
    assert said(code, limits) == "takes more than 256 MiB of memory"


def test_what_code_leaves_running_ends_with_it(said, tmp_path):
    mark = f"left by {tmp_path}"
    code = (
        "import os, subprocess, sys\nif os.fork() == 0:\n os.setsid()\n"
        f" os.execv(sys.executable, ['python', '-c', 'import time; time.sleep(60)', {mark!r}])"
    )
    assert said(code) == b""
    commands = (path / "cmdline" for path in Path("/proc").glob("[0-9]*"))
    assert mark.encode() not in b"".join(map(_content, commands))


def _content(path):
    try:
        return path.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""
