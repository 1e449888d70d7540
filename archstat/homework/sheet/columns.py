"""The columns of a sheet: how each may be read, by its title and by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from archstat.errors import UsageError, did_you_mean, shown
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.written import written
from archstat.homework.cells.values import WrittenNumber
from archstat.homework.reading.table import FoundTable
from archstat.homework.sheet.headings import IN_BYTES, Heading, Meaning, heading
from archstat.homework.sheet.labels import label
from archstat.homework.sheet.nearest import is_about_another_topic
from archstat.homework.sheet.titles import IN_WORDS, NAMING
from archstat.report.columns import SHORT_NAMES

LABELS = ("layer", "kind")
"""What a column can say of the row itself."""

PARTS: Mapping[str, str] = {"filter_size": "kernel_size", "out_shape": "feature_map"}
"""What a column asks for first, where it is named by more than that."""

_NEAR: Mapping[str, tuple[str, ...]] = {
    "feature_map": ("filter_size",),
    "in_shape": ("in_channels", "filter_size"),
    "filters": ("filter_size",),
    "filter_size": ("filters",),
    "activation_bytes": ("activations",),
    "in_channels": ("filter_depth",),
    "filter_depth": ("in_channels",),
    "receptive_field": ("in_receptive_field",),
    "effective_stride": ("in_effective_stride",),
    "in_receptive_field": ("receptive_field",),
    "in_effective_stride": ("effective_stride",),
}
"""What else a column may turn out to hold, by what its title says; its values must show it."""

_SIDED = frozenset(
    {"receptive_field", "effective_stride", "in_receptive_field", "in_effective_stride"}
)
_SIDE = re.compile(
    r"(?i)(?:^|[\W_])(?:in|out|before|after|input|output|previous|new|vor|nach|avant|après|antes)"
    r"(?:$|[\W_])"
)
"""What has two sides, and what says in a title which one is meant."""

_OF_ACTIVATIONS = {("feature_map",), ("activation_bytes",)}
"""What a title may mean, too, that speaks of activations, and not of neurons alone."""

_ANY = ("params", "feature_map", "macs", "weights", "receptive_field", "activations", "in_shape")
"""What a column may hold whose title nobody knows; its values must leave no doubt."""

LIKELY = 0.4
"""How likely a meaning must be by the title alone to be taken where no value can be read."""

OF_SHAPES = frozenset({"feature_map", "in_shape"})
"""What titles speak of that may mean shapes of something else, such as of weights."""

OF_BATCH = 0.5
"""How often a column is about a batch, where its shapes begin with the size of one."""

FEWEST_NUMBERED = 4
"""Rows that a first column numbers, and does not tell sizes of."""

FEWEST_BYTES = 100
"""Of a number with a B behind it that is hardly one of billions."""

_SELDOM = 0.05
"""How often a title means something near to what it says."""

OPERATIONS = frozenset({"macs", "flops"})
"""What a title that says "operation" may count, or name."""

OF_BATCHES = frozenset(
    {"feature_map", "in_shape", "macs", "flops", "neurons", "activations", "activation_bytes"}
)
"""What may be told of a whole batch."""

FEWEST_OF_BATCH = 3
"""Shapes that begin with the same size where that is one of a batch."""


@dataclass(frozen=True, eq=False)
class Way:
    """A way to read a column.

    Attributes:
        asks: The quantities that it asks for, in the order of a cell's parts.
        prior: How likely it is by the title alone.
        scale: What its numbers are multiples of.
        unit: The unit of memory of its numbers.
        batch: The size of the batch that it is about; 0 for one example.
    """

    asks: tuple[str, ...]
    prior: float = 1.0
    scale: Fraction = Fraction(1)
    unit: str = ""
    batch: int = 0


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet.

    Attributes:
        ways: How it may be read, the likeliest by its title first.
        is_label: Whether it says which layer a row is.
        is_known: Whether its title is recognised.
        is_aside: Whether it says what is given in words, which is not marked.
        is_guessed: Whether nothing in its title is.
        chosen: How it is read, once that is decided.
    """

    index: int
    title: str
    ways: tuple[Way, ...] = ()
    is_label: bool = False
    is_known: bool = True
    is_aside: bool = False
    is_guessed: bool = False
    chosen: Way | None = None

    @property
    def is_marked(self) -> bool:
        """Whether it asks for something that can be marked."""
        return bool(self.ways) and not self.is_guessed

    @property
    def way(self) -> Way | None:
        """How it is read: as was decided, or as its title says."""
        if self.chosen is not None or not self.ways:
            return self.chosen
        return self.ways[0] if self.is_known and self.ways[0].prior >= LIKELY else None


def columns_of(
    table: FoundTable, chosen: Mapping[str, str] | None = None
) -> tuple[SheetColumn, ...]:
    """Return what the columns of a table may ask for.

    Args:
        table: The table.
        chosen: Quantities by title, as people have decided.

    Raises:
        UsageError: A title was chosen that the table has not.
    """
    chosen = dict(chosen or {})
    columns: list[SheetColumn] = []
    has_titles = any(map(str.strip, table.header))
    for index, title in enumerate(table.header):
        texts = [row[index] for row in table.rows]
        are_names = _name_layers(title, texts) or (index == 0 and _counts_up(texts))
        if are_names and title.strip() not in chosen:
            columns.append(SheetColumn(index, title, is_label=True))
            continue
        quantity = chosen.pop(title.strip(), None)
        meaning = heading(title) if quantity is None else Heading(title, (quantity,))
        is_open = bool(title.strip()) or not has_titles
        column = _column(index, title, meaning, is_decided=quantity is not None, is_open=is_open)
        is_told = quantity is None and not column.is_guessed
        columns.append(_in_bytes(column, table) if is_told else column)
    if chosen:
        title = next(iter(chosen))
        raise UsageError(
            f"the table has no column {shown(title)}",
            hint=did_you_mean(title, table.header)
            or f"it has {', '.join(map(shown, table.header))}",
        ).within("column")
    is_named = columns and columns[0].is_marked and _names_rows(table)
    if is_named and not any(column.is_label for column in columns[1:] if column.title.strip()):
        if len(columns) > 1 and not columns[1].title.strip() and not columns[1].is_label:
            columns[1] = replace(columns[0], index=1)  # a title that stands one column off
        columns[0] = SheetColumn(0, table.header[0], is_label=True)
    elif columns and not columns[0].is_marked and not any(each.is_label for each in columns):
        names = next((at for at, each in enumerate(columns) if _may_name(each, table)), 0)
        columns[names] = replace(columns[names], is_label=True, is_guessed=False, ways=())
    batched = of_batches(columns, batch_of(table, columns))
    return batched if table.tool is None else tuple(map(_of_batch_alone, batched))


def of_batches(columns: Sequence[SheetColumn], size: int) -> tuple[SheetColumn, ...]:
    """Return columns which may also be about a batch of this size; 0 and 1 are none."""
    if size <= 1:
        return tuple(columns)
    return tuple(
        replace(
            column,
            ways=(
                *column.ways,
                *(
                    replace(way, batch=size, prior=way.prior * OF_BATCH)
                    for way in column.ways
                    if OF_BATCHES.intersection(way.asks)
                ),
            ),
        )
        for column in columns
    )


def _of_batch_alone(column: SheetColumn) -> SheetColumn:
    """Return a column of shapes which is about a batch for sure, if it may be: a tool prints it."""
    ways = tuple(way for way in column.ways if way.batch or not OF_SHAPES.issuperset(way.asks))
    return replace(column, ways=ways) if any(way.batch for way in ways) else column


def batch_of(table: FoundTable, columns: Sequence[SheetColumn]) -> int:
    """Return the size that all shapes of a table begin with, of whatever axes; 0 if there is none.

    A vector and a map that begin alike do so with a batch; what a tool prints begins with one.
    """
    firsts: set[int] = set()
    axes: list[int] = []
    for column in columns:
        if column.is_guessed or not column.ways or column.ways[0].asks[0] not in OF_SHAPES:
            continue
        for row in table.rows:
            read = [dims for dims in written(row[column.index]).shapes if not dims.has_batch]
            dims = max(read, key=lambda dims: len(dims.sizes), default=None)
            if dims is not None and len(dims.sizes) > 1 and dims.channels is None:
                firsts.add(dims.sizes[0])
                axes.append(len(dims.sizes))
    is_of_tool = table.tool is not None or len(set(axes)) > 1
    is_batch = len(firsts) == 1 and len(axes) >= FEWEST_OF_BATCH and is_of_tool
    return firsts.pop() if is_batch else 0


def _counts_up(texts: Sequence[str]) -> bool:
    """Return whether cells number their rows."""
    numbers = [int(text) for text in texts if text.strip().isdecimal()]
    is_whole = len(numbers) == sum(bool(text.strip()) for text in texts) >= FEWEST_NUMBERED
    return is_whole and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _may_name(column: SheetColumn, table: FoundTable) -> bool:
    """Return whether a column names layers whose title nobody knows."""
    is_open = column.is_guessed or not (column.is_marked or column.is_aside)
    return is_open and _are_names([row[column.index] for row in table.rows])


def _name_layers(title: str, texts: Sequence[str]) -> bool:
    """Return whether cells name layers, under no title or one that speaks of operations."""
    if not title.strip():
        return _are_names(texts)
    if not OPERATIONS.issuperset(heading(title).quantities or ("",)):
        return False
    counted = sum(bool(written(text).numbers) for text in texts)
    said = any(map(str.isalpha, "".join(texts)))
    return (said and counted == 0) or (_are_names(texts) and 2 * counted <= len(texts))


def _are_names(texts: Sequence[str]) -> bool:
    """Return whether most cells without a title name kinds of layers."""
    said = [text for text in texts if text.strip()]
    return 2 * sum(label(text).family is not None for text in said) > len(said)


def _names_rows(table: FoundTable) -> bool:
    """Return whether the first column holds names of layers, whatever its title says."""
    firsts = [row[0] for row in table.rows if row[0].strip()]
    return 2 * sum(map(_is_name, firsts)) > len(firsts)


def _is_name(text: str) -> bool:
    return label(text).family is not None or not any(map(str.isdigit, text))


def _column(
    index: int, title: str, meaning: Heading, *, is_decided: bool, is_open: bool
) -> SheetColumn:
    """Return a column by its title; one that `is_open` may hold anything if nobody knows that."""
    if set(meaning.quantities) & set(LABELS):
        return SheetColumn(index, title, is_label=True)
    if set(meaning.quantities) & IN_WORDS:
        return SheetColumn(index, title, is_aside=True)
    ways = [way for one in meaning.meanings if (way := _way(one)).asks]
    if is_decided:
        return SheetColumn(index, title, tuple(ways[:1]))
    known = {way.asks for way in ways}
    if ("neurons",) in known and known & _OF_ACTIVATIONS:  # the values of pools and ReLUs, too
        at = [way.asks for way in ways].index(("neurons",))
        ways.insert(at, replace(ways[at], asks=("activations",)))
        known.add(("activations",))
    if is_open and not (meaning.is_known or ways or is_about_another_topic(title)):
        ways = [Way((key,), _SELDOM) for key in _ANY]
        return SheetColumn(index, title, tuple(ways), is_known=False, is_guessed=True)
    for way in tuple(ways):
        for at, key in enumerate(way.asks):
            for other in () if key in _SIDED and _SIDE.search(title) else _NEAR.get(key, ()):
                asks = (*way.asks[:at], PARTS.get(other, other), *way.asks[at + 1 :])
                if asks not in known:
                    known.add(asks)
                    ways.append(replace(way, asks=asks, prior=way.prior * _SELDOM))
    return SheetColumn(index, title, tuple(ways), is_known=meaning.is_known)


def _in_bytes(column: SheetColumn, table: FoundTable) -> SheetColumn:
    """Return a column that counts bytes if its numbers have a unit of memory, and only then."""
    found = [written(row[column.index]).numbers for row in table.rows]
    units = [any(_is_of_memory(number) for number in row) for row in found if row]
    if units and 2 * sum(units) > len(units):
        ways = [replace(way, asks=(IN_BYTES.get(way.asks[0], way.asks[0]),)) for way in column.ways]
    elif any(way.unit for way in column.ways) or column.ways[:1] == ():
        return column
    else:
        is_told = IN_BYTES.keys().isdisjoint(column.ways[0].asks)
        ways = [way for way in column.ways if is_told or way.asks != ("param_bytes",)]
    asks = dict.fromkeys(way.asks for way in ways)
    firsts = (next(way for way in ways if way.asks == key) for key in asks)
    return replace(column, ways=tuple(firsts))


def _is_of_memory(number: WrittenNumber) -> bool:
    """Return whether a number is one of bytes; 2.7B may be billions."""
    return bool(number.unit) and (number.unit != "B" or number.value >= FEWEST_BYTES)


def _way(meaning: Meaning) -> Way:
    keys = (PARTS.get(key, key) for key in meaning.quantities)
    asks = tuple(dict.fromkeys(key for key in keys if key in QUANTITIES))
    return Way(asks, meaning.prior, meaning.scale, meaning.unit)


def parse_choice(choice: str) -> tuple[str, str]:
    """Return the title and the quantity of a choice that a user makes for a column.

    Raises:
        UsageError: It is not of the form title=quantity, or there is no such quantity.

    >>> parse_choice("출력 크기=feature_map")
    ('출력 크기', 'feature_map')
    """
    title, equals, quantity = (part.strip() for part in choice.rpartition("="))
    if not (title and equals):
        raise UsageError(
            f"{shown(choice)} does not say what a column holds",
            hint='write "title=quantity", for example "출력 크기=feature_map"',
        )
    quantity = SHORT_NAMES.get(quantity, quantity)
    known = (*QUANTITIES, "filter_size", *sorted(NAMING))
    if quantity not in known:
        raise UsageError(
            f"{shown(choice)}: there is no quantity {shown(quantity)} that can be marked",
            hint=did_you_mean(quantity, known) or f"there are {', '.join(known)}",
        )
    return title, quantity
