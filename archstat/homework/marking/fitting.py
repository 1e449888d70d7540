"""Whether a hand-in, or one of its tables, is rather of another network than the one asked for.

Another network is one more suspect behind the wrong cells: how many it explains is weighed against
how many cells it would have made wrong that are right, as with every mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log

from archstat.graph import INPUT
from archstat.homework.answers.places import Key
from archstat.homework.answers.quantities import OF_MAPS, QUANTITIES, map_of
from archstat.homework.marking.held import Held, held
from archstat.homework.marking.language import Language
from archstat.homework.marking.marks import Cell, Mark, Verdict
from archstat.homework.marking.policy import Policy
from archstat.homework.marking.refitting import refitted
from archstat.homework.marking.suspects import OTHER, WRONG, Suspect, about, by_chance, just_there
from archstat.homework.marking.verdicts import Said, own_words, verdicts
from archstat.homework.mistakes.likelihood import log_often, log_prior, log_unknown
from archstat.homework.others.changes import Seen
from archstat.homework.others.other import Other, Others
from archstat.layers.base import Shape

HINT = "compare the sheet with the network that is asked for"

FEWEST_ROOTS = 2
"""Wrong cells that follow from no other, from which another network is looked for."""

FEWEST_LAYERS = 3
"""Layers of which large numbers are right for another student's network before that is said of a
sheet that is not all of it: one may be equal by chance."""

MOST_OWNERS = 2
"""Networks of students that fit as well before that says nothing of whose it is."""

NEARLY_ALL, FEW = 0.8, 0.25
"""The share of the wrong cells that another network explains, and of as many right cells that it
would have made wrong, at least and at most."""

MOST_NAMED = 3
"""Networks that fit as well as each other and are named."""

MOST_HELD = 6
"""Networks against which a sheet is held in full."""

CLEARLY = log(9)
"""How much likelier another network must be than that nothing known is behind the cells."""


@dataclass(frozen=True)
class OtherFit:
    """Another network that a hand-in is rather of.

    Attributes:
        cells: The cells that are wrong, and right for it.
        right: How many cells are right for it, of those that say something that is worked out.
        of: How many these are.
        own: How many of them are right for the network that is asked for.
        left_out: How many of its layers with parameters have no row.
        tables: The numbers of the tables that it is about; empty if all.
        suspect: The same as what may be behind the wrong cells.
        alike: Others that fit as well.
    """

    other: Other
    cells: tuple[Cell, ...]
    right: int
    of: int
    own: int
    left_out: int
    tables: frozenset[int]
    suspect: Suspect
    alike: tuple[Other, ...] = ()

    @property
    def merit(self) -> tuple[int, int, int]:
        """How well it fits, beside others."""
        return len(self.cells), self.right, -self.left_out

    @property
    def name(self) -> str:
        """What records call the network, and those that fit as well."""
        return "; ".join(one.name for one in (self.other, *self.alike))


def said_of(fit: OtherFit, say: Language, again: Callable[[Other], str] | None) -> tuple[str, str]:
    """Return for which network how much is right, and how to mark against it if that is to be told.

    Args:
        fit: The network.
        say: The language.
        again: Returns the command that marks against a network.
    """
    names = dict.fromkeys(say(one.words, **one.names) for one in (fit.other, *fit.alike))
    told = say(
        "{right} of {of} cells are right for {network}, {own} for the one that is asked for",
        right=fit.right,
        of=fit.of,
        network=say.listed(list(names), MOST_NAMED),
        own=fit.own,
    )
    if again is None:
        return told, ""
    return told, say("to mark against it: {command}", command=again(fit.other))


@dataclass(frozen=True)
class _Part:
    """Some tables of a hand-in, as they are marked.

    Attributes:
        sheets: All tables, held against the network that is asked for.
        marks: What is said of their cells.
        tables: The numbers of those that it is about.
    """

    sheets: Sequence[Held]
    marks: Sequence[Mark]
    key: Key
    policy: Policy
    tables: frozenset[int]

    @cached_property
    def says(self) -> list[int]:
        """The places of the cells that say something which is not given with the layers."""
        return [
            number
            for number, one in enumerate(self.marks)
            if one.entry.table in self.tables
            and (one.verdict in WRONG or one.verdict.is_right)
            and not QUANTITIES[one.quantity].is_setting
        ]

    @cached_property
    def wrong(self) -> list[int]:
        """Those of them that are wrong."""
        return [number for number in self.says if self.marks[number].verdict in WRONG]

    @cached_property
    def as_asked(self) -> list[int]:
        """Those of them that are right."""
        return [number for number in self.says if self.marks[number].verdict.is_right]

    @cached_property
    def roots(self) -> set[int]:
        """Those of them that follow from no other."""
        return {n for n in self.wrong if self.marks[n].verdict is Verdict.WRONG}

    def likely(self, networks: Sequence[Other]) -> Iterator[Other]:
        """Yield the networks that it may be of: wrong cells say what is right somewhere in them."""
        wrong = [self.marks[number] for number in self.wrong]
        hits: list[tuple[int, Other]] = []
        for other in networks:
            layers, found, left = set[str](), 0, len(wrong) * (1 - NEARLY_ALL)
            for one in wrong:
                if other.says(one.entry.written, one.quantity):
                    found += 1
                    layers.add(one.layer)
                elif (left := left - 1) < 0 and not other.owner:  # a few are left over, no more
                    break
            if left >= 0 or (other.owner and len(layers) >= FEWEST_LAYERS):
                hits.append((found, other))
        hits.sort(key=lambda hit: -hit[0])
        yield from (other for _, other in hits[:MOST_HELD] if other.owner or self._keeps(other))

    def _keeps(self, other: Other) -> bool:
        """Return whether what is right says what is right somewhere in a network, too."""
        left = FEW * len(self.wrong)
        for number in self.as_asked:
            one = self.marks[number]
            if not other.says(one.entry.written, one.quantity) and (left := left - 1) < 0:
                return False
        return True

    def fit(self, other: Other, tried: int) -> OtherFit | None:
        """Return how a network fits; None if it does not explain what is wrong.

        Args:
            other: The network.
            tried: Of how many it is one.
        """
        marks = self.marks
        there = _held_against(self.sheets, self.tables, other, self.policy)
        right = there.right
        given = {
            number for number, one in enumerate(marks) if one.verdict in WRONG and one.cell in right
        }
        own = given & self.roots
        if len(own) < FEWEST_ROOTS:
            return None
        explained = [number for number in self.wrong if number in given]
        spared = sum(marks[number].cell not in right for number in self.as_asked)
        telling = (marks[number] for number in explained)
        layers = {one.layer for one in telling if QUANTITIES[one.quantity].is_telling}
        is_all = len(explained) >= NEARLY_ALL * len(self.wrong) and spared <= FEW * len(explained)
        if not is_all and not (other.owner and len(layers) >= FEWEST_LAYERS):
            return None
        often = just_there(marks, own)
        alone = sum(
            log_unknown(about(marks[number])) + often[number] + by_chance(marks, number, self.key)
            for number in own
        )
        weight = log_prior(OTHER, about(marks[min(own)])) - log(tried) + log_often(len(own), spared)
        if weight - alone < CLEARLY:
            return None
        words = f"this is right for {other.words.format(**other.names)}"
        said = {marks[number].cell for number in self.says}
        said |= {cell for cell in right if not QUANTITIES[cell[3]].is_setting}
        return OtherFit(
            other,
            tuple(marks[number].cell for number in sorted(given)),
            len(said & right),
            len(said),
            len(self.as_asked),
            there.left_out,
            self.tables if len(self.tables) < len(self.sheets) else frozenset(),
            Suspect(OTHER, words, HINT, dict.fromkeys(given, 0.0), weight, spared),
        )


def fitted(
    sheets: Sequence[Held], marks: Sequence[Mark], key: Key, policy: Policy, others: Others
) -> OtherFit | None:
    """Return the network that a hand-in, or one of its tables, is rather of; None if of none."""
    tables = [one.sheet.number for one in sheets]
    scopes = [frozenset(tables), *(frozenset({one}) for one in tables if len(tables) > 1)]
    parts = [_Part(sheets, marks, key, policy, scope) for scope in scopes]
    parts = [part for part in parts if len(part.roots) >= FEWEST_ROOTS]
    if not parts:
        return None
    found: list[tuple[_Part, OtherFit]] = []
    known = list(others.named(key.truth))
    for networks in (known, others.changed(key.truth, _seen(marks, key))):
        if any(len(fit.cells) >= len(part.wrong) for part, fit in found):
            break
        tried = list(networks)
        for part in parts:
            fits = (part.fit(other, len(tried)) for other in part.likely(tried))
            found += [(part, fit) for fit in fits if fit is not None]
    for part in parts:
        if best := _best([fit for of, fit in found if of is part]):
            return best
    return None


def _best(fits: Sequence[OtherFit]) -> OtherFit | None:
    """Return the network that fits best, with those that do as well; none if it may be any."""
    merits = sorted({fit.merit for fit in fits}, reverse=True)
    for merit in merits:
        best = [fit for fit in fits if fit.merit == merit]
        owned = [fit for fit in best if fit.other.owner]
        named = (
            owned if 0 < len(owned) <= MOST_OWNERS else [one for one in best if one not in owned]
        )
        if named:
            alike = (fit.other for fit in named[1:] if fit.other.is_as_stated)
            return replace(named[0], alike=tuple(alike))
    return None


def _seen(marks: Sequence[Mark], key: Key) -> Seen:
    """Return what a sheet says that helps to guess of which network it is."""
    inputs: list[Shape] = []
    classes: list[int] = []
    weights: dict[str, int] = {}
    like, last = key.truth.graph.input_shape, key.truth.graph.nodes[-1].out_shape
    for one in marks:
        if one.verdict not in WRONG:
            continue
        value = QUANTITIES[one.quantity].reads(one.entry.written)
        if one.layer == INPUT and one.quantity in OF_MAPS:
            shapes = (map_of(dims, like) for dims in one.entry.written.shapes)
            inputs += [shape for shape in shapes if shape and len(shape) == len(like)]
        elif one.quantity == "weights" and isinstance(value, int):
            weights[one.layer] = value
        elif one.answer in {last, *last[:1]} and isinstance(value, (int, tuple)) and value:
            classes.append(value if isinstance(value, int) else value[0])
    return Seen(tuple(inputs), tuple(classes), weights)


@dataclass(frozen=True)
class _There:
    """What some tables say where another network is asked for.

    Attributes:
        right: The cells that are right.
        left_out: How many of its layers with parameters have no row.
    """

    right: frozenset[Cell]
    left_out: int


def _held_against(
    sheets: Sequence[Held], tables: Collection[int], other: Other, policy: Policy
) -> _There:
    """Return what some tables say where another network is asked for."""
    about = [one.sheet for one in sheets if one.sheet.number in tables]
    found = [refitted(held(sheet, other.key, policy)) for sheet in about]
    said = Said(own_words(found, other.key), frozenset())
    marks: list[Mark] = []
    for sheet in found:
        marks += verdicts(sheet, said, tuple(marks))
    places = (place for sheet in found for place in sheet.alignment.places.values())
    there = {name for place in places if not place.is_sum for name in place.members}
    with_params = {name for name, answers in other.truth.account.items() if answers.get("params")}
    right = frozenset(one.cell for one in marks if one.verdict.is_right)
    return _There(right, len(with_params - there))
