"""A network as a strip of blocks: feature maps in the order in which they are computed.

The height of a block is the root of its rows, its width the root of its channels, so that maps of
13×13 can be seen beside one of 227×227. What changes values one by one is a thin block behind the
layer that made them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from math import sqrt

from archstat.documents.cells import for_people
from archstat.layers.base import Shape
from archstat.pictures.drawing import (
    SMALL_LETTER,
    cut,
    element,
    label,
    number,
    words,
)
from archstat.pictures.families import FAMILIES, family, tokens
from archstat.record import record
from archstat.report.folding import depth_of_sections, folded, short_run
from archstat.report.report import NetworkReport, Row
from archstat.report.values import Map

WIDTH = 1104
TALLEST, LOWEST = 104, 10
WIDEST, NARROWEST = 44, 8
THIN, CLOSE, GAP, WIDEST_GAP = 4, 2, 22, 52
LINE_HEIGHT, BETWEEN_LANES = 14, 20
LONGEST_NAME = 150
COPIES, COPY_SHIFT = 2, 4
PASSING = frozenset({"activation", "norm", "other"})
"""Families whose layers are thin where they leave the shape as it is."""


@record
class MapBlock:
    """A block of the strip.

    Attributes:
        row: The layer, or the modules that are one row.
        rows: The layers that it stands for.
        family: By which it has its colour.
    """

    row: Row
    rows: tuple[Row, ...]
    family: str
    width: float
    height: float

    @property
    def is_repeated(self) -> bool:
        """Whether it stands for modules that follow one another and are equal."""
        return " × " in self.row.label

    @property
    def said(self) -> str:
        """What shows below a pointer."""
        row = self.row
        macs = "?" if row.macs is None else f"{row.macs:,}"
        return (
            f"{row.name} ({row.label}): {shape_of(row.out_shape)}, "
            f"{row.params:,} parameters, {macs} MACs"
        )


@record
class Cluster:
    """A block and the thin ones behind it, with what stands under them."""

    blocks: tuple[MapBlock, ...]
    texts: tuple[str, ...]

    @property
    def drawn_width(self) -> float:
        """The pixels of its blocks."""
        copies = COPIES * COPY_SHIFT if self.blocks[0].is_repeated else 0
        return sum(block.width for block in self.blocks) + CLOSE * (len(self.blocks) - 1) + copies

    @property
    def width(self) -> float:
        """The pixels that it takes with its texts."""
        return max(self.drawn_width, *(len(text) * SMALL_LETTER for text in self.texts))


def strip(report: NetworkReport, width: float = WIDTH) -> tuple[float, list[str]]:
    """Return the height and the elements of a network's picture."""
    elements: list[str] = []
    top = 0.0
    lanes = list(_lanes(_clusters(report), width))
    for lane in lanes:
        middle = top + max(block.height for each in lane for block in each.blocks) / 2 + 4
        elements += _lane(lane, middle, width)
        depth = max(len(each.texts) for each in lane) * LINE_HEIGHT
        top = 2 * middle - top + depth + BETWEEN_LANES
    elements += _legend(report, top + 6)
    return top + 20, elements


def shape_of(shape: Shape) -> str:
    """Return a shape as pictures have it, channels last."""
    return for_people(Map(shape[0], shape[1:])) if shape else "–"


def _blocks(report: NetworkReport) -> list[MapBlock]:
    layers = iter(report.layers)
    rows = [
        (row, tuple(islice(layers, row.count)))
        for row in folded(report, depth_of_sections(report)).layers
    ]
    maps = [row.out_shape for row, _ in rows if len(row.out_shape) > 1]
    highest = max((_extent(shape)[0] for shape in maps), default=1)
    widest = max((_extent(shape)[1] for shape in maps), default=1)
    longest = max((row.out_shape[0] for row, _ in rows if len(row.out_shape) == 1), default=1)
    return [
        MapBlock(row, members, family(members), *_size(row.out_shape, highest, widest, longest))
        for row, members in rows
    ]


def _extent(shape: Shape) -> tuple[int, int]:
    """Return rows and channels of a map, or tokens and features."""
    up, across = (shape[1], shape[0]) if len(shape) > 2 else shape  # noqa: PLR2004  channels first
    return max(up, 1), max(across, 1)


def _size(shape: Shape, highest: int, widest: int, longest: int) -> tuple[float, float]:
    """Return the width and the height of a block; features without places stand upright."""
    if len(shape) < 2:  # noqa: PLR2004  one axis, or none
        up = max([*shape, 1]) / longest
        return NARROWEST, max(LOWEST, TALLEST * sqrt(up))
    up, across = _extent(shape)
    return (
        max(NARROWEST, WIDEST * sqrt(across / widest)),
        max(LOWEST, TALLEST * sqrt(up / highest)),
    )


def _clusters(report: NetworkReport) -> list[Cluster]:
    found: list[list[MapBlock]] = []
    for block in _blocks(report):
        if found and _is_passing(block.row, block.family):
            slim = MapBlock(block.row, block.rows, block.family, THIN, found[-1][0].height)
            found[-1].append(slim)
        else:
            found.append([block])
    return [Cluster(tuple(blocks), tuple(_texts(blocks[0]))) for blocks in found]


def _is_passing(row: Row, which: str) -> bool:
    return row.count == 1 and which in PASSING and row.in_shape == row.out_shape and not row.macs


def _texts(block: MapBlock) -> Iterator[str]:
    yield cut(short_run(block.row.name), LONGEST_NAME)
    if block.is_repeated:
        yield cut(block.row.label, LONGEST_NAME)
    yield shape_of(block.row.out_shape)


def _lanes(clusters: Sequence[Cluster], width: float) -> Iterator[list[Cluster]]:
    lane: list[Cluster] = []
    used = 0.0
    for cluster in clusters:
        if lane and used + cluster.width > width:
            yield lane
            lane, used = [], 0.0
        lane.append(cluster)
        used += cluster.width + GAP
    if lane:
        yield lane


def _lane(lane: Sequence[Cluster], middle: float, width: float) -> Iterator[str]:
    x, before = 0.0, None
    spare = width - sum(cluster.width for cluster in lane)
    gap = max(GAP, min(WIDEST_GAP, spare / max(1, len(lane) - 1)))
    bottom = middle + max(block.height for each in lane for block in each.blocks) / 2
    for cluster in lane:
        left = x + (cluster.width - cluster.drawn_width) / 2
        if before is not None:
            yield element("line", x1=before + 3, y1=middle, x2=left - 3, y2=middle, class_="grid")
        yield from _cluster(cluster, left, middle)
        for at, text in enumerate(cluster.texts, 1):
            look = "ink small" if at == 1 else "weak small"
            centre = x + cluster.width / 2
            yield label(centre, bottom + at * LINE_HEIGHT, text, look=look, text_anchor="middle")
        before = left + cluster.drawn_width
        x += cluster.width + gap


def _cluster(cluster: Cluster, left: float, middle: float) -> Iterator[str]:
    for block in cluster.blocks:
        top = middle - block.height / 2
        shapes = [element("title", words(block.said))]
        for copy in range(COPIES if block.is_repeated else 0, -1, -1):
            shift = copy * COPY_SHIFT
            look = f"k-{block.family}" + (" copy" if copy else "")
            shapes.append(
                element(
                    "rect",
                    x=left + shift,
                    y=top - shift,
                    width=block.width,
                    height=block.height,
                    rx=1.5,
                    class_=look,
                )
            )
        names = tokens(block.rows, block.row.name)
        yield element("g", "".join(shapes), class_="block", data_layers=names, tabindex="0")
        left += block.width + CLOSE


def _legend(report: NetworkReport, y: float) -> Iterator[str]:
    there = {block.family for block in _blocks(report)}
    x = 0.0
    for name, said in FAMILIES.items():
        if name in there:
            yield element("rect", x=x, y=y - 9, width=10, height=10, rx=2, class_=f"k-{name}")
            yield label(x + 15, y, said, look="weak small")
            x += 15 + len(said) * SMALL_LETTER + 18
    said = "height: √rows, width: √channels"
    yield f'<text x="{number(x)}" y="{number(y)}" class="weak small">{said}</text>'
