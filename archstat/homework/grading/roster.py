"""Who is in the class: the list that a learning-management system exports, or any like it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from archstat.errors import UsageError, shown, within
from archstat.files import read_file
from archstat.homework.grading.naming import Person, squashed, words
from archstat.homework.reading import limits
from archstat.homework.reading.decoding import decoded

CANVAS, MOODLE, GRADESCOPE, PLAIN = "canvas", "moodle", "gradescope", "plain"

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
        late_s: By how many seconds the system says that a hand-in was late; None if it does not.
        twin: Which of several of one name this is that nothing else tells apart: from 0.
    """

    name: str
    number: str = ""
    login: str = ""
    email: str = ""
    lms_id: str = ""
    cells: tuple[str, ...] = field(default=(), compare=False)
    late_s: int | None = field(default=None, compare=False)
    twin: int = 0

    @property
    def shown_name(self) -> str:
        """The name, or what else there is to call somebody."""
        return self.name or self.number or self.login or self.email or self.lms_id


@dataclass(frozen=True)
class Roster:
    """A class.

    Attributes:
        kind: The system that exported it: "canvas", "moodle", "gradescope" or "plain".
        header: The titles of the file.
        possible: Canvas's row of the points that there are to earn; nothing in any other file.
    """

    kind: str
    header: tuple[str, ...]
    students: tuple[Student, ...]
    possible: tuple[str, ...] = ()

    @property
    def twins(self) -> tuple[str, ...]:
        """The names of those whom nothing but a name tells apart from somebody else."""
        return tuple(dict.fromkeys(one.name for one in self.students if one.twin))

    def column_of(self, assignment: str) -> str | None:
        """Return the column of Canvas's grade book for a homework; None if it has none.

        Canvas writes its own number behind the title: "Homework 3 (12345)".
        """
        for title in self.header:
            plain = re.sub(r" \(\d+\)$", "", title)
            if squashed(assignment) in {squashed(title), squashed(plain)}:
                return title
        return None

    def out_of(self, assignment: str) -> Fraction | None:
        """Return how many points the system has for a homework; None if it does not say."""
        stated: set[str] = set()
        if self.kind == CANVAS and self.possible and (column := self.column_of(assignment)):
            stated = {self.possible[self.header.index(column)]}
        titles = {MOODLE: "maximumgrade", GRADESCOPE: "maxpoints"}
        squashed_titles = [squashed(title) for title in self.header]
        if (title := titles.get(self.kind)) in squashed_titles:
            at = squashed_titles.index(str(title))
            stated = {student.cells[at] for student in self.students if student.cells}
        numbers = {number_in(text) for text in stated}
        [number] = numbers if len(numbers) == 1 else [None]
        return None if number is None else Fraction(str(number))

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


def number_in(text: str) -> float | None:
    """Return the number that a text is, with either decimal sign; None if it is none.

    >>> number_in("47"), number_in("10,00"), number_in("")
    (47.0, 10.0, None)
    """
    try:
        return float(text.replace(",", ".")) if text.strip() else None
    except ValueError:
        return None


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
    text = decoded(read_file(path, limits.MOST_BYTES))
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
    elif {"totalscore", "maxpoints"} <= set(titles):
        kind = GRADESCOPE
    if lms_column is None and all(column is None for column in columns.values()):
        raise UsageError(
            f"has no column that says who somebody is: {', '.join(map(shown, header))}",
            hint="call one name, id or email",
        )
    width = len(header)
    students = []
    possible: tuple[str, ...] = ()
    for row in rows:
        cells = (*row, *[""] * (width - len(row)))[:width]
        at = {what: "" if column is None else cells[column] for what, column in columns.items()}
        name = at["name"] or " ".join(filter(None, (at["first_name"], at["last_name"])))
        lms_id = "" if lms_column is None else cells[lms_column]
        if kind == MOODLE:
            lms_id = re.sub(r"\D", "", lms_id)
        late_s = _late_s(dict(zip(titles, cells, strict=True)))
        student = Student(name, at["number"], at["login"], at["email"], lms_id, cells, late_s)
        if squashed(name) == "pointspossible":
            possible = cells
        if student.shown_name and squashed(name) not in _NEITHER:
            students.append(student)
    return Roster(kind, tuple(header), tuple(_apart(students)), possible)


def _apart(students: Sequence[Student]) -> Iterator[Student]:
    """Yield students, each once: rows that have no more than a name may be two people."""
    times: Counter[Student] = Counter()
    for student in students:
        if student.number or student.login or student.email or student.lms_id:
            if not times[student]:
                yield student
        else:
            yield replace(student, twin=times[student])
        times[student] += 1


_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d)")
_WORDS = re.compile(r"(\d+)\s*(day|hour|min|sec|일|시간|분|초)")
_SECONDS = {
    "day": 86_400, "hour": 3_600, "min": 60, "sec": 1, "일": 86_400, "시간": 3_600, "분": 60,
    "초": 1,
}  # fmt: skip


def _late_s(cells: Mapping[str, str]) -> int | None:
    """Return by how many seconds a system says that a hand-in was late.

    Gradescope writes hours, minutes and seconds, Moodle days and hours in words.

    >>> _late_s({"latenesshms": "27:30:00"}), _late_s({"status": "1 day 3 hours late"})
    (99000, 97200)
    """
    if clock := _CLOCK.fullmatch(cells.get("latenesshms", "").strip()):
        hours, minutes, seconds = map(int, clock.groups())
        return hours * 3_600 + minutes * 60 + seconds or None
    status = cells.get("status", "").casefold()
    if "late" in status or "늦" in status:
        return sum(int(count) * _SECONDS[unit] for count, unit in _WORDS.findall(status)) or None
    return None
