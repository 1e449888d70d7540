"""A store: a folder with a file for each case, each of them whole.

Files are the truth. A store is copied, merged and moved as a folder; two machines may write into
one, since a case has one name wherever it is asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from archstat.errors import RecordError, UsageError, shown
from archstat.files import is_folder, read_file, write_file
from archstat.sweep.outcome import DONE, FAILED, CaseOutcome, outcome_of

FOLDER = "cases"
SUFFIX = ".json"
FAILURE = ".failed.json"
"""A failure has a name of its own, so that a listing tells what is done without reading a file."""

MOST_BYTES = 64_000_000


class Store:
    """The folder of a sweep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = folder / FOLDER

    def make(self) -> None:
        """Make the folder, if there is none.

        Raises:
            UsageError: It cannot be made.
        """
        try:
            self.files.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{shown(str(self.folder))} cannot be a store: {error.strerror}"
            ) from None

    def require(self) -> None:
        """Check that it is there.

        Raises:
            RecordError: It is not.
        """
        if not is_folder(self.files):
            raise RecordError(
                f"{shown(str(self.folder))} is no store: it has no folder {FOLDER}",
                hint="archstat sweep plan.toml -o FOLDER makes one",
            )

    def statuses(self) -> dict[str, str]:
        """Return what is done and what has failed, by id."""
        found: dict[str, str] = {}
        for name in self.names():
            if name.endswith(FAILURE):
                found.setdefault(name.removesuffix(FAILURE), FAILED)
            else:
                found[name.removesuffix(SUFFIX)] = DONE
        return found

    def failures(self, ids: Iterable[str]) -> dict[str, str]:
        """Return why cases have failed, of those that have, by id.

        Raises:
            RecordError: A file of it cannot be read.
        """
        statuses = self.statuses()
        failed = (each for each in ids if statuses.get(each) == FAILED)
        return {each: self.read(f"{each}{FAILURE}").reason for each in failed}

    def names(self) -> Iterator[str]:
        """Yield the names of its files."""
        yield from (entry.name for entry in self._entries())

    def stamps(self) -> dict[str, str]:
        """Return when each file was changed and how large it is, by its name."""
        found = {}
        for entry in self._entries():
            with suppress(FileNotFoundError):  # it has just been forgotten
                status = entry.stat()
                found[entry.name] = f"{status.st_mtime_ns}:{status.st_size}"
        return found

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        if is_folder(self.files):
            with os.scandir(self.files) as entries:
                for entry in entries:
                    if entry.name.endswith(SUFFIX) and not entry.name.startswith("."):
                        yield entry

    def keep(self, outcome: CaseOutcome) -> None:
        """Write what came of a case, whole; what had failed before and is done now is forgotten.

        Raises:
            UsageError: It cannot be written.
        """
        text = json.dumps(outcome.to_dict(), ensure_ascii=False) + "\n"
        done, failed = (self.files / f"{outcome.case.id}{end}" for end in (SUFFIX, FAILURE))
        write_file(text, done if outcome.is_done else failed)
        if outcome.is_done:
            failed.unlink(missing_ok=True)

    def read(self, name: str) -> CaseOutcome:
        """Return what a file of it holds.

        Raises:
            RecordError: It cannot be read, or holds something else.
        """
        path = self.files / name
        try:
            return outcome_of(json.loads(read_file(path, MOST_BYTES, RecordError)))
        except (ValueError, RecursionError):
            raise RecordError("is no JSON").within(str(path)) from None
        except RecordError as error:
            raise (error if error.problems[0].places else error.within(str(path))) from None
