"""Bytes as text, in whatever encoding an editor or a spreadsheet has saved them."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import NamedTuple

from archstat.errors import SheetError

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16's, which it starts with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class Guess(NamedTuple):
    """An encoding, the older one that holds its common letters, and what those look like."""

    encoding: str
    common: str
    letters: str


GUESSES = (  # Korean also reads as Chinese, but not the other way round
    Guess("cp949", "euc_kr", "가-힣"),
    Guess("cp932", "shift_jis", "\u3041-\u30ff\u4e00-\u9fff"),
    Guess("gb18030", "gb2312", "\u4e00-\u9fff"),
)
SYMBOLS = "×÷·±²³½–—…→“”、。\uff01-\uff5e"
"""Letters of every language."""

SURE = 0.7
"""Share of the letters beyond ASCII that must look right."""

BROKEN = 0.05
"""Share of such letters that may be damaged in UTF-8."""

CONTROLS = re.compile("[\0-\x07\x0e-\x1a\x1c-\x1f\x7f]")
MOST_CONTROLS = 0.01
"""Share of control characters in a text; chance makes it a tenth."""

REPLACEMENT = "\ufffd"


def decoded(data: bytes) -> str:
    """Return the text in bytes.

    Raises:
        SheetError: They are no text.
    """
    text = _decoded(data)
    if "\0" in text or len(CONTROLS.findall(text)) > MOST_CONTROLS * len(text):
        raise SheetError("is neither text nor a format that can be read")
    return text


def _decoded(data: bytes) -> str:
    encoding = _declared(data)
    if encoding is not None:
        return data.decode(encoding, "replace")
    text = data.decode("utf-8", "replace")
    letters = len(text) - len(text.encode("ascii", "ignore"))
    if text.count(REPLACEMENT) <= BROKEN * letters:
        return text
    likeness = {guess.encoding: _likeness(data, guess) for guess in GUESSES}
    best = max(likeness, key=lambda encoding: likeness[encoding])  # of equals, the first
    return data.decode(best if likeness[best] >= SURE else "cp1252", "replace")


def _declared(data: bytes) -> str | None:
    """Return the encoding that bytes show themselves."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return encoding
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if 2 * data[start::2].count(0) > len(data[start::2]):  # every second byte of Latin text
            return encoding
    return None


def _likeness(data: bytes, guess: Guess) -> float:
    """Return the share of the letters beyond ASCII that are common ones of the language."""
    try:
        text = data.decode(guess.encoding)
    except UnicodeDecodeError:
        return 0.0
    letters = Counter(re.findall(r"[^\x00-\x7f]", text))
    expected = re.compile(f"[{guess.letters}{SYMBOLS}]")
    common = sum(
        count
        for letter, count in letters.items()
        if expected.match(letter) and letter.encode(guess.common, "ignore")
    )
    return common / letters.total()
