"""The pictures of a network, each as a file of its own or as a part of a page."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.pictures.drawing import element, number, style, words
from archstat.pictures.families import family_style
from archstat.pictures.nested import WIDTH as FIELD_WIDTH
from archstat.pictures.nested import nested
from archstat.pictures.plans.draw import draw
from archstat.pictures.plans.palette import INK, LINE, WEAK
from archstat.pictures.shares import shares
from archstat.pictures.sketch.svg import svg_of
from archstat.report.report import NetworkReport

WIDTH = 1136
"""Pixels of the column of a page."""

OF_THE_PAGE = {INK: "ink", WEAK: "weak", LINE: "weak"}
"""What has the colours of the page that a drawing is a part of, light or dark."""

MARGIN = 16
STYLE = """\
.image { fill: none; stroke: #8b96a5; stroke-width: 2.5; pointer-events: none; }
.field { fill: #3b6fd4; fill-opacity: .07; stroke: #3b6fd4; stroke-opacity: .75; }
.cut { stroke-dasharray: 4 3; }
.square polyline { fill: none; stroke: #8b96a5; stroke-width: .75; stroke-opacity: .6; }
"""


def network_picture(report: NetworkReport) -> str:
    """Return the network as a part of a page, which has the style sheet `picture_style`."""
    return svg_of(draw(report, width=WIDTH, is_part=True), classes=OF_THE_PAGE)


def field_picture(report: NetworkReport, *, is_part: bool = False) -> str | None:
    """Return the receptive fields as a picture; None where the input is no image."""
    drawn = nested(report)
    if drawn is None:
        return None
    title = f"Receptive fields of {report.model} on its input"
    return _whole(title, FIELD_WIDTH, *drawn, is_part=is_part)


def share_picture(report: NetworkReport) -> str:
    """Return where the work and the memory are, as bars."""
    title = f"Where the work and the memory of {report.model} are"
    return _whole(title, *shares(report), is_part=False)


def picture_style() -> str:
    """Return the style sheet of these pictures."""
    return style() + family_style() + STYLE


def _whole(
    title: str, width: float, height: float, elements: Sequence[str], *, is_part: bool
) -> str:
    right, bottom = width + 2 * MARGIN, height + 2 * MARGIN
    paper = element("rect", class_="paper", width=right, height=bottom)
    head = [element("title", words(title))]
    head += [] if is_part else [element("style", f"\n{picture_style()}"), paper]
    moved = element("g", "\n".join(elements), transform=f"translate({MARGIN} {MARGIN})")
    return element(
        "svg",
        "\n".join((*head, moved)),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(right)} {number(bottom)}",
        width=right,
        height=bottom,
        style=None if is_part else "max-width:100%;height:auto",
        role="group" if is_part else "img",
        aria_label=title,
    )
