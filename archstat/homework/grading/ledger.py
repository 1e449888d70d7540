"""What is graded already: one line a submission, on the disk before the next one is told of.

The file survives whatever ends the process: a line that was cut off is graded again, and of two
lines about one submission the later counts. It belongs to one question; another starts it anew.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from archstat.errors import UsageError, shown
from archstat.homework.grading.outcome import Outcome, from_json, to_json

NAME = "ledger.jsonl"
SCHEMA = 1


@dataclass(frozen=True)
class Record:
    """A graded submission.

    Attributes:
        key: The submission's.
        digest: Of what was handed in.
        feedback_file: What the file with the student's feedback is called; empty if there is none.
    """

    key: str
    digest: str
    feedback_file: str
    outcome: Outcome


class Ledger:
    """The records of one question.

    Attributes:
        old_files: The feedback files of all records that were there, of another question, too.
    """

    def __init__(self, file: IO[bytes], question: str) -> None:
        self._file = file
        self._places: dict[str, tuple[str, int]] = {}
        self.old_files: set[str] = set()
        end = self._read(question)
        self._file.seek(end)
        self._file.truncate()
        if end == 0:
            self._write(_head(question))

    def _read(self, question: str) -> int:
        """Read what is there; return where new lines go."""
        end, is_ours = 0, False
        self._file.seek(0)
        for line in self._file:
            if not line.endswith(b"\n"):  # the process was killed while it wrote
                break
            document = _parsed(line)
            if end == 0:
                is_ours = document == _head(question)
            elif {"key", "digest", "feedback_file"} <= document.keys():
                self.old_files.add(str(document["feedback_file"]))
                self._places[str(document["key"])] = (document["digest"], end)
            end += len(line)
        if not is_ours:
            self._places.clear()
        return end if is_ours else 0

    def known(self, key: str, digest: str) -> Record | None:
        """Return the record of a submission, if it was graded as it is now, to an end."""
        before, place = self._places.get(key, ("", 0))
        if before != digest:
            return None
        self._file.seek(place)
        document = _parsed(self._file.readline())
        try:
            record = Record(key, digest, document["feedback_file"], from_json(document["outcome"]))
        except (KeyError, TypeError, ValueError):  # somebody has edited it
            return None
        return record if record.outcome.status.is_final else None

    def add(self, record: Record) -> None:
        """Write a record to the disk."""
        self._write(
            {
                "key": record.key,
                "digest": record.digest,
                "feedback_file": record.feedback_file,
                "outcome": to_json(record.outcome),
            }
        )

    def _write(self, document: Mapping[str, Any]) -> None:
        self._file.seek(0, os.SEEK_END)
        self._file.write(json.dumps(document).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _head(question: str) -> dict[str, Any]:
    return {"archstat": "grade", "schema": SCHEMA, "question": question}


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


@contextmanager
def opened(folder: Path, question: str) -> Iterator[Ledger]:
    """Open the ledger of a folder, which nobody else may write to meanwhile.

    Raises:
        UsageError: It cannot be written, or somebody does.
    """
    path = folder / NAME
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "r+b") as file:
        _lock(file, folder)
        yield Ledger(file, question)


def _lock(file: IO[bytes], folder: Path) -> None:
    try:
        fcntl = importlib.import_module("fcntl")
    except ModuleNotFoundError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise UsageError(
            f"{shown(str(folder))} is in use by another archstat grade",
            hint="wait for it, or choose another folder with -o",
        ) from None
