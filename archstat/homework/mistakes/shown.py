"""Where mistakes show: every wrong answer that an account gives, by layer and quantity."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from archstat.graph import INPUT
from archstat.homework.answers.places import BEFORE, total
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Account, Answer, Truth
from archstat.homework.mistakes import MISTAKES, Mistake, accounts_of
from archstat.homework.mistakes.base import SaidBefore


@dataclass(frozen=True)
class Wrongly:
    """One way to make a mistake: all along the network, or in each layer alone.

    Attributes:
        own: Which of the mistake's own accounts it is; None all along.
    """

    mistake: Mistake
    own: int | None = None


class WrongAnswers:
    """The wrong answers of every way to make a mistake.

    Attributes:
        ways: These ways; their places in this list are their numbers.
        own: The numbers of those that are made in each layer alone.
        own_of: The same by the quantities that they make wrong.
        times: How many ways there are to make each mistake, by its key.
    """

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.ways: list[Wrongly] = []
        self._at: dict[tuple[str, str], dict[int, Answer]] = defaultdict(dict)
        self._of_blocks: dict[tuple[tuple[str, ...], str], Mapping[int, Answer]] = {}
        accounts = accounts_of(truth)
        for mistake in MISTAKES:
            self._add(Wrongly(mistake), accounts[mistake.key])
        maps = {name: node.out_shape for name, node in truth.nodes.items()}
        fields = dict(_fields(truth))
        for mistake in MISTAKES:
            if mistake.own is not None:
                for number, account in enumerate(mistake.own(truth, SaidBefore(maps, fields))):
                    self._add(Wrongly(mistake, number), account)
        self.own = frozenset(at for at, way in enumerate(self.ways) if way.own is not None)
        self.own_of: dict[str, list[int]] = defaultdict(list)
        for at in self.own:
            for quantity in self.ways[at].mistake.quantities:
                self.own_of[quantity].append(at)
        self.times = Counter(way.mistake.key for way in self.ways)

    def _add(self, way: Wrongly, account: Account) -> None:
        number = len(self.ways)
        self.ways.append(way)
        for name, answers in account.items():
            for quantity in way.mistake.quantities & answers.keys():
                answer = answers[quantity]
                if answer is not None and answer != _true(self.truth, name, quantity):
                    self._at[name, quantity][number] = answer

    def at(self, members: tuple[str, ...], quantity: str) -> Mapping[int, Answer]:
        """Return what is wrong there by each way, by its number.

        Args:
            members: A layer, the layers of a block, or those of a sum.
            quantity: What is asked for.
        """
        if not QUANTITIES[quantity].is_summed:
            member = members[:1] if quantity in BEFORE else members[-1:]
            return self._at.get((member[0], quantity), {}) if member else {}
        if len(members) == 1:
            return self._at.get((members[0], quantity), {})
        at = members, quantity
        if at not in self._of_blocks:
            self._of_blocks[at] = self._sums(members, quantity)
        return self._of_blocks[at]

    def _sums(self, members: Sequence[str], quantity: str) -> Mapping[int, Answer]:
        true = total(_true(self.truth, name, quantity) for name in members)
        if not isinstance(true, (int, Fraction)):
            return {}
        sums: dict[int, int | Fraction] = {}
        for name in members:
            for number, answer in self._at.get((name, quantity), {}).items():
                known = _true(self.truth, name, quantity)
                if isinstance(answer, (int, Fraction)) and isinstance(known, (int, Fraction)):
                    sums[number] = sums.get(number, true) + answer - known
        for number, way in enumerate(self.ways):
            if way.own is None and way.mistake.of_block is not None:
                said = way.mistake.of_block(quantity, true)
                sums[number] = said if isinstance(said, (int, Fraction)) else true
        return {number: answer for number, answer in sums.items() if answer != true}


@lru_cache(maxsize=8)
def shown_in(truth: Truth) -> WrongAnswers:
    """Return where mistakes show in a network."""
    return WrongAnswers(truth)


def wrong_in(account: Account, members: tuple[str, ...], quantity: str, truth: Truth) -> Answer:
    """Return what an account says of a layer or a block; None if nothing, or the truth."""
    if len(members) > 1 and QUANTITIES[quantity].is_summed:
        return None
    name = members[0] if quantity in BEFORE else members[-1]
    answer = account.get(name, {}).get(quantity)
    return None if answer == _true(truth, name, quantity) else answer


def _true(truth: Truth, name: str, quantity: str) -> Answer:
    if name == INPUT:
        return truth.graph.input_shape if quantity in {"feature_map", "in_shape"} else None
    return truth.account.get(name, {}).get(quantity)


def _fields(truth: Truth) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, answers in truth.account.items():
        field = answers.get("receptive_field")
        if isinstance(field, tuple):
            yield name, field
