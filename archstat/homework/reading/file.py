"""A file as its tables: its content tells its format, for names lie and get lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath

from archstat.errors import NoTableError, SheetError, shown, within
from archstat.files import read_file as read_ordinary
from archstat.homework.reading import document, limits, notebook
from archstat.homework.reading.decoding import decoded
from archstat.homework.reading.lines import delimited, markdown
from archstat.homework.reading.markup import html
from archstat.homework.reading.office import docx, opendocument, pdf, xlsx
from archstat.homework.reading.office.archive import Archive
from archstat.homework.reading.table import Contents, Found, Passage, contents
from archstat.homework.reading.text import harmless
from archstat.homework.sheet import stated

HINT = "hand in Markdown, CSV, HTML, LaTeX, a notebook, .docx or .xlsx"
TYPED = "type the table, for example as Markdown or CSV, or in a .docx or .xlsx file"

FIRST_BYTES = 1024
"""Among which a PDF document says that it is one."""

UNREADABLE = {
    b"{\\rtf": "an RTF document",
    b"7z\xbc\xaf": "an archive",
    b"Rar!": "an archive",
    b"\x1f\x8b": "an archive",
}
"""How files start in which tables are not looked for."""

PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
PICTURE = re.compile(rb"RIFF....WEBP|....ftyp(?:heic|heix|mif1|avif)", re.DOTALL)
"""How pictures start."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UNREADABLE_STREAMS = {
    "EncryptedPackage": "a document with a password",
    "Workbook": "an old Excel workbook (.xls)",
    "WordDocument": "an old Word document (.doc)",
    "HwpSummaryInformation": "a Hangul document (.hwp)",
}
"""What an OLE file is, by the name of a stream in it."""

ZIP = b"PK\x03\x04"
UNREADABLE_MEMBERS = {
    "ppt/presentation.xml": "a presentation",
    "Contents/content.hpf": "a Hangul document (.hwpx)",
    "Index/Document.iwa": "a Pages or Numbers document",
}
"""What a zip file is, by a member that only such files have."""

READERS: dict[str, Callable[[Archive], Iterator[Found | Passage]]] = {
    docx.MEMBER: docx.found,
    xlsx.MEMBER: xlsx.found,
    opendocument.MEMBER: opendocument.found,
}
"""The readers of zip files, likewise."""

DELIMITED = (".csv", ".tsv", ".tab")


def read_file(path: Path) -> Contents:
    """Return what a file holds: its tables, and the text around, which may state sums alone.

    Raises:
        SheetError: It cannot be read, or it holds no table and states no sum.
    """
    name = str(path)
    with within(name if name.isprintable() else shown(name)), limits.timed():
        return _read(read_ordinary(path, limits.MOST_BYTES, SheetError), path.suffix)


def read_bytes(data: bytes, *, name: str) -> Contents:
    """Return what the bytes of a file hold, likewise.

    Raises:
        SheetError: They cannot be read, or hold no table.
    """
    with within(name if name.isprintable() else shown(name)), limits.timed():
        return _read(data, PurePath(name).suffix)


def read_text(text: str, *, name: str) -> Contents:
    """Return what a text holds that may have been pasted, likewise.

    Raises:
        SheetError: It is too long, or holds no table.
    """
    with within(name if name.isprintable() else shown(name)), limits.timed():
        limits.check(len(text), limits.MOST_BYTES, "characters")
        return _contents(_in_text(text, PurePath(name).suffix))


def _read(data: bytes, suffix: str) -> Contents:
    limits.check(len(data), limits.MOST_BYTES, "bytes")
    kinds = [kind for start, kind in UNREADABLE.items() if data.startswith(start)]
    if data.startswith(OLE):
        streams = UNREADABLE_STREAMS.items()
        kinds = [kind for stream, kind in streams if stream.encode("utf-16-le") in data]
        kinds.append("a document of an unknown kind")
    if not data.strip():
        raise NoTableError("is empty")
    if data.startswith(PICTURES) or PICTURE.match(data):
        raise SheetError("is a picture, in which no table can be read", hint=TYPED)
    if pdf.START in data[:FIRST_BYTES]:
        return _contents(pdf.found(data))
    if kinds:
        raise SheetError(f"is {kinds[0]}, which cannot be read", hint=HINT)
    if data.startswith(ZIP):
        return _contents(_in_archive(Archive(data)))
    return _contents(_in_text(decoded(data), suffix))


def _contents(found: Iterable[Found | Passage]) -> Contents:
    result = contents(found)
    if not result.tables and all(one.is_open for one in stated.stated(result)):
        raise NoTableError("holds no table", hint="a table has two columns and a row, or more")
    return result


def _in_archive(archive: Archive) -> Iterator[Found | Passage]:
    for member, read in READERS.items():
        if member in archive.names:
            return read(archive)
    kinds = (kind for member, kind in UNREADABLE_MEMBERS.items() if member in archive.names)
    kind = next(kinds, "an archive without a document")
    raise SheetError(f"is {kind}, which cannot be read", hint=HINT)


def _in_text(text: str, suffix: str) -> Iterable[Found | Passage]:
    if notebook.is_notebook(text):
        return notebook.found(text)
    limits.check(text.count("\n"), limits.MOST_LINES, "lines")
    if html.is_page(text):
        return document.found_in_page(text)
    text = harmless(text)
    lines = text.split("\n")
    is_delimited = suffix.lower() in DELIMITED and not markdown.has_delimiter_row(lines)
    records = list(delimited.whole(text)) if is_delimited else []
    return records or document.found(text)
