"""JSON: the whole report, by the contract that the README documents."""

from __future__ import annotations

import json
from collections.abc import Mapping

from archstat.renderers.view import View
from archstat.report.report import Report


def render(report: Report, view: View) -> str:  # noqa: ARG001  the contract has every quantity
    """Return one JSON document, a layer a line; it holds every quantity, whatever the view."""
    return printed(report.to_dict())


def printed(document: Mapping[str, object]) -> str:
    """Return a document with a line for each member, and for each item of a list of records."""
    members = [f'  "{key}": {_member(value)}' for key, value in document.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


def _member(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        items = ",\n".join(f"    {_line(item)}" for item in value)
        return f"[\n{items}\n  ]"
    return _line(value)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
