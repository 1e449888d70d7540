"""Which files are one submission, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import groupby, takewhile
from pathlib import PurePosixPath
from typing import TypeAlias

from archstat.errors import SheetError, shown
from archstat.homework.grading import naming
from archstat.homework.grading.naming import Owner, Person
from archstat.homework.grading.roster import Roster, Student
from archstat.homework.grading.source import EMPTY, FileSource, Member

MOST_FILES = 50
"""Of a submission: more are a project, in which the sheet has a name that is looked at first."""

MOST_BYTES = 64 << 20
"""Of all files of a submission."""

MOST_LIST_BYTES = 256 << 20
"""Of Gradescope's list, which holds what every attempt of every student printed."""

CODE = (".py", ".pyw")

WHOSE = "\0whose"
"""What a file is called that says whose a submission is: no student can call one so."""

Files: TypeAlias = tuple[tuple[str, bytes | str], ...]
"""What was handed in: names and contents; for what is not read, the reason."""


class Described(bytes):
    """What a process that has run submitted code says of its network; see `models.description`."""


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
class ReadSubmission:
    """A submission as it was read.

    Attributes:
        digest: What changes if anything in it does.
    """

    files: Files
    digest: str


@dataclass(frozen=True)
class Layout:
    """How the submissions lie in a folder or an archive, decided once for all of them.

    Attributes:
        system: Whose names they have: of `naming.SYSTEMS`; empty for names that say nothing.
        depth: How many folders stand around the entry that says whose a file is.
        top: How many folders stand around all that was handed in.
        folders: The names of the folders at the top, which no file beside them shares.
        is_by_roster: Whether the names are those of people on the roster.
    """

    system: str
    depth: int
    top: int
    folders: frozenset[str]
    is_by_roster: bool = False

    def __str__(self) -> str:
        """Return it in words."""
        if self.system:
            return f"names as {self.system} writes them"
        if self.is_by_roster:
            return "a file or a folder for each student on the roster"
        return "a file or a folder for each submission"


@dataclass(frozen=True)
class HandedIn:
    """What was handed in.

    Attributes:
        notes: What is to be said of how it was found.
    """

    submissions: tuple[Submission, ...]
    layout: Layout
    notes: tuple[str, ...] = ()


def find_submissions(source: FileSource, roster: Roster | None = None) -> list[Submission]:
    """Return the submissions in a folder or an archive; see `found_in`."""
    return list(found_in(source, roster).submissions)


def found_in(source: FileSource, roster: Roster | None = None) -> HandedIn:
    """Return the submissions in a folder or an archive, in the order of their keys.

    Where most entries of a folder have the names that a learning-management system gives, or speak
    of somebody on the roster, each says whose it is. Otherwise each file and each folder at the top
    is a submission; sheets that differ in their suffix only are one. What has no such name among
    those that have is a submission of its own, and every entry at the top is some submission.
    """
    members = [
        one
        for one in source.members
        if one.refusal != EMPTY and not any(map(naming.is_junk_part, one.parts))
    ]
    members += _shells(source.members, members)
    layout = layout_of(members, roster)
    listed: dict[str, tuple[Person, ...]] = {}
    notes = []
    lists = [one for one in members if _is_list(one, layout)]
    for member in lists:
        try:
            listed |= naming.submitters(source.read(member, MOST_LIST_BYTES))
        except SheetError as error:
            notes.append(f"{'/'.join(member.parts)} {error.problems[0].what}")
    entries = {one.parts[: layout.depth + 1] for one in members if one.refusal != NOTHING}
    owned = [
        (*_owned(member, layout, roster), member)
        for member in members
        if member not in lists
        and (member.refusal != NOTHING or member.parts[: layout.depth + 1] not in entries)
    ]
    notes += _doubts(members, layout)
    owned.sort(key=lambda one: (one[0].key, one[2].parts, one[2].number))
    return HandedIn(
        tuple(
            _submission(key, list(group), listed, roster)
            for key, group in groupby(owned, key=lambda one: one[0].key)
        ),
        layout,
        tuple(notes),
    )


def _doubts(members: Sequence[Member], layout: Layout) -> Iterator[str]:
    """Yield what somebody may have meant otherwise: a class that would be one submission, or few.

    Names of folders that recur, as week1 does, are those of parts; others may be people's.
    """
    if len(members) == 1 and len(members[0].parts) == layout.top + 1:
        [name] = members[0].parts[layout.top :]
        if PurePosixPath(name).suffix.lower() == ".zip":
            yield f"{shown(name)} is one submission; if it holds those of a class, grade it itself"
    if layout.system or layout.is_by_roster:
        return
    below: dict[str, set[str]] = {}
    for member in members:
        top, *rest = member.parts[layout.top :]
        below.setdefault(top, set()).add(rest[0] if len(rest) > 1 else "")
    groups = {top: names for top, names in below.items() if len(names) > 1 and "" not in names}
    names = [name for group in groups.values() for name in group]
    if len(groups) > 1 and 2 * len(set(names)) > len(names):
        first = next(iter(groups))
        yield (
            f"each of {len(groups)} folders, as {shown(first)}, is one submission with several "
            "folders in it; if these are students, give a roster, or grade each folder itself"
        )


NOTHING = "holds nothing that a student has written"


def _shells(everything: Sequence[Member], members: Sequence[Member]) -> list[Member]:
    """Return the folders in which nothing is but what systems leave, each as a file not read."""
    full = {one.parts[:depth] for one in members for depth in range(len(one.parts) + 1)}
    found = {}
    for one in everything:
        folder = tuple(takewhile(lambda part: not naming.is_junk_part(part), one.parts))
        if folder and folder not in full:
            found[folder] = replace(one, parts=folder, refusal=NOTHING)
    return list(found.values())


def layout_of(members: Sequence[Member], roster: Roster | None) -> Layout:
    """Return how submissions lie, by the outermost level at which most names say whose they are.

    A system's names count only where several people's stand in one folder, as it exports them: the
    same name in the folder of each student is what they all called their file.
    """
    top = _common_depth(members, roster)
    folders = frozenset(one.parts[top] for one in members if len(one.parts) > top + 1)
    deepest = max((len(member.parts) for member in members), default=0)
    for depth in range(top, min(deepest, top + DEEPEST_LAYOUT)):
        entries = {one.parts[: depth + 1] for one in members if len(one.parts) > depth}
        for system in naming.SYSTEMS:
            owners = {entry: naming.exported(entry[-1], system) for entry in entries}
            named = {entry: owner for entry, owner in owners.items() if owner is not None}
            keys = {entry: owner.key for entry, owner in named.items()}
            if (
                2 * len(named) > len(entries)
                and _are_people(list(named.values()), system)
                and (depth == top or _is_export(keys))
            ):
                return Layout(system, depth, top, folders)
        if roster is not None:
            known = [entry for entry in entries if _is_known(entry[-1], roster)]
            if 2 * len(known) > len(entries) or (known and depth == top):
                return Layout("", depth, top, folders, is_by_roster=True)
    return Layout("", top, top, folders, is_by_roster=roster is not None)


DEEPEST_LAYOUT = 4
"""Folders, of sections or of an export's own, in which a layout is looked for."""


def _is_export(named: Mapping[tuple[str, ...], str]) -> bool:
    """Return whether names below several folders are those of people, each in one folder only."""
    folders: dict[tuple[str, ...], set[str]] = {}
    for entry, key in named.items():
        folders.setdefault(entry[:-1], set()).add(key)
    several = all(len(keys) > 1 for keys in folders.values())
    return several and sum(map(len, folders.values())) == len(set(named.values()))


def _are_people(owners: Sequence[Owner], system: str) -> bool:
    """Return whether names that look like Canvas's are those of people, each with a number.

    Those of `hw_2024_001_kim.md` and `hw_2024_002_lee.md` are not, nor those that a phone gives.
    """
    people = {person for owner in owners for person in owner.people}
    names = {person.name for person in people}
    numbers = {person.lms_id for person in people}
    return (
        system != naming.CANVAS
        or len(owners) == 1
        or (len(names) > 1 and len(numbers) == len(people))
    )


def _is_known(name: str, roster: Roster) -> bool:
    return any(roster.find_in(one) is not None for one in {name, naming.stem(name)})


def _is_list(member: Member, layout: Layout) -> bool:
    """Return whether a file is the list of submitters beside the folders of an export."""
    return member.parts[-1] == naming.GRADESCOPE_LIST and len(member.parts) == layout.depth + 1


def _common_depth(members: Sequence[Member], roster: Roster | None) -> int:
    """Return how many folders stand around all that was handed in."""
    depth = 0
    while (
        members
        and all(len(member.parts) > depth + 1 for member in members)
        and len({member.parts[depth] for member in members}) == 1
        and not any(naming.exported(members[0].parts[depth], one) for one in naming.SYSTEMS)
        and (roster is None or not _is_known(members[0].parts[depth], roster))
    ):
        depth += 1
    return depth


def _owned(member: Member, layout: Layout, roster: Roster | None) -> tuple[Owner, str]:
    """Return whose a file is, and what it is called among that student's files."""
    parts, depth, top = member.parts, layout.depth, layout.top
    if len(parts) > depth:
        name, below = parts[depth], "/".join(parts[depth + 1 :])
        around = "".join(f"{part}/" for part in parts[top:depth])
        if layout.system and (owner := naming.exported(name, layout.system)) is not None:
            return replace(owner, key=around + owner.key), below or owner.file or name
        if layout.is_by_roster and roster is not None and _is_known(name, roster):
            key = name if len(parts) > depth + 1 else naming.sheet_stem(name)
            return Owner(around + key, ()), below or name
    is_file = len(parts) == top + 1
    return Owner(_key(member, layout), ()), "/".join(parts[top if is_file else top + 1 :])


def _key(member: Member, layout: Layout) -> str:
    """Return what an entry at the top is called."""
    name = member.parts[layout.top]
    short = naming.sheet_stem(name)
    is_file = len(member.parts) == layout.top + 1
    return short if is_file and short not in layout.folders else name


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
        (File(name or member.parts[-1], member) for _, name, member in owned),
        key=lambda file: (*_place(file.name), file.member.number),
    )
    return Submission(
        key,
        tuple(files),
        people,
        tuple(dict.fromkeys(students)),
        is_late=any(owner.is_late for owner in owners),
        returns=owners[0].returns,
    )


def _place(name: str) -> tuple[int, list[tuple[int, str]], str]:
    """Return the place of a file among others: likely sheets first, sheet-1 behind sheet."""
    stem = name.removesuffix(PurePosixPath(name).suffix)
    return _unlikeliness(name), naming.counted(stem), name


def _unlikeliness(name: str) -> int:
    suffix = PurePosixPath(name).suffix.lower()
    return naming.SHEETS.index(suffix) if suffix in naming.SHEETS else len(naming.SHEETS)


def load(submission: Submission, source: FileSource) -> ReadSubmission:
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
    return ReadSubmission(tuple(files), digest.hexdigest())


TOO_MUCH = "is not looked at: there is too much before it"


def _content(member: Member, source: FileSource) -> bytes | str:
    """Return what is in a file, or why it is not read."""
    if member.refusal:
        return member.refusal
    try:
        return source.read(member)
    except SheetError as error:
        return error.problems[0].what
