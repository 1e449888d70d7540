"""Cases of stores beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archstat.documents.cells import Cell, Number
from archstat.documents.document import Column, Document, Line, Notes, Table
from archstat.documents.sweep.plan import count
from archstat.documents.sweep.results import TITLES, cell_of
from archstat.sweep.comparing import INTERVALS, Beside, CasesBeside

APART = {True: "apart", False: "meet", None: ""}


def compared_document(
    title: str, comparison: CasesBeside, unreadable: Iterable[str] = ()
) -> Document:
    """Return a line a case, with the figure for each value and how it relates to the first."""
    lines = tuple(Line(tuple(_cells(case, comparison))) for case in comparison.cases)
    table = Table(tuple(_columns(comparison)), lines)
    notes = (*_notes(comparison), *unreadable)
    return Document(
        "compared",
        f"{title}: {comparison.figure} by {comparison.key}",
        parts=(table.without_empty(), *((Notes(notes),) if notes else ())),
        conclusion=f"{count(len(lines), 'case')} beside each other",
        facts={"key": comparison.key, "figure": comparison.figure, "names": list(comparison.names)},
        records=lambda: table,
    )


def _columns(comparison: CasesBeside) -> Iterator[Column]:
    for key in comparison.same:
        yield TITLES.get(
            key, Column(key, key.replace("_", " "), is_text=key != "threads", importance=1)
        )
    for at, name in enumerate(comparison.names):
        yield Column(f"{comparison.figure}_{at + 1}", name)
        if at:
            yield Column(f"ratio_{at + 1}", "ratio")
            yield Column(f"intervals_{at + 1}", "intervals", is_text=True, importance=4)


def _cells(case: Beside, comparison: CasesBeside) -> Iterator[Cell]:
    for key in comparison.same:
        value = case.asked[key]
        yield ("channels last" if value else "") if key == "channels_last" else cell_of(key, value)
    for at, figure in enumerate(case.figures):
        yield cell_of(comparison.figure, figure)
        if at:
            ratio = case.ratios[at - 1]
            yield "" if ratio is None else Number(ratio, f"{ratio:.3g}")
            yield APART[case.apart[at - 1]]


def _notes(comparison: CasesBeside) -> Iterator[str]:
    first = comparison.names[0]
    said = f"a ratio is that of {comparison.figure} to what {first} has"
    if comparison.figure in INTERVALS:
        said += "; where the intervals of 95 % meet, it may be chance"
    yield said
    if comparison.doubtful:
        them = "it" if comparison.doubtful == 1 else "them"
        yield (
            f"{count(comparison.doubtful, 'case')} with a figure that is not VALID; "
            f"--where verdict=VALID leaves {them} out"
        )
    if comparison.alone:
        yield f"{count(comparison.alone, 'case')} with one value only are left out"
