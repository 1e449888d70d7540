"""A graded class: what there is to say of all, and a row for each submission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from archstat.documents.cells import EMPTY, Cell, Number
from archstat.documents.document import Column, Document, Line, Table
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.grading.finals import Final
from archstat.homework.grading.outcome import Fitting, Outcome, Status
from archstat.homework.grading.report import BANDS, Alike, ClassReport, Common, Place
from archstat.homework.grading.run import Graded
from archstat.homework.marking.feedback import line
from archstat.report.values import Named

MOST_MISTAKES = 20
MOST_CELLS = 10
MOST_NAMES = 6
MOST_VALUES = 4
MOST_LINES = 20
POINTS = "Points"
"""The title of the table of how they are distributed, for which a page has a picture."""

BAR_WIDTH = 30
BAR = "█"

STATUSES = {
    Status.OK: "graded",
    Status.NO_TABLE: "without a table",
    Status.UNREADABLE: "unreadable",
    Status.TIMEOUT: "took too long",
    Status.ERROR: "failed",
}

NUMBERS = {"points", "out_of", "percent", "marked", "taken_off_late"}
RECORDS = tuple(
    Column(key, key.replace("_", " "), is_text=key not in NUMBERS)
    for key in (
        *("student", "id", "email", "submission", "late", "file", "status", "points", "out_of"),
        *("percent", "mistakes", "message", "marked", "taken_off_late", "decided", "fits"),
    )
)


def class_document(report: ClassReport) -> Document:
    """Return what came of all submissions, a table for each thing that there is to say."""
    total = len(report.graded)
    counted = ", ".join(f"{count} {STATUSES[status]}" for status, count in report.counts.items())
    noun = "submission" if total == 1 else "submissions"
    head = f"{line(report.title)}: " if report.title else ""
    return Document(
        "class",
        f"{head}{total:,} {noun} against {line(report.model)}: {counted}",
        parts=tuple(_sections(report)),
        records=lambda: Table(RECORDS, tuple(Line(_record(one, report)) for one in report.graded)),
        facts={"model": line(report.model), "submissions": total},
    )


def _record(graded: Graded, report: ClassReport) -> tuple[Cell, ...]:
    """Return the row of a submission, whatever came of it."""
    submission, outcome = graded.submission, graded.record.outcome
    final = report.finals.get(submission.key, Final(outcome.points, outcome.out_of))
    people = submission.students or submission.people
    share = None if outcome.share is None else 100 * outcome.share
    return (
        name_of(graded),
        line(", ".join(filter(None, (person.number or person.lms_id for person in people)))),
        line(", ".join(filter(None, (person.email for person in people)))),
        line(submission.key),
        "yes" if submission.is_late else "",
        line(outcome.file),
        outcome.status.value,
        EMPTY if outcome.points is None else Number(*_points(outcome.points)),
        EMPTY if outcome.out_of is None else Number(*_points(outcome.out_of)),
        EMPTY if share is None else Number(round(float(share), 1)),
        line(told(outcome)),
        line(outcome.message),
        EMPTY if final.marked is None else Number(*_points(final.marked)),
        Number(*_points(final.lost)) if final.lost else EMPTY,
        line("; ".join(final.reasons)),
        _network(report, outcome.fitting),
    )


def _points(value: Fraction) -> tuple[float, str]:
    text = points(value)
    return float(text) if "." in text else int(text), text


def points(value: Fraction) -> str:
    """Return points with as many decimals as they need, two at most.

    >>> points(Fraction(135, 2)), points(Fraction(20)), points(Fraction(2, 3))
    ('67.5', '20', '0.67')
    """
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def told(outcome: Outcome) -> str:
    """Return the mistakes in a sheet, each with how many cells are wrong by it."""
    return "; ".join(f"{slip.words} ({slip.cells})" for slip in outcome.slips)


def name_of(graded: Graded) -> str:
    """Return who handed something in, as well as that is known."""
    submission = graded.submission
    names = [student.shown_name for student in submission.students]
    names = names or [person.name for person in submission.people if person.name]
    return line(", ".join(names) or submission.key)


def _sections(report: ClassReport) -> Iterator[Table]:
    """Yield what there is to say."""
    if report.changed:
        yield _changes(report)
    if report.shares:
        yield _shares(report)
    yield from _mistakes(report)
    if report.hardest:
        yield _hardest(report)
    if report.alike:
        rows = ((_listed(report, alike.keys), _shared(alike)) for alike in report.alike)
        note = "Wrong values that no known mistake gives. This is no proof of anything."
        yield _table("Sheets that are alike", ("sheets", "what they share"), rows, note=note)
    if report.of_others:
        yield _of_others(report)
    if report.asked:
        yield _counted(report.asked)
    yield from _trouble(report)
    if report.roster is not None:
        yield from _attendance(report)


def _table(
    title: str,
    titles: Sequence[str],
    rows: Iterator[tuple[Cell, ...]],
    *,
    numbers: Sequence[int] = (),
    note: str = "",
) -> Table:
    columns = (
        Column(
            text or "bar",
            text,
            is_text=at not in numbers,
            wraps=at not in numbers,
        )
        for at, text in enumerate(titles)
    )
    lines = tuple(Line(cells) for cells in rows)
    return Table(tuple(columns), lines, (), title, note, has_titles=False, most=MOST_LINES)


def _counted(asked: Sequence[str]) -> Table:
    """Return what counts where nobody has said what is asked."""
    titles = (QUANTITIES[key].title if key in QUANTITIES else f"{key}s" for key in asked)
    note = "Nobody has said what is asked: what most sheets ask counts, the same for all of them."
    return _table("What counts", ("quantities",), iter([(line(", ".join(titles)),)]), note=note)


def _changes(report: ClassReport) -> Table:
    names = {one.submission.key: name_of(one) for one in report.graded}
    rows = (
        (names[one.key], f"{_or_none(one.before)} → {_or_none(one.after)}", line(one.why))
        for one in report.changed
    )
    return _table("Changed since the last grading", ("student", "points", "why"), rows)


def _or_none(value: Fraction | None) -> str:
    return "none" if value is None else points(value)


def _shares(report: ClassReport) -> Table:
    most = max(report.bands)
    rows = (
        (
            f"{100 * band // BANDS}–{100 * (band + 1) // BANDS} %",
            Number(count),
            Named("", BAR * -(-count * BAR_WIDTH // most)),
        )
        for band, count in reversed(list(enumerate(report.bands)))
    )
    shares = report.shares
    middle = (shares[(len(shares) - 1) // 2] + shares[len(shares) // 2]) / 2
    note = (
        f"Half of the sheets have {_percent(middle)} or more; the best has {_percent(shares[-1])}, "
        f"the last {_percent(shares[0])}."
    )
    return _table(POINTS, ("share", "sheets", ""), rows, numbers=(0, 1), note=note)


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):.0f} %"


def _mistakes(report: ClassReport) -> Iterator[Table]:
    """Yield the mistakes, and apart from them what is missing or has no explanation."""
    total = len(report.marked)
    known = [one for one in report.mistakes if one.is_known]
    others = [one for one in report.mistakes if not one.is_known]
    if known:
        shown = known[:MOST_MISTAKES]
        rows = ((f"{len(one.keys)} of {total}", line(one.words), one.cells, _example(one))
                for one in shown)  # fmt: skip
        more = len(known) - len(shown)
        titles = ("sheets", "mistake", "cells", "such as")
        note = f"And {more} more." if more > 0 else ""
        title = "Mistakes, by how many sheets have them"
        yield _table(title, titles, rows, numbers=(0, 2), note=note)
    if others:
        rest = ((f"{len(one.keys)} of {total}", line(one.words), one.cells) for one in others)
        title = "What shows no mistake"
        yield _table(title, ("sheets", "what", "how often"), rest, numbers=(0, 2))


def _example(one: Common) -> Cell:
    if one.example is None:
        return EMPTY
    place, value = one.example
    return f"{_place(place)} = {_grouped(value)}"


def _grouped(value: str) -> str:
    """Return what was written, a number with its thousands apart."""
    return line(f"{int(value):,}" if value.isascii() and value.isdecimal() else value)


def _hardest(report: ClassReport) -> Table:
    total, shown = len(report.marked), report.hardest[:MOST_CELLS]
    rows = ((f"{count} of {total}", _place(place)) for place, count in shown)
    return _table("The hardest cells", ("not right on", "cell"), rows, numbers=(0,))


def _place(place: Place) -> str:
    layer, quantity = place
    return f"{QUANTITIES[quantity].title} of {line(layer)}"


def _shared(alike: Alike) -> str:
    if alike.is_same:
        return "the same files"
    return _values(alike.values)


def _of_others(report: ClassReport) -> Table:
    names = {one.submission.key: name_of(one) for one in report.graded}
    rows = (
        (
            names[key],
            _network(report, fitting),
            f"{fitting.right} of {fitting.of}",
            _values([((layer, quantity), value) for layer, quantity, value in fitting.values]),
        )
        for key, fitting in report.of_others.items()
    )
    note = "Evidence, and no verdict: sheets may have been mixed up."
    titles = ("student", "which network", "cells that are right for it", "of the wrong ones")
    return _table("Sheets of another network", titles, rows, note=note)


def _network(report: ClassReport, fitting: Fitting | None) -> str:
    """Return which network a sheet is rather of: whose, or which."""
    if fitting is None:
        return ""
    if not fitting.is_of_student:
        return line(fitting.network)
    return "; ".join(_owner(report, name) for name in fitting.network.split("; "))


def _owner(report: ClassReport, name: str) -> str:
    student = None if report.roster is None else report.roster.find_in(name)
    return line(name if student is None else student.shown_name)


def _values(values: Sequence[tuple[Place, str]]) -> str:
    said = [f"{_place(place)} = {_grouped(value)}" for place, value in values[:MOST_VALUES]]
    return "; ".join([*said, *_more(len(values) - MOST_VALUES)])


def _listed(report: ClassReport, keys: Sequence[str]) -> str:
    names = {
        one.submission.key: name_of(one) for one in report.graded if one.submission.key in keys
    }
    said = [names[key] for key in keys[:MOST_NAMES]]
    return "; ".join([*said, *_more(len(keys) - MOST_NAMES)])


def _more(count: int) -> list[str]:
    return [f"and {count} more"] if count > 0 else []


def _trouble(report: ClassReport) -> Iterator[Table]:
    outcomes = [(one, one.record.outcome) for one in report.graded]
    failed = [each for each in outcomes if each[1].status is not Status.OK]
    if failed:
        rows = ((name_of(one), got.status.value, line(got.message)) for one, got in failed)
        yield _table("Not graded", ("submission", "status", "why"), rows)
    several = [each for each in outcomes if each[1].status is Status.OK and each[1].message]
    if several:
        said = ((name_of(one), line(got.message)) for one, got in several)
        yield _table("Several files", ("submission", "which was graded"), said)


def _attendance(report: ClassReport) -> Iterator[Table]:
    if report.absent:
        rows = (
            (line(student.shown_name), line(student.number or student.email))
            for student in report.absent
        )
        yield _table("Nothing handed in", ("student", "id"), rows)
    if report.unknown:
        rows = ((line(one.submission.key), name_of(one)) for one in report.unknown)
        yield _table("Not on the roster", ("submission", "by"), rows)
    if report.repeated:
        rows = (
            (line(student.shown_name), "; ".join(line(one.submission.key) for one in graded))
            for student, graded in report.repeated.items()
        )
        titles = ("student", "submissions, the one that counts first")
        yield _table("More than one submission", titles, rows)
