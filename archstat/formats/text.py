"""Plain text, as wide as it takes."""

from __future__ import annotations

from archstat.documents.document import Document
from archstat.formats import Format
from archstat.formats.layout.lines import lines


class PlainText(Format):
    """A document as a pipe or a file gets it."""

    suffix = ".txt"

    def write(self, document: Document) -> str:
        """Return the lines."""
        return "".join(
            f"{''.join(text for text, _ in pieces)}\n" for pieces in lines(document, None)
        )


FORMAT = PlainText()
