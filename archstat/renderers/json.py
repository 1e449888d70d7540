"""JSON: the whole report, by the contract that the README documents."""

from __future__ import annotations

import json

from archstat.renderers.view import View
from archstat.report.report import Report


def render(report: Report, view: View) -> str:  # noqa: ARG001  the contract has every quantity
    """Return one JSON document, a layer a line; it holds every quantity, whatever the view."""
    document = report.to_dict()
    layers = ",\n".join(f"    {_line(layer)}" for layer in document["layers"])
    members = [
        f'  "{key}": [\n{layers}\n  ]' if key == "layers" else f'  "{key}": {_line(value)}'
        for key, value in document.items()
    ]
    return "{\n" + ",\n".join(members) + "\n}\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
