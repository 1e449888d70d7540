"""Logarithmic axes: from values to pixels, and which values are written at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TypeAlias

MANTISSAS = ((1, 2, 5), (1,), (1, 3), (1, 2, 3, 5, 7), range(1, 10))
"""First digits of the values at an axis; the first of these that gives neither few nor many."""

LEAST_TICKS, MOST_TICKS = 4, 7
NEARLY_EVEN = 4
"""An axis whose ends differ by less than so many times has its values at equal steps."""


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis from the value `low` at the pixel `start` to `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of a value.

        >>> Scale(1, 100, 0, 200).at(10)
        100.0
        """
        part = (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))
        return self.start + part * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return round values to write at the axis.

        >>> Scale(3, 60, 0, 1).ticks(), Scale(1e3, 1e6, 0, 1).ticks()
        ([5.0, 10.0, 20.0, 50.0], [1000.0, 10000.0, 100000.0, 1000000.0])
        """
        if self.high < self.low * NEARLY_EVEN:
            return even_ticks(self.low, self.high)
        decades = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        for digits in MANTISSAS:
            shown = self._held(digit * 10.0**power for power in decades for digit in digits)
            if LEAST_TICKS <= len(shown) <= MOST_TICKS:
                return shown
        step = 1
        while len(shown := self._held(10.0**power for power in decades[::step])) > MOST_TICKS:
            step += 1
        return shown

    def _held(self, values: Iterable[float]) -> list[float]:
        return [value for value in values if self._holds(value)]

    def _holds(self, value: float) -> bool:
        return self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)


@dataclass(frozen=True)
class EvenScale:
    """An axis on which equal steps are equally long."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of a value.

        >>> EvenScale(0, 2, 0, 200).at(0.5)
        50.0
        """
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def even_ticks(low: float, high: float) -> list[float]:
    """Return round values at equal steps.

    >>> even_ticks(0.93, 1.12)
    [0.95, 1.0, 1.05, 1.1]
    """
    rough = (high - low) / MOST_TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= rough)
    first = ceil(low / step - 1e-9)
    count = floor(high / step + 1e-9) - first + 1
    return [round((first + at) * step, 12) for at in range(count)]


def scale(values: Sequence[float], start: float, end: float, *, air: float = 1.15) -> Scale:
    """Return an axis that holds values, `air` times less and more than the outermost.

    >>> scale([1, 256], 0, 1).low < 1 and scale([32], 0, 1).ticks()
    [20.0, 30.0, 50.0, 70.0]
    """
    low, high = min(values) / air, max(values) * air
    if high < 2 * air * low:  # one value, or nearly
        low, high = low / 2, high * 2
    return Scale(low, high, start, end)


def apart(values: Sequence[float], axis: Scale, gap: float) -> list[float]:
    """Return those of some values that stand apart on an axis, the outermost first of all.

    >>> apart([1, 2, 3, 1000], Scale(1, 1000, 0, 300), 25)
    [1, 2, 1000]
    """
    ordered = sorted(set(values))
    if not ordered:
        return []
    kept = [ordered[-1]]
    for value in ordered:
        if all(abs(axis.at(value) - axis.at(other)) >= gap for other in kept):
            kept.append(value)
    return sorted(kept)


def spread_out(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places in the order of the wanted ones, moved apart as far as they must be.

    >>> spread_out([10, 12, 50], 10, 0, 100), spread_out([98, 99], 10, 0, 100)
    ([10, 20, 50], [90, 100])
    """
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    places = [wanted[number] for number in order]
    for at, _ in enumerate(places):
        least = low if at == 0 else places[at - 1] + gap
        places[at] = max(places[at], least)
    for at in reversed(range(len(places))):
        most = high if at == len(places) - 1 else places[at + 1] - gap
        places[at] = min(places[at], most)
    result = [0.0] * len(wanted)
    for number, place in zip(order, places, strict=True):
        result[number] = place
    return result


Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""


class Room:
    """Where something stands already."""

    def __init__(self) -> None:
        self._taken: list[Box] = []

    def block(self, box: Box) -> None:
        """Keep texts out of a box, whatever else is there."""
        self._taken.append(box)

    def take(self, *boxes: Box) -> bool:
        """Return whether boxes are free, all of them, and take them if they are."""
        is_free = not any(_overlap(box, other) for box in boxes for other in self._taken)
        if is_free:
            self._taken += boxes
        return is_free


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
