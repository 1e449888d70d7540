"""Feedback as Markdown: what a student is given, as GitHub, note books and mail show it."""

from __future__ import annotations

import re

from archstat.formats.markdown import escaped, table_line
from archstat.homework.marking.feedback import Feedback, line
from archstat.homework.sheet.sheet import Sheet
from archstat.renderers.feedback import words
from archstat.renderers.feedback.cells import shown


def render(feedback: Feedback) -> str:
    """Return the score, the table with its marks, what they mean, and the remarks by number."""
    blocks = [[f"**{escaped(words.headline(feedback))}**"]]
    if feedback.shows_score:
        blocks.append([f"{words.score(feedback)}."])
    if feedback.shows_marks:
        legend = ", ".join(f"{one.value} {meaning}" for one, meaning in words.legend(feedback))
        blocks += [*(_table(feedback, one.sheet) for one in feedback.marked.sheets), [legend]]
    blocks += [remarks(feedback), notes(feedback)]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def remarks(feedback: Feedback) -> list[str]:
    """Return what is said of the cells, as the items of a list."""
    items = []
    for number, remark in enumerate(feedback.remarks, 1):
        said = f"{words.sentences(remark)} {words.right_answers(remark)}".rstrip()
        items.append(f"{number}. **{escaped(words.heading(remark))}.** {escaped(said)}")
    return items


def notes(feedback: Feedback) -> list[str]:
    """Return how the sheet was read, as the items of a list."""
    return [item(f"note: {note}") for note in feedback.notes]


def item(text: str) -> str:
    r"""Return a text as the item of a list; what it begins with begins no list of its own.

    >>> item("1. Conv"), item("- Conv")
    ('- 1\\. Conv', '- \\- Conv')
    """
    return "- " + re.sub(r"^(\d*)([-+.)])(?=\s|$)", r"\1\\\2", escaped(text))


def _table(feedback: Feedback, sheet: Sheet) -> list[str]:
    titles = sheet.table.header
    return [
        table_line([escaped(line(title)) for title in titles]),
        table_line([":---"] * len(titles)),
        *(
            table_line([f"{escaped(cell.text)} {cell.mark}".strip() for cell in row])
            for row in shown(feedback, sheet)
        ),
    ]
