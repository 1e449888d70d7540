"""What a store answers: rows of cases, or of any query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archstat.documents.cells import Cell, Look, Number, Sign
from archstat.documents.document import Column, Document, Line, Notes, Table
from archstat.documents.sweep.plan import count
from archstat.report.values import Bytes, Named, Seconds
from archstat.sweep.index import Rows
from archstat.sweep.rows import FIELDS

TITLES: Mapping[str, Column] = {
    column.key: column
    for column in (
        Column("store", "store", is_text=True, importance=6),
        Column("id", "id", is_text=True, importance=0),
        Column("status", "status", is_text=True, importance=2),
        Column("what", "what", is_text=True, importance=1),
        Column("model", "model", is_text=True),
        Column("input", "input", is_text=True, importance=3),
        Column("batch_size", "batch"),
        Column("device", "device", is_text=True, importance=7),
        Column("device_name", "machine", is_text=True, importance=2, wraps=True),
        Column("dtype", "type", is_text=True, importance=4),
        Column("mode", "mode", is_text=True, importance=4),
        Column("params", "params", importance=5),
        Column("macs", "MACs", importance=6),
        Column("activation_bytes", "activations", importance=3),
        Column("latency_s", "latency"),
        Column("latency_low_s", "from", group="95 % interval", importance=5),
        Column("latency_high_s", "to", group="95 % interval", importance=5),
        Column("examples_per_s", "examples/s", importance=8),
        Column("limit_s", "limit", importance=5),
        Column("share_of_limit", "% of limit", importance=9),
        Column("bound", "bound by", is_text=True, importance=4),
        Column("verdict", "verdict", is_text=True, importance=9),
        Column("reason", "why", is_text=True, wraps=True, importance=2),
    )
}
SHARES = {"share_of_limit", "share_low", "share_high"}
LOOKS = {"VALID": Look.GOOD, "failed": Look.BAD}


def results_document(
    title: str, answer: Rows, unreadable: Iterable[str] = (), *, hides_empty: bool = False
) -> Document:
    """Return the rows that a query answers, with the units of the columns that are known.

    Args:
        title: What was asked.
        answer: The rows.
        unreadable: What is said of files that hold no case.
        hides_empty: Whether people see no columns in which nothing stands; programs see them all.
    """
    columns = tuple(
        TITLES.get(name, Column(name, name.replace("_", " "), is_text=_is_text(answer, at)))
        for at, name in enumerate(answer.columns)
    )
    lines = tuple(
        Line(tuple(cell_of(name, value) for name, value in zip(answer.columns, row, strict=True)))
        for row in answer.rows
    )
    notes = tuple(unreadable)
    table = Table(columns, lines)
    return Document(
        "results",
        title,
        parts=(
            table.without_empty() if hides_empty else table,
            *((Notes(notes),) if notes else ()),
        ),
        conclusion=count(len(lines), "row"),
        records=lambda: table,
    )


def _is_text(answer: Rows, at: int) -> bool:
    is_known = FIELDS.get(answer.columns[at]) == "TEXT"
    return is_known or any(isinstance(row[at], str) for row in answer.rows)


def cell_of(name: str, value: object) -> Cell:  # noqa: PLR0911  a case for each type
    """Return a value of a column, with the unit that its name says."""
    if value is None:
        return ""
    if isinstance(value, str):
        look = LOOKS.get(value)
        return (
            (Named(value, value) if value else "")
            if look is None
            else Sign(value, value, look=look)
        )
    if isinstance(value, (int, float)):
        if name in SHARES:
            return Number(value, f"{100 * value:.0f} %")
        if name.endswith("_s") and not name.endswith("per_s"):
            return Seconds(float(value))
        if name.endswith("_bytes"):
            return Bytes(int(value))
        if isinstance(value, float):
            return Number(value, f"{value:,.4g}" if value < 1000 else f"{value:,.0f}")  # noqa: PLR2004
        return Number(value)
    return str(value)
