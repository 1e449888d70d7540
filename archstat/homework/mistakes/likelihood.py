"""How likely a mistake is before a sheet is seen, and how likely chance gives what a cell says.

How often each mistake was made is counted on real sheets: `priors.toml`, which
`python benchmarks/real_sheets/priors.py` writes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from math import exp, lgamma, log
from pathlib import Path

from archstat.homework.answers.quantities import (
    OF_MAPS,
    OF_WINDOWS,
    QUANTITIES,
    WrittenCell,
    map_of,
)
from archstat.homework.answers.truth import Answer
from archstat.layers.base import Shape

FIELD, MAP, COUNT, SETTING, SUM = "field", "map", "count", "setting", "sum"
"""What cells are about, as far as they go wrong in different ways."""

NOTHING = {SETTING: "other-setting"}
"""What is behind a wrong cell that no mistake explains, where it is not "unknown"."""

UNSEEN = 0.15
"""For how many times a mistake counts that was never seen."""

ONCE = 0.4
"""Of those who make a mistake, as many make it once, although they might make it again."""

FEWEST = 10
"""Values that a small number is one of, at least."""

FEWEST_SETTINGS = 4
"""Settings that a small one is one of, at least."""

CHANNELS = 40
"""Numbers of channels that networks have."""

UNEQUAL = 0.1
"""How likely the sides of a square map are different, where something is wrong with it."""

MOST_DIGITS = 6
"""Digits of a number that tell more of it."""

PARTS = 100
"""Shares that there are."""


def class_of(quantity: str, *, is_sum: bool) -> str:
    """Return what a cell is about."""
    if is_sum:
        return SUM
    if QUANTITIES[quantity].is_setting:
        return SETTING
    return MAP if quantity in OF_MAPS else FIELD if quantity in OF_WINDOWS else COUNT


@cache
def counted() -> Mapping[str, Mapping[str, float]]:
    """Return how often each mistake was made, by what it makes wrong."""
    text = Path(__file__).with_name("priors.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def log_unknown(about: str) -> float:
    """Return how likely nothing that is known is behind a wrong cell, as a logarithm."""
    return log_prior(NOTHING.get(about, "unknown"), about)


@cache
def log_prior(key: str, about: str) -> float:
    """Return how likely a mistake is where something is wrong, as a logarithm.

    What was seen elsewhere counts a little here, too.
    """
    seen = counted().get(about, {})
    others = [counts for kind, counts in counted().items() if kind != about]
    elsewhere = sum(counts.get(key, 0) for counts in others) / len(counted())
    whole = sum(seen.values()) + UNSEEN * max(len(seen), FEWEST)
    whole += sum(sum(counts.values()) for counts in others) / len(counted())
    return log((seen.get(key, 0) + UNSEEN + elsewhere) / whole)


def log_often(times: int, others: int) -> float:
    """Return how likely a mistake is made just there, of all the places where it might have been.

    Some make it once, in any of these places (a likelihood of the 54 that were made on the open
    sheets is largest where four of ten do). Of the others nothing is known but that most make it
    always, or seldom (a beta distribution with both parameters one half).

    >>> [round(exp(log_often(times, 8 - times)), 4) for times in (8, 4, 1)]
    [0.1178, 0.0006, 0.0579]
    """
    each = lgamma(times + 0.5) + lgamma(others + 0.5) - lgamma(times + others + 1)
    again = (1 - ONCE) * exp(each - 2 * lgamma(0.5))
    return log(again + ONCE / (times + others) if times == 1 else again)


def log_chance(written: WrittenCell, quantity: str, answer: Answer) -> float:
    """Return how likely somebody writes just this without any mistake that is known."""
    value, is_setting = QUANTITIES[quantity].reads(written), QUANTITIES[quantity].is_setting
    fewest = FEWEST_SETTINGS if is_setting else FEWEST
    if isinstance(value, tuple) and isinstance(answer, tuple):
        is_map = quantity in OF_MAPS and len(value) <= len(answer) > 1
        of_map = _chance_of_map(written, answer) if is_map else None
        return -log(max(fewest, *value, *answer)) if of_map is None else of_map
    if isinstance(value, int) and isinstance(answer, int) and is_setting:
        return -log(max(fewest, value, answer))
    if isinstance(value, int):
        digits = written.counts[0].digits if written.counts else None
        digits = min(digits or len(str(abs(value)).rstrip("0")), MOST_DIGITS)
        return -log(max(FEWEST, 9 * 10 ** (digits - 1)))
    return -log(PARTS)


def _chance_of_map(written: WrittenCell, answer: Shape) -> float | None:
    shapes = (map_of(dims, answer) for dims in written.shapes)
    shape = next((one for one in shapes if one is not None and len(one) == len(answer)), None)
    if shape is None:
        return None
    (channels, *sides), (true, *true_sides) = shape, answer
    chance = -log(CHANNELS) if channels != true else 0.0
    wrong = {(one, other) for one, other in zip(sides, true_sides, strict=True) if one != other}
    for pair in wrong:
        chance -= log(max(FEWEST, *pair))
    if len(set(true_sides)) < len(set(sides)):
        chance += log(UNEQUAL)
    return chance
