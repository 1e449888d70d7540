"""Archives and the XML in them, read without trust in what they say about themselves."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from archstat.errors import SheetError, shown
from archstat.homework.reading import limits
from archstat.homework.reading.markup.node import End, Node, Start

ENTRY = b"PK\x01\x02"
"""How each entry of an archive's directory starts."""

DAMAGED = (
    *(BadZipFile, EOFError, IndexError, OSError, OverflowError, RuntimeError, ValueError),
    *(struct.error, zlib.error),
)
"""What the reader of archives raises of those that are made to be wrong."""

CHUNK_BYTES = 1 << 16
SMALL_BYTES = 1 << 20
"""What may be packed in any ratio."""


class Archive:
    """The members of a zip file, which are never written to a disk."""

    def __init__(self, data: bytes) -> None:
        limits.check(data.count(ENTRY), limits.MOST_MEMBERS, "files in it")
        try:
            self._zip = ZipFile(BytesIO(data))
        except DAMAGED as error:
            raise SheetError(f"is a damaged archive: {error}") from None
        self.names = frozenset(self._zip.namelist())
        self._unpacked_bytes = 0

    def read(self, name: str) -> bytes:
        """Return the content of a member.

        Raises:
            SheetError: It is damaged, encrypted, or unpacks to more than the limits allow.
        """
        member = self._zip.getinfo(name)
        if member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise SheetError(f"{shown(name)} is packed in a way that cannot be read")
        allowed = max(SMALL_BYTES, member.compress_size * limits.MOST_RATIO)
        allowed = min(allowed, limits.MOST_UNPACKED_BYTES - self._unpacked_bytes)
        try:
            with self._zip.open(member) as file:
                content = file.read(allowed + 1)
        except DAMAGED as error:
            raise SheetError(f"{shown(name)} cannot be unpacked: {error}") from None
        if len(content) > allowed:
            raise SheetError(f"{shown(name)} unpacks to more than {allowed:,} bytes")
        self._unpacked_bytes += len(content)
        return content


def nodes(xml: bytes) -> Iterator[Node]:
    """Yield the tags and texts of an XML document, all names without their namespaces.

    Raises:
        SheetError: It is damaged, nests too deep, or declares a document type: no office program
            writes one, and entities that are a million others could only stand there.
    """
    queue: list[Node] = []
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")  # whatever the document declares
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        limits.check(depth, limits.MOST_DEPTH, "elements within one another")
        queue.append(Start(_local(name), {_local(key): attributes[key] for key in attributes}))

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        queue.append(End(_local(name)))

    def refuse(*_: object) -> None:
        raise SheetError("has a document type declaration, which is not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = queue.append
    parser.StartDoctypeDeclHandler = refuse
    try:
        for at in limits.timely(range(0, len(xml) + 1, CHUNK_BYTES)):
            chunk = xml[at : at + CHUNK_BYTES]
            parser.Parse(chunk, len(chunk) < CHUNK_BYTES)
            yield from limits.timely(queue)
            queue.clear()
    except (expat.ExpatError, ValueError) as error:
        raise SheetError(f"is damaged XML: {error}") from None


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
