"""A network drawn in a style, from its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from archstat.pictures.plans.blocks import blocks_sketch
from archstat.pictures.plans.flat import flat_sketch
from archstat.pictures.plans.palette import KIND, QUANTITIES, Palette
from archstat.pictures.plans.stops import Stop, skips, stops
from archstat.pictures.sketch.shapes import Sketch
from archstat.report.report import NetworkReport

STYLES: Mapping[str, Callable[[NetworkReport, Sequence[Stop], Palette], Sketch]] = {
    "blocks": blocks_sketch,
    "flat": flat_sketch,
}
COLOURS = (KIND, *QUANTITIES)

FEW_SKIPS = 5
"""A chain of maps past which no more is carried than by one in so many is drawn as blocks."""


def usual_style(drawn: Sequence[Stop]) -> str:
    """Return the style that suits a network: blocks for a chain of maps, else a graph."""
    maps = sum(stop.has_places for stop in drawn)
    is_chain = len(skips(drawn)) * FEW_SKIPS <= len(drawn)
    return "blocks" if is_chain and drawn[0].has_places and 2 * maps > len(drawn) else "flat"


def draw(
    report: NetworkReport,
    *,
    style: str | None = None,
    by: str = KIND,
    depth: int | None = None,
) -> Sketch:
    """Return a network as a drawing.

    Args:
        report: With the rows of views.
        style: One of `STYLES`; None for the one that suits the network.
        by: What colours show: one of `COLOURS`.
        depth: How deep modules are opened; None for as deep as can be taken in at once.
    """
    drawn = stops(report, depth)
    return STYLES[style or usual_style(drawn)](report, drawn, Palette(drawn, by))
