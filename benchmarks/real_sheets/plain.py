"""All that stands in a hand-in, as plain text: to see that what is said of a cell is in it."""

from __future__ import annotations

import json
import re
import zipfile
from html import unescape
from pathlib import Path


def text_of(path: Path) -> str:
    """Return the text of a hand-in, one run or cell a line where its form is not text."""
    if path.suffix in {".docx", ".xlsx"}:
        return _office(path)
    if path.suffix == ".pdf":
        return _pdf(path)
    text = path.read_text(encoding="utf-8")
    return _notebook(text) if path.suffix == ".ipynb" else text


def _office(path: Path) -> str:
    with zipfile.ZipFile(path) as parts:
        pages = [parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml")]
    return "\n".join(unescape(re.sub("<[^>]+>", "\n", page)) for page in pages)


def _pdf(path: Path) -> str:
    import pypdfium2  # noqa: PLC0415  few sheets need it

    document = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def _notebook(text: str) -> str:
    cells = json.loads(text)["cells"]
    parts = [cell["source"] for cell in cells]
    parts += [output.get("text", []) for cell in cells for output in cell.get("outputs", [])]
    return "\n".join("".join(part) for part in parts)
