"""The verdict of every cell of a sheet, and the mistakes behind the wrong ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from archstat.analyses.conventions.convention import Convention
from archstat.graph import INPUT, Node
from archstat.homework.answers.quantities import QUANTITIES, Layered, Quantity, Reading, Written
from archstat.homework.answers.truth import Answer, Truth
from archstat.homework.marking.causes import Cause, causes_of
from archstat.homework.marking.following import OwnWords, consequences
from archstat.homework.marking.marks import TOTAL, Mark, Verdict
from archstat.homework.marking.policy import ALIKE, Policy
from archstat.homework.reading.text import harmless
from archstat.homework.sheet.alignment import ASKED, Alignment, aligned, family_of
from archstat.homework.sheet.sheet import Column, Entry, Sheet


@dataclass(frozen=True)
class Read:
    """How a column was read.

    Attributes:
        quantity: What it was taken to ask for.
        reading: The rule by which it was filled in, if it is not ours.
        is_declared: Whether that rule counts as right.
    """

    column: Column
    quantity: str
    reading: Reading | None = None
    is_declared: bool = True


@dataclass(frozen=True)
class Gap:
    """A cell that earns nothing because its layer has no row."""

    layer: str
    quantity: str
    worth: Fraction


@dataclass(frozen=True)
class Marked:
    """A sheet with its marks.

    Attributes:
        reads: How the columns were read, by their numbers and quantities.
        marks: What is said of each cell; with the gaps, their worth adds up to `out_of`.
        causes: The mistakes behind its wrong cells, the one behind most of them first.
        points, out_of: What it earned, of what it could.
    """

    sheet: Sheet
    truth: Truth
    policy: Policy
    alignment: Alignment
    reads: Mapping[tuple[int, str], Read]
    marks: tuple[Mark, ...]
    gaps: tuple[Gap, ...]
    causes: tuple[Cause, ...]
    points: Fraction
    out_of: Fraction

    @property
    def is_right(self) -> bool:
        """Whether no cell is wrong, missing or unreadable."""
        bad = {Verdict.WRONG, Verdict.FOLLOWS, Verdict.MISSING, Verdict.UNREADABLE}
        return not self.gaps and not any(mark.verdict in bad for mark in self.marks)

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """The quantities that are asked for and have no column."""
        return _without_column(self.policy, self.reads)


def mark(sheet: Sheet, truth: Truth, policy: Policy) -> Marked:
    """Return a sheet with the verdict of every cell, and the mistakes behind the wrong ones."""
    alignment = aligned(sheet, truth)
    layers = _layers(alignment)
    sheet, reads = _read(sheet, truth, layers, policy)
    own = _own_words(sheet, layers, reads, truth)
    marks = [
        _verdict(entry, layers[row.index], reads[entry.column, entry.quantity], own)
        for row in sheet.rows
        if row.index in layers
        for entry in row.entries
    ]
    texts = {row.index: row.text for row in sheet.rows}
    marks = [_totalled(one, marks, texts, reads, truth) for one in marks]
    causes = causes_of(marks, truth, _names(sheet, layers))
    known = {cell for cause in causes for cell in cause.cells}
    marks = [_valued(one, reads, truth, policy, is_known=one.cell in known) for one in marks]
    asked = tuple(dict.fromkeys(read.quantity for read in reads.values()))
    gaps = [
        Gap(layer, quantity, policy.worth(quantity))
        for layer in alignment.missing
        for quantity in asked
        if _counts(layer, quantity, truth)
    ]
    alignment = replace(alignment, missing=tuple(dict.fromkeys(gap.layer for gap in gaps)))
    gaps += [
        Gap(layer, quantity, policy.worth(quantity))
        for quantity in _without_column(policy, reads)
        for layer in truth.account
        if _counts(layer, quantity, truth)
    ]
    out_of = sum([one.worth for one in marks] + [gap.worth for gap in gaps], Fraction(0))
    if policy.out_of is not None:
        scale = policy.out_of / out_of if out_of else Fraction(0)
        marks = [replace(one, worth=one.worth * scale, points=one.points * scale) for one in marks]
        gaps = [replace(gap, worth=gap.worth * scale) for gap in gaps]
        out_of = policy.out_of
    return Marked(
        sheet,
        truth,
        policy,
        alignment,
        reads,
        tuple(marks),
        tuple(gaps),
        causes,
        points=sum((one.points for one in marks), Fraction(0)),
        out_of=out_of,
    )


def _without_column(policy: Policy, reads: Mapping[tuple[int, str], Read]) -> tuple[str, ...]:
    """Return the quantities that are asked for and have no column."""
    there = {read.quantity for read in reads.values()}
    there |= {ALIKE[quantity] for quantity in there if quantity in ALIKE}
    return tuple(quantity for quantity in policy.asked if quantity not in there)


def _layers(alignment: Alignment) -> dict[int, str]:
    layers = dict(alignment.layers)
    layers |= dict.fromkeys(alignment.inputs, INPUT)
    layers |= dict.fromkeys(alignment.totals, TOTAL)
    return layers


def _names(sheet: Sheet, layers: Mapping[int, str]) -> dict[str, str]:
    """Return what a sheet calls the layers, where it calls no two the same."""
    texts = {row.index: " ".join(harmless(row.text).split()) for row in sheet.rows}
    times = Counter(texts.values())
    return {layer: texts[row] for row, layer in layers.items() if times[texts[row]] == 1}


def _read(
    sheet: Sheet, truth: Truth, layers: Mapping[int, str], policy: Policy
) -> tuple[Sheet, dict[tuple[int, str], Read]]:
    """Return how each column is to be read: as most of its cells are right."""
    choices: dict[int, str] = {}
    reads: dict[tuple[int, str], Read] = {}
    for column in sheet.columns:
        entries = [
            entry
            for row in sheet.rows
            if row.index in layers and layers[row.index] != TOTAL
            for entry in row.entries
            if entry.column == column.index
        ]
        alone = len(column.asks) == 1 and column.asks[0] in QUANTITIES
        for asked in dict.fromkeys(entry.quantity for entry in entries):
            cells = [
                (layers[entry.row], entry.written)
                for entry in entries
                if entry.quantity == asked and not entry.written.is_blank
            ]
            others = column.others if alone and asked == column.asks[0] else ()
            if asked == "weights" and "weights-only" in policy.conventions:
                others = ()
            best = max(
                _ways(column, asked, others, policy), key=lambda way: _right(way, cells, truth)
            )
            reads[column.index, best.quantity] = best
            if best.quantity != asked:
                choices[column.index] = best.quantity
    if choices:
        sheet = sheet.asking(choices)
        for entry in (entry for row in sheet.rows for entry in row.entries):
            column = sheet.columns[entry.column]  # a cell may state settings beside the one asked
            reads.setdefault((entry.column, entry.quantity), Read(column, entry.quantity))
    return sheet, reads


def _ways(column: Column, asked: str, others: Sequence[str], policy: Policy) -> Iterator[Read]:
    """Yield the ways to read a column, the plainest first."""
    for quantity in (asked, *others):
        yield Read(column, quantity)
    for quantity in (asked, *others):
        for reading in QUANTITIES[quantity].readings:
            yield Read(column, quantity, reading, policy.accepts(reading.name))


def _right(read: Read, cells: Sequence[tuple[str, Written]], truth: Truth) -> int:
    """Return how many cells are right under a reading."""
    quantity = QUANTITIES[read.quantity]
    return sum(
        quantity.agrees(written, answer_of(read, layer, truth))
        for layer, written in cells
        if layer in truth.account
    )


def answer_of(read: Read, layer: str, truth: Truth) -> Answer:
    """Return what is right in a cell, under the reading of its column."""
    if layer == INPUT:
        axes = len(truth.graph.input_shape) - 1
        return {"feature_map": truth.graph.input_shape, "receptive_field": (1,) * axes}.get(
            read.quantity
        )
    if layer == TOTAL:
        return None
    answers = truth.account[layer]
    if read.reading is None:
        return answers.get(read.quantity)
    node = truth.nodes[layer]
    return read.reading.answer(answers, _layered(node, truth))


def _layered(node: Node, truth: Truth) -> Layered:
    def counts(convention: Convention) -> int:
        return convention.count(node) * (1 if node.examples is None else node.examples)

    return Layered(counts, truth.graph.input_shape[1:])


def _own_words(
    sheet: Sheet,
    layers: Mapping[int, str],
    reads: Mapping[tuple[int, str], Read],
    truth: Truth,
) -> OwnWords:
    """Return what a sheet says of every layer, where it says it in our own terms."""
    written = {
        (layers[row.index], entry.quantity): entry.written
        for row in sheet.rows
        if row.index in layers
        for entry in row.entries
        if not entry.written.is_blank and reads[entry.column, entry.quantity].reading is None
    }
    return OwnWords(truth, written)


def _verdict(entry: Entry, layer: str, read: Read, own: OwnWords) -> Mark:
    """Return what is said of a cell, rows that add up left aside."""
    truth, written = own.truth, entry.written
    answer = answer_of(read, layer, truth)
    plain = Mark(entry, layer, read.quantity, Verdict.NOT_ASKED, answer)
    if layer == TOTAL or answer is None:
        return plain
    if written.is_blank:
        may_be = _may_be_blank(layer, QUANTITIES[read.quantity], answer, written, truth)
        return plain if may_be else replace(plain, verdict=Verdict.MISSING)
    if verdict := _if_right(plain, read, truth):
        return replace(plain, verdict=verdict)
    if QUANTITIES[read.quantity].reads(written) is None:
        return replace(plain, verdict=Verdict.UNREADABLE)
    if layer != INPUT and read.reading is None:
        for found in consequences(own, layer, read.quantity):
            agrees = QUANTITIES[read.quantity].agrees(written, found.answer)
            if agrees and found.answer != answer:
                return replace(plain, verdict=Verdict.FOLLOWS, follows_from=found.sources)
    return replace(plain, verdict=Verdict.WRONG)


def _if_right(one: Mark, read: Read, truth: Truth) -> Verdict | None:
    """Return in which way a cell is right, if it is."""
    written, quantity = one.entry.written, QUANTITIES[read.quantity]
    if quantity.agrees(written, one.answer):
        return _rightness(written, read)
    if read.reading is not None and one.layer in truth.account:
        true = truth.account[one.layer].get(read.quantity)
        if quantity.agrees(written, true):
            return _rightness(written, replace(read, reading=None))
    return Verdict.RIGHT if _says_all(written, quantity, one.answer, truth) else None


def _rightness(written: Written, read: Read) -> Verdict:
    if read.reading is not None:
        return Verdict.CONVENTION
    rounded = [number for number in written.numbers if number.digits is not None]
    is_rounded = QUANTITIES[read.quantity].is_telling and written.numbers and rounded
    return Verdict.ROUNDED if is_rounded and len(rounded) == len(written.numbers) else Verdict.RIGHT


_WHOLE = re.compile(r"full|whole|entire|all|global|전체|모두|全")


def _says_all(written: Written, quantity: Quantity, answer: Answer, truth: Truth) -> bool:
    """Return whether a cell says in words that a unit sees the whole image, and it does."""
    if quantity.key != "receptive_field" or not isinstance(answer, tuple):
        return False
    sees = all(a >= b for a, b in zip(answer, truth.graph.input_shape[1:], strict=False))
    return sees and _WHOLE.search(written.text.casefold()) is not None


def _may_be_blank(
    layer: str, quantity: Quantity, answer: Answer, written: Written, truth: Truth
) -> bool:
    """Return whether a blank cell is no gap: nothing to count, or nothing new to say."""
    if layer == INPUT or answer == 0 or quantity.is_setting:
        return not (quantity.is_setting and written.is_empty and quantity.key == "kernel_size")
    node = truth.nodes[layer]
    if quantity.key == "feature_map":
        return node.in_shape == node.out_shape
    if quantity.key in {"receptive_field", "effective_stride", "effective_padding"}:
        before = truth.account.get(node.inputs[0], {}).get(quantity.key) if node.inputs else None
        return before == answer or (family_of(node.layer) == "linear" and not written.is_empty)
    return quantity.key in {"in_shape", "activation_bytes"} and family_of(node.layer) not in ASKED


def _totalled(
    one: Mark,
    marks: Sequence[Mark],
    texts: Mapping[int, str],
    reads: Mapping[tuple[int, str], Read],
    truth: Truth,
) -> Mark:
    """Return the mark of a cell that adds up its column, or a part of it; others as they are."""
    quantity = QUANTITIES[one.quantity]
    written = one.entry.written
    if one.layer != TOTAL or written.is_blank or not quantity.is_telling:
        return one
    read = reads[one.entry.column, one.entry.quantity]
    part = _part_of(texts[one.entry.row])

    def belongs(layer: str) -> bool:
        return part is None or family_of(truth.nodes[layer].layer) == part

    answers = [answer_of(read, layer, truth) for layer in truth.account if belongs(layer)]
    numbers = [answer for answer in answers if isinstance(answer, (int, Fraction))]
    total = sum(numbers) if len(numbers) == len(answers) else None
    plain = replace(one, answer=total)
    if total is None:
        return plain
    if quantity.agrees(written, total):
        return replace(plain, verdict=_rightness(written, read))
    column = [
        other
        for other in marks
        if other.entry.column == one.entry.column
        and other.layer in truth.account
        and belongs(other.layer)
    ]
    own = [quantity.reads(other.entry.written) for other in column]
    if quantity.agrees(written, sum(n for n in own if isinstance(n, (int, Fraction)))):
        wrong = [other for other in column if not other.verdict.is_right]
        if read.reading is not None and all(other.entry.written.is_blank for other in wrong):
            return replace(plain, verdict=Verdict.CONVENTION)  # of the rows that there are
        places = tuple(other.place for other in wrong)
        return replace(plain, verdict=Verdict.FOLLOWS, follows_from=places)
    return replace(plain, verdict=Verdict.WRONG if written.numbers else Verdict.UNREADABLE)


_PARTS = {
    "conv": re.compile(r"conv|합성곱|콘볼루션|컨볼루션|卷积|畳み込み", re.IGNORECASE),
    "linear": re.compile(
        r"\bfc|fully|linear|dense|classifier|완전|전결합|全连接|全結合", re.IGNORECASE
    ),
}


def _part_of(text: str) -> str | None:
    """Return the family of layers that a row adds up; None for all of them."""
    parts = [family for family, words in _PARTS.items() if words.search(text)]
    return parts[0] if len(parts) == 1 else None


def _valued(
    one: Mark,
    reads: Mapping[tuple[int, str], Read],
    truth: Truth,
    policy: Policy,
    *,
    is_known: bool,
) -> Mark:
    """Return a mark with its points."""
    if one.verdict is Verdict.NOT_ASKED:
        return one
    is_invented = one.verdict is Verdict.WRONG and one.answer == 0  # a pool with weights
    is_worth = is_invented or _counts(one.layer, one.quantity, truth)
    worth = policy.worth(one.quantity) if is_worth else Fraction(0)
    read = reads[one.entry.column, one.entry.quantity]
    credit = {
        Verdict.RIGHT: Fraction(1),
        Verdict.ROUNDED: Fraction(1),
        Verdict.CONVENTION: Fraction(1) if read.is_declared else policy.other_convention,
        Verdict.FOLLOWS: policy.follow_through,
        Verdict.WRONG: policy.diagnosed if is_known else Fraction(0),
    }.get(one.verdict, Fraction(0))
    return replace(one, worth=worth, points=worth * credit)


def _counts(layer: str, quantity: str, truth: Truth) -> bool:
    """Return whether a right cell earns points: not where there is nothing to work out."""
    if layer == TOTAL:
        return True
    if layer == INPUT:
        return False
    is_expected = family_of(truth.nodes[layer].layer) in _EXPECTED
    answer = truth.account[layer].get(quantity)
    return answer not in {None, 0} and (is_expected or QUANTITIES[quantity].is_telling)


_EXPECTED = {*ASKED, "max_pool", "avg_pool"}
