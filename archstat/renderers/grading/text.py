"""The report on a class as text, for a terminal."""

from __future__ import annotations

from archstat.homework.grading.report import ClassReport
from archstat.renderers.grading.sections import Section, headline, sections
from archstat.renderers.grid import aligned

MOST_ROWS = 20
"""Of a section; the report in Markdown has them all."""


def render(report: ClassReport) -> str:
    """Return a line on the whole, and a table for each thing that there is to say."""
    return "\n".join([f"{headline(report)}\n", *map(_section, sections(report))])


def _section(section: Section) -> str:
    rows = section.rows[:MOST_ROWS]
    more = len(section.rows) - len(rows)
    parts = [f"{section.title}\n", _indented(aligned(rows, right=section.right))]
    if more:
        parts.append(f"  and {more} more\n")
    if section.note:
        parts.append(f"  {section.note}\n")
    return "".join(parts)


def _indented(text: str) -> str:
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))
