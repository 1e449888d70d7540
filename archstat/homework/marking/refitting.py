"""Rows whose cells say that they are about other layers beside those that their labels say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from archstat.homework.answers.places import Key, Place, spelled
from archstat.homework.answers.quantities import OF_MAPS, QUANTITIES, Quantity
from archstat.homework.answers.written import written
from archstat.homework.cells.values import split_cell
from archstat.homework.marking.held import Held, is_right
from archstat.homework.sheet.sheet import CellEntry, SheetRow

FEWEST_OF_KIND = 10_000
"""Sums of layers of a kind that chance hardly gives."""

MOST_MORE = 2
"""Layers without a row in front of a row's own, or behind, that it may be about as well."""


def refitted(sheet: Held) -> Held:
    """Return a sheet whose rows are about what makes more of their cells right.

    A row may take the layers without a row beside its own, a row without a label goes on with the
    row above it, and one that is not called as its layer may be about another one between those
    of the rows around it, if each of its cells says so.
    """
    key, places = sheet.key, dict(sheet.alignment.places)
    rows = [row for row in sheet.sheet.rows if row.index not in sheet.alignment.inputs]
    moved: set[int] = set()
    for number, row in enumerate(rows):
        place = places.get(row.index)
        is_sum = place is not None and place.is_sum
        if is_sum and sheet.sheet.table.tool is None:
            continue
        entries = [
            one
            for one in sheet.sheet.said(row)
            if QUANTITIES[one.quantity].reads(one.written) is not None
        ]
        wrong = _wrong(entries, place, sheet)
        if not wrong:
            continue
        before = [places.get(one.index) for one in rows[:number]]
        behind = [places.get(one.index) for one in rows[number + 1 :]]
        start = next((one.span[1] for one in reversed(before) if one and one.span), 0)
        stop = next((one.span[0] for one in behind if one and one.span), len(key.layers))
        above = before[-1] if before and not row.text.strip() else None
        around = [] if sheet.sheet.table.tool is None else _around(row, behind, key)
        for other in around:
            if not _wrong(entries, other, sheet):
                places[row.index] = other
                moved.add(row.index)
                break
        if row.index in moved or is_sum:
            continue
        for other in _others(row, place, above, key, range(start, stop)):
            left = _wrong(entries, other, sheet)
            is_wider = place is not None and set(place.members) < set(other.members)
            is_better = _is_better(wrong, left) if is_wider else not left and len(entries) > 1
            if is_better or (other is above and not left):
                places[row.index] = other
                moved.add(row.index)
                break
    if not moved:
        return sheet
    extra = tuple(row for row in sheet.alignment.extra if row not in places)
    reordered = tuple(row for row in sheet.alignment.reordered if row not in moved)
    alignment = replace(sheet.alignment, places=places, extra=extra, reordered=reordered)
    return replace(sheet, alignment=alignment)


def fits_elsewhere(row: SheetRow, sheet: Held) -> bool:
    """Return whether all that a row says, that no name or number tells of, is right elsewhere."""
    place = sheet.place(row.index)
    if place is None or _is_called(row, place):
        return False
    if row.label.family is not None and row.label.number is not None:
        return False
    entries = [one for one in sheet.sheet.said(row) if not one.written.is_blank]
    reads = [sheet.reads[one.column, one.quantity] for one in entries]
    return len(entries) > 1 and any(
        all(
            is_right(entry, other, read.asked, read.quantity, sheet.key)
            for entry, read in zip(entries, reads, strict=True)
        )
        for other in (*sheet.key.layers, *sheet.key.blocks)
    )


def of_kind(entry: CellEntry, quantity: Quantity, place: Place, sheet: Held) -> tuple[str, ...]:
    """Return all layers of the kind that a row is of, where a cell has what they have together."""
    value = quantity.reads(entry.written) if quantity.is_summed else None
    if not isinstance(value, int) or value < FEWEST_OF_KIND:
        return ()
    for one in sheet.key.sums.values():
        kinds = {sheet.key.layer(name).general for name in one.members}
        is_of_these = kinds == {place.general} and set(place.members) < set(one.members)
        if is_of_these and sheet.key.answer(one, quantity.key) == value:
            return one.members
    return ()


def says_in_part(entry: CellEntry, quantity: str, sheet: Held) -> bool:
    """Return whether a cell may state something else that is right: "16 maps", "5×5, 1×1×120".

    A map's channels alone, one map of two, or filters where no other column asks for their number.
    """
    place, says = sheet.place(entry.row), QUANTITIES[quantity].reads(entry.written)
    answer = None if place is None else sheet.key.answer(place, quantity)
    if place is None or not isinstance(answer, tuple):
        return False
    if quantity in OF_MAPS:
        parts = split_cell(entry.written.text, 2)
        is_one = any(QUANTITIES[quantity].agrees(written(part), answer) for part in parts)
        return is_one or (len(answer) > 1 and says == answer[:1])
    is_asked = any(key == "filters" and at != entry.column for at, key in sheet.reads)
    is_kernel = quantity == "kernel_size" and not is_asked
    return is_kernel and is_right(entry, place, "filters", "filters", sheet.key)


def _wrong(entries: Sequence[CellEntry], place: Place | None, sheet: Held) -> list[CellEntry]:
    """Return the cells of a row that are not right at a place, under the rule of their column."""
    if place is None:
        return list(entries)
    found = []
    for entry in entries:
        read = sheet.reads[entry.column, entry.quantity]
        answer = sheet.key.answer(place, read.quantity, read.reading)
        if not (
            is_right(entry, place, read.asked, read.quantity, sheet.key)
            or QUANTITIES[read.quantity].agrees(entry.written, answer)
        ):
            found.append(entry)
    return found


def _is_better(before: Sequence[CellEntry], after: Sequence[CellEntry]) -> bool:
    """Return whether wrong cells are right with more layers: sums, and nothing else is lost."""
    still = {(one.column, one.quantity) for one in after}
    repaired = [one for one in before if (one.column, one.quantity) not in still]
    is_kept = still <= {(one.column, one.quantity) for one in before}
    return (
        is_kept and bool(repaired) and all(QUANTITIES[one.quantity].is_summed for one in repaired)
    )


def _others(
    row: SheetRow, place: Place | None, above: Place | None, key: Key, free: range
) -> Iterator[Place]:
    """Yield what else a row may be about, of the layers from the row above to the row below."""
    if above is not None:
        yield above
    if place is not None and row.label.times > 1:  # RMSNorm (×2)
        likes = (part for part in key.parts if len(part.members) == row.label.times)
        yield from (part for part in likes if set(place.members) < set(part.members))
    if place is not None and place.span is not None:
        first, last = place.span
        for start in range(max(free.start, first - MOST_MORE), first + 1):
            for stop in range(last, min(free.stop, last + MOST_MORE) + 1):
                if (start, stop) != place.span:
                    names = tuple(key.order[start:stop])
                    name = f"{names[0]} … {names[-1]}"
                    yield replace(place, name=name, members=names, span=(start, stop))
    if place is None or not _is_called(row, place):
        for other in (*key.layers, *key.blocks):
            if other.span is not None and other.span[0] in free and other.span[1] <= free.stop:
                yield other


def _around(row: SheetRow, behind: Sequence[Place | None], key: Key) -> Iterator[Place]:
    """Yield what a row of a module may be about that a tool prints: the rows under it."""
    spans = [place.span for place in behind if place is not None and place.span is not None]
    if row.label.family is not None or not spans:
        return
    start = spans[0][0]
    for stop in dict.fromkeys(stop for _, stop in spans if stop > start):
        names = tuple(key.order[start:stop])
        name = names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"
        yield key.by_name.get(name) or Place(name, names, (start, stop))


def _is_called(row: SheetRow, place: Place) -> bool:
    return not place.spelled.isdisjoint(map(spelled, row.names))
