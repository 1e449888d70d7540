"""Whole numbers that remember how they were worked out.

The formulas of layers work on these as on any other numbers, so that what explains a result is the
very code that computes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Self, TypeAlias

from archstat.record import record


@record
class Atom:
    """A number with a name: the kernel size k of a layer."""

    name: str
    value: int


@record
class Constant:
    """A number that the formula itself has."""

    value: int


@record
class SymbolicSum:
    """Terms that are added; negative ones are held as `Negative`."""

    terms: tuple[Expression, ...]


@record
class Product:
    """Factors."""

    factors: tuple[Expression, ...]


@record
class Negative:
    """What is subtracted."""

    of: Expression


class Rounding(Enum):
    """What becomes of the rest of a division."""

    NONE = "there is none"
    DOWN = "left out"
    UP = "counted as one more"


@record
class Quotient:
    """A division that ends in a whole number."""

    of: Expression
    by: Expression
    rounding: Rounding


Expression: TypeAlias = "Atom | Constant | SymbolicSum | Product | Negative | Quotient"


class Symbol(int):
    """A whole number that remembers how it was worked out.

    >>> k, p = Symbol.named("k", 5), Symbol.named("p", 2)
    >>> k + 2 * p == 9, [atom.name for atom in atoms((k + 2 * p).expression)]
    (True, ['k', 'p'])
    """

    expression: Expression

    @classmethod
    def of(cls, value: int, expression: Expression) -> Self:
        """Return a number that was worked out so."""
        symbol = cls(value)
        symbol.expression = expression
        return symbol

    @classmethod
    def named(cls, name: str, value: int) -> Self:
        """Return a number that is given."""
        return cls.of(value, Atom(name, value))

    def __add__(self, other: int) -> Symbol:
        return Symbol.of(int(self) + int(other), _sum(_of(self), _of(other)))

    def __radd__(self, other: int) -> Symbol:
        return Symbol.of(int(other) + int(self), _sum(_of(other), _of(self)))

    def __sub__(self, other: int) -> Symbol:
        return Symbol.of(int(self) - int(other), _sum(_of(self), _negative(_of(other))))

    def __rsub__(self, other: int) -> Symbol:
        return Symbol.of(int(other) - int(self), _sum(_of(other), _negative(_of(self))))

    def __mul__(self, other: int) -> Symbol:
        return Symbol.of(int(self) * int(other), _product(_of(self), _of(other)))

    def __rmul__(self, other: int) -> Symbol:
        return Symbol.of(int(other) * int(self), _product(_of(other), _of(self)))

    def __floordiv__(self, other: int) -> Symbol:
        return Symbol.of(int(self) // int(other), _quotient(_of(self), _of(other)))

    def __neg__(self) -> Symbol:
        return Symbol.of(-int(self), _negative(self.expression))


def _of(number: int) -> Expression:
    return number.expression if isinstance(number, Symbol) else Constant(int(number))


def _sum(left: Expression, right: Expression) -> Expression:
    """Return a sum whose constants are one, at its end, and of which like terms are one."""
    terms = [*_terms(left), *_terms(right)]
    constant = sum(value_of(term) for term in terms if _is_constant(term))
    counts = Counter(term for term in terms if not _is_constant(term))
    named = [_product(Constant(count), term) for term, count in counts.items()]
    if constant or not named:
        named.append(Constant(constant) if constant >= 0 else Negative(Constant(-constant)))
    return named[0] if len(named) == 1 else SymbolicSum(tuple(named))


def _terms(expression: Expression) -> tuple[Expression, ...]:
    return expression.terms if isinstance(expression, SymbolicSum) else (expression,)


def _is_constant(term: Expression) -> bool:
    return isinstance(term.of if isinstance(term, Negative) else term, Constant)


def _negative(expression: Expression) -> Expression:
    match expression:
        case Negative(inner):
            return inner
        case SymbolicSum(terms):
            return SymbolicSum(tuple(map(_negative, terms)))
        case Quotient(Negative(inner), by, Rounding.DOWN):
            return Quotient(inner, by, Rounding.UP)
        case Quotient(SymbolicSum(terms), by, Rounding.DOWN) if isinstance(terms[0], Negative):
            return Quotient(SymbolicSum(tuple(map(_negative, terms))), by, Rounding.UP)
        case _:
            return Negative(expression)


def _product(left: Expression, right: Expression) -> Expression:
    factors = [*_factors(left), *_factors(right)]
    named: list[Expression]
    constant = 1
    for factor in factors:
        constant *= factor.value if isinstance(factor, Constant) else 1
    named = [factor for factor in factors if not isinstance(factor, Constant)]
    if constant != 1 or not named:
        named.insert(0, Constant(constant))
    return named[0] if len(named) == 1 else Product(tuple(named))


def _factors(expression: Expression) -> tuple[Expression, ...]:
    return expression.factors if isinstance(expression, Product) else (expression,)


def _quotient(of: Expression, by: Expression) -> Expression:
    if by == Constant(1):
        return of
    is_split = isinstance(of, Atom) and of.value % value_of(by) == 0  # channels into groups
    return Quotient(of, by, Rounding.NONE if is_split else Rounding.DOWN)


def value_of(expression: Expression) -> int:
    """Return what an expression comes to."""
    match expression:
        case Atom(_, value) | Constant(value):
            return value
        case SymbolicSum(terms):
            return sum(map(value_of, terms))
        case Negative(of):
            return -value_of(of)
        case Product(factors):
            result = 1
            for factor in factors:
                result *= value_of(factor)
            return result
        case Quotient(of, by, rounding):
            number, divisor = value_of(of), value_of(by)
            return -(-number // divisor) if rounding is Rounding.UP else number // divisor


def atoms(expression: Expression) -> Iterator[Atom]:
    """Yield the named numbers of an expression, in their order, each as often as it stands."""
    match expression:
        case Atom():
            yield expression
        case SymbolicSum(parts) | Product(parts):
            for part in parts:
                yield from atoms(part)
        case Negative(of):
            yield from atoms(of)
        case Quotient(of, by, _):
            yield from atoms(of)
            yield from atoms(by)
        case _:
            return


@record
class Notation:
    """How formulas are written.

    Attributes:
        number: A number, or the name of one.
        times: What stands between factors.
        minus: The sign of what is subtracted.
        quotient: A division, from its two parts and what becomes of the rest.
    """

    number: Callable[[Atom | Constant], str]
    times: str
    minus: str
    quotient: Callable[[str, str, Rounding], str]

    def write(self, expression: Expression) -> str:
        """Return an expression as it is written."""
        match expression:
            case Atom() | Constant():
                return self.number(expression)
            case SymbolicSum(terms):
                return self._sum(terms)
            case Negative(of):
                return f"{self.minus}{self._within(of)}"
            case Product(factors):
                return self.times.join(map(self._within, factors))
            case Quotient(of, by, rounding):
                return self.quotient(self.write(of), self._within(by), rounding)

    def _sum(self, terms: tuple[Expression, ...]) -> str:
        text = self.write(terms[0])
        for term in terms[1:]:
            if isinstance(term, Negative):
                text += f" {self.minus} {self._within(term.of)}"
            else:
                text += f" + {self.write(term)}"
        return text

    def _within(self, part: Expression) -> str:
        """Return a part of a product or a division."""
        text = self.write(part)
        is_exact = isinstance(part, Quotient) and part.rounding is Rounding.NONE
        return f"({text})" if isinstance(part, (SymbolicSum, Negative)) or is_exact else text
