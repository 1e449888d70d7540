"""Boxes that are drawn around lists: their frames are taken off, where they hold no columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

BAR = frozenset("│┃┆┇┊┋╎╏║╵╷╹╻|")
RULE = frozenset(map(chr, range(0x2500, 0x2580))) - BAR | frozenset("+-=_ ")
JOINT = frozenset("┬┼┴╦╬╩╤╪╧╥╫╨")
"""What stands in a frame where columns meet."""

ARROW = "↓"
"""What a line of a frame leaves behind: it ends nothing, and says nothing."""

FEWEST = 3
"""Lines of a box: one of text, between two of a frame."""


def unboxed(lines: Sequence[str]) -> list[str]:
    """Return lines without the frames of boxes that hold text in one column.

    >>> unboxed(["╔═══════╗", "║ conv1 ║", "╚═══════╝", "text"])
    ['↓', ' conv1 ', '↓', 'text']
    """
    found: list[str] = []
    for is_framed, group in groupby(lines, key=_is_framed):
        run = list(group)
        inner = list(map(_inside, run)) if is_framed else []
        is_box = len(run) >= FEWEST and _is_rule(run[0]) and any(line.strip() for line in inner)
        if not is_box or any(_has_columns(line) for line in run):
            found += run
            continue
        found += [ARROW if _is_rule(line) else text for line, text in zip(run, inner, strict=True)]
    return found


def _is_framed(line: str) -> bool:
    """Return whether a line has bars at both ends, or is a rule with corners."""
    text = line.strip()
    return len(text) > 1 and ((text[0] in BAR and text[-1] in BAR) or _is_rule(line))


def _is_rule(line: str) -> bool:
    text = line.strip(" " + "".join(BAR))
    drawn = line.strip()
    is_cornered = drawn[:1] != "-" and not drawn[:1].isalnum() and len(drawn) > 1
    return is_cornered and set(text) <= RULE and bool(set(text) - {" "})


def _inside(line: str) -> str:
    """Return what stands between the outermost bars, of boxes within boxes too."""
    return line.strip().strip("".join(BAR) + " ").join("  ")


def _has_columns(line: str) -> bool:
    """Return whether a line has a bar between two texts, or a joint of columns."""
    inside = line.strip().strip("".join(BAR) + " ")
    return bool(set(line) & JOINT) or bool(set(inside) & BAR)
