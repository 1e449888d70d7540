"""PDF: any document on pages of paper, and sheets that are filled in on a screen.

Typeset by Typst, which sets tables, breaks pages, takes letters that its own fonts lack from those
of the machine, and tags what it writes for screen readers: 80 MB without dependencies, under the
Apache licence. Its source is that of the format `typst`. What is to be filled in becomes a field of
a form, which pypdf adds: 4 MB of Python under the BSD licence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from archstat.documents.cells import Blank, Look, Sign, for_people
from archstat.documents.document import Document, Legend, Picture, Table
from archstat.errors import UsageError
from archstat.extras import TYPESET, require
from archstat.formats.layout.fitting import fitted
from archstat.formats.markdown import title_of
from archstat.formats.typst import Typst, string

if TYPE_CHECKING:
    from typst import Compiler

UPRIGHT = 110
"""Characters of the widest table that a page holds whose short side is below."""

ROOM = " " * 10
"""About as wide as what is to be filled in."""

COLOURS = {
    Look.GOOD: "#1a7f37",
    Look.OTHER: "#0969da",
    Look.DOUBT: "#9a6700",
    Look.BAD: "#cf222e",
    Look.ABSENT: "#8250df",
    Look.WEAK: "#59636e",
}

TO_FILL_IN = "blank:"
"""Where a link leads that becomes a field of a form."""

PREAMBLE = f"""\
#set text(size: 9.5pt, number-width: "tabular")
#set par(leading: 0.55em, spacing: 0.8em)
#show heading: set text(size: 10.5pt)
#show heading: set block(above: 1.4em, below: 0.7em, sticky: true)
#show table.cell.where(y: 0): strong
#show table.cell: set align(horizon)
#show raw: set text(size: 8.5pt)
#let blank = link("{TO_FILL_IN}", box(
  width: 6em, height: 1em, baseline: 0.2em, stroke: (bottom: 0.5pt), fill: luma(97%),
))
#let fit(body) = layout(room => {{
  let wide = measure(body).width
  set text(size: text.size * calc.min(1, 0.99 * room.width / wide))
  body
}})
"""
"""What stands before every document; `fit` makes the letters of a table smaller, if they must."""

AS_LARGE = "#set page(width: auto, height: auto, margin: 0pt, numbering: none)"

SCRIPTS = re.compile(r"[\uac00-\ud7a3]|[\u3040-\u30ff]|[\u4e00-\u9fff]")
"""Letters that Typst's own fonts lack: Hangul, Kana and Han."""

NO_LETTER = "\u0378"
"""What no font has."""


LARGEST, LETTER = 8, 0.85
"""The size of letters in fields, in points, and in heights of a field where that is less."""


class Pdf(Typst):
    """A document on pages."""

    suffix = ".pdf"
    blank = "blank"
    spacing = "column-gutter: 1.2em, inset: (x: 0pt, y: 0.28em)"

    def write(self, document: Document) -> bytes:
        """Return a PDF document.

        Raises:
            UsageError: What typesets it is not installed, or no font has its letters.
        """
        pages, fields = self.typeset(self.whole(document)), list(_blanks(document))
        return _with_fields(pages, fields) if fields else pages

    def whole(self, document: Document) -> str:
        """Return the source of a document with that of its pages.

        A picture that a paper takes in is a page of its own, as large as it is.
        """
        pictures = [part for part in document.parts if isinstance(part, Picture)]
        if document.is_insert and pictures:
            return "\n".join((*_setting(document), AS_LARGE, *map(self.image, pictures)))
        return "\n".join((*_setting(document), self.source(replace(document, is_insert=False))))

    def typeset(self, source: str) -> bytes:
        """Return the pages of a source.

        Raises:
            UsageError: What typesets it is not installed, or no font has its letters.
        """
        require(TYPESET, purpose="a PDF document")
        _require_letters(source)
        return _typeset(source, "pdf")

    def grid(self, table: Table) -> Iterator[str]:
        """Yield a table that fits a page."""
        first, *rest = super().grid(table)
        is_broken = any(column.wraps for column in table.columns)
        yield from (first, *rest) if is_broken else (f"#fit({first[1:]}", *rest[:-1], "))\n")

    def sign(self, sign: Sign) -> str:
        """Return a sign in its colour."""
        return f"text({_fill(sign.look)}{string(sign.sign)})"

    def legend(self, legend: Legend) -> Iterator[str]:
        """Yield what marks mean, in a paragraph, each in its colour."""
        said = (f"#{self.sign(mark)} #{string(words)}" for mark, words in legend.marks)
        yield f"#par[{' #h(1.2em) '.join(said)}]\n"

    def picture(self, picture: Picture) -> Iterator[str]:
        """Yield a picture, light."""
        yield self.image(picture, "width: 100%")

    @staticmethod
    def image(picture: Picture, size: str = "") -> str:
        """Return a picture as it is, or in a size."""
        drawn, title = json.dumps(picture.draw(), ensure_ascii=False), string(picture.title)
        return f'#image(bytes({drawn}), format: "svg", alt: {title}, {size})\n'


def _setting(document: Document) -> Iterator[str]:
    """Yield what is said of the pages: the same document gives the same bytes."""
    widest = max((_width(table) for table in document.tables), default=0)
    flipped = "true" if widest > UPRIGHT else "false"
    yield f"#set document(title: {string(document.title or document.kind)}, date: none)"
    yield f'#set page(paper: "a4", flipped: {flipped}, margin: 1.6cm, numbering: "1 / 1")'
    yield f'#set text(lang: "{document.language}")'
    yield PREAMBLE


def _width(table: Table) -> int:
    if any(column.wraps for column in table.columns):
        return 0
    [grid] = fitted(table, None, blank=ROOM).grids
    return sum(slot.width + 2 for slot in grid.slots)


def _fill(look: Look) -> str:
    return f'fill: rgb("{COLOURS[look]}"), ' if look in COLOURS else ""


def _typeset(source: str, format_name: Literal["pdf", "svg"]) -> bytes:
    made = _compiler().compile(source.encode(), format=format_name)
    if not isinstance(made, bytes):
        raise TypeError
    return made


@cache
def _compiler() -> Compiler:
    """Return what has looked for fonts already, which takes longer than a page."""
    from typst import Compiler, Fonts  # noqa: PLC0415  an extra

    return Compiler(font_paths=Fonts())


def _require_letters(source: str) -> None:
    """Refuse to print boxes in place of letters.

    Raises:
        UsageError: No font of this machine has them.
    """
    for script in dict.fromkeys(_script(letter) for letter in SCRIPTS.findall(source)):
        if not _is_there(script):
            raise UsageError(
                f"this machine has no font with the letter {script}",
                hint="install one, such as Noto Sans CJK, or write HTML",
            )


def _script(letter: str) -> str:
    """Return a letter that stands for all of its script."""
    return "한" if letter >= "\uac00" else "あ" if letter < "\u3100" else "文"


@cache
def _is_there(letter: str) -> bool:
    drawn, missing = (_typeset(f"#set page(width: 1cm, height: 1cm)\n{one}", "svg")
                      for one in (letter, NO_LETTER))  # fmt: skip
    return drawn != missing


def _blanks(document: Document) -> Iterator[str]:
    """Yield what is to be filled in, as a screen reader says it."""
    for table in document.tables:
        for line in (*table.lines, *table.foot):
            for cell, column in zip(line.cells, table.columns, strict=False):
                if isinstance(cell, Blank):
                    yield f"{title_of(column)}, {for_people(line.cells[0])}"


def _hand(room: Sequence[float]) -> str:
    """Return the letters in which a field is filled in: as large as its line has room for."""
    height = abs(float(room[3]) - float(room[1]))
    return f"/Helv {min(LARGEST, LETTER * height):.1f} Tf 0 g"


def _with_fields(pages: bytes, names: Sequence[str]) -> bytes:
    """Return pages whose links to fill in are fields of a form, with what they are called."""
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415  an extra
    from pypdf.generic import (  # noqa: PLC0415
        ArrayObject,
        DictionaryObject,
        NameObject,
        NumberObject,
        TextStringObject,
    )

    writer = PdfWriter(clone_from=PdfReader(BytesIO(pages)))
    fields = ArrayObject()
    for page in writer.pages:
        for reference in page.get("/Annots", ()):
            link = reference.get_object()
            if link.get("/A", {}).get("/URI") != TO_FILL_IN:
                continue
            del link["/A"]
            link.update(
                {
                    NameObject("/Subtype"): NameObject("/Widget"),
                    NameObject("/FT"): NameObject("/Tx"),
                    NameObject("/T"): TextStringObject(f"cell{len(fields) + 1}"),
                    NameObject("/TU"): TextStringObject(names[len(fields)]),
                    NameObject("/DA"): TextStringObject(_hand(link["/Rect"])),
                    NameObject("/Q"): NumberObject(2),
                    NameObject("/P"): page.indirect_reference,
                }
            )
            fields.append(reference)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    fonts = DictionaryObject({NameObject("/Helv"): font})
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {
            NameObject("/Fields"): fields,
            NameObject("/DA"): TextStringObject(f"/Helv {LARGEST} Tf 0 g"),
            NameObject("/DR"): DictionaryObject({NameObject("/Font"): fonts}),
        }
    )
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


FORMAT = Pdf()
