"""One spelling for what people type in many ways: spaces, dashes, times signs, superscripts."""

# ruff: noqa: RUF001  characters that look alike are what this module is about

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SHORTEST_DOUBLE = 4
_FORMULA = re.compile("[0-9] ?[×x*·,.=@] ?[0-9]")

LONGEST = 1_000
"""Characters of the longest cell that is read; a number, a shape or a name needs far fewer."""

TOO_LONG = "…"
"""What is read in place of a longer one: something, but no half of a number."""

VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
"""Fractions of one character; spelled out, they would run into the digits before them."""

_SAME = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹣－", "-")
    | dict.fromkeys("✕✖✗╳⨯∗", "×")
    | dict.fromkeys("⋅∙•‧・", "·")
    | dict.fromkeys("’‘ʼ′´`", "'")
    | dict.fromkeys("∼～〜", "~")
    | dict.fromkeys("≃≅≒", "≈")
    | dict.fromkeys("⇒⟶", "→")
    | dict.fromkeys("∕⁄", "/")
    | {"\u0445": "x", "\u0425": "X"}  # the Cyrillic letters
)
_ARROW = re.compile(r"[-=]+>")
_VULGAR = re.compile(f"([{VULGAR}])")
_RAISED = {"⁰": "0", "¹": "1", "²": "2", "³": "3"} | {chr(0x2070 + n): str(n) for n in range(4, 10)}
_SUPERSCRIPT = re.compile(f"(⁻?)([{''.join(_RAISED)}]+)")


@lru_cache(maxsize=10_000)  # the sheets of a class say much the same
def cleaned(text: str) -> str:
    """Return a cell with one spelling for each sign; lines stay lines.

    >>> cleaned(" 55 × 55 − １０⁴ ")
    '55 × 55 - 10^4'
    """
    if len(text) > LONGEST:
        return TOO_LONG
    text = text.replace("{,}", ",").replace(r"\,", " ")  # LaTeX for thousands
    text = _SUPERSCRIPT.sub(_power, text)
    text = "".join(
        part if part in VULGAR else unicodedata.normalize("NFKC", part)
        for part in _VULGAR.split(text)
    )
    text = _ARROW.sub("→", text.translate(_SAME).replace(">=", "≥").replace("~=", "≈"))
    text = "".join(char for char in text if char.isspace() or not _is_invisible(char))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return _once("\n".join(filter(None, lines)))


def _once(text: str) -> str:
    """Return what was pasted twice in a row, as formulas are, once: 55×55×9655×55×96."""
    half = text[: len(text) // 2]
    is_double = len(half) >= SHORTEST_DOUBLE and half * 2 == text
    return half if is_double and _FORMULA.search(half) and half[-1].isdigit() else text


def _power(match: re.Match[str]) -> str:
    return "^" + "-" * bool(match[1]) + "".join(map(_RAISED.__getitem__, match[2]))


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf"}
