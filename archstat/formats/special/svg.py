"""SVG: the picture of a document that has one."""

from __future__ import annotations

from archstat.documents.document import Document, Picture
from archstat.errors import UsageError
from archstat.formats import Format


class Svg(Format):
    """The first picture of a document."""

    suffix = ".svg"

    def write(self, document: Document) -> str:
        """Return a picture.

        Raises:
            UsageError: There is none.
        """
        return picture_in(document)


def picture_in(document: Document) -> str:
    """Return the first picture of a document.

    Raises:
        UsageError: There is none.
    """
    for part in document.parts:
        if isinstance(part, Picture):
            return part.draw()
    why = f": {document.no_picture}" if document.no_picture else ""
    raise UsageError(
        f"there is no picture of a {document.kind}{why}", instead={"format": "markdown"}
    )


FORMAT = Svg()
