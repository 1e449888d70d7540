"""Tensors of models side by side; what is missing, too much or of another shape is marked."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.documents.cells import Cell, Look, Number, Sign
from archstat.documents.comparison import AS_FIRST, OTHER, SAME, SCHEMA
from archstat.documents.document import Column, Document, Line, Notes, Table
from archstat.layers.base import times
from archstat.models.tensors import HeldTensor
from archstat.report.holding import TensorComparison, TensorSlot, sizes_of
from archstat.report.values import Bytes

LACKING = Sign("−", "missing", "missing", Look.BAD)
MORE = Sign("+", "too much", "too much", Look.DOUBT)
NOWHERE = "–"


def holding_document(found: TensorComparison) -> Document:
    """Return tensors side by side: those that differ, totals, and how many fit."""
    names = [holding.model for holding in found.holdings]
    columns = (
        Column("differs", "", is_text=True),
        Column("tensor", "tensor", is_text=True),
        *(Column(name, name, is_text=True) for name in names),
    )
    lines = tuple(Line((_mark(slot), slot.name, *_shapes(slot))) for slot in found.slots)
    parts = [Table(columns, lines, is_ruled=False, fixed=2)] if lines else []
    notes = tuple(found.notes())
    return Document(
        "comparison",
        ", ".join(names[:-1]) + f" and {names[-1]}",
        parts=(*parts, _totals(found, names), *([Notes(notes)] if notes else [])),
        conclusion=_conclusion(found),
        records=lambda: Table(columns, lines),
        data=lambda: _data(found, names),
        is_bare=True,
    )


def _mark(slot: TensorSlot) -> Sign:
    """Return what a tensor is, as seen from the first model."""
    if not slot.differs:
        return SAME
    if slot.tensors[0] is None:
        return MORE
    return LACKING if None in slot.tensors else OTHER


def _shapes(slot: TensorSlot) -> Sequence[Cell]:
    first, *others = slot.tensors
    told = _shape(first)
    return [told, *(AS_FIRST if each and first and each.shape == first.shape else _shape(each)
                    for each in others)]  # fmt: skip


def _shape(tensor: HeldTensor | None) -> Cell:
    if tensor is None:
        return NOWHERE
    return times(tensor.shape) or "one number"


def _totals(found: TensorComparison, names: Sequence[str]) -> Table:
    sizes = [sizes_of([*holding.tensors.values()]) for holding in found.holdings]
    counts = [len(holding.tensors) for holding in found.holdings]
    columns = [Column("total", "total", is_text=True), *(Column(name, name) for name in names)]
    lines = (
        Line(("tensors", *map(Number, counts))),
        Line(("numbers", *(Number(numbers) for numbers, _ in sizes))),
        Line(("bytes", *(Bytes(count) for _, count in sizes))),
    )
    return Table(tuple(columns), lines, is_ruled=False)


def _conclusion(found: TensorComparison) -> str:
    """Return in a sentence what fits, and what is missing, too much, or of another shape."""
    lacking = sum(_mark(slot) is LACKING for slot in found.slots)
    more = sum(_mark(slot) is MORE for slot in found.slots)
    other = sum(_mark(slot) is OTHER for slot in found.slots)
    count = len(found.slots) + found.hidden
    if not lacking + more + other:
        return f"all {count} tensors fit, by name and shape"
    said = [
        f"{lacking} {'is' if lacking == 1 else 'are'} missing" * bool(lacking),
        f"{more} {'is' if more == 1 else 'are'} too much" * bool(more),
        f"{other} {'has another shape' if other == 1 else 'have other shapes'}" * bool(other),
    ]
    fit = count - lacking - more - other
    return f"of {count} tensors {fit} fit; {', '.join(filter(None, said))}"


def _data(found: TensorComparison, names: Sequence[str]) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "models": list(names),
        "differs": found.differs,
        "tensors": [
            {
                "name": slot.name,
                "differs": slot.differs,
                "shapes": [None if each is None else list(each.shape) for each in slot.tensors],
                "dtypes": [None if each is None else each.dtype for each in slot.tensors],
            }
            for slot in found.slots
        ],
        "notes": list(found.notes()),
    }
