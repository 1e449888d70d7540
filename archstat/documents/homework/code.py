"""The code of a network that was handed in, held against the network that was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from archstat.documents.cells import EMPTY
from archstat.documents.document import Column, Document, Line, Part, Sentences, Table
from archstat.homework.code.differences import Compared
from archstat.homework.marking.feedback import line

COLUMNS = (
    Column("own", "your layer", is_text=True),
    Column("asked", "in the network", is_text=True),
    Column("words", "what differs", is_text=True, wraps=True),
    Column("hint", "hint", is_text=True, wraps=True),
)
RIGHT = Column("right", "right", is_text=True)


def code_document(compared: Compared, own: str, asked: str, level: str) -> Document:
    """Return in what the code differs, as far as the level of feedback tells it."""
    shows, tells = level in {"hint", "full"}, level == "full"
    share = f"{compared.same} of {compared.asked} layers are as in {line(asked)}"
    if compared.stopped_at is not None:
        share += "; the forward pass stops, and nothing behind that is compared"
    return Document(
        "code",
        f"{line(own)} against {line(asked)}",
        parts=tuple(_parts(compared, tells=tells)) if shows else (),
        conclusion="" if level == "none" else share,
        records=lambda: _table(compared, tells=tells),
        facts={
            "same": compared.same,
            "asked": compared.asked,
            "stops": compared.stopped_at is not None,
        },
    )


def _parts(compared: Compared, *, tells: bool) -> Iterator[Part]:
    if compared.differences:
        yield _table(compared, tells=tells)
    else:
        yield Sentences(("there is no difference that changes a number",))


def _table(compared: Compared, *, tells: bool) -> Table:
    lines = []
    for one in compared.differences:
        cells = (line(one.own), line(one.asked), one.words, one.hint)
        lines.append(Line((*cells, one.right or EMPTY) if tells else cells))
    return Table((*COLUMNS, RIGHT) if tells else COLUMNS, tuple(lines))
