"""The cells of a sheet as every format shows them: what was written, and a mark."""

from __future__ import annotations

from dataclasses import dataclass

from archstat.homework.marking.feedback import Feedback, line
from archstat.homework.marking.marks import Mark, Verdict
from archstat.homework.sheet.sheet import Sheet

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Shown:
    """A cell of the table.

    Attributes:
        text: What was written, in one line.
        verdict: The worst that is said of it.
        marks: All that is said of it; one mark for each quantity that is asked for there.
        remark: The number of the first remark about it.
    """

    text: str
    verdict: Verdict = Verdict.NOT_ASKED
    marks: tuple[Mark, ...] = ()
    remark: int | None = None

    @property
    def mark(self) -> str:
        """The sign behind it, with the number of its remark; nothing if it is not marked."""
        if self.verdict is Verdict.NOT_ASKED:
            return ""
        number = str(self.remark or "").translate(_RAISED)
        return f"{self.verdict.value}{number}"


def shown(feedback: Feedback, sheet: Sheet) -> list[list[Shown]]:
    """Return the rows of a sheet, each with a cell for every column."""
    numbers = {id(remark): number for number, remark in enumerate(feedback.remarks, 1)}
    marks: dict[tuple[int, int], list[Mark]] = {}
    for mark in feedback.marked.marks:
        if mark.entry.table == sheet.number:
            marks.setdefault((mark.entry.row, mark.entry.column), []).append(mark)
    rows = []
    for row in sheet.rows:
        cells = []
        for column, text in enumerate(row.cells):
            here = tuple(marks.get((row.index, column), ()))
            at = sheet.number, row.index, column
            verdict = feedback.by_cell.get(at, Verdict.NOT_ASKED)
            remarks = (feedback.remark_on.get(mark.cell) for mark in here)
            about = [numbers[id(remark)] for remark in remarks if remark is not None]
            cells.append(Shown(line(text), verdict, here, min(about, default=None)))
        rows.append(cells)
    return rows
