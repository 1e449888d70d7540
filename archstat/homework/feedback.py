"""What a student is told of a marked sheet, at each level: nothing, marks, mistakes, or numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from archstat.graph import INPUT
from archstat.homework.alignment import Alignment
from archstat.homework.causes import Cause
from archstat.homework.marking import Marked, Read
from archstat.homework.marks import Cell, Mark, Verdict
from archstat.homework.policy import FEEDBACK
from archstat.homework.quantities import QUANTITIES
from archstat.homework.truth import Answer


@dataclass(frozen=True)
class Remark:
    """One thing that is said of a sheet.

    Attributes:
        key: The mistake, or what else it is, in records.
        where: The cells that it is about, in words.
        words: What is said of them.
        hint: What leads further.
        answers: The right answers by the words for their cells, if the student may see them.
        count: How many cells it is about.
    """

    key: str
    where: str
    words: str
    hint: str = ""
    answers: tuple[tuple[str, Answer], ...] = ()
    count: int = 0


@dataclass(frozen=True)
class Feedback:
    """A marked sheet as a student sees it.

    Attributes:
        name: What the sheet is called: the name of its file.
        level: How much is told; one of `FEEDBACK`.
    """

    marked: Marked
    name: str
    level: str

    @property
    def shows_marks(self) -> bool:
        """Whether the student sees which cells are right."""
        return self._reaches("hint")

    @property
    def shows_answers(self) -> bool:
        """Whether the student sees what is right."""
        return self._reaches("full")

    @property
    def shows_score(self) -> bool:
        """Whether the student sees the points."""
        return self._reaches("score")

    def _reaches(self, level: str) -> bool:
        return FEEDBACK.index(self.level) >= FEEDBACK.index(level)

    @cached_property
    def by_cell(self) -> Mapping[tuple[int, int], Verdict]:
        """The verdict of every cell of the table, the worst of its parts, by row and column."""
        worst: dict[tuple[int, int], Verdict] = {}
        for mark in self.marked.marks:
            place = mark.entry.row, mark.entry.column
            worst[place] = max(worst.get(place, Verdict.NOT_ASKED), mark.verdict, key=_badness)
        return worst

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """What is said of wrong cells, what most cells are about first."""
        if not self.shows_marks:
            return ()
        marks = {mark.cell: mark for mark in self.marked.marks}
        return (
            *(self._of_cause(cause, marks) for cause in self.marked.causes),
            *self._of_verdict(Verdict.MISSING, "missing", "nothing is written"),
            *self._of_verdict(Verdict.UNREADABLE, "unreadable", "no number or shape can be read"),
            *self._of_rows(self.marked.alignment),
        )

    @cached_property
    def readings(self) -> tuple[str, ...]:
        """How columns were read that can be read in several ways, in sentences."""
        said = [
            f"{_line(read.column.title)!r} is read as {words}"
            for read in self.marked.reads.values()
            if (words := _how(read))
        ]
        if names := self.marked.sheet.unrecognised:
            listed = ", ".join(repr(_line(name)) for name in names)
            said.append(f"not marked: {listed}")
        return tuple(said)

    def _of_cause(self, cause: Cause, marks: Mapping[Cell, Mark]) -> Remark:
        own = [marks[cell] for cell in cause.cells]
        following = [marks[cell] for cell in cause.following]
        where = self._where(own)
        words = cause.words if cause.is_certain else f"consistent with this: {cause.words}"
        if cause.others:
            words += f"; or {' or '.join(cause.others)}"
        if following:
            words += f"; {self._where(following)} {_follow(len(following))} from it"
        answers = tuple(self._answers([*own, *following]))
        return Remark(cause.key, where, words, cause.hint, answers, len(own) + len(following))

    def _of_verdict(self, verdict: Verdict, key: str, words: str) -> Iterator[Remark]:
        marks = [mark for mark in self.marked.marks if mark.verdict is verdict]
        if marks:
            answers = tuple(self._answers(marks))
            yield Remark(key, self._where(marks), words, "", answers, len(marks))

    def _of_rows(self, alignment: Alignment) -> Iterator[Remark]:
        if alignment.missing:
            names = _listed(alignment.missing)
            yield Remark("missing-rows", names, "has no row", count=len(alignment.missing))
        for rows, key, words in (
            (alignment.extra, "extra-rows", "is no layer of this network"),
            (alignment.reordered, "reordered-rows", "stands at another place than its layer"),
        ):
            if rows:
                names = _listed([self.row_name(row) for row in rows])
                yield Remark(key, names, words, count=len(rows))

    def _answers(self, marks: Sequence[Mark]) -> Iterator[tuple[str, Answer]]:
        if self.shows_answers:
            for mark in marks:
                yield f"{QUANTITIES[mark.quantity].title} of {self._row_of(mark)}", mark.answer

    def _where(self, marks: Sequence[Mark]) -> str:
        """Return cells in words: "receptive field of Conv2 and Conv3"."""
        by_quantity: dict[str, list[str]] = {}
        for mark in marks:
            by_quantity.setdefault(mark.quantity, []).append(self._row_of(mark))
        return "; ".join(
            f"{QUANTITIES[quantity].title} of {_listed(rows)}"
            for quantity, rows in by_quantity.items()
        )

    def _row_of(self, mark: Mark) -> str:
        name = self.row_name(mark.entry.row)
        if not mark.layer or mark.layer in {INPUT, name.casefold()}:
            return name
        rows = self.marked.sheet.rows
        twins = [row.index for row in rows if self.row_name(row.index) == name]
        return name if len(twins) == 1 else f"{name} (row {mark.entry.row + 1})"

    def row_name(self, row: int) -> str:
        """Return what a student calls a row."""
        texts = {one.index: one.text for one in self.marked.sheet.rows}
        return _line(texts[row]) or f"row {row + 1}"


def _badness(verdict: Verdict) -> int:
    return _WORST_LAST.index(verdict)


_WORST_LAST = (
    Verdict.NOT_ASKED,
    Verdict.RIGHT,
    Verdict.ROUNDED,
    Verdict.CONVENTION,
    Verdict.MISSING,
    Verdict.UNREADABLE,
    Verdict.FOLLOWS,
    Verdict.WRONG,
)


def _how(read: Read) -> str:
    """Return how a column is read, if it is not as its title says."""
    words = []
    if read.column.asks and read.quantity != read.column.asks[0] and len(read.column.asks) == 1:
        words.append(QUANTITIES[read.quantity].title)
    if read.reading is not None:
        suffix = "" if read.is_declared else " (another convention)"
        words.append(f"{read.reading.words}{suffix}")
    return ": ".join(words)


def _line(text: str) -> str:
    return " ".join(text.split())


def _follow(count: int) -> str:
    return "follows" if count == 1 else "follow"


def _listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them.

    >>> _listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"
