"""What cells earn. What counts is fixed by the network and by what is asked, not by a sheet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from archstat.homework.answers.key import counts, is_usual
from archstat.homework.answers.places import TOTAL
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Truth
from archstat.homework.marking.held import Read
from archstat.homework.marking.marks import Cell, Mark, Spot, Verdict
from archstat.homework.marking.policy import ALIKE, Policy


@dataclass(frozen=True)
class Gap:
    """What is asked of a layer and not answered anywhere."""

    layer: str
    quantity: str
    worth: Fraction


@dataclass(frozen=True)
class Scored:
    """Marks with their points, and what nobody answered.

    Their worths add up to `out_of`, but for those of bonus cells.
    """

    marks: tuple[Mark, ...]
    gaps: tuple[Gap, ...]
    points: Fraction
    out_of: Fraction


def asked_quantities(policy: Policy, found: Iterable[str]) -> tuple[str, ...]:
    """Return the quantities that count: those asked for; where nothing is said, those handed in."""
    return tuple(key for key in dict.fromkeys(policy.asked or found) if key in QUANTITIES)


def asked_spots(truth: Truth, policy: Policy, quantities: Iterable[str]) -> dict[Spot, Fraction]:
    """Return what each answer is worth, by layer and quantity."""
    return {
        (layer, quantity): worth
        for quantity in quantities
        for layer in truth.account
        if (worth := policy.worth(quantity, layer)) and counts(truth, layer, quantity)
    }


def scored(  # noqa: PLR0913  what points depend on
    marks: Sequence[Mark],
    spots: Mapping[Spot, Fraction],
    truth: Truth,
    policy: Policy,
    *,
    reads: Mapping[Cell, Read],
    known: Collection[Cell],
) -> Scored:
    """Return marks with their points.

    Args:
        marks: What is said of each cell.
        spots: What each answer is worth; of layers that few have a row for, where there is one.
        truth: What is right.
        policy: What is given for which verdict.
        reads: How the column of each cell was read.
        known: The cells whose mistake is known.
    """
    worths: dict[Spot, Fraction] = {**spots, **_sums(marks, policy)}
    answers = _answers(marks, worths)
    taken = {spot for answered in answers.values() for spot in answered}
    worths = {
        spot: worth
        for spot, worth in worths.items()
        if spot in taken or spot in policy.cells or spot not in spots or is_usual(truth, spot[0])
    }
    found = []
    for number, one in enumerate(marks):
        worth = sum((worths[spot] for spot in answers.get(number, ())), Fraction(0))
        if one.verdict is Verdict.MISSING and not worth:  # another cell says it
            one = replace(one, verdict=Verdict.NOT_ASKED)  # noqa: PLW2901  the same cell
        credit = _credit(one, reads[one.cell], policy, is_known=one.cell in known)
        points = worth * credit
        if _is_invented(one, policy):
            points = -policy.worth(one.quantity)
        found.append(replace(one, worth=worth, points=points))
    gaps = [Gap(*spot, worth) for spot, worth in worths.items() if spot not in taken]
    out_of = sum(
        (worth for spot, worth in worths.items() if not policy.is_bonus(*spot)), Fraction(0)
    )
    if policy.out_of is not None:
        scale = policy.out_of / out_of if out_of else Fraction(0)
        found = [replace(one, worth=one.worth * scale, points=one.points * scale) for one in found]
        gaps = [replace(gap, worth=gap.worth * scale) for gap in gaps]
        out_of = policy.out_of
    points = sum((one.points for one in found), Fraction(0))
    return Scored(tuple(found), tuple(gaps), max(points, Fraction(0)), out_of)


def _sums(marks: Sequence[Mark], policy: Policy) -> dict[Spot, Fraction]:
    """Return what totals are worth: those asked for; where nothing is said, those handed in."""
    if policy.asked:
        if TOTAL not in policy.asked:
            return {}
        keys = [key for key in policy.asked if key in QUANTITIES and QUANTITIES[key].is_summed]
        return {(TOTAL, key): policy.worth(key) for key in keys}
    return {
        one.place: worth
        for one in marks
        if not one.members and one.verdict is not Verdict.NOT_ASKED and one.layer.startswith(TOTAL)
        if (worth := policy.worth(one.quantity))
    }


def _answers(marks: Sequence[Mark], worths: Mapping[Spot, Fraction]) -> dict[int, list[Spot]]:
    """Return which mark answers what: the last of a layer's own, else the last of its block's."""
    keys = {key for _, key in worths}
    takers: dict[Spot, tuple[bool, bool, int]] = {}
    for number, one in enumerate(marks):
        if one.verdict is Verdict.NOT_ASKED:
            continue
        quantity = one.quantity if one.quantity in keys else ALIKE.get(one.quantity, "")
        is_said = one.verdict is not Verdict.MISSING
        for layer in one.members or (one.layer,):
            spot = layer, quantity
            rank = (is_said, len(one.members) <= 1, number)
            if spot in worths and rank > takers.get(spot, (False, False, -1)):
                takers[spot] = rank
    found: dict[int, list[Spot]] = {}
    for spot, (_, _, number) in takers.items():
        found.setdefault(number, []).append(spot)
    return found


def _credit(one: Mark, read: Read, policy: Policy, *, is_known: bool) -> Fraction:
    """Return the share of its worth that a cell earns."""
    return {
        Verdict.RIGHT: Fraction(1),
        Verdict.ROUNDED: Fraction(1),
        Verdict.NOT_SURE: Fraction(1),
        Verdict.CONVENTION: Fraction(1) if read.is_declared else policy.other_convention,
        Verdict.FOLLOWS: policy.follow_through,
        Verdict.WRONG: policy.diagnosed if is_known else Fraction(0),
    }.get(one.verdict, Fraction(0))


def _is_invented(one: Mark, policy: Policy) -> bool:
    """Return whether a cell claims something where there is none: a pool with weights."""
    is_wrong = one.verdict is Verdict.WRONG and one.answer == 0
    return is_wrong and (not policy.asked or policy.asks(one.quantity))
