"""Feature maps as blocks in perspective, from left to right, as papers draw them.

A block is as high and as deep as the root of its map's rows and columns, and as wide as the root of
its channels, within limits, so that a map of 13×13 can be seen beside one of 227×227. A kernel
stands on the map that it slides over, as large as it is there. Groups are lanes: blocks of their
own, above one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import sqrt

from archstat.layers.base import Shape
from archstat.pictures.families import family, tokens
from archstat.pictures.plans.frame import framed
from archstat.pictures.plans.palette import INK, LINE, WEAK, Palette, mixed
from archstat.pictures.plans.stops import (
    ARRANGING,
    Stop,
    shape_words,
    skips,
)
from archstat.pictures.sketch.letters import shortened, width_of
from archstat.pictures.sketch.shapes import (
    Caption,
    Drawn,
    Ensemble,
    Patch,
    Point,
    Sketch,
    Stroke,
    rectangle,
)
from archstat.record import record
from archstat.report.report import NetworkReport

ROW_WIDTH, WIDEST_ROW = 1180, 3600
"""The pixels of a row of blocks, and of one that is not broken, as something is carried past."""

TALLEST, LOWEST, LOWEST_BAR = 150, 10, 22
WIDEST, NARROWEST, BAR = 56, 5, 10
RIGHT, UP = 0.34, 0.26
"""How far to the right and up a pixel of depth goes."""

BAND, COPY_GAP, MOST_COPIES = 4, 4, 3
GAP, TEXT_GAP, LANE_GAP = 24, 10, 16
NAME_SIZE, TEXT_SIZE, LINE_HEIGHT = 12, 11, 15
LONGEST_TEXT = 130
ARC_GAP, ARC_STEP, ROW_GAP, TURN = 12, 11, 34, 4
LEAST_KERNEL, PLANE = 5, 2
REMARK = "height √rows · depth √columns · width √channels"


@record
class Cuboid:
    """A stop as a block, without its place.

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
    def drawn_width(self) -> float:
        """All that it takes from left to right, but for its texts."""
        copies = self.copies * self.width + (self.copies - 1) * COPY_GAP
        return copies + len(self.bands) * BAND + RIGHT * self.depth

    @property
    def lane_height(self) -> float:
        """All that one lane takes from top to bottom."""
        return self.height + UP * self.depth

    @property
    def drawn_height(self) -> float:
        """The same of all lanes."""
        return self.stop.lanes * (self.lane_height + LANE_GAP) - LANE_GAP


@record
class StandingCuboid:
    """A block with its texts at its place.

    Attributes:
        left: Of the block itself.
        middles: Half the height of the front of each lane.
        centre: Of its texts.
        slot_right: The right end of the room that it has.
    """

    block: Cuboid
    left: float
    middles: tuple[float, ...]
    centre: float
    slot_right: float

    @property
    def right(self) -> float:
        """The right end of the block itself."""
        return self.left + self.block.drawn_width

    @property
    def top(self) -> float:
        """The upper end of its first lane."""
        return self.middles[0] - self.block.height / 2 - UP * self.block.depth

    @property
    def peak(self) -> Point:
        """The middle of its upper face, where arcs begin and end."""
        back = RIGHT * self.block.depth
        x = self.left + (self.block.drawn_width - back) / 2 + back / 2
        return x, self.middles[0] - self.block.height / 2 - UP * self.block.depth / 2


def blocks_sketch(report: NetworkReport, stops: Sequence[Stop], palette: Palette) -> Sketch:
    """Return a network as blocks in perspective."""
    blocks = _blocks(stops)
    texts = [_texts(stop, palette) for stop in stops]
    slots = [
        max(block.drawn_width + GAP - TEXT_GAP, *(caption_width(*text) for text in lines))
        + TEXT_GAP
        for block, lines in zip(blocks, texts, strict=True)
    ]
    passed = skips(stops)
    limit = WIDEST_ROW if passed else ROW_WIDTH
    rows = _rows(slots, limit)
    shapes: list[Drawn] = []
    carried: list[Drawn] = []
    top, width = 0.0, 0.0
    placed: dict[int, StandingCuboid] = {}
    floors = []
    for row in rows:
        arcs = [(a, b) for a, b in passed if a in row and b in row]
        levels = _levels(arcs)
        top += (max(levels.values()) + 1) * ARC_STEP + ARC_GAP if levels else 0
        above, below = _extents([blocks[at] for at in row])
        middle, bottom = top + above, top + above + below
        x = 0.0
        for at in row:
            block = blocks[at]
            left = x + (slots[at] - block.drawn_width) / 2
            middles = tuple(_middles(block, middle))
            placed[at] = StandingCuboid(block, left, middles, x + slots[at] / 2, x + slots[at])
            x += slots[at]
        width = max(width, x + (TURN if len(rows) > 1 else 0))
        carried += [_arc(placed[a], placed[b], top, levels[a, b]) for a, b in arcs]
        floors.append(bottom)
        deepest = max(len(texts[at]) for at in row)
        top = bottom + deepest * LINE_HEIGHT + ROW_GAP
    for at, each in placed.items():
        shapes.append(_figure(each, palette))
        floor = next(floor for row, floor in zip(rows, floors, strict=True) if at in row)
        shapes += _captions(each.centre, floor, texts[at])
    shapes += _turns(rows, placed, floors, texts, stops)
    shapes += _between(stops, placed, rows, palette)
    shapes += carried
    return framed(report, palette, (width, top - ROW_GAP), shapes, REMARK)


def _blocks(stops: Sequence[Stop]) -> list[Cuboid]:
    maps = [stop for stop in stops if stop.has_places]
    rows = max((stop.shape[-2] for stop in maps), default=1)
    columns = max((stop.shape[-1] for stop in maps), default=1)
    channels = max((stop.shape[0] // stop.lanes for stop in maps), default=1)
    others = [stop.shape for stop in stops if not stop.has_places and stop.shape]
    longest = max((shape[-1] for shape in others), default=1)
    return [_block(each, max(rows, columns), channels, longest) for each in stops]


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


def _texts(stop: Stop, palette: Palette) -> list[tuple[str, bool]]:
    """Return the lines below a block, each with whether it is strong."""
    lines = [(shape_words(stop.shape), False)]
    if stop.row is not None:
        lines += [(stop.what, False), *((each, False) for each in stop.settings)]
    if share := palette.share(stop):
        lines.append((share, True))
    cut = [
        (shortened(text, LONGEST_TEXT, TEXT_SIZE, is_strong=strong), strong)
        for text, strong in lines
    ]
    return [(shortened(stop.name, LONGEST_TEXT, NAME_SIZE, is_strong=True), True), *cut]


def caption_width(text: str, is_strong: bool) -> float:  # noqa: FBT001  a line as it is kept
    """Return the pixels of a line below a block."""
    return width_of(text, NAME_SIZE if is_strong else TEXT_SIZE, is_strong=is_strong)


def _captions(centre: float, floor: float, lines: Sequence[tuple[str, bool]]) -> Iterator[Drawn]:
    for at, (text, is_strong) in enumerate(lines, 1):
        size = NAME_SIZE if is_strong else TEXT_SIZE
        colour = INK if is_strong else WEAK
        y = floor + 4 + at * LINE_HEIGHT
        yield Caption(centre, y, text, size, colour, is_strong=is_strong, anchor="middle")


def _rows(slots: Sequence[float], limit: float) -> list[list[int]]:
    """Return the numbers of the stops of each row: as few rows as fit, as equal as can be."""
    count = len(_filled(slots, limit))
    low, high = max(slots), max(limit, *slots)
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if len(_filled(slots, middle)) <= count else (middle, high)
    return _filled(slots, high)


def _filled(slots: Sequence[float], limit: float) -> list[list[int]]:
    rows: list[list[int]] = [[]]
    used = 0.0
    for at, slot in enumerate(slots):
        if rows[-1] and used + slot > limit:
            rows.append([])
            used = 0.0
        rows[-1].append(at)
        used += slot
    return rows


def _levels(arcs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return how high each arc goes, so that no two lie upon one another; the shortest lowest."""
    levels: dict[tuple[int, int], int] = {}
    for arc in sorted(arcs, key=lambda each: each[1] - each[0]):
        taken = {
            level for other, level in levels.items() if other[0] <= arc[1] and arc[0] <= other[1]
        }
        levels[arc] = next(level for level in range(len(levels) + 1) if level not in taken)
    return levels


def _extents(blocks: Sequence[Cuboid]) -> tuple[float, float]:
    """Return how far blocks reach over and under the middle of the fronts of their row."""
    above = max(block.drawn_height / 2 + UP * block.depth / 2 for block in blocks)
    below = max(block.drawn_height / 2 - UP * block.depth / 2 for block in blocks)
    return above, max(below, 1)


def _middles(block: Cuboid, middle: float) -> Iterator[float]:
    """Yield the middle of the front of each lane."""
    first = -(block.stop.lanes - 1) / 2
    for lane in range(block.stop.lanes):
        yield middle + (first + lane) * (block.lane_height + LANE_GAP)


def _figure(placed: StandingCuboid, palette: Palette) -> Ensemble:
    """Return the faces of a stop's blocks, the ones at the back first."""
    block = placed.block
    stop = block.stop
    own = palette.of(stop)
    faces: list[Drawn] = []
    for middle in placed.middles:
        parts = [(block.width, own, COPY_GAP)] * block.copies
        parts[-1] = (block.width, own, 0)
        parts += [(BAND, palette.behind(stop, which), 0) for which in block.bands]
        left = placed.left
        for at, (width, colour, gap) in enumerate(parts):
            is_open = bool(gap) or at == len(parts) - 1
            faces += _cuboid(left, middle, width, block, colour, is_open=is_open)
            left += width + gap
    names = tokens(stop.all_rows, "" if stop.row is None else stop.row.name)
    return Ensemble(tuple(faces), stop.said, names, is_box=True)


def _cuboid(  # noqa: PLR0913  a place, sizes, and how it looks
    left: float, middle: float, width: float, block: Cuboid, colour: str, *, is_open: bool
) -> Iterator[Patch]:
    """Yield the upper face, the right one where nothing stands behind it, and the front."""
    right, up = RIGHT * block.depth, UP * block.depth
    top, bottom = middle - block.height / 2, middle + block.height / 2
    edge = mixed(colour, "#000000", 0.35)
    lid = ((left, top), (left + width, top), (left + width + right, top - up))
    yield Patch((*lid, (left + right, top - up)), mixed(colour, "#ffffff", 0.45), edge)
    if is_open:
        side = left + width
        yield Patch(
            ((side, top), (side + right, top - up), (side + right, bottom - up), (side, bottom)),
            mixed(colour, "#000000", 0.18),
            edge,
        )
    yield Patch(rectangle(left, top, width, block.height), colour, edge)


def _between(
    stops: Sequence[Stop],
    placed: Mapping[int, StandingCuboid],
    rows: Sequence[Sequence[int]],
    palette: Palette,
) -> Iterator[Drawn]:
    """Yield what leads from each block to the next one in its row, where that reads it."""
    for row in rows:
        for at, after in pairwise(row):
            if at in stops[after].inputs:
                yield from _link(placed[at], placed[after], palette)


def _link(source: StandingCuboid, target: StandingCuboid, palette: Palette) -> Iterator[Drawn]:
    """Yield arrows from lane to lane; from a kernel on the map that it slides over, if there is."""
    starts, ends = source.middles, target.middles
    is_apart = len(starts) == len(ends)
    pairs = zip(starts, ends, strict=True) if is_apart else product(starts, ends)
    kernel = target.block.stop.kernel or ()
    has_window = source.block.stop.has_places and max(kernel[-PLANE:], default=1) > 1
    for at, (start, end) in enumerate(pairs):
        tip = (target.left - 1, end)
        if not has_window:
            yield Stroke(((source.right + 3, start), tip), LINE, has_head=True)
            continue
        place = 0.5 if is_apart or len(ends) == 1 else (at % len(ends) + 1) / (len(ends) + 1)
        window = _window(source, start, place, kernel)
        colour = mixed(palette.of(target.block.stop), "#000000", 0.25)
        yield Patch(window, "#ffffff", colour, opacity=0.75, thickness=1)
        for corner in window[1:3]:
            yield Stroke((corner, tip), colour, width=0.9, opacity=0.8)


def _window(
    source: StandingCuboid, middle: float, place: float, kernel: Shape
) -> tuple[Point, ...]:
    """Return a kernel on the right face of a block, as large as it is on its map."""
    block = source.block
    rows, columns = block.stop.shape[-2:]
    high = min(block.height, max(LEAST_KERNEL, block.height * kernel[-2] / rows))
    deep = min(block.depth, max(LEAST_KERNEL, block.depth * kernel[-1] / columns))
    far = (block.depth - deep) / 2
    left = source.right - RIGHT * block.depth
    top = middle - block.height / 2 + place * (block.height - high)
    near, back = left + RIGHT * far, left + RIGHT * (far + deep)
    above, above_back = top - UP * far, top - UP * (far + deep)
    return ((near, above), (back, above_back), (back, above_back + high), (near, above + high))


def _turns(
    rows: Sequence[Sequence[int]],
    placed: Mapping[int, StandingCuboid],
    floors: Sequence[float],
    texts: Sequence[Sequence[object]],
    stops: Sequence[Stop],
) -> Iterator[Drawn]:
    """Yield the way from the end of each row to the start of the next one."""
    for row, after, floor in zip(rows, rows[1:], floors, strict=False):
        first, last = placed[after[0]], placed[row[-1]]
        if row[-1] not in stops[after[0]].inputs:
            continue
        right = max(last.right, last.slot_right) + TURN
        between = floor + 4 + max(len(texts[at]) for at in row) * LINE_HEIGHT + 14
        y, below = sum(last.middles) / len(last.middles), sum(first.middles) / len(first.middles)
        left = first.left - 14
        way = (
            (last.right + 3, y),
            (right, y),
            (right, between),
            (left, between),
            (left, below),
            (first.left - 2, below),
        )
        yield Stroke(way, LINE, has_head=True, radius=8)


def _arc(source: StandingCuboid, target: StandingCuboid, top: float, level: int) -> Stroke:
    """Return the way of what is carried past the blocks between two."""
    y = top - ARC_GAP - level * ARC_STEP
    start, end = source.peak, target.peak
    return Stroke(
        (start, (start[0], y), (end[0], y), (end[0], target.top - 2)),
        LINE,
        width=1.4,
        has_head=True,
        radius=8,
    )
