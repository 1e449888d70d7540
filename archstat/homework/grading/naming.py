"""What names say: those that learning-management systems give to what they export, and people's.

Canvas writes `doejane_LATE_12345_67890_homework.md`, Moodle `Jane Doe_12345_assignsubmission_file_`
as a folder or before the name of a file, Gradescope `submission_67890` and a list of submitters,
Blackboard `Homework 1_jdoe_attempt_2024-03-01-10-00-00_homework.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from unicodedata import normalize

from archstat.homework.reading.decoding import decoded

GRADESCOPE_LIST = "submission_metadata.yml"

_PHOTO = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])_(?:[01]\d|2[0-3])(?:[0-5]\d){2}"
"""The day and the time in the name of what a phone has taken, which are no numbers of Canvas."""
_CANVAS = re.compile(
    rf"(?P<name>[^\W_]+)(?P<late>_LATE)?_(?!{_PHOTO})(?P<id>[1-9]\d*)_"
    r"(?:(?P<attachment>[1-9]\d{2,})_(?P<file>.+)|(?P<text>text\.html))"
)
_MOODLE = re.compile(
    r"(?P<name>[^_].*)_(?P<id>\d+)_(?P<returns>assignsubmission_(?:file|onlinetext)_)(?P<file>.*)",
)
_GRADESCOPE = re.compile(r"submission_\d+")
_BLACKBOARD = re.compile(
    r".+_(?P<name>[^\W_][^_]*)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)"
)

_JUNK = {"__macosx", "thumbs.db", "desktop.ini", "__pycache__", "node_modules"}
_JUNK_STARTS = (".", "~$")
"""Of files that systems and editors leave: .DS_Store, .git, ._homework.md, ~$homework.docx."""


@dataclass(frozen=True)
class Person:
    """Somebody who handed something in, as far as an export says who that is.

    Attributes:
        lms_id: The number that the system itself gives to a person.
        number: The student number.
    """

    name: str = ""
    lms_id: str = ""
    number: str = ""
    email: str = ""


@dataclass(frozen=True)
class Owner:
    """Whose a file is, by the name of the file or of a folder around it.

    Attributes:
        key: What all files of one submission have in common.
        file: What the student called the file, if the name says that.
        returns: How the name of a file for this student begins so that Moodle or Canvas takes it
            back: as the system has named what was handed in.
    """

    key: str
    people: tuple[Person, ...]
    file: str = ""
    is_late: bool = False
    returns: str = ""


MOODLE, BLACKBOARD, CANVAS, GRADESCOPE = SYSTEMS = ("Moodle", "Blackboard", "Canvas", "Gradescope")
"""Whose names are known, those that are hardest to mistake first."""


def exported(name: str, system: str) -> Owner | None:
    """Return whose a file or a folder is that a learning-management system has named.

    >>> exported("doejane_LATE_12345_67890_hw.md", "Canvas").people[0].lms_id
    '12345'
    """
    if system == MOODLE and (match := _MOODLE.fullmatch(name)):
        key = f"{match['name']}_{match['id']}"
        person = Person(match["name"], match["id"])
        return Owner(key, (person,), match["file"], returns=f"{key}_{match['returns']}")
    if system == BLACKBOARD and (match := _BLACKBOARD.fullmatch(name)):
        person = Person(number=match["name"])
        return Owner(match["name"], (person,), match["file"] or f"{match['when']}.txt")
    if system == CANVAS and (match := _CANVAS.fullmatch(name)):
        person = Person(match["name"], match["id"])
        file = match["file"] or match["text"]
        key = f"{match['name']}_{match['id']}"
        late = match["late"] or ""
        told = match["attachment"]
        returns = f"{match['name']}{late}_{match['id']}_{told}_" if told else ""
        return Owner(key, (person,), file, bool(late), returns)
    if system == GRADESCOPE and _GRADESCOPE.fullmatch(name):
        return Owner(name, ())
    return None


def is_junk(parts: tuple[str, ...]) -> bool:
    """Return whether a path is nothing that a student has written."""
    return any(map(is_junk_part, parts))


def is_junk_part(part: str) -> bool:
    """Return whether a file or a folder of this name is none that a student has made."""
    return part.lower() in _JUNK or part.startswith(_JUNK_STARTS)


def stem(name: str) -> str:
    """Return a name without its suffix, if it has one that looks like it.

    >>> stem("20211234.Kim.md"), stem("J. Doe")
    ('20211234.Kim', 'J. Doe')
    """
    path = PurePosixPath(name)
    return path.stem if re.fullmatch(r"\.\w{1,6}", path.suffix) else name


SHEETS = (
    *(".md", ".markdown", ".csv", ".tsv", ".xlsx", ".docx", ".ods", ".odt", ".ipynb", ".html"),
    *(".htm", ".tex", ".txt", ".zip"),
)
"""What sheets are called; others are looked at behind these."""

_DOCUMENTS = {*SHEETS, ".py", ".pyw", ".pdf", ".png", ".jpg", ".jpeg", ".heic", ".doc", ".rtf"}


def sheet_stem(name: str) -> str:
    """Return a name without its suffix, if it is one of what students hand in.

    >>> sheet_stem("kim.md"), sheet_stem("hw1.kim")
    ('kim', 'hw1.kim')
    """
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in _DOCUMENTS else name


def squashed(text: str) -> str:
    """Return the letters and digits of a name, however it is written.

    >>> squashed("Doe, Jane"), squashed("2021-12345")
    ('doejane', '202112345')
    """
    return "".join(filter(str.isalnum, normalize("NFKC", text).casefold()))


_SUBMISSION = re.compile(r"(submission_\d+):\s*")
_FIELD = re.compile(r"  (?:- |  ):(name|sid|email): *(.*)")
_FIELDS = {"name": "name", "sid": "number", "email": "email"}


def submitters(data: bytes) -> Mapping[str, tuple[Person, ...]]:
    """Return who handed in what, by Gradescope's list of a whole export.

    The list is YAML of one form; what stands deeper in it, as the output of students' programs
    does, is not looked at.
    """
    found: dict[str, list[dict[str, str]]] = {}
    people: list[dict[str, str]] | None = None
    for line in decoded(data).splitlines():
        if match := _SUBMISSION.fullmatch(line):
            people = None
            found[match[1]] = []
        elif line.startswith("  :"):
            people = found[next(reversed(found))] if found and line[2:].strip() == _LIST else None
        elif people is not None and (match := _FIELD.match(line)):
            if line.startswith("  - "):
                people.append({})
            if people:
                people[-1][_FIELDS[match[1]]] = _scalar(match[2])
    return {
        key: tuple(Person(**stated) for stated in submitting) for key, submitting in found.items()
    }


_LIST = ":submitters:"
_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")


def _scalar(text: str) -> str:
    r"""Return what a YAML scalar of one line says.

    >>> _scalar("'O''Neil'"), _scalar(r'"Andr\xE9"'), _scalar("null")
    ("O'Neil", 'André', '')
    """
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return _ESCAPED.sub(_unescaped, text[1:-1])
    return "" if text in {"null", "~"} else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return match[4]
    return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else ""  # noqa: PLR2004  the last letter


def words(name: str) -> Iterator[str]:
    """Yield the runs of words in a name, of which one may say whose it is, the longest first.

    >>> list(words("HW1_2021-12345_Kim"))[:3]
    ['hw1202112345kim', '202112345kim', 'hw1202112345']
    """
    found = [squashed(word) for word in re.split(r"[\W_]+", normalize("NFKC", name)) if word]
    runs = {
        "".join(found[start:stop])
        for start in range(len(found))
        for stop in range(start + 1, min(len(found), start + MOST_WORDS) + 1)
    }
    yield from sorted(runs, key=lambda run: (-len(run), run))


MOST_WORDS = 6
"""Of a name or a number: "2021-12345", "jane.doe@cs.example.edu"."""


def counted(name: str) -> list[tuple[int, str]]:
    """Return the place of a name among others: homework 10 behind 9."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
