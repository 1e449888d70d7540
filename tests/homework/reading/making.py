"""The smallest files of each office format, made in memory."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def archive(members: Mapping[str, str | bytes]) -> bytes:
    """Return a zip file."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in members.items():
            writer.writestr(name, content)
    return file.getvalue()


def docx(body: str) -> bytes:
    """Return a Word document; `body` is XML with the prefixes w and m."""
    document = f'<w:document xmlns:w="{WORD}" xmlns:m="{MATH}"><w:body>{body}</w:body></w:document>'
    return archive({"word/document.xml": document})


def paragraph(text: str) -> str:
    """Return a paragraph of a Word document."""
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def word_table(*rows: Sequence[str]) -> str:
    """Return a table of a Word document; a cell is a text, or XML of what stands in it."""
    cells = ((cell if cell.startswith("<") else paragraph(cell) for cell in row) for row in rows)
    lines = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in cells)
    return f"<w:tbl>{''.join(f'<w:tr>{line}</w:tr>' for line in lines)}</w:tbl>"


def xlsx(
    *sheets: str,
    strings: Sequence[str] = (),
    formats: Sequence[str] = (),
    merged: Sequence[str] = (),
    is_1904: bool = False,
) -> bytes:
    """Return an Excel workbook.

    Args:
        sheets: The XML of each sheet's rows.
        strings: The XML of each shared string.
        formats: The format of each style: the number of a built-in one, or a code.
        merged: The merged cells of all sheets.
        is_1904: Whether days count from 1904.
    """
    numbers = range(1, len(sheets) + 1)
    names = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    flag = '<workbookPr date1904="1"/>' if is_1904 else ""
    relations = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    relations += [("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")]
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(relations, 1)
    )
    custom = [(n, code) for n, code in enumerate(formats, 164) if not code.isdigit()]
    codes = "".join(f'<numFmt numFmtId="{n}" formatCode="{code}"/>' for n, code in custom)
    styles = "".join(
        f'<xf numFmtId="{code if code.isdigit() else n}"/>' for n, code in enumerate(formats, 164)
    )
    spans = "".join(f'<mergeCell ref="{span}"/>' for span in merged)
    members = {
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{RELATIONS}">{flag}'
        f"<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{targets}</Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEET}">'
        f"{''.join(f'<si>{text}</si>' for text in strings)}</sst>",
        "xl/styles.xml": f'<styleSheet xmlns="{SHEET}"><numFmts>{codes}</numFmts>'
        f"<cellStyleXfs><xf/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>",
    }
    for number, rows in enumerate(sheets, 1):
        members[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData>'
            f"<mergeCells>{spans}</mergeCells></worksheet>"
        )
    return archive(members)


def sheet_rows(*rows: Sequence[str | float]) -> str:
    """Return the XML of a sheet's rows: texts in place, numbers as they are, "" for no cell."""
    cells = [
        [
            f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            if isinstance(cell, str)
            else f"<c><v>{cell}</v></c>"
            for cell in row
        ]
        for row in rows
    ]
    return "".join(f"<row>{''.join(row)}</row>" for row in cells)


def ods(rows: str, *, name: str = "Sheet1") -> bytes:
    """Return a spreadsheet of LibreOffice; `rows` is XML with the prefixes table, office, text."""
    content = (
        f'<office:document-content xmlns:office="{OFFICE}" xmlns:table="{TABLE}" '
        f'xmlns:text="{TEXT}"><office:body><office:spreadsheet><table:table table:name="{name}">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return archive({"content.xml": content})


def notebook(*cells: Mapping[str, object]) -> bytes:
    """Return a notebook."""
    return json.dumps({"cells": cells, "nbformat": 4}).encode()


def pdf(*pages: Sequence[tuple[float, float, str]]) -> bytes:
    """Return a PDF document; a page has texts with the places where they start, from below."""
    bodies = [
        "\n".join(f"BT /F 10 Tf {x} {y} Td ({text}) Tj ET" for x, y, text in page) for page in pages
    ]
    kids = " ".join(f"{number} 0 R" for number in range(4, 4 + 2 * len(bodies), 2))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(bodies)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, body in enumerate(bodies):
        objects += [
            (
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] "
                f"/Resources << /Font << /F 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
            ),
            f"<< /Length {len(body)} >>\nstream\n{body}\nendstream",
        ]
    data = "%PDF-1.4\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{text}\nendobj\n"
    entries = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        f"{data}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{entries}trailer\n"
        f"<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    ).encode("latin-1")
