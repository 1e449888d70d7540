"""Feedback on a terminal, in its colours if it has some; the marks tell the same without."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from archstat.homework.feedback import Feedback
from archstat.homework.marks import Verdict
from archstat.renderers.feedback.text import lines

COLOURS = {
    Verdict.RIGHT: "green",
    Verdict.ROUNDED: "green",
    Verdict.CONVENTION: "cyan",
    Verdict.FOLLOWS: "yellow",
    Verdict.WRONG: "bold red",
    Verdict.MISSING: "magenta",
    Verdict.UNREADABLE: "magenta",
    Verdict.NOT_ASKED: "dim",
}


def show(feedback: Feedback, console: Console | None = None) -> None:
    """Print feedback to a terminal, by default the one at standard output."""
    console = console or Console(highlight=False, soft_wrap=True)
    for line in lines(feedback):
        pieces = [(text, "" if verdict is None else COLOURS[verdict]) for text, verdict in line]
        console.print(Text.assemble(*pieces), soft_wrap=True)
