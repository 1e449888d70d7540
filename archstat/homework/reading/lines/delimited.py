"""Tables whose columns are kept apart by commas, semicolons or tabs."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from archstat.errors import SheetError
from archstat.homework.reading import limits
from archstat.homework.reading.limits import MOST_CELL_CHARACTERS
from archstat.homework.reading.lines.block import FEWEST_COLUMNS, Block
from archstat.homework.reading.table import Found, parts

DELIMITERS = "\t;,"
DECLARATION = "sep="
"""What Excel understands as the first line of a file: the delimiter follows."""

FEWEST_LINES = 3
"""Lines of a text that make a table by their commas alone."""


def whole(text: str) -> Iterator[Found]:
    """Yield the tables of a text that is all cells and delimiters; none if it is not."""
    delimiters = DELIMITERS
    first, _, rest = text.partition("\n")
    if first.startswith(DECLARATION):
        delimiters, text = first[len(DECLARATION) :][:1], f"\n{rest}"
    records = _best(text.rstrip("\n").split("\n"), delimiters)
    filled = sum(any(record) for _, record in records)
    if filled == 0 or 2 * _alike(records)[0] < filled:
        return
    for start, grid in parts([record for _, record in records]):
        yield Found(f"line {records[start][0]}", grid)


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the paragraphs of a text in which each line has as many commas, or tabs."""
    numbered = limits.timely(enumerate(lines))
    filled = sum(map(bool, map(str.strip, lines)))
    for is_filled, paragraph in groupby(numbered, key=lambda line: bool(line[1].strip())):
        if not is_filled:
            continue
        numbers, texts = zip(*paragraph, strict=True)
        if len(texts) < min(FEWEST_LINES, filled):
            continue
        records = _best(texts, DELIMITERS)
        fewest = FEWEST_LINES if len(texts) < filled else 2
        if fewest <= len(records) == _alike(records)[0]:
            yield Block(numbers[0], numbers[-1] + 1, [record for _, record in records])


def _best(lines: Sequence[str], delimiters: str) -> list[tuple[int, list[str]]]:
    """Return the records as the delimiter cuts them that leaves most of them alike."""
    return max((_records(lines, delimiter) for delimiter in delimiters), key=_alike, default=[])


def _alike(records: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, int]:
    """Return how many records have one width of at least two cells, and that width."""
    widths = Counter(len(record) for _, record in records if any(record))
    return max(
        ((count, width) for width, count in widths.items() if width >= FEWEST_COLUMNS),
        default=(0, 0),
    )


def _records(lines: Sequence[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the cells of each record, and its first line, counted from 1.

    Raises:
        SheetError: A cell is too long for the parser, and so for us.
    """
    if not any(delimiter in line for line in lines):
        return []
    has_quotes = sum(line.count('"') for line in lines) % 2 == 0  # an odd one is an inch
    reader = csv.reader(
        (f"{line}\n" for line in lines),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if has_quotes else csv.QUOTE_NONE,
        skipinitialspace=True,
    )
    records: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for record in reader:
            records.append((line, record))
            line = reader.line_num + 1
    except csv.Error:
        raise SheetError(
            f"line {line}: has more than {MOST_CELL_CHARACTERS:,} characters in a cell"
        ) from None
    return _with_cells_of_lines(records) if delimiter == "\t" else records


def _with_cells_of_lines(
    records: Sequence[tuple[int, list[str]]],
) -> list[tuple[int, list[str]]]:
    """Return records in which a last cell of several lines is one again, as pages are copied."""
    _, width = _alike(records)
    whole: list[tuple[int, list[str]]] = []
    for line, record in records:
        if (
            len(record) == 1
            and record[0]
            and whole
            and len(whole[-1][1]) == width > len(record) + 1
        ):
            whole[-1][1][-1] += f"\n{record[0]}"
        else:
            whole.append((line, record))
    return whole
