"""What a report on a class says, in sections that every format lays out in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.grading.outcome import Status
from archstat.homework.grading.report import BANDS, Alike, ClassReport, Place
from archstat.homework.grading.run import Graded
from archstat.homework.marking.feedback import line

MOST_MISTAKES = 20
MOST_CELLS = 10
MOST_NAMES = 6
MOST_VALUES = 4
BAR_WIDTH = 30
BAR = "█"

STATUSES = {
    Status.OK: "graded",
    Status.NO_TABLE: "without a table",
    Status.UNREADABLE: "unreadable",
    Status.TIMEOUT: "took too long",
    Status.ERROR: "failed",
}


@dataclass(frozen=True)
class Section:
    """A table with what stands over it and under it.

    Attributes:
        right: The columns that hold numbers.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    note: str = ""


def headline(report: ClassReport) -> str:
    """Return how many submissions there are, and what came of them."""
    total = len(report.graded)
    counted = ", ".join(f"{count} {STATUSES[status]}" for status, count in report.counts.items())
    noun = "submission" if total == 1 else "submissions"
    return f"{total:,} {noun} against {line(report.model)}: {counted}"


def sections(report: ClassReport) -> Iterator[Section]:
    """Yield what there is to say."""
    if report.shares:
        yield _points(report)
    if report.mistakes:
        yield _mistakes(report)
    if report.hardest:
        yield _hardest(report)
    if report.alike:
        yield _alike(report)
    yield from _trouble(report)
    if report.roster is not None:
        yield from _attendance(report)


def name_of(graded: Graded) -> str:
    """Return who handed something in, as well as that is known."""
    submission = graded.submission
    names = [student.shown_name for student in submission.students]
    names = names or [person.name for person in submission.people if person.name]
    return line(", ".join(names) or submission.key)


def _points(report: ClassReport) -> Section:
    most = max(report.bands)
    rows = []
    for band, count in reversed(list(enumerate(report.bands))):
        bar = BAR * -(-count * BAR_WIDTH // most)
        rows.append((f"{100 * band // BANDS}–{100 * (band + 1) // BANDS} %", str(count), bar))
    shares = report.shares
    middle = (shares[(len(shares) - 1) // 2] + shares[len(shares) // 2]) / 2
    return Section(
        "Points",
        ("share", "sheets", ""),
        tuple(rows),
        (0, 1),
        f"Half of the sheets have {_percent(middle)} or more; the best has {_percent(shares[-1])}, "
        f"the last {_percent(shares[0])}.",
    )


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):.0f} %"


def _mistakes(report: ClassReport) -> Section:
    total = len(report.marked)
    rows = [
        (f"{len(one.keys)} of {total}", line(one.words), str(one.cells))
        for one in report.mistakes[:MOST_MISTAKES]
    ]
    more = len(report.mistakes) - len(rows)
    return Section(
        "Mistakes, by how many sheets have them",
        ("sheets", "mistake", "cells"),
        tuple(rows),
        (0, 2),
        f"And {more} more." if more > 0 else "",
    )


def _hardest(report: ClassReport) -> Section:
    total = len(report.marked)
    rows = tuple(
        (f"{count} of {total}", _place(place)) for place, count in report.hardest[:MOST_CELLS]
    )
    return Section("The hardest cells", ("not right on", "cell"), rows, (0,))


def _place(place: Place) -> str:
    layer, quantity = place
    return f"{QUANTITIES[quantity].title} of {line(layer)}"


def _alike(report: ClassReport) -> Section:
    return Section(
        "Sheets that are alike",
        ("sheets", "what they share"),
        tuple((_listed(report, alike.keys), _shared(alike)) for alike in report.alike),
        note="Wrong values that no known mistake gives. This is no proof of anything.",
    )


def _shared(alike: Alike) -> str:
    if alike.is_same:
        return "the same files"
    told = [f"{_place(place)} = {line(value)}" for place, value in alike.values[:MOST_VALUES]]
    if len(alike.values) > MOST_VALUES:
        told.append(f"and {len(alike.values) - MOST_VALUES} more")
    return "; ".join(told)


def _listed(report: ClassReport, keys: Sequence[str]) -> str:
    names = {
        one.submission.key: name_of(one) for one in report.graded if one.submission.key in keys
    }
    told = [names[key] for key in keys[:MOST_NAMES]]
    if len(keys) > MOST_NAMES:
        told.append(f"and {len(keys) - MOST_NAMES} more")
    return "; ".join(told)


def _trouble(report: ClassReport) -> Iterator[Section]:
    failed = [one for one in report.graded if one.record.outcome.status is not Status.OK]
    if failed:
        yield Section(
            "Not graded",
            ("submission", "status", "why"),
            tuple(
                (
                    name_of(one),
                    one.record.outcome.status.value,
                    line(one.record.outcome.message),
                )
                for one in failed
            ),
        )
    several = [
        one
        for one in report.graded
        if one.record.outcome.status is Status.OK and one.record.outcome.message
    ]
    if several:
        yield Section(
            "Several files",
            ("submission", "which was graded"),
            tuple((name_of(one), line(one.record.outcome.message)) for one in several),
        )


def _attendance(report: ClassReport) -> Iterator[Section]:
    if report.absent:
        rows = tuple(
            (line(student.shown_name), line(student.number or student.email))
            for student in report.absent
        )
        yield Section("Nothing handed in", ("student", "id"), rows)
    if report.unknown:
        rows = tuple((line(one.submission.key), name_of(one)) for one in report.unknown)
        yield Section("Not on the roster", ("submission", "by"), rows)
    if report.repeated:
        yield Section(
            "More than one submission",
            ("student", "submissions, the one that counts first"),
            tuple(
                (
                    line(student.shown_name),
                    "; ".join(line(one.submission.key) for one in graded),
                )
                for student, graded in report.repeated.items()
            ),
        )
