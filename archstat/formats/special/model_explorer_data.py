"""Model Explorer's node data: one column of a network's layers, as colours on its graph.

Source: `model_explorer.node_data_builder` of ai-edge-model-explorer 0.1.34.
"""

from __future__ import annotations

from archstat.documents.cells import for_json
from archstat.documents.document import Document
from archstat.errors import UsageError
from archstat.formats import Format, records_of
from archstat.formats.json import printed
from archstat.formats.special.model_explorer import network_of

USUAL = "macs"
"""The column of several."""

GRADIENT = [{"stop": 0, "bgColor": "#ffffff"}, {"stop": 1, "bgColor": "#e8833a"}]


class ModelExplorerData(Format):
    """Numbers of layers by their names, for the graph that `model-explorer` writes."""

    suffix = ""

    def write(self, document: Document) -> str:
        """Return the only column of numbers that was asked for, or the MACs of several.

        A layer of which the number is not known has none.

        Raises:
            UsageError: The document is no table of layers, or has no such column.
        """
        report, table = network_of(document), records_of(document, "model-explorer-data")
        rows = [[for_json(cell) for cell in line.cells] for line in table.lines]
        numbers = [
            column.key
            for column, *cells in zip(table.columns, *rows, strict=True)
            if any(isinstance(cell, int | float) for cell in cells)
        ]
        chosen = numbers[0] if len(numbers) == 1 else USUAL
        if chosen not in numbers:
            raise UsageError(
                "node data is of one column of numbers", hint="name one, as in --columns params"
            )
        at = [column.key for column in table.columns].index(chosen)
        results = {
            row.name: {"value": cells[at]}
            for row, cells in zip(report.layers, rows, strict=True)
            if isinstance(cells[at], int | float)
        }
        name = table.columns[at].title
        return printed({report.model: {"name": name, "results": results, "gradient": GRADIENT}})


FORMAT = ModelExplorerData()
