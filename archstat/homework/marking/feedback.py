"""What is told of a marked sheet, at each level: nothing, points, mistakes, or answers, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Literal, TypeAlias

from archstat.files import with_bytes
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Answer
from archstat.homework.marking.causes import Cause
from archstat.homework.marking.fitting import said_of
from archstat.homework.marking.held import Held, Read
from archstat.homework.marking.language import IN_ENGLISH, Language
from archstat.homework.marking.marking import Marked
from archstat.homework.marking.marks import WORST_LAST, Cell, Mark, Verdict
from archstat.homework.marking.policy import FEEDBACK
from archstat.homework.marking.suspects import OTHER
from archstat.homework.mistakes.facts import facts_of
from archstat.homework.others.other import Other
from archstat.homework.reading.text import harmless

Granularity: TypeAlias = Literal["row", "column", "cell"]
"""What grading systems show as one test."""

MOST_NAMED = 6
"""As many rows are named in a list; of a longer one, the first half of them."""


@dataclass(frozen=True)
class Remark:
    """One thing that is said of a sheet.

    Attributes:
        key: The mistake, or what else it is, in records.
        where: The cells or rows that it is about, in words.
        words: What is said of them, in a sentence.
        hint: A sentence that leads further, or nothing.
        cells: The cells that it is about.
        following: The cells that follow from these.
        where_following: These, in words.
        answers: The right answers by the words for their cells, if they may be told.
    """

    key: str
    where: str
    words: str
    hint: str = ""
    cells: tuple[Cell, ...] = ()
    following: tuple[Cell, ...] = ()
    where_following: str = ""
    answers: tuple[tuple[str, Answer], ...] = ()


@dataclass(frozen=True)
class Feedback:
    """A marked sheet as a student sees it.

    Attributes:
        name: What the sheet is called: the name of its file.
        level: How much is told; one of `FEEDBACK`.
        granularity: What a test is, for grading systems.
        again: Returns how to mark the hand-in against another network; None if nobody is to know.
        title: What the homework is called; the name of the network where nobody says.
        language: The language of what is said.
    """

    marked: Marked
    name: str
    level: str
    granularity: Granularity = "row"
    again: Callable[[Other], str] | None = None
    title: str = ""
    language: Language = IN_ENGLISH

    @property
    def shows_score(self) -> bool:
        """Whether the points are told."""
        return self._reaches("score")

    @property
    def shows_marks(self) -> bool:
        """Whether it is told which cells are right, and what went wrong in the others."""
        return self._reaches("hint")

    @property
    def shows_answers(self) -> bool:
        """Whether it is told what is right."""
        return self._reaches("full")

    def _reaches(self, level: str) -> bool:
        return FEEDBACK.index(self.level) >= FEEDBACK.index(level)

    @cached_property
    def by_cell(self) -> Mapping[tuple[int, int, int], Verdict]:
        """The verdict of every cell, the worst of its parts, by table, row and column."""
        worst: dict[tuple[int, int, int], Verdict] = {}
        for mark in self.marked.marks:
            place = mark.entry.table, mark.entry.row, mark.entry.column
            worst[place] = max(
                worst.get(place, Verdict.NOT_ASKED), mark.verdict, key=WORST_LAST.index
            )
        return worst

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """What is said of wrong cells, what most cells are about first."""
        if not self.shows_marks:
            return ()
        marks = {mark.cell: mark for mark in self.marked.marks}
        say = self.language
        return (
            *(self._of_cause(cause, marks) for cause in self.marked.causes),
            *self._of_verdict(Verdict.MISSING, "missing", say("No value is given.")),
            *self._of_verdict(
                Verdict.UNREADABLE,
                "unreadable",
                say("No number or shape can be read."),
                say("Write it as in 1,234 or 12×34×56."),
            ),
            *self._of_verdict(
                Verdict.NOT_SURE,
                "not-sure",
                say("It is not sure what is meant here; nothing is taken off."),
            ),
            *self._of_calculations(),
            *self._of_answers_twice(),
            *self._of_rows(),
        )

    @cached_property
    def remark_on(self) -> Mapping[Cell, Remark]:
        """The first remark that is about a cell, or from whose cells it follows."""
        found: dict[Cell, Remark] = {}
        for remark in self.remarks:
            found |= {cell: remark for cell in remark.cells if cell not in found}
        for remark in self.remarks:
            found |= {cell: remark for cell in remark.following if cell not in found}
        return found

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """How the sheet was read, where it could be read otherwise."""
        if not self.shows_score:
            return ()
        say = self.language
        is_said = self.shows_marks and any(one.key == OTHER for one in self.marked.causes)
        said = [] if is_said or self.again is None else list(filter(None, self._of_other()))
        if aside := [line(sheet.table.place) for sheet in self.marked.aside]:
            what = "rather not about this network, and not marked: {places}"
            said.append(say(what, places=self._listed(aside)))
        for sheet in self.marked.sheets:
            if sheet.sheet.table.tool:
                tool = sheet.sheet.table.tool
                said.append(say("the table is one that {tool} prints", tool=tool))
            said += [
                say("{title} is read as {words}", title=self._title(read), words=words)
                for read in sheet.reads.values()
                if (words := self._how(read))
            ]
            if names := sheet.sheet.unrecognised:
                titles = self._listed([repr(line(name)) for name in names], len(names))
                said.append(
                    say("titles that name nothing known are not marked: {titles}", titles=titles)
                )
        if names := self.marked.missing_columns:
            titles = self._listed([self.quantity(name) for name in names], len(names))
            said.append(say("asked for, and without a column: {titles}", titles=titles))
        return tuple(dict.fromkeys(said))

    def row_name(self, table: int, row: int) -> str:
        """Return what a student calls a row, with its number if others are called the same."""
        name = self._names[table, row]
        if not name:
            return self.language("row {number}", number=row + 1)
        if self._namesakes[table, name] == 1:
            return name
        return self.language("{name} (row {number})", name=name, number=row + 1)

    def quantity(self, key: str) -> str:
        """Return what a quantity is called in sentences."""
        return self.language.quantity(key, QUANTITIES[key].title)

    @cached_property
    def _names(self) -> Mapping[tuple[int, int], str]:
        return {
            (sheet.sheet.number, row.index): line(row.text)
            for sheet in self.marked.sheets
            for row in sheet.sheet.rows
        }

    @cached_property
    def _namesakes(self) -> Mapping[tuple[int, str], int]:
        return Counter((table, name) for (table, _), name in self._names.items())

    def cell_name(self, mark: Mark) -> str:
        """Return what a cell is called: "weights of Conv2"."""
        row = self.row_name(mark.entry.table, mark.entry.row)
        return self.language(
            "{quantities} of {rows}", quantities=self.quantity(mark.quantity), rows=row
        )

    def _of_cause(self, cause: Cause, marks: Mapping[Cell, Mark]) -> Remark:
        own = [marks[cell] for cell in cause.cells]
        following = [marks[cell] for cell in cause.following]
        if self.shows_answers and cause.in_numbers:
            depth = facts_of(self.marked.truth)[own[0].members[0]].c_in
            cause = replace(cause, words=cause.in_numbers.format(depth=depth, half=depth // 2))
        if cause.key == OTHER:
            return self._of_cause_of_all(cause)
        return Remark(
            cause.key,
            self._where(own),
            _supposed(cause, len(own), self.language),
            _sentence(self.language.told(cause.hint)),
            cause.cells,
            cause.following,
            self._where(following),
            self._answers([*own, *following]),
        )

    def _of_cause_of_all(self, cause: Cause) -> Remark:
        """Return what is said of a hand-in, or of tables of it, that is of another network."""
        tables = self.marked.fit.tables if self.marked.fit else frozenset()
        held = (one.sheet for one in self.marked.sheets if one.sheet.number in tables)
        places = [line(one.table.place) for one in held]
        where = self._listed(places) if places else self.language("the whole sheet")
        words, hint = self._of_other()
        hint = hint or _sentence(self.language.told(cause.hint))
        return Remark(cause.key, where, _sentence(words), _begun(hint), cause.cells)

    def _of_other(self) -> tuple[str, str]:
        """Return for which other network how much is right, and how to mark against it."""
        fit = self.marked.fit
        return said_of(fit, self.language, self.again) if fit is not None else ("", "")

    def _of_verdict(
        self, verdict: Verdict, key: str, words: str, hint: str = ""
    ) -> Iterator[Remark]:
        marks = [mark for mark in self.marked.marks if mark.verdict is verdict]
        if marks:
            cells = tuple(mark.cell for mark in marks)
            where, answers = self._where(marks), self._answers(marks)
            yield Remark(key, where, words, hint, cells, answers=answers)

    def _of_calculations(self) -> Iterator[Remark]:
        """Yield what is said of right results behind wrong calculations."""
        marks = [mark for mark in self.marked.marks if _miscalculates(mark)]
        if marks:
            words = "The result is right, the calculation beside it comes to another number."
            yield Remark("calculation", self._where(marks), self.language(words))

    def _of_answers_twice(self) -> Iterator[Remark]:
        """Yield what is said of answers that a later one replaces, and that it contradicts."""
        last: dict[tuple[str, str], Mark] = {}
        for mark in self.marked.marks:
            if mark.verdict not in {Verdict.NOT_ASKED, Verdict.MISSING}:
                last[mark.place] = mark
        marks = [
            mark
            for mark in self.marked.marks
            if mark.place in last
            and mark.entry.table != last[mark.place].entry.table
            and mark.verdict in {Verdict.WRONG, Verdict.FOLLOWS, *_RIGHT}
            and mark.verdict.is_right != last[mark.place].verdict.is_right
        ]
        if marks:
            words = "A later table says something else; the later answer counts."
            yield Remark("answered-twice", self._where(marks), self.language(words))

    def _of_rows(self) -> Iterator[Remark]:
        sheets = self.marked.sheets
        for key, names, one, several in (
            (
                "missing-rows",
                [line(layer) for layer in self.marked.missing],
                "There is no row for this layer.",
                "There are no rows for these layers.",
            ),
            (
                "extra-rows",
                self._row_names(sheets, lambda sheet: sheet.alignment.extra),
                "This row is no layer of the network.",
                "These rows are no layers of the network.",
            ),
            (
                "reordered-rows",
                self._row_names(sheets, lambda sheet: sheet.alignment.reordered),
                "This row stands at another place than its layer.",
                "These rows stand at other places than their layers.",
            ),
        ):
            if names:
                words = self.language(one if len(names) == 1 else several)
                yield Remark(key, self._listed(names), words)

    def _row_names(
        self, sheets: Sequence[Held], rows: Callable[[Held], Sequence[int]]
    ) -> list[str]:
        return [self.row_name(one.sheet.number, row) for one in sheets for row in rows(one)]

    def _answers(self, marks: Sequence[Mark]) -> tuple[tuple[str, Answer], ...]:
        if not self.shows_answers:
            return ()
        return tuple((self.cell_name(mark), mark.answer) for mark in marks)

    def _where(self, marks: Sequence[Mark]) -> str:
        """Return cells in words: "weights and MACs of Conv2 and Conv3"."""
        rows: dict[str, list[str]] = {}
        for mark in marks:
            rows.setdefault(mark.quantity, []).append(
                self.row_name(mark.entry.table, mark.entry.row)
            )
        quantities: dict[tuple[str, ...], list[str]] = {}
        for quantity, names in rows.items():
            quantities.setdefault(tuple(names), []).append(self.quantity(quantity))
        return "; ".join(
            self.language(
                "{quantities} of {rows}",
                quantities=self._listed(titles),
                rows=self._listed(names),
            )
            for names, titles in quantities.items()
        )

    def _title(self, read: Read) -> str:
        """Return the title of a column in quotes, or where it stands if it has none."""
        title = line(read.column.title)
        number = read.column.index + 1
        return repr(title) if title else self.language("column {number}", number=number)

    def _how(self, read: Read) -> str:
        """Return how a column is read, if it is not as its title says.

        Which of several settings a column states is plain to see. What a student is given says not
        how whoever marks may count it as right.
        """
        words = []
        are_settings = QUANTITIES[read.quantity].is_setting and QUANTITIES[read.asked].is_setting
        if (read.quantity != read.asked and not are_settings) or not read.column.is_known:
            words.append(self.quantity(read.quantity))
        if read.reading is not None:
            declared = f"; to count it as right: --convention {read.reading.name}"
            is_told = read.is_declared or self.title
            words.append(f"{self.language.rule(read.reading.words)}{'' if is_told else declared}")
        return ": ".join(words)

    def _listed(self, names: Sequence[str], most: int = MOST_NAMED) -> str:
        return self.language.listed(names, most)


def line(text: str) -> str:
    """Return a text from outside in one line, without anything that a terminal obeys."""
    return " ".join(harmless(with_bytes(text)).split())


_RIGHT = (Verdict.RIGHT, Verdict.ROUNDED, Verdict.CONVENTION)


def _supposed(cause: Cause, cells: int, say: Language) -> str:
    """Return a mistake as a sentence, as sure as it is."""
    words = say.told(line(cause.words))
    for other in cause.others:
        words = say("{words}, or {other}", words=words, other=say.told(other))
    if cause.is_certain:
        return _sentence(say("either {words}", words=words) if cause.others else words)
    what = "the cell is" if cells == 1 else "the cells are"
    return _sentence(say(f"perhaps {{words}}; {what} consistent with that", words=words))


def _miscalculates(mark: Mark) -> bool:
    """Return whether a right result stands behind a calculation that comes to something else."""
    shown = mark.entry.written.sum
    if not mark.verdict.is_right or shown is None or shown.stated is None:
        return False
    near = {shown.value, Fraction(floor(shown.value)), Fraction(ceil(shown.value))}
    return not any(shown.stated.agrees(value) for value in near)


def _sentence(words: str) -> str:
    """Return words as a sentence.

    >>> _sentence("divide by the stride"), _sentence("does a pool multiply?")
    ('Divide by the stride.', 'Does a pool multiply?')
    """
    end = "" if not words or words.endswith("?") else "."
    return f"{_begun(words)}{end}"


def _begun(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
