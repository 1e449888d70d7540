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
    """Return a text that fits into so many pixels, its middle left out if it must.

    >>> shortened("features.denseblock1.denselayer1", 100, 10)
    'features…selayer1'
    """
    if width_of(text, size, is_strong=is_strong) <= room:
        return text
    for kept in _kept(text):
        if width_of(kept, size, is_strong=is_strong) <= room:
            return kept
    return "…"


def _kept(text: str) -> Iterator[str]:
    """Yield a text with more and more of its middle left out."""
    for count in range(len(text) - 1, 1, -1):
        first = count // 2
        yield f"{text[:first]}…{text[len(text) - (count - first) :]}"
