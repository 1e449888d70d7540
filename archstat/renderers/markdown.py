"""Markdown: the table as GitHub and most note books show it."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.renderers.grid import grid, heading, summaries
from archstat.renderers.view import View
from archstat.report.report import Report


def render(report: Report, view: View) -> str:
    """Return a heading, a table with its totals in bold, the summary and the notes."""
    cells = grid(report, view)
    title, circumstances = heading(report, view)
    rules = [":---" if column.is_text else "---:" for column in cells.columns]
    foot = [f"**{text}**" if text else "" for text in cells.foot]
    lines = [
        f"**{escaped(title)}**",
        "",
        f"{escaped(circumstances[0].upper() + circumstances[1:])}.",
        "",
        table_line([column.title for column in cells.columns]),
        table_line(rules),
        *(table_line([escaped(text) for text in line]) for line in cells.lines),
        table_line(foot),
    ]
    if not view.blank:
        for sentence in summaries(report):
            lines += ["", f"{sentence[0].upper()}{sentence[1:]}."]
        if report.notes:
            lines += ["", *(f"- {escaped(note)}" for note in report.notes)]
    return "\n".join(lines) + "\n"


def table_line(texts: Sequence[str]) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(texts)} |"


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is, in one line."""
    for character in "\\|*_<>`[]~#$&":
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", " ")
