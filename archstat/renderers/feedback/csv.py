"""Feedback as CSV: a line for each cell and quantity, for statistics and spreadsheets.

Tables and rows count from 1, without the titles; a cell that its layer has no row for has none. At
the level "score" there is a single line, the points of the sheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from fractions import Fraction

from archstat.documents.cells import for_spreadsheets
from archstat.homework.marking.feedback import Feedback, line
from archstat.homework.marking.marks import Mark, Verdict
from archstat.renderers.feedback import words
from archstat.renderers.feedback.json import plain

FIELDS = (
    "table",
    "row",
    "layer",
    "column",
    "quantity",
    "text",
    "verdict",
    "points",
    "worth",
    "mistake",
    "answer",
)


def render(feedback: Feedback) -> str:
    """Return a line for each cell, as far as the level of feedback tells it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    for record in _records(feedback):
        writer.writerow(
            {
                field: for_spreadsheets(line(value)) if isinstance(value, str) else value
                for field, value in record.items()
            }
        )
    return text.getvalue()


def _records(feedback: Feedback) -> Iterator[dict[str, object]]:
    marked = feedback.marked
    if feedback.shows_marks:
        for mark in marked.marks:
            yield _cell(feedback, mark)
        for gap in marked.gaps:
            yield {
                "layer": gap.layer,
                "quantity": gap.quantity,
                "verdict": Verdict.MISSING.word,
                **_points(Fraction(0), gap.worth),
                "mistake": "missing-rows",
            }
    elif feedback.shows_score:
        yield _points(marked.points, marked.out_of)


def _cell(feedback: Feedback, mark: Mark) -> dict[str, object]:
    remark = feedback.remark_on.get(mark.cell)
    return {
        "table": mark.entry.table + 1,
        "row": mark.entry.row + 1,
        "layer": mark.layer,
        "column": feedback.marked.read(mark).column.title,
        "quantity": mark.quantity,
        "text": mark.entry.written.text,
        "verdict": mark.verdict.word,
        **_points(mark.points, mark.worth),
        "mistake": remark.key if remark is not None else "",
        "answer": words.answer_for_machines(mark.answer) if feedback.shows_answers else "",
    }


def _points(earned: Fraction, worth: Fraction) -> dict[str, object]:
    return {"points": plain(earned), "worth": plain(worth)}
