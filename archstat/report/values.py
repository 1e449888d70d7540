"""The values that cells hold: exact, typed and not yet written in any format."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, TypeAlias

from archstat.record import record

Layout: TypeAlias = Literal["hwc", "chw"]
"""Whether a map is written rows × columns × channels, or channels first."""


@record
class Map:
    """Channels and sizes of a map or a filter, and which of them are written first."""

    channels: int | None
    sizes: tuple[int, ...]
    layout: Layout = "hwc"

    def ordered(self) -> tuple[int, ...]:
        """Return the sizes in the order in which they are written."""
        if self.channels is None:
            return self.sizes
        if self.layout == "chw" or len(self.sizes) == 1:  # tokens×features stay as they are
            return (self.channels, *self.sizes)
        return (*self.sizes, self.channels)


@record
class PerAxis:
    """A number for each axis, written once where they are equal; None where one is not known."""

    values: Sequence[int | Fraction | None]


@record
class Share:
    """A part of a whole."""

    part: int
    whole: int


@record
class AtLeast:
    """A sum of which some parts are not known."""

    count: int


@record
class Bytes:
    """A number of bytes; tables for people give it a unit."""

    count: int


@record
class Seconds:
    """A time that was measured; tables for people give it a unit."""

    count: float


@record
class Named:
    """A thing that has a name in a spec, and another one that people read."""

    name: str
    label: str


@record
class Pair:
    """Two values in one cell, with something between."""

    first: Value
    between: str
    second: Value


Value: TypeAlias = (
    "str | int | AtLeast | Named | Map | PerAxis | Share | Bytes | Seconds | Pair | None"
)
"""A cell: "" does not exist for this kind, 0 is none, None is not known."""


def arranged(value: Value, layout: Layout) -> Value:
    """Return a value whose maps are written in a layout."""
    match value:
        case Map():
            return Map(value.channels, value.sizes, layout)
        case Pair():
            first, second = arranged(value.first, layout), arranged(value.second, layout)
            return Pair(first, value.between, second)
        case _:
            return value
