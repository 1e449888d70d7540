"""Who may be behind the wrong cells of a sheet: every mistake and slip that gives some of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from archstat.graph import INPUT
from archstat.homework.answers.places import TOTAL, Key, total
from archstat.homework.answers.quantities import QUANTITIES, WrittenCell, map_of
from archstat.homework.answers.reaching import one_step, true_rule
from archstat.homework.answers.readings import OF_FRAMEWORKS
from archstat.homework.answers.truth import Account, Answer
from archstat.homework.marking.marks import Mark, Verdict
from archstat.homework.mistakes.base import SaidBefore
from archstat.homework.mistakes.factors import wrong_factors
from archstat.homework.mistakes.likelihood import (
    SUM,
    class_of,
    log_chance,
    log_often,
    log_prior,
    log_unknown,
)
from archstat.homework.mistakes.shown import Wrongly, shown_in, wrong_in
from archstat.homework.mistakes.slips import (
    PossibleSlip,
    added_up,
    miscalculated,
    slips,
    slips_of_sum,
    slips_of_total,
)
from archstat.layers.base import Shape

NOTHING = ("", "")
"""The key and the words of no mistake that is known."""

OTHER = "other-variant"
"""The key of the cause that a sheet is of another network."""

WRONG = frozenset({Verdict.WRONG, Verdict.FOLLOWS})
STEPS = 8
"""Multiples of its kernel less one that a layer may add to a field by some rule."""

FIELD = "receptive_field"
OF_FIELDS = frozenset({FIELD, "effective_stride"})


@dataclass(frozen=True)
class Suspect:
    """A mistake that somebody may have made.

    Attributes:
        given: The wrong cells that it gives, by their place among the marks, with how likely it
            gives just these values, as logarithms: 0 where it gives one alone.
        weight: How likely somebody made it just there, as a logarithm, but for these values.
        spared: How many cells it might have made wrong that say something else.
        is_thought: Whether it is a mistake of thought, and no slip.
        in_numbers: The words with numbers of a layer, for those who may see answers.
    """

    key: str
    words: str
    hint: str
    given: Mapping[int, float]
    weight: float
    spared: int = 0
    is_thought: bool = False
    in_numbers: str = ""

    def likelihood(self, numbers: Collection[int]) -> float:
        """Return how likely it is, and the cause of these cells, as a logarithm."""
        return self.weight + sum(self.given[number] for number in numbers)


def suspect(
    found: PossibleSlip, given: Collection[int], often: float, about: str, spared: int = 0
) -> Suspect:
    """Return somebody who made a slip in some cells.

    Args:
        found: What was done.
        given: The cells.
        often: How likely it is done just there, as a logarithm.
        about: What the cells are about.
        spared: How many others it might have made wrong.
    """
    weight = log_prior(found.key, about) - log(found.ways) + often
    return Suspect(found.key, found.words, found.hint, dict.fromkeys(given, 0.0), weight, spared)


def about(one: Mark) -> str:
    """Return what a cell is about, as far as cells go wrong in different ways."""
    return class_of(one.quantity, is_sum=one.layer.startswith(TOTAL))


def just_there(marks: Sequence[Mark], roots: Collection[int]) -> dict[int, float]:
    """Return how likely a slip is made just in each cell at the roots: one of its column."""
    columns = Counter(_column(one) for one in marks if one.verdict in WRONG or one.verdict.is_right)
    return {number: -log(columns[_column(marks[number])]) for number in roots}


def by_chance(marks: Sequence[Mark], number: int, key: Key) -> float:
    """Return how likely just this is written where no mistake that is known was made."""
    one = marks[number]
    chance = log_chance(one.entry.written, one.quantity, one.answer)
    if one.quantity == FIELD and _adds_its_kernel(marks, number, key):
        chance = max(chance, -log(STEPS))
    return chance


def of_unknown_rules(marks: Sequence[Mark], chances: Mapping[int, float]) -> Iterator[Suspect]:
    """Yield what nobody knows of that made several cells of a column wrong, by one rule.

    Args:
        marks: What is said of each cell.
        chances: How likely the values of the wrong cells are then.
    """
    columns: dict[tuple[int, int, str], dict[int, float]] = defaultdict(dict)
    for number, chance in chances.items():
        columns[_column(marks[number])][number] = chance
    right = Counter(_column(one) for one in marks if one.verdict.is_right)
    for column, given in columns.items():
        if len(given) == 1:
            continue
        weight = log_unknown(about(marks[min(given)])) + log_often(len(given), right[column])
        yield Suspect(*NOTHING, "", given, weight)


def _column(one: Mark) -> tuple[int, int, str]:
    return one.entry.table, one.entry.column, one.quantity


def _adds_its_kernel(marks: Sequence[Mark], number: int, key: Key) -> bool:
    """Return whether a field is the one above it with a multiple of what the kernel adds."""
    one, reads = marks[number], QUANTITIES[FIELD].reads
    kernel = key.truth.account.get(members_of(one, key)[-1], {}).get("kernel_size")
    above = next(
        (other for other in reversed(marks[:number]) if _column(other) == _column(one)),
        None,
    )
    field, before = reads(one.entry.written), above and reads(above.entry.written)
    if not (isinstance(kernel, tuple) and isinstance(field, tuple) and isinstance(before, tuple)):
        return False
    grown = [a - b for a, b in zip(field, before, strict=False)]
    return any(grown) and all(a % max(k - 1, 1) == 0 for a, k in zip(grown, kernel, strict=False))


def members_of(one: Mark, key: Key) -> tuple[str, ...]:
    """Return the layers that a cell is about."""
    if one.members or not one.layer.startswith(TOTAL):
        return one.members or (one.layer,)
    name = one.layer.removeprefix(f"{TOTAL} of ")
    return key.sums[name].members if name in key.sums else ()


def of_mistakes(marks: Sequence[Mark], roots: Collection[int], key: Key) -> Iterator[Suspect]:
    """Yield the mistakes of thought that give some of the cells at the roots."""
    shown = shown_in(key.truth)
    own = _Own(marks, roots, key)
    given: dict[int, set[int]] = defaultdict(set)
    spared: dict[int, Counter[str]] = defaultdict(Counter)
    for number, one in enumerate(marks):
        members = members_of(one, key)
        if not members or not (one.verdict in WRONG or one.verdict.is_right):
            continue
        answers = dict(shown.at(members, one.quantity))
        if one.verdict in WRONG:
            answers = {way: answers[way] for way in answers.keys() - shown.own}
            answers |= own.answers(members, one.quantity)
        says = _said_of(one, set(answers.values()))
        for way, answer in answers.items():
            if answer == one.answer:
                continue
            if answer not in says:
                spared[way][one.quantity] += 1
            elif one.verdict in WRONG:
                given[way].add(number)
    for way, cells in given.items():
        if cells & set(roots):
            mistake = shown.ways[way].mistake
            first = marks[min(cells & set(roots))]
            ways = shown.times[mistake.key]
            slip = PossibleSlip(mistake.key, mistake.words, mistake.hint, ways)
            quantities = {marks[number].quantity for number in cells}
            others = sum(spared[way][quantity] for quantity in quantities)
            others += bool(spared[way].keys() - quantities)  # other columns are worked out apart
            often = log_often(len(cells & set(roots)), others)
            found = suspect(slip, cells, often, about(first), others)
            yield replace(found, is_thought=True, in_numbers=mistake.in_numbers)


def _said_of(one: Mark, answers: Collection[Answer]) -> set[Answer]:
    """Return which of some answers a cell says; many ways lead to the same one."""
    agrees = QUANTITIES[one.quantity].agrees
    return {answer for answer in answers if agrees(one.entry.written, answer)}


class _Own:
    """What each mistake gives from what a sheet itself says before a layer."""

    def __init__(self, marks: Sequence[Mark], roots: Collection[int], key: Key) -> None:
        self.key, self.truth = key, key.truth
        wrong = {marks[number].quantity for number in roots}
        self.is_of_fields = bool(wrong & OF_FIELDS)
        self.is_of_maps = bool(wrong - OF_FIELDS)
        asked = {name for one in marks if one.verdict in WRONG for name in members_of(one, key)}
        maps, fields = dict(self._maps(marks)), dict(self._fields(marks))
        self.stated = SaidBefore(maps, fields, frozenset(asked))
        self._accounts: dict[str, Sequence[Account]] = {}
        self._follows = self._consequences()

    def _maps(self, marks: Sequence[Mark]) -> Iterator[tuple[str, Shape]]:
        nodes = self.truth.nodes
        for one in marks:
            if one.quantity != "feature_map" or one.verdict is Verdict.MISSING:
                continue
            name = one.members[-1] if one.members else one.layer
            like = nodes[name].out_shape if name in nodes else self.truth.graph.input_shape
            if (name not in nodes and name != INPUT) or not like:
                continue
            found = (map_of(dims, like) for dims in one.entry.written.shapes)
            shape = next((found for found in found if found is not None), None)
            if shape is not None and len(shape) == len(like):
                yield name, like if one.verdict.is_right else shape

    def _fields(self, marks: Sequence[Mark]) -> Iterator[tuple[str, Shape]]:
        axes = len(self.truth.graph.input_shape) - 1
        for one in marks:
            value = QUANTITIES[FIELD].reads(one.entry.written) if one.quantity == FIELD else None
            if isinstance(value, tuple) and value:
                name = one.members[-1] if one.members else one.layer
                yield name, value * axes if len(value) == 1 else value

    def answers(self, members: tuple[str, ...], quantity: str) -> dict[int, Answer]:
        """Return the wrong answers at a layer or block, by the numbers of the ways to them."""
        shown = shown_in(self.truth)
        is_asked = self.is_of_fields if quantity in OF_FIELDS else self.is_of_maps
        if not is_asked or (quantity in OF_FIELDS and _joins(members, self.key)):
            return {}
        follows = wrong_in(self._follows, members, quantity, self.truth)
        found = {
            number: wrong_in(self._account(shown.ways[number]), members, quantity, self.truth)
            for number in shown.own_of.get(quantity, ())
        }
        return {way: answer for way, answer in found.items() if answer not in {None, follows}}

    def _account(self, way: Wrongly) -> Account:
        mistake = way.mistake
        if mistake.own is None or way.own is None:
            return {}
        if mistake.key not in self._accounts:
            self._accounts[mistake.key] = mistake.own(self.truth, self.stated)
        return self._accounts[mistake.key][way.own]

    def _consequences(self) -> Account:
        """Return what follows from what is stated without any further mistake."""
        told = self.stated.reckoned(self.truth)
        asked = self.stated.asked or ()
        follows = {one.node.name: one.answers() for one in told if one.node.name in asked}
        for name, size in one_step(self.truth.graph, true_rule, self.stated.fields).items():
            follows.setdefault(name, {})[FIELD] = size
        return follows


def _joins(members: Sequence[str], key: Key) -> bool:
    """Return whether a cell is about a layer that only puts others together."""
    node = key.truth.nodes.get(members[-1])
    return len(members) == 1 and node is not None and len(node.inputs) > 1


def of_cells(marks: Sequence[Mark], there: Mapping[int, float], key: Key) -> Iterator[Suspect]:
    """Yield the slips that give a cell at the roots, and the units of whole columns."""
    columns: dict[tuple[int, int, PossibleSlip], set[int]] = defaultdict(set)
    for number in sorted(there):
        one = marks[number]
        for found in _slips(one):
            if found.key == "unit":
                columns[one.entry.table, one.entry.column, found].add(number)
            else:
                yield suspect(found, [number], there[number], about(one))
        if len(one.members) == 1:
            layer = key.truth.account[one.members[0]]
            for found in wrong_factors(one.entry.written, one.answer, layer):
                yield suspect(found, [number], there[number], about(one))
        if about(one) == SUM and any(found.key == "digit" for found in _slips(one)):
            yield suspect(added_up(one.answer), [number], there[number], SUM)
        for found in _of_sum(one, key):
            yield suspect(found, [number], there[number], about(one))
    for (table, column, found), given in columns.items():
        rest = (
            one
            for one in marks
            if one.verdict.is_right and (one.entry.table, one.entry.column) == (table, column)
        )
        spared = sum(found not in _slips(one) for one in rest)
        often = log_often(len(given), spared)
        yield suspect(found, given, often, about(marks[min(given)]), spared)


def _of_sum(one: Mark, key: Key) -> Iterator[PossibleSlip]:
    """Yield what may have been added too much, or too little, in a cell about several layers."""
    quantity, members = QUANTITIES[one.quantity], members_of(one, key)
    if not quantity.is_summed or len(members) == 1 or not isinstance(one.answer, int):
        return
    kinds: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for counted in {one.quantity, "params" if one.quantity == "weights" else one.quantity}:
        for name in members:
            answer = key.truth.account[name].get(counted)
            kinds[counted, name].append(answer)
            kinds[counted, f"all {key.layer(name).general}"].append(answer)
    parts = {total(answers) for answers in kinds.values()}
    yield from slips_of_sum(quantity, one.entry.written, one.answer, parts)
    value = quantity.reads(one.entry.written)
    if one.layer == TOTAL and isinstance(value, int):
        wholes = {one.answer, *of_frameworks(one, key)}
        yield from slips_of_total(value, wholes, parts, key.truth.graph.input_shape)


def of_frameworks(one: Mark, key: Key) -> Iterator[Answer]:
    """Yield what is right in a cell under the rules of frameworks, by which layers are as built."""
    place = key.by_name.get(TOTAL if one.layer == TOTAL else one.layer)
    for rule in QUANTITIES[one.quantity].readings:
        if place is not None and rule.name in OF_FRAMEWORKS:
            yield key.answer(place, one.quantity, rule)


def _slips(one: Mark) -> list[PossibleSlip]:
    return list(slips(QUANTITIES[one.quantity], one.entry.written, one.answer))


def certain(one: Mark, key: Key, beside: Collection[WrittenCell]) -> PossibleSlip | None:
    """Return the slip of a cell that leaves no doubt, if there is one.

    Args:
        one: What is said of the cell.
        key: What is right.
        beside: The calculations in other cells of its row.
    """
    answers = (one.answer, *of_frameworks(one, key))
    return miscalculated(QUANTITIES[one.quantity], one.entry.written, answers, beside)
