"""The table on a terminal: fitted to its width, and in its colours if it has some."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from archstat.renderers.table import lines
from archstat.renderers.view import View
from archstat.report.report import Report


def show(report: Report, view: View, console: Console | None = None) -> None:
    """Print a report to a terminal, by default the one at standard output.

    Rich decides about colours: none for NO_COLOR, TERM=dumb, or where output is no terminal.
    """
    console = console or Console(highlight=False, soft_wrap=True)
    styled = console.color_system is not None and not console.no_color
    for line in lines(report, view, width=console.width):
        console.print(Text(line.text, line.emphasis.value if styled else ""), soft_wrap=True)
