r"""Plain text: the one place where markup and typography are taken off.

`plain` keeps what a cell says: `**$27\times27\times96$**` is 27×27×96, 10<sup>8</sup> and 10⁸ are
10^8, H₂ is H_2. A line break of any kind is a line feed. Dashes, multiplication signs and
fractions (½) stay as they were written.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import unescape
from unicodedata import decomposition, normalize

from archstat.homework.reading.markup import tex

TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?", re.DOTALL)
"""What a terminal obeys: colours, titles, movements."""

NEW_LINE = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")

INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Control characters, halves of surrogates, all that is without width or turns the direction."""

LINE_TAGS = re.compile(r"<(?:br|hr|/?p|/?div|/?li|/tr)\b[^<>]*>", re.IGNORECASE)
RAISED = re.compile(r"<sup\b[^<>]*>\s*", re.IGNORECASE)
LOWERED = re.compile(r"<sub\b[^<>]*>\s*", re.IGNORECASE)
STRUCK = re.compile(r"<(del|s|strike)>[^<>]*</\1>|~~[^~]*~~", re.IGNORECASE)
OTHER_TAGS = re.compile(
    r"</?(?:abbr|a|big|b|center|code|em|font|img|ins|i|kbd|mark|nobr|ol|pre|small|span|strong|sub|"
    r"sup|table|tbody|td|thead|th|tr|tt|ul|u|var)\b[^<>]*>|<![^<>]*>",
    re.IGNORECASE,
)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")

FORMULA = re.compile(r"\\\(([^()\\]*(?:\\[a-zA-Z]+[^()\\]*)*)\\\)")
"""A formula of TeX within a line, in brackets with backslashes."""

LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
EMPHASIS = (
    # a * within a product is none: 27*27*96
    re.compile(r"(?<![\w*)\\])(\*)(?=[^\s*])([^*]+)(?<=[^\s*\\])\*(?![\w*(])"),
    re.compile(
        r"(?<![\w*)\\])(\*\*\*?)(?=[^\s*])((?:[^*]|\*(?<=[\w ]\*)(?=[\w ]))+)(?<=[^\s*\\])\1"
    ),
    re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])([^_]+)(?<=[^\s_\\])\1(?!\w)"),
)

SUPERSCRIPT = re.compile("[\xb2\xb3\xb9\u2070\u2074-\u207b\u207d\u207e]+")
SUBSCRIPT = re.compile("[\u2080-\u208b\u208d\u208e]+")
SAFE = ("<wide>", "<narrow>", "<font>", "<noBreak>")
"""The decompositions that keep the meaning; that of ½ would make 5½ into 51/2."""


def harmless(text: str) -> str:
    """Return text without what a terminal obeys or a reader cannot see; lines end in a feed."""
    return INVISIBLE.sub("", NEW_LINE.sub("\n", TERMINAL.sub("", text)))


def unescaped(text: str) -> str:
    """Return text with the entities of HTML as the letters that they stand for."""
    return ENTITY.sub(lambda entity: unescape(entity[0]), text) if "&" in text else text


@lru_cache(maxsize=10_000)  # the rows of a table, and the sheets of a class, are much alike
def plain(text: str) -> str:
    r"""Return what a cell says, without its markup.

    >>> plain(r"**Conv1**<br>$27\times27\times96$"), plain(r"5×5×85 \times 5 \times 8")
    ('Conv1\n27×27×96', '5×5×8')
    """
    text = harmless(text)
    if "<" in text or "&" in text or "~~" in text:
        text = _without_tags(text)
    text = tex.converted(FORMULA.sub(r"\1", text))
    if "[" in text:
        text = LINK.sub(r"\1", text)
    for marks in EMPHASIS:
        text = marks.sub(r"\2", text)
    text = ESCAPE.sub(r"\1", text.replace("`", ""))
    if not text.isascii():
        text = _unified(text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _without_tags(text: str) -> str:
    text = LINE_TAGS.sub("\n", STRUCK.sub("", text))
    text = OTHER_TAGS.sub("", LOWERED.sub("_", RAISED.sub("^", text)))
    return harmless(unescaped(text))


def _unified(text: str) -> str:
    """Return text whose letters have one form, whatever keyboard or font they come from."""
    text = SUPERSCRIPT.sub(lambda run: "^" + normalize("NFKC", run[0]).replace("−", "-"), text)
    text = SUBSCRIPT.sub(lambda run: "_" + normalize("NFKC", run[0]).replace("−", "-"), text)
    return normalize("NFC", "".join(map(_letter, text)))


@cache
def _letter(letter: str) -> str:
    is_ligature = "\ufb00" <= letter <= "\ufb06"
    if is_ligature or decomposition(letter).startswith(SAFE):
        return normalize("NFKC", letter)
    return letter
