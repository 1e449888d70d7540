"""Where output goes: a file, whole or not at all, or standard output."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from archstat.errors import UsageError, shown

STDOUT = "-"


def write_stdout(text: str) -> None:
    """Write text to standard output; letters that it cannot hold become question marks."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))


def write_file(text: str, path: Path) -> None:
    """Write a text file in UTF-8, whole or not at all.

    Raises:
        UsageError: It cannot be written.
    """
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():  # /dev/stdout, a pipe; or a folder
            target.write_text(text, encoding="utf-8")
            return
        _replace(target, text)
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be written: {error.strerror}") from None


def _replace(target: Path, text: str) -> None:
    import tempfile

    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
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
