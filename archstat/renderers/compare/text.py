"""A comparison as text: what differs is marked with ≠."""

from __future__ import annotations

from archstat.renderers.compare import cells
from archstat.renderers.grid import aligned
from archstat.report.comparison import Comparison


def render(comparison: Comparison) -> str:
    """Return networks side by side as text."""
    titles = cells.titles(comparison)
    numbers = range(2 + len(comparison.reports), len(titles[0]))
    table = aligned([*titles, *cells.lines(comparison)], right=numbers)
    names = [report.model for report in comparison.reports]
    totals = aligned([["total", *names], *cells.totals(comparison)], right=range(1, len(names) + 1))
    return f"{table}\n{totals}\n{cells.conclusion(comparison)}\n"
