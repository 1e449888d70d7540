"""Mistakes in neurons and in multiply–accumulates."""

from __future__ import annotations

from collections.abc import Callable

from archstat.homework.mistakes.base import Formulas, Mistake, by_formula
from archstat.homework.mistakes.facts import Facts


def _macs(formula: Callable[[Facts], int | None]) -> Formulas:
    def doubled(facts: Facts) -> int | None:
        value = formula(facts)
        return None if value is None else 2 * value

    return {"macs": formula, "flops": doubled}


def _neurons(facts: Facts) -> int:
    return facts.c_out * facts.places_out


MISTAKES: tuple[Mistake, ...] = (
    by_formula(
        "channels-left-out",
        "the channels are left out",
        "every filter has units of its own",
        {"neurons": lambda f: f.places_out if f.is_conv else None},
    ),
    by_formula(
        "rows-only",
        "only the rows of the map are counted, not its columns",
        "a map has rows and columns",
        {"neurons": lambda f: f.rows_out * f.c_out if f.is_conv else None},
    ),
    by_formula(
        "input-units",
        "the values of the input are counted, not those of the output",
        "neurons are the units that the layer makes",
        {"neurons": lambda f: f.c_in * f.places_in if f.is_unit else None},
    ),
    by_formula(
        "one-tower",
        "one of the two halves of the network is counted",
        "the layer is spread over two devices: count both",
        {
            "neurons": lambda f: _neurons(f) // 2 if f.is_unit else None,
            "weights": lambda f: f.weights // 2 if f.is_conv else None,
            "params": lambda f: (f.weights + f.biases) // 2 if f.is_conv else None,
            "feature_map": lambda f: (f.c_out // 2, f.rows_out, f.rows_out) if f.is_conv else None,
        },
    ),
    by_formula(
        "pool-units",
        "a pool's outputs are counted as neurons",
        "does a pool connect units by weights?",
        {"neurons": lambda f: _neurons(f) if f.is_pool else None},
    ),
    by_formula(
        "twice-a-mac",
        "two operations are counted for a multiply–accumulate",
        "a multiply–accumulate is one",
        {"macs": lambda f: 2 * f.weights * f.places_out if f.is_unit else None},
    ),
    by_formula(
        "once-a-mac",
        "multiply–accumulates are counted, where each is two operations",
        "a multiply–accumulate is a multiplication and an addition",
        {"flops": lambda f: f.weights * f.places_out if f.is_unit else None},
    ),
    by_formula(
        "four-times",
        "everything is counted twice too often",
        "a multiply–accumulate is a multiplication and an addition",
        {
            "macs": lambda f: 4 * f.weights * f.places_out if f.is_unit else None,
            "flops": lambda f: 4 * f.weights * f.places_out if f.is_unit else None,
        },
    ),
    by_formula(
        "half-a-mac",
        "the count is halved",
        "a multiply–accumulate is one",
        {"macs": lambda f: f.weights * f.places_out // 2 if f.is_unit else None},
    ),
    by_formula(
        "input-places",
        "the places of the input map are counted, not those of the output",
        "a filter is used once for every place of the map that it makes",
        _macs(lambda f: f.weights * f.places_in if f.is_conv else None),
    ),
    by_formula(
        "places-left-out",
        "the places of the map are left out",
        "a filter is used at every place of its output",
        _macs(lambda f: f.weights if f.is_conv else None),
    ),
    by_formula(
        "rows-of-places",
        "only the rows of the map are counted, not its columns",
        "a filter moves along rows and columns",
        _macs(lambda f: f.weights * f.rows_out if f.is_conv else None),
    ),
    by_formula(
        "bias-operations",
        "the biases are counted, too",
        "a bias is an addition, not a multiply–accumulate",
        _macs(lambda f: (f.weights + f.biases) * f.places_out if f.biases else None),
    ),
    by_formula(
        "textbook-operations",
        "k products are counted with k − 1 additions",
        "multiply–accumulates are asked for",
        {
            key: lambda f: 2 * f.weights * f.places_out - _neurons(f) if f.is_unit else None
            for key in ("macs", "flops")
        },
    ),
    by_formula(
        "pool-operations",
        "a pool is given multiply–accumulates",
        "does a pool multiply?",
        {
            key: lambda f: f.taps * f.c_in * f.places_out if f.is_pool else None
            for key in ("macs", "flops")
        },
    ),
)
