"""How wide a text is in the widest of the usual fonts, so that no other one needs more room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archstat.documents.letters import display_width

_BY_WIDTH: Mapping[int, str] = {
    300: "'IJijl",
    350: " ,./:;\\|·",
    400: "()-[]ft",
    450: "!r",
    500: '"*_`–',
    550: "?csz",
    600: "FLkvxy",
    650: "$0123456789EPSTYabdeghnopqu{}√",
    700: "ABCKRVXZ",
    750: "NU",
    800: "&DGHOQ",
    850: "#+<=>^w~×−→",
    900: "M",
    1000: "%@Wm…",
}
"""Letters by their width, in thousandths of the size of the font.

Source: the advance widths of DejaVu Sans, rounded up to fifty; those of Arial, Helvetica, Segoe UI
and Roboto are smaller, but for W, M and J by less than what is rounded.
"""

_WIDTHS = {letter: width for width, letters in _BY_WIDTH.items() for letter in letters}
_OTHER = 700
_STRONG = 1.13
"""By how much the same letters are wider in bold type."""


def width_of(text: str, size: float, *, is_strong: bool = False) -> float:
    """Return the pixels that a text takes at most.

    >>> width_of("55×55×96", 10)
    56.0
    """
    thousandths = sum(
        _WIDTHS.get(letter, _OTHER * max(1, display_width(letter))) for letter in text
    )
    return thousandths * size * (_STRONG if is_strong else 1) / 1000


def shortened(text: str, room: float, size: float, *, is_strong: bool = False) -> str:
    """Return a text that fits into so many pixels.

    Of a name with points its first parts are left out, and else the middle.

    >>> shortened("features.denseblock1.denselayer1", 100, 10), shortened("averagepooling", 50, 10)
    ('…denselayer1', 'ave…ling')
    """

    def width(kept: str) -> float:
        return width_of(kept, size, is_strong=is_strong)

    if width(text) <= room:
        return text
    fitting = (kept for kept in _ends(text) if width(kept) <= room)
    whole = next(fitting, "")
    if whole and 2 * width(whole) > room:
        return whole
    cuts = _tails(text) if "." in text else _without_middle(text)
    return next((kept for kept in cuts if width(kept) <= room), "…")


def _ends(name: str) -> Iterator[str]:
    """Yield a name without its first part, its first two, and so on."""
    parts = name.split(".")
    return (f"…{'.'.join(parts[first:])}" for first in range(1, len(parts)))


def _tails(text: str) -> Iterator[str]:
    """Yield the end of a text, shorter and shorter."""
    return (f"…{text[first:]}" for first in range(1, len(text)))


def _without_middle(text: str) -> Iterator[str]:
    """Yield a text with more and more of its middle left out."""
    for count in range(len(text) - 1, 1, -1):
        first = count // 2
        yield f"{text[:first]}…{text[len(text) - (count - first) :]}"
