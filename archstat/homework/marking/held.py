"""A sheet held against a network: which row is about what, and how each column is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archstat.homework.answers.places import Key, Place
from archstat.homework.answers.quantities import QUANTITIES, ColumnRule
from archstat.homework.answers.readings import of_batch
from archstat.homework.answers.truth import Answer
from archstat.homework.marking.policy import ALIKE, Policy
from archstat.homework.sheet.alignment import Alignment, aligned
from archstat.homework.sheet.choice import Choice, choices
from archstat.homework.sheet.evidence import Evidence
from archstat.homework.sheet.sheet import CellEntry, Sheet, SheetColumn
from archstat.report.columns import COLUMNS

OF_TOOLS: Mapping[str, frozenset[str]] = {
    "keras": frozenset({"keras"}),
    "torchstat": frozenset({"torchstat", "torchstat-madd", "every-output"}),
    "torchinfo": frozenset({"torchinfo", "every-output"}),
    "torchsummary": frozenset({"every-output"}),
}
"""The readings of what tools print, which are right there."""

OF_SHAPES = frozenset({"feature_map", "in_shape"})
"""What titles speak of that may mean shapes of something else, such as of weights."""

OF_BATCHES = frozenset({"macs", "flops", "neurons", "activations", "activation_bytes"})
"""What is counted for a whole batch."""

DEFINED = {key: column.convention for key, column in COLUMNS.items() if column.convention}
"""What our own sheets say of their columns."""

CLEAR = 0.6
"""How likely a meaning must be by the title alone to hold against the values."""

SMALLEST_BATCH, FEWEST_OF_BATCH = 5, 2


@dataclass(frozen=True)
class Read:
    """How a column was read.

    Attributes:
        quantity: What it was taken to ask for.
        asked: What its title asks for first.
        reading: The rule by which it was filled in, if it is not ours.
        is_declared: Whether that rule counts as right.
        is_sure: Whether its values fit what it was taken for.
    """

    column: SheetColumn
    quantity: str
    asked: str
    reading: ColumnRule | None = None
    is_declared: bool = True
    is_sure: bool = True


@dataclass(frozen=True)
class Held:
    """A sheet held against a network.

    Attributes:
        reads: How the columns were read, by their numbers and quantities.
    """

    sheet: Sheet
    key: Key
    alignment: Alignment
    reads: Mapping[tuple[int, str], Read]

    def place(self, row: int) -> Place | None:
        """Return what a row is about."""
        return self.alignment.places.get(row)

    def entries(self) -> Iterator[CellEntry]:
        """Yield what the sheet says."""
        for row in self.sheet.rows:
            yield from self.sheet.said(row)

    def answer(self, row: int, read: Read) -> Answer:
        """Return what is right in a cell, under the reading of its column."""
        if row in self.alignment.inputs:
            return of_input(self.key, read.quantity)
        place = self.place(row)
        return None if place is None else self.key.answer(place, read.quantity, read.reading)


def of_input(key: Key, quantity: str) -> Answer:
    """Return what is true of the network's input."""
    shape = key.truth.graph.input_shape
    ones = (1,) * (len(shape) - 1)
    return {
        "feature_map": shape,
        "in_shape": shape,
        "receptive_field": ones,
        "effective_stride": ones,
    }.get(quantity)


def held(sheet: Sheet, key: Key, policy: Policy) -> Held:
    """Return a sheet held against a network."""
    evidence = Evidence(_strict(sheet, policy), key)
    alignment = aligned(evidence)
    found = choices(evidence, alignment.places)
    is_open = any(len(evidence.open[index]) > 1 for index in found)
    evidence.choose({index: choice.way for index, choice in found.items()})
    if is_open:
        alignment = aligned(evidence)
    sheet = evidence.sheet
    return Held(sheet, key, alignment, dict(_reads(sheet, key, alignment, found, policy)))


def _strict(sheet: Sheet, policy: Policy) -> Sheet:
    """Return a sheet whose columns are what it, or the policy, says that they are."""
    text = " ".join(sheet.table.before.lines) if sheet.table.before else ""
    columns = []
    for column in sheet.columns:
        asks = column.ways[0].asks if column.ways else ()
        is_told = any((words := DEFINED.get(key)) and words in text for key in asks)
        if is_told or (asks == ("weights",) and "weights-only" in policy.conventions):
            column = replace(column, ways=column.ways[:1])  # noqa: PLW2901  the same column
        columns.append(column)
    return replace(sheet, columns=tuple(columns))


def _reads(
    sheet: Sheet,
    key: Key,
    alignment: Alignment,
    found: Mapping[int, Choice],
    policy: Policy,
) -> Iterator[tuple[tuple[int, str], Read]]:
    """Yield how each column is read."""
    entries: dict[tuple[int, str], list[tuple[CellEntry, Place | None]]] = {}
    for row in sheet.rows:
        for entry in sheet.said(row):
            place = alignment.places.get(row.index)
            entries.setdefault((entry.column, entry.quantity), []).append((entry, place))
    for (index, quantity), cells in entries.items():
        column = sheet.columns[index]
        first = column.ways[0].asks
        asked = quantity
        if column.way is not None and quantity in column.way.asks:
            at = column.way.asks.index(quantity)
            asked = first[at] if at < len(first) else quantity
        if quantity not in {asked, ALIKE.get(asked)} and not column.is_known:
            asked = quantity
        placed = [(entry, place) for entry, place in cells if place is not None]
        reading = _reading(quantity, asked, placed, key)
        choice = found.get(index)
        is_open = quantity in OF_SHAPES and choice is not None and not choice.is_possible
        is_sure = choice is None or choice.is_fit or (not is_open and _is_clear(column))
        is_declared = (
            reading is None
            or policy.accepts(reading.name)
            or reading.name in OF_TOOLS.get(sheet.table.tool or "", ())
        )
        yield (index, quantity), Read(column, quantity, asked, reading, is_declared, is_sure)


def _is_clear(column: SheetColumn) -> bool:
    """Return whether a title leaves no doubt, so that values that do not fit are wrong ones."""
    if column.way is None:
        return False
    same = {column.way.asks, tuple(ALIKE.get(key, key) for key in column.way.asks)}
    return sum(way.prior for way in column.ways if way.asks in same) >= CLEAR


def _reading(
    quantity: str, asked: str, cells: Sequence[tuple[CellEntry, Place]], key: Key
) -> ColumnRule | None:
    """Return the one rule that most of the cells follow that are not right under ours."""
    plain: list[tuple[CellEntry, Place]] = []
    left: list[tuple[CellEntry, Place]] = []
    sums: list[tuple[CellEntry, Place]] = []
    for entry, place in cells:
        if entry.written.is_blank:
            continue
        if is_right(entry, place, asked, quantity, key):
            plain.append((entry, place))
        else:
            (sums if place.is_sum else left).append((entry, place))
    if not left and not sums:
        return None
    return _rule(quantity, plain, left, key) or _rule(quantity, [], sums, key)


def _rule(
    quantity: str,
    plain: Sequence[tuple[CellEntry, Place]],
    left: Sequence[tuple[CellEntry, Place]],
    key: Key,
) -> ColumnRule | None:
    """Return the rule by which most of the cells are right that are left."""
    rules = [one for one in QUANTITIES[quantity].readings if not one.is_plain]
    if quantity in OF_BATCHES and (size := _batch(left, quantity, key)):
        rules.append(of_batch(size, quantity))
    agrees = QUANTITIES[quantity].agrees
    best: tuple[int, ColumnRule] | None = None
    for reading in rules:
        answers = [(entry, key.answer(place, quantity, reading)) for entry, place in left]
        right = sum(agrees(entry.written, answer) for entry, answer in answers)
        against = sum(
            not agrees(entry.written, key.answer(place, quantity, reading))
            for entry, place in plain
        )
        if right > against and (best is None or right > best[0]):
            best = right, reading
    return None if best is None else best[1]


def is_right(entry: CellEntry, place: Place, asked: str, quantity: str, key: Key) -> bool:
    """Return whether a cell is right as its title asks, or as its column is read."""
    keys = {quantity, asked} if ALIKE.get(asked) == quantity else {quantity}
    for name in keys:
        agrees = QUANTITIES[name].agrees
        if agrees(entry.written, key.answer(place, name)):
            return True
        plain = (one for one in QUANTITIES[name].readings if one.is_plain)
        if any(agrees(entry.written, key.answer(place, name, one)) for one in plain):
            return True
    return False


def _batch(left: Sequence[tuple[CellEntry, Place]], quantity: str, key: Key) -> int | None:
    """Return the number of examples that all are counted for, if several cells say the same."""
    sizes: Counter[int] = Counter()
    for entry, place in left:
        answer = key.answer(place, quantity)
        if not isinstance(answer, int) or not answer:
            continue
        found = {number.value / answer for number in entry.written.counts if number.step is None}
        sizes.update({int(size) for size in found if size.denominator == 1})
    likely = [(count, size) for size, count in sizes.items() if size >= SMALLEST_BATCH]
    count, size = max(likely, default=(0, 0))
    return size if count >= FEWEST_OF_BATCH else None
