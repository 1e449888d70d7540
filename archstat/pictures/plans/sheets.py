"""Feature maps as sheets behind one another, as the paper of LeNet-5 draws them.

A sheet is a channel: as high as the root of its map's rows, as wide as that of its columns; of many
channels some stand for all. A kernel stands on the nearest sheet, as large as it is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log2, sqrt

from archstat.layers.base import Shape
from archstat.pictures.plans.frame import PlacedShapes
from archstat.pictures.plans.palette import Palette, mixed
from archstat.pictures.plans.rows import Solid, rows_plan
from archstat.pictures.plans.stops import Stop, remark_on
from archstat.pictures.sketch.shapes import Patch, Point, rectangle
from archstat.record import record

LARGEST, SMALLEST, BAR, LONGEST_BAR, SHORTEST_BAR = 110, 12, 12, 150, 24
SHIFT = 5
"""How far to the right of and above the one before it a sheet stands."""

EACH_SHEET, MOST_SHEETS = 6, 12
LEAST_KERNEL = 5
REMARK = "height √rows · width √columns · more sheets, more channels"


@record
class Sheets(Solid):
    """A stop as sheets; as one of them, where it has no places."""

    stop: Stop
    width: float
    height: float
    count: int

    @property
    def rise(self) -> float:
        """How much higher than the first sheet the last one is."""
        return (self.count - 1) * SHIFT

    @property
    def drawn_width(self) -> float:
        """All that it takes from left to right, but for its texts."""
        return self.width + self.rise

    def faces(self, left: float, middle: float, palette: Palette) -> Iterator[Patch]:
        """Yield the sheets, the last one first."""
        colour = palette.of(self.stop)
        edge = mixed(colour, "#000000", 0.35)
        top = middle - self.height / 2
        for at in reversed(range(self.count)):
            corner = rectangle(left + at * SHIFT, top - at * SHIFT, self.width, self.height)
            yield Patch(corner, mixed(colour, "#ffffff", 0.15 + 0.4 * at / MOST_SHEETS), edge)

    def window(self, left: float, middle: float, place: float, kernel: Shape) -> tuple[Point, ...]:
        """Return a kernel on the nearest sheet."""
        rows, columns = self.stop.shape[-2:]
        high = min(self.height, max(LEAST_KERNEL, self.height * kernel[-2] / rows))
        wide = min(self.width, max(LEAST_KERNEL, self.width * kernel[-1] / columns))
        top = middle - self.height / 2 + place * (self.height - high)
        return rectangle(left + 0.6 * (self.width - wide), top, wide, high)


def sheets_plan(stops: Sequence[Stop], palette: Palette, width: float) -> PlacedShapes:
    """Return a network as sheets."""
    pixels = max((size for stop in stops if stop.has_places for size in stop.shape[-2:]), default=1)
    others = [stop.shape[-1] for stop in stops if not stop.has_places and stop.shape]
    longest = max(others, default=1)
    sheets = [
        Sheets(
            stop,
            max(SMALLEST, LARGEST * sqrt(stop.shape[-1] / pixels)),
            max(SMALLEST, LARGEST * sqrt(stop.shape[-2] / pixels)),
            sheets_of(stop.shape[0] // stop.lanes),
        )
        if stop.has_places
        else Sheets(stop, BAR, _bar(stop.shape, longest), 1)
        for stop in stops
    ]
    return rows_plan(sheets, palette, width, remark_on(stops, REMARK))


def sheets_of(channels: int) -> int:
    """Return how many sheets stand for some channels: each up to six, then one more a doubling.

    >>> [sheets_of(channels) for channels in (1, 3, 6, 16, 96, 2048)]
    [1, 3, 6, 6, 9, 12]
    """
    many = min(MOST_SHEETS, round(2 + log2(channels)))
    return channels if channels <= EACH_SHEET else max(EACH_SHEET, many)


def _bar(shape: Shape, longest: int) -> float:
    return max(SHORTEST_BAR, LONGEST_BAR * sqrt(shape[-1] / longest)) if shape else SHORTEST_BAR
