"""Texts in lines: how wide they are, where they may be broken, and what they must not hold."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from archstat.files import with_bytes


def display_width(text: str) -> int:
    """Return the columns of a terminal that a text takes: 2 an East Asian letter, 0 an accent.

    >>> display_width("conv1"), display_width("합성곱"), display_width("e\u0301")
    (5, 6, 1)
    """
    if text.isascii():
        return len(text)
    letters = (letter for letter in text if not combining(letter))
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in letters)


def words_of(text: str) -> list[str]:
    """Return what a text may be broken into; a number keeps its percent, a name its value.

    >>> words_of("up to 12 % of it"), words_of("size, stride = 1")
    (['up', 'to', '12 %', 'of', 'it'], ['size,', 'stride = 1'])
    """
    words: list[str] = []
    for word in text.split():
        if words and (word.rstrip(",;.)") in {"%", "="} or words[-1].endswith(" =")):
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words


def folded(text: str, width: int | None, *, indent: int = 0) -> list[str]:
    """Return a text in lines of whole words; one that is wider has a line to itself.

    Args:
        text: The text.
        width: The characters of a line; None for as many as it takes.
        indent: How far the lines but the first stand to the right.

    >>> folded("합성곱 층의 kernel size", 11)
    ['합성곱 층의', 'kernel size']
    """
    if width is None or display_width(text) <= width:
        return [text] if text.strip() else []
    lines: list[str] = []
    for word in words_of(text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and display_width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(" " * indent * bool(lines) + word)
    return lines


def padded(text: str, width: int, *, is_text: bool) -> str:
    """Return a text filled up with blanks: behind a text, before a number."""
    blanks = " " * (width - display_width(text))
    return text + blanks if is_text else blanks + text


def printable(text: str) -> str:
    r"""Return a text from outside without anything that a terminal or a reader of files obeys.

    A byte of a file's name that is no letter is told, so that two such names are not alike.

    >>> printable("conv\n1\x1b[31m"), printable("J\udce9r")
    ('conv 1 [31m', 'J\\xe9r')
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else " " for letter in with_bytes(text))


def printable_lines(text: str) -> list[str]:
    """Return the lines of a source as they are, but for what a terminal obeys."""
    return [
        "".join(letter if letter.isprintable() or letter == "\t" else " " for letter in line)
        for line in text.split("\n")
    ]


def sentence(text: str) -> str:
    """Return a text as a sentence.

    >>> sentence("no difference"), sentence("All of it.")
    ('No difference.', 'All of it.')
    """
    return capital(text) + ("" if text.endswith((".", ":", "?", "!", "…")) else ".")


def capital(text: str) -> str:
    """Return a text that begins with a capital letter; a letter of a formula stays as it is.

    >>> capital("it is"), capital("k: kernel size")
    ('It is', 'k: kernel size')
    """
    return text if text[1:2] == ":" else f"{text[:1].upper()}{text[1:]}"
