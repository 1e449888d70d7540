"""What formats of pages have in common: a document written part by part."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator

from archstat.documents.document import (
    Document,
    Legend,
    Listing,
    Notes,
    Part,
    Picture,
    Remarks,
    Sentences,
    Table,
)
from archstat.formats import Format


class FlowFormat(Format):
    """A format that writes each kind of part in its own way, in blocks of text."""

    def blocks(self, document: Document) -> Iterator[str]:
        """Yield the blocks of all parts that are not empty."""
        for part in document.parts:
            yield from self._part(part, document)

    def _part(self, part: Part, document: Document) -> Iterable[str]:  # noqa: PLR0911  one a part
        match part:
            case Table():
                return self.table(part, document)
            case Sentences():
                return self.words(part, document)
            case Legend():
                return self.legend(part)
            case Notes():
                return self.notes(part, document) if part.notes else ()
            case Remarks():
                return self.remarks(part) if part.remarks else ()
            case Listing():
                return self.listing(part)
            case Picture():
                return self.picture(part)

    @abstractmethod
    def table(self, table: Table, document: Document) -> Iterable[str]:
        """Return a table."""

    @abstractmethod
    def words(self, words: Sentences, document: Document) -> Iterable[str]:
        """Return sentences."""

    @abstractmethod
    def legend(self, legend: Legend) -> Iterable[str]:
        """Return what marks mean."""

    @abstractmethod
    def notes(self, notes: Notes, document: Document) -> Iterable[str]:
        """Return notes."""

    @abstractmethod
    def remarks(self, remarks: Remarks) -> Iterable[str]:
        """Return remarks by number."""

    @abstractmethod
    def listing(self, listing: Listing) -> Iterable[str]:
        """Return source code."""

    def picture(self, picture: Picture) -> Iterable[str]:  # noqa: ARG002  most formats hold texts
        """Return a picture; nothing where a format holds none."""
        return ()
