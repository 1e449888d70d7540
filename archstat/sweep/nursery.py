"""A process that has imported what models need, and makes a child of itself for each case.

Counting 1,500 models takes a fresh process each, and importing PyTorch 1,500 times would take
longer than counting. A child of a process that has only imported is as fresh as a new one: nothing
was built or run before it. Benchmarks do not run here: they start processes of their own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn, Self

from archstat.sweep.running import Ended, ask_process

STEP_S = 0.01
NEEDED = {"torchvision": ("torch", "torchvision"), "timm": ("torch", "timm"), "hf": ("torch",)}
"""What is imported beforehand for the models of a library."""


class Nursery:
    """Asks children of one warm process; started when it is first asked, ended with the block."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = modules
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End it, and the child that may run."""
        if self._process is not None:
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            self._process = None

    def ask(self, words: Sequence[str], seconds: float) -> Ended:
        """Ask a child; a fresh process where this system makes no children."""
        if not hasattr(os, "fork"):
            return ask_process(words, seconds)
        with tempfile.TemporaryDirectory() as folder:
            process = self._process or self._started()
            self._process = process
            if process.stdin is None or process.stdout is None:
                raise TypeError
            asked = {"words": list(words), "seconds": seconds, "folder": folder}
            try:
                process.stdin.write(json.dumps(asked) + "\n")
                process.stdin.flush()
                answer = process.stdout.readline()
            except BrokenPipeError:
                answer = ""
            except BaseException:
                self.end()
                raise
            if not answer:  # it has died: of memory, as a rule
                self.end()
                return Ended(-signal.SIGKILL, b"", "")
            out, said = (Path(folder, name).read_bytes() for name in ("out", "said"))
            return Ended(json.loads(answer)["code"], out, said.decode(errors="replace"))

    def _started(self) -> subprocess.Popen[str]:
        paths = os.pathsep.join(path for path in sys.path if path)
        return subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-P", "-m", "archstat.sweep.nursery", *self._modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
            start_new_session=True,
        )


def serve(modules: Sequence[str]) -> None:
    """Import the modules, and answer what is asked line by line until nobody asks any more."""
    for name in modules:
        with suppress(ImportError):  # whoever needs it says that it is missing
            import_module(name)
    import_module("archstat.cli.table")
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _answer(asked["words"], Path(asked["folder"]))
        code = _waited(child, asked["seconds"])
        sys.stdout.write(json.dumps({"code": code}) + "\n")
        sys.stdout.flush()


def _answer(words: Sequence[str], folder: Path) -> NoReturn:
    """Be the child: run the command, and end with its exit code."""
    code = 1
    try:
        for name, stream in (("out", 1), ("said", 2)):
            os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv = ["archstat", *words]
        try:
            import_module("archstat.__main__").main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException as error:  # noqa: BLE001  whatever it is, this process ends with it
        os.write(2, f"{type(error).__name__}: {error}\n".encode(errors="replace"))
    finally:
        os._exit(code)


def _waited(child: int, seconds: float) -> int | None:
    """Return the exit code of a child; None where its time was up."""
    end = time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None
        time.sleep(STEP_S)


if __name__ == "__main__":
    serve(sys.argv[1:])
