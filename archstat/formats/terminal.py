"""Text as a terminal shows it best: fitted to its width, and in its colours if it has some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from archstat.documents.cells import Look
from archstat.documents.document import Document
from archstat.formats import ALWAYS, AUTO, COLOR, NEVER, Format
from archstat.formats.layout.lines import lines

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {
    Look.NORMAL: "",
    Look.STRONG: "bold",
    Look.WEAK: "dim",
    Look.GOOD: "green",
    Look.OTHER: "cyan",
    Look.DOUBT: "yellow",
    Look.BAD: "bold red",
    Look.ABSENT: "magenta",
    Look.HEAVY: "bold cyan",
}

SETTINGS: Mapping[str, Any] = {
    AUTO: {},
    ALWAYS: {"force_terminal": True, "color_system": "standard", "no_color": False},
    NEVER: {"no_color": True, "color_system": None},
}
"""What a console is told, by what is wanted of colours."""


class Terminal(Format):
    """A document on a terminal; in a pipe plain, and 80 characters wide where nothing says more."""

    suffix = ""

    def write(self, document: Document, console: Console | None = None) -> str:
        """Return what is sent to a console, by default the one at standard output.

        Unless `COLOR` says otherwise, Rich decides about colours: none for NO_COLOR, TERM=dumb, or
        where output is no terminal.
        """
        from rich.console import Console  # noqa: PLC0415  pipes and files do without it
        from rich.text import Text  # noqa: PLC0415  likewise

        console = console or Console(highlight=False, soft_wrap=True, **SETTINGS[COLOR.get()])
        is_styled = console.color_system is not None and not console.no_color
        with console.capture() as captured:
            for pieces in lines(document, console.width):
                line = Text()
                for text, look in pieces:
                    line.append(text, STYLES[look] if is_styled else None)
                console.print(line, soft_wrap=True)
        return captured.get()


FORMAT = Terminal()
