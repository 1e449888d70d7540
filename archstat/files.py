"""Files that are read within limits, and written whole or not at all."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from archstat.errors import ArchstatError, UsageError, did_you_mean, shown

NO_LETTER = re.compile("[\udc80-\udcff]")
"""What Python puts in place of such a byte."""

_NOTED: ContextVar[set[Path] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[None]:
    """Note what is read inside, as a command is not to overwrite it."""
    token = _NOTED.set(set())
    try:
        yield
    finally:
        _NOTED.reset(token)


def resolved(path: Path) -> Path:
    """Return where a file is, behind all links; the path itself, if that leads nowhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a circle of links; a name that no file can have
        return path.absolute()


def note_read(path: Path) -> None:
    """Note that a file is read."""
    known = _NOTED.get()
    if known is not None:
        known.add(resolved(path))


def read_so_far() -> tuple[Path, ...]:
    """Return the files that the command has read."""
    return tuple(_NOTED.get() or ())


def require_unread(target: Path) -> None:
    """Check that a file that is to be written is none that the command has read.

    Raises:
        UsageError: It is.
    """
    for path in read_so_far():
        with suppress(OSError, ValueError):
            if path.is_file() and target.samefile(path):
                raise UsageError(
                    f"{shown(str(target))} would be overwritten, and this command reads it"
                )


def with_bytes(name: str) -> str:
    r"""Return the name of a file with its bytes that are no letters, as "\xe9": else it has none.

    >>> with_bytes("J\udce9r")
    'J\\xe9r'
    """
    if name.isascii():
        return name
    return NO_LETTER.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", name)


def is_file(path: Path) -> bool:
    """Return whether there is an ordinary file of this name; no name is too long to be asked."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Return whether there is a folder of this name, likewise."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Return whether there is anything of this name, likewise."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def no_file(name: str, endings: Iterable[str]) -> UsageError:
    """Return the error that there is no file of this name, with those near it that end so."""
    path, hint = Path(name), None
    try:
        if path.is_symlink() and not path.exists():
            return UsageError(f"{shown(name)} is a link to a file that is not there")
        near = [each for ending in endings for each in path.parent.glob(f"*{ending}")]
        hint = did_you_mean(path.name, [each.name for each in near if is_file(each)])
        path.stat()
    except PermissionError as error:  # there may be one
        return UsageError(f"{shown(name)} cannot be read: {error.strerror}")
    except (OSError, ValueError):
        pass
    return UsageError(f"there is no file {shown(name)}", hint=hint)


@contextmanager
def opened(path: Path, refusal: type[ArchstatError] = UsageError) -> Iterator[BinaryIO]:
    """Open an ordinary file, and note that it is read; a pipe keeps nobody waiting.

    Raises:
        ArchstatError: It is none, or it cannot be read: of the class `refusal`.
    """
    note_read(path)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise refusal("is a folder")
        if not stat.S_ISREG(mode):
            raise refusal("is not an ordinary file")
        file = path.open("rb")
    except OSError as error:
        raise refusal(f"cannot be read: {error.strerror or error}") from None
    except ValueError:  # a NUL in the name
        raise refusal("is not a file name") from None
    with file:
        yield file


def read_file(path: Path, most_bytes: int, refusal: type[ArchstatError] = UsageError) -> bytes:
    """Return what an ordinary file holds, and note that it is read.

    Raises:
        ArchstatError: It is none, it cannot be read, or it is larger: of the class `refusal`.
    """
    with opened(path, refusal) as file:
        try:
            is_large = os.fstat(file.fileno()).st_size > most_bytes
            data = b"" if is_large else file.read(most_bytes + 1)
        except OSError as error:  # a disk that is broken
            raise refusal(f"cannot be read: {error.strerror or error}") from None
    if is_large or len(data) > most_bytes:
        raise refusal(f"has more than {most_bytes:,} bytes")
    return data


def write_file(content: str | bytes, path: Path) -> None:
    """Write a file, whole or not at all; text in UTF-8. What is no file, as a pipe, is written to.

    Raises:
        UsageError: It cannot be written.
    """
    data = content if isinstance(content, bytes) else content.encode(errors="replace")
    try:
        if is_there(path) and not path.is_file():  # /dev/stdout, a pipe; or a folder
            path.write_bytes(data)
        else:
            _replace(path.resolve(), data)
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be written: {error.strerror}") from None
    except RuntimeError:  # what Python before 3.13 says of such links
        raise UsageError(f"{shown(str(path))} cannot be written: it links to itself") from None


def write_new(content: str | bytes, path: Path) -> bool:
    """Write a file likewise, and return whether: not if there is one, however lately it came.

    Raises:
        UsageError: It cannot be written.
    """
    data = content if isinstance(content, bytes) else content.encode(errors="replace")
    try:
        with _beside(path, data) as made:
            try:
                path.hardlink_to(made)
            except FileExistsError:
                return False
            except OSError:  # a disk without such links
                if path.exists():
                    return False
                made.rename(path)
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be written: {error.strerror}") from None
    return True


def require_writable(folder: Path, place: str) -> None:
    """Check that files can be made in a folder, before the work is done that they are to hold.

    Raises:
        UsageError: They cannot.
    """
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"{place}: nothing can be written in {shown(str(folder))}")


def _replace(target: Path, data: bytes) -> None:
    with _beside(target, data) as made:
        made.replace(target)


@contextmanager
def _beside(target: Path, data: bytes) -> Iterator[Path]:
    """Make a file beside another one, with its rights; it is gone afterwards, unless moved."""
    import tempfile  # noqa: PLC0415  start-up: most commands write no file

    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".archstat-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        yield Path(name)
    finally:
        with suppress(OSError):
            Path(name).unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
