"""The document of a marked hand-in."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from archstat.documents.cells import EMPTY, Cell, Look, Number, Sign, Signed
from archstat.documents.document import (
    Column,
    Document,
    Legend,
    Line,
    Notes,
    Part,
    Remarks,
    Saying,
    Sentences,
    Table,
)
from archstat.documents.homework import words
from archstat.documents.homework.data import data_of, plain
from archstat.documents.homework.worked import letters, worked
from archstat.homework.marking.feedback import Feedback, Remark, line
from archstat.homework.marking.marks import Mark, Verdict
from archstat.homework.sheet.sheet import Sheet
from archstat.report.values import Named

LONGEST_CELL = 40
"""Letters of a cell that plain text shows."""

LOOKS = {
    Verdict.RIGHT: Look.GOOD,
    Verdict.ROUNDED: Look.GOOD,
    Verdict.CONVENTION: Look.OTHER,
    Verdict.NOT_SURE: Look.DOUBT,
    Verdict.FOLLOWS: Look.DOUBT,
    Verdict.WRONG: Look.BAD,
    Verdict.MISSING: Look.ABSENT,
    Verdict.UNREADABLE: Look.ABSENT,
}
MARKS = {
    verdict: Sign(verdict.value, verdict.word, words.MEANINGS[verdict], look)
    for verdict, look in LOOKS.items()
} | {Verdict.NOT_ASKED: Sign("", Verdict.NOT_ASKED.word, look=Look.WEAK)}

TEXTS = ("layer", "column", "quantity", "text", "verdict", "mistake", "answer")
FIELDS = (
    *("table", "row", "layer", "column", "quantity", "text", "verdict", "points", "worth"),
    *("mistake", "answer"),
)


def feedback_document(feedback: Feedback) -> Document:
    """Return a marked hand-in, as far as the level of feedback tells it."""
    return Document(
        "feedback",
        words.headline(feedback),
        parts=tuple(_parts(feedback)),
        conclusion=words.score(feedback) if feedback.shows_score else "",
        records=lambda: _records(feedback),
        data=lambda: data_of(feedback),
        subject=feedback,
        language=feedback.language.key,
    )


def _parts(feedback: Feedback) -> Iterator[Part]:
    say, notes = feedback.language, list(feedback.notes)
    if feedback.shows_score:
        notes += words.lost(feedback)
    if feedback.shows_marks:
        notes += words.earning_nothing(feedback)
        yield from (_table(feedback, held.sheet) for held in feedback.marked.sheets)
        yield Legend(tuple((MARKS[verdict], said) for verdict, said in words.legend(feedback)))
    yield Notes(tuple(notes), say("Notes"))
    yield remarks_of(feedback)
    if meanings := letters(feedback):
        yield Sentences((meanings,), Look.WEAK, is_close=True)


def remarks_of(feedback: Feedback) -> Remarks:
    """Return what is said of the cells."""
    return Remarks(
        tuple(
            Saying(
                words.heading(remark),
                tuple(filter(None, _said(feedback, remark))),
            )
            for remark in feedback.remarks
        ),
        feedback.language("Remarks"),
    )


def _said(feedback: Feedback, remark: Remark) -> Iterator[str]:
    say = feedback.language
    yield words.sentences(remark, say)
    yield line(feedback.marked.policy.rubric.get(remark.key, ""))
    yield worked(feedback, remark)
    yield words.right_answers(remark, say)


def _table(feedback: Feedback, sheet: Sheet) -> Table:
    """Return a table as it was handed in, a mark behind every cell that has one.

    Where it is too wide, columns without marks are left out.
    """
    marks: dict[tuple[int, int], list[Mark]] = {}
    for mark in feedback.marked.marks:
        if mark.entry.table == sheet.number:
            marks.setdefault((mark.entry.row, mark.entry.column), []).append(mark)
    numbers = {id(remark): number for number, remark in enumerate(feedback.remarks, 1)}
    worst = {
        place: verdict
        for place in marks
        if (verdict := feedback.by_cell[sheet.number, *place]) is not Verdict.NOT_ASKED
    }
    marked_columns = {column for _, column in worst}

    def cell(row: int, column: int, text: str) -> Cell:
        shown, verdict = line(text), worst.get((row, column), Verdict.NOT_ASKED)
        if column not in marked_columns:
            return Named(shown, shown)
        here = marks.get((row, column), ())
        remarks = (feedback.remark_on.get(mark.cell) for mark in here)
        about = [numbers[id(remark)] for remark in remarks if remark is not None]
        said = (words.explained(feedback, mark) for mark in here if mark.verdict is verdict)
        return Signed(
            Named(shown, shown),
            MARKS[verdict],
            None if verdict is Verdict.NOT_ASKED else min(about, default=None),
            " ".join(dict.fromkeys(said)) if verdict is not Verdict.NOT_ASKED else "",
        )

    columns = (
        Column(
            title,
            line(title),
            is_text=True,
            wraps=at not in marked_columns,
            importance=None if at == 0 or at in marked_columns else 0,
            longest=LONGEST_CELL,
        )
        for at, title in enumerate(sheet.table.header)
    )
    lines = (
        Line(tuple(cell(row.index, at, text) for at, text in enumerate(row.cells)))
        for row in sheet.rows
    )
    return Table(tuple(columns), tuple(lines))


def _records(feedback: Feedback) -> Table:
    """Return a row for each cell and quantity; tables and rows count from 1, without the titles.

    A cell that its layer has no row for has no table and no row. At the level "score" there is a
    single row, the points of the sheet.
    """
    columns = tuple(Column(field, field, is_text=field in TEXTS) for field in FIELDS)
    lines = (
        Line(tuple(record.get(field, EMPTY) for field in FIELDS)) for record in _rows(feedback)
    )
    return Table(columns, tuple(lines))


def _rows(feedback: Feedback) -> Iterator[dict[str, Cell]]:
    marked = feedback.marked
    if feedback.shows_marks:
        for mark in marked.marks:
            yield _row(feedback, mark)
        for gap in marked.gaps:
            yield {
                "layer": line(gap.layer),
                "quantity": gap.quantity,
                "verdict": Verdict.MISSING.word,
                **_points(Fraction(0), gap.worth),
                "mistake": "missing-rows",
            }
    elif feedback.shows_score:
        yield _points(marked.points, marked.out_of)


def _row(feedback: Feedback, mark: Mark) -> dict[str, Cell]:
    remark = feedback.remark_on.get(mark.cell)
    return {
        "table": mark.entry.table + 1,
        "row": mark.entry.row + 1,
        "layer": line(mark.layer),
        "column": line(feedback.marked.read(mark).column.title),
        "quantity": mark.quantity,
        "text": line(mark.entry.written.text),
        "verdict": mark.verdict.word,
        **_points(mark.points, mark.worth),
        "mistake": remark.key if remark is not None else "",
        "answer": words.answer_for_machines(mark.answer) if feedback.shows_answers else "",
    }


def _points(earned: Fraction, worth: Fraction) -> dict[str, Cell]:
    return {"points": Number(plain(earned)), "worth": Number(plain(worth))}
