"""A table as homework: what its columns may ask for, and what each row says of which layer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from archstat.errors import UsageError, did_you_mean, shown
from archstat.homework.answers.quantities import QUANTITIES, WrittenCell
from archstat.homework.answers.written import written
from archstat.homework.cells.settings import settings
from archstat.homework.cells.spelling import cleaned
from archstat.homework.cells.values import split_cell
from archstat.homework.reading.table import FoundTable
from archstat.homework.sheet.headings import Heading, Meaning, heading
from archstat.homework.sheet.labels import Label, first_part, label
from archstat.homework.sheet.titles import IN_WORDS

LABELS = ("layer", "kind")
"""What a column can say of the row itself."""

_PARTS: Mapping[str, str] = {"filter_size": "kernel_size", "out_shape": "feature_map"}
"""What a column asks for first, where it is named by more than that."""

_OF_WINDOWS = frozenset({"filters", "filter_depth", "kernel_size"})
"""What sizes with a cross between them are taken for, where nothing else is said."""

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

_OF_ACTIVATIONS = {("feature_map",), ("activation_bytes",)}
"""What a title may mean, too, that speaks of activations, and not of neurons alone."""

LIKELY = 0.4
"""How likely a meaning must be by the title alone to be taken where no value can be read."""

_SELDOM = 0.05
"""How often a title means something near to what it says."""

_IN_BRACKETS = re.compile(r"\(([^()]+)\)")
_PIECES = re.compile(r"[;\n]|, (?=[^\W\d])")
_NAMED = re.compile(
    r"(?P<before>[^\W\d][^\d:=]*?)[ :=]+(?P<value>[\d(\[~≈].*)"
    r"|(?P<first>[\d.,]+ ?[kMGB]?) (?P<behind>[^\W\d].*)"
)


@dataclass(frozen=True, eq=False)
class Way:
    """A way to read a column.

    Attributes:
        asks: The quantities that it asks for, in the order of a cell's parts.
        prior: How likely it is by the title alone.
        scale: What its numbers are multiples of.
        unit: The unit of memory of its numbers.
    """

    asks: tuple[str, ...]
    prior: float = 1.0
    scale: Fraction = Fraction(1)
    unit: str = ""


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet.

    Attributes:
        ways: How it may be read, the likeliest by its title first.
        is_label: Whether it says which layer a row is.
        is_aside: Whether it says what is given in words, which is not marked.
        is_known: Whether its title is recognised.
        chosen: How it is read, once that is decided.
    """

    index: int
    title: str
    ways: tuple[Way, ...] = ()
    is_label: bool = False
    is_aside: bool = False
    is_known: bool = True
    chosen: Way | None = None

    @property
    def is_marked(self) -> bool:
        """Whether it asks for something that can be marked."""
        return bool(self.ways)

    @property
    def way(self) -> Way | None:
        """How it is read: as was decided, or as its title says."""
        if self.chosen is not None or not self.ways:
            return self.chosen
        return self.ways[0] if self.is_known and self.ways[0].prior >= LIKELY else None


@dataclass(frozen=True)
class CellEntry:
    """What a cell says of one quantity; tables, rows and columns count from 0."""

    table: int
    row: int
    column: int
    quantity: str
    written: WrittenCell


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet.

    Attributes:
        index: Its number in the table, from 0.
        text: What its label says.
        label: What that means.
        cells: Its cells.
        names: All that it may call its layer: its labels, and what each names first.
    """

    index: int
    text: str
    label: Label
    cells: tuple[str, ...]
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table that was handed in; `number` is its place among the tables, from 0."""

    table: FoundTable
    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]
    number: int = 0
    _entries: dict[tuple[int, int, int], tuple[CellEntry, ...]] = field(default_factory=dict)

    @property
    def unrecognised(self) -> tuple[str, ...]:
        """The titles of the columns that say nothing that is known, and are not marked."""
        return tuple(
            column.title
            for column in self.columns
            if column.way is None
            and not (column.is_label or column.is_aside)
            and column.title.strip()
        )

    def choosing(self, choices: Mapping[int, Way]) -> Sheet:
        """Return the sheet with some columns, by number, read in these ways."""
        columns = tuple(
            replace(column, chosen=choices.get(column.index, column.chosen))
            for column in self.columns
        )
        return replace(self, columns=columns)

    def entries(self, row: SheetRow, column: SheetColumn, way: Way) -> tuple[CellEntry, ...]:
        """Return what a cell says of each quantity, if its column is read in this way."""
        at = (row.index, column.index, id(way))
        if at not in self._entries:
            found = _entries(way, row.cells[column.index])
            self._entries[at] = tuple(
                CellEntry(self.number, row.index, column.index, key, written)
                for key, written in found
            )
        return self._entries[at]

    def said(self, row: SheetRow) -> Iterator[CellEntry]:
        """Yield what a row says, as its columns are read."""
        for column in self.columns:
            if column.way is not None:
                yield from self.entries(row, column, column.way)


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
    columns = []
    for index, title in enumerate(table.header):
        if not title.strip() and _are_names([row[index] for row in table.rows]):
            columns.append(SheetColumn(index, title, is_label=True))
            continue
        quantity = chosen.pop(title.strip(), None)
        meaning = heading(title) if quantity is None else Heading(title, (quantity,))
        columns.append(_column(index, title, meaning, is_decided=quantity is not None))
    if chosen:
        title = next(iter(chosen))
        raise UsageError(
            f"--column: the table has no column {shown(title)}",
            hint=did_you_mean(title, table.header)
            or f"it has {', '.join(map(shown, table.header))}",
        )
    is_named = columns and columns[0].is_marked and _names_rows(table)
    if is_named and not any(column.is_label for column in columns[1:] if column.title.strip()):
        if len(columns) > 1 and not columns[1].title.strip() and not columns[1].is_label:
            columns[1] = replace(columns[0], index=1)  # a title that stands one column off
        columns[0] = SheetColumn(0, table.header[0], is_label=True)
    elif columns and not columns[0].is_marked and not any(each.is_label for each in columns):
        columns[0] = replace(columns[0], is_label=True)
    return tuple(columns)


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


def _column(index: int, title: str, meaning: Heading, *, is_decided: bool) -> SheetColumn:
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
    for way in tuple(ways):
        for at, key in enumerate(way.asks):
            for other in _NEAR.get(key, ()):
                asks = (*way.asks[:at], _PARTS.get(other, other), *way.asks[at + 1 :])
                if asks not in known:
                    known.add(asks)
                    ways.append(replace(way, asks=asks, prior=way.prior * _SELDOM))
    return SheetColumn(index, title, tuple(ways), is_known=meaning.is_known)


def _way(meaning: Meaning) -> Way:
    keys = (_PARTS.get(key, key) for key in meaning.quantities)
    asks = tuple(dict.fromkeys(key for key in keys if key in QUANTITIES))
    return Way(asks, meaning.prior, meaning.scale, meaning.unit)


def sheet_of(table: FoundTable, columns: Sequence[SheetColumn], number: int = 0) -> Sheet:
    """Return a table as homework."""
    rows = tuple(
        _row(index, cells, columns)
        for index, cells in enumerate(table.rows)
        if cells != table.header and any(cell.strip() for cell in cells)
    )
    return Sheet(table, tuple(columns), rows, number)


def _row(index: int, cells: Sequence[str], columns: Sequence[SheetColumn]) -> SheetRow:
    texts = [cells[column.index] for column in columns if column.is_label]
    if not any(map(str.strip, texts)) and not cells[0].strip().isdigit():
        texts = [cells[0]]  # "total" in front of names
    names = frozenset(
        name for text in texts for name in (text, first_part(text), *_IN_BRACKETS.findall(text))
    )
    text = next(filter(None, texts), "")
    return SheetRow(index, text, _label(texts), tuple(cells), names)


def _label(texts: Sequence[str]) -> Label:
    """Return what the labels of a row say together; the first that knows the family decides."""
    labels = [label(text) for text in texts if text.strip()]
    stated: dict[str, tuple[int, ...] | str] = {}
    for found in reversed(labels):
        stated |= found.settings
    return Label(
        next((found.family for found in labels if found.family), None),
        next((found.number for found in labels if found.number), None),
        stated,
        any(found.is_block for found in labels),
        max((found.times for found in labels), default=1),
    )


def _entries(way: Way, text: str) -> Iterator[tuple[str, WrittenCell]]:
    """Yield what a cell says of each quantity of its column."""
    if not way.asks:
        return
    if all(QUANTITIES[key].is_setting for key in way.asks):
        pairs = _settings(way, text)
    else:
        pairs = list(named_parts(text))
        if not pairs:
            parts = split_cell(text, len(way.asks)) if len(way.asks) > 1 else (text,)
            pairs = list(zip(way.asks, parts, strict=False))
    for key, part in pairs:
        yield key, written(part, way.scale, way.unit)


def named_parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the quantities that a cell names, two or more: "macc 442k, params 448"."""
    pieces = [piece.strip() for piece in _PIECES.split(cleaned(text)) if piece.strip()]
    named = [match for piece in pieces if (match := _NAMED.fullmatch(piece))]
    if len(pieces) < 2 or len(named) < len(pieces):  # noqa: PLR2004  one is the column's own
        return
    titles = [heading(match["before"] or match["behind"]) for match in named]
    keys = [_PARTS.get(key, key) for title in titles for key in title.quantities[:1]]
    if len(keys) == len(named) and QUANTITIES.keys() >= set(keys):
        for key, match in zip(keys, named, strict=True):
            yield key, match["value"] or match["first"]


def _settings(way: Way, text: str) -> list[tuple[str, str]]:
    """Return the settings of a layer that a cell states, also those that no title names."""
    stated = {key: _sized(value) for key, value in settings(text).items()}
    if not _OF_WINDOWS.intersection(way.asks):  # a padding of 2×1 is no kernel
        stated = {key: part for key, part in stated.items() if key not in _OF_WINDOWS}
    if len(way.asks) > 1 and not stated.keys() & set(way.asks):
        stated |= dict(zip(way.asks, split_cell(text, len(way.asks)), strict=False))
    for key in way.asks:
        stated.setdefault(key, text)
    return list(stated.items())


def _sized(value: tuple[int, ...] | str) -> str:
    return value if isinstance(value, str) else "×".join(map(str, value))
