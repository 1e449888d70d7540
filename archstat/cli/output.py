"""Where output goes: a file, whole or not at all, or standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from archstat.errors import UsageError, shown

STDOUT = "-"


def require_other(target: Path, what: str, sources: Iterable[Path]) -> None:
    """Check that a file to write is none of those that something was read from.

    Raises:
        UsageError: It is one of them.
    """
    for source in sources:
        if source.is_file() and target.exists() and target.samefile(source):
            raise UsageError(f"-o {shown(str(target))} would overwrite the {what} itself")


def write_stdout(text: str) -> None:
    """Write text to standard output.

    Raises:
        UsageError: It cannot be written, as on a full disk.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # its reader has seen enough
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python tries again at exit
        raise UsageError(f"standard output cannot be written: {error.strerror}") from None


def write_file(text: str, path: Path) -> None:
    """Write a text file in UTF-8, whole or not at all.

    Raises:
        UsageError: It cannot be written.
    """
    try:
        if path.exists() and not path.is_file():  # /dev/stdout, a pipe; or a folder
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text)
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be written: {error.strerror}") from None
    except RuntimeError:  # what Python before 3.13 says of such links
        raise UsageError(f"{shown(str(path))} cannot be written: it links to itself") from None


def _replace(target: Path, text: str) -> None:
    import tempfile

    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".archstat-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
