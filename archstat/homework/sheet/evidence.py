"""What speaks for a row being about a place of the network: its name, its settings, its values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from math import log

from archstat.homework.answers.place import WHOLE
from archstat.homework.answers.places import Key, Place, spelled
from archstat.homework.answers.quantities import QUANTITIES, ColumnRule
from archstat.homework.answers.truth import Answers
from archstat.homework.cells.settings import Settings
from archstat.homework.reading import limits
from archstat.homework.sheet.claims import Claim, Reads, information
from archstat.homework.sheet.columns import SheetColumn, Way
from archstat.homework.sheet.labels import PUT_TOGETHER, Label, in_general
from archstat.homework.sheet.sheet import CellEntry, Sheet, SheetRow

SAME_FAMILY, LIKE_FAMILY, OTHER_FAMILY = 4.0, 2.0, -9.0
SAME_NUMBER, SAME_SETTING, OTHER_SETTING, NO_SETTING = 1.5, 1.0, -1.0, -1.0
FEWEST_TO_TRUST = 2
NAME, UNTRIED_NAME, TRUSTED_NAME = 4.0, 6.0, 9.0
"""What an equal name counts for, and as much if the other names of the sheet tell the truth."""

_CLASS = re.compile(r"[^\W\d_]{3,}")
_TWO_WAYS = re.compile("^(?:Bi|Simple)(?=[A-Z]{2})")
"""A word that may be the name of a class, and what is often put in front of one."""

LONG = 6
"""Letters of a class's name that is known within other words."""

REPEATED = -0.6
"""What a place counts less that is as one before it."""

SOME_MODULES = -0.5
"""What it counts that a block is some of the modules alike in a row, and no label says how many."""

TOGETHER = 1.5
"""What a label that puts layers together counts for a block of such, and against a layer."""

BLOCK = -0.5
"""What a block counts less than a layer, where both fit."""

OF_READING = 0.7
"""The part that a value counts that is right under another reading."""

BESIDE = 0.1
"""The part that a setting counts that stands beside what is asked."""

OF_VALUES = frozenset({"activations", "neurons"})
"""What is told as one number, and not as the sizes of a map."""

OF_INPUT = frozenset({"feature_map", "activations"})
"""What a row states that is the input itself."""

STRONG = 8.0
"""What the values of a column must count for to be about what its title does not say."""

MISS = 0.25
"""The part that a wrong value counts against a place."""


class Evidence:
    """What a sheet says, held against a network.

    Attributes:
        open: The ways to read each column that are still possible.
    """

    def __init__(self, sheet: Sheet, key: Key) -> None:
        self.sheet = sheet
        self.key = key
        self.rows = [row for row in sheet.rows if row.label.family not in {"input", "total"}]
        self._named: dict[tuple[int, str], float] = {}
        self.open = {column.index: self._possible(column) for column in sheet.columns}

    def _possible(self, column: SheetColumn) -> tuple[Reads, ...]:
        """Return the ways to read a column that the values of any place support."""
        ways = (column.chosen,) if column.chosen else column.ways
        may_be_maps = any(way.asks[:1] == ("feature_map",) for way in ways)
        found = []
        for way in ways:
            entries = [
                entry
                for row in limits.timely(self.rows)
                for entry in self.sheet.entries(row, column, way)
                if entry.quantity in way.asks
            ]
            said = [entry.written for entry in entries if not entry.written.is_blank]
            products = sum(not written.numbers and bool(written.shapes) for written in said)
            if may_be_maps and way.asks[0] in OF_VALUES and 2 * products > len(said):
                continue  # 32×32×64 is a map, where a title may mean one
            support, readings = self._support(entries, is_plain=column.is_guessed)
            if column.is_guessed and support < STRONG:
                continue
            found.append((support + log(way.prior), Reads(way, readings)))
        if len(found) <= 1:
            return tuple(reads for _, reads in found)
        best = max(support for support, _ in found)
        is_first = [number == 0 and column.is_known for number in range(len(found))]
        return tuple(
            reads
            for (support, reads), first in zip(found, is_first, strict=True)
            if first or support >= best - max(2.0, abs(best) / 2)
        )

    def _support(
        self, entries: Sequence[CellEntry], *, is_plain: bool
    ) -> tuple[float, dict[str, tuple[ColumnRule, ...]]]:
        """Return how well values fit any place at all, and the rules under which they do.

        Under our own rules alone where `is_plain`.
        """
        support = 0.0
        left: dict[str, list[CellEntry]] = {}
        for entry in entries:
            if entry.written.is_blank:
                continue
            weight = information(QUANTITIES[entry.quantity], entry.written)
            if self.key.agreeing(entry.written, entry.quantity):
                support += weight
            else:
                left.setdefault(entry.quantity, []).append(entry)
        readings: dict[str, tuple[ColumnRule, ...]] = {}
        for quantity, misses in left.items() if not is_plain else ():
            rules = {
                reading: [e for e in misses if self.key.agreeing(e.written, quantity, reading)]
                for reading in QUANTITIES[quantity].readings
            }
            readings[quantity] = tuple(
                reading for reading, hits in rules.items() if hits or reading.is_plain
            )
            best = max(rules.values(), key=len, default=[])
            for entry in misses:
                weight = information(QUANTITIES[quantity], entry.written)
                support += OF_READING * weight if entry in best else -MISS * weight
        return support, readings

    def choose(self, choices: Mapping[int, Way]) -> None:
        """Settle how columns are read."""
        self.sheet = self.sheet.choosing(choices)
        for index, way in choices.items():
            self.open[index] = tuple(one for one in self.open[index] if one.way == way)

    def values(self, row: SheetRow, place: Place) -> float:
        """Return what the values of a row say for a place, each column read as suits it best."""
        found, answers = 0.0, self.key.answers(place)
        for column in self.sheet.columns:
            ways = self.open[column.index]
            if len(ways) == 1:
                found += self._cell(row, column, place, ways[0], answers)
            elif ways:
                found += max(self._cell(row, column, place, reads, answers) for reads in ways)
        return found

    def column(self, row: SheetRow, column: SheetColumn, place: Place, reads: Reads) -> float:
        """Return what one cell says for a place, if its column is read in a way."""
        return self._cell(row, column, place, reads, self.key.answers(place))

    def _cell(
        self, row: SheetRow, column: SheetColumn, place: Place, reads: Reads, answers: Answers
    ) -> float:
        claims = reads.claims.get(row.index)
        if claims is None:
            claims = reads.claims[row.index] = tuple(self._claims(row, column, reads))
        found = 0.0
        for claim in claims:
            answer = answers.get(claim.quantity)
            if answer is not None and answer in claim.answers:
                found += claim.right
                continue
            for reading, score, agreeing in claim.under:
                if self.key.answer(place, claim.quantity, reading) in agreeing:
                    found += score
                    break
            else:
                found += claim.wrong if answer is not None or not place.is_layer else claim.unknown
        return found

    def _claims(self, row: SheetRow, column: SheetColumn, reads: Reads) -> Iterator[Claim]:
        """Yield what a cell says; settings that it states beside what is asked count a little."""
        for entry in self.sheet.entries(row, column, reads.way):
            written = entry.written
            if written.is_blank:
                continue
            quantity = QUANTITIES[entry.quantity]
            weight = information(quantity, written)
            weight *= 1.0 if entry.quantity in reads.way.asks else BESIDE
            under = tuple(
                (reading, weight * (1.0 if reading.is_plain else OF_READING), agreeing)
                for reading in reads.readings.get(entry.quantity, ())
                if (agreeing := self.key.agreeing(written, entry.quantity, reading))
            )
            yield Claim(
                entry.quantity,
                weight,
                -MISS * weight,
                NO_SETTING if quantity.is_setting else 0.0,
                self.key.agreeing(written, entry.quantity),
                under,
            )

    def score(self, row: SheetRow, place: Place) -> float:
        """Return how well a row fits a place."""
        at = row.index, place.name
        if at not in self._named:
            named = self.names(row, place)
            if named > OTHER_FAMILY / 2:
                named += _settings(row.label.settings, self.key.answers(place))
            self._named[at] = named
        named = self._named[at]
        return named if named <= OTHER_FAMILY / 2 else named + self.values(row, place)

    def together(self, row: SheetRow, place: Place) -> float:
        """Return how well a row fits the layers that its label names one after the other."""
        is_namesake = self.is_namesake(row, self.key.layer(place.members[0]))
        named = self._trust(row) if is_namesake else 0.0
        return named + SAME_FAMILY + TOGETHER + self.values(row, place)

    def names(self, row: SheetRow, place: Place) -> float:
        """Return what the label of a row says for a place."""
        label = row.label
        is_namesake = self.is_namesake(row, place) or self._is_first_called(row, place)
        score = self._trust(row) if is_namesake else 0.0
        if label.family not in {None, "output"}:
            is_called = is_namesake or self.is_called(row, place)
            score += _family(label, place, is_namesake=is_called)
        elif label.is_block and not place.is_layer:
            score += LIKE_FAMILY
        elif place.is_layer and not is_namesake and self._is_of_class(row, place):
            score += SAME_FAMILY
        if not place.is_layer:
            is_block = is_namesake or label.is_block or self.is_called(row, place)
            is_block = is_block or (place.name == WHOLE and self._is_whole(row))
            score += BLOCK if is_block else BLOCK + self.key.beside(place)
        score += self._together(row, place)
        if place.members and place.members[0] in self.key.repeated and not is_namesake:
            score += REPEATED
        if label.number is not None and label.number in place.numbers:
            score += SAME_NUMBER
        is_of_modules = place.times > 1 and "…" in place.name
        return score + SOME_MODULES * (is_of_modules and label.times != place.times)

    def _together(self, row: SheetRow, place: Place) -> float:
        """Return what it counts that a label puts layers together, or that a block does."""
        if not _puts_together(row.label):
            return 0.0
        if place.is_layer:
            return -TOGETHER
        return TOGETHER * (row.label.parts == self._generals(place))

    def _is_first_called(self, row: SheetRow, place: Place) -> bool:
        """Return whether a label that puts layers together has the name of a block's first."""
        is_of_these = _puts_together(row.label) and row.label.parts <= self._generals(place)
        is_block = is_of_these and not place.is_layer
        return is_block and self.is_namesake(row, self.key.layer(place.members[0]))

    def _generals(self, place: Place) -> frozenset[str]:
        """Return the families of layers that a place holds, of those that labels put together."""
        held = (self.key.layer(name).general for name in place.members)
        return frozenset(held) & PUT_TOGETHER

    @cached_property
    def _spelled(self) -> Mapping[int, frozenset[str]]:
        return {row.index: frozenset(map(spelled, row.names)) - {""} for row in self.sheet.rows}

    def _is_whole(self, row: SheetRow) -> bool:
        """Return whether a tool prints a row for the whole network: the first, of another name."""
        is_first = bool(self.sheet.rows) and row.index == self.sheet.rows[0].index
        return self.sheet.table.tool is not None and is_first and row.label.family is None

    def is_input(self, row: SheetRow) -> bool:
        """Return whether a row that is called as no layer has the network's input, channels too."""
        shape = self.key.truth.graph.input_shape
        if len(shape) == 1 or any(self.is_namesake(row, place) for place in self.key.layers):
            return False
        said = [one for one in self.sheet.said(row) if one.quantity in OF_INPUT]
        return any(
            dims.axes() == len(shape) and QUANTITIES[one.quantity].agrees(one.written, shape)
            for one in said
            for dims in one.written.shapes[:1]
        )

    def is_namesake(self, row: SheetRow, place: Place) -> bool:
        """Return whether a row has the name of a place."""
        return not place.spelled.isdisjoint(self._spelled[row.index])

    def is_of_blocks(self, row: SheetRow, place: Place) -> bool:
        """Return whether a row may stand above the rows of a block's own layers."""
        if row.label.family is None or row.label.is_block:
            return True
        return self.is_called(row, place)

    def is_called(self, row: SheetRow, place: Place) -> bool:
        """Return whether a row has the name of a place, or of the class of a block."""
        names = self._spelled[row.index]
        if not place.spelled.isdisjoint(names):
            return True
        if place.is_layer or not place.classes:
            return False
        text, words = spelled(row.text), {spelled(word) for word in row.text.split()}
        return any(name in words or (len(name) >= LONG and name in text) for name in place.classes)

    def _is_of_class(self, row: SheetRow, place: Place) -> bool:
        """Return whether a row has the name of a layer's class, which no label knows.

        A wrapper may stand around it: Bidirectional(LSTM(64)), BiLSTM.
        """
        words = {spelled(_TWO_WAYS.sub("", word)) for word in _CLASS.findall(row.text)}
        return not place.classes.isdisjoint(self._spelled[row.index] | words)

    def _trust(self, row: SheetRow) -> float:
        """Return what an equal name counts for: more, if the values beside other names agree."""
        said = [fits for index, fits in self._namesakes if index != row.index]
        if sum(said) < FEWEST_TO_TRUST:
            return UNTRIED_NAME
        return NAME + (TRUSTED_NAME - NAME) * sum(said) / len(said)

    @cached_property
    def _namesakes(self) -> list[tuple[int, bool]]:
        """Whether the values of each row that is called as a layer are rather the layer's."""
        pairs = (
            (row, place)
            for row in self.rows
            for place in self.key.layers
            if not place.spelled.isdisjoint(self._spelled[row.index])
        )
        scores = [(row.index, self.values(row, place)) for row, place in pairs]
        return [(index, score > 0) for index, score in scores if score]


def _puts_together(label: Label) -> bool:
    return len(label.parts) > 1 and not label.is_block


def _family(label: Label, place: Place, *, is_namesake: bool) -> float:
    """Return what the family that a label names says for a place."""
    family = str(label.family)
    if place.holds_several and not (is_namesake or label.is_block or label.times > 1):
        return 0.0 if family in {place.family, ""} or not place.family else OTHER_FAMILY
    if is_namesake or family in {place.family, place.general} or spelled(family) in place.classes:
        return SAME_FAMILY
    if in_general(family) == place.general == "pool":
        return (
            LIKE_FAMILY
            if place.family != family and "pool" not in {place.family, family}
            else SAME_FAMILY
        )
    if {family, place.general} == {"linear", "conv"} and place.is_dense:
        return LIKE_FAMILY
    if not place.is_layer and (label.is_block or not place.family):
        return -1.0
    return OTHER_FAMILY


def _settings(stated: Settings, answers: Answers) -> float:
    """Return what the settings in a label say for a place."""
    score = 0.0
    for quantity, value in stated.items():
        true = answers.get(quantity)
        if isinstance(true, int):
            true = (true,)
        if isinstance(true, tuple) and isinstance(value, tuple):
            score += SAME_SETTING if set(value) == set(true) else OTHER_SETTING
    return score
