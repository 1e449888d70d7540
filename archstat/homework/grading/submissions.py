"""Which files are one submission, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import PurePosixPath
from typing import TypeAlias

from archstat.errors import SheetError, within
from archstat.homework.grading import naming
from archstat.homework.grading.naming import Owner, Person
from archstat.homework.grading.roster import Roster, Student
from archstat.homework.grading.source import Member, Source

MOST_FILES = 50
"""Of a submission: more are a project, in which the sheet has a name that is looked at first."""

MOST_BYTES = 64 << 20
"""Of all files of a submission."""

MOST_LIST_BYTES = 256 << 20
"""Of Gradescope's list, which holds what every attempt of every student printed."""

_LIKELY = (
    *(".md", ".markdown", ".csv", ".tsv", ".xlsx", ".docx", ".ods", ".odt", ".ipynb", ".html"),
    *(".htm", ".tex", ".txt", ".zip"),
)
"""What sheets are called; others are looked at behind these."""

CODE = (".py", ".pyw")

Files: TypeAlias = tuple[tuple[str, bytes | str], ...]
"""What was handed in: names and contents; for what is not read, the reason."""


@dataclass(frozen=True)
class File:
    """A file of a submission, by the name that the student knows it by."""

    name: str
    member: Member


@dataclass(frozen=True)
class Submission:
    """What one student, or one group, has handed in.

    Attributes:
        key: What it is called: unique, and the same whenever the same export is graded.
        people: Who handed it in, as far as the export says.
        students: Who that is on the roster.
        returns: See `Owner.returns`.
    """

    key: str
    files: tuple[File, ...]
    people: tuple[Person, ...] = ()
    students: tuple[Student, ...] = ()
    is_late: bool = False
    returns: str = ""


@dataclass(frozen=True)
class Loaded:
    """A submission as it was read.

    Attributes:
        digest: What changes if anything in it does.
    """

    files: Files
    digest: str


def find_submissions(source: Source, roster: Roster | None = None) -> list[Submission]:
    """Return the submissions in a folder or an archive, in the order of their keys.

    The outermost part of a file's path that a learning-management system has named, or that speaks
    of somebody on the roster, says whose it is. Otherwise each file and each folder at the top is a
    submission; files that differ in their suffix only are one.
    """
    listed: Mapping[str, tuple[Person, ...]] = {}
    members = [member for member in source.members if not naming.is_junk(member.parts)]
    for member in members:
        if member.parts[-1] == naming.GRADESCOPE_LIST and not member.refusal:
            with within(naming.GRADESCOPE_LIST):
                listed = {**listed, **naming.submitters(source.read(member, MOST_LIST_BYTES))}
    members = [member for member in members if member.parts[-1] != naming.GRADESCOPE_LIST]
    top = _common_depth(members, roster)
    owned = [(*_owned(member, top, roster), member) for member in members]
    owned.sort(key=lambda one: (one[0].key, one[2].parts, one[2].number))
    return [
        _submission(key, list(group), listed, roster)
        for key, group in groupby(owned, key=lambda one: one[0].key)
    ]


def _common_depth(members: Sequence[Member], roster: Roster | None) -> int:
    """Return how many folders stand around all that was handed in."""
    depth = 0
    while (
        members
        and all(len(member.parts) > depth + 1 for member in members)
        and len({member.parts[depth] for member in members}) == 1
        and naming.exported(members[0].parts[depth]) is None
        and (roster is None or roster.find_in(members[0].parts[depth]) is None)
    ):
        depth += 1
    return depth


def _owned(member: Member, top: int, roster: Roster | None) -> tuple[Owner, str]:
    """Return whose a file is, and what it is called among that student's files."""
    parts = member.parts
    for depth, part in enumerate(parts):
        owner = naming.exported(part)
        if owner is None and roster is not None and depth >= top:
            name = naming.stem(part) if depth == len(parts) - 1 else part
            if roster.find_in(name) is not None:
                owner = Owner("/".join((*parts[top:depth], name)), ())
        if owner is not None:
            below = parts[depth + 1 :]
            return owner, "/".join(below) or owner.file or part
    is_file = len(parts) == top + 1
    key = naming.stem(parts[top]) if is_file else parts[top]
    return Owner(key, ()), "/".join(parts[top if is_file else top + 1 :])


def _submission(
    key: str,
    owned: Sequence[tuple[Owner, str, Member]],
    listed: Mapping[str, tuple[Person, ...]],
    roster: Roster | None,
) -> Submission:
    owners = [owner for owner, _, _ in owned]
    people = listed.get(key) or owners[0].people
    students: list[Student] = []
    if roster is not None:
        found = [roster.find(person) for person in people]
        if not people:
            found = [roster.find_in(key.rpartition("/")[2])]
        students = [student for student in found if student is not None]
    files = sorted(
        (File(name, member) for _, name, member in owned),
        key=lambda file: (_unlikeliness(file.name), file.name, file.member.number),
    )
    return Submission(
        key,
        tuple(files),
        people,
        tuple(dict.fromkeys(students)),
        is_late=any(owner.is_late for owner in owners),
        returns=owners[0].returns,
    )


def _unlikeliness(name: str) -> int:
    suffix = PurePosixPath(name).suffix.lower()
    return _LIKELY.index(suffix) if suffix in _LIKELY else len(_LIKELY)


def load(submission: Submission, source: Source) -> Loaded:
    """Return what is in the files of a submission, as far as they can be read."""
    files: list[tuple[str, bytes | str]] = []
    digest = sha256()
    read_bytes = 0
    for number, file in enumerate(submission.files):
        is_full = number >= MOST_FILES or read_bytes > MOST_BYTES
        content = TOO_MUCH if is_full else _content(file.member, source)
        data = content.encode() if isinstance(content, str) else content
        read_bytes += len(data)
        files.append((file.name, content))
        digest.update(repr((file.name, type(content), len(data))).encode())
        digest.update(data)
    return Loaded(tuple(files), digest.hexdigest())


TOO_MUCH = "is not looked at: there is too much before it"


def _content(member: Member, source: Source) -> bytes | str:
    """Return what is in a file, or why it is not read."""
    if member.refusal:
        return member.refusal
    try:
        return source.read(member)
    except SheetError as error:
        return error.problems[0].what
