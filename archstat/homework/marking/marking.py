"""A hand-in with the verdict of every cell, and the mistakes behind the wrong ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from archstat.homework.answers.places import TOTAL, Key, Place, key_of
from archstat.homework.answers.truth import Truth
from archstat.homework.answers.written import WrittenCell, written
from archstat.homework.marking.causes import Cause, causes_of
from archstat.homework.marking.fitting import OtherFit, fitted
from archstat.homework.marking.held import Held, Read, held
from archstat.homework.marking.marks import Mark, Verdict
from archstat.homework.marking.points import Gap, asked_quantities, asked_spots, scored
from archstat.homework.marking.policy import ALIKE, Policy
from archstat.homework.marking.refitting import refitted
from archstat.homework.marking.suspects import OTHER
from archstat.homework.marking.verdicts import Said, own_words, verdicts
from archstat.homework.others.other import Others
from archstat.homework.reading.text import harmless
from archstat.homework.sheet.sheet import Sheet

NOT_KNOWN = frozenset({"unknown", "other-setting", OTHER})
"""The keys of causes that are no mistakes which somebody is known to have made."""

_BAD = {Verdict.WRONG, Verdict.FOLLOWS, Verdict.MISSING, Verdict.UNREADABLE}


@dataclass(frozen=True)
class Marked:
    """A hand-in with its marks.

    Attributes:
        sheets: Its tables, held against the network.
        aside: Those that are about something else, and are not marked.
        marks: What is said of each cell; with the gaps, their worth adds up to `out_of`.
        gaps: What is asked for and answered nowhere.
        causes: The mistakes behind its wrong cells, the one behind most of them first.
        points, out_of: What it earned, of what it could.
        fit: The other network that it is rather of; None if of none that is known.
    """

    sheets: tuple[Held, ...]
    aside: tuple[Sheet, ...]
    truth: Truth
    policy: Policy
    marks: tuple[Mark, ...]
    gaps: tuple[Gap, ...]
    causes: tuple[Cause, ...]
    points: Fraction
    out_of: Fraction
    fit: OtherFit | None = None

    @property
    def is_right(self) -> bool:
        """Whether no cell is wrong, missing or unreadable."""
        return not self.gaps and not any(mark.verdict in _BAD for mark in self.marks)

    @property
    def missing(self) -> tuple[str, ...]:
        """The layers of which something is asked, and that no row is about."""
        there = {
            name
            for sheet in self.sheets
            for place in sheet.alignment.places.values()
            if not place.is_sum
            for name in place.members
        }
        return tuple(
            dict.fromkeys(
                gap.layer
                for gap in self.gaps
                if gap.layer not in there and gap.layer in self.truth.account
            )
        )

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """The quantities that are asked for and have no column."""
        there = {one.quantity for one in self.marks}
        there |= {ALIKE[key] for key in there if key in ALIKE}
        return tuple(dict.fromkeys(gap.quantity for gap in self.gaps if gap.quantity not in there))

    def read(self, mark: Mark) -> Read:
        """Return how the column of a cell was read."""
        sheet = next(one for one in self.sheets if one.sheet.number == mark.entry.table)
        return sheet.reads[mark.entry.column, mark.entry.quantity]


def mark(
    sheets: Sequence[Sheet], truth: Truth, policy: Policy, others: Others | None = None
) -> Marked:
    """Return sheets with the verdict of every cell, and the mistakes behind the wrong ones."""
    key = key_of(truth)
    found = [refitted(held(sheet, key, policy)) for sheet in sheets]
    return mark_held(found, key, policy, others=others)


def mark_held(
    sheets: Sequence[Held],
    key: Key,
    policy: Policy,
    aside: Sequence[Sheet] = (),
    others: Others | None = None,
) -> Marked:
    """Return the marks of sheets that are held against a network already.

    Args:
        sheets: The sheets.
        key: What is right.
        policy: How they are marked.
        aside: Tables that are about something else.
        others: What they may be of instead; None where nobody wants to know.
    """
    truth = key.truth
    handed_in = (
        entry.quantity
        for sheet in sheets
        if _lists_layers(sheet)
        for entry in sheet.entries()
        if not _is_total(sheet.place(entry.row))
    )
    spots = asked_spots(truth, policy, asked_quantities(policy, handed_in))
    said = Said(own_words(sheets, key), frozenset(spots))
    marks: list[Mark] = []
    for sheet in sheets:
        found = verdicts(sheet, said, tuple(marks))
        marks += sorted(found, key=lambda one: (one.entry.row, one.entry.column))
    fit, causes = None, tuple[Cause, ...]()
    if policy.asks_why:
        fit = None if others is None else fitted(sheets, marks, key, policy, others)
        suspect = None if fit is None else fit.suspect
        causes = causes_of(marks, key, _names(sheets), suspect, dict(_calculations(sheets)))
    by_number = {sheet.sheet.number: sheet.reads for sheet in sheets}
    reads = {
        one.cell: by_number[one.entry.table][one.entry.column, one.entry.quantity] for one in marks
    }
    known = {cell for cause in causes if cause.key not in NOT_KNOWN for cell in cause.cells}
    result = scored(marks, spots, truth, policy, reads=reads, known=known)
    return Marked(
        tuple(sheets),
        tuple(aside),
        truth,
        policy,
        result.marks,
        result.gaps,
        causes,
        result.points,
        result.out_of,
        fit,
    )


def _lists_layers(sheet: Held) -> bool:
    """Return whether a sheet asks for something of layers, and not only of the whole network."""
    places = sheet.alignment.places.values()
    return not places or any(not place.is_sum for place in places)


def _is_total(place: Place | None) -> bool:
    return place is not None and place.name == TOTAL


def _calculations(sheets: Sequence[Held]) -> Iterator[tuple[tuple[int, int], list[WrittenCell]]]:
    """Yield the calculations in columns that ask for nothing, by table and row."""
    for sheet in sheets:
        aside = [one.index for one in sheet.sheet.columns if one.way is None and not one.is_label]
        for row in sheet.sheet.rows if aside else ():
            cells = [written(row.cells[at]) for at in aside]
            if found := [one for one in cells if one.sum is not None]:
                yield (sheet.sheet.number, row.index), found


def _names(sheets: Sequence[Held]) -> dict[str, str]:
    """Return what sheets call the layers, where they call no two the same."""
    names: Mapping[str, str] = {}
    for sheet in sheets:
        texts = {row.index: " ".join(harmless(row.text).split()) for row in sheet.sheet.rows}
        times = Counter(texts.values())
        layers = sheet.alignment.layers
        names = {
            layer: texts[row] for row, layer in layers.items() if times[texts[row]] == 1
        } | dict(names)
    return dict(names)
