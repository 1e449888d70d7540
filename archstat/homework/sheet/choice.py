"""How each column of a sheet is to be read: as its values and its title say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log

from archstat.homework.answers.places import Place
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.written import is_near, written
from archstat.homework.sheet.claims import Reads
from archstat.homework.sheet.columns import LIKELY, OF_SHAPES, SheetColumn, Way
from archstat.homework.sheet.evidence import STRONG, Evidence

BEAM = 32
"""As many choices for all columns are followed at once."""

TWICE, TWICE_GIVEN, TWICE_ALIKE = -6.0, -2.0, -0.5
"""What it costs that two columns hold the same: if they differ, settings, if they agree."""

FEWEST_FAR = 2
"""Cells of a column that is about something else if all of them are far from what is asked."""

SURE = 0.5
"""The share of its cells that must be right or near for a column to be what a meaning says."""

FEWEST, MOST_WRONG, MOST_WRONG_NEAR = 3, 0.2, 0.4
"""What it takes to read a column whose title is not known: cells, and the part of wrong ones, less
where it is near to nothing that is known."""


@dataclass(frozen=True)
class Choice:
    """A way to read a column, and how well its values fit: right, near to what is, or neither."""

    way: Way
    score: float
    right: int
    near: int
    cells: int

    @property
    def is_possible(self) -> bool:
        """Whether not all of several values are far from what is asked."""
        return self.cells < FEWEST_FAR or self.right + self.near > 0

    @property
    def is_fit(self) -> bool:
        """Whether enough values are what is asked, or may be meant for it."""
        return self.right + self.near >= SURE * self.cells


def choices(evidence: Evidence, places: Mapping[int, Place]) -> dict[int, Choice]:
    """Return how each column is read, all of them together."""
    beam: list[tuple[float, dict[int, Choice]]] = [(0.0, {})]
    for column in evidence.sheet.columns:
        options = list(_options(evidence, column, places))
        if not options:
            continue
        beam = [
            (
                score + option.score + _clash(evidence, column, option.way, chosen),
                {**chosen, column.index: option},
            )
            for score, chosen in beam
            for option in options
        ]
        beam = sorted(beam, key=lambda one: -one[0])[:BEAM]
    return beam[0][1]


def _options(
    evidence: Evidence, column: SheetColumn, places: Mapping[int, Place]
) -> Iterator[Choice]:
    """Yield the ways to read a column, each with how well its cells fit their rows."""
    for reads in evidence.open[column.index]:
        score, right, near, cells, said = _fit(evidence, column, reads, places)
        most_wrong = MOST_WRONG if column.is_guessed else MOST_WRONG_NEAR
        is_plain = cells >= FEWEST and cells - right <= most_wrong * cells and score >= STRONG
        is_meant = column.is_known and (cells > 0 or reads.way.prior >= LIKELY)
        is_meant &= not _is_of_settings(column, reads.way) or right >= SURE * said
        if is_meant or column.chosen or is_plain:
            yield Choice(reads.way, score + log(reads.way.prior), right, near, cells)


def _is_of_settings(column: SheetColumn, way: Way) -> bool:
    """Return whether a title that speaks of shapes is read as one of settings: kernels, depths."""
    told, asked = set(column.ways[0].asks), set(way.asks)
    return bool(OF_SHAPES & told) and any(QUANTITIES[key].is_setting for key in asked - told)


def _fit(
    evidence: Evidence, column: SheetColumn, reads: Reads, places: Mapping[int, Place]
) -> tuple[float, int, int, int, int]:
    """Return how well a column fits, and how many cells are right, near, readable and filled in."""
    total, right, near, cells, filled = 0.0, 0, 0, 0, 0
    for row in evidence.sheet.rows:
        place = places.get(row.index)
        if place is None:
            continue
        score = evidence.column(row, column, place, reads)
        total += score
        said = [
            entry
            for entry in evidence.sheet.entries(row, column, reads.way)
            if not entry.written.is_blank
        ]
        cells += any(QUANTITIES[one.quantity].reads(one.written) is not None for one in said)
        right += bool(said) and score > 0
        filled += bool(said)
        near += score <= 0 and any(
            is_near(
                QUANTITIES[one.quantity].reads(one.written),
                evidence.key.answer(place, one.quantity),
            )
            for one in said
        )
    return total, right, near, cells, filled


def _clash(
    evidence: Evidence, column: SheetColumn, way: Way, chosen: Mapping[int, Choice]
) -> float:
    """Return what it costs that another column holds the same."""
    cost = 0.0
    for other, choice in chosen.items():
        for key in set(way.asks) & set(choice.way.asks):
            cost += _cost(evidence, column, other, key)
    return cost


def _cost(evidence: Evidence, column: SheetColumn, other: int, key: str) -> float:
    if QUANTITIES[key].is_setting:
        return TWICE_GIVEN
    pairs = {(row.cells[column.index], row.cells[other]) for row in evidence.sheet.rows}
    reads = QUANTITIES[key].reads
    differ = any(
        a.strip() and b.strip() and a != b and reads(written(a)) != reads(written(b))
        for a, b in pairs
    )
    return TWICE if differ else TWICE_ALIKE
