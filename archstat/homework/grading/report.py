"""What a class got right and wrong, over all its submissions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import TypeAlias

from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.grading.finals import Changed, Final, Overrides, called_by
from archstat.homework.grading.ledger import GradedRecord
from archstat.homework.grading.naming import counted, squashed
from archstat.homework.grading.outcome import Fault, Fitting, Outcome, Status
from archstat.homework.grading.roster import Roster, Student
from archstat.homework.grading.run import Graded
from archstat.homework.grading.submissions import Submission
from archstat.homework.marking.feedback import line
from archstat.homework.marking.suspects import OTHER
from archstat.homework.mistakes import MISTAKES

BANDS = 10
"""Of equal width, in which sheets are counted by the share of the points."""

ENOUGH_ALIKE = 2
"""Equal wrong numbers from which two sheets are called alike: a large one seldom recurs."""

ENOUGH_SMALL = 4
"""Likewise, of small numbers, of which everybody gets some wrong in the same way."""

MOST_SHARING = 8
"""Sheets that may share a wrong value before it is taken for a mistake of the class."""

OF_OTHER_ROWS = frozenset({"copied", "row-skipped"})
"""Mistakes that name the row that was meant, so that each is one of its own."""

NO_MISTAKES = frozenset(
    {
        *("unknown", "missing", "unreadable", "missing-rows", "extra-rows", "reordered-rows"),
        OTHER,
    }
)
"""What is wrong with sheets and shows no mistake of thought."""

Place: TypeAlias = tuple[str, str]
"""A layer and a quantity."""


@dataclass(frozen=True)
class Common:
    """A mistake, and who made it.

    Attributes:
        keys: The submissions, in their order.
        cells: The cells that are wrong by it, in all of them.
        key: Its name in records.
        example: A cell that is wrong by it, and what was written there; None if nothing was.
    """

    words: str
    keys: tuple[str, ...]
    cells: int
    key: str = ""
    example: tuple[Place, str] | None = None

    @property
    def is_known(self) -> bool:
        """Whether it is a mistake, and not that something is missing or cannot be explained."""
        return self.key not in NO_MISTAKES


@dataclass(frozen=True)
class Alike:
    """Submissions that share wrong values which no known mistake gives, or all of their bytes.

    Attributes:
        values: What they share, as places and values.
        is_same: Whether they are the same files.
    """

    keys: tuple[str, ...]
    values: tuple[tuple[Place, str], ...] = ()
    is_same: bool = False


@dataclass(frozen=True)
class ClassReport:
    """All submissions of a class.

    Attributes:
        model: The network that they were held against.
        graded: The submissions, in the order of their keys.
        out_of: What all points are scaled to; None if each sheet has as many as it has cells.
        finals: How the points came about, by the keys of submissions.
        changed: Whose points are others than at the last grading.
        attempts: Which of several submissions of a student counts: "best" or "last".
        decided: What somebody has decided of points.
        title: What the homework is called; empty if nobody says.
        asked: What counts, if that is what most sheets ask, as nobody has said it.
    """

    model: str
    graded: tuple[Graded, ...]
    roster: Roster | None = None
    out_of: Fraction | None = None
    level: str = "hint"
    finals: Mapping[str, Final] = field(default_factory=dict)
    changed: tuple[Changed, ...] = ()
    attempts: str = "best"
    decided: Overrides = field(default_factory=Overrides)
    title: str = ""
    asked: tuple[str, ...] = ()

    def outcome_of(self, student: Student) -> Outcome | None:
        """Return what counts for a student, also where points were given for nothing handed in."""
        graded = self.by_student.get(student)
        if graded:
            return graded[0].record.outcome
        given = self.decided.total_of(student)
        if given is None:
            return None
        outs = [one.out_of for one in self.outcomes.values() if one.out_of]
        out_of = self.out_of or max(outs, default=None)
        said = line(given.reason)
        return Outcome(
            Status.NO_TABLE, "nothing was handed in", points=given.points, out_of=out_of,
            comment=said,
        )  # fmt: skip

    def absent_called(self, name: str) -> tuple[Graded, Final] | None:
        """Return what somebody was given who handed in nothing; None if that is nobody."""
        called = [one for one in self.absent if squashed(name) in called_by(one)]
        given = self.decided.total_of(called[0]) if called else None
        outcome = self.outcome_of(called[0]) if called else None
        if given is None or outcome is None:
            return None
        who = called[0].shown_name
        submission = Submission(who, (), students=(called[0],))
        graded = Graded(submission, GradedRecord(who, "", "", outcome))
        return graded, Final(None, outcome.out_of, total=given)

    @cached_property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What came of the submissions, by their keys."""
        return {one.submission.key: one.record.outcome for one in self.graded}

    @cached_property
    def marked(self) -> Mapping[str, Outcome]:
        """The outcomes of those that have a table."""
        return {key: one for key, one in self.outcomes.items() if one.status is Status.OK}

    @cached_property
    def counts(self) -> Mapping[Status, int]:
        """How many submissions have each status."""
        found = Counter(outcome.status for outcome in self.outcomes.values())
        return {status: found[status] for status in Status if found[status]}

    @cached_property
    def shares(self) -> tuple[Fraction, ...]:
        """The shares of the points that were earned, the smallest first."""
        return tuple(sorted(one.share for one in self.marked.values() if one.share is not None))

    @cached_property
    def bands(self) -> tuple[int, ...]:
        """How many sheets earned up to a tenth of the points, up to two, and so on."""
        found = Counter(min(int(share * BANDS), BANDS - 1) for share in self.shares)
        return tuple(found[band] for band in range(BANDS))

    @cached_property
    def mistakes(self) -> tuple[Common, ...]:
        """The mistakes, that of most submissions first."""
        keys: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        cells: Counter[tuple[str, str]] = Counter()
        for key, outcome in self.marked.items():
            for slip in outcome.slips:
                mistake = (slip.key, slip.words)
                cells[mistake] += slip.cells
                if keys[mistake][-1:] != [key]:
                    keys[mistake].append(key)
        found = [
            Common(words, tuple(keys[key, words]), cells[key, words], key, self._example(key))
            for key, words in keys
        ]
        return tuple(sorted(found, key=lambda one: (-len(one.keys), -one.cells, one.words)))

    def _example(self, key: str) -> tuple[Place, str] | None:
        if key in OF_OTHER_ROWS:
            return None
        for outcome in self.marked.values():
            for fault in outcome.faults:
                if fault.slip == key and fault.value:
                    return (fault.layer, fault.quantity), fault.value
        return None

    @cached_property
    def hardest(self) -> tuple[tuple[Place, int], ...]:
        """The cells that earn and are not right, with on how many sheets, the most first."""
        earning = {
            (score.layer, score.quantity)
            for outcome in self.marked.values()
            for score in outcome.scores
        }
        found = Counter(
            place
            for outcome in self.marked.values()
            for place in {
                (fault.layer, fault.quantity) for fault in outcome.faults if fault.slip != OTHER
            }
            if place in earning or not earning
        )
        return tuple(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    @cached_property
    def alike(self) -> tuple[Alike, ...]:
        """The submissions that may have been written together; nothing follows from that."""
        return (*self._same_files(), *self._same_values())

    def _same_files(self) -> Iterable[Alike]:
        by_content: defaultdict[str, list[str]] = defaultdict(list)
        for key, outcome in self.marked.items():
            by_content[outcome.content].append(key)
        for keys in by_content.values():
            if len(keys) > 1:
                yield Alike(tuple(keys), is_same=True)

    def _same_values(self) -> Iterable[Alike]:
        writers: defaultdict[tuple[Place, str], list[str]] = defaultdict(list)
        for key, outcome in self.marked.items():
            for told in sorted(set(_telling(outcome.faults))):
                writers[told].append(key)
        shared: defaultdict[tuple[str, str], list[tuple[Place, str]]] = defaultdict(list)
        for told, keys in writers.items():
            if len(keys) <= MOST_SHARING:
                for pair in combinations(keys, 2):
                    shared[pair].append(told)
        groups: dict[tuple[tuple[Place, str], ...], set[str]] = {}
        for pair, values in shared.items():
            if _is_enough(values):
                groups.setdefault(tuple(sorted(values)), set()).update(pair)
        found = [Alike(tuple(sorted(keys)), values) for values, keys in groups.items()]
        return sorted(found, key=lambda one: (-len(one.values), one.keys))

    @cached_property
    def of_others(self) -> Mapping[str, Fitting]:
        """The submissions that are rather of another network, by their keys, the clearest first."""
        found = {key: one.fitting for key, one in self.marked.items() if one.fitting is not None}
        return dict(sorted(found.items(), key=lambda item: (-len(item[1].values), item[0])))

    @cached_property
    def absent(self) -> tuple[Student, ...]:
        """The students of the roster who have handed in nothing."""
        there = {student for one in self.graded for student in one.submission.students}
        students = () if self.roster is None else self.roster.students
        return tuple(student for student in students if student not in there)

    @cached_property
    def unknown(self) -> tuple[Graded, ...]:
        """The submissions of nobody on the roster."""
        if self.roster is None:
            return ()
        return tuple(one for one in self.graded if not one.submission.students)

    @cached_property
    def by_student(self) -> Mapping[Student, Sequence[Graded]]:
        """The submissions of each student of the roster, that which counts first."""
        found: defaultdict[Student, list[Graded]] = defaultdict(list)
        for one in self.graded:
            for student in one.submission.students:
                found[student].append(one)
        for graded in found.values():
            graded.sort(key=_merit if self.attempts == "best" else _order, reverse=True)
        return found

    @cached_property
    def repeated(self) -> Mapping[Student, Sequence[Graded]]:
        """The students with more than one submission."""
        return {who: graded for who, graded in self.by_student.items() if len(graded) > 1}


def _merit(graded: Graded) -> tuple[bool, Fraction]:
    outcome = graded.record.outcome
    return outcome.status is Status.OK, outcome.share or Fraction(0)


def _order(graded: Graded) -> list[tuple[int, str]]:
    return counted(graded.submission.key)


_KNOWN = {OTHER, *(mistake.key for mistake in MISTAKES)}


def _telling(faults: Iterable[Fault]) -> Iterable[tuple[Place, str]]:
    """Yield the wrong values that no known mistake gives, nor any cell before them."""
    for fault in faults:
        if fault.verdict == "wrong" and fault.value and fault.slip not in _KNOWN:
            yield (fault.layer, fault.quantity), fault.value


def _is_enough(values: Sequence[tuple[Place, str]]) -> bool:
    large = sum(QUANTITIES[quantity].is_telling for (_, quantity), _ in values)
    return large >= ENOUGH_ALIKE or len(values) >= ENOUGH_SMALL
