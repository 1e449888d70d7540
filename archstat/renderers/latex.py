r"""LaTeX: a tabular with the rules of booktabs, for `\input`."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.renderers.grid import grid, heading, summaries
from archstat.renderers.view import View
from archstat.report.report import Report

ESCAPED = str.maketrans(
    {
        **{character: f"\\{character}" for character in "&%$#_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"${character}$" for character in "<>|"},
        **{character: f"{{{character}}}" for character in "[*"},  # \\ would take them for its own
        "×": r"$\times$",
        "≥": r"$\geq$",
        "·": r"$\cdot$",
        "µ": r"$\mu$",
        "–": "--",
        "…": r"\dots{}",
        "\n": " ",
    }
)
"""What stands for characters that LaTeX takes for commands, or that its first fonts lack."""

BLANK = r"\underline{\hspace{2cm}}"
"""A line to write on."""


def render(report: Report, view: View) -> str:
    """Return the table; on a homework sheet what it is about stands over it, else in comments."""
    cells = grid(report, view, blank=BLANK)
    about = list(heading(report, view))
    if view.is_homework:
        title, conventions = map(_escaped, about)
        head = [rf"\noindent\textbf{{{title}}}\\", rf"{conventions[0].upper()}{conventions[1:]}."]
        head += ["", r"\medskip\noindent"]
    else:
        head = [_comment(line) for line in about]
    sides = "".join("l" if column.is_text else "r" for column in cells.columns)
    tail = [] if view.blank else [_comment(line) for line in (*summaries(report), *report.notes)]
    lines = [
        _comment(r"needs \usepackage{booktabs}"),
        *head,
        rf"\begin{{tabular}}{{{sides}}}",
        r"\toprule",
        _line(cells.titles),
        r"\midrule",
        *map(_line, cells.lines),
        r"\midrule",
        _line(cells.foot),
        r"\bottomrule",
        r"\end{tabular}",
        *tail,
    ]
    return "\n".join(lines) + "\n"


def _line(texts: Sequence[str]) -> str:
    cells = (text if text == BLANK else _escaped(text) for text in texts)
    return f"{' & '.join(cells)} \\\\"


def _comment(text: str) -> str:
    return f"% {' '.join(text.split())}"


def _escaped(text: str) -> str:
    return text.translate(ESCAPED)
