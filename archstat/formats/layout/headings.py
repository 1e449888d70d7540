"""Long names of modules in a narrow table: what neighbours share stands above them once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from archstat.documents.cells import Look, for_people
from archstat.documents.document import Line, Table

LAYER = "layer"
"""The column whose cells are paths of modules."""

INDENT = "  "
LEAST_LINES = 2  # that stand under a heading


def with_headings(table: Table) -> Table:
    """Return a table whose layers are named by what comes behind their block.

    A heading says which block it is: the path up to its last number. Of a table without paths, or
    whose paths have nothing in common, the same comes back.
    """
    if not table.columns or table.columns[0].key != LAYER:
        return table
    found = list(_lines(table.lines))
    if len(found) == len(table.lines):
        return table
    columns = tuple(
        replace(column, looks=_looks(column.looks, found)) if column.looks else column
        for column in table.columns
    )
    return replace(table, columns=columns, lines=tuple(found))


def _lines(lines: tuple[Line, ...]) -> Iterator[Line]:
    for block, group in groupby(lines, key=_block):
        members = list(group)
        if not block or len(members) < LEAST_LINES:
            yield from members
            continue
        yield Line((), rest=block, rest_look=Look.WEAK)
        for line in members:
            name = for_people(line.cells[0]).removeprefix(f"{block}.")
            yield replace(line, cells=(f"{INDENT}{name}", *line.cells[1:]))


def _block(line: Line) -> str:
    """Return the path of the block that a layer is in: up to the last number before its name."""
    if not line.cells or line.rest:
        return ""
    parts = for_people(line.cells[0]).split(" … ")[0].split(".")
    ends = [at for at, part in enumerate(parts[:-1], 1) if part.isdecimal()]
    return ".".join(parts[: ends[-1]]) if ends else ""


def _looks(looks: tuple[Look, ...], lines: list[Line]) -> tuple[Look, ...]:
    """Return how the cells of a column stand out, with a look for each heading."""
    own = iter(looks)
    return tuple(Look.NORMAL if not line.cells else next(own, Look.NORMAL) for line in lines)
