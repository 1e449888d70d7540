"""Receptive fields as nested squares on the input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archstat.layers.base import Shape, times
from archstat.pictures.axes import spread_out
from archstat.pictures.drawing import SMALL_LETTER, cut, element, label, words
from archstat.pictures.families import tokens
from archstat.record import record
from archstat.report.report import NetworkReport, Row

SIDE = 320
"""Pixels of the area in which squares are drawn."""

BEYOND = 1.5
"""Squares larger than the image by more than this are drawn as large as this."""

LABEL_AT, LABEL_GAP, WIDTH = SIDE + 40, 17, 640
MOST_LABELS = 19
BEYOND_IMAGE = ", > image"
IMAGE_AXES = 3


@record
class Square:
    """All layers whose units see as many pixels.

    Attributes:
        size: Rows and columns, in pixels of the input.
        rows: The layers, in their order.
    """

    size: Shape
    rows: tuple[Row, ...]

    @property
    def pixels(self) -> str:
        """The size in words."""
        return f"{self.size[0]:,}" if len(set(self.size)) == 1 else times(self.size)

    @property
    def said(self) -> str:
        """Which layers see so much."""
        first, more = self.rows[0].name, len(self.rows) - 1
        return f"{first} and {more} more" if more else first


def squares(report: NetworkReport) -> list[Square]:
    """Return the sizes of receptive fields, the smallest first; none where there is no image."""
    if len(report.input) != IMAGE_AXES:
        return []
    found: dict[Shape, list[Row]] = {}
    for row in report.layers:
        if row.receptive_field is not None:
            found.setdefault(tuple(row.receptive_field.size), []).append(row)
    return [Square(size, tuple(found[size])) for size in sorted(found, key=_area)]


def _area(size: Shape) -> tuple[int, Shape]:
    return size[0] * size[1], size


def nested(report: NetworkReport) -> tuple[float, list[str]] | None:
    """Return the height and the elements of a picture; None where there is no image."""
    found = squares(report)
    if not found:
        return None
    image = report.input[1:]
    largest = max(*image, min(max(found[-1].size), BEYOND * max(image)))
    scale = SIDE / largest
    elements = [_square(square, scale, largest) for square in reversed(found)]
    elements.append(_image(image, scale))
    elements += _labels(found, image, scale, largest)
    text = f"input {times(image)}"
    elements.append(label(SIDE / 2, SIDE + 18, text, look="weak small", text_anchor="middle"))
    return SIDE + 24, elements


def _box(size: Sequence[float], scale: float) -> tuple[float, float, float, float]:
    height, width = (scale * side for side in size)
    return (SIDE - width) / 2, (SIDE - height) / 2, width, height


def _image(image: Shape, scale: float) -> str:
    x, y, width, height = _box(image, scale)
    return element("rect", x=x, y=y, width=width, height=height, class_="image")


def _square(square: Square, scale: float, largest: float) -> str:
    shown = [min(side, largest) for side in square.size]
    x, y, width, height = _box(shown, scale)
    is_cut = max(square.size) > largest
    told = element("title", words(f"{square.pixels} pixels: {square.said}"))
    box = element(
        "rect",
        told,
        x=x,
        y=y,
        width=width,
        height=height,
        class_="field cut" if is_cut else "field",
    )
    return element("g", box, data_layers=tokens(square.rows), class_="square")


def _labels(found: Sequence[Square], image: Shape, scale: float, largest: float) -> Iterator[str]:
    """Yield sizes and names beside the squares, the largest at the top, each with its leader."""
    shown = _some(found)
    corners = []
    for square in shown:
        x, y, width, _ = _box([min(side, largest) for side in square.size], scale)
        corners.append((x + width, y))
    places = spread_out([y for _, y in corners], LABEL_GAP, 8, SIDE - 2)
    if len(set(corners)) < len(corners) or places != sorted(places, reverse=True):
        places = sorted(places, reverse=True)  # those that are cut lie upon one another
    widest = max(len(square.pixels) for square in shown) * SMALL_LETTER
    for square, (x, y), place in zip(shown, corners, places, strict=True):
        line = element("polyline", points=f"{x:.1f},{y:.1f} {LABEL_AT - 6},{place:.1f}")
        is_over = all(size > side for size, side in zip(square.size, image, strict=True))
        left, base = LABEL_AT + widest, place + 4
        said = cut(square.said, WIDTH - left - 8) + BEYOND_IMAGE * is_over
        texts = label(left, base, square.pixels, look="ink small", text_anchor="end") + label(
            left + 8, base, said, look="weak small"
        )
        yield element(
            "g", line + texts, data_layers=tokens(square.rows), class_="square label", tabindex="0"
        )


def _some(found: Sequence[Square]) -> list[Square]:
    """Return as many squares as there is room for, the first and the last among them."""
    count = len(found)
    if count <= MOST_LABELS:
        return list(found)
    step = (count - 1) / (MOST_LABELS - 1)
    return [found[round(at * step)] for at in range(MOST_LABELS)]
