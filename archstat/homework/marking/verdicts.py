"""The verdict of every cell of a sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from archstat.graph import INPUT
from archstat.homework.answers.places import BEFORE, BEHIND, TOTAL, WEIGHTED, Key, Place, spelled
from archstat.homework.answers.quantities import QUANTITIES, Quantity, WrittenCell
from archstat.homework.answers.truth import Answer
from archstat.homework.answers.written import reads_number, written
from archstat.homework.cells.values import split_cell
from archstat.homework.marking.following import OwnWords, consequences
from archstat.homework.marking.held import OF_TOOLS, Held, Read, is_right, of_input
from archstat.homework.marking.marks import Mark, Spot, Verdict
from archstat.homework.marking.refitting import fits_elsewhere, of_kind, says_in_part
from archstat.homework.sheet.headings import heading
from archstat.homework.sheet.labels import TRAINABLE, sums_of
from archstat.homework.sheet.sheet import CellEntry, SheetRow
from archstat.homework.sheet.titles import NAMING
from archstat.homework.sheet.titles import TOTAL as TOTAL_WORDS

OF_INPUT = frozenset({"feature_map", "in_shape", "receptive_field", "effective_stride"})
"""What an input has that is worth telling."""

OPERATIONS = frozenset({"macs", "flops"})

OF_OUTPUTS = frozenset({"activations", "activation_bytes"})
"""What only the rows are added up of that there are; hardly a sheet has all ReLUs."""

FEWEST_OF_PART = 10_000
"""Sums of layers that chance hardly gives."""

SEVERAL_VALUES = (2, 3, 4)
"""As many values may stand in a cell, one for each of several layers."""

MOST_JOINED = 5
"""As many layers behind the first may be in one row."""

_REMARK = re.compile(r"\([^()]*\)")
_AND = re.compile(r"[+&→]|\band\b")
_WHOLE = re.compile(r"full|whole|entire|all|global|전체|모두|全")


@dataclass(frozen=True)
class Said:
    """What several sheets say of the layers, together.

    Attributes:
        own: What they say in our own terms.
        asked: Where a right cell counts, by layer and quantity.
    """

    own: OwnWords
    asked: frozenset[Spot]


def own_words(sheets: Sequence[Held], key: Key) -> OwnWords:
    """Return what sheets say of every layer in our own terms; the last that is said counts."""
    written: dict[Spot, WrittenCell] = {}
    of_blocks: dict[Spot, Spot] = {}
    for sheet in sheets:
        for entry in sheet.entries():
            read = sheet.reads[entry.column, entry.quantity]
            if entry.written.is_blank or read.reading is not None:
                continue
            if entry.row in sheet.alignment.inputs:
                written[INPUT, entry.quantity] = entry.written
            elif place := sheet.place(entry.row):
                layer = _layer(place, entry.quantity)
                if layer is not None:
                    written[layer, entry.quantity] = entry.written
                    if not place.is_layer:
                        of_blocks[layer, entry.quantity] = place.name, entry.quantity
    return OwnWords(key.truth, written, of_blocks)


def _layer(place: Place, quantity: str) -> str | None:
    """Return the layer that a cell is about: of a block, the last if it is about what is behind."""
    if place.is_layer:
        return place.name
    return place.members[-1] if quantity in BEHIND and not place.is_sum else None


def verdicts(sheet: Held, said: Said, before: Sequence[Mark] = ()) -> Iterator[Mark]:
    """Yield what is said of each cell of a sheet, sums last.

    Args:
        sheet: The sheet.
        said: What all sheets say together.
        before: What is said of the sheets before it, which a total in the text may add up.
    """
    marks = []
    later = []
    for entry in sheet.entries():
        read = sheet.reads[entry.column, entry.quantity]
        place = sheet.place(entry.row)
        if entry.row in sheet.alignment.inputs:
            marks.append(_of_input(entry, read, sheet.key))
        elif place is None:
            if mark := _of_part(entry, read, sheet):
                marks.append(mark)
        elif place.is_sum:
            later.append((entry, read, place))
        else:
            marks.append(_of_place(entry, read, place, sheet, said))
    yield from _with_one_input(marks)
    for entry, read, place in later:
        column = [one for one in marks if one.entry.column == entry.column]
        rows = column or [one for one in before if one.quantity == read.quantity]
        marks.append(_of_sum(entry, read, place, sheet, rows))
        yield marks[-1]


def _with_one_input(marks: Sequence[Mark]) -> Iterator[Mark]:
    """Yield marks, those of other images than the network's own left open where there is that."""
    right = {one.quantity for one in marks if one.layer == INPUT and one.verdict is Verdict.RIGHT}
    if "feature_map" in right:
        right.add("in_shape")  # of what was an image before it was resized
    for one in marks:
        is_other = one.layer == INPUT and one.quantity in right and one.verdict is Verdict.WRONG
        yield replace(one, verdict=Verdict.NOT_ASKED) if is_other else one


def _of_input(entry: CellEntry, read: Read, key: Key) -> Mark:
    answer = of_input(key, read.quantity)
    if entry.written.is_blank and read.quantity not in OF_INPUT:
        answer = None
    plain = Mark(entry, INPUT, read.quantity, Verdict.NOT_ASKED, answer)
    if answer is None or entry.written.is_blank:
        return plain
    quantity = QUANTITIES[read.quantity]
    if quantity.agrees(entry.written, answer) or (
        read.quantity == "start" and quantity.agrees(entry.written, 0)
    ):
        return replace(plain, verdict=Verdict.RIGHT)
    is_open = quantity.is_setting or read.quantity == "neurons" or answer == 0
    if is_open or quantity.reads(entry.written) is None:
        return plain
    return replace(plain, verdict=Verdict.WRONG)


def _of_place(  # noqa: C901, PLR0911  one for each verdict
    entry: CellEntry, read: Read, place: Place, sheet: Held, said: Said
) -> Mark:
    """Return what is said of a cell about a layer or a block."""
    key, written = sheet.key, entry.written
    quantity = QUANTITIES[read.quantity]
    ours = key.answer(place, read.quantity)
    answer = ours if read.reading is None else key.answer(place, read.quantity, read.reading)
    plain = Mark(entry, place.name, read.quantity, Verdict.NOT_ASKED, answer, place.members)
    if answer is None and ours is None:
        return plain
    if written.is_blank:
        is_asked = any((name, read.quantity) in said.asked for name in place.members)
        return replace(plain, verdict=Verdict.MISSING) if is_asked else plain
    if is_right(entry, place, read.asked, read.quantity, key) or _says_all(
        written, quantity, ours, said
    ):
        return replace(plain, verdict=_rightness(written, quantity), answer=ours)
    by_rules = (answer, *_by_tool(read, place, sheet))
    if any(quantity.agrees(written, one) for one in by_rules):
        return replace(plain, verdict=Verdict.CONVENTION)
    if _is_without_its_layers(entry, read, place, sheet):
        return plain
    if each := _of_each(entry, read, place, sheet) or of_kind(entry, quantity, place, sheet):
        return replace(plain, verdict=Verdict.RIGHT, members=each)
    if quantity.reads(written) is None:
        is_asked = not quantity.is_setting or (place.name, read.quantity) in said.asked
        return replace(plain, verdict=Verdict.UNREADABLE) if is_asked else plain
    if _may_be_right(entry, read, sheet) or _is_left_to_tools(read, place, sheet):
        return replace(plain, verdict=Verdict.NOT_SURE)
    layer = _layer(place, read.quantity)
    if read.reading is None and layer is not None:
        for found in consequences(said.own, layer, read.quantity):
            if found.answer != answer and quantity.agrees(written, found.answer):
                sources = tuple(said.own.of_blocks.get(spot, spot) for spot in found.sources)
                return replace(plain, verdict=Verdict.FOLLOWS, follows_from=sources)
    return replace(plain, verdict=Verdict.WRONG)


def _of_each(entry: CellEntry, read: Read, place: Place, sheet: Held) -> tuple[str, ...]:
    """Return the like layers in a row of each of which a cell says what is right: 18, 26."""
    parts = next(filter(None, (split_cell(entry.written.text, n) for n in SEVERAL_VALUES)), ())
    general = sheet.key.layer(place.members[0]).general
    like = [one for one in sheet.key.layers if one.general == general]
    of_row = [at for at, one in enumerate(like) if one.name in place.members]
    if not of_row or not parts or QUANTITIES[read.quantity].is_setting:
        return ()
    for first in (of_row[0], of_row[-1] + 1 - len(parts)):
        layers = like[max(first, 0) : first + len(parts)]
        is_all = len(layers) == len(parts) and all(
            is_right(
                replace(entry, written=written(part)), one, read.asked, read.quantity, sheet.key
            )
            for part, one in zip(parts, layers, strict=True)
        )
        if is_all:
            return tuple(one.name for one in layers)
    return ()


def _by_tool(read: Read, place: Place, sheet: Held) -> Iterator[Answer]:
    """Yield what the tool that printed a table counts, whatever rule its column follows."""
    names = OF_TOOLS.get(sheet.sheet.table.tool or "", frozenset())
    for reading in QUANTITIES[read.quantity].readings:
        if reading.name in names:
            yield sheet.key.answer(place, read.quantity, reading)


def _is_without_its_layers(entry: CellEntry, read: Read, place: Place, sheet: Held) -> bool:
    """Return whether a module's row counts what is in none of its layers, as torchsummary does."""
    is_of_module = len(place.members) > 1 and sheet.sheet.table.tool == "torchsummary"
    return is_of_module and QUANTITIES[read.quantity].agrees(entry.written, 0)


def _is_left_to_tools(read: Read, place: Place, sheet: Held) -> bool:
    """Return whether a tool counts operations where there are no weights: each has its own rule."""
    is_by_tool = bool(sheet.sheet.table.tool) and read.quantity in OPERATIONS
    return is_by_tool and place.general not in WEIGHTED


def _may_be_right(entry: CellEntry, read: Read, sheet: Held) -> bool:
    """Return whether a cell is right if its row or its column is read in another way."""
    asked = read.column.way.asks if read.column.way else ()
    is_open = not read.is_sure or read.quantity == "weight_shape"
    if is_open or says_in_part(entry, read.quantity, sheet):
        return True
    if read.quantity == "filter_depth" and read.quantity not in asked:
        place = sheet.place(entry.row)  # of 3×3×16, the last may as well be filters
        is_of_filters = place is not None and _says_filters(entry, place, sheet)
        return is_of_filters and not _tells_depths(entry.column, sheet)
    if read.quantity in BEFORE and read.quantity not in asked:
        return True  # of 512 → 64, what is asked is right or wrong alone
    row = next(one for one in sheet.sheet.rows if one.index == entry.row)
    if QUANTITIES[read.quantity].is_setting and fits_elsewhere(row, sheet):
        return True
    name = sheet.alignment.layers.get(entry.row, "")
    is_named = name in sheet.key.truth.nodes and spelled(row.text) == spelled(name)
    is_part = row.label.is_block or row.label.family in {None, "output"}
    if is_part and not is_named and _of_part(entry, read, sheet):
        return True
    others = () if is_named else sheet.alignment.others.get(entry.row, ())
    others = (*others, *_joined(row, sheet))
    return any(is_right(entry, one, read.asked, read.quantity, sheet.key) for one in others)


def _says_filters(entry: CellEntry, place: Place, sheet: Held) -> bool:
    return is_right(entry, place, "filters", "filters", sheet.key)


def _tells_depths(column: int, sheet: Held) -> bool:
    """Return whether a column says rather how deep filters are than how many there are."""
    key = "filter_depth"
    entries = [one for one in sheet.entries() if (one.column, one.quantity) == (column, key)]
    pairs = [(one, place) for one in entries if (place := sheet.place(one.row)) is not None]
    depths = {one.row for one, place in pairs if is_right(one, place, key, key, sheet.key)}
    filters = {one.row for one, place in pairs if _says_filters(one, place, sheet)}
    return bool(depths - filters) and len(depths - filters) >= len(filters - depths)


def _joined(row: SheetRow, sheet: Held) -> Sequence[Place]:
    """Return the layers behind the one that a row is about, if it names several: "GAP + FC"."""
    place, texts = sheet.place(row.index), row.cells
    columns = [column.index for column in sheet.sheet.columns if column.way is None]
    if place is None or place.span is None or not any(_AND.search(texts[at]) for at in columns):
        return ()
    start = place.span[0] + 1
    return sheet.key.layers[start : start + MOST_JOINED]


def _rightness(written: WrittenCell, quantity: Quantity) -> Verdict:
    is_rounded = quantity.is_telling and _is_rounded(written)
    return Verdict.ROUNDED if is_rounded else Verdict.RIGHT


def _is_rounded(written: WrittenCell) -> bool:
    """Return whether a number is not written in full."""
    return bool(written.numbers) and all(one.digits is not None for one in written.numbers)


def _says_all(written: WrittenCell, quantity: Quantity, answer: Answer, said: Said) -> bool:
    """Return whether a cell says in words that a unit sees the whole image, and it does."""
    if quantity.key != "receptive_field" or not isinstance(answer, tuple):
        return False
    image = said.own.truth.graph.input_shape[1:]
    sees = all(a >= b for a, b in zip(answer, image, strict=False))
    return sees and _WHOLE.search(written.text.casefold()) is not None


def _of_sum(  # noqa: C901, PLR0911  one for each verdict
    entry: CellEntry, read: Read, place: Place, sheet: Held, rows: Sequence[Mark]
) -> Mark:
    """Return what is said of a cell that adds up some of these rows."""
    key, written, quantity = sheet.key, entry.written, QUANTITIES[read.quantity]
    name = TOTAL if place.name == TOTAL else f"{TOTAL} of {place.name}"
    answer = key.answer(place, read.quantity, read.reading) if quantity.is_summed else None
    plain = Mark(entry, name, read.quantity, Verdict.NOT_ASKED, answer)
    if answer is None or written.is_blank:
        return plain
    if is_right(entry, place, read.asked, read.quantity, key):
        return replace(plain, verdict=_rightness(written, quantity))
    if quantity.agrees(written, answer):
        return replace(plain, verdict=Verdict.CONVENTION)
    if not written.counts:
        return replace(plain, verdict=Verdict.UNREADABLE)
    if open_verdict := _open(entry, read, place, sheet, answer):
        return replace(plain, verdict=open_verdict)
    column = [one for one in rows if one.members and set(place.members) >= set(one.members)]
    column = column or [one for one in rows if not one.members and one.layer != INPUT]
    listed = [one.answer for one in column if isinstance(one.answer, (int, Fraction))]
    if read.quantity in OF_OUTPUTS and listed and quantity.agrees(written, sum(listed)):
        return replace(plain, verdict=_rightness(written, quantity))  # of the rows that there are
    if place.name == TOTAL and _is_of_some(sheet, entry.row):
        return _of_part(entry, read, sheet) or replace(plain, verdict=Verdict.NOT_SURE)
    own = [quantity.reads(one.entry.written) for one in column]
    if quantity.agrees(written, sum(n for n in own if isinstance(n, (int, Fraction)))):
        wrong = [
            one for one in column if not one.verdict.is_right and not one.entry.written.is_blank
        ]
        if not wrong and (read.reading is not None or _is_whole(column, place, sheet.key)):
            return replace(plain, verdict=Verdict.CONVENTION)  # of the rows that there are
        if not wrong:
            return replace(plain, verdict=Verdict.WRONG)
        spots = tuple(one.place for one in wrong)
        return replace(plain, verdict=Verdict.FOLLOWS, follows_from=spots)
    return replace(plain, verdict=Verdict.WRONG)


def _is_frozen(entry: CellEntry, read: Read, sheet: Held, answer: Answer) -> bool:
    """Return whether a sum of what learns, or does not, leaves out layers in a row that may be so.

    A network does not say which of its layers are kept as they are.
    """
    table = sheet.sheet.table
    text = " ".join((*table.header, *table.rows[entry.row][:1]))
    value = read.quantity in {"params", "buffers"} and reads_number(entry.written)
    is_told = read.quantity == "buffers" or TRAINABLE.search(text.casefold())
    if not is_told or not isinstance(value, int) or not isinstance(answer, int):
        return False
    rules = (None, *QUANTITIES["params"].readings)
    wholes = [sheet.key.answer(sheet.key.sums[TOTAL], "params", rule) for rule in rules]
    parts = {value} | {whole - value for whole in wholes if isinstance(whole, int)}
    layers = (sheet.key.answers(place).get("params") for place in sheet.key.layers)
    is_of_some = any(sheet.key.span_of("params", part) for part in parts)
    return is_of_some or bool(parts & {params for params in layers if params})


def _is_of_layer(entry: CellEntry, read: Read, sheet: Held) -> bool:
    """Return whether a total in the text is what is true of a layer: of the one it stands under."""
    value = reads_number(entry.written)
    keys = {read.quantity, "activations"} if read.quantity == "neurons" else {read.quantity}
    found = {sheet.key.answers(place).get(key) for place in sheet.key.layers for key in keys}
    return isinstance(value, int) and value >= FEWEST_OF_PART and value in found


def _open(
    entry: CellEntry, read: Read, place: Place, sheet: Held, answer: Answer
) -> Verdict | None:
    """Return what is said of a sum that is not ours, where more than that cannot be known."""
    if place.name == TOTAL and _is_frozen(entry, read, sheet, answer):
        return Verdict.RIGHT
    if place.name == TOTAL and sheet.sheet.is_of_text and _is_of_layer(entry, read, sheet):
        return Verdict.NOT_SURE
    is_by_tool = bool(sheet.sheet.table.tool) and read.quantity in OPERATIONS
    if sheet.sheet.is_open or (is_by_tool and _is_rounded(entry.written)):
        return Verdict.NOT_SURE  # each version of a tool has its own rule
    return None


def _of_part(entry: CellEntry, read: Read, sheet: Held) -> Mark | None:
    """Return the mark of a cell that is the sum of some layers in a row, to the last digit."""
    quantity = QUANTITIES[read.quantity]
    value = quantity.reads(entry.written) if quantity.is_summed else None
    if not isinstance(value, int) or value < FEWEST_OF_PART:
        return None
    members = sheet.key.span_of(read.quantity, value)
    if not members:
        return None
    layer = f"{members[0]} … {members[-1]}"
    return Mark(entry, layer, read.quantity, Verdict.RIGHT, value, members)


def _is_of_some(sheet: Held, row: int) -> bool:
    """Return whether a total may be one of some layers: "Embeddings total"."""
    text = next(one.text for one in sheet.sheet.rows if one.index == row)
    rest = TOTAL_WORDS.sub(" ", _REMARK.sub(" ", text)).strip(" :.-*#")
    is_counted = bool(set(heading(rest).quantities) - NAMING)
    return any(map(str.isalpha, rest)) and not is_counted and not sums_of(text)


def _is_whole(column: Sequence[Mark], place: Place, key: Key) -> bool:
    """Return whether rows leave no layer out that counts in a sum."""
    there = {name for one in column for name in one.members}
    quantities = {one.quantity for one in column}
    left_out = [key.truth.account[name] for name in place.members if name not in there]
    return not any(answers.get(quantity) for answers in left_out for quantity in quantities)
