"""Letters for terminals and files whose encoding does not have those that we write."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping

NEAREST: Mapping[str, str] = {
    "✓": "+",
    "✗": "x",
    "≈": "~",
    "≠": "!",
    "≥": ">=",
    "≤": "<=",
    "×": "x",
    "·": "*",
    "−": "-",
    "–": "-",
    "—": "-",
    "─": "-",
    "…": "...",
    "√": "sqrt ",
    "µ": "u",
    "⌊": "floor(",
    "⌋": ")",
    "⌈": "ceil(",
    "⌉": ")",
    "→": "->",
    "█": "#",
    "▉": "#",
    "▊": "#",
    "▋": "#",
    "▌": "#",
    **dict.fromkeys("▍▎▏", " "),
    **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)),
}
"""What is written for a letter that cannot be."""

NAME = "archstat.nearest"


def _nearest(error: UnicodeError, other: Callable[[str], str]) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(NEAREST.get(letter) or other(letter) for letter in letters), error.end


def _escaped(letter: str) -> str:
    return letter.encode("ascii", "backslashreplace").decode()


def register_nearest(*, is_exact: bool = False) -> str:
    r"""Return the name by which streams know this way to write letters.

    Args:
        is_exact: Whether a letter that has no likeness is spelled out, as a message must not lose
            any; else it is a question mark, as a table must not become wider.

    >>> "✓ 5×5, 3,141 ≈ π".encode("ascii", register_nearest())
    b'+ 5x5, 3,141 ~ ?'
    >>> "≥ π".encode("ascii", register_nearest(is_exact=True))
    b'>= \\u03c0'
    """
    name = f"{NAME}.exact" if is_exact else NAME
    other = _escaped if is_exact else lambda _: "?"
    codecs.register_error(name, lambda error: _nearest(error, other))
    return name
