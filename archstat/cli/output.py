"""Where output goes: a file, whole or not at all, or standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from archstat.errors import UsageError, shown

if TYPE_CHECKING:
    from archstat.renderers.view import View
    from archstat.report.report import Report

SheetFormat: TypeAlias = Literal["table", "markdown", "csv", "tsv", "latex", "xlsx"]
Format: TypeAlias = Literal[SheetFormat, "json"]

STDOUT = "-"

F = TypeVar("F", bound=str)


def format_of(output: str | None, suffixes: Mapping[F, str], default: F) -> F:
    """Return the format that a file's suffix stands for; the default is that of standard output.

    Raises:
        UsageError: It stands for none.
    """
    if output is None or output == STDOUT:
        return default
    suffix = Path(output).suffix.lower()
    for format_name, known in suffixes.items():
        if suffix == known:
            return format_name
    raise UsageError(
        f"-o {shown(output)}: the suffix says no format",
        hint=f"use {', '.join(dict.fromkeys(suffixes.values()))}, or state one with --format",
    )


def target_of(output: str | None, model: str) -> Path | None:
    """Return the file to write, which is not the one that the model is read from.

    Raises:
        UsageError: It is.
    """
    if output is None or output == STDOUT:
        return None
    target = Path(output)
    require_other(target, "model", (Path(model), Path(model.rpartition(":")[0])))
    return target


def require_other(target: Path, what: str, sources: Iterable[Path]) -> None:
    """Check that a file to write is none of those that something was read from.

    Raises:
        UsageError: It is one of them.
    """
    for source in sources:
        if source.is_file() and target.exists() and target.samefile(source):
            raise UsageError(f"-o {shown(str(target))} would overwrite the {what} itself")


def deliver(report: Report, view: View, format_name: Format, target: Path | None) -> None:
    """Write a report to a file, to standard output, or as a terminal shows it best.

    Raises:
        UsageError: It cannot be written.
    """
    from archstat.renderers import renderer

    if target is not None:
        write_file(renderer(format_name)(report, view), target)
    elif format_name == "table" and sys.stdout.isatty():
        from archstat.renderers.terminal import show

        show(report, view)
    else:
        write_stdout(renderer(format_name)(report, view))


def write_stdout(content: str | bytes) -> None:
    """Write to standard output.

    Raises:
        UsageError: It cannot be written, as on a full disk; or is no text, for a terminal.
    """
    if isinstance(content, bytes) and sys.stdout.isatty():
        raise UsageError("a terminal cannot show this format", hint="write a file, with -o FILE")
    try:
        if isinstance(content, bytes):
            sys.stdout.buffer.write(content)
        else:
            sys.stdout.write(content)
        sys.stdout.flush()
    except BrokenPipeError:  # its reader has seen enough
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python tries again at exit
        raise UsageError(f"standard output cannot be written: {error.strerror}") from None


def write_file(content: str | bytes, path: Path) -> None:
    """Write a file, whole or not at all; text in UTF-8.

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
    import tempfile

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
