"""JSON: the contract of a document that has one, else its records, each with its keys."""

from __future__ import annotations

import json
from collections.abc import Mapping

from archstat.documents.cells import for_json
from archstat.documents.document import Document, Listing, Table
from archstat.documents.letters import printable
from archstat.formats import Format

SCHEMA = 1
"""The version of the contracts that are made of records."""


class Json(Format):
    """A document for programs, whole: every quantity, whatever was chosen to be shown."""

    suffix = ".json"

    def write(self, document: Document) -> str:
        """Return one JSON document, a record a line."""
        return printed(data_of(document) if document.data is None else document.data())


def data_of(document: Document) -> dict[str, object]:
    """Return what JSON has of a document without a contract of its own."""
    table = document.record_table
    listings = ["\n".join(part.lines) for part in document.parts if isinstance(part, Listing)]
    return {
        "schema": SCHEMA,
        "kind": document.kind,
        **({"title": printable(document.title)} if document.title else {}),
        **document.facts,
        **({"text": "\n".join(listings)} if listings else {}),
        **({"records": _records(table)} if table is not None else {}),
        "notes": [printable(note) for note in document.notes],
    }


def _records(table: Table) -> list[dict[str, object]]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, map(for_json, line.cells), strict=False)) for line in table.lines]


def printed(data: Mapping[str, object]) -> str:
    """Return data with a line for each member, and for each item of a list of records."""
    members = [f'  "{key}": {_member(value)}' for key, value in data.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


def _member(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        items = ",\n".join(f"    {_line(item)}" for item in value)
        return f"[\n{items}\n  ]"
    return _line(value)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


FORMAT = Json()
