"""Tables whose columns are kept apart by bars: Markdown, psql, `+---+` grids, box drawings.

Not only what GitHub takes for a table: a delimiter row with another number of cells than the
header, with a blank line on either side of it, or none at all; lines without outer bars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from statistics import mode

from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import FEWEST_COLUMNS, Block

BOX = frozenset(map(chr, range(0x2500, 0x2580)))
UNIFIED = {
    **dict.fromkeys(map(ord, BOX), "+"),
    **dict.fromkeys(map(ord, "│┃┆┇┊┋╎╏║╵╷╹╻\uff5c"), "|"),
    **dict.fromkeys(map(ord, "─━┄┅┈┉╌╍═╴╶╸╺"), "-"),
}
"""Box drawings as the characters that stand for them on an old terminal."""

BAR = re.compile("[|+\uff5c\u2500-\u257f]")
"""What stands in every line of such a table, but for blank ones."""

BRANCH = re.compile(r"[\s│|]*[├└]─*[►▸>]?\s?[^\s─┼┴┬┤┘═╪┐]")
"""A line of a tree, which is no row."""

NO_DELIMITER = re.compile(r"\\\||\$(?=[^\s$])[^$]*(?<=\S)\$(?!\d)")
"""Where a bar keeps nothing apart: behind a backslash, and within a formula."""

KEYED = re.compile(r"[^\W\d_][^:=]{0,40}[:=]\s*\S.*")
"""What a cell of a table says seldom, and a part of a list's item: Output: 28×28×6."""

FEWEST_UNRULED_ROWS = 3
"""Lines with bars that make a table without any rule or outer bar; two may be code."""


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    is_rule: bool

    @property
    def is_closed(self) -> bool:
        """Whether there are bars at both ends."""
        return self.text.startswith("|") and self.text.endswith("|")

    def cells(self) -> list[str]:
        """Return what stands between the bars."""
        hidden = NO_DELIMITER.sub(lambda found: found[0].replace("|", "\0"), self.text)
        cells = [cell.replace("\\\0", "|").replace("\0", "|").strip() for cell in hidden.split("|")]
        return cells[self.text.startswith("|") : len(cells) - (cells[-1] == "")]


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the tables in lines of text."""
    for run in _runs(lines):
        block = _block(run)
        if block is not None:
            yield block


def has_delimiter_row(lines: Sequence[str]) -> bool:
    """Return whether some line can only be the second line of a Markdown table."""
    return any(_is_rule(line.strip()) for line in lines if "|" in line)


def _is_rule(text: str) -> bool:
    return (
        not set(text) - set("|+-=: \t")
        and bool(set(text) & set("|+"))
        and bool(set(text) & set("-="))
    )


def _runs(lines: Sequence[str]) -> Iterator[list[_Line]]:
    """Yield the lines that belong together."""
    run: list[_Line] = []
    for number, raw in enumerate(limits.timely(lines)):
        is_branch = BRANCH.match(raw) and not raw.rstrip().endswith("|")
        line = _line(number, raw) if BAR.search(raw) and not is_branch else None
        if line is not None and (line.is_rule or ("|" in line.text and line.text.strip("|"))):
            run.append(line)
        elif run and (raw.strip("> ") or not _goes_on(run, lines)):
            yield run
            run = []
    if run:
        yield run


def _line(number: int, raw: str) -> _Line:
    text = raw.strip().lstrip("> ")
    drawing = text.lstrip("# ")  # it may stand in a comment
    if not (text.startswith("|") and text.endswith("|")):  # where boxes may draw a tree in a cell
        text = (drawing if drawing[:1] in BOX else text).translate(UNIFIED)
    return _Line(number, text, _is_rule(text))


def _goes_on(run: Sequence[_Line], lines: Sequence[str]) -> bool:
    """Return whether the blank line after a run is one beside its delimiter row."""
    after = run[-1].number + 2
    following = lines[after].strip() if after < len(lines) else ""
    if len(run) == 1 and not run[0].is_rule:
        return "|" in following and _is_rule(following)
    is_delimiter = run[-1].is_rule and "+" not in run[-1].text
    return is_delimiter and len(run) > 1 and not run[-2].is_rule and "|" in following


def _block(run: Sequence[_Line]) -> Block | None:
    """Return the table in lines that belong together, if they are one."""
    parts = groupby(run, key=lambda line: line.is_rule)
    groups = [list(lines) for is_rule, lines in parts if not is_rule]
    is_drawn = run[0].is_rule
    if len(groups) < 2:  # noqa: PLR2004  titles and rows
        return _unruled(groups[0]) if groups else None
    head, *body = ([line.cells() for line in group] for group in groups)
    titles = _joined(head) if is_drawn else head[-1]
    if is_drawn and all(map(_is_wrapped, body)) and len(body) > 1:
        rows = list(map(_joined, body))
    else:
        rows = [row for group in body for row in group]
    start = run[0].number if is_drawn else groups[0][-1].number
    return Block(start, run[-1].number + 1, [titles, *rows], heads=1)


def _unruled(run: Sequence[_Line]) -> Block | None:
    """Return the table in lines without a rule, if enough of them have as many bars."""
    bars = [line.text.count("|") for line in run]
    alike = bars.count(mode(bars))
    fewest = 2 if all(line.is_closed for line in run) else FEWEST_UNRULED_ROWS
    if alike < fewest or 2 * alike < len(run) or 2 * sum(map(_is_item, run)) > len(run):
        return None
    return Block(run[0].number, run[-1].number + 1, [line.cells() for line in run], heads=1)


def _is_item(line: _Line) -> bool:
    """Return whether all that stands behind the first bar has its own words in front of it."""
    _, *others = line.cells()
    return bool(others) and all(map(KEYED.fullmatch, others))


def _is_wrapped(group: Sequence[Sequence[str]]) -> bool:
    """Return whether the lines after the first only go on with cells of the first."""
    return all(
        not row[0] or (len(row) > FEWEST_COLUMNS and 2 * sum(map(bool, row)) <= len(row))
        for row in group[1:]
    )


def _joined(group: Sequence[Sequence[str]]) -> list[str]:
    """Return lines of cells as one line."""
    return [" ".join(filter(None, column)) for column in zip_longest(*group, fillvalue="")]
