"""All that is known of a network, or of two: layers, shares, totals, and what training costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from archstat.documents.document import Column, Document, Line, Part, Table
from archstat.documents.report import report_document
from archstat.documents.view import View
from archstat.report.columns import COLUMNS
from archstat.report.report import NetworkReport

SCHEMA = 1
"""The version of the JSON contract."""

SHARES = ("layer", "macs", "macs_share", "params", "params_share", "activation_bytes")
"""The columns of the table that says where the work and the memory are."""


def overview_document(reports: Sequence[NetworkReport]) -> Document:
    """Return all that is known of networks."""
    documents = [report_document(report, View(trains=report.trains)) for report in reports]
    first = documents[0]
    return Document(
        "overview",
        " and ".join(document.title for document in documents),
        about=first.about if len(documents) == 1 else (),
        parts=tuple(
            part
            for report, document in zip(reports, documents, strict=True)
            for part in _parts(report, document, is_only=len(reports) == 1)
        ),
        records=lambda: _records(reports, documents),
        data=lambda: {"schema": SCHEMA, "models": [report.to_dict() for report in reports]},
    )


def _parts(report: NetworkReport, document: Document, *, is_only: bool) -> Iterator[Part]:
    for part in document.parts:
        if isinstance(part, Table):
            yield part if is_only else replace(part, title=report.model)
            yield from [_shares(report)] if report.is_placed else []
        else:
            yield part


def _shares(report: NetworkReport) -> Table:
    """Return where the work and the memory are, the layers that have most first."""
    columns = [COLUMNS[key] for key in SHARES]
    rows = [row for row in report.layers if row.macs or row.params]
    rows.sort(key=lambda row: row.macs or 0, reverse=True)
    return Table(
        tuple(Column(each.key, each.title, is_text=each.is_text) for each in columns),
        tuple(Line(tuple(each.value(row, report.totals) for each in columns)) for row in rows),
        title=f"where the work and the memory of {report.model} are",
    )


def _records(reports: Sequence[NetworkReport], documents: Sequence[Document]) -> Table:
    """Return one line a layer; of several networks, with the name of its own."""
    tables = [document.records() for document in documents if document.records]
    if len(tables) == 1:
        return tables[0]
    lines = (
        replace(line, cells=(report.model, *line.cells))
        for report, table in zip(reports, tables, strict=True)
        for line in table.lines
    )
    return Table((Column("model", "model", is_text=True), *tables[0].columns), tuple(lines))
