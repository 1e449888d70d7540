"""Which mistakes stand behind the wrong cells of a sheet: those that most likely gave them.

Every mistake that gives some of the wrong cells is weighed against all others that give the same
ones, and against that none is known: how often it is made, how many cells it gives of how many that
it would make wrong, and how many other values it might have given as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, inf, log

from archstat.homework.answers.places import TOTAL, Key
from archstat.homework.answers.quantities import QUANTITIES, WrittenCell
from archstat.homework.marking.marks import Cell, Mark, Verdict
from archstat.homework.marking.misplaced import misplaced, skipped
from archstat.homework.marking.suspects import (
    NOTHING,
    OTHER,
    Suspect,
    about,
    by_chance,
    certain,
    just_there,
    of_cells,
    of_mistakes,
    of_unknown_rules,
)
from archstat.homework.mistakes.likelihood import log_unknown

TOLD = 0.9
"""How likely a mistake must be to be told."""

PERHAPS = 0.2
"""How likely it must be to be told as one that may be."""

PERHAPS_SETTING = 0.5
"""The same of settings, among all mistakes: that the network has others is true with each."""

LEAST_GAIN = log(PERHAPS)
"""How much less likely than chance it may be then."""

ENOUGH = 2
"""Small cells that two mistakes must give alike to be told as the one or the other."""

MOST_OTHERS = 1
"""As many other mistakes are named that explain the same cells."""


@dataclass(frozen=True)
class Cause:
    """A mistake, and the cells that it explains.

    Attributes:
        cells: The cells that are wrong by it.
        following: The cells that follow from these.
        is_certain: Whether it is likely enough to be told.
        others: Other mistakes that explain the same cells, in words.
        in_numbers: The words with numbers of a layer, for those who may see answers.
    """

    key: str
    words: str
    hint: str
    cells: tuple[Cell, ...]
    following: tuple[Cell, ...] = ()
    is_certain: bool = True
    others: tuple[str, ...] = ()
    in_numbers: str = ""


def causes_of(
    marks: Sequence[Mark],
    key: Key,
    names: Mapping[str, str],
    other: Suspect | None = None,
    calculations: Mapping[tuple[int, int], Sequence[WrittenCell]] | None = None,
) -> tuple[Cause, ...]:
    """Return the mistakes behind the wrong cells, the one behind most of them first.

    Cells that follow from others are explained by what explains these.

    Args:
        marks: What is said of each cell.
        key: What is right.
        names: What the sheet calls the layers, where that is clear.
        other: Another network that the sheet may be of.
        calculations: Those that stand beside what is marked, by table and row.
    """
    roots = {number for number, one in enumerate(marks) if one.verdict is Verdict.WRONG}
    found: list[Cause] = []
    for number in sorted(roots):
        one = marks[number].entry
        slip = certain(marks[number], key, (calculations or {}).get((one.table, one.row), ()))
        if slip is not None:
            found.append(Cause(slip.key, slip.words, slip.hint, (marks[number].cell,)))
            roots.discard(number)
    if roots:
        there = just_there(marks, roots)
        thought = list(of_mistakes(marks, roots, key))
        reckoned = {frozenset(one.given) for one in thought}
        moved = [
            one
            for one in misplaced(marks, there, key, names)
            if one.key != "row-shifted" or frozenset(one.given) not in reckoned
        ]
        left_out = skipped(marks, there, key, names)
        suspects = [*thought, *moved, *left_out, *of_cells(marks, there, key)]
        if other is not None:
            suspects.append(_beside(other, thought, marks))
        chances = {number: by_chance(marks, number, key) for number in there}
        alone = {
            number: log_unknown(about(marks[number])) + often + chances[number]
            for number, often in there.items()
        }
        rules = list(of_unknown_rules(marks, chances))
        found += _likeliest(marks, alone, suspects, rules)
    return tuple(
        sorted(
            (_with_following(cause, marks) for cause in _merged(found)),
            key=lambda cause: (cause.key != OTHER, -len(cause.cells) - len(cause.following)),
        )
    )


def _beside(other: Suspect, thought: Sequence[Suspect], marks: Sequence[Mark]) -> Suspect:
    """Return another network as a suspect, of settings alone if a mistake explains the rest."""
    given = {one for one in other.given if QUANTITIES[marks[one].quantity].is_setting}
    rest = {one for one in other.given.keys() - given if marks[one].verdict is Verdict.WRONG}
    covering = [one for one in thought if rest <= one.given.keys()]
    if not covering:
        return other
    left = given.difference(*(one.given for one in covering))
    return replace(other, given=dict.fromkeys(left, 0.0))


def _likeliest(
    marks: Sequence[Mark],
    alone: Mapping[int, float],
    suspects: Sequence[Suspect],
    rules: Sequence[Suspect],
) -> list[Cause]:
    """Return who is likeliest to be behind the cells, and the cells that nobody is behind.

    Args:
        marks: What is said of each cell.
        alone: The wrong cells, with how likely nothing that is known is behind them.
        suspects: Who may be behind them.
        rules: What nobody knows of that may be, of several at once.
    """
    open_roots = set(alone)
    found = []

    def gain(one: Suspect) -> float:
        cells = open_roots & one.given.keys()
        weight = one.likelihood(cells) - sum(alone[number] for number in cells)
        return weight if cells else -inf

    while open_roots and suspects:
        best = max(suspects, key=gain)
        cells = open_roots & best.given.keys()
        if gain(best) < LEAST_GAIN or not cells:
            break
        chances = _chances(best, suspects, open_roots, alone, rules)
        best = _named(max(chances, key=lambda one: chances[one]), suspects, gain) or best
        cells = open_roots & best.given.keys()
        share = chances.pop((best.key, best.words))
        others = [one for one in chances if one[0] and share < TOLD and chances[one] >= 1 - TOLD]
        others = sorted(others, key=lambda one: -chances[one])[:MOST_OTHERS]
        is_given = all(QUANTITIES[marks[number].quantity].is_setting for number in cells)
        is_likely = share >= PERHAPS_SETTING * (1 - chances.get(NOTHING, 0.0))
        if is_given and len(cells) == 1 and share < TOLD:
            if is_likely:
                (number,) = cells
                found.append(replace(_unexplained(marks[number]), others=(best.words,)))
                open_roots -= cells
        elif share >= PERHAPS or (is_given and is_likely):
            alike = {(one.key, one.words) for one in suspects if one.given == best.given}
            either = share + sum(chances[one] for one in others if one in alike)
            same = share + sum(
                chances[key, words] for key, words in alike & chances.keys() if key == best.key
            )
            is_much = any(QUANTITIES[marks[number].quantity].is_telling for number in cells)
            is_much = is_much or (len(cells) >= ENOUGH and not best.spared)
            found.append(
                Cause(
                    best.key,
                    best.words,
                    best.hint,
                    tuple(marks[number].cell for number in sorted(best.given)),
                    is_certain=same >= TOLD or (best.is_thought and is_much and either >= TOLD),
                    others=tuple(words for _, words in others),
                    in_numbers=best.in_numbers,
                )
            )
            open_roots -= cells
        suspects = [one for one in suspects if one is not best]
    return found + [_unexplained(marks[number]) for number in sorted(open_roots)]


def _named(
    name: tuple[str, str], suspects: Sequence[Suspect], gain: Callable[[Suspect], float]
) -> Suspect | None:
    """Return the likeliest suspect of a name; None if nobody has it."""
    found = [one for one in suspects if (one.key, one.words) == name]
    return max(found, key=gain, default=None)


def _chances(
    best: Suspect,
    suspects: Sequence[Suspect],
    open_roots: Collection[int],
    alone: Mapping[int, float],
    rules: Sequence[Suspect],
) -> dict[tuple[str, str], float]:
    """Return how likely each mistake is behind the cells of one, by its key and words.

    What a mistake does not give is explained by what gives it best, alone. The words of no mistake
    are empty.
    """
    cells = {number for number in open_roots if number in best.given}
    others = {
        number: max(
            (
                one.likelihood([number])
                for one in suspects
                if number in one.given
                and (one.key != best.key or one.given.keys().isdisjoint(best.given))
            ),
            default=alone[number],
        )
        for number in open_roots
    }
    others = {number: max(chance, alone[number]) for number, chance in others.items()}
    logs: list[tuple[tuple[str, str], float]] = [(NOTHING, sum(alone[one] for one in cells))]
    for one in [*suspects, *rules]:
        own = {number for number in open_roots if number in one.given}
        if own & cells:
            rest = sum(others[number] for number in cells - own)
            more = sum(others[number] for number in own - cells)
            logs.append(((one.key, one.words), one.likelihood(own) + rest - more))
    most = max(value for _, value in logs)
    weights: dict[tuple[str, str], float] = {}
    for name, value in logs:
        weights[name] = weights.get(name, 0.0) + exp(value - most)
    whole = sum(weights.values())
    return {name: weight / whole for name, weight in weights.items()}


def _unexplained(one: Mark) -> Cause:
    """Return what is said of a cell that no mistake explains."""
    if QUANTITIES[one.quantity].is_setting:
        words = "the network has another setting here"
        return Cause("other-setting", words, "look at the description of the network", (one.cell,))
    words = (
        "the rows do not add up to this"
        if one.layer.startswith(TOTAL)
        else "no known mistake leads here"
    )
    return Cause("unknown", words, "work it out again, step by step", (one.cell,))


def _merged(causes: Sequence[Cause]) -> list[Cause]:
    """Return causes of which each is told once."""
    merged: dict[tuple[str, str, tuple[str, ...]], Cause] = {}
    for cause in causes:
        key = (cause.key, cause.words, cause.others)
        before = merged.get(key)
        cells = cause.cells if before is None else (*before.cells, *cause.cells)
        merged[key] = replace(before or cause, cells=cells)
    return list(merged.values())


def _with_following(cause: Cause, marks: Sequence[Mark]) -> Cause:
    """Return a cause with the cells that follow from its own, near and far."""
    by_place = {one.place: one for one in marks}
    own = set(cause.cells)
    reached = set(own)
    grows = True
    while grows:
        grows = False
        for one in marks:
            if one.verdict is not Verdict.FOLLOWS or one.cell in reached:
                continue
            sources = (by_place[place].cell for place in one.follows_from if place in by_place)
            if any(source in reached for source in sources):
                reached.add(one.cell)
                grows = True
    following = tuple(one.cell for one in marks if one.cell in reached - own)
    return replace(cause, following=following)
