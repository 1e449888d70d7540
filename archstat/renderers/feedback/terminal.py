"""Feedback on a terminal: fitted to its width, in its colours if it has some."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from archstat.homework.marking.feedback import Feedback
from archstat.homework.marking.marks import Verdict
from archstat.renderers.feedback.text import lines

COLOURS = {
    Verdict.RIGHT: "green",
    Verdict.ROUNDED: "green",
    Verdict.CONVENTION: "cyan",
    Verdict.NOT_SURE: "yellow",
    Verdict.FOLLOWS: "yellow",
    Verdict.WRONG: "bold red",
    Verdict.MISSING: "magenta",
    Verdict.UNREADABLE: "magenta",
    Verdict.NOT_ASKED: "dim",
}


def show(feedback: Feedback, console: Console | None = None) -> None:
    """Print feedback to a terminal, by default the one at standard output."""
    console = console or Console(highlight=False, soft_wrap=True)
    styled = console.color_system is not None and not console.no_color
    for pieces in lines(feedback, width=console.width):
        line = Text()
        for text, verdict in pieces:
            line.append(text, COLOURS[verdict] if styled and verdict is not None else None)
        line.rstrip()
        console.print(line, soft_wrap=True)
