"""A comparison as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.renderers.compare import cells
from archstat.report.comparison import Comparison


def render(comparison: Comparison) -> str:
    """Return networks side by side as two Markdown tables: layers, and totals."""
    names = [report.model for report in comparison.reports]
    above, below = cells.titles(comparison)
    filled = [
        above[max(n for n in range(at + 1) if above[n] or n == 0)] for at in range(len(above))
    ]
    titles = [f"{name}: {what}" if what else name for what, name in zip(filled, below, strict=True)]
    layers = _table([titles, *cells.lines(comparison)])
    totals = _table([["total", *names], *cells.totals(comparison)])
    return f"{layers}\n{totals}\n{cells.conclusion(comparison)}\n"


def _table(lines: Sequence[Sequence[str]]) -> str:
    head, *rows = lines
    return "".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n"
        for line in (head, ["---"] * len(head), *rows)
    )
