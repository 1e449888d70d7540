"""The table on a terminal: fitted to its width, in its colours if it has some."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from archstat.bench.record import Record
from archstat.renderers.bench.table import lines


def show(record: Record, console: Console | None = None) -> None:
    """Print a record to a terminal, by default the one at standard output."""
    console = console or Console(highlight=False, soft_wrap=True)
    styled = console.color_system is not None and not console.no_color
    for pieces in lines(record, width=console.width):
        line = Text()
        for piece in pieces:
            line.append(piece.text, piece.look.value if styled else None)
        line.rstrip()
        console.print(line, soft_wrap=True)
