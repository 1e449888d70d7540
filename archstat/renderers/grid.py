"""Lines of texts in columns, until all that prints them is a document."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.documents.letters import display_width, folded, padded
from archstat.formats.layout.fitting import GAP, title_lines

__all__ = ["GAP", "aligned", "display_width", "folded", "padded", "title_lines"]


def aligned(lines: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Return lines of texts in columns; those numbered in `right` line up on the right."""
    widths = [max(map(display_width, column)) for column in zip(*lines, strict=True)]
    return "".join(
        GAP.join(
            padded(text, width, is_text=number not in right)
            for number, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in lines
    )
