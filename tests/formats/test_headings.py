"""Long names of modules in a narrow table."""

from __future__ import annotations

from archstat.documents.cells import Look
from archstat.documents.document import Column, Document, Line, Table
from archstat.formats.layout.headings import with_headings
from archstat.formats.layout.lines import lines
from archstat.report.values import Named

NAMES = (
    "encoder.embed",
    "encoder.block.0.attention.query",
    "encoder.block.0.attention.key",
    "encoder.block.1.dropout.0",
    Named("encoder.block.2 … encoder.block.5", "encoder.block.2 … 5"),
)
COLUMNS = (
    Column("layer", "layer", is_text=True),
    Column("params", "params", looks=(Look.WEAK, Look.STRONG, Look.WEAK, Look.WEAK, Look.WEAK)),
)
TABLE = Table(COLUMNS, tuple(Line((name, 10 * at)) for at, name in enumerate(NAMES, 1)))


def text_of(table, width):
    """Return the lines of a table that is fitted to a width."""
    document = Document("report", "net", parts=(table,))
    return ["".join(text for text, _ in pieces) for pieces in lines(document, width) if pieces]


def test_neighbours_of_a_block_stand_under_its_name():
    found = with_headings(TABLE)
    shown = [line.rest or line.cells[0] for line in found.lines]
    assert shown == [
        "encoder.embed",
        "encoder.block.0",
        "  attention.query",
        "  attention.key",
        "encoder.block.1.dropout.0",  # alone in its block
        NAMES[-1],
    ]
    assert found.columns[1].looks[1:4] == (Look.NORMAL, Look.STRONG, Look.WEAK)


def test_a_table_that_fits_has_no_headings():
    assert not any(line.startswith("  attention") for line in text_of(TABLE, 60))


def test_a_table_that_does_not_fit_has():
    wide = Table(
        (*TABLE.columns, Column("kind", "kind", is_text=True, importance=0)),
        tuple(Line((*line.cells, "a kind of layer")) for line in TABLE.lines),
    )
    # 31 for the longest name, 2 for each gap, 6 and 15: 56; under headings 25 + 25 = 50
    assert text_of(wide, 52)[3:6] == [
        "encoder.embed                  10  a kind of layer",
        "encoder.block.0",
        "  attention.query              20  a kind of layer",
    ]


def test_a_table_of_anything_else_stays_as_it_is():
    other = Table((Column("file", "file"),), (Line(("a.0.b",)), Line(("a.0.c",))))
    assert with_headings(other) is other
