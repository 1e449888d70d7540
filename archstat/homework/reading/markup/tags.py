"""Tags and texts of HTML, whatever state it is in.

The standard library's parser takes a minute for 60 kB of `<a <a <a`. selectolax reads that at once,
but 1.5 MB of `<div>` within one another keep it busy for more than a minute, which nothing in this
process can end; and it would bring 7.7 MB of machine code. Here each search starts where the last
one ended, what never ends is looked for once, and between two tags the time is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archstat.homework.reading.markup.node import End, Node, Start
from archstat.homework.reading.text import unescaped

TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)|<!--|<[!?]")
TAG_END = re.compile(r""">|=\s*(["'])""")
ATTRIBUTE = re.compile(r"""(?<=[\s"'/])([^\s=>"'/]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")

RAW = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea")
}
"""Elements in which nothing is a tag, and how they end."""


def nodes(text: str, start: int = 0) -> Iterator[tuple[int, Node]]:
    """Yield the tags and texts from a place of a text on, each with its own place."""
    at = start
    while (tag := TAG.search(text, at)) is not None:
        if tag.start() > at:
            yield at, unescaped(text[at : tag.start()])
        at = _end(text, tag)
        if at < 0:
            return
        name = (tag[2] or "").lower()
        if name and tag[1]:
            yield tag.start(), End(name)
        elif name:
            inner = text[tag.end() : at - 1]
            yield tag.start(), Start(name, _attributes(inner))
            if inner.endswith("/"):
                yield at, End(name)
            elif name in RAW:
                close = RAW[name].search(text, at)
                stop = len(text) if close is None else close.start()
                yield at, text[at:stop]
                at = stop
    yield at, unescaped(text[at:])


def _end(text: str, tag: re.Match[str]) -> int:
    """Return where a tag or a comment ends, or -1 if it never does."""
    at = tag.end()
    if tag[2] is None:
        close = "-->" if tag[0] == "<!--" else ">"
        end = text.find(close, at)
        return end + len(close) if end >= 0 else -1
    while (found := TAG_END.search(text, at)) is not None:
        if found[1] is None:
            return found.end()
        close_quote = text.find(found[1], found.end())
        at = found.end() if close_quote < 0 else close_quote + 1
    return -1


def _attributes(inner: str) -> Mapping[str, str]:
    if "=" not in inner:
        return {}
    return {name.lower(): value.strip("\"'") for name, value in ATTRIBUTE.findall(inner)}
