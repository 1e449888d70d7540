"""Parquet: what its columns hold, by type."""

from __future__ import annotations

import io

import pytest

from archstat.documents.cells import Number
from archstat.documents.document import Column, Document, Line, Table
from archstat.formats import format_named
from archstat.report.values import Map, Named

polars = pytest.importorskip("polars")

COLUMNS = (
    Column("name", "name", is_text=True),
    Column("count", "count"),
    Column("rate", "rate"),
    Column("nothing", "nothing"),
    Column("why", "why", is_text=True),
    Column("shape", "shape"),
    Column("large", "large"),
    Column("count", "count again"),
)
LINES = (
    Line(("=a", 7, 3, "", "", Map(6, (28, 28)), 2**63, 1)),
    Line((Named("b", "B"), None, Number(0.5, "½"), "", "", Map(16, ()), 1, 2)),
)


def test_numbers_are_numbers_nothing_is_null_and_the_rest_as_in_csv():
    written = format_named("parquet").write(Document("test", "x", parts=(Table(COLUMNS, LINES),)))
    frame = polars.read_parquet(io.BytesIO(written))
    assert {name: str(kind) for name, kind in frame.schema.items()} == {
        "name": "String",
        "count": "Int64",
        "rate": "Float64",
        "nothing": "Float64",
        "why": "String",
        "shape": "String",
        "large": "String",
        "count_": "Int64",
    }
    assert frame.rows() == [
        ("'=a", 7, 3.0, None, None, "28x28x6", "9223372036854775808", 1),
        ("b", None, 0.5, None, None, "16", "1", 2),
    ]
