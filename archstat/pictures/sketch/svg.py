"""A drawing as SVG, with every colour spelled out: it looks the same wherever it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import dist

from archstat.pictures.drawing import element, number, words
from archstat.pictures.sketch.shapes import (
    Caption,
    Drawn,
    Ensemble,
    Patch,
    Photo,
    Point,
    Sketch,
    Stroke,
)

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
HEAD_LENGTH, HEAD_WIDTH = 6.0, 2.6
CORNERS = 4
PAPER_RADIUS = 8


def svg_of(sketch: Sketch, *, classes: Mapping[str, str] | None = None) -> str:
    """Return a drawing as SVG.

    Args:
        sketch: The drawing.
        classes: Of a part of a page: the classes of its style sheet that stand for colours, outside
            of boxes, which keep theirs. A part has no paper of its own, and keys reach its boxes.
    """
    paper = element(
        "rect", width=sketch.width, height=sketch.height, rx=PAPER_RADIUS, fill=sketch.paper
    )
    is_part = classes is not None
    return element(
        "svg",
        "\n".join(
            (
                "",
                element("title", words(sketch.title)),
                *([] if is_part else [paper]),
                *(_written(shape, classes) for shape in sketch.shapes),
                "",
            )
        ),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(sketch.width)} {number(sketch.height)}",
        width=sketch.width,
        height=sketch.height,
        role="group" if is_part else "img",
        aria_label=sketch.title,
        font_family=FONT,
    )


def _written(shape: Drawn, classes: Mapping[str, str] | None) -> str:
    match shape:
        case Ensemble():
            return _ensemble(shape, is_part=classes is not None)
        case Patch():
            return _patch(shape)
        case Stroke():
            return _stroke(shape, classes or {})
        case Caption():
            return _caption(shape, classes or {})
        case Photo():
            return _photo(shape)


def _ensemble(ensemble: Ensemble, *, is_part: bool) -> str:
    told = [element("title", words(ensemble.said))] if ensemble.said else []
    inside = "".join((*told, *(_written(shape, None) for shape in ensemble.shapes)))
    about: dict[str, str] = {"data_layers": ensemble.layers} if ensemble.layers else {}
    if is_part and ensemble.is_box:
        about |= {"class_": "block", "tabindex": "0"}
    return element("g", inside, **about)


def _photo(photo: Photo) -> str:
    at = photo.bounds
    fit = "none" if photo.is_stretched else "xMidYMid slice"
    return element(
        "image",
        x=at.left,
        y=at.top,
        width=at.right - at.left,
        height=at.bottom - at.top,
        href=photo.address,
        preserveAspectRatio=fit,
        **({"style": "image-rendering: pixelated"} if photo.is_stretched else {}),
    )


def _patch(patch: Patch) -> str:
    look: dict[str, str | float] = {"fill": patch.fill}
    if patch.opacity < 1:
        look["fill_opacity"] = f"{patch.opacity:g}"
    if patch.edge:
        look |= {"stroke": patch.edge, "stroke_width": f"{patch.thickness:g}"}
        look |= {"stroke_linejoin": "round"}
    if is_rectangle(patch.points):
        at = patch.bounds
        size = {"width": at.right - at.left, "height": at.bottom - at.top}
        rounded = {"rx": patch.radius} if patch.radius else {}
        return element("rect", x=at.left, y=at.top, **size, **rounded, **look)
    return element("polygon", points=_path(patch.points), **look)


def is_rectangle(points: Sequence[Point]) -> bool:
    """Return whether a polygon is a rectangle along the axes."""
    return len(points) == CORNERS and all(
        first[0] == second[0] or first[1] == second[1]
        for first, second in pairwise([*points, points[0]])
    )


def _path(points: Sequence[Point]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)


def _caption(caption: Caption, classes: Mapping[str, str]) -> str:
    look: dict[str, str | float] = {"font_size": f"{caption.size:g}"}
    look |= _coloured("fill", caption.colour, classes)
    if caption.is_strong:
        look["font_weight"] = "700"
    if caption.anchor != "start":
        look["text_anchor"] = caption.anchor
    return element("text", words(caption.text), x=caption.x, y=caption.y, **look)


def _coloured(what: str, colour: str, classes: Mapping[str, str]) -> dict[str, str]:
    """Return the attribute of a colour: itself, or the class of the page that stands for it."""
    return {"class_": f"{what}-{classes[colour]}"} if colour in classes else {what: colour}


def _stroke(stroke: Stroke, classes: Mapping[str, str]) -> str:
    look: dict[str, str | float] = {"fill": "none"}
    look |= _coloured("stroke", stroke.colour, classes)
    look["stroke_width"] = f"{stroke.width:g}"
    if stroke.opacity < 1:
        look["stroke_opacity"] = f"{stroke.opacity:g}"
    if stroke.is_dashed:
        look["stroke_dasharray"] = "4 3"
    points = [*stroke.points]
    head = ""
    if stroke.has_head:
        before = (points[-1][0], points[-2][1]) if stroke.is_curved else points[-2]
        corners, points[-1] = arrowhead(before, points[-1])
        head = element(
            "polygon", points=_path(corners), **_coloured("fill", stroke.colour, classes)
        )
    if stroke.is_curved or stroke.radius:
        drawn = curved(points) if stroke.is_curved else rounded(points, stroke.radius)
        return element("path", d=drawn, **look) + head
    return element("polyline", points=_path(points), **look) + head


def arrowhead(before: Point, tip: Point) -> tuple[tuple[Point, ...], Point]:
    """Return the corners of an arrowhead, and where the line ends that it is on."""
    length = dist(before, tip) or 1
    right, down = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
    x, y = tip[0] - HEAD_LENGTH * right, tip[1] - HEAD_LENGTH * down
    sides = (
        (x - HEAD_WIDTH * down, y + HEAD_WIDTH * right),
        (x + HEAD_WIDTH * down, y - HEAD_WIDTH * right),
    )
    return (tip, *sides), (tip[0] - HEAD_LENGTH / 2 * right, tip[1] - HEAD_LENGTH / 2 * down)


def curved(points: Sequence[Point]) -> str:
    """Return a path that leaves and reaches each point upright."""
    path = f"M{_path(points[:1])}"
    for (x, y), (right, below) in pairwise(points):
        middle = (y + below) / 2
        path += f" C{_path([(x, middle), (right, middle), (right, below)])}"
    return path


def rounded(points: Sequence[Point], radius: float) -> str:
    """Return a path with rounded corners."""
    path = f"M{_path(points[:1])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path += f" L{_path([_towards(corner, before, radius)])}"
        path += f" Q{_path([corner, _towards(corner, after, radius)])}"
    return f"{path} L{_path(points[-1:])}"


def _towards(start: Point, end: Point, most: float) -> Point:
    length = dist(start, end)
    share = min(most, length / 2) / length if length else 0
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
