"""Right numbers in wrong places: of another row or column, or of a way that lacks a layer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from archstat.homework.answers.places import TOTAL, Key
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.reaching import Reach, Step, reaches, true_rule
from archstat.homework.answers.truth import Answer, Truth, retold
from archstat.homework.marking.marks import Mark
from archstat.homework.marking.suspects import WRONG, Suspect, about, suspect
from archstat.homework.mistakes.likelihood import log_often
from archstat.homework.mistakes.slips import PossibleSlip
from archstat.homework.sheet.labels import family_of
from archstat.layers.base import Shape

SEVERAL = 2
"""Cells of one row that another row has: one slip, not as many."""

NEXT = 4
"""Ways to copy from a row beside: every other time it is one of these two."""

COMPARE = "compare the two rows"

FIELD = "receptive_field"

MOST_WIDE = 100
"""Layers of which one may have been left out."""


@dataclass(frozen=True)
class _Moved:
    """The cells that say what is true elsewhere, and those that do not although they might."""

    given: frozenset[int]
    spared: int

    def __or__(self, other: _Moved) -> _Moved:
        return _Moved(self.given | other.given, self.spared + other.spared)


def misplaced(
    marks: Sequence[Mark], there: Mapping[int, float], key: Key, names: Mapping[str, str]
) -> Iterator[Suspect]:
    """Yield what may have been written into the wrong row or column.

    Args:
        marks: What is said of each cell.
        there: How likely a slip is made just in each wrong cell that follows from no other.
        key: What is right.
        names: What the sheet calls the layers, where that is clear.
    """
    of_layers = [
        number
        for number, one in enumerate(marks)
        if not one.layer.startswith(TOTAL) and (one.verdict in WRONG or one.verdict.is_right)
    ]
    for found in (
        _rows(marks, of_layers, key, names),
        _shifted(marks, of_layers),
        _columns(marks, of_layers, key),
    ):
        for slip, moved in found:
            if moved.given & there.keys():
                own = moved.given & there.keys()
                is_one = slip.key == "copied"
                often = there[min(own)] if is_one else log_often(len(own), moved.spared)
                yield suspect(slip, moved.given, often, about(marks[min(own)]), moved.spared)


def skipped(
    marks: Sequence[Mark], there: Mapping[int, float], key: Key, names: Mapping[str, str]
) -> Iterator[Suspect]:
    """Yield the layers that may have been left out on the way to the fields or maps behind.

    Args:
        marks: What is said of each cell.
        there: The wrong cells that follow from no other.
        key: What is right.
        names: What the sheet calls the layers, where that is clear.
    """
    for quantity, without_one in ((FIELD, _fields_without_one), ("feature_map", _maps_without_one)):
        numbers = [
            number
            for number, one in enumerate(marks)
            if one.quantity == quantity and one.members and one.members[-1] in key.truth.nodes
        ]
        if not any(number in there for number in numbers):
            continue
        found = without_one(key.truth)
        for name, told in found.items():
            answers = {n: told.get(marks[n].members[-1]) for n in numbers if marks[n].layer != name}
            moved = _moved(marks, numbers, answers)
            own = moved.given & there.keys()
            if own:
                words = f"on the way, {names.get(name, name)} is left out"
                hint = "follow the way from the image to here: which layers are on it?"
                slip = PossibleSlip("layer-skipped", words, hint, len(found))
                often = log_often(len(own), moved.spared)
                yield suspect(slip, moved.given, often, about(marks[min(own)]), moved.spared)


@lru_cache(maxsize=8)
def _maps_without_one(truth: Truth) -> Mapping[str, Mapping[str, Answer]]:
    """Return the maps of a network without each of the layers that change them."""
    nodes = truth.nodes.items()
    makers = [
        name for name, one in nodes if len(one.out_shape) > 1 and one.in_shape != one.out_shape
    ]
    found: dict[str, Mapping[str, Answer]] = {}
    for name in makers[:MOST_WIDE]:
        told = retold(truth.graph, stated={name: truth.nodes[name].in_shape})
        found[name] = {one.node.name: one.out_shape for one in told}
    return found


@lru_cache(maxsize=8)
def _fields_without_one(truth: Truth) -> Mapping[str, Mapping[str, Answer]]:
    """Return the fields of a network without each of the layers that widen them."""
    wide = [name for name in truth.nodes if max(_sides(truth, name), default=1) > 1]
    found: dict[str, Mapping[str, Answer]] = {}
    for name in wide[:MOST_WIDE]:

        def rule(reach: Reach, step: Step, left_out: str = name) -> Reach:
            return reach if step.node.name == left_out else true_rule(reach, step)

        found[name] = dict(reaches(truth.graph, rule))
    return found


def _sides(truth: Truth, name: str) -> Shape:
    """Return the sizes by which a layer widens what is seen: its kernel's, and its strides."""
    stated = (truth.account.get(name, {}).get(key) for key in ("kernel_size", "stride"))
    return tuple(size for sizes in stated if isinstance(sizes, tuple) for size in sizes)


def _moved(
    marks: Sequence[Mark], numbers: Collection[int], answers: Mapping[int, Answer]
) -> _Moved:
    """Return which cells say what is true elsewhere."""
    given, spared = set(), 0
    for number in numbers:
        one, answer = marks[number], answers.get(number)
        if answer is None or answer == one.answer:
            continue
        agrees = QUANTITIES[one.quantity].agrees(one.entry.written, answer)
        if agrees and one.verdict in WRONG:
            given.add(number)
        else:
            spared += not agrees
    return _Moved(frozenset(given), spared)


def _rows(
    marks: Sequence[Mark], of_layers: Sequence[int], key: Key, names: Mapping[str, str]
) -> Iterator[tuple[PossibleSlip, _Moved]]:
    """Yield rows that say what is true of another layer, and pairs that each say what the other."""
    rows: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number in of_layers:
        rows[marks[number].entry.table, marks[number].entry.row].append(number)
    copies: list[tuple[str, dict[str, _Moved]]] = []
    for numbers in rows.values():
        layer = marks[numbers[0]].layer
        if layer in key.truth.nodes and any(marks[one].verdict in WRONG for one in numbers):
            copies.append((layer, dict(_others(marks, numbers, layer, key))))
    swapped = {(layer, name): moved for layer, found in copies for name, moved in found.items()}
    for layer, found in copies:
        alone = dict(found)
        for name, moved in found.items():
            back = swapped.get((name, layer))
            if back and _quantities(marks, moved) == _quantities(marks, back):
                del alone[name]
        yield from _copied(alone, layer, len(rows), key, names)
    for (one, other), moved in swapped.items():
        if one < other and (other, one) in swapped:
            pair = names.get(one, one), names.get(other, other)
            words = f"the values of {pair[0]} and {pair[1]} are exchanged"
            both = moved | swapped[other, one]
            yield PossibleSlip("rows-exchanged", words, COMPARE, len(rows)), both


def _quantities(marks: Sequence[Mark], moved: _Moved) -> set[str]:
    return {marks[number].quantity for number in moved.given}


def _others(
    marks: Sequence[Mark], numbers: Sequence[int], layer: str, key: Key
) -> Iterator[tuple[str, _Moved]]:
    """Yield the layers of which a row says what is true, with the cells that do."""
    wrong = [number for number in numbers if marks[number].verdict in WRONG]
    for name, answers in key.truth.account.items():
        if name != layer:
            there = {number: answers.get(marks[number].quantity) for number in numbers}
            if _moved(marks, wrong, there).given:
                yield name, _moved(marks, numbers, there)


def _copied(
    found: Mapping[str, _Moved], layer: str, rows: int, key: Key, names: Mapping[str, str]
) -> Iterator[tuple[PossibleSlip, _Moved]]:
    """Yield the slips of a row that says what is true of other layers."""
    like = [name for name in key.truth.account if _is_like(name, layer, key)]
    at = like.index(layer)
    beside = {*like[max(0, at - 1) : at], *like[at + 1 : at + 2]}
    for name, moved in found.items():
        title = names.get(name, name)
        if len(moved.given) >= SEVERAL:
            words = f"this is the row of {title}: a row was skipped"
            yield PossibleSlip("row-skipped", words, COMPARE, rows), moved
        elif name in like:
            words = f"this belongs in the row of {title}"
            ways = NEXT if name in beside else 2 * len(like)
            yield PossibleSlip("copied", words, COMPARE, ways), moved


def _is_like(name: str, other: str, key: Key) -> bool:
    nodes = key.truth.nodes
    return family_of(nodes[name].layer.kind) == family_of(nodes[other].layer.kind)


def _shifted(
    marks: Sequence[Mark], of_layers: Sequence[int]
) -> Iterator[tuple[PossibleSlip, _Moved]]:
    """Yield columns that stand a row too low or too high."""
    columns: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for number in of_layers:
        entry = marks[number].entry
        columns[entry.table, entry.column, marks[number].quantity].append(number)
    for numbers in columns.values():
        numbers.sort(key=lambda number: marks[number].entry.row)
        below = dict(zip(numbers[1:], (marks[number].answer for number in numbers), strict=False))
        above = dict(zip(numbers, (marks[number].answer for number in numbers[1:]), strict=False))
        for answers, words in (
            (below, "the column stands a row too low"),
            (above, "the column stands a row too high"),
        ):
            moved = _moved(marks, numbers, answers)
            if len(moved.given) >= SEVERAL:
                hint = "which row does the first number belong to?"
                yield PossibleSlip("row-shifted", words, hint, 2), moved


def _columns(
    marks: Sequence[Mark], of_layers: Sequence[int], key: Key
) -> Iterator[tuple[PossibleSlip, _Moved]]:
    """Yield pairs of columns of which each says what the other asks for."""
    tables: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number in of_layers:
        tables[marks[number].entry.table][marks[number].quantity].append(number)
    for columns in tables.values():
        pairs = list(combinations(columns, 2))
        for one, other in pairs:
            there = {}
            for quantity, source in ((one, other), (other, one)):
                for number in columns[quantity]:
                    answers = key.truth.account.get(marks[number].layer, {})
                    there[number] = answers.get(source)
            moved = _moved(marks, there, there)
            quantities = {marks[number].quantity for number in moved.given}
            if len(quantities) == len({one, other}):
                words = "the values of two columns are exchanged"
                hint = "which column asks for what?"
                yield PossibleSlip("columns-exchanged", words, hint, len(pairs)), moved
