"""A network as a graph of boxes, from top to bottom, with the lines by which they read each other.

Where all goes through one place, a long graph is broken, and goes on in a column beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from archstat.pictures.families import family, tokens
from archstat.pictures.plans.frame import PlacedShapes
from archstat.pictures.plans.layered import RankedGraph, layered
from archstat.pictures.plans.palette import INK, LINE, WEAK, Palette, mixed
from archstat.pictures.plans.stops import ARRANGING, Stop, shape_words
from archstat.pictures.sketch.letters import shortened, width_of
from archstat.pictures.sketch.shapes import (
    Caption,
    Drawn,
    Ensemble,
    Patch,
    Point,
    Stroke,
    moved,
    rectangle,
)
from archstat.record import record

TALLEST_COLUMN = 860
NAME_SIZE, TEXT_SIZE, LINE_HEIGHT = 12, 11, 15
PADDING, STRIPE, RADIUS = 9, 5, 6
LONGEST_NAME, LONGEST_TEXT, BETWEEN = 170, 230, 14
RANK_GAP, BOX_GAP, COLUMN_GAP = 24, 20, 46
FEW_BEHIND = 4
BELOW = 14
"""How far below the columns, and above the next one, a line goes from one to the next."""

REMARK = "each box reads those that lead to it"


@record
class Box:
    """A stop as a box, without its place.

    Attributes:
        more: What stands below its name and shape, a line each, with the colour of its dot.
    """

    stop: Stop
    name: str
    shape: str
    share: str
    more: tuple[tuple[str, str], ...]

    @property
    def width(self) -> float:
        """The pixels that it takes with its texts."""
        first = width_of(self.name, NAME_SIZE, is_strong=True) + BETWEEN
        first += width_of(self.shape, TEXT_SIZE)
        others = [width_of(text, TEXT_SIZE) + (10 if dot else 0) for text, dot in self.more]
        if others and self.share:
            others[0] += BETWEEN + width_of(self.share, TEXT_SIZE, is_strong=True)
        return max(first, *others, 60) + 2 * PADDING + STRIPE

    @property
    def height(self) -> float:
        """The pixels that it takes from top to bottom."""
        return (1 + len(self.more)) * LINE_HEIGHT + 2 * PADDING - 3


def flat_plan(stops: Sequence[Stop], palette: Palette, width: float) -> PlacedShapes:  # noqa: ARG001  it is as wide as it is
    """Return a network as a graph of boxes."""
    boxes = [_box(stop, palette) for stop in stops]
    edges = [(source, at) for at, stop in enumerate(stops) for source in stop.inputs]
    is_chain = all(stop.inputs in {(at - 1,), ()} for at, stop in enumerate(stops))
    widest = max(box.width for box in boxes)
    widths = [widest if is_chain else box.width for box in boxes]
    graph = layered(widths, edges, BOX_GAP)
    heights = [
        max((boxes[node].height for node in rank if node < graph.count), default=0.0)
        for rank in graph.ranks
    ]
    shapes: list[Drawn] = []
    lines: list[Drawn] = []
    x, deepest = 0.0, 0.0
    tops: dict[int, float] = {}
    shifts: dict[int, float] = {}
    columns = _columns(graph, heights)
    top = float(BELOW) if len(columns) > 1 else 0.0
    for ranks in columns:
        there = [node for rank in ranks for node in graph.ranks[rank]]
        size = [*widths, *([0.0] * (len(graph.centres) - len(widths)))]
        left = min(graph.centres[node] - size[node] / 2 for node in there)
        right = max(graph.centres[node] + size[node] / 2 for node in there)
        y = top
        for rank in ranks:
            tops[rank] = y
            shifts |= dict.fromkeys(graph.ranks[rank], x - left)
            y += heights[rank] + RANK_GAP
        deepest = max(deepest, y - RANK_GAP)
        x += right - left + COLUMN_GAP
    rank_of = {node: at for at, rank in enumerate(graph.ranks) for node in rank}
    ends = {
        node: _ends(
            graph.centres[node] + shifts[node],
            tops[rank],
            heights[rank],
            boxes[node].height if node < graph.count else heights[rank],
        )
        for node, rank in rank_of.items()
    }
    column_of = {rank: at for at, ranks in enumerate(columns) for rank in ranks}
    lefts = [
        min(ends[n][0][0] - (widths[n] / 2 if n < graph.count else 0)
            for rank in ranks for n in graph.ranks[rank])
        for ranks in columns
    ]  # fmt: skip
    for route in graph.routes:
        lines += _route(route, ends, [column_of[rank_of[node]] for node in route], lefts, deepest)
    for node, box in enumerate(boxes):
        centre, top = ends[node][0]
        shapes.append(moved(_figure(box, widths[node], palette), centre - widths[node] / 2, top))
    height = deepest + (BELOW + 4 if len(columns) > 1 else 0)
    return PlacedShapes(x - COLUMN_GAP, height, (*lines, *shapes), REMARK)


def _box(stop: Stop, palette: Palette) -> Box:
    more: list[tuple[str, str]] = []
    if stop.row is not None:
        words = ", ".join((stop.what, *stop.settings))
        more.append((shortened(words, LONGEST_TEXT, TEXT_SIZE), ""))
    behind = [row for row in stop.behind if row.kind not in ARRANGING or row.kind == "flatten"]
    if len(behind) > FEW_BEHIND:
        more.append((f"{len(behind)} layers that keep the shape", ""))
    else:
        for row in behind:
            text = (
                f"{row.label} {shape_words(row.out_shape)}" if row.kind == "flatten" else row.label
            )
            more.append((text, palette.behind(stop, family([row]))))
    return Box(
        stop,
        shortened(stop.name, LONGEST_NAME, NAME_SIZE, is_strong=True),
        shortened(shape_words(stop.shape), LONGEST_NAME, TEXT_SIZE),
        palette.share(stop),
        tuple(more),
    )


def _columns(graph: RankedGraph, heights: Sequence[float]) -> list[list[int]]:
    """Return the ranks of each column: it may end only where one node leads on."""
    leading = {node for route in graph.routes for node in route[:-1]}
    whole = sum(heights) + RANK_GAP * (len(heights) - 1)
    count = max(1, -(-int(whole) // TALLEST_COLUMN))
    columns: list[list[int]] = [[]]
    used = 0.0
    for rank, height in enumerate(heights):
        columns[-1].append(rank)
        used += height + RANK_GAP
        is_narrow = len(leading & {*graph.ranks[rank]}) == 1 and rank + 1 < len(heights)
        if is_narrow and used + heights[rank + 1] / 2 > whole / count:
            columns.append([])
            used = 0.0
    return columns


def _ends(x: float, top: float, height: float, own: float) -> tuple[Point, Point]:
    """Return the middle of the upper and of the lower end of a node, in the middle of its rank."""
    above = top + (height - own) / 2
    return (x, above), (x, above + own)


def _route(
    route: Sequence[int],
    ends: Mapping[int, tuple[Point, Point]],
    columns: Sequence[int],
    lefts: Sequence[float],
    deepest: float,
) -> Iterator[Stroke]:
    """Yield the way of an edge: straight past ranks, bent between them, round to a new column."""
    for at, (first, second) in enumerate(pairwise(route), 1):
        is_last = at == len(route) - 1
        start, end = ends[first][1], ends[second][0]
        if columns[at - 1] != columns[at]:
            x, below = lefts[columns[at]] - COLUMN_GAP / 2, deepest + BELOW
            above = end[1] - BELOW
            way = (start, (start[0], below), (x, below), (x, above), (end[0], above), end)
            yield Stroke(way, LINE, has_head=is_last, radius=8)
        elif abs(start[0] - end[0]) < 1:
            yield Stroke((start, (start[0], end[1])), LINE, has_head=is_last)
        else:
            yield Stroke((start, end), LINE, has_head=is_last, is_curved=True)
        if not is_last:
            yield Stroke(ends[second], LINE)


def _figure(box: Box, width: float, palette: Palette) -> Ensemble:
    """Return a box at the origin."""
    colour = palette.of(box.stop)
    pale, edge = mixed(colour, "#ffffff", 0.88), mixed(colour, "#ffffff", 0.25)
    left, right, y = STRIPE + PADDING, width - PADDING, PADDING + 10.0
    shapes: list[Drawn] = [
        Patch(rectangle(0, 0, width, box.height), pale, edge, radius=RADIUS, thickness=1),
        Patch(rectangle(3, 5, STRIPE - 1, box.height - 10), colour, radius=2),
        Caption(left, y, box.name, NAME_SIZE, INK, is_strong=True),
        Caption(right, y, box.shape, TEXT_SIZE, WEAK, anchor="end"),
    ]
    if box.share:
        place = y + LINE_HEIGHT if box.more else y
        shapes.append(
            Caption(right, place, box.share, TEXT_SIZE, INK, is_strong=True, anchor="end")
        )
    for text, dot in box.more:
        y += LINE_HEIGHT
        if dot:
            shapes.append(Patch(rectangle(left, y - 7, 6, 6), dot, radius=3))
        shapes.append(Caption(left + (10 if dot else 0), y, text, TEXT_SIZE, WEAK))
    row = box.stop.row
    names = tokens(box.stop.all_rows, "" if row is None else row.name)
    return Ensemble(tuple(shapes), box.stop.said, names, is_box=True)
