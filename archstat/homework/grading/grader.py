"""Grading one submission: the tables of all files that were handed in, read as one answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from pathlib import PurePosixPath

from archstat.errors import ArchstatError, NoTableError, SheetError, TraceError
from archstat.graph import Graph
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Truth
from archstat.homework.grading.naming import is_junk
from archstat.homework.grading.outcome import (
    Fault,
    Fitting,
    Outcome,
    Score,
    Slip,
    Status,
    clipped,
)
from archstat.homework.grading.submissions import CODE, Described, Files
from archstat.homework.marking.feedback import Feedback
from archstat.homework.marking.marking import Marked
from archstat.homework.marking.marks import Mark, Verdict
from archstat.homework.marking.matching import marked as marked_of
from archstat.homework.marking.policy import Policy
from archstat.homework.marking.suspects import OTHER
from archstat.homework.others.other import Others
from archstat.homework.reading import Contents, FoundTable, Passage, read_bytes
from archstat.homework.reading.file import READERS, UNREADABLE_MEMBERS, ZIP
from archstat.homework.reading.office.archive import Archive
from archstat.models.description import graph_of

MOST_FAULTS = 5_000
MOST_PROBLEMS = 3
"""Files of which a message says why they were not graded."""


@dataclass(frozen=True)
class Grader:
    """Grades submissions against one network; it travels to other processes.

    Attributes:
        columns: What columns ask for, by title, where a sheet has them.
        render: Makes what the student is told out of feedback; None if nothing is told.
        tabulate: Makes a table in CSV of a network that submitted code describes.
        others: The networks that a sheet may be of instead.
    """

    truth: Truth
    policy: Policy
    columns: Mapping[str, str] = field(default_factory=dict)
    render: Callable[[Feedback], str] | None = None
    tabulate: Callable[[Graph], str] | None = None
    others: Others = field(default_factory=Others)

    @property
    def digest(self) -> str:
        """What changes if the question or the way of grading does."""
        graph = self.truth.graph
        asked = (
            *(str(graph), graph.nodes, self.truth.account),
            *(self.policy, sorted(self.columns.items())),
            None if self.render is None else _named(self.render),
        )
        return sha256(repr(asked).encode()).hexdigest()

    def __call__(self, files: Files) -> Outcome:
        """Return what comes of a submission."""
        items: list[tuple[str, bytes, FoundTable | Passage]] = []
        problems: list[str] = []
        is_readable = False
        for name, data in _unpacked(files):
            if isinstance(data, Described):
                name, data = self._counted(name, data)  # noqa: PLW2901  what is marked
            if isinstance(data, str):
                problems.append(f"{name}: {data}")
                continue
            try:
                items += [(name, data, item) for item in read_bytes(data, name=name).items]
            except NoTableError as error:
                is_readable = True
                problems.append(_said(error))
            except SheetError as error:
                problems.append(_said(error))
            except Exception as error:  # noqa: BLE001  a file that breaks us hides no other file
                problems.append(f"{name}: archstat fails on it: {type(error).__name__}")
        tables = [one for one in items if isinstance(one[2], FoundTable)]
        if not tables:
            status = Status.NO_TABLE if is_readable else Status.UNREADABLE
            return Outcome(status, _joined(problems))
        contents = Contents(tuple(item for _, _, item in items))
        titles = {title.strip() for table in contents.tables for title in table.header}
        chosen = {title: key for title, key in self.columns.items() if title in titles}
        try:
            marked = marked_of(contents, self.truth, self.policy, chosen=chosen, others=self.others)
        except NoTableError as error:
            return Outcome(Status.NO_TABLE, _joined([_said(error)]))
        held = [one.sheet.table for one in marked.sheets]
        of = {id(table): (name, data) for name, data, table in tables}
        (file, data), table = of[id(held[0])], held[0]
        names = list(dict.fromkeys(of[id(one)][0] for one in held))
        several = len(files) > 1 or file != files[0][0]
        feedback = Feedback(marked, file, self.policy.feedback)
        return Outcome(
            Status.OK,
            _what_is_marked(names) if several else "",
            file,
            sha256(data).hexdigest(),
            table.place,
            marked.points,
            marked.out_of,
            tuple(_slips(marked)),
            tuple(_faults(marked))[:MOST_FAULTS],
            "" if self.render is None else self.render(feedback),
            tuple(_scores(marked))[:MOST_FAULTS],
            comment(feedback) if (comment := getattr(self.render, "comment", None)) else "",
            _fitting(marked),
        )

    def _counted(self, name: str, said: Described) -> tuple[str, bytes | str]:
        """Return the table of a network that submitted code describes, each number our own."""
        if self.tabulate is None:
            raise TypeError
        shape = self.truth.graph.input_shape
        try:
            graph = graph_of(said, name=name, input_shape=shape)
        except TraceError as error:
            return name, f"its network cannot be counted: {_said(error)}"
        return f"{name}.csv", self.tabulate(graph).encode()


def _named(render: Callable[[Feedback], str]) -> str:
    """Return what tells two ways to render feedback apart."""
    return f"{render.__module__} {getattr(render, '__qualname__', None) or render!r}"


def _what_is_marked(names: Sequence[str]) -> str:
    """Return which of several files are marked, and which of them counts where they differ."""
    *_, last = names
    if len(names) == 1:
        return f"{last} is marked"
    return f"{len(names)} files are marked as one; where they differ, {last} counts"


def _unpacked(files: Files) -> Iterator[tuple[str, bytes | str]]:
    """Yield names and contents, those in archives too; for what cannot be read, the reason."""
    for name, data in files:
        if isinstance(data, (str, Described)):
            yield name, data
        elif PurePosixPath(name).suffix.lower() in CODE:
            yield name, "is Python, which is run only if that is asked for"
        elif data.startswith(ZIP):
            yield from _members(name, data)
        else:
            yield name, data


def _members(name: str, data: bytes) -> Iterator[tuple[str, bytes | str]]:
    """Yield what is in an archive; a document of an office program is one file."""
    try:
        archive = Archive(data)
    except SheetError as error:
        yield name, _said(error)
        return
    if archive.names & {*READERS, *UNREADABLE_MEMBERS}:
        yield name, data
        return
    for member in sorted(archive.names):
        parts = tuple(member.replace("\\", "/").split("/"))
        if not parts[-1] or is_junk(parts):
            continue
        try:
            yield f"{name}/{member}", archive.read(member)
        except SheetError as error:
            yield name, _said(error)


def _said(error: ArchstatError) -> str:
    """Return an error in one line."""
    return "; ".join(": ".join((*one.places, one.what)) for one in error.problems)


def _joined(problems: list[str]) -> str:
    shown = problems[:MOST_PROBLEMS]
    if len(problems) > MOST_PROBLEMS:
        shown.append(f"and {len(problems) - MOST_PROBLEMS} more files")
    return clipped("; ".join(shown))


def _fitting(marked: Marked) -> Fitting | None:
    """Return how another network fits, if no mistake explains as much."""
    fit = marked.fit
    if fit is None or all(cause.key != OTHER for cause in marked.causes):
        return None
    cells = set(fit.cells)
    values = (
        (one.layer, one.quantity, _value(one))
        for one in marked.marks
        if one.cell in cells and not QUANTITIES[one.quantity].is_setting
    )
    found = tuple(values)[:MOST_FAULTS]
    return Fitting(fit.name, bool(fit.other.owner), fit.right, fit.of, found)


def _slips(marked: Marked) -> Iterator[Slip]:
    """Yield the mistakes in a sheet, and what is missing."""
    for cause in marked.causes:
        yield Slip(cause.key, cause.words, len(cause.cells) + len(cause.following))
    verdicts = Counter(mark.verdict for mark in marked.marks)
    alignments = [sheet.alignment for sheet in marked.sheets]
    for key, words, cells in (
        ("missing", "a cell is empty", verdicts[Verdict.MISSING]),
        ("unreadable", "a cell cannot be read", verdicts[Verdict.UNREADABLE]),
        ("missing-rows", "a layer has no row", len(marked.missing)),
        (
            "extra-rows",
            "a row is no layer of the network",
            sum(len(one.extra) for one in alignments),
        ),
        (
            "reordered-rows",
            "a row stands at another place",
            sum(len(one.reordered) for one in alignments),
        ),
    ):
        if cells:
            yield Slip(key, words, cells)


def _faults(marked: Marked) -> Iterator[Fault]:
    slips = {cell: cause.key for cause in marked.causes for cell in cause.cells}
    for mark in marked.marks:
        if mark.verdict.is_right or mark.verdict in {Verdict.NOT_ASKED, Verdict.NOT_SURE}:
            continue
        slip = slips.get(mark.cell, "")
        yield Fault(mark.layer, mark.quantity, mark.verdict.word, _value(mark), slip)
    for gap in marked.gaps:
        yield Fault(gap.layer, gap.quantity, Verdict.MISSING.word)


def _scores(marked: Marked) -> Iterator[Score]:
    slips = {cell: cause.key for cause in marked.causes for cell in cause.cells}
    for mark in marked.marks:
        if mark.worth or mark.points:
            slip = slips.get(mark.cell, "")
            verdict = mark.verdict.word
            yield Score(mark.layer, mark.quantity, verdict, mark.points, mark.worth, slip)
    for gap in marked.gaps:
        yield Score(gap.layer, gap.quantity, Verdict.MISSING.word, Fraction(0), gap.worth)


def _value(mark: Mark) -> str:
    """Return what a cell says, the same for 34,848 and 34848."""
    if mark.verdict is Verdict.MISSING:
        return ""
    value = QUANTITIES[mark.quantity].reads(mark.entry.written)
    if value is None:
        return clipped(" ".join(mark.entry.written.text.split()))
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)
