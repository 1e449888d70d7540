"""Feature maps in rows, from left to right, with their texts, and the ways between them.

How a feature map looks is the business of a style: `plans/blocks.py` draws it as a block in
perspective, `plans/sheets.py` as sheets behind one another.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product

from archstat.layers.base import Shape
from archstat.pictures.families import tokens
from archstat.pictures.plans.frame import PlacedShapes
from archstat.pictures.plans.palette import INK, LINE, WEAK, Palette, mixed
from archstat.pictures.plans.stops import Stop, shape_words, skips
from archstat.pictures.sketch.letters import shortened, width_of
from archstat.pictures.sketch.shapes import Caption, Drawn, Ensemble, Patch, Point, Stroke
from archstat.record import record

WIDEST_ROW = 3600
"""The pixels of a row of blocks that is not broken, as something is carried past."""

GAP, TEXT_GAP, LANE_GAP = 24, 10, 16
NAME_SIZE, TEXT_SIZE, LINE_HEIGHT = 12, 11, 15
LONGEST_TEXT = 130
ARC_GAP, ARC_STEP, ROW_GAP, TURN = 12, 11, 34, 4
PLANE = 2


class Solid(ABC):
    """A stop as it looks, without its place.

    Attributes:
        stop: What is drawn.
        height: Of the front of a lane.
        rise: How much higher than its front its back is.
        drawn_width: All that it takes from left to right, but for its texts.
    """

    stop: Stop
    height: float

    @property
    @abstractmethod
    def rise(self) -> float: ...  # noqa: D102  see the class

    @property
    @abstractmethod
    def drawn_width(self) -> float: ...  # noqa: D102  see the class

    @abstractmethod
    def faces(self, left: float, middle: float, palette: Palette) -> Iterator[Patch]:
        """Yield what is seen of a lane, the back first; `middle` is that of its front."""

    @abstractmethod
    def window(self, left: float, middle: float, place: float, kernel: Shape) -> tuple[Point, ...]:
        """Return a kernel on a map, as large as it is there.

        Args:
            left: The left end of the lane.
            middle: Half the height of its front.
            place: How far down it stands, from 0 to 1.
            kernel: Its rows and columns.
        """

    @property
    def lane_height(self) -> float:
        """All that one lane takes from top to bottom."""
        return self.height + self.rise

    @property
    def drawn_height(self) -> float:
        """The same of all lanes."""
        return self.stop.lanes * (self.lane_height + LANE_GAP) - LANE_GAP


@record
class Standing:
    """A solid with its texts at its place.

    Attributes:
        left: Of the solid itself.
        middles: Half the height of the front of each lane.
        centre: Of its texts.
        slot_right: The right end of the room that it has.
    """

    solid: Solid
    left: float
    middles: tuple[float, ...]
    centre: float
    slot_right: float

    @property
    def right(self) -> float:
        """The right end of the solid itself."""
        return self.left + self.solid.drawn_width

    @property
    def top(self) -> float:
        """The upper end of its first lane."""
        return self.middles[0] - self.solid.height / 2 - self.solid.rise

    @property
    def peak(self) -> Point:
        """The middle of its upper end, where arcs begin and end."""
        return self.left + self.solid.drawn_width / 2, self.top + self.solid.rise / 2


def rows_plan(solids: Sequence[Solid], palette: Palette, width: float, remark: str) -> PlacedShapes:
    """Return solids in rows.

    Args:
        solids: What is drawn, one a stop.
        palette: In which colours.
        width: The pixels of a row, where nothing is carried past solids.
        remark: What a legend says of the style.
    """
    stops = [solid.stop for solid in solids]
    texts = [_texts(stop, palette) for stop in stops]
    slots = [
        max(solid.drawn_width + GAP - TEXT_GAP, *(caption_width(*text) for text in lines))
        + TEXT_GAP
        for solid, lines in zip(solids, texts, strict=True)
    ]
    passed = skips(stops)
    limit = WIDEST_ROW if passed else width
    rows = _rows(slots, limit)
    shapes: list[Drawn] = []
    carried: list[Drawn] = []
    top, widest = 0.0, 0.0
    placed: dict[int, Standing] = {}
    floors = []
    for row in rows:
        arcs = [(a, b) for a, b in passed if a in row and b in row]
        levels = _levels(arcs)
        top += (max(levels.values()) + 1) * ARC_STEP + ARC_GAP if levels else 0
        above, below = _extents([solids[at] for at in row])
        middle, bottom = top + above, top + above + below
        x = 0.0
        for at in row:
            solid = solids[at]
            left = x + (slots[at] - solid.drawn_width) / 2
            middles = tuple(_middles(solid, middle))
            placed[at] = Standing(solid, left, middles, x + slots[at] / 2, x + slots[at])
            x += slots[at]
        widest = max(widest, x + (TURN if len(rows) > 1 else 0))
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
    return PlacedShapes(widest, top - ROW_GAP, tuple(shapes), remark)


def _texts(stop: Stop, palette: Palette) -> list[tuple[str, bool]]:
    """Return the lines below a solid, each with whether it is strong."""
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
    """Return the pixels of a line below a solid."""
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


def _extents(solids: Sequence[Solid]) -> tuple[float, float]:
    """Return how far solids reach over and under the middle of the fronts of their row."""
    above = max((solid.drawn_height + solid.rise) / 2 for solid in solids)
    below = max((solid.drawn_height - solid.rise) / 2 for solid in solids)
    return above, max(below, 1)


def _middles(solid: Solid, middle: float) -> Iterator[float]:
    """Yield the middle of the front of each lane."""
    first = -(solid.stop.lanes - 1) / 2
    for lane in range(solid.stop.lanes):
        yield middle + (first + lane) * (solid.lane_height + LANE_GAP)


def _figure(placed: Standing, palette: Palette) -> Ensemble:
    """Return all that is seen of a stop."""
    solid = placed.solid
    stop = solid.stop
    faces = [
        face for middle in placed.middles for face in solid.faces(placed.left, middle, palette)
    ]
    names = tokens(stop.all_rows, "" if stop.row is None else stop.row.name)
    return Ensemble(tuple(faces), stop.said, names, is_box=True)


def _between(
    stops: Sequence[Stop],
    placed: Mapping[int, Standing],
    rows: Sequence[Sequence[int]],
    palette: Palette,
) -> Iterator[Drawn]:
    """Yield what leads from each solid to the next one in its row, where that reads it."""
    for row in rows:
        for at, after in pairwise(row):
            if at in stops[after].inputs:
                yield from _link(placed[at], placed[after], palette)


def _link(source: Standing, target: Standing, palette: Palette) -> Iterator[Drawn]:
    """Yield arrows from lane to lane; from a kernel on the map that it slides over, if there is."""
    starts, ends = source.middles, target.middles
    is_apart = len(starts) == len(ends)
    pairs = zip(starts, ends, strict=True) if is_apart else product(starts, ends)
    kernel = target.solid.stop.kernel or ()
    has_window = source.solid.stop.has_places and max(kernel[-PLANE:], default=1) > 1
    for at, (start, end) in enumerate(pairs):
        tip = (target.left - 1, end)
        if not has_window:
            yield Stroke(((source.right + 3, start), tip), LINE, has_head=True)
            continue
        place = 0.5 if is_apart or len(ends) == 1 else (at % len(ends) + 1) / (len(ends) + 1)
        window = source.solid.window(source.left, start, place, kernel)
        colour = mixed(palette.of(target.solid.stop), "#000000", 0.25)
        yield Patch(window, "#ffffff", colour, opacity=0.75, thickness=1)
        for corner in window[1:3]:
            yield Stroke((corner, tip), colour, width=0.9, opacity=0.8)


def _turns(
    rows: Sequence[Sequence[int]],
    placed: Mapping[int, Standing],
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


def _arc(source: Standing, target: Standing, top: float, level: int) -> Stroke:
    """Return the way of what is carried past the solids between two."""
    y = top - ARC_GAP - level * ARC_STEP
    start, end = source.peak, target.peak
    return Stroke(
        (start, (start[0], y), (end[0], y), (end[0], target.top - 2)),
        LINE,
        width=1.4,
        has_head=True,
        radius=8,
    )
