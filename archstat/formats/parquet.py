"""Parquet: the records as columns with types, for whoever reads many of them with other tools."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from archstat.documents.cells import Cell, for_json, for_machines
from archstat.documents.document import Document
from archstat.documents.letters import printable
from archstat.extras import PARQUET, require
from archstat.formats import Format, records_of

MOST = 1 << 63
"""Whole numbers below it are whole numbers there."""


class Parquet(Format):
    """The records of a document: numbers as numbers, nothing as null, the rest as in CSV."""

    suffix = ".parquet"

    def write(self, document: Document) -> bytes:
        """Return a Parquet file.

        Raises:
            UsageError: Polars is not installed, or the document has no table.
        """
        table = records_of(document, "Parquet")
        require(PARQUET, purpose="Parquet")
        from polars import DataFrame, Series  # noqa: PLC0415  an extra

        columns: dict[str, Series] = {}
        for at, column in enumerate(table.columns):
            name = printable(column.key)
            while name in columns:  # as in select a.id, b.id
                name += "_"
            cells = [line.cells[at] if at < len(line.cells) else "" for line in table.lines]
            values, kind = _values(cells, is_text=column.is_text)
            columns[name] = Series(name, values, dtype=kind)
        file = BytesIO()
        DataFrame(list(columns.values())).write_parquet(file)
        return file.getvalue()


def _values(cells: Sequence[Cell], *, is_text: bool) -> tuple[list[object], type]:
    """Return the values of a column, all of one type, and that type.

    One in which nothing stands is of numbers unless it is of texts, whatever else a table holds.
    """
    values = [for_json(cell) for cell in cells]
    known = {type(value) for value in values if value is not None}
    if known == {int} and all(abs(value) < MOST for value in values if isinstance(value, int)):
        return values, int
    if known <= {int, float} and (float in known or not (known or is_text)):
        return values, float
    texts: list[object] = [
        None if value is None else for_machines(cell)
        for cell, value in zip(cells, values, strict=True)
    ]
    return texts, str


FORMAT = Parquet()
