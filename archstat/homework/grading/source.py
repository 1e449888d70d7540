"""What is in a folder or a zip file of submissions, read without trust in it.

Nothing is unpacked to a disk, and no link is followed: names only say whose a file is.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo, is_zipfile

from archstat.errors import SheetError, UsageError, shown
from archstat.files import is_file, is_folder, is_there, resolved
from archstat.homework.reading import limits
from archstat.homework.reading.decoding import decoded
from archstat.homework.reading.office.archive import DAMAGED, SMALL_BYTES

MOST_FILES = 500_000
"""In all: a class of a thousand that hands in whole projects has fewer."""

MOST_FOLDERS = 40
"""Within one another."""

EMPTY = "is an empty folder"
TOO_DEEP = f"lies in more than {MOST_FOLDERS} folders"
RESULTS = {"ledger.sqlite", "class.csv", "report.md"}
"""Files that tell that a folder holds results of ours, and no submissions."""

LINK = "is a link, which is not followed"
SPECIAL = "is not an ordinary file"


@dataclass(frozen=True)
class Member:
    """A file among the submissions.

    Attributes:
        parts: Its path below the folder, or within the archive.
        refusal: Why it is not read; empty if it is.
        number: Its place in the source, which tells files of the same path apart.
    """

    parts: tuple[str, ...]
    refusal: str = ""
    number: int = 0


class FileSource(Protocol):
    """A folder or an archive."""

    @property
    def members(self) -> tuple[Member, ...]:
        """All files, in the order of their paths."""

    def read(self, member: Member, most_bytes: int = limits.MOST_BYTES) -> bytes:
        """Return the content of a file.

        Raises:
            SheetError: It cannot be read, or is too large.
        """


def open_source(path: Path, *, without: tuple[Path, ...] = ()) -> FileSource:
    """Return what stands in a folder or in a zip file.

    Args:
        path: The folder or the file.
        without: Folders and files in it that are no submissions.

    Raises:
        UsageError: It is neither, or it cannot be read.
    """
    try:
        if is_folder(path):
            return Folder(path, without)
        if is_file(path) and is_zipfile(path):
            return Zip(path)
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be read: {error.strerror}") from None
    if not is_there(path):
        raise UsageError(f"there is no folder {shown(str(path))}")
    raise UsageError(
        f"{shown(str(path))} is neither a folder nor a zip file",
        hint="archstat check marks a single file",
    )


class Folder:
    """The files below a folder."""

    def __init__(self, path: Path, without: tuple[Path, ...] = ()) -> None:
        self._path = resolved(path)
        self._without = {resolved(one) for one in without}
        self.members = tuple(_limited(self._walk()))

    def _walk(self) -> Iterator[Member]:
        folders: list[tuple[str, ...]] = [()]
        while folders:
            parts = folders.pop()
            entries = _entries(self._path.joinpath(*parts))
            if isinstance(entries, str) or not entries:
                if not parts and entries:
                    raise UsageError(f"{shown(str(self._path))} {entries}")
                yield from [Member(parts, EMPTY if not entries else str(entries))] if parts else ()
            elif not parts or not {entry.name for entry in entries} >= RESULTS:
                for entry in entries:
                    below = (*parts, entry.name)
                    if self._path.joinpath(*below) in self._without:
                        continue
                    if entry.is_dir(follow_symlinks=False) and len(below) <= MOST_FOLDERS:
                        folders.append(below)
                    else:
                        yield Member(below, _refusal(entry))

    def read(self, member: Member, most_bytes: int = limits.MOST_BYTES) -> bytes:
        """See `Source.read`."""
        path = self._path.joinpath(*member.parts)
        try:
            with open(path, "rb", opener=_without_following) as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise SheetError(SPECIAL)
                limits.check(status.st_size, most_bytes, "bytes")
                data: bytes = file.read(most_bytes + 1)
        except OSError as error:
            raise SheetError(f"cannot be read: {error.strerror}") from None
        limits.check(len(data), most_bytes, "bytes")
        return data


def _refusal(entry: os.DirEntry[str]) -> str:
    """Return why an entry of a folder is not read; empty if it is."""
    if entry.is_symlink():
        return LINK
    if entry.is_dir():
        return TOO_DEEP
    return "" if entry.is_file() else SPECIAL


def _entries(folder: Path) -> list[os.DirEntry[str]] | str:
    """Return what is in a folder, or why that cannot be told."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:  # no permission; a path that is too long
        return f"cannot be looked into: {error.strerror}"


def _without_following(path: str, flags: int) -> int:
    """Open a file that no link stands for, and that keeps nobody waiting, as a pipe would."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


class Zip:
    """The files in a zip file."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = ZipFile(path)
        except DAMAGED as error:
            raise UsageError(f"{shown(str(path))} is a damaged archive: {error}") from None
        self._infos = self._zip.infolist()
        found = [_member(number, info) for number, info in enumerate(self._infos)]
        folders = [info.filename.endswith("/") for info in self._infos]
        full = {one.parts[:depth] for one in found for depth in range(1, len(one.parts))}
        self.members = tuple(
            _limited(
                replace(member, refusal=EMPTY) if folders[member.number] else member
                for member in found
                if member.parts and not (folders[member.number] and member.parts in full)
            )
        )

    def read(self, member: Member, most_bytes: int = limits.MOST_BYTES) -> bytes:
        """See `Source.read`."""
        info = self._infos[member.number]
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise SheetError("is packed in a way that cannot be read")
        allowed = min(most_bytes, max(SMALL_BYTES, info.compress_size * limits.MOST_RATIO))
        try:
            with self._zip.open(info) as file:
                data = file.read(allowed + 1)
        except DAMAGED:
            raise SheetError("cannot be unpacked: it is damaged") from None
        if len(data) > allowed:
            raise SheetError(f"unpacks to more than {allowed:,} bytes")
        return data


ENCRYPTED, IN_UTF_8 = 1, 1 << 11
"""Flags of a file in an archive."""


def _member(number: int, info: ZipInfo) -> Member:
    name = info.orig_filename
    if not info.flag_bits & IN_UTF_8:  # then it may be in any encoding; Windows packs in its own
        with suppress(SheetError, UnicodeEncodeError):
            name = decoded(name.encode("cp437"))
    parts = tuple(
        part for part in name.replace("\\", "/").split("/") if part not in {"", ".", ".."}
    )
    mode = stat.S_IFMT(info.external_attr >> 16)
    if info.flag_bits & ENCRYPTED:
        return Member(parts, "is encrypted", number)
    if mode not in {0, stat.S_IFREG}:
        return Member(parts, LINK if mode == stat.S_IFLNK else SPECIAL, number)
    return Member(parts, "", number)


def _limited(members: Iterator[Member]) -> list[Member]:
    """Return members in the order of their paths.

    Raises:
        UsageError: There are too many.
    """
    found = []
    for member in members:
        found.append(member)
        if len(found) > MOST_FILES:
            raise UsageError(f"there are more than {MOST_FILES:,} files")
    return sorted(found, key=lambda member: (member.parts, member.number))
