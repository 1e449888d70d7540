"""Model Explorer's graphs: the layers of a network in the groups of its modules.

Source: `model_explorer.graph_builder` of ai-edge-model-explorer 0.1.34.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archstat.documents.cells import for_people
from archstat.documents.document import Column, Document, Line, Table
from archstat.errors import UsageError
from archstat.formats import Format
from archstat.formats.json import printed
from archstat.graph import INPUT
from archstat.layers.base import Shape, times
from archstat.report.report import NetworkReport, Row

SEPARATOR = "."
"""Between the modules of a layer's name."""


class ModelExplorer(Format):
    """A network as a graph of Model Explorer."""

    suffix = ""

    def write(self, document: Document) -> str:
        """Return one graph, whose nodes are called as the layers of the table.

        Raises:
            UsageError: The document is no table of a network's layers.
        """
        report = network_of(document)
        inputs = {INPUT: report.input, **report.more_inputs}
        table = next(part for part in document.parts if isinstance(part, Table))
        nodes = [
            *(_node(name, INPUT, shape) for name, shape in inputs.items()),
            *(
                _layer(row, table.columns, line)
                for row, line in zip(report.layers, table.lines, strict=True)
            ),
        ]
        return printed({"label": report.model, "graphs": [{"id": report.model, "nodes": nodes}]})


def network_of(document: Document) -> NetworkReport:
    """Return the network whose layers a document shows.

    Raises:
        UsageError: It shows none, or not layer by layer.
    """
    report = document.subject
    if not isinstance(report, NetworkReport):
        raise UsageError(
            f"this is a format of the layers of a network, and not of a {document.kind}",
            hint="use it with archstat table",
        )
    names = [INPUT, *report.more_inputs, *(row.name for row in report.layers)]
    read = {name for row in report.layers for name in row.inputs}
    if len({*names}) < len(names) or not read or not read <= {*names}:
        raise UsageError(
            "a graph is of all layers, each by itself, and their order",
            hint="leave out what folds them or picks some",
        )
    return report


def _layer(row: Row, columns: Sequence[Column], line: Line) -> Mapping[str, Any]:
    """Return a layer with all that the table says of it."""
    said = zip(columns[1:], map(for_people, line.cells[1:]), strict=True)  # the first is its name
    return {
        **_node(row.name, row.label, row.out_shape),
        "incomingEdges": [{"sourceNodeId": name} for name in row.inputs],
        "attrs": [{"key": column.title, "value": text} for column, text in said],
    }


def _node(name: str, label: str, shape: Shape) -> dict[str, Any]:
    modules = name.split(SEPARATOR)[:-1]
    return {
        "id": name,
        "label": label,
        "namespace": "/".join(modules),
        "outputsMetadata": [{"id": "0", "attrs": [{"key": "shape", "value": times(shape)}]}],
    }


FORMAT = ModelExplorer()
