"""A grid of cells that may reach over several rows and columns."""

from __future__ import annotations

from archstat.homework.reading import limits


class SpanGrid:
    """Rows of cells; a cell that reaches over several places is repeated in each."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self._below: dict[int, tuple[str, int]] = {}

    def begin_row(self) -> None:
        """Start a row with the cells that reach into it from above."""
        self.end_row()
        limits.check(len(self.rows) + 1, limits.MOST_ROWS, "rows")
        self.rows.append([])

    def end_row(self) -> None:
        """Fill the last row with the cells that reach into it behind its own."""
        if self.rows:
            self._fill()

    def add(self, text: str, *, rowspan: int = 1, colspan: int = 1) -> None:
        """Put a cell at the first free place of the last row."""
        if not self.rows:
            self.begin_row()
        self._fill()
        row = self.rows[-1]
        limits.check(len(row) + colspan, limits.MOST_COLUMNS, "columns")
        if rowspan > 1:
            columns = range(len(row), len(row) + colspan)
            self._below.update(dict.fromkeys(columns, (text, len(self.rows) + rowspan - 1)))
        row += [text] * colspan

    def repeat(self, *, colspan: int) -> None:
        """Put the cells of the row above at the first free places of the last row."""
        at = len(self.rows[-1]) if self.rows else 0
        above = self.rows[-2][at : at + 1] if len(self.rows) > 1 else []
        self.add("".join(above), colspan=colspan)

    def _fill(self) -> None:
        """Repeat the cells above the next place as long as they reach this row."""
        row = self.rows[-1]
        while self._below.get(len(row), ("", 0))[1] >= len(self.rows):
            row.append(self._below[len(row)][0])
