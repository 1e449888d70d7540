"""CSV: one line a thing, one value a cell, nothing formatted."""

from __future__ import annotations

import csv
import io

from archstat.documents.cells import for_machines, for_spreadsheets
from archstat.documents.document import Document
from archstat.documents.letters import printable
from archstat.formats import Format, records_of


class Csv(Format):
    """The records of a document under a line of keys; a total is the reader's to take."""

    def __init__(self, name: str = "CSV", suffix: str = ".csv", delimiter: str = ",") -> None:
        self.name = name
        self.suffix = suffix
        self.delimiter = delimiter

    def write(self, document: Document) -> str:
        """Return the records; what a cell does not have is empty."""
        table = records_of(document, self.name)
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="\n")
        if document.is_handed_out:
            writer.writerows([_text(words)] for words in (document.title, *document.about))
        writer.writerow(_text(column.key) for column in table.columns)
        for line in table.lines:
            cells = [for_machines(cell) for cell in line.cells]
            writer.writerow([*cells, *[""] * (len(table.columns) - len(cells))])
        return text.getvalue()


def _text(words: str) -> str:
    return for_spreadsheets(printable(words))


FORMAT = Csv()
