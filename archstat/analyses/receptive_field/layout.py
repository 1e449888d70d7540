"""Where the axes of the image are among the axes of a tensor.

An axis of a tensor is a row of factors, the slowest first: units of the image's rows or columns, or
channels, which have no place. Each axis of a map is one factor; flattened, the last axis is three;
the tokens of a vision transformer are an axis of two, rows and columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from functools import lru_cache
from math import prod
from typing import TypeAlias

from archstat.analyses.receptive_field.branches import UnknownReachError
from archstat.layers.base import Shape
from archstat.layers.window import Digits
from archstat.record import record


@record
class AxisFactor:
    """A digit of the numbers with which an axis of a tensor counts.

    Attributes:
        size: How many values it takes.
        axis: The axis of the image whose units it numbers; None for channels.
        step: How many units further its next value is.
        is_doubtful: Whether it is the channels of an input of two axes, which may as well be tokens
            with features.
        is_gathered: Whether it is channels of which each sees a part of what the unit sees.
    """

    size: int
    axis: int | None = None
    step: int = 1
    is_doubtful: bool = False
    is_gathered: bool = False

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes of the image that have units here."""
        return () if self.axis is None else (self.axis,)

    def numbers_all(self, axis: int, units: int) -> bool:
        """Return whether it numbers the units of an axis of the image, one after the other."""
        return self.axis == axis and self.size == units and self.step == 1

    def continues(self, faster: AxisFactor) -> bool:
        """Return whether this digit goes up by one where a faster one starts again."""
        if self.axis != faster.axis or self.size == 1:
            return False
        return self.axis is None or self.step == faster.step * faster.size

    def mixed(self, units: int) -> Digits:
        """Return the window of a unit that reads all values of this digit, but has one itself.

        The units that the digit numbers are `step` apart; those that are in larger and in smaller
        steps, which it does not number, stay apart from one another.
        """
        sizes = [units // (self.size * self.step), self.size, self.step]
        steps = [self.size * self.step, 0, 1]
        if sizes[0] == 1:
            del sizes[0], steps[0]
        return Digits(tuple(sizes), tuple(steps), *self.reach(units))

    def reach(self, _: int) -> tuple[int, int]:
        """Return how many units it numbers of so many, and how far they are apart."""
        return self.size, self.step

    def span(self, _: int) -> tuple[int, int]:
        """Return how far the next value is, of so many units, and how far that of a slower one."""
        return self.step, self.step * self.size


@record
class Medley:
    """All units of some axes of the image among others, like patches beside a class token."""

    size: int = field(compare=False)
    axes: tuple[int, ...]

    @staticmethod
    def reach(units: int) -> tuple[int, int]:
        """See `AxisFactor.reach`."""
        return units, 1

    @staticmethod
    def span(units: int) -> tuple[int, int]:
        """See `AxisFactor.span`."""
        return 1, units


Axis: TypeAlias = tuple[AxisFactor | Medley, ...]
Layout: TypeAlias = tuple[Axis, ...]


@lru_cache(maxsize=1 << 10)
def all_units(size: int, axis: int) -> Axis:
    """Return an axis of a tensor that numbers the units of an axis of the image, and no more."""
    return (AxisFactor(size, axis),)


def axes_of(axis: Axis) -> tuple[int, ...]:
    """Return the axes of the image that have units on an axis of a tensor."""
    if len(axis) <= 1:
        return axis[0].axes if axis else ()
    return tuple(sorted({number for factor in axis for number in factor.axes}))


def padded(layout: Layout, rank: int) -> Layout:
    """Return a layout with at least so many axes: those that are missing come first."""
    return layout if rank <= len(layout) else ((),) * (rank - len(layout)) + layout


def permuted(layout: Layout, order: Sequence[int]) -> Layout:
    """Return a layout with its last axes in another order."""
    layout = padded(layout, len(order))
    first = len(layout) - len(order)
    return (*layout[:first], *(layout[first + number] for number in order))


def reshaped(layout: Layout, before: Shape, after: Shape) -> Layout:
    """Return a layout with its last axes, which have the sizes `before`, cut and joined anew.

    Raises:
        UnknownReachError: A new axis would begin or end among units that belong together.
    """
    layout = fitted(padded(layout, len(before)), before)
    first = len(layout) - len(before)
    factors: list[AxisFactor | Medley] = []
    for axis, size in zip(layout[first:], before, strict=True):
        factors += axis if prod(factor.size for factor in axis) == size else (AxisFactor(size),)
    rest = [*reversed(_merged(factors))]
    return (*layout[:first], *(_merged(_taken(rest, size)) for size in after))


def _taken(rest: list[AxisFactor | Medley], size: int) -> list[AxisFactor | Medley]:
    """Take as many factors as make an axis of this size."""
    taken: list[AxisFactor | Medley] = []
    while size > 1:
        factor = rest.pop()
        if isinstance(factor, AxisFactor) and factor.size > size and factor.size % size == 0:
            inner = replace(factor, size=factor.size // size)
            rest.append(inner)
            step = factor.step * inner.size if factor.axes else 1
            factor = replace(factor, size=size, step=step)
        if size % factor.size:
            raise UnknownReachError("its new axes cut an axis of the image where no unit ends")
        taken.append(factor)
        size //= factor.size
    return taken


def _merged(factors: Iterable[AxisFactor | Medley]) -> Axis:
    """Return factors without those of one value, and with those that count on made one."""
    merged: list[AxisFactor | Medley] = []
    for factor in factors:
        before = merged[-1] if merged else None
        if (
            isinstance(before, AxisFactor)
            and isinstance(factor, AxisFactor)
            and before.continues(factor)
        ):
            merged[-1] = replace(
                factor,
                size=before.size * factor.size,
                is_doubtful=before.is_doubtful or factor.is_doubtful,
                is_gathered=before.is_gathered or factor.is_gathered,
            )
        elif factor.size > 1:
            merged.append(factor)
    return tuple(merged)


def renumbered(layout: Layout, factors: Sequence[AxisFactor]) -> Layout:
    """Return a layout in which factors, the slowest first, count without a gap."""
    steps = {
        factor: prod(faster.size for faster in factors[place + 1 :])
        for place, factor in enumerate(factors)
    }
    return tuple(
        tuple(replace(f, step=steps[f]) if f in steps else f for f in axis) for axis in layout
    )


def as_channels(layout: Layout, number: int, place: int) -> Layout:
    """Return a layout in which a factor is channels."""
    axes = [[*axis] for axis in layout]
    axes[number][place] = AxisFactor(axes[number][place].size)
    return tuple(map(tuple, axes))


def is_gathered(axis: Axis) -> bool:
    """Return whether channels on an axis see different parts of what their unit sees."""
    return any(isinstance(factor, AxisFactor) and factor.is_gathered for factor in axis)


def is_doubtful(axis: Axis) -> bool:
    """Return whether channels on an axis may as well be places."""
    return any(isinstance(factor, AxisFactor) and factor.is_doubtful for factor in axis)


def certain(layout: Layout) -> Layout:
    """Return a layout in which channels are known to be channels."""
    if not any(map(is_doubtful, layout)):
        return layout
    return tuple(
        tuple(replace(f, is_doubtful=False) if isinstance(f, AxisFactor) else f for f in axis)
        if is_doubtful(axis)
        else axis
        for axis in layout
    )


def fitted(layout: Layout, shape: Shape) -> Layout:
    """Return the layout of a tensor whose last axes have this shape.

    A place that there is only one of, and that many values share, is none any more.

    Raises:
        UnknownReachError: It has other units.
    """
    layout = padded(layout, len(shape))
    first = len(layout) - len(shape)
    return layout[:first] + tuple(map(_fitted, layout[first:], shape))


def _fitted(axis: Axis, size: int) -> Axis:
    if len(axis) == 1 and (axis[0].size == size or not axis[0].axes):
        return axis
    if not axes_of(axis) or prod(factor.size for factor in axis) == size:
        return axis
    if all(factor.size == 1 for factor in axis if factor.axes):
        return ()
    match axis:
        case (Medley(axes=axes),):
            return (Medley(size, axes),)
    raise UnknownReachError("the places of its output are not those of its input")
