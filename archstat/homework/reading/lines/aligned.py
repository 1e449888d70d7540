"""Tables whose columns are kept apart by blanks: what `print(df)` and many commands print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archstat.errors import within
from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import FIELD, Block
from archstat.homework.reading.table import VALUE, is_heading

RULE = re.compile(r"[-=─━═]{2}[-=─━═ ]*")

WITHIN = re.compile(r"(?<=[0-9]),\s{2,}(?=[0-9]+\s*[,\])])")
"""Between the sizes of a shape: [1,   64]."""

FOLD = "\\"
"""What pandas prints behind titles if more columns follow below."""

MOST_TITLE_LINES = 3
"""Lines of titles above a rule; what has more is a list under a rule."""

FEWEST_UNRULED_ROWS = 2
"""Rows that make a table by their blanks alone; over a rule, one is enough."""

FEWEST_UNTITLED_ROWS = 3
FEWEST_TO_GO_ON = 3
"""Columns that make lines behind a blank one more rows of a table."""


class Field(NamedTuple):
    """A text, and the columns of the terminal that it takes."""

    start: int
    stop: int
    text: str

    def overlap(self, other: Field) -> int:
        """Return how many columns two fields share; less than 0 for those between them."""
        return min(self.stop, other.stop) - max(self.start, other.start)

    def covering(self, other: Field) -> Field:
        """Return this field, as wide as both."""
        return self._replace(start=min(self.start, other.start), stop=max(self.stop, other.stop))


INDEX = Field(0, 1, "index")


class _Line(NamedTuple):
    number: int
    fields: Sequence[Field]
    is_rule: bool


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the tables in lines of text."""
    left: Block | None = None
    for paragraph in _joined(_paragraphs(lines)):
        goes_on = len(paragraph[0].fields) > 1 and paragraph[0].fields[-1].text == FOLD
        if goes_on:
            paragraph[0] = paragraph[0]._replace(fields=paragraph[0].fields[:-1])
        if left is not None and len(paragraph[0].fields) == 1:
            paragraph[0] = paragraph[0]._replace(fields=[INDEX, *paragraph[0].fields])
        block = _block(paragraph)
        if left is not None and block is not None and len(left.grid) == len(block.grid):
            block = _side_by_side(left, block)
        elif left is not None:
            yield left
        left = block if goes_on else None
        if block is not None and not goes_on:
            yield block
    if left is not None:
        yield left


def _paragraphs(lines: Sequence[str]) -> Iterator[list[_Line]]:
    """Yield the lines without a blank one among them; of too many, one more than are read."""
    paragraph: list[_Line] = []
    for number, text in enumerate(limits.timely((*lines, ""))):
        if not text.strip() and paragraph:
            yield paragraph
            paragraph = []
        elif text.strip() and len(paragraph) <= limits.MOST_ROWS:
            paragraph.append(_line(number, text))


def _joined(paragraphs: Iterator[list[_Line]]) -> Iterator[list[_Line]]:
    """Yield paragraphs, as one where a blank line parts rows whose columns go on."""
    above: list[_Line] = []
    for paragraph in paragraphs:
        if above and paragraph[0].number == above[-1].number + 2 and _go_on(above, paragraph):
            above += paragraph
            continue
        if above:
            yield above
        above = paragraph
    if above:
        yield above


def _go_on(above: Sequence[_Line], below: Sequence[_Line]) -> bool:
    """Return whether each line below fills the columns of those above, and none holds titles."""
    columns = list(above[0].fields)
    if len(columns) < FEWEST_TO_GO_ON or columns[-1].text == FOLD:
        return False
    for line in above[1:]:
        if len(line.fields) == len(columns):
            columns = [one.covering(other) for one, other in zip(columns, line.fields, strict=True)]
    return all(
        len(line.fields) == len(columns)
        and all(one.overlap(field) > 0 for one, field in zip(columns, line.fields, strict=True))
        and not is_heading([field.text for field in line.fields])
        for line in below
    )


def _side_by_side(left: Block, right: Block) -> Block:
    """Return the parts of a table as one that was too wide: both have the index of the rows."""
    names, others = ([row[0] for row in block.grid[1:]] for block in (left, right))
    is_indexed = names == others
    grid = [[*row, *other[is_indexed:]] for row, other in zip(left.grid, right.grid, strict=True)]
    return Block(left.start, right.stop, grid, heads=left.heads)


def _line(number: int, text: str) -> _Line:
    text = WITHIN.sub(", ", text.expandtabs())
    fields = [Field(*field.span(), field[0]) for field in FIELD.finditer(text)]
    return _Line(number, fields, RULE.fullmatch(text.strip()) is not None)


def _block(paragraph: list[_Line]) -> Block | None:
    """Return the table in lines without a blank one among them, if they are one."""
    full = [at for at, line in enumerate(paragraph) if len(line.fields) > 1 and not line.is_rule]
    if not full:
        return None
    lines = paragraph[full[0] : full[-1] + 1]
    rule = next((at for at, line in enumerate(lines[: MOST_TITLE_LINES + 1]) if line.is_rule), 0)
    head, body = (
        lines[: rule or 1],
        [line.fields for line in lines[rule or 1 :] if not line.is_rule],
    )
    with within(f"line {head[0].number + 1}"):
        limits.check(max(len(line.fields) for line in head), limits.MOST_COLUMNS, "columns")
    titles = _titles(head)
    if not rule and _is_untitled(lines):
        rows = [[field.text for field in line.fields] for line in lines]
        return Block(lines[0].number, lines[-1].number + 1, rows, heads=0)
    if not rule and not _is_plausible(titles, body):
        return None
    columns = _columns(titles, body)
    if not columns[0].text and len(body[0]) == 1:  # pandas: the name of the index
        columns[0] = columns[0]._replace(text=body.pop(0)[0].text)
    rows = [_cells(fields, columns) for fields in body]
    if not any(_is_value(cell) for row in rows for cell in row[1:]):
        return None
    grid = [[column.text for column in columns], *rows]
    return Block(lines[0].number, lines[-1].number + 1, grid, heads=1)


def _is_untitled(lines: Sequence[_Line]) -> bool:
    """Return whether lines are names with values from the first on: conv1   (96, 55, 55)."""
    rows = [[field.text for field in line.fields] for line in lines]
    is_even = len(lines) >= FEWEST_UNTITLED_ROWS and len({len(row) for row in rows}) == 1
    return is_even and all(
        name[:1].isalpha() and all(map(VALUE.match, values)) for name, *values in rows
    )


def _is_plausible(titles: Sequence[Field], body: Sequence[Sequence[Field]]) -> bool:
    """Return whether lines without a rule look like a table and not like a log, or a program."""
    full = sum(
        len(titles) <= len(fields) <= len(titles) + 1 or _are_under(fields, titles)
        for fields in body
    )
    is_titled = is_heading([title.text for title in titles])
    return is_titled and len(body) >= FEWEST_UNRULED_ROWS and 2 * full >= len(body)


def _are_under(fields: Sequence[Field], titles: Sequence[Field]) -> bool:
    """Return whether some of the cells of a row stand right below their titles."""
    starts, stops = {title.start for title in titles}, {title.stop for title in titles}
    return len(fields) > 1 and all(one.start in starts or one.stop in stops for one in fields)


def _is_value(cell: str) -> bool:
    return VALUE.match(cell) is not None and any(map(str.isdigit, cell))


def _titles(head: Sequence[_Line]) -> list[Field]:
    """Return the titles; a word above another belongs to it."""
    *above, last = (line.fields for line in head)
    titles = list(last)
    for fields in reversed(above):
        for field in fields:
            under = [at for at, title in enumerate(titles) if title.overlap(field) > 0]
            for at in under:
                title = titles[at]
                titles[at] = title.covering(field)._replace(text=f"{field.text} {title.text}")
            if not under:
                titles.append(field)
    return sorted(titles)


def _columns(titles: Sequence[Field], body: Sequence[Sequence[Field]]) -> list[Field]:
    """Return the titles, each as wide as its column; rows may have a number before them."""
    columns = list(titles)
    widths = [len(fields) for fields in body]
    if widths.count(len(titles) + 1) > widths.count(len(titles)):
        columns.insert(0, Field(0, 0, ""))
    for fields in body:
        if len(fields) == len(columns):
            columns = [
                column.covering(field) for column, field in zip(columns, fields, strict=True)
            ]
    return columns


def _cells(fields: Sequence[Field], columns: Sequence[Field]) -> list[str]:
    """Return the text of each column; both come in the order of their places."""
    if len(fields) == len(columns):
        return [field.text for field in fields]
    texts: list[list[str]] = [[] for _ in columns]
    at = 0
    for field in fields:
        while at + 1 < len(columns) and field.overlap(columns[at + 1]) > field.overlap(columns[at]):
            at += 1
        texts[at].append(field.text)
    return [" ".join(cell) for cell in texts]
