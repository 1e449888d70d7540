"""A unit's receptive field on the image: what it sees, what is cut off, and where others look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from archstat.layers.base import times
from archstat.pictures.axes import spread_out
from archstat.pictures.plans.palette import INK, LINE, PAPER, WEAK
from archstat.pictures.seen.images import heat_map
from archstat.pictures.sketch.letters import shortened, width_of
from archstat.pictures.sketch.shapes import (
    Bounds,
    Caption,
    Drawn,
    Ensemble,
    Patch,
    Photo,
    Sketch,
    Stroke,
    moved,
    rectangle,
)
from archstat.report.unit_field import Effective, UnitField

SIDE = 440
"""The pixels of the longer side of what is shown."""

BEYOND = 0.35
"""So much of the image is shown on each side of it at most, where a unit would see more."""

MARGIN, GAP, HEAD = 24, 28, 34
FIELD, CUT, UNIT, VEIL = "#0969da", "#cf222e", "#bf3989", "#ffffff"
EMPTY, GRID = "#eef1f5", "#c7ced8"
NESTED = ("#0969da", "#1a7f37", "#9a6700", "#8250df", "#bc4c00", "#0e7c86")
TEXT, SMALL, LINE_HEIGHT = 12, 11, 17
LEAST_STEP = 7
"""Lines of a grid are no nearer to one another."""

FEW_CELLS, HAIR = 60, 0.1
MOST_NESTED = 18


class _Frame:
    """Where the pixels of the image are in the picture."""

    def __init__(self, image: Sequence[int], views: Sequence[UnitField]) -> None:
        ends = []
        for axis, side in enumerate(image):
            room = BEYOND * side
            low = min(0.0, *(max(view.axes[axis].first, -room) for view in views))
            high = max(side, *(min(view.axes[axis].last + 1, side + room) for view in views))
            ends.append((low, high))
        (self.top, self.bottom), (self.left, self.right) = ends
        self.scale = SIDE / max(self.bottom - self.top, self.right - self.left)
        self.rows, self.columns = image

    @property
    def width(self) -> float:
        return self.scale * (self.right - self.left)

    @property
    def height(self) -> float:
        return self.scale * (self.bottom - self.top)

    def x(self, column: float) -> float:
        return self.scale * (min(max(column, self.left), self.right) - self.left)

    def y(self, row: float) -> float:
        return self.scale * (min(max(row, self.top), self.bottom) - self.top)

    def box(self, top: float, left: float, bottom: float, right: float) -> Bounds:
        return Bounds(self.x(left), self.y(top), self.x(right), self.y(bottom))

    @property
    def image(self) -> Bounds:
        return self.box(0, 0, self.rows, self.columns)

    def seen_by(self, view: UnitField) -> Bounds:
        """Return all that a unit would see, as far as it is shown."""
        rows, columns = view.axes
        return self.box(rows.first, columns.first, rows.last + 1, columns.last + 1)

    def is_cut(self, view: UnitField) -> bool:
        """Return whether a unit would see more than is shown."""
        rows, columns = view.axes
        return (
            rows.first < self.top
            or columns.first < self.left
            or rows.last + 1 > self.bottom
            or columns.last + 1 > self.right
        )


def field_sketch(  # noqa: PLR0913  what can be shown of it
    view: UnitField,
    *,
    nested: Sequence[UnitField] = (),
    image: str | None = None,
    effective: Effective | None = None,
    pixel: tuple[int, ...] | None = None,
    reached: Sequence[tuple[int, int] | None] = (),
) -> Sketch:
    """Return a unit's receptive field as a drawing.

    Args:
        view: What the unit sees, of an image of two axes.
        nested: What units before it see, to stand within it.
        image: The address of an image; None for an empty one.
        effective: How much each pixel matters.
        pixel: A pixel of which is shown which units it reaches.
        reached: These units, along each axis.
    """
    views = [*sorted(nested, key=lambda each: prod(each.size)), view]
    frame = _Frame(view.image, views)
    on_image: list[Drawn] = [*_backdrop(frame, image, view)]
    if effective is not None:
        on_image.append(Photo(frame.image, heat_map(effective.amounts), is_stretched=True))
    if pixel is None:
        on_image += _field(frame, view, veiled=image is not None and effective is None)
        on_image += _unit(frame, view)
    else:
        row, column = pixel
        on_image.append(_pixel(frame, row, column))
    x = frame.width + GAP
    if nested and pixel is None:
        on_image += _nested(frame, views)
        side, right = _labels(frame, views, x)
    elif pixel is not None:
        side, right = _map(view, reached, x)
    else:
        side, right = _facts(view, effective, x)
    title = _title(view, pixel)
    heading = Caption(0, 14, title, 15, INK, is_strong=True)
    below = _legend(frame, view, has_nested=bool(nested), effective=effective, pixel=pixel)
    width = max(right, heading.width, *(each.bounds.right for each in below))
    return Sketch(
        title=title,
        width=round(width + 2 * MARGIN),
        height=round(HEAD + frame.height + 2 * MARGIN + 22),
        shapes=tuple(
            moved(shape, MARGIN, MARGIN)
            for shape in (
                heading,
                *(moved(shape, 0, HEAD) for shape in (*on_image, *side)),
                *(moved(shape, 0, HEAD + frame.height + 22) for shape in below),
            )
        ),
        paper=PAPER,
    )


def _title(view: UnitField, pixel: tuple[int, ...] | None) -> str:
    if pixel is not None:
        return f"{view.model}: what pixel {','.join(map(str, pixel))} reaches in {view.layer}"
    return f"{view.model}: what unit {','.join(map(str, view.unit))} of {view.layer} sees"


def _backdrop(frame: _Frame, image: str | None, view: UnitField) -> Iterator[Drawn]:
    """Yield the image, or an empty one, with the grid of the effective stride."""
    at = frame.image
    corners = rectangle(at.left, at.top, at.right - at.left, at.bottom - at.top)
    yield Patch(corners, EMPTY)
    if image is not None:
        yield Photo(at, image)
    rows, columns = view.axes
    for step, first, last, is_row in (
        (rows.stride, rows, frame.rows, True),
        (columns.stride, columns, frame.columns, False),
    ):
        if not step:
            continue
        every = 1
        while every * float(step) * frame.scale < LEAST_STEP:
            every *= 2
        middle = (first.first + first.last + 1) / 2
        number = -int(middle / (float(step) * every))
        place = middle + number * float(step) * every
        while place < last:
            if place > 0:
                points = (
                    ((at.left, frame.y(place)), (at.right, frame.y(place)))
                    if is_row
                    else ((frame.x(place), at.top), (frame.x(place), at.bottom))
                )
                yield Stroke(points, GRID, width=0.6, opacity=0.9)
            place += float(step) * every
    yield Patch(corners, EMPTY, LINE, opacity=0, thickness=1.5)


def _field(frame: _Frame, view: UnitField, *, veiled: bool) -> Iterator[Drawn]:
    """Yield what a unit sees, what is cut off at the borders, and a veil over all the rest."""
    whole, image = frame.seen_by(view), frame.image
    seen = Bounds(
        max(whole.left, image.left),
        max(whole.top, image.top),
        min(whole.right, image.right),
        min(whole.bottom, image.bottom),
    )
    if veiled:
        for part in _around(image, seen):
            yield Patch(part, VEIL, opacity=0.55)
    for part in _around(whole, seen):
        yield Patch(part, CUT, opacity=0.16)
    size = (seen.right - seen.left, seen.bottom - seen.top)
    shade = 0.05 if veiled else 0.16
    inside = Patch(rectangle(seen.left, seen.top, *size), FIELD, opacity=shade)
    corners = (
        (whole.left, whole.top),
        (whole.right, whole.top),
        (whole.right, whole.bottom),
        (whole.left, whole.bottom),
        (whole.left, whole.top),
    )
    edge = Stroke(corners, FIELD, width=2, is_dashed=frame.is_cut(view))
    yield Ensemble((inside, edge), _said(view))


def _around(outer: Bounds, inner: Bounds) -> Iterator[tuple[tuple[float, float], ...]]:
    """Yield the parts of a rectangle around another one within it: above, below, left, right."""
    for left, top, right, bottom in (
        (outer.left, outer.top, outer.right, inner.top),
        (outer.left, inner.bottom, outer.right, outer.bottom),
        (outer.left, inner.top, inner.left, inner.bottom),
        (inner.right, inner.top, outer.right, inner.bottom),
    ):
        if right - left > HAIR and bottom - top > HAIR:
            yield rectangle(left, top, right - left, bottom - top)


def _said(view: UnitField) -> str:
    rows, columns = view.axes
    return (
        f"{view.layer}: {times(view.size)} pixels, rows {rows.first} to {rows.last}, "
        f"columns {columns.first} to {columns.last}"
    )


def _unit(frame: _Frame, view: UnitField) -> Iterator[Drawn]:
    """Yield where the middle of a unit's field is."""
    rows, columns = view.axes
    x, y = (
        frame.x((columns.first + columns.last + 1) / 2),
        frame.y((rows.first + rows.last + 1) / 2),
    )
    yield Patch(rectangle(x - 3, y - 3, 6, 6), UNIT, PAPER, radius=3, thickness=1)


def _pixel(frame: _Frame, row: int, column: int) -> Drawn:
    at = frame.box(row, column, row + 1, column + 1)
    size = max(6.0, at.right - at.left)
    x, y = (at.left + at.right - size) / 2, (at.top + at.bottom - size) / 2
    return Ensemble((Patch(rectangle(x, y, size, size), UNIT, PAPER, thickness=1),), "the pixel")


def _nested(frame: _Frame, views: Sequence[UnitField]) -> Iterator[Drawn]:
    for at, view in reversed([*enumerate(views[:-1])]):
        box, colour = frame.seen_by(view), NESTED[at % len(NESTED)]
        size = (box.right - box.left, box.bottom - box.top)
        patch = Patch(
            rectangle(box.left, box.top, *size), colour, colour, opacity=0.04, thickness=1.3
        )
        yield Ensemble((patch,), _said(view))


def _labels(frame: _Frame, views: Sequence[UnitField], x: float) -> tuple[list[Drawn], float]:
    """Return the names and sizes of nested fields beside them, the largest at the top."""
    step = max(1.0, (len(views) - 1) / (MOST_NESTED - 1))
    chosen = sorted({len(views) - 1 - round(at * step) for at in range(MOST_NESTED)} & {
        *range(len(views))
    })  # fmt: skip
    tops = [frame.seen_by(views[at]).top for at in chosen]
    places = sorted(spread_out(tops, LINE_HEIGHT, 8, max(frame.height, 8)), reverse=True)
    shapes: list[Drawn] = []
    right = x
    sizes = [times(views[at].size) for at in chosen]
    wide = max(width_of(size, SMALL, is_strong=True) for size in sizes)
    for at, place, size in zip(chosen, places, sizes, strict=True):
        view, colour = views[at], FIELD if at == len(views) - 1 else NESTED[at % len(NESTED)]
        box = frame.seen_by(view)
        shapes.append(Stroke(((box.right, box.top), (x - 6, place)), colour, 0.8, opacity=0.6))
        shapes.append(
            Caption(x + wide, place + 4, size, SMALL, colour, is_strong=True, anchor="end")
        )
        rest = f"{shortened(view.layer, 150, SMALL)}, of {times(view.units)} units"
        name = Caption(x + wide + 8, place + 4, rest, SMALL, WEAK)
        shapes.append(name)
        right = max(right, name.bounds.right)
    return shapes, right


def facts(view: UnitField, effective: Effective | None = None) -> list[tuple[str, str]]:
    """Return what is to be said of a unit's field, each with its name."""
    rows = [
        ("unit", f"{','.join(map(str, view.unit))} of {times(view.units)}"),
        ("sees", f"{times(view.size)} {'pixels' if view.source == 'input' else 'units'}"),
        *((axis.name, f"{axis.first} to {axis.last}") for axis in view.axes),
        ("stride", times([("?" if a.stride is None else str(a.stride)) for a in view.axes])),
        ("cut off", cut_off(view)),
    ]
    if effective is not None:
        rows.append(("effective", f"{effective.side:.0f}×{effective.side:.0f}, about"))
    return rows


def cut_off(view: UnitField) -> str:
    """Return in words how much of a unit's field is beyond the borders."""
    names = {"rows": ("above", "below"), "columns": ("left", "right")}
    parts = [
        f"{count} {where}"
        for axis in view.axes
        for count, where in zip(
            (axis.before, axis.after), names.get(axis.name, ("before", "behind")), strict=True
        )
        if count
    ]
    return ", ".join(parts) or "nothing"


def _facts(view: UnitField, effective: Effective | None, x: float) -> tuple[list[Drawn], float]:
    shapes: list[Drawn] = []
    pairs = [("layer", view.layer), *facts(view, effective)]
    wide = max(width_of(name, TEXT) for name, _ in pairs)
    right = x
    for at, (name, said) in enumerate(pairs):
        y = 12 + at * (LINE_HEIGHT + 3)
        shapes.append(Caption(x, y, name, TEXT, WEAK))
        text = shortened(said, 220, TEXT, is_strong=True) if name == "layer" else said
        value = Caption(x + wide + 14, y, text, TEXT, INK,
                        is_strong=True)  # fmt: skip
        shapes.append(value)
        right = max(right, value.bounds.right)
    return shapes, right


def _map(
    view: UnitField, reached: Sequence[tuple[int, int] | None], x: float
) -> tuple[list[Drawn], float]:
    """Return the map of a layer with the units that a pixel reaches."""
    rows, columns = view.units
    cell = min(14.0, 260 / max(rows, columns))
    width, height = cell * columns, cell * rows
    top = 26
    shapes: list[Drawn] = [
        Caption(x, 10, f"{view.layer}, {rows}×{columns} units", TEXT, INK, is_strong=True),
        Patch(rectangle(x, top, width, height), EMPTY, LINE),
    ]
    if max(rows, columns) <= FEW_CELLS:
        for at in range(1, rows):
            y = top + at * cell
            shapes.append(Stroke(((x, y), (x + width, y)), GRID, width=0.6))
        for at in range(1, columns):
            across = x + at * cell
            shapes.append(Stroke(((across, top), (across, top + height)), GRID, width=0.6))
    if reached and None not in reached:
        (first, last), (left, right) = [each for each in reached if each is not None]
        size = ((right - left + 1) * cell, (last - first + 1) * cell)
        at_cells = rectangle(x + left * cell, top + first * cell, *size)
        shapes.append(Patch(at_cells, UNIT, UNIT, opacity=0.45, thickness=1.2))
    return shapes, max(x + width, x + shapes[0].width)  # type: ignore[union-attr]


def _legend(
    frame: _Frame,
    view: UnitField,
    *,
    has_nested: bool,
    effective: Effective | None,
    pixel: tuple[int, ...] | None,
) -> list[Caption]:
    """Return what lines and shades mean, in one line under the image."""
    words = [f"image {times(view.image)}" if view.source == "input" else f"map of {view.source}"]
    if pixel is None:
        words.append("blue: what the unit sees")
        if cut_off(view) != "nothing":
            words.append("red: padding")
        if frame.is_cut(view):
            words.append("dashed: more than is shown")
        words.append("lines: middles of units")
    else:
        words.append("violet: the pixel, and the units that it reaches")
    if has_nested:
        words.append("others: layers before")
    if effective is not None:
        words.append(f"heat: gradients, mean of {effective.runs}")
    return [Caption(0, 0, " · ".join(words), SMALL, WEAK)]
