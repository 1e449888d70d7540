"""How formulas stand in texts."""

from __future__ import annotations

from archstat.analyses.symbols import Atom, Constant, Expression, Notation, Rounding

_BRACKETS = {Rounding.DOWN: ("⌊", "⌋"), Rounding.UP: ("⌈", "⌉")}


def _quotient(of: str, by: str, rounding: Rounding) -> str:
    if rounding is Rounding.NONE:
        return f"{of}/{by}"
    left, right = _BRACKETS[rounding]
    return f"{left}({of}) / {by}{right}" if " " in of else f"{left}{of} / {by}{right}"


def _named(number: Atom | Constant) -> str:
    return number.name if isinstance(number, Atom) else str(number.value)


def _valued(number: Atom | Constant) -> str:
    return f"{number.value:,}" if number.value >= 10_000 else str(number.value)  # noqa: PLR2004


SYMBOLS = Notation(_named, " · ", "−", _quotient)
VALUES = Notation(_valued, " · ", "−", _quotient)


def written(expression: Expression, *, has_values: bool) -> str:
    """Return a formula, in letters or with their values."""
    return (VALUES if has_values else SYMBOLS).write(expression)
