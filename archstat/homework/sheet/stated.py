"""What the text around tables states of a whole network: "Total params: 60,965,224"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archstat.homework.reading import Contents, Passage, Table
from archstat.homework.sheet.headings import Heading, heading
from archstat.homework.sheet.titles import TOTAL


@dataclass(frozen=True)
class Stated:
    """A number that the text states of the whole network, or of a part of it.

    Attributes:
        place: Where in the file, as a table's.
        text: The line or the sentence.
        part: What it is the sum of, in the words of the text: "conv layers"; "" if of all.
        heading: What is counted.
        cell: The number as it is written, with its unit.
        table: The number of the table that it stands behind, from 0; None if there is none.
    """

    place: str
    text: str
    part: str
    heading: Heading
    cell: str
    table: int | None


COUNTED = frozenset({"params", "weights", "biases", "macs", "flops", "neurons"})
MEMORY = frozenset({"activation_bytes", "param_bytes"})

_BETWEEN = re.compile(r"[;|]|,\s+(?=[^\W\d_])|\s{3,}")
_STATEMENT = re.compile(
    r"\W*(?P<words>[^\W\d_][^:=]*?)\s*[:=]\s*(?P<cell>[~≈≥]?\s?[(\[]*[0-9][^:]*)"
)
_BEHIND = re.compile(r"[\d.,\s]+[kMGBT]?\s*(?P<words>[^\W\d_].*)")


def stated(contents: Contents) -> tuple[Stated, ...]:
    """Return what the text of a file states of the whole network, in its order."""
    found: list[Stated] = []
    tables = 0
    for item in contents.items:
        if isinstance(item, Table):
            tables += 1
        else:
            found += _in_passage(item, tables - 1 if tables else None)
    return tuple(found)


def _in_passage(passage: Passage, table: int | None) -> Iterator[Stated]:
    for line in passage.lines:
        for piece in _BETWEEN.split(line) if re.search("[0-9]", line) else ():
            statement = _STATEMENT.fullmatch(piece.strip())
            if statement is not None:
                yield from _read(passage.place, statement, table)


def _read(place: str, statement: re.Match[str], table: int | None) -> Iterator[Stated]:
    """Yield what a line says, if it counts something of the whole network."""
    words, cell = statement["words"].strip(), statement["cell"].strip()
    is_total = TOTAL.search(words) is not None
    rest = " ".join(TOTAL.sub(" ", words).split()).strip(" :.-")
    for title in (words, rest) if rest else ():
        found = heading(title)
        if _counts(found):
            yield Stated(place, statement[0], "", found, cell, table)
            return
    behind = _BEHIND.fullmatch(cell)
    found = heading(behind["words"]) if behind else heading("")
    if is_total and (_counts(found) or not (rest or found.is_known)):
        yield Stated(place, statement[0], rest, found, cell, table)


def _counts(found: Heading) -> bool:
    return (COUNTED | MEMORY).issuperset(found.quantities) and found.is_known
