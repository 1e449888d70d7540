"""Explanations as Markdown: a table a layer."""

from __future__ import annotations

from archstat.renderers.explain.page import Page, title_of
from archstat.renderers.explain.text import SYMBOLS, VALUES
from archstat.report.explanation import MEANINGS, Explanation


def render(page: Page) -> str:
    """Return explanations as Markdown."""
    parts = [f"# {page.title}"]
    for explained in page.layers:
        head = ["quantity", "formula", "calculation", "result", "source"]
        head += ["meaning"] if page.for_students else []
        rows = [_row(line, for_students=page.for_students) for line in explained.lines]
        table = [head, ["---"] * len(head), *rows]
        lines = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
        parts.append(f"## {explained.node.name}: {explained.node.layer.label}\n\n{lines}")
    return "\n\n".join(parts) + "\n"


def _row(line: Explanation, *, for_students: bool) -> list[str]:
    formula, calculation = line.words, ""
    if line.formula is not None:
        formula, calculation = SYMBOLS.write(line.formula), VALUES.write(line.formula)
    cells = [title_of(line), formula, calculation, f"{line.result:,}", line.source]
    return [*cells, MEANINGS[line.quantity]] if for_students else cells
