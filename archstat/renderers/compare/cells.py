"""The cells of a comparison, the same in every format for people."""

from __future__ import annotations

from collections.abc import Iterator

from archstat.documents.cells import NOTHING, for_people
from archstat.report.comparison import TOTALS, Comparison, Slot
from archstat.report.report import Row
from archstat.report.values import Map

SAME, OTHER = "", "≠"
ABSENT, AS_FIRST = "", "="

_QUANTITIES = {"out_shape": "feature map", "params": "params", "macs": "MACs"}


def titles(comparison: Comparison) -> tuple[list[str], list[str]]:
    """Return two lines of titles: every quantity, and below it every network."""
    names = [report.model for report in comparison.reports]
    others = [""] * (len(names) - 1)
    above = [text for title in _QUANTITIES.values() for text in (title, *others)]
    return ["", "", *above], ["", "layer", *(names * len(_QUANTITIES))]


def lines(comparison: Comparison) -> Iterator[list[str]]:
    """Yield a line for each layer."""
    for slot in comparison.slots:
        yield [OTHER if slot.differs else SAME, slot.name, *_cells(slot)]


def _cells(slot: Slot) -> Iterator[str]:
    """Yield what each network has; "=" where it is what the first one has."""
    for key in _QUANTITIES:
        first = ABSENT if slot.rows[0] is None else _cell(slot.rows[0], key)
        yield first
        for row in slot.rows[1:]:
            cell = ABSENT if row is None else _cell(row, key)
            yield AS_FIRST if cell == first and row is not None else cell


def _cell(row: Row, key: str) -> str:
    if key == "out_shape":
        return for_people(Map(row.out_shape[0], row.out_shape[1:])) if row.out_shape else NOTHING
    return for_people(getattr(row, key))


def totals(comparison: Comparison) -> Iterator[list[str]]:
    """Yield a line for each total: every network's, and how often it has that of the first."""
    for key in TOTALS:
        ratios = comparison.ratios(key)[1:]
        shown = ["?" if ratio is None else f"× {float(ratio):.3g}" for ratio in ratios]
        numbers = [for_people(total) for total in comparison.totals(key)]
        pairs = (f"{number} ({ratio})" for number, ratio in zip(numbers[1:], shown, strict=True))
        yield [key.replace("_", " "), numbers[0], *pairs]


def conclusion(comparison: Comparison) -> str:
    """Return in a sentence how many layers differ."""
    count = sum(slot.differs for slot in comparison.slots)
    of_all = f"of {len(comparison.slots) + comparison.hidden} layers"
    return f"{count} {of_all} {'differs' if count == 1 else 'differ'}" if count else "no difference"
