"""Who is in the class: the list that a learning-management system exports, or any like it."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from archstat.errors import UsageError, shown, within
from archstat.homework.grading.naming import Person, squashed, words
from archstat.homework.reading import limits
from archstat.homework.reading.decoding import decoded

CANVAS, MOODLE, PLAIN = "canvas", "moodle", "plain"

_TITLES: Mapping[str, tuple[str, ...]] = {
    "name": ("student", "name", "fullname", "studentname", "이름", "성명", "姓名", "氏名"),
    "first_name": ("firstname", "givenname", "first"),
    "last_name": ("lastname", "surname", "familyname", "last"),
    "number": (
        *("studentid", "studentnumber", "sid", "idnumber", "sisuserid", "sisid", "matriculation"),
        *("id", "학번", "学号", "學號", "学籍番号"),
    ),
    "login": ("sisloginid", "login", "loginid", "username", "user", "netid", "아이디"),
    "email": ("email", "emailaddress", "mail", "이메일", "메일", "邮箱", "メールアドレス"),
}
"""What columns are called, without blanks; the first that there is counts."""

_NEITHER = {"pointspossible", "studenttest"}
"""Rows of Canvas that are no students."""

SHORTEST_NUMBER = 4
"""Digits of a number that says whose a file is although it stands among other words."""


@dataclass(frozen=True)
class Student:
    """Somebody on the roster.

    Attributes:
        number: The student number.
        lms_id: The number that the system that exported the roster gives to a person.
        cells: The row as it stands in the file.
    """

    name: str
    number: str = ""
    login: str = ""
    email: str = ""
    lms_id: str = ""
    cells: tuple[str, ...] = field(default=(), compare=False)

    @property
    def shown_name(self) -> str:
        """The name, or what else there is to call somebody."""
        return self.name or self.number or self.login or self.email or self.lms_id


@dataclass(frozen=True)
class Roster:
    """A class.

    Attributes:
        kind: The system that exported it: "canvas", "moodle" or "plain".
        header: The titles of the file.
    """

    kind: str
    header: tuple[str, ...]
    students: tuple[Student, ...]

    def find(self, person: Person) -> Student | None:
        """Return who somebody is that an export names; None if nobody, or more than one, fits."""
        if person.lms_id and self.kind != PLAIN:
            found = [one for one in self.students if one.lms_id == person.lms_id]
            if found:
                return found[0]
        for stated, names in ((person.number, False), (person.email, False), (person.name, True)):
            called = self._called(squashed(stated), names=names)
            if len(called) == 1:
                return called[0]
        return None

    def find_in(self, name: str) -> Student | None:
        """Return who a file's name speaks of, among other words; None if nobody or several.

        Numbers and addresses count before names, and longer ones before shorter ones.
        """
        whole = squashed(name)
        runs = [
            run
            for run in words(name)
            if run == whole or not run.isdecimal() or len(run) >= SHORTEST_NUMBER
        ]
        for names in (False, True):
            called = next(filter(None, (self._called(run, names=names) for run in runs)), ())
            if len(called) == 1:
                return called[0]
        return None

    def _called(self, word: str, *, names: bool) -> Sequence[Student]:
        return (self._by_name if names else self._by_id).get(word, ()) if word else ()

    @cached_property
    def _by_id(self) -> Mapping[str, Sequence[Student]]:
        found: defaultdict[str, list[Student]] = defaultdict(list)
        for student in self.students:
            ids = {student.number, student.login, student.email} - {""}
            for word in {squashed(one) for one in ids}:
                found[word].append(student)
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[Student]]:
        found: defaultdict[str, list[Student]] = defaultdict(list)
        for student in self.students:
            for word in set(_spellings(student.name)):
                found[word].append(student)
        return found


def _spellings(name: str) -> Iterator[str]:
    """Yield a name with the family name first, last, and in between.

    >>> list(_spellings("Doe, Jane"))
    ['doejane', 'janedoe']
    """
    parts = [squashed(part) for part in re.split(r"[\s,]+", name) if squashed(part)]
    for start in range(len(parts)):
        yield "".join((*parts[start:], *parts[:start]))


def read_roster(path: Path) -> Roster:
    """Return the class that a CSV file lists.

    Raises:
        UsageError: It cannot be read, or has no column that says who somebody is.
    """
    with within(shown(str(path))):
        rows = _rows(path)
        if not rows:
            raise UsageError("is empty")
        header, *body = rows
        return _roster(header, body)


def _rows(path: Path) -> list[tuple[str, ...]]:
    try:
        with path.open("rb") as file:
            data = file.read(limits.MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}") from None
    limits.check(len(data), limits.MOST_BYTES, "bytes")
    text = decoded(data)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise UsageError(f"is not CSV: {error}") from None
    return [tuple(map(str.strip, row)) for row in rows if any(map(str.strip, row))]


def _roster(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Roster:
    titles = [squashed(title) for title in header]
    columns = {
        what: next((titles.index(title) for title in known if title in titles), None)
        for what, known in _TITLES.items()
    }
    kind, lms_column = PLAIN, None
    if {"student", "id", "section"} <= set(titles):
        kind, lms_column = CANVAS, titles.index("id")
        columns["number"] = titles.index("sisuserid") if "sisuserid" in titles else None
    elif {"identifier", "grade"} <= set(titles):
        kind, lms_column = MOODLE, titles.index("identifier")
    if lms_column is None and all(column is None for column in columns.values()):
        raise UsageError(
            f"has no column that says who somebody is: {', '.join(map(shown, header))}",
            hint="call one name, id or email",
        )
    width = len(header)
    students = []
    for row in rows:
        cells = (*row, *[""] * (width - len(row)))[:width]
        at = {what: "" if column is None else cells[column] for what, column in columns.items()}
        name = at["name"] or " ".join(filter(None, (at["first_name"], at["last_name"])))
        lms_id = "" if lms_column is None else cells[lms_column]
        if kind == MOODLE:
            lms_id = re.sub(r"\D", "", lms_id)
        student = Student(name, at["number"], at["login"], at["email"], lms_id, cells)
        if student.shown_name and squashed(name) not in _NEITHER:
            students.append(student)
    return Roster(kind, tuple(header), tuple(dict.fromkeys(students)))
