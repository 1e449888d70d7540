"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from archstat.errors import UsageError, shown


def write_file(content: str | bytes, path: Path) -> None:
    """Write a file, whole or not at all; text in UTF-8. What is no file, as a pipe, is written to.

    Raises:
        UsageError: It cannot be written.
    """
    data = content if isinstance(content, bytes) else content.encode()
    try:
        if path.exists() and not path.is_file():  # /dev/stdout, a pipe; or a folder
            path.write_bytes(data)
        else:
            _replace(path.resolve(), data)
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be written: {error.strerror}") from None
    except RuntimeError:  # what Python before 3.13 says of such links
        raise UsageError(f"{shown(str(path))} cannot be written: it links to itself") from None


def _replace(target: Path, data: bytes) -> None:
    import tempfile  # noqa: PLC0415  start-up: most commands write no file

    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".archstat-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
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
