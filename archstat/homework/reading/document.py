"""Tables of any kind within a text, and the text around them: Markdown, a printout, a paste."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from archstat.homework.reading import limits
from archstat.homework.reading.lines import (
    aligned,
    chains,
    commented,
    delimited,
    lists,
    markdown,
    modules,
    tools,
    workings,
)
from archstat.homework.reading.lines.block import Block
from archstat.homework.reading.lines.boxes import unboxed
from archstat.homework.reading.markup import html, latex
from archstat.homework.reading.table import Found, Passage
from archstat.homework.reading.text import harmless

READERS: tuple[Callable[[Sequence[str]], Iterator[Block]], ...] = (
    html.blocks,
    latex.blocks,
    tools.blocks,
    modules.blocks,
    markdown.blocks,
    commented.blocks,
    workings.blocks,
    chains.blocks,
    lists.blocks,
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


def found(text: str, place: str = "") -> Iterator[Found | Passage]:
    """Yield the tables in a text and the paragraphs between them, in their order.

    Args:
        text: The text.
        place: What stands before the line in a table's place.
    """
    yield from found_in_lines(harmless(text).split("\n"), place)


def found_in_lines(
    lines: Sequence[str], place: str = "", numbers: Sequence[int] | None = None
) -> Iterator[Found | Passage]:
    """Yield the tables in lines of text and the paragraphs between them, in their order.

    Args:
        lines: The lines, of which none holds a line feed, or what a terminal obeys.
        place: What stands before the line in a table's place.
        numbers: The number of each line in the file; from 1, if not said.
    """
    limits.check(len(lines), limits.MOST_LINES, "lines")
    lines, programs = _without_programs(lines)
    lines = unboxed(lines)
    blocks: list[Block] = []
    cells = 0
    for reader, read in ((commented.blocks, programs), *((reader, lines) for reader in READERS)):
        for block in limits.timely(reader(read)):
            cells += sum(map(len, block.grid))
            limits.check(cells, limits.MOST_CELLS, "cells")
            blocks.append(block)
            lines[block.start : block.stop] = [""] * (block.stop - block.start)

    def place_of(line: int) -> str:
        return f"{place}line {line + 1 if numbers is None else numbers[line]}"

    at = 0
    for block in sorted(blocks, key=attrgetter("start")):
        for start, paragraph in _paragraphs(lines, at, block.start):
            yield Passage(place_of(start), paragraph)
        yield Found(place_of(block.start), block.grid, block.heads, block.tool)
        at = max(at, block.stop)
    for start, paragraph in _paragraphs(lines, at, len(lines)):
        yield Passage(place_of(start), paragraph)


def found_in_page(text: str) -> Iterator[Found | Passage]:
    """Yield the tables of a page of HTML, and what else it shows, in their order."""
    for shown in html.page(harmless(text)):
        if isinstance(shown, Block):
            yield Found(f"line {shown.start + 1}", shown.grid, shown.heads)
        else:
            yield from found_in_lines(shown.lines, numbers=shown.numbers)


def _paragraphs(
    lines: Sequence[str], start: int, stop: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the lines without a blank one among them, and where each group of them starts."""
    first = start
    for at in range(start, stop + 1):
        if at == stop or not lines[at].strip():
            if at > first:
                yield first, tuple(lines[first:at])
            first = at + 1


def _without_programs(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the lines apart from those of programs in fences, and these, blank ones for others."""
    result: list[str] = []
    programs: list[str] = []
    fence, is_program = "", False
    for line in lines:
        mark = line.strip()
        is_fence = mark.startswith(fence or FENCES)
        result.append("" if is_fence or is_program else line)
        programs.append(line if is_program and not is_fence else "")
        if is_fence:
            language = mark.strip(mark[0]).strip().lower()
            fence, is_program = ("", False) if fence else (mark[:3], language in PROGRAMS)
    return result, programs
