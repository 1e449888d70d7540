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

from archstat.homework.grading.guards import Limits
from archstat.homework.grading.ledger import Ledger, Record
from archstat.homework.grading.outcome import Outcome
from archstat.homework.grading.pool import grade_each
from archstat.homework.grading.sandbox import Sandbox
from archstat.homework.grading.source import Source
from archstat.homework.grading.submissions import Files, Submission, load
from archstat.homework.grading.worker import Work


@dataclass(frozen=True)
class Graded:
    """A submission, and what came of it."""

    submission: Submission
    record: Record

    @property
    def without_feedback(self) -> Graded:
        """The same without its longest part, to keep."""
        outcome = replace(self.record.outcome, feedback="")
        return replace(self, record=replace(self.record, outcome=outcome))


Done = Callable[[Graded], None]


def grade_all(  # noqa: PLR0913  what, where, how, and whom to tell
    submissions: Sequence[Submission],
    source: Source,
    *,
    ledger: Ledger,
    work: Work,
    limits: Limits,
    workers: int,
    file_names: Mapping[str, str],
    done: Done,
    sandbox: Sandbox | None = None,
) -> None:
    """Grade what the ledger does not know yet, and tell of every submission.

    Args:
        submissions: What was handed in.
        source: Where.
        ledger: What is graded already, and what will be.
        work: What grades one.
        limits: What one may take.
        workers: How many processes grade at a time.
        file_names: What the feedback files are called, by the keys of submissions.
        done: Told of each submission, in any order.
        sandbox: Runs submitted Python; None if nothing does.
    """

    def finish(job: tuple[Submission, str], outcome: Outcome) -> None:
        submission, digest = job
        record = Record(submission.key, digest, file_names.get(submission.key, ""), outcome)
        ledger.add(record)
        done(Graded(submission, record))

    def jobs() -> Iterator[tuple[tuple[Submission, str], Files]]:
        for submission in submissions:
            loaded = load(submission, source)
            record = ledger.known(submission.key, loaded.digest)
            if record is None:
                yield (submission, loaded.digest), loaded.files
            else:
                done(Graded(submission, record))

    grade_each(jobs(), work, limits, workers=workers, done=finish, sandbox=sandbox)


LONGEST_NAME_BYTES = 120
_UNSAFE = re.compile(r"[^\w .@()+,=\-]")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LIKE_OURS = re.compile(r".*-[0-9a-f]{16}", re.DOTALL)


def feedback_files(submissions: Sequence[Submission], suffix: str) -> dict[str, str]:
    """Return a name for each submission's feedback that any system takes, none of them twice.

    Moodle takes feedback back in files that begin as it has named what was handed in.
    """
    wanted = {
        one.key: normalize("NFC", f"{one.returns}feedback" if one.returns else one.key)
        for one in submissions
    }
    safe = {key: _safe(name) for key, name in wanted.items()}
    counts = Counter(name.casefold() for name in safe.values())
    names = {}
    for key, name in safe.items():
        tells_all = name == wanted[key] and not _LIKE_OURS.fullmatch(name)
        if not tells_all or counts[name.casefold()] > 1:
            name += f"-{sha256(ascii(key).encode()).hexdigest()[:16]}"  # noqa: PLW2901  told apart
        names[key] = name + suffix
    return names


def _safe(wanted: str) -> str:
    name = _UNSAFE.sub("_", wanted).strip(" .")
    name = name.encode()[:LONGEST_NAME_BYTES].decode(errors="ignore").strip(" .")
    return f"_{name}" if not name or _RESERVED.fullmatch(name) else name


def remove_old(folder: Path, names: set[str]) -> None:
    """Remove feedback of an earlier run that nobody is to see any more."""
    for name in names:
        if name and Path(name).name == name:
            with suppress(OSError):  # it is gone, or no file
                (folder / name).unlink()
