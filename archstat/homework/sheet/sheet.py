"""A table as homework: which column asks for what, and what each row says of which layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from archstat.errors import UsageError, did_you_mean, shown
from archstat.homework.answers.quantities import QUANTITIES, Written
from archstat.homework.cells.settings import settings
from archstat.homework.cells.values import split_cell
from archstat.homework.reading.table import Table
from archstat.homework.sheet.headings import Heading, heading
from archstat.homework.sheet.labels import Label, first_part, label

LABELS = ("layer", "kind")
"""What a column can say of the row itself."""

_PARTS: Mapping[str, str] = {"filter_size": "kernel_size"}
"""What a column asks for first, where it is named by more than that."""

_OF_WINDOWS = frozenset({"filters", "filter_depth", "kernel_size"})
"""What sizes with a cross between them are taken for, where nothing else is said."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes:
        asks: The quantities that it asks for, in the order of a cell's parts.
        others: What it may ask for instead; the values decide.
        scale: What its numbers are multiples of.
        unit: The unit of memory of its numbers.
        is_label: Whether it says which layer a row is.
    """

    index: int
    title: str
    asks: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    scale: Fraction = Fraction(1)
    unit: str = ""
    is_label: bool = False

    @property
    def is_marked(self) -> bool:
        """Whether it asks for something that can be marked."""
        return bool(self.asks)


@dataclass(frozen=True)
class Entry:
    """What a cell says of one quantity."""

    row: int
    column: int
    quantity: str
    written: Written


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet.

    Attributes:
        index: Its number in the table, from 0.
        text: What its label says.
        label: What that means.
        entries: What it says of every quantity.
        names: All that it may call its layer: its labels, and what each names first.
    """

    index: int
    text: str
    label: Label
    entries: tuple[Entry, ...]
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """A table that was handed in."""

    table: Table
    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]

    @cached_property
    def unrecognised(self) -> tuple[str, ...]:
        """The titles of the columns that say nothing that is known."""
        return tuple(
            column.title
            for column in self.columns
            if not column.is_marked and not column.is_label and column.title.strip()
        )

    def asking(self, choices: Mapping[int, str]) -> Sheet:
        """Return the sheet where some columns, by number, ask for one of their other quantities."""
        columns = tuple(
            replace(column, asks=(choices[column.index],)) if column.index in choices else column
            for column in self.columns
        )
        return sheet_of(self.table, columns)


def columns_of(table: Table, chosen: Mapping[str, str] | None = None) -> tuple[Column, ...]:
    """Return what the columns of a table ask for.

    Args:
        table: The table.
        chosen: Quantities by title, as people have decided.

    Raises:
        UsageError: A title was chosen that the table has not.
    """
    chosen = dict(chosen or {})
    columns = []
    for index, title in enumerate(table.header):
        quantity = chosen.pop(title.strip(), None)
        meaning = heading(title) if quantity is None else Heading(title, (quantity,))
        columns.append(_column(index, title, meaning))
    if chosen:
        title = next(iter(chosen))
        raise UsageError(
            f"--column: the table has no column {shown(title)}",
            hint=did_you_mean(title, table.header)
            or f"it has {', '.join(map(shown, table.header))}",
        )
    if not any(column.is_label for column in columns) and columns and not columns[0].is_marked:
        columns[0] = replace(columns[0], is_label=True)
    return tuple(columns)


def _column(index: int, title: str, meaning: Heading) -> Column:
    if not meaning.is_known:
        return Column(index, title)
    if set(meaning.quantities) & set(LABELS):
        return Column(index, title, is_label=True)
    asks = tuple(key for key in meaning.quantities if key in QUANTITIES or key in _PARTS)
    others = tuple(key for key in meaning.ambiguous if key in QUANTITIES)
    return Column(index, title, asks, others, meaning.scale, meaning.unit)


def sheet_of(table: Table, columns: Sequence[Column]) -> Sheet:
    """Return a table as homework."""
    rows = tuple(
        _row(number, cells, columns)
        for number, cells in enumerate(table.rows)
        if cells != table.header and any(cell.strip() for cell in cells)
    )
    return Sheet(table, tuple(columns), rows)


def _row(number: int, cells: Sequence[str], columns: Sequence[Column]) -> SheetRow:
    texts = [cells[column.index] for column in columns if column.is_label]
    entries = tuple(
        entry for column in columns for entry in _entries(number, column, cells[column.index])
    )
    names = frozenset(name for text in texts for name in (text, first_part(text)))
    return SheetRow(number, " ".join(filter(None, texts[:1])), _label(texts), entries, names)


def _label(texts: Sequence[str]) -> Label:
    """Return what the labels of a row say together; the first that knows the family decides."""
    labels = [label(text) for text in texts if text.strip()]
    family = next((found.family for found in labels if found.family), None)
    number = next((found.number for found in labels if found.number), None)
    stated: dict[str, tuple[int, ...] | str] = {}
    for found in reversed(labels):
        stated |= found.settings
    return Label(family, number, stated)


def _entries(row: int, column: Column, text: str) -> Iterator[Entry]:
    """Yield what a cell says of each quantity of its column."""
    if not column.asks:
        return
    if all(_is_setting(key) for key in column.asks):
        yield from _settings(row, column, text)
        return
    parts = split_cell(text, len(column.asks)) if len(column.asks) > 1 else (text,)
    for quantity, part in zip(column.asks, parts, strict=False):
        yield Entry(row, column.index, quantity, Written(part, column.scale, column.unit))


def _is_setting(key: str) -> bool:
    return key in _PARTS or QUANTITIES[key].is_setting


def _settings(row: int, column: Column, text: str) -> Iterator[Entry]:
    """Yield the settings of a layer that a cell states, also those that its title does not name."""
    stated = {key: _sized(value) for key, value in settings(text).items()}
    asked = [_PARTS.get(key, key) for key in column.asks]
    if not _OF_WINDOWS.intersection(asked):  # a padding of 2×1 is no kernel
        stated = {key: part for key, part in stated.items() if key not in _OF_WINDOWS}
    if len(asked) > 1 and not stated.keys() & set(asked):
        stated |= dict(zip(asked, split_cell(text, len(asked)), strict=False))
    for key in asked:
        stated.setdefault(key, text)
    for key, part in stated.items():
        yield Entry(row, column.index, key, Written(part, column.scale, column.unit))


def _sized(value: tuple[int, ...] | str) -> str:
    return value if isinstance(value, str) else "×".join(map(str, value))
