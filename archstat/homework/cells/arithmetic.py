"""Arithmetic that students write, worked out: by a small parser, within bounds, never `eval`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil, floor

MOST_TOKENS = 200
DEEPEST = 30  # brackets within brackets
LARGEST_EXPONENT = 64
MOST_BITS = 256  # of a numerator or denominator: ten times what any network counts

_TOKEN = re.compile(
    r"(?P<number>[1-9][0-9]{0,2}(?:[, ][0-9]{3})+(?![0-9])|[0-9]{1,40}(?:\.[0-9]{1,20})?)"
    r"|(?P<sign>\*\*|//|[-+*/^×·÷x()\[\]{}⌊⌋⌈⌉]|floor|ceil(?:ing)?|int|round)"
)
_SPELLING = {"×": "*", "·": "*", "x": "*", "÷": "/", "^": "**", "ceiling": "ceil", "int": "floor"}
_OPERATORS = frozenset({"+", "-", "*", "/", "//", "**"})
_CLOSING = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉"}
_ROUNDING: Mapping[str, Callable[[Fraction], int]] = {
    "⌊": floor,
    "floor": floor,
    "⌈": ceil,
    "ceil": ceil,
    "round": round,
}
_COMMENT = re.compile(r"\([^()0-9]*\)")


class _NoCalculationError(Exception):
    """A text that is no calculation, or one beyond the bounds."""


def worked_out(text: str) -> Fraction | None:
    """Return what a calculation comes to; None if the text is none, or is beyond the bounds.

    Args:
        text: The calculation, in the spelling of `cleaned`.

    >>> worked_out("floor[(28-7)/3] + 1"), worked_out("10^10^10")
    (Fraction(8, 1), None)
    """
    tokens = _tokens(_COMMENT.sub("", text).casefold())
    if _OPERATORS.isdisjoint(tokens[1:]):
        return None
    try:
        return _Calculation(tokens).value()
    except _NoCalculationError:
        return None


def _tokens(text: str) -> list[str]:
    """Return the numbers and signs of a calculation; nothing if there is anything else in it."""
    tokens: list[str] = []
    while text := text.lstrip():
        match = _TOKEN.match(text)
        if match is None or len(tokens) == MOST_TOKENS:
            return []
        tokens.append(_SPELLING.get(match[0], match[0]).replace(",", "").replace(" ", ""))
        text = text[match.end() :]
    return tokens


class _Calculation:
    """A recursive descent over tokens: each method reads what binds tighter than its operators."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens[::-1]
        self._depth = 0

    def value(self) -> Fraction:
        """Return what the tokens come to; all of them must belong to the calculation."""
        value = self._sum()
        if self._tokens:
            raise _NoCalculationError
        return value

    def _next_is(self, *tokens: str) -> bool:
        return bool(self._tokens) and self._tokens[-1] in tokens

    def _sum(self) -> Fraction:
        value = self._product()
        while self._next_is("+", "-"):
            sign = 1 if self._tokens.pop() == "+" else -1
            value = _bounded(value + sign * self._product())
        return value

    def _product(self) -> Fraction:
        value = self._power()
        while self._next_is("*", "/", "//", *_CLOSING):
            operator = "*" if self._next_is(*_CLOSING) else self._tokens.pop()  # 96(11·11·3 + 1)
            factor = self._power()
            if operator != "*" and factor == 0:
                raise _NoCalculationError
            value = _bounded(value * factor if operator == "*" else value / factor)
            if operator == "//":
                value = Fraction(floor(value))
        return value

    def _power(self) -> Fraction:
        if self._next_is("-"):
            self._tokens.pop()
            return -self._power()
        base = self._atom()
        if not self._next_is("**"):
            return base
        self._tokens.pop()
        exponent = self._power()
        if exponent.denominator != 1 or not 0 <= exponent <= LARGEST_EXPONENT:
            raise _NoCalculationError
        return _bounded(base ** int(exponent))

    def _atom(self) -> Fraction:
        if not self._tokens:
            raise _NoCalculationError
        token = self._tokens.pop()
        rounding = _ROUNDING.get(token)
        if rounding and token not in _CLOSING:
            token = self._tokens.pop() if self._tokens else ""
        if token in _CLOSING:
            value = self._in_brackets(_CLOSING[token])
            return Fraction(rounding(value)) if rounding else value
        if rounding or not token[0].isdigit():
            raise _NoCalculationError
        return Fraction(token)

    def _in_brackets(self, closing: str) -> Fraction:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _NoCalculationError
        value = self._sum()
        if not self._next_is(closing):
            raise _NoCalculationError
        self._tokens.pop()
        self._depth -= 1
        return value


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_BITS:
        raise _NoCalculationError
    return value
