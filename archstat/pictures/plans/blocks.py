"""Feature maps as blocks in perspective, from left to right, as papers draw them.

A block is as high and as deep as the root of its map's rows and columns, and as wide as the root of
its channels, within limits, so that a map of 13×13 can be seen beside one of 227×227. A kernel
stands on the map that it slides over, as large as it is there. Groups are lanes: blocks of their
own, above one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt

from archstat.layers.base import Shape
from archstat.pictures.families import family
from archstat.pictures.plans.frame import PlacedShapes
from archstat.pictures.plans.palette import Palette, mixed
from archstat.pictures.plans.rows import Solid, rows_plan
from archstat.pictures.plans.stops import ARRANGING, Stop, remark_on
from archstat.pictures.sketch.shapes import Patch, Point, rectangle
from archstat.record import record

TALLEST, LOWEST, LOWEST_BAR = 150, 10, 22
WIDEST, NARROWEST, BAR = 56, 5, 10
RIGHT, UP = 0.34, 0.26
"""How far to the right and up a pixel of depth goes."""

BAND, COPY_GAP, MOST_COPIES = 4, 4, 3
LEAST_KERNEL = 5
REMARK = "height √rows · depth √columns · width √channels"


@record
class Cuboid(Solid):
    """A stop as a block.

    Attributes:
        width: Of all parts that face us.
        height: The same.
        depth: What goes back, in pixels as if seen from the side.
        bands: The families of the layers behind it.
    """

    stop: Stop
    width: float
    height: float
    depth: float
    bands: tuple[str, ...]

    @property
    def copies(self) -> int:
        """As how many blocks behind one another it is drawn."""
        return min(self.stop.count, MOST_COPIES)

    @property
    def rise(self) -> float:
        """How much higher than its front its back is."""
        return UP * self.depth

    @property
    def drawn_width(self) -> float:
        """All that it takes from left to right, but for its texts."""
        copies = self.copies * self.width + (self.copies - 1) * COPY_GAP
        return copies + len(self.bands) * BAND + RIGHT * self.depth

    def faces(self, left: float, middle: float, palette: Palette) -> Iterator[Patch]:
        """Yield the faces of its parts, which stand behind one another to the right."""
        own = palette.of(self.stop)
        parts = [(self.width, own, COPY_GAP)] * self.copies
        parts[-1] = (self.width, own, 0)
        parts += [(BAND, palette.behind(self.stop, which), 0) for which in self.bands]
        for at, (width, colour, gap) in enumerate(parts):
            is_open = bool(gap) or at == len(parts) - 1
            yield from self._part(left, middle, width, colour, is_open=is_open)
            left += width + gap

    def _part(
        self, left: float, middle: float, width: float, colour: str, *, is_open: bool
    ) -> Iterator[Patch]:
        """Yield the upper face, the right one where nothing stands behind it, and the front."""
        right, up = RIGHT * self.depth, UP * self.depth
        top, bottom = middle - self.height / 2, middle + self.height / 2
        edge = mixed(colour, "#000000", 0.35)
        lid = ((left, top), (left + width, top), (left + width + right, top - up))
        yield Patch((*lid, (left + right, top - up)), mixed(colour, "#ffffff", 0.45), edge)
        if is_open:
            side = left + width
            face = ((side, top), (side + right, top - up), (side + right, bottom - up))
            yield Patch((*face, (side, bottom)), mixed(colour, "#000000", 0.18), edge)
        yield Patch(rectangle(left, top, width, self.height), colour, edge)

    def window(self, left: float, middle: float, place: float, kernel: Shape) -> tuple[Point, ...]:
        """Return a kernel on its right face."""
        rows, columns = self.stop.shape[-2:]
        high = min(self.height, max(LEAST_KERNEL, self.height * kernel[-2] / rows))
        deep = min(self.depth, max(LEAST_KERNEL, self.depth * kernel[-1] / columns))
        far = (self.depth - deep) / 2
        side = left + self.drawn_width - RIGHT * self.depth
        top = middle - self.height / 2 + place * (self.height - high)
        near, back = side + RIGHT * far, side + RIGHT * (far + deep)
        above, above_back = top - UP * far, top - UP * (far + deep)
        return ((near, above), (back, above_back), (back, above_back + high), (near, above + high))


def blocks_plan(stops: Sequence[Stop], palette: Palette, width: float) -> PlacedShapes:
    """Return a network as blocks in perspective."""
    maps = [stop for stop in stops if stop.has_places]
    pixels = max((size for stop in maps for size in stop.shape[-2:]), default=1)
    channels = max((stop.shape[0] // stop.lanes for stop in maps), default=1)
    others = [stop.shape for stop in stops if not stop.has_places and stop.shape]
    longest = max((shape[-1] for shape in others), default=1)
    blocks = [_block(each, pixels, channels, longest) for each in stops]
    return rows_plan(blocks, palette, width, remark_on(stops, REMARK))


def _block(stop: Stop, pixels: int, channels: int, longest: int) -> Cuboid:
    bands = tuple(family([row]) for row in stop.behind if row.kind not in ARRANGING)
    shape = stop.shape
    if not stop.has_places:
        high = max(LOWEST_BAR, TALLEST * sqrt(shape[-1] / longest)) if shape else LOWEST_BAR
        return Cuboid(stop, BAR, high, BAR, bands)
    return Cuboid(
        stop,
        max(NARROWEST, WIDEST * sqrt(shape[0] / stop.lanes / channels)),
        max(LOWEST, TALLEST * sqrt(shape[-2] / pixels)),
        max(LOWEST, TALLEST * sqrt(shape[-1] / pixels)),
        bands,
    )
