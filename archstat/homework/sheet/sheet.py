"""A table as homework: what its columns may ask for, and what each row says of which layer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from archstat.homework.answers.quantities import QUANTITIES, WrittenCell
from archstat.homework.answers.written import written
from archstat.homework.cells.settings import settings
from archstat.homework.cells.spelling import cleaned
from archstat.homework.cells.values import split_cell
from archstat.homework.reading.table import FoundTable
from archstat.homework.sheet.columns import PARTS, SheetColumn, Way
from archstat.homework.sheet.headings import heading
from archstat.homework.sheet.labels import Label, first_part, label

_OF_WINDOWS = frozenset({"filters", "filter_depth", "kernel_size"})
"""What sizes with a cross between them are taken for, where nothing else is said."""

_NO_LAYER = frozenset({"input", "output", "total"})
"""What a label says of a row, where another one says which layer it is: Input Block, conv1."""

_IN_BRACKETS = re.compile(r"\(([^()]+)\)")
_OF_LAYER = re.compile(r"(?P<layer>\S+)[._](?P<what>weight|bias)s?")
_BIASES = re.compile(
    r"(?i:\bbias(?:es)?\b(?! ?=)(?<!no bias)(?<!with bias))|^b_?[0-9o]?$|^偏置|편향$"
)
_WEIGHTS = re.compile(r"^W(?:_\w{1,4}|[0-9qkvo])?(?: ?[,/+] ?W(?:_\w{1,4}|[0-9qkvo]))*$|^权重$")
_BARE = re.compile(r"(?i:bias(?:es)?)|b_?[0-9o]?|偏置|편향")
_COUNTED = re.compile(r"(?i)\b(?:bias|weight)(?:es|s)?\b")
"""What says of a row that it is about the biases of a layer, or its weights."""

_SIDES = (
    ("in_shape", "feature_map"),
    ("in_channels", "filters"),
    ("in_receptive_field", "receptive_field"),
    ("in_effective_stride", "effective_stride"),
)
"""What there is before a layer and behind it."""

_SHARES = {"params": "params_share", "macs": "macs_share", "flops": "macs_share"}
_PERCENT = re.compile(r"\s*[~≈<]?\s*[0-9]+(?:[.,][0-9]+)?\s*%\s*")
"""What a cell states of the whole instead of a number: 9.84 %."""

_PIECES = re.compile(r"[;\n]|, (?=[^\W\d])|(?<=[^\W\d]) ?\+ ?(?=\d)")
_NAMED = re.compile(
    r"(?P<before>[^\W\d][^\d:=]*?)[ :=]+(?P<value>[\d(\[~≈].*)"
    r"|(?P<first>[\d.,]+ ?[kMGB]?) (?P<behind>[^\W\d].*)"
)


@dataclass(frozen=True)
class CellEntry:
    """What a cell says of one quantity; tables, rows and columns count from 0.

    Attributes:
        is_named: Whether the cell itself names the quantity, beside others: 64 weights + 1 bias.
    """

    table: int
    row: int
    column: int
    quantity: str
    written: WrittenCell
    is_named: bool = False


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet.

    Attributes:
        index: Its number in the table, from 0.
        text: What its label says.
        label: What that means.
        cells: Its cells.
        names: All that it may call its layer: its labels, and what each names first.
        counted: Which of the parameters it is about, if its label says so: weights or biases.
    """

    index: int
    text: str
    label: Label
    cells: tuple[str, ...]
    names: frozenset[str] = frozenset()
    counted: str = ""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table that was handed in.

    Attributes:
        number: Its place among the tables, from 0.
        is_of_text: Whether it is what the text around the tables states.
        is_open: Whether it may be about something else, so that nothing in it is wrong for sure.
    """

    table: FoundTable
    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]
    number: int = 0
    is_open: bool = False
    is_of_text: bool = False
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
            is_named = len(way.asks) == 1 and any(named_parts(row.cells[column.index]))
            self._entries[at] = tuple(
                CellEntry(
                    self.number, row.index, column.index, _counted(key, row), written, is_named
                )
                for key, written in found
            )
        return self._entries[at]

    def said(self, row: SheetRow) -> Iterator[CellEntry]:
        """Yield what a row says, as its columns are read."""
        for column in self.columns:
            if column.way is not None:
                yield from self.entries(row, column, column.way)


def sheet_of(table: FoundTable, columns: Sequence[SheetColumn], number: int = 0) -> Sheet:
    """Return a table as homework."""
    rows = tuple(
        _row(index, cells, columns)
        for index, cells in enumerate(table.rows)
        if cells != table.header and any(cell.strip() for cell in cells)
    )
    rows = tuple(
        replace(row, counted="weights")
        if behind is not None and _BARE.fullmatch(behind.text) and not row.counted
        else row
        for row, behind in zip_longest(rows, rows[1:])
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
    counted = ""
    if one := _OF_LAYER.fullmatch(text):  # conv1.weight
        names |= {one["layer"]}
        counted = "biases" if one["what"] == "bias" else "weights"
    elif _BIASES.search(text) or _WEIGHTS.search(text):
        counted = "biases" if _BIASES.search(text) else "weights"
        names |= {_COUNTED.sub("", text)}
    return SheetRow(index, text, _label(texts), tuple(cells), names, counted)


def _counted(key: str, row: SheetRow) -> str:
    """Return what a cell counts, whose row may say that it is about weights or biases alone."""
    return row.counted if row.counted and key in {"params", "weights"} else key


def _label(texts: Sequence[str]) -> Label:
    """Return what the labels of a row say together; the first that knows the family decides."""
    labels = [label(text) for text in texts if text.strip()]
    stated: dict[str, tuple[int, ...] | str] = {}
    for found in reversed(labels):
        stated |= found.settings
    families = [found.family for found in labels if found.family]
    named = [family for family in families if family not in _NO_LAYER]
    return Label(
        next(iter((*(() if "total" in families else named), *families)), None),
        next((found.number for found in labels if found.number), None),
        stated,
        any(found.is_block for found in labels),
        max((found.times for found in labels), default=1),
        frozenset().union(*(found.parts for found in labels)),
    )


def _entries(way: Way, text: str) -> Iterator[tuple[str, WrittenCell]]:
    """Yield what a cell says of each quantity of its column."""
    if not way.asks:
        return
    is_given = all(QUANTITIES[key].is_setting for key in way.asks)
    if (len(way.asks) == 1 or is_given) and (sides := list(_both_sides(way.asks[0], text))):
        pairs = sides
    elif is_given:
        pairs = _settings(way, text)
    else:
        pairs = list(named_parts(text)) or _given(way, text)
        if not pairs:
            parts = split_cell(text, len(way.asks)) if len(way.asks) > 1 else (text,)
            pairs = list(zip(way.asks, parts, strict=False))
    for key, part in pairs:
        asked = _SHARES.get(key, key) if _PERCENT.fullmatch(part) else key
        yield asked, written(part, way.scale, way.unit, way.batch)


def _both_sides(key: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield what is before a layer and what is behind it, where a cell has an arrow: 64 → 128."""
    before, arrow, after = cleaned(text).partition("→")
    pair = next((pair for pair in _SIDES if key in pair), None)
    if not arrow or "=" in text or "→" in after:
        return
    if not before.strip():  # → 112×112×64, in whatever column it stands
        if pair is not None:
            yield pair[1], after
        elif QUANTITIES[key].is_setting and written(after).shapes:
            yield "feature_map", after
        return
    if pair is None:
        return
    for side, part in zip(pair, (before, after), strict=True):
        if QUANTITIES[side].reads(written(part)) is None:
            return
    yield from zip(pair, (before, after), strict=True)


def named_parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the quantities that a cell names, two or more: "macc 442k, params 448"."""
    pieces = [piece.strip() for piece in _PIECES.split(cleaned(text)) if piece.strip()]
    named = [match for piece in pieces if (match := _NAMED.fullmatch(piece))]
    if len(pieces) < 2 or len(named) < len(pieces):  # noqa: PLR2004  one is the column's own
        return
    titles = [heading(match["before"] or match["behind"]) for match in named]
    keys = [PARTS.get(key, key) for title in titles for key in title.quantities[:1]]
    if len(keys) == len(named) and QUANTITIES.keys() >= set(keys):
        for key, match in zip(keys, named, strict=True):
            yield key, match["value"] or match["first"]


def _given(way: Way, text: str) -> list[tuple[str, str]]:
    """Return the settings that a cell states where a column holds such of some layers only."""
    if not any(QUANTITIES[key].is_setting for key in way.asks):
        return []
    stated = settings(text)
    return [(key, _sized(value)) for key, value in stated.items()]


def _settings(way: Way, text: str) -> list[tuple[str, str]]:
    """Return the settings of a layer that a cell states, also those that no title names."""
    stated = {key: _sized(value) for key, value in settings(text).items()}
    if not _OF_WINDOWS.intersection(way.asks):  # a padding of 2×1 is no kernel
        stated = {key: part for key, part in stated.items() if key not in _OF_WINDOWS}
    alone = (
        _IN_BRACKETS.sub(lambda part: "" if settings(part[1]) else part[0], text).strip() or text
    )
    if len(way.asks) > 1 and not stated.keys() & set(way.asks):
        stated |= dict(zip(way.asks, split_cell(alone, len(way.asks)), strict=False))
    for key in way.asks:
        stated.setdefault(key, alone)
    return list(stated.items())


def _sized(value: tuple[int, ...] | str) -> str:
    return value if isinstance(value, str) else "×".join(map(str, value))
