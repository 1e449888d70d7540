"""Excel workbooks.

Read here and not by python-calamine, which a file of 2 kB aborts together with the process (two
cells far apart), and which drops the formulas of cells without a computed value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from posixpath import join, normpath
from typing import NamedTuple

from archstat.homework.reading.markup.node import End, Hidden, Node, Start, whole
from archstat.homework.reading.office.archive import Archive, nodes
from archstat.homework.reading.office.runs import Runs
from archstat.homework.reading.office.sheet import CellGrid, month_and_day, number, percent
from archstat.homework.reading.table import Found

MEMBER = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
STRINGS = "sharedStrings"
STYLES = "styles"

PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

FORMATS = {
    **dict.fromkeys(("14", "15", "16", "22", "27", "28", "29", "30", "31", "36"), "m/d"),
    **dict.fromkeys(("50", "51", "52", "53", "54", "55", "56", "57", "58"), "m/d"),
    **dict.fromkeys(("18", "19", "20", "21", "32", "33"), "h:m"),
    **dict.fromkeys(("9", "10"), "%"),
    "17": "m/y",
}
"""The built-in formats of dates, times and shares, by number; ECMA-376, part 1, 18.8.30."""

NOT_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')
"""What stands for itself in a format, or is a colour."""

FIRST_DAY = date(1899, 12, 30)
FIRST_DAY_1904 = date(1904, 1, 1)
MINUTES = 24 * 60


def found(archive: Archive) -> Iterator[Found]:
    """Yield the tables of all sheets, in the order of the workbook."""
    targets = _targets(archive)
    names, is_1904 = _sheet_names(archive)
    book = _Workbook(
        _strings(archive, targets.get(STRINGS, "")),
        _formats(archive, targets.get(STYLES, "")),
        FIRST_DAY_1904 if is_1904 else FIRST_DAY,
    )
    for relation, name in names.items():
        member = targets.get(relation, "")
        if member in archive.names:
            reader = _Reader(name, book)
            for node in nodes(archive.read(member)):
                reader.take(node)
            yield from reader.sheet.found()


class _Workbook(NamedTuple):
    """What the cells of all sheets refer to."""

    strings: Sequence[str]
    formats: Sequence[str]
    first_day: date

    def text(self, value: str, kind: str, style: int) -> str:
        """Return what a cell says whose value is stored in one of many ways."""
        with suppress(ValueError, OverflowError, IndexError):
            match kind:
                case "s":
                    return self.strings[int(value)]
                case "b":
                    return str(value == "1").upper()
                case "d":
                    return month_and_day(date.fromisoformat(value[:10]))
                case "n":
                    form = self.formats[style] if style < len(self.formats) else ""
                    return self._number(float(value), form)
        return value

    def _number(self, value: float, form: str) -> str:
        if form == "h:m" and 0 < value < 1:
            hour, minute = divmod(round(value * MINUTES), 60)
            return f"{hour}:{minute}"
        if form in {"m/d", "m/y"}:
            day = self.first_day + timedelta(days=int(value))
            return month_and_day(day) if form == "m/d" else f"{day.month}/{day.year % 100}"
        return percent(value) if form == "%" else number(value)


def _targets(archive: Archive) -> Mapping[str, str]:
    """Return the members of a workbook, by the names that it has for them and by their kinds."""
    targets: dict[str, str] = {}
    if RELATIONS not in archive.names:
        return targets
    for node in nodes(archive.read(RELATIONS)):
        if isinstance(node, Start) and node.name == "Relationship":
            member = normpath(join("/xl", node.attributes.get("Target", ""))).lstrip("/")
            targets[node.attributes.get("Id", "")] = member
            targets[node.attributes.get("Type", "").rpartition("/")[2]] = member
    return targets


def _sheet_names(archive: Archive) -> tuple[Mapping[str, str], bool]:
    """Return the names of the sheets by their relations, and whether days count from 1904."""
    names: dict[str, str] = {}
    is_1904 = False
    for node in nodes(archive.read(MEMBER)):
        match node:
            case Start("sheet", {"id": relation, "name": name}):
                names[relation] = name
            case Start("workbookPr", {"date1904": "1" | "true"}):
                is_1904 = True
    return names, is_1904


def _strings(archive: Archive, member: str) -> list[str]:
    """Return the texts that cells refer to by number."""
    strings: list[str] = []
    reader = _Text()
    for node in nodes(archive.read(member)) if member in archive.names else ():
        reader.take(node)
        if node == End("si"):
            strings.append(reader.end())
    return strings


def _formats(archive: Archive, member: str) -> list[str]:
    """Return how each style shows a number: as "m/d", "m/y", "h:m", "%", or "" for as it is."""
    custom: dict[str, str] = {}
    formats: list[str] = []
    is_cell = False
    for node in nodes(archive.read(member)) if member in archive.names else ():
        match node:
            case Start("cellXfs") | End("cellXfs"):
                is_cell = isinstance(node, Start)
            case Start("numFmt", {"numFmtId": number_of_format, "formatCode": code}):
                custom[number_of_format] = _format(code)
            case Start("xf", attributes) if is_cell:
                number_of_format = attributes.get("numFmtId", "")
                formats.append(custom.get(number_of_format, FORMATS.get(number_of_format, "")))
    return formats


def _format(code: str) -> str:
    letters = set(NOT_LETTERS.sub("", code).lower())
    if "d" in letters:
        return "m/d"
    if "y" in letters:
        return "m/y"
    if "h" in letters:
        return "h:m"
    return "%" if "%" in letters else ""


class _Reader:
    """A sheet as it is read."""

    def __init__(self, name: str, book: _Workbook) -> None:
        self.sheet = CellGrid(name)
        self._book = book
        self._row = self._column = -1
        self._cell: Mapping[str, str] = {}
        self._parts: dict[str, str] = {}
        self._part = ""
        self._text = _Text()

    def take(self, node: Node) -> None:
        """Read a tag or a text."""
        self._text.take(node)
        match node:
            case str() if self._part:
                self._parts[self._part] += node
            case Start("row", attributes):
                self._row, self._column = whole(attributes, "r", self._row + 2) - 1, -1
            case Start("c", attributes):
                self._begin(attributes)
            case Start("v" | "f" as part):
                self._part = part
                self._parts[part] = ""
            case End("v" | "f"):
                self._part = ""
            case End("c"):
                self.sheet.put(self._row, self._column, self._said())
            case Start("mergeCell", {"ref": reference}):
                places = list(map(_place, PLACE.finditer(reference)))
                rows, columns = ([place[axis] for place in places] for axis in (0, 1))
                if len(places) == 2:  # noqa: PLR2004  the corners
                    self.sheet.merge(range(rows[0], rows[1] + 1), range(columns[0], columns[1] + 1))

    def _begin(self, attributes: Mapping[str, str]) -> None:
        place = PLACE.fullmatch(attributes.get("r", ""))
        if place is not None:
            self._row, self._column = _place(place)
        else:
            self._column += 1
        self._cell, self._parts = attributes, {}
        self._text.end()

    def _said(self) -> str:
        """Return the text of the cell that ends; a formula that was never computed is its text."""
        kind = self._cell.get("t", "n")
        value, formula = self._parts.get("v", ""), self._parts.get("f")
        if kind == "inlineStr":
            return self._text.end()
        if not value and formula is not None:
            return f"={formula}"
        return self._book.text(value, kind, whole(self._cell, "s", 0))


def _place(reference: re.Match[str]) -> tuple[int, int]:
    """Return the row and the column of a cell's name, from 0: C1 is (0, 2)."""
    column = 0
    for letter in reference[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(reference[2]) - 1, column - 1


class _Text:
    """A text of several runs, without what tells how to pronounce it."""

    def __init__(self) -> None:
        self._runs = Runs()
        self._pieces: list[str] = []
        self._hidden = Hidden()

    def take(self, node: Node) -> None:
        """Read a tag or a text."""
        if self._hidden.takes(node):
            return
        if isinstance(node, Start) and node.name == "rPh":
            self._hidden.begin(node.name)
        self._pieces.append(self._runs.take(node))

    def end(self) -> str:
        """Return the text, and start another."""
        text = "".join(self._pieces)
        self._runs = Runs()
        self._pieces = []
        return text
