"""Grading all submissions of a class, each once, whatever was done before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from unicodedata import normalize

from archstat.homework.answers.places import TOTAL
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.grading.engines.engine import GradeEach
from archstat.homework.grading.guards import Limits
from archstat.homework.grading.ledger import GradedRecord, Ledger
from archstat.homework.grading.outcome import Outcome
from archstat.homework.grading.source import FileSource
from archstat.homework.grading.submissions import Files, Submission, load
from archstat.homework.grading.submitted.sandbox import Sandbox
from archstat.homework.grading.worker import Work
from archstat.homework.marking.policy import ALIKE


@dataclass(frozen=True)
class Graded:
    """A submission, and what came of it."""

    submission: Submission
    record: GradedRecord

    @property
    def without_feedback(self) -> Graded:
        """The same without its longest part, to keep."""
        outcome = replace(self.record.outcome, feedback="")
        return replace(self, record=replace(self.record, outcome=outcome))


Done = Callable[[Graded], None]


def grade_all(  # noqa: PLR0913  what, where, how, and whom to tell
    submissions: Sequence[Submission],
    source: FileSource,
    *,
    ledger: Ledger,
    work: Work,
    limits: Limits,
    engine: GradeEach,
    file_names: Mapping[str, str],
    done: Done,
    sandbox: Sandbox | None = None,
    mark: Callable[[Submission], Files] = lambda _: (),
) -> None:
    """Grade what the ledger does not know yet, and tell of every submission.

    Args:
        submissions: What was handed in.
        source: Where.
        ledger: What is graded already, and what will be.
        work: What grades one.
        limits: What one may take.
        engine: Where submissions are graded.
        file_names: What the feedback files are called, by the keys of submissions.
        done: Told of each submission, in any order.
        sandbox: Runs submitted Python; None if nothing does.
        mark: Returns what stands before the files of a submission, to say whose it is.
    """

    def finish(job: tuple[Submission, str], outcome: Outcome) -> None:
        submission, digest = job
        record = GradedRecord(submission.key, digest, file_names.get(submission.key, ""), outcome)
        ledger.add(record)
        done(Graded(submission, record))

    def jobs() -> Iterator[tuple[tuple[Submission, str], Files]]:
        for submission in submissions:
            loaded = load(submission, source)
            record = ledger.known(submission.key, loaded.digest)
            if record is None:
                yield (submission, loaded.digest), (*mark(submission), *loaded.files)
            else:
                done(Graded(submission, record))

    engine(jobs(), work, limits, done=finish, sandbox=sandbox)


SURVEYED = 30
"""As many sheets tell what the sheets of a class ask."""


def asked_by_most(  # noqa: PLR0913  what, where and how
    submissions: Sequence[Submission],
    source: FileSource,
    *,
    work: Work,
    limits: Limits,
    engine: GradeEach,
    mark: Callable[[Submission], Files] = lambda _: (),
) -> tuple[str, ...]:
    """Return what most sheets of a class ask, "total" among it if most state all totals.

    Looked through are some of them, evenly spread. Of weights and parameters, of which either may
    stand in a column, counts what more sheets have.
    """
    chosen = submissions[:: -(-len(submissions) // SURVEYED) or 1]
    jobs = ((one, (*mark(one), *load(one, source).files)) for one in chosen)
    sheets: list[frozenset[tuple[bool, str]]] = []

    def done(_: Submission, outcome: Outcome) -> None:
        counted = [one for one in outcome.scores if one.worth]
        sheets.append(frozenset((one.layer.startswith(TOTAL), one.quantity) for one in counted))

    engine(jobs, work, limits, done=done)
    asked = list(filter(None, sheets))
    votes = Counter(one for sheet in asked for one in sheet)
    found = [
        key
        for key in QUANTITIES
        if 2 * sum((False, key) in one or (False, ALIKE.get(key, key)) in one for one in asked)
        > len(asked)
        and (votes[False, key], key) >= (votes[False, ALIKE.get(key, key)], ALIKE.get(key, key))
    ]
    sums = [key for key in found if QUANTITIES[key].is_summed]
    has_totals = sums and all(2 * votes[True, key] > len(asked) for key in sums)
    return (*found, *([TOTAL] if has_totals else []))


LONGEST_NAME_BYTES = 120
_UNSAFE = re.compile(r"[^\w .@()+,='\-]")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LIKE_OURS = re.compile(r".*-[0-9a-f]{16}", re.DOTALL)


def feedback_files(submissions: Sequence[Submission], suffix: str) -> dict[str, str]:
    """Return a name for each submission's feedback that any system takes, none of them twice.

    Moodle takes feedback back in files that begin as it has named what was handed in. What it looks
    for stands behind the first underscores, so that none comes into a person's name.
    """
    wanted = {
        one.key: normalize("NFC", f"{one.returns}feedback" if one.returns else one.key)
        for one in submissions
    }
    returned = {one.key for one in submissions if one.returns}
    safe = {key: (_returned if key in returned else _safe)(name) for key, name in wanted.items()}
    counts = Counter(name.casefold() for name in safe.values())
    names = {}
    for key, name in safe.items():
        tells_all = name == wanted[key] and not _LIKE_OURS.fullmatch(name)
        if not tells_all or counts[name.casefold()] > 1:
            name += f"-{sha256(ascii(key).encode()).hexdigest()[:16]}"  # noqa: PLW2901  told apart
        names[key] = name + suffix
    return names


def _safe(wanted: str) -> str:
    name = _short(_UNSAFE.sub("_", wanted), LONGEST_NAME_BYTES)
    return f"_{name}" if not name or _RESERVED.fullmatch(name) else name


def _returned(wanted: str) -> str:
    """Return a name that a system takes back: what may be changed of it is the person's name."""
    name, _, rest = wanted.partition("_")
    rest = _UNSAFE.sub("_", rest)
    name = _short(_UNSAFE.sub("-", name), max(1, LONGEST_NAME_BYTES - len(rest.encode()) - 1))
    return f"{name or '-'}_{rest}"


def _short(name: str, most_bytes: int) -> str:
    return name.strip(" .").encode()[:most_bytes].decode(errors="ignore").strip(" .")


class FeedbackFolder:
    """The folder with a file for each student, in which people may have edited some.

    Attributes:
        edited: The files that somebody has edited, in whose place another was written.
    """

    def __init__(self, path: Path, ledger: Ledger, write: Callable[[bytes, Path], None]) -> None:
        self._path = path
        self._ledger = ledger
        self._write = write
        self.edited: list[str] = []

    def keep(self, name: str, content: bytes) -> None:
        """Write a student's feedback; beside the file, if somebody has edited it."""
        there = self._content(name)
        is_said = there == content or self._ledger.is_ours(name, content)
        if there is not None and is_said:
            self._ledger.note_written(name, content)
            return
        if there is not None and not self._ledger.is_ours(name, there):
            self.edited.append(name)
            name = f"{Path(name).stem}{AGAIN}{Path(name).suffix}"
        self._write(content, self._path / name)
        self._ledger.note_written(name, content)

    def remove_others(self, names: set[str]) -> None:
        """Remove feedback of an earlier run that nobody is to see any more, unless it is edited."""
        for name in self._ledger.written() - names:
            content = self._content(name) if Path(name).name == name else None
            if content is not None and self._ledger.is_ours(name, content):
                with suppress(OSError):
                    (self._path / name).unlink()
            self._ledger.note_removed(name)

    def _content(self, name: str) -> bytes | None:
        """Return what a file holds; None if there is none."""
        with suppress(OSError):
            return (self._path / name).read_bytes()
        return None


AGAIN = " (graded again)"
"""Behind the name of feedback that is written beside what somebody has edited."""
