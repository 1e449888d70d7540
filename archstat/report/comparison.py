"""Networks side by side: which layer of one is which of another, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from fractions import Fraction

from archstat.record import record
from archstat.report.report import NetworkReport, Row

COMPARED = ("out_shape", "params", "macs", "activation_bytes")
"""What two layers are compared by, beside their settings."""

_SETTINGS = ("kind", "filters", "kernel_size", "stride", "padding", "groups")

TOTALS = ("params", "weights", "biases", "neurons", "macs", "activation_bytes")
"""The totals that are compared."""


@record
class Slot:
    """A place in the networks: the layer that each has there, or None."""

    rows: tuple[Row | None, ...]

    @property
    def differs(self) -> bool:
        """Whether the networks are not the same here."""
        return len({None if row is None else _facts(row) for row in self.rows}) > 1

    @property
    def name(self) -> str:
        """What the layer is called; every name, where there are several."""
        return " / ".join(dict.fromkeys(row.name for row in self.rows if row is not None))


def _facts(row: Row) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in (*_SETTINGS, *COMPARED))


@record
class NetworkComparison:
    """Networks side by side, layer by layer.

    Attributes:
        hidden: How many layers are the same in all networks, and are left out.
    """

    reports: tuple[NetworkReport, ...]
    slots: tuple[Slot, ...]
    hidden: int = 0

    def changes(self) -> NetworkComparison:
        """Return the comparison without the layers that are the same in all networks."""
        slots = tuple(slot for slot in self.slots if slot.differs)
        return replace(self, slots=slots, hidden=len(self.slots) - len(slots))

    @property
    def differs(self) -> bool:
        """Whether any layer is not the same in all networks."""
        return any(slot.differs for slot in self.slots)

    def totals(self, key: str) -> tuple[int, ...]:
        """Return a total of every network."""
        return tuple(getattr(report.totals, key) for report in self.reports)

    def ratios(self, key: str) -> tuple[Fraction | None, ...]:
        """Return every network's total over that of the first; None where that is 0."""
        first, *_ = totals = self.totals(key)
        return tuple(Fraction(total, first) if first else None for total in totals)


def compare(reports: Sequence[NetworkReport]) -> NetworkComparison:
    """Return networks side by side.

    Layers are aligned as sequences: by name and kind where these agree, then by kind alone.
    """
    slots = [Slot((row,)) for row in reports[0].layers]
    for number, report in enumerate(reports[1:], 1):
        slots = list(_joined(slots, report.layers, number))
    return NetworkComparison(tuple(reports), tuple(slots))


def _joined(slots: Sequence[Slot], rows: Sequence[Row], before: int) -> Iterator[Slot]:
    """Yield slots with the layers of one more network."""
    nothing: tuple[Row | None, ...] = (None,) * before
    for ours, theirs in _blocks(slots, rows):
        common = min(len(ours), len(theirs)) if _is_alike(ours, theirs) else 0
        for slot, row in zip(ours[:common], theirs[:common], strict=True):
            yield Slot((*slot.rows, row))
        for slot in ours[common:]:
            yield Slot((*slot.rows, None))
        for row in theirs[common:]:
            yield Slot((*nothing, row))


def _is_alike(slots: Sequence[Slot], rows: Sequence[Row]) -> bool:
    """Return whether layers between two agreements can stand beside each other."""
    return bool(rows) and [_kind(slot) for slot in slots[: len(rows)]] == [
        row.kind for row in rows[: len(slots)]
    ]


def _blocks(
    slots: Sequence[Slot], rows: Sequence[Row]
) -> Iterator[tuple[Sequence[Slot], Sequence[Row]]]:
    """Yield runs of slots and layers that belong together."""
    by_name = SequenceMatcher(
        None,
        [(slot.name, _kind(slot)) for slot in slots],
        [(row.name, row.kind) for row in rows],
        autojunk=False,
    )
    by_kind = SequenceMatcher(
        None, [_kind(slot) for slot in slots], [row.kind for row in rows], autojunk=False
    )
    matcher = by_name if any(block.size for block in by_name.get_matching_blocks()) else by_kind
    for _, a, b, c, d in matcher.get_opcodes():
        yield slots[a:b], rows[c:d]


def _kind(slot: Slot) -> str:
    return next(row.kind for row in slot.rows if row is not None)
