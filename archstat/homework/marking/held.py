"""A sheet held against a network: which row is about what, and how each column is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

from archstat.graph import BYTES_PER_NUMBER
from archstat.homework.answers.places import Key, Place
from archstat.homework.answers.quantities import QUANTITIES, READINGS, ColumnRule
from archstat.homework.answers.readings import OF_FRAMEWORKS, of_batch
from archstat.homework.answers.truth import Answer
from archstat.homework.marking.policy import ALIKE, Policy
from archstat.homework.sheet.alignment import Alignment, aligned
from archstat.homework.sheet.choice import Choice, choices
from archstat.homework.sheet.columns import OF_BATCHES, OF_SHAPES, SheetColumn
from archstat.homework.sheet.evidence import Evidence
from archstat.homework.sheet.sheet import CellEntry, Sheet
from archstat.report.columns import COLUMNS

OF_TOOLS: Mapping[str, frozenset[str]] = {
    "keras": frozenset({"keras", "keras-lstm"}),
    "torchstat": frozenset({"torchstat", "torchstat-madd", "every-output"}),
    "torchinfo": frozenset({"torchinfo", "every-output"}),
    "torchsummary": frozenset({"every-output"}),
}
"""The readings of what tools print, which are right there."""

DEFINED = {key: column.convention for key, column in COLUMNS.items() if column.convention}
"""What our own sheets say of their columns."""

CLEAR = 0.6
"""How likely a meaning must be by the title alone to hold against the values."""

NONE_OF_INPUT = frozenset({"weights", "biases", "params", "buffers", "macs", "flops"})
"""What an input has none of."""

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
class _Rules:
    """The rules that a column may follow.

    Attributes:
        batch: The size of the batch that the sheet shows in its shapes, or 0.
        accepted: The names of those that count as right.
    """

    batch: int
    accepted: frozenset[str]


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
    ones: Answer = (1,) * (len(shape) - 1)
    if quantity in NONE_OF_INPUT:
        return 0
    answers: dict[str, Answer] = {
        "feature_map": shape,
        "in_shape": shape,
        "receptive_field": ones,
        "in_receptive_field": ones,
        "effective_stride": ones,
        "in_effective_stride": ones,
        "activations": prod(shape),
        "neurons": prod(shape),
        "activation_bytes": BYTES_PER_NUMBER * prod(shape),
        "filters": shape[0] if len(shape) > 1 else None,
        "start": Fraction(1, 2),
    }
    return answers.get(quantity)


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
        is_other = quantity not in {asked, ALIKE.get(asked)} and not column.is_known
        if is_other or all(entry.is_named for entry, _ in cells):
            asked = quantity
        placed = [(entry, place) for entry, place in cells if place is not None]
        batch = max((way.batch for way in column.ways), default=0)
        of_tool = OF_TOOLS.get(sheet.table.tool or "", frozenset())
        accepted = {name for name in READINGS if policy.accepts(name)} | of_tool
        if not policy.conventions:
            accepted |= OF_FRAMEWORKS
        reading = _reading(quantity, asked, placed, key, _Rules(batch, frozenset(accepted)))
        choice = found.get(index)
        is_open = quantity in OF_SHAPES and choice is not None and not choice.is_possible
        is_sure = choice is None or choice.is_fit or (not is_open and _is_clear(column))
        is_told = batch > 0 and reading is not None and reading.name == "batch"
        rule = reading.of_one if is_told and reading is not None else reading
        is_declared = rule is None or rule.name in accepted
        yield (index, quantity), Read(column, quantity, asked, reading, is_declared, is_sure)


def _is_clear(column: SheetColumn) -> bool:
    """Return whether a title leaves no doubt, so that values that do not fit are wrong ones."""
    if column.way is None:
        return False
    same = {column.way.asks, tuple(ALIKE.get(key, key) for key in column.way.asks)}
    return sum(way.prior for way in column.ways if way.asks in same) >= CLEAR


def _reading(
    quantity: str,
    asked: str,
    cells: Sequence[tuple[CellEntry, Place]],
    key: Key,
    rules: _Rules,
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
    return _rule(quantity, plain, left, key, rules) or _rule(quantity, [], sums, key, rules)


def _rule(
    quantity: str,
    plain: Sequence[tuple[CellEntry, Place]],
    left: Sequence[tuple[CellEntry, Place]],
    key: Key,
    allowed: _Rules,
) -> ColumnRule | None:
    """Return the rule by which most of the cells are right that are left."""
    rules = [one for one in QUANTITIES[quantity].readings if not one.is_plain]
    rules.sort(key=lambda rule: rule.name not in allowed.accepted)
    if quantity in OF_BATCHES and allowed.batch:
        rules += [of_batch(allowed.batch, quantity, rule) for rule in (None, *rules)]
    elif quantity in OF_BATCHES and (size := _batch(left, quantity, key)):
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
