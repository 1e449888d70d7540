"""A Word document with one table: a homework sheet, to be filled in and handed in."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from archstat.documents.cells import for_people
from archstat.documents.document import Document, Line, Sentences, Table
from archstat.documents.letters import printable, sentence
from archstat.errors import UsageError
from archstat.formats import Format
from archstat.formats.markdown import title_of

WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"

WRITTEN = (2000, 1, 1, 0, 0, 0)
"""The date of the parts: the same question gives the same file."""

ROOM_TWIPS = 1100
"""The least width of a column to fill in, in twentieths of a point."""

PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{TYPE}"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}" Target="word/document.xml"/></Relationships>'
    ),
}

PAGE = (
    '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
    '<w:pgMar w:top="850" w:right="850" w:bottom="850" w:left="850"/></w:sectPr>'
)
"""A page of A4, the long side below."""

BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:color="A6A6A6"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


class Docx(Format):
    """The tables of a document, with the words around them."""

    suffix = ".docx"

    def write(self, document: Document) -> bytes:
        """Return a Word document.

        Raises:
            UsageError: There is no table in it.
        """
        if not document.tables:
            raise UsageError(f"a {document.kind} has no table to write as a Word document")
        body = "".join(_body(document))
        parts = {
            **PARTS,
            "word/document.xml": f'<w:document xmlns:w="{WORDS}"><w:body>{body}{PAGE}</w:body>'
            "</w:document>",
        }
        file = BytesIO()
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for name, text in parts.items():
                head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
                archive.writestr(ZipInfo(name, WRITTEN), head + text, ZIP_DEFLATED)
        return file.getvalue()


def _body(document: Document) -> Iterator[str]:
    yield _paragraph(document.title, is_strong=True)
    yield from (_paragraph(sentence(text)) for text in document.about)
    for part in document.parts:
        if isinstance(part, Table):
            yield from (_table(part), _paragraph(""))
        elif isinstance(part, Sentences):
            yield from (_paragraph(sentence(text)) for text in part.sentences)
    yield from map(_paragraph, document.notes)


def _paragraph(text: str, *, is_strong: bool = False, is_right: bool = False) -> str:
    side = '<w:pPr><w:jc w:val="right"/></w:pPr>' if is_right else ""
    weight = "<w:b/>" if is_strong else ""
    run = f'<w:r><w:rPr>{weight}<w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">'
    said = f"{run}{escape(printable(text), quote=False)}</w:t></w:r>" if text else ""
    return f"<w:p>{side}{said}</w:p>"


def _table(table: Table) -> str:
    columns = [column for column in table.columns if not column.is_picture]
    titles = "".join(
        _cell(title_of(column), is_strong=True, is_right=not column.is_text) for column in columns
    )
    head = f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{titles}</w:tr>"
    grid = f'<w:gridCol w:w="{ROOM_TWIPS}"/>' * len(columns)
    rows = "".join(_row(line, table) for line in table.lines)
    foot = "".join(_row(line, table, is_strong=True) for line in table.foot)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{BORDERS}</w:tblBorders>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{rows}{foot}</w:tbl>"
    )


def _row(line: Line, table: Table, *, is_strong: bool = False) -> str:
    cells = "".join(
        _cell(for_people(cell), is_strong=is_strong, is_right=not column.is_text)
        for cell, column in zip(line.cells, table.columns, strict=True)
        if not column.is_picture
    )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _cell(text: str, *, is_strong: bool, is_right: bool) -> str:
    width = f'<w:tcPr><w:tcW w:w="{ROOM_TWIPS}" w:type="dxa"/></w:tcPr>'
    return f"<w:tc>{width}{_paragraph(text, is_strong=is_strong, is_right=is_right)}</w:tc>"


FORMAT = Docx()
