"""What is graded already, in an SQLite file: on the disk before the next submission is told of.

Whatever ends the process, what was added is there. It belongs to one question; another starts it
anew, but knows which files with feedback were written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from archstat.errors import UsageError, shown
from archstat.homework.grading.outcome import Outcome, from_json, to_json

NAME = "ledger.sqlite"

SCHEMA = """
PRAGMA locking_mode = EXCLUSIVE;
BEGIN EXCLUSIVE;
CREATE TABLE IF NOT EXISTS question (question TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS graded (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, feedback_file TEXT NOT NULL, outcome TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS final (key TEXT PRIMARY KEY, facts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS written (name TEXT PRIMARY KEY, digest TEXT NOT NULL);
COMMIT;
"""


@dataclass(frozen=True)
class GradedRecord:
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
    """The records of one question, and the feedback that was written for it or for one before."""

    def __init__(self, database: sqlite3.Connection, question: str) -> None:
        self._database = database
        if self._one("SELECT question FROM question") != question:
            with database:
                database.execute("DELETE FROM graded")
                database.execute("DELETE FROM question")
                database.execute("INSERT INTO question VALUES (?)", (question,))

    def known(self, key: str, digest: str) -> GradedRecord | None:
        """Return the record of a submission, if it was graded as it is now, to an end."""
        found = self._database.execute(
            "SELECT feedback_file, outcome FROM graded WHERE key = ? AND digest = ?",
            (_plain(key), digest),
        ).fetchone()
        if found is None:
            return None
        try:
            record = GradedRecord(
                key, digest, json.loads(found[0]), from_json(json.loads(found[1]))
            )
        except (KeyError, TypeError, ValueError):  # somebody has edited it
            return None
        return record if record.outcome.status.is_final else None

    def add(self, record: GradedRecord) -> None:
        """Write a record to the disk."""
        row = (
            _plain(record.key),
            record.digest,
            _plain(record.feedback_file),
            json.dumps(to_json(record.outcome)),
        )
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO graded VALUES (?, ?, ?, ?)", row)

    def written(self) -> set[str]:
        """Return the names of all feedback that was written, for a question before, too."""
        return {json.loads(name) for (name,) in self._database.execute("SELECT name FROM written")}

    def is_ours(self, name: str, content: bytes) -> bool:
        """Return whether a file with feedback holds what was written there last."""
        last = self._one("SELECT digest FROM written WHERE name = ?", _plain(name))
        return last == sha256(content).hexdigest()

    def note_written(self, name: str, content: bytes) -> None:
        """Remember what a file with feedback holds."""
        row = (_plain(name), sha256(content).hexdigest())
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO written VALUES (?, ?)", row)

    def note_removed(self, name: str) -> None:
        """Forget a file with feedback."""
        with self._database:
            self._database.execute("DELETE FROM written WHERE name = ?", (_plain(name),))

    def finals(self) -> dict[str, dict[str, object]]:
        """Return how points came about at the last grading, whatever the question was."""
        rows = self._database.execute("SELECT key, facts FROM final")
        return {json.loads(key): json.loads(facts) for key, facts in rows}

    def keep_finals(self, facts: Mapping[str, Mapping[str, object]]) -> None:
        """Remember how points came about."""
        rows = [(_plain(key), json.dumps(one)) for key, one in facts.items()]
        with self._database:
            self._database.execute("DELETE FROM final")
            self._database.executemany("INSERT INTO final VALUES (?, ?)", rows)

    def _one(self, question: str, *about: str) -> object:
        found = self._database.execute(question, about).fetchone()
        return None if found is None else found[0]


def _plain(text: str) -> str:
    """Return a text as SQLite can hold it: a name from a disk may be no Unicode."""
    return json.dumps(text)


@contextmanager
def opened(folder: Path, question: str) -> Iterator[Ledger]:
    """Open the ledger of a folder, which nobody else may write to meanwhile.

    Raises:
        UsageError: It cannot be written, or somebody does, or it is none.
    """
    path = folder / NAME
    try:
        database = sqlite3.connect(path, timeout=0)
    except sqlite3.Error:
        raise UsageError(f"{shown(str(path))} cannot be written") from None
    with closing(database):
        try:
            database.executescript(SCHEMA)
            ledger = Ledger(database, question)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise UsageError(f"{shown(str(path))} cannot be written: {error}") from None
            raise UsageError(
                f"{shown(str(folder))} is in use by another archstat grade",
                hint="wait for it, or choose another folder with -o",
            ) from None
        except sqlite3.DatabaseError as error:
            raise UsageError(
                f"{shown(str(path))} is no ledger of archstat grade: {error}", hint="remove it"
            ) from None
        try:
            yield ledger
        except sqlite3.Error as error:  # a full disk
            raise UsageError(f"{shown(str(path))} cannot be written: {error}") from None
