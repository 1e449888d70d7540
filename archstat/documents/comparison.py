"""Networks side by side; what differs is marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archstat.documents.cells import EMPTY, Cell, Look, Number, Sign
from archstat.documents.document import Column, Document, Line, Notes, Table
from archstat.report.comparison import COMPARED, TOTALS, NetworkComparison, Slot
from archstat.report.export import ExportComparison
from archstat.report.report import Row
from archstat.report.values import Map, Named

SCHEMA = 1
"""The version of the JSON contract."""

MOST_NAMES = 4
"""Of layers that a note names."""

SAME = Sign("", "same", "the same in all")
OTHER = Sign("≠", "differs", "differs", Look.DOUBT)
AS_FIRST = Named("=", "=")

QUANTITIES = {"out_shape": "feature map", "params": "params", "macs": "MACs"}
"""What people see of the layers."""


def comparison_document(
    comparison: NetworkComparison, *, says_what_is_hidden: bool = False
) -> Document:
    """Return networks side by side: layer by layer, and their totals.

    Args:
        comparison: Of all layers, or of those that differ.
        says_what_is_hidden: Whether somebody must be told that others were left out.
    """
    hidden = comparison.hidden if says_what_is_hidden else 0
    notes = [f"{hidden:,} layers are the same in all; -f markdown has them, too"] * bool(hidden)
    notes += _on_export(comparison)
    names = [report.model for report in comparison.reports]
    return Document(
        "comparison",
        ", ".join(names[:-1]) + f" and {names[-1]}",
        parts=(_layers(comparison, names), _totals(comparison, names), Notes(tuple(notes))),
        conclusion=_conclusion(comparison),
        records=lambda: _records(comparison, names),
        data=lambda: _data(comparison, names),
        is_bare=True,
    )


def _on_export(comparison: NetworkComparison) -> Iterator[str]:
    """Yield what is to be said of the operators of an exported file."""
    if not isinstance(comparison, ExportComparison):
        return
    if comparison.folded:
        yield f"folded into the layer before: {_first_of(comparison.folded)}"
    if comparison.unbiased:
        names = _first_of(comparison.unbiased)
        yield f"without biases in the file, as exporters leave out those that are 0: {names}"
    if comparison.left_out:
        yield (
            "compared is what holds parameters or multiplies; "
            f"{comparison.left_out:,} other operators of the file are not"
        )


def _first_of(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMES]) + " …" * (len(names) > MOST_NAMES)


def _layers(comparison: NetworkComparison, names: Sequence[str]) -> Table:
    columns = [Column("differs", "", is_text=True), Column("layer", "layer", is_text=True)]
    columns += [
        Column(f"{name}:{key}", name, group=title, is_text=key == "out_shape")
        for key, title in QUANTITIES.items()
        for name in names
    ]
    lines = (
        Line((OTHER if slot.differs else SAME, slot.name, *_cells(slot)))
        for slot in comparison.slots
    )
    return Table(tuple(columns), tuple(lines), is_ruled=False, fixed=2)


def _cells(slot: Slot) -> Iterator[Cell]:
    """Yield what each network has; "=" where it is what the first one has."""
    for key in QUANTITIES:
        first, *others = (EMPTY if row is None else _cell(row, key) for row in slot.rows)
        yield first
        yield from (AS_FIRST if cell == first != EMPTY else cell for cell in others)


def _cell(row: Row, key: str) -> Cell:
    if key == "out_shape":
        return Map(row.out_shape[0], row.out_shape[1:]) if row.out_shape else ""
    value: int | None = getattr(row, key)
    return value


def _totals(comparison: NetworkComparison, names: Sequence[str]) -> Table:
    """Return every total of every network, and how often it has that of the first."""
    columns = [Column("total", "total", is_text=True), *(Column(name, name) for name in names)]
    lines = []
    for key in TOTALS:
        first, *others = comparison.totals(key)
        ratios = comparison.ratios(key)[1:]
        shown = ["?" if ratio is None else f"× {float(ratio):.3g}" for ratio in ratios]
        cells = (
            Number(total, f"{total:,} ({ratio})" if total else f"– ({ratio})")
            for total, ratio in zip(others, shown, strict=True)
        )
        lines.append(Line((Named(key, key.replace("_", " ")), first, *cells)))
    return Table(tuple(columns), tuple(lines), is_ruled=False)


def _conclusion(comparison: NetworkComparison) -> str:
    """Return in a sentence how many layers differ."""
    count = sum(slot.differs for slot in comparison.slots)
    number = len(comparison.slots) + comparison.hidden
    of_all = f"of {number} {'layer' if number == 1 else 'layers'}"
    if count:
        return f"{count} {of_all} {'differs' if count == 1 else 'differ'}"
    is_export = isinstance(comparison, ExportComparison)
    return "the export has changed nothing that counts" if is_export else "no difference"


def _records(comparison: NetworkComparison, names: Sequence[str]) -> Table:
    """Return a line a layer, with each quantity of each network; empty is what one has not."""
    columns = [Column("layer", "layer", is_text=True), Column("differs", "differs")]
    columns += [Column(f"{name}:{key}", f"{name}: {key}") for key in COMPARED for name in names]
    lines = (
        Line((slot.name, Number(int(slot.differs)), *_plain(slot))) for slot in comparison.slots
    )
    return Table(tuple(columns), tuple(lines))


def _plain(slot: Slot) -> Iterator[Cell]:
    for key in COMPARED:
        for row in slot.rows:
            if row is None:
                yield EMPTY
            elif key == "out_shape":
                yield Map(None, row.out_shape)
            else:
                yield getattr(row, key)


def _data(comparison: NetworkComparison, names: Sequence[str]) -> dict[str, object]:
    """Return the JSON contract: rows as in that of a report."""
    return {
        "schema": SCHEMA,
        "models": list(names),
        "differs": comparison.differs,
        "layers": [
            {
                "differs": slot.differs,
                "rows": [None if row is None else row.to_dict() for row in slot.rows],
            }
            for slot in comparison.slots
        ],
        "totals": {key: list(comparison.totals(key)) for key in TOTALS},
    }
