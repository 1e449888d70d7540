"""PNG: the picture of a document that has one, for programs that show no SVG."""

from __future__ import annotations

from functools import cache

from archstat.documents.document import Document
from archstat.errors import UsageError
from archstat.extras import PNG, require
from archstat.formats import Format
from archstat.formats.special.svg import picture_in

FAMILIES = (
    "DejaVu Sans",
    "Liberation Sans",
    "Noto Sans",
    "Arial",
    "Helvetica",
    "Segoe UI",
    "Roboto",
    "Open Sans",
    "Ubuntu",
    "Cantarell",
    "Verdana",
)
"""Fonts that machines have, the widest first: texts have room for them."""

SCALE = 2
"""Pixels of the PNG for each of the picture, for screens of today."""

PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8">{}</svg>'


class Png(Format):
    """The first picture of a document, light, as dots."""

    suffix = ".png"

    def write(self, document: Document) -> bytes:
        """Return a picture.

        Raises:
            UsageError: There is none, or it cannot be drawn here.
        """
        return png(picture_in(document))


def png(svg: str) -> bytes:
    """Return a picture as PNG, light.

    Raises:
        UsageError: What draws it is not installed, or this machine has none of the known fonts.
    """
    require(PNG, purpose="a picture as PNG")
    return _drawn(svg, _font(), zoom=SCALE)


@cache
def _font() -> str:
    """Return the first font that there is; without one, texts would be missing.

    Raises:
        UsageError: There is none.
    """
    blank = _drawn(PROBE.format(""), FAMILIES[0])
    letter = PROBE.format('<text y="8" font-family="sans-serif">W</text>')
    for family in FAMILIES:
        if _drawn(letter, family) != blank:
            return family
    raise UsageError(
        "this machine has no font to write a PNG's texts with",
        hint=f"install one of {', '.join(FAMILIES)}, or write SVG",
    )


def _drawn(svg: str, family: str, *, zoom: int = 1) -> bytes:
    import resvg_py  # noqa: PLC0415  only for a PNG

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, zoom=zoom, font_family=family, sans_serif_family=family
        )
    )


FORMAT = Png()
