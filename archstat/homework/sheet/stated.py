"""What the text around tables states of a whole network: "Total params: 60,965,224"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archstat.homework.cells.numerals import IN_TEXT
from archstat.homework.reading.table import Contents, FoundTable, Passage
from archstat.homework.sheet.headings import Heading, heading
from archstat.homework.sheet.labels import SEVERAL, SUMS, label
from archstat.homework.sheet.titles import TOTAL


@dataclass(frozen=True)
class StatedTotal:
    """A number that the text states of the whole network, or of a part of it.

    Attributes:
        place: Where in the file, as a table's.
        text: The line or the sentence.
        part: What it is the sum of, in the words of the text: "conv layers"; "" if of all.
        heading: What is counted.
        cell: The number as it is written, with its unit.
        table: The number of the table that it stands behind, from 0; None if there is none.
        is_open: Whether it may be about something else: nothing says that it is a total.
    """

    place: str
    text: str
    part: str
    heading: Heading
    cell: str
    table: int | None
    is_open: bool = False


COUNTED = frozenset({"params", "weights", "biases", "macs", "flops", "neurons", "buffers"})
MEMORY = frozenset({"activation_bytes", "param_bytes", "weight_bytes"})

_BETWEEN = re.compile(r"[;|]|,\s+(?=[^\W\d_])|\s{3,}")
_STATEMENT = re.compile(
    r"\W*(?P<words>[^\W\d_][^:=]*?)\s*[:=]\s*(?P<cell>[~≈≥]?\s?[(\[]*[0-9][^:]*)"
)
_END = re.compile(r"(?<=[.!?。])\s+")
_AMOUNT = re.compile(rf"[~≈]?(?<![\w.,-]){IN_TEXT}(?: ?(?:[kMGBT]|thousand|million|billion)\b)?")
_MENTIONED = re.compile(
    rf"(?<![A-Za-z0-9_.,×*/^+-])(?<![0-9] )(?P<cell>(?P<number>{IN_TEXT}) ?"
    r"(?P<unit>[kKMGB](?![^\W_])|[万亿萬億만억]|Mio|million\w*|billion|triệu|juta|млн|тыс|%)?)"
    r"(?![\w×*/^+])(?P<behind>(?: ?[^\W\d_]+){0,3})"
)
"""An amount in running text, and the words behind it."""

_OF_SECTION = re.compile(r"^[\W_]*[0-9]{1,2}(?:\.[0-9]{1,2})+\.? (?=[^\W\d_])")
"""The number of a section in front of its heading: 5.4 Total parameters."""

_SHARE = heading("share of params")
_NEARLY = re.compile(
    r"[\s:=≈~约約仅僅只为是]+$|\b(?:about|is|are|only|of|roughly|around|approx\w*)\s*$"
)
_MOST_WORDS, _LONGEST = 3, 6
"""Of a quantity in front of an amount: its words, or its letters where no blanks are put."""

_IS = re.compile(r"\s*\b(?:is|are|has|have|of|equals?|ist|beträgt|est|es|é)\s*$")
_WHOLE = re.compile(
    r"\b(?:in|the|a|an|all|of|this|we|it|its|our|thus|so|there|whole|number|network|model|layers?|net|"
    r"has|have|is|are|params|parameters?|weights?|macs|flops)\b",
    re.IGNORECASE,
)
"""Words that name no part of a network."""

_LEARNS = re.compile(r"\W*(?:non-? ?)?trainable\W*", re.IGNORECASE)
"""What is said of parameters without naming them."""

_LONGEST_LINE = 300

_BEHIND = re.compile(r"[\d.,\s]+[kMGBT]?\s*(?P<words>[^\W\d_].*)")


def stated(contents: Contents) -> tuple[StatedTotal, ...]:
    """Return what the text of a file states of the whole network, in its order."""
    found: list[StatedTotal] = []
    tables = 0
    for item in contents.items:
        if isinstance(item, FoundTable):
            tables += 1
        else:
            found += _in_passage(item, tables - 1 if tables else None)
    return tuple(found)


def _in_passage(passage: Passage, table: int | None) -> Iterator[StatedTotal]:
    for whole in passage.lines:
        line = _OF_SECTION.sub("", whole)
        if not re.search("[0-9]", line):
            continue
        pieces = map(_STATEMENT.fullmatch, map(str.strip, _BETWEEN.split(line)))
        found = [one for piece in pieces if piece for one in _read(passage.place, piece, table)]
        if not found and TOTAL.search(line):
            found = list(_in_sentences(passage.place, line, table))
        yield from found
        firsts = [_MENTIONED.search(one.cell) for one in found]
        told = {first["cell"] for first in firsts if first}
        for one in _mentioned(passage.place, line, table):
            if one.cell not in told:
                yield one


def _in_sentences(place: str, line: str, table: int | None) -> Iterator[StatedTotal]:
    """Yield what sentences say: In total, the network has 61,706 parameters."""
    for sentence in _END.split(line):
        amounts = list(_AMOUNT.finditer(sentence))
        if len(amounts) != 1 or ":" in sentence or not TOTAL.search(sentence):
            continue
        before, behind = sentence[: amounts[0].start()], sentence[amounts[0].end() :]
        words = _IS.sub("", before).split()
        titles = (" ".join(some) for some in (behind.split()[:1], words[-3:], words[-1:]))
        found = next((one for one in map(heading, titles) if _counts(one)), None)
        if found is not None:
            part = " ".join(_WHOLE.sub(" ", TOTAL.sub(" ", before)).split()).strip(" ,")
            yield StatedTotal(place, sentence.strip(), part, found, amounts[0][0].strip(), table)


def _mentioned(place: str, line: str, table: int | None) -> Iterator[StatedTotal]:
    """Yield amounts in running text with what they count: FLOPs ≈ 3.6B; ~95% of the parameters."""
    amounts = list(_MENTIONED.finditer(line)) if len(line) <= _LONGEST_LINE else []
    if TOTAL.search(line) and any(
        heading(word).quantities[:1] == ("layer",)
        for one in amounts
        for word in one["behind"].split()
    ):
        return  # of 5 layers
    part = ""
    start = 0
    for amount in amounts:
        before, start = line[start : amount.start()], amount.end("cell")
        part = next((name for name, words in SUMS.items() if words.search(before.casefold())), part)
        found = _counted(before, amount["behind"])
        if amount["unit"] == "%":
            found = _SHARE if found is not None or part else None
        named = label(before)
        if found is None or named.number or (not part and named.family not in {None, "total"}):
            continue
        is_open = not (SEVERAL.search(line.casefold()) if part else TOTAL.search(line))
        yield StatedTotal(place, line.strip(), part, found, amount["cell"], table, is_open)


def _counted(before: str, behind: str) -> Heading | None:
    """Return what the words beside an amount count; None if they name nothing that adds up."""
    while before != (before := _NEARLY.sub("", before)):
        pass
    words, rest = before.split(), behind.split()
    last = words[-1] if words else ""
    titles = [" ".join(rest[:stop]) for stop in (2, 1)]
    titles += [" ".join(words[-count:]) for count in range(_MOST_WORDS, 0, -1)]
    titles += [last[-count:] for count in range(_LONGEST, 1, -1) if not last.isascii()]
    found = (heading(title) for title in titles if title)
    return next((one for one in found if _counts(one) and COUNTED.issuperset(one.quantities)), None)


def _read(place: str, statement: re.Match[str], table: int | None) -> Iterator[StatedTotal]:
    """Yield what a line says, if it counts something of the whole network."""
    words, cell = statement["words"].strip(), statement["cell"].strip()
    is_total = TOTAL.search(words) is not None
    words = f"{words} params" if _LEARNS.fullmatch(words) else words
    rest = " ".join(TOTAL.sub(" ", words).split()).strip(" :.-")
    for title in (words, rest) if rest else ():
        found = heading(title)
        if _counts(found):
            yield StatedTotal(place, statement[0], "", found, cell, table)
            return
    behind = _BEHIND.fullmatch(cell)
    found = heading(behind["words"]) if behind else heading("")
    if is_total and (_counts(found) or not (rest or found.is_known)):
        yield StatedTotal(place, statement[0], rest, found, cell, table)


def _counts(found: Heading) -> bool:
    return (COUNTED | MEMORY).issuperset(found.quantities) and found.is_known
