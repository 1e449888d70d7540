"""Markdown: the table as GitHub and most note books show it."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.renderers.grid import grid, heading, summary
from archstat.renderers.view import View
from archstat.report.report import Report


def render(report: Report, view: View) -> str:
    """Return a heading, a table with its totals in bold, the summary and the notes."""
    cells = grid(report, view)
    title, circumstances = heading(report, view)
    rules = [":---" if column.is_text else "---:" for column in cells.columns]
    foot = [f"**{text}**" if text else "" for text in cells.foot]
    lines = [
        f"**{_escaped(title)}**",
        "",
        f"{_escaped(circumstances[0].upper() + circumstances[1:])}.",
        "",
        _line([column.title for column in cells.columns]),
        _line(rules),
        *(_line([_escaped(text) for text in line]) for line in cells.lines),
        _line(foot),
    ]
    if not view.blank:
        lines += ["", f"{summary(report)}."]
        if report.notes:
            lines += ["", *(f"- {_escaped(note)}" for note in report.notes)]
    return "\n".join(lines) + "\n"


def _line(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _escaped(text: str) -> str:
    for character in "\\|*_<>`[]~#$&":
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", " ")
