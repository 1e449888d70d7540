"""What each mistake makes wrong in a table, and which of them look the same there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Answer, Truth
from archstat.homework.mistakes import MISTAKES, Mistake, accounts_of
from archstat.homework.sheet.alignment import ASKED
from archstat.homework.sheet.labels import general_family

Effect: TypeAlias = Mapping[str, Mapping[str, Answer]]
"""The wrong answers that a mistake gives, by quantity and layer; a quantity has at least one."""


@lru_cache(maxsize=8)
def effects_of(truth: Truth) -> Mapping[str, Effect]:
    """Return what every mistake makes wrong in the rows that a sheet is expected to have."""
    return {mistake.key: _effect(mistake, truth) for mistake in MISTAKES}


def _effect(mistake: Mistake, truth: Truth) -> Effect:
    told = accounts_of(truth)[mistake.key]
    rows = [
        name
        for name in truth.account
        if name in told and general_family(truth.nodes[name].layer.kind) in ASKED
    ]
    wrong = {
        quantity: {
            name: answer
            for name in rows
            if (answer := told[name].get(quantity)) is not None
            and (true := truth.account[name].get(quantity)) is not None
            and answer != true
        }
        for quantity in QUANTITIES
        if quantity in mistake.quantities
    }
    return {quantity: answers for quantity, answers in wrong.items() if answers}


def look_alikes(key: str, truth: Truth) -> Mapping[str, tuple[str, ...]]:
    """Return the mistakes that make a column wrong in the same way, by quantity."""
    effects = effects_of(truth)
    found = {
        quantity: tuple(
            other
            for other, effect in effects.items()
            if other != key and effect.get(quantity) == wrong
        )
        for quantity, wrong in effects[key].items()
    }
    return {quantity: others for quantity, others in found.items() if others}
