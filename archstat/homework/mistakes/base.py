"""What a mistake is: a name, words for it, and the wrong values that it yields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from archstat.graph import INPUT
from archstat.homework.answers.reaching import Rule, one_step, reaches
from archstat.homework.answers.truth import Account, Answer, Change, Sizes, Told, Truth, retold
from archstat.homework.mistakes.facts import Facts, facts_of
from archstat.layers.base import Layer, Shape


@dataclass(frozen=True)
class SaidBefore:
    """What is stated of the layers, from which the next ones may be worked out.

    Attributes:
        maps: Their feature maps, by name; of the network's input, too.
        fields: Their receptive fields.
        asked: The layers of which something is to be worked out; all, if not said.
    """

    maps: Mapping[str, Shape]
    fields: Mapping[str, Shape]
    asked: frozenset[str] | None = None
    _reckoned: dict[Truth, tuple[Told, ...]] = field(default_factory=dict)

    def reckoned(self, truth: Truth) -> tuple[Told, ...]:
        """Return every layer, given the maps before it, worked out once."""
        if truth not in self._reckoned:
            first = self.maps.get(INPUT, truth.graph.input_shape)
            told = tuple(retold(truth.graph, input_shape=first, stated=self.maps))
            self._reckoned[truth] = told
        return self._reckoned[truth]


@dataclass(frozen=True)
class Mistake:
    """A way to go wrong, as it is made again and again.

    Attributes:
        key: Its name in records.
        words: What was done instead, as the end of a sentence: "the padding is left out".
        hint: What leads to the right way, without a number.
        quantities: What it makes wrong.
        account: What a sheet says that is filled in so; where it says the truth, the mistake shows
            nothing.
        own: The same for each layer alone, from what is stated before it; in several ways where
            what is not stated may be reckoned in several.
        of_block: What is said of a block, from a quantity and what is true of its layers together,
            where that is not the sum of what is said of the layers.
        in_numbers: The words with {depth}, the input's channels of a layer, and {half} of them,
            for those who may see answers.
    """

    key: str
    words: str
    hint: str
    quantities: frozenset[str]
    account: Callable[[Truth], Account]
    own: Callable[[Truth, SaidBefore], Sequence[Account]] | None = None
    in_numbers: str = ""
    of_block: Callable[[str, Answer], Answer] | None = None


SIZES = frozenset(
    {"feature_map", "in_shape", "weights", "params", "neurons", "macs", "flops", "param_bytes"}
)
"""What follows from the sizes of maps."""

COUNTS = frozenset({"weights", "params", "macs", "flops", "param_bytes"})
"""What follows from the weights."""


def _same(layer: Layer) -> Layer:
    return layer


def reckoned(  # noqa: PLR0913  what can be reckoned otherwise
    key: str,
    words: str,
    hint: str,
    *,
    input_shape: Callable[[Shape], Shape | None] = lambda shape: shape,
    change: Change = _same,
    sizes: Sizes | None = None,
    quantities: frozenset[str] = SIZES,
) -> Mistake:
    """Return the mistake of reckoning the whole network with one thing changed.

    `input_shape` gives None where the mistake cannot be made.
    """

    def account(truth: Truth) -> Account:
        shape = input_shape(truth.graph.input_shape)
        if shape is None:
            return {}
        told = retold(truth.graph, input_shape=shape, change=change, sizes=sizes)
        return {layer.node.name: layer.answers() for layer in told}

    def own(truth: Truth, stated: SaidBefore) -> Sequence[Account]:
        first = stated.maps.get(INPUT, truth.graph.input_shape)
        before = stated.reckoned(truth)
        maps = {layer.node.name: layer.out_shape for layer in before} | dict(stated.maps)
        told = retold(
            truth.graph,
            input_shape=first,
            change=change,
            sizes=sizes,
            stated=maps,
            only=stated.asked,
        )
        return [{layer.node.name: layer.answers() for layer in told}]

    is_of_layers = change is not _same or sizes is not None
    return Mistake(key, words, hint, quantities, account, own if is_of_layers else None)


def reaching(  # noqa: PLR0913  what a rule is
    key: str,
    words: str,
    hint: str,
    rule: Rule,
    *,
    start: int = 1,
    in_one: Rule | None = None,
) -> Mistake:
    """Return the mistake of working receptive fields out by another rule.

    Args:
        key: Its name.
        words: What was done.
        hint: What leads to the right way.
        rule: What a unit sees behind a layer.
        start: What a pixel of the input sees.
        in_one: The same where the mistake is made in a single layer, behind true effective strides.
    """

    def account(truth: Truth) -> Account:
        seen = reaches(truth.graph, rule, start=start)
        return {name: {"receptive_field": size} for name, size in seen.items()}

    def own(truth: Truth, stated: SaidBefore) -> Sequence[Account]:
        ways = [reaches(truth.graph, rule, start=start, stated=stated.fields)]
        if in_one is not None:
            ways.append(one_step(truth.graph, in_one, stated.fields))
        return [{name: {"receptive_field": size} for name, size in seen.items()} for seen in ways]

    return Mistake(key, words, hint, frozenset({"receptive_field"}), account, own)


Formulas: TypeAlias = Mapping[str, Callable[[Facts], Answer]]
"""Another formula for each quantity; None where it does not apply."""


def by_formula(
    key: str, words: str, hint: str, formulas: Formulas, *, in_numbers: str = ""
) -> Mistake:
    """Return the mistake of another formula, layer by layer."""

    def account(truth: Truth) -> Account:
        return {
            name: {
                quantity: value
                for quantity, formula in formulas.items()
                if (value := formula(facts)) is not None
            }
            for name, facts in facts_of(truth).items()
        }

    return Mistake(key, words, hint, frozenset(formulas), account, in_numbers=in_numbers)


def by_weights(key: str, words: str, hint: str, weights: Callable[[Facts], int | None]) -> Mistake:
    """Return the mistake of other weights, which parameters and operations are worked out from."""

    def plus(facts: Facts, biases: int, factor: int) -> int | None:
        wrong = weights(facts)
        return None if wrong is None else (wrong + biases) * factor

    return by_formula(
        key,
        words,
        hint,
        {
            "weights": weights,
            "params": lambda facts: plus(facts, facts.biases, 1),
            "macs": lambda facts: plus(facts, 0, facts.places_out),
            "flops": lambda facts: plus(facts, 0, 2 * facts.places_out),
        },
    )
