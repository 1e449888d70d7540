"""The calls of Linux that keep a process in bounds; Python has no words for them."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Iterator, Mapping

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 4096, 16384, 1 << 18
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE = 442, -100, 0x8000
"""The system call that makes all mounts read-only, the same on all processors."""

PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_SECUREBITS = 22, 24, 28
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
ROOT_IS_NOBODY = 0b11_11_11
"""That a user called root has no rights by that name, now and for ever."""
CAPABILITIES = 64

LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
WRITES = {1: 0b1_1111_1111_0010, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""Rights to write, to make, to move and to remove, by the version of Landlock that knows them."""
TO_A_FILE = WRITES[3] | WRITES[5] | 0b10
"""Those that one file may have."""
SCOPED = {6: 0b11}
"""That signals and sockets without a name reach no process outside, likewise."""

SECCOMP_MODE_FILTER = 2
LOAD, JUMP_EQUAL, JUMP_FROM, JUMP_ANY, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_AT, PROCESSOR_AT, FIRST_ARGUMENT_AT = 0, 4, 16
ALLOWED, REFUSED = 0x7FFF0000, 0x00050000
OTHER_NUMBERS = 0x40000000
"""From here, calls of the processor in another way to number them, which nobody uses."""
NEW_USERS = 0x10000000

CALLS: Mapping[str, tuple[int, Mapping[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "clone": 56,
            "clone3": 435,
            "socket": 41,
            "shmget": 29,
            "semget": 64,
            "msgget": 68,
            "mq_open": 240,
            "memfd_create": 319,
            "memfd_secret": 447,
            "unshare": 272,
            "setns": 308,
            "mount": 165,
            "fsopen": 430,
            "ptrace": 101,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "pidfd_getfd": 438,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "bpf": 321,
            "perf_event_open": 298,
            "userfaultfd": 323,
            "io_uring_setup": 425,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "clone": 220,
            "clone3": 435,
            "socket": 198,
            "shmget": 194,
            "semget": 190,
            "msgget": 186,
            "mq_open": 180,
            "memfd_create": 279,
            "memfd_secret": 447,
            "unshare": 97,
            "setns": 268,
            "mount": 40,
            "fsopen": 430,
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "pidfd_getfd": 438,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "bpf": 280,
            "perf_event_open": 241,
            "userfaultfd": 282,
            "io_uring_setup": 425,
        },
    ),
}
"""By processor, how the kernel calls it, and the numbers of calls that no network needs.

They reach servers on this machine through their sockets, take memory that belongs to no process,
make rights anew in a space of their own, or look into other processes.
"""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


class System:
    """Linux, as the walls around submitted code need it.

    Raises:
        OSError: Each call, if the system refuses.
    """

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)

    def mount(self, source: str, path: str, kind: str, flags: int, options: str = "") -> None:
        """Mount a file system."""
        words = (text.encode() or None for text in (source, path, kind))
        self._check(self._libc.mount(*words, ctypes.c_ulong(flags), options.encode() or None))

    def close(self, path: str) -> None:
        """Let nothing be written below a path, on whatever disk it lies, nor any device be used."""
        self._set(path, AT_RECURSIVE, MS_RDONLY | MS_NOSUID | MS_NODEV, 0)

    def open_device(self, path: str) -> None:
        """Let one device be used."""
        self._set(path, 0, 0, MS_RDONLY | MS_NODEV)

    def _set(self, path: str, flags: int, wanted: int, unwanted: int) -> None:
        settings = (ctypes.c_uint64 * 4)(wanted, unwanted, 0, 0)
        size = ctypes.c_size_t(ctypes.sizeof(settings))
        where = (ctypes.c_int(AT_FDCWD), path.encode(), ctypes.c_uint(flags))
        self._call(MOUNT_SETATTR, *where, ctypes.byref(settings), size)

    def give_up_rights(self) -> None:
        """Let what we start have no right to take the walls down."""
        self._control(PR_SET_SECUREBITS, ROOT_IS_NOBODY)
        for number in range(CAPABILITIES):
            try:
                self._control(PR_CAPBSET_DROP, number)
            except OSError:
                return  # there are no more

    def gain_no_rights(self) -> None:
        """Let no program that is started give rights that we do not have."""
        self._control(PR_SET_NO_NEW_PRIVS, 1)

    def adopt(self) -> None:
        """Become the parent of all that those leave behind whom we start."""
        self._control(PR_SET_CHILD_SUBREAPER, 1)

    def write_only_in(self, folders: Iterable[str], files: Iterable[str]) -> None:
        """Let nothing be written elsewhere, not to a pipe with a name, nor anybody be signalled."""
        version = self._call(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1))
        rights, scoped = (
            sum(bits for since, bits in each.items() if version >= since)
            for each in (WRITES, SCOPED)
        )
        asked = (ctypes.c_uint64 * 3)(rights, 0, scoped)
        size = ctypes.c_size_t(8 if version < min(SCOPED) else ctypes.sizeof(asked))
        rules = self._call(LANDLOCK_CREATE, ctypes.byref(asked), size, ctypes.c_uint(0))
        for allowed, paths in ((rights, folders), (rights & TO_A_FILE, files)):
            for path in paths:
                handle = os.open(path, os.O_PATH)
                rule = struct.pack("=Qi", allowed, handle)
                self._call(
                    LANDLOCK_ADD, ctypes.c_int(rules), ctypes.c_int(1), rule, ctypes.c_uint(0)
                )
                os.close(handle)
        self._call(LANDLOCK_RESTRICT, ctypes.c_int(rules), ctypes.c_uint(0))
        os.close(rules)

    def refuse_calls(self) -> None:
        """Let none of `CALLS` be made; on another processor, all can."""
        if platform.machine() not in CALLS:
            return
        steps = [*_steps(*CALLS[platform.machine()])]
        program = _Program(len(steps), b"".join(steps))
        self._control(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program))

    def _control(self, what: int, value: int, address: object = None) -> None:
        words = (ctypes.c_ulong(value), address, None, None)
        self._check(self._libc.prctl(what, *words))

    def _call(self, number: int, *words: object) -> int:
        result: int = self._libc.syscall(ctypes.c_long(number), *words)
        self._check(result)
        return result

    @staticmethod
    def _check(result: int) -> None:
        if result < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _steps(processor: int, numbers: Mapping[str, int]) -> Iterator[bytes]:
    """Yield the program by which the kernel judges each call."""
    refused = _step(RETURN, REFUSED | errno.EACCES)
    yield _step(LOAD, PROCESSOR_AT)
    yield _step(JUMP_EQUAL, processor, 1, 0)
    yield refused
    yield _step(LOAD, NUMBER_AT)
    yield _step(JUMP_FROM, OTHER_NUMBERS, 0, 1)
    yield refused
    for name, number in numbers.items():
        if name == "clone":
            continue
        yield _step(JUMP_EQUAL, number, 0, 1)
        # its arguments lie where no filter looks; told that it is not known, libraries use clone
        yield refused if name != "clone3" else _step(RETURN, REFUSED | errno.ENOSYS)
    yield _step(JUMP_EQUAL, numbers["clone"], 0, 3)
    yield _step(LOAD, FIRST_ARGUMENT_AT)
    yield _step(JUMP_ANY, NEW_USERS, 0, 1)
    yield refused
    yield _step(RETURN, ALLOWED)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
