"""The shapes that a drawing is made of, in pixels from its upper left corner."""

from __future__ import annotations

from typing import Literal, TypeAlias

from archstat.pictures.sketch.letters import width_of
from archstat.record import record

Point: TypeAlias = tuple[float, float]
Anchor: TypeAlias = Literal["start", "middle", "end"]

ASCENT, DESCENT = 0.78, 0.24
"""How far letters reach over and under their base line, in sizes of the font."""


@record
class Bounds:
    """A rectangle with its sides along the axes."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Bounds, room: float = 0) -> bool:
        """Return whether two rectangles overlap, or are nearer to one another than `room`."""
        return (
            self.left < other.right + room
            and other.left < self.right + room
            and self.top < other.bottom + room
            and other.top < self.bottom + room
        )

    def is_within(self, other: Bounds) -> bool:
        """Return whether all of it lies in another rectangle."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


@record
class Patch:
    """A filled polygon.

    Attributes:
        edge: The colour of its outline; empty for none.
        opacity: Of its fill.
        radius: By how much the corners of a rectangle are rounded.
    """

    points: tuple[Point, ...]
    fill: str
    edge: str = ""
    opacity: float = 1
    radius: float = 0
    thickness: float = 0.75

    @property
    def bounds(self) -> Bounds:
        """Where it is."""
        xs, ys = zip(*self.points, strict=True)
        return Bounds(min(xs), min(ys), max(xs), max(ys))


@record
class Stroke:
    """A line through points.

    Attributes:
        has_head: Whether it ends with an arrowhead.
        radius: By how much its corners are rounded.
        is_curved: Whether it is a curve from point to point that starts and ends upright.
    """

    points: tuple[Point, ...]
    colour: str
    width: float = 1.2
    opacity: float = 1
    has_head: bool = False
    is_dashed: bool = False
    radius: float = 0
    is_curved: bool = False


@record
class Caption:
    """A text, by a point on its base line."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    is_strong: bool = False
    anchor: Anchor = "start"

    @property
    def width(self) -> float:
        """The pixels that it takes at most."""
        return width_of(self.text, self.size, is_strong=self.is_strong)

    @property
    def bounds(self) -> Bounds:
        """Where it is, in the widest of the usual fonts."""
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        left = self.x - share * self.width
        top, bottom = self.y - ASCENT * self.size, self.y + DESCENT * self.size
        return Bounds(left, top, left + self.width, bottom)


@record
class Photo:
    """An image within a rectangle, as the address of its data.

    Attributes:
        is_stretched: Whether each pixel has its place; else it keeps its shape, and is cut.
    """

    bounds: Bounds
    address: str
    is_stretched: bool = False


@record
class Ensemble:
    """Shapes that belong together.

    Attributes:
        said: What shows below a pointer.
        layers: The layers that it shows, each as one word.
        is_box: Whether it takes its room alone: no other box overlaps it.
    """

    shapes: tuple[Drawn, ...]
    said: str = ""
    layers: str = ""
    is_box: bool = False

    @property
    def bounds(self) -> Bounds:
        """Where its patches are."""
        found = [shape.bounds for shape in self.shapes if isinstance(shape, Patch)]
        return Bounds(
            min(each.left for each in found),
            min(each.top for each in found),
            max(each.right for each in found),
            max(each.bottom for each in found),
        )


Drawn: TypeAlias = "Patch | Stroke | Caption | Photo | Ensemble"


@record
class Sketch:
    """A drawing.

    Attributes:
        paper: The colour behind it.
    """

    title: str
    width: float
    height: float
    shapes: tuple[Drawn, ...]
    paper: str = "#ffffff"

    @property
    def captions(self) -> list[Caption]:
        """All its texts."""
        return [shape for shape in flat(self.shapes) if isinstance(shape, Caption)]

    @property
    def boxes(self) -> list[Ensemble]:
        """All its boxes."""
        return [shape for shape in self.shapes if isinstance(shape, Ensemble) and shape.is_box]


def flat(shapes: tuple[Drawn, ...]) -> list[Drawn]:
    """Return shapes, and those within figures in their place."""
    found: list[Drawn] = []
    for shape in shapes:
        found += flat(shape.shapes) if isinstance(shape, Ensemble) else [shape]
    return found


def rectangle(left: float, top: float, width: float, height: float) -> tuple[Point, ...]:
    """Return the corners of a rectangle."""
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))


def moved(shape: Drawn, right: float, down: float) -> Drawn:
    """Return a shape elsewhere."""
    match shape:
        case Patch() | Stroke():
            points = tuple((x + right, y + down) for x, y in shape.points)
            return type(shape)(**{**vars(shape), "points": points})
        case Caption():
            return Caption(**{**vars(shape), "x": shape.x + right, "y": shape.y + down})
        case Photo():
            at = shape.bounds
            there = Bounds(at.left + right, at.top + down, at.right + right, at.bottom + down)
            return Photo(there, shape.address, shape.is_stretched)
        case Ensemble():
            inside = tuple(moved(each, right, down) for each in shape.shapes)
            return Ensemble(**{**vars(shape), "shapes": inside})
