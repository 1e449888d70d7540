"""Tables of any kind within a text: Markdown with HTML in it, a printout, all that is pasted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from archstat.homework.reading import aligned, delimited, html, latex, limits, markdown, tools
from archstat.homework.reading.block import Block
from archstat.homework.reading.table import Found
from archstat.homework.reading.text import harmless

READERS: tuple[Callable[[Sequence[str]], Iterator[Block]], ...] = (
    html.blocks,
    latex.blocks,
    tools.blocks,
    markdown.blocks,
    delimited.blocks,
    aligned.blocks,
)
"""From the surest to the most hopeful; what one has read is hidden from the next."""

FENCES = ("```", "~~~")
PROGRAMS = {
    *("python", "py", "python3", "ipython", "{python}", "{r}", "r", "julia", "matlab", "java"),
    *("c", "cpp", "c++", "cuda", "js", "javascript", "json", "yaml", "toml", "diff", "mermaid"),
}
"""Languages of fenced blocks in which what looks like a table is none."""


def found(text: str, place: str = "", *, first: int = 1) -> Iterator[Found]:
    """Yield the tables in a text, in their order.

    Args:
        text: The text.
        place: What stands before the line in a table's place.
        first: The number of the first line.
    """
    lines = _without_programs(harmless(text).split("\n"))
    limits.check(len(lines), limits.MOST_LINES, "lines")
    blocks: list[Block] = []
    cells = 0
    for reader in READERS:
        for block in reader(lines):
            cells += sum(map(len, block.grid))
            limits.check(cells, limits.MOST_CELLS, "cells")
            blocks.append(block)
            lines[block.start : block.stop] = [""] * (block.stop - block.start)
    for block in sorted(blocks, key=attrgetter("start")):
        yield Found(f"{place}line {first + block.start}", block.grid, block.heads, block.tool)


def found_in_page(text: str) -> Iterator[Found]:
    """Yield the tables of a page of HTML, and those in what it shows as it was printed."""
    text = harmless(text)
    for block in html.blocks(text.split("\n")):
        yield Found(f"line {block.start + 1}", block.grid, block.heads)
    for line, printout in html.printed(text):
        yield from found(printout, first=line + 1)


def _without_programs(lines: Sequence[str]) -> list[str]:
    """Return the lines, with blank ones for fences and for the programs within them."""
    result: list[str] = []
    fence, is_program = "", False
    for line in lines:
        mark = line.strip()
        is_fence = mark.startswith(fence or FENCES)
        result.append("" if is_fence or is_program else line)
        if is_fence:
            language = mark.strip(mark[0]).strip().lower()
            fence, is_program = ("", False) if fence else (mark[:3], language in PROGRAMS)
    return result
